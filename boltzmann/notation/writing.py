"""The one notation: an object prints as the expression that makes it, and the expression is read back.

Python prints ``Boltzmann(Linear(1.0, 0.01, 5000))``, command lines accept it, and results folders hold it.
"""

from __future__ import annotations

import dataclasses
import inspect
import sys
from functools import cache
from pathlib import Path
from typing import Any, Self

from boltzmann.bounds import check_parameters
from boltzmann.checks import shown
from boltzmann.hints import keywords_of_class, require_known, with_hints

_BOLTZMANN = Path(__file__).resolve().parents[1]
_HINTED = frozenset({"where", "rng"})


class Expression:
    """Base class of dataclasses of parameters: it checks their bounds, and prints the expression that makes an object.

    Positional fields are written by position, keyword-only ones by name. Keyword-only fields with their default value,
    last positional fields that are None by default, and fields with ``init=False`` are left out. A class from outside
    this project is written with its module, ``package.module:Name(...)``.

    Examples
    --------
    >>> from boltzmann import Boltzmann, Linear
    >>> Boltzmann(Linear(1.0, 0.01, 5000))
    Boltzmann(Linear(1.0, 0.01, 5000))
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Let the methods that take a mask or a generator refuse an unknown keyword with a hint."""
        super().__init_subclass__(**kwargs)
        for name in ("__call__", "act", "reset"):
            method = cls.__dict__.get(name)
            # Schedules are called with a step alone, and so often that a check would be felt.
            if inspect.isfunction(method) and not _HINTED.isdisjoint(inspect.signature(method).parameters):
                setattr(cls, name, with_hints(method))

    def __new__(cls, /, *_: object, **named: object) -> Self:
        """Refuse an unknown keyword with a hint, before ``__init__`` reads the parameters."""
        if named:
            require_known(cls.__name__, named, keywords_of_class(cls))  # type: ignore[arg-type]
        return super().__new__(cls)

    def __post_init__(self, *_: object) -> None:
        """Check the parameters against the bounds beside their fields; values of ``InitVar`` fields are ignored."""
        check_parameters(self)

    def __repr__(self) -> str:
        """Return the expression that makes this object."""
        return _write_call(self)


def write(value: object) -> str:
    """Return the expression that makes a value: a dataclass of plain parameters, a literal, or a sequence of these.

    :func:`check_expressible` refuses values without a notation.

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
    # NumPy's scalars print as np.float64(...), which is not a literal.
    item = getattr(value, "item", None)
    return repr(item()) if item is not None and getattr(value, "ndim", None) == 0 else repr(value)


def _write_call(made: Any) -> str:
    fields = [field for field in dataclasses.fields(made) if field.init]
    by_position = [field for field in fields if not field.kw_only]
    while by_position and by_position[-1].default is None and getattr(made, by_position[-1].name) is None:
        del by_position[-1]
    positional = [write(getattr(made, field.name)) for field in by_position]
    named = [
        f"{field.name}={write(getattr(made, field.name))}"
        for field in fields
        if field.kw_only and getattr(made, field.name) != field.default
    ]
    kind = type(made)
    name = kind.__name__ if _is_ours(kind.__module__) else f"{kind.__module__}:{kind.__qualname__}"
    return f"{name}({', '.join(positional + named)})"


@cache
def _is_ours(module: str) -> bool:
    """Return whether command lines know the classes of a module by their bare names."""
    package = module.partition(".")[0]
    if package != "agents":
        return package == "boltzmann"
    # Other people's libraries are called so, too. Ours lies beside `boltzmann` in a checkout, and inside it in a wheel.
    file = getattr(sys.modules.get(package), "__file__", None)
    beside = file is not None and Path(file).resolve().parents[1] == _BOLTZMANN.parent
    return beside and not (_BOLTZMANN / "lab" / package).is_dir()


def check_expressible(name: str, value: object) -> None:
    """Raise a TypeError unless ``value`` has a notation: a dataclass, a literal, or a sequence of these.

    The message has the path to the part without a notation, such as ``agent.policy.temperature``.
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
        for index, part in enumerate(value):
            check_expressible(f"{name}[{index}]", part)
    elif not (value is None or isinstance(value, bool | int | float | str)):
        raise TypeError(
            f"{name} must be a dataclass of plain parameters, a number, a string or a sequence of these, "
            f"so that it can be written down and read back, got {shown(value)}"
        )
