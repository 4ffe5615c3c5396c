"""The one notation: an object prints as the expression that makes it, and the expression is read back.

``Boltzmann(Linear(1.0, 0.01, 5000))`` is what Python prints, what a command line takes and what a results
folder holds; a class of the user's own stands with its module, ``package.module:Name(0.5)``. Reading goes through
the syntax tree and calls only what a given table names, and dataclasses; nothing is ever evaluated.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from boltzmann.bounds import check_parameters

_OWN_ROOMS = ("boltzmann", "agents")
"""Packages whose classes command lines know by their bare names."""


class Expression:
    """A dataclass of parameters: checks their bounds, and prints as the expression that makes it.

    Positional fields are written by place, keyword-only ones by name.

    A keyword-only field that has its default value is left out, and so is everything behind ``init=False``. A class
    from outside this project is written with its module, ``package.module:Name(...)``.

    Examples
    --------
    >>> from boltzmann import Boltzmann, Linear
    >>> Boltzmann(Linear(1.0, 0.01, 5000))
    Boltzmann(Linear(1.0, 0.01, 5000))
    """

    def __post_init__(self) -> None:
        """Check the parameters against the bounds that stand beside their fields."""
        check_parameters(self)

    def __repr__(self) -> str:
        """Write the expression that makes this object."""
        return _write_call(self)


def write(value: object) -> str:
    """Write the expression that makes a value: a dataclass of plain parameters, a literal, or a sequence of these.

    Parameters
    ----------
    value : object
        See :func:`check_expressible`, which says what has no notation.

    Examples
    --------
    >>> import numpy as np
    >>> write([np.float64(0.5), (1,), "a"])
    "[0.5, (1,), 'a']"
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _write_call(value)
    if isinstance(value, list):
        return f"[{', '.join(write(part) for part in value)}]"
    if isinstance(value, tuple):
        return f"({', '.join(write(part) for part in value)}{',' if len(value) == 1 else ''})"
    # NumPy's scalars print as np.float64(...), which is no literal.
    item = getattr(value, "item", None)
    return repr(item()) if item is not None and getattr(value, "ndim", None) == 0 else repr(value)


def _write_call(made: Any) -> str:
    fields = [field for field in dataclasses.fields(made) if field.init]
    by_place = [write(getattr(made, field.name)) for field in fields if not field.kw_only]
    by_name = [
        f"{field.name}={write(getattr(made, field.name))}"
        for field in fields
        if field.kw_only and getattr(made, field.name) != field.default
    ]
    return f"{_name_of(type(made))}({', '.join(by_place + by_name)})"


def _name_of(kind: type) -> str:
    own = kind.__module__.split(".")[0] in _OWN_ROOMS
    return kind.__name__ if own else f"{kind.__module__}:{kind.__qualname__}"


def check_expressible(name: str, value: object) -> None:
    """Refuse what has no notation: anything but dataclasses, literals, and sequences of them.

    Raises
    ------
    TypeError
        Naming the path to the offending part, such as ``agent.policy.temperature``.
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        if "." in type(value).__qualname__:
            raise TypeError(
                f"{name} must be of a class at the top of a module, so that it can be found again, got one of "
                f"{type(value).__qualname__}"
            )
        for field in dataclasses.fields(value):
            if field.init:
                check_expressible(f"{name}.{field.name}", getattr(value, field.name))
    elif isinstance(value, list | tuple):
        for place, part in enumerate(value):
            check_expressible(f"{name}[{place}]", part)
    elif not (value is None or isinstance(value, bool | int | float | str)):
        raise TypeError(
            f"{name} must be a dataclass of plain parameters, a number, a string or a sequence of these, "
            f"so that it can be written down and read back, got {value!r}"
        )
