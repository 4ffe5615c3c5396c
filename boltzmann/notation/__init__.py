"""An object prints as the expression that makes it, and the expression can be read back.

- ``writing``: from an object to text
- ``reading``: from text to an object; no text is evaluated
"""

from boltzmann.notation.reading import call_arguments, check_length, modules_in, parse, with_plain_names
from boltzmann.notation.writing import Expression, check_expressible, write

__all__ = [
    "Expression",
    "call_arguments",
    "check_expressible",
    "check_length",
    "modules_in",
    "parse",
    "with_plain_names",
    "write",
]
