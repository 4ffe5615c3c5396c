"""TODO face."""

from boltzmann.notation.reading import call_arguments, parse, with_plain_names
from boltzmann.notation.writing import Expression, check_expressible, write

__all__ = ["Expression", "call_arguments", "check_expressible", "parse", "with_plain_names", "write"]
