"""Bounds of parameters: declared as data beside the field, enforced by one routine.

The annotation of a field holds its bound, ``rate: Annotated[float, Real("[0, inf)")]``. The bound's text stands in the
error message and in the docstring of the class.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Annotated, Any, Protocol, runtime_checkable
from weakref import WeakKeyDictionary

from boltzmann import checks


@runtime_checkable
class Bound(Protocol):
    """The values that a parameter may have."""

    @property
    def text(self) -> str:
        """The bound in words, as the docstring states it."""

    def check(self, name: str, value: object) -> object:
        """Return the value in its stored form, or raise a ValueError or TypeError with name, bound and value."""


@dataclass(frozen=True)
class Interval:
    """Shared by the bounds of numbers: an interval in the notation of mathematics, such as "[0, inf]" or "(0, 1]"."""

    interval: str

    @property
    def text(self) -> str:
        """The interval."""
        return f"in {self.interval}"


class Real(Interval):
    """A number in an interval, stored as a float.

    Examples
    --------
    >>> Real("[0, inf)").check("rate", 2)
    2.0
    >>> Real("[0, inf)").check("rate", float("inf"))
    Traceback (most recent call last):
        ...
    ValueError: rate must be in [0, inf), got inf
    """

    def check(self, name: str, value: object) -> float:
        """Return ``value`` as a float, or raise."""
        return checks.number_in(name, value, self.interval)


@dataclass(frozen=True)
class Whole:
    """An integer of at least ``least`` and at most ``most``.

    Examples
    --------
    >>> Whole(1).text
    'at least 1'
    """

    least: int
    most: int | None = None

    @property
    def text(self) -> str:
        """The least value."""
        return f"at least {self.least}"

    def check(self, name: str, value: object) -> int:
        """Return ``value`` as an int, or raise."""
        return checks.whole_number(name, value, least=self.least, most=self.most)


@dataclass(frozen=True)
class Choice:
    """One of several names."""

    names: tuple[str, ...]

    @property
    def text(self) -> str:
        """All names."""
        return ", ".join(self.names)

    def check(self, name: str, value: object) -> object:
        """Return ``value``, or raise."""
        checks.one_of(name, value, self.names)
        return value


@dataclass(frozen=True)
class Instance:
    """The bound of a callable object, such as a policy; the class of the object is refused.

    Examples
    --------
    >>> Instance("a policy", "Boltzmann(0.1)").check("policy", 0.1)
    Traceback (most recent call last):
        ...
    TypeError: policy must be a policy, such as Boltzmann(0.1), got 0.1
    """

    kind: str
    example: str

    @property
    def text(self) -> str:
        """An example."""
        return f"such as ``{self.example}``"

    def check(self, name: str, value: Any) -> Any:
        """Return a callable object as it is, or raise."""
        if isinstance(value, type):
            raise TypeError(f"{name} must be {self.kind}, such as {self.example}, got the class {value.__name__}")
        if not callable(value):
            raise TypeError(f"{name} must be {self.kind}, such as {self.example}, got {checks.shown(value)}")
        return value


@dataclass(frozen=True)
class Wrapper:
    """Shared by the bounds that are made from another one, whose text they have."""

    bound: Bound

    @property
    def text(self) -> str:
        """The other bound's text."""
        return self.bound.text


class OrNone(Wrapper):
    """None, or a value within another bound."""

    def check(self, name: str, value: object) -> object:
        """Return None as it is, and other values as the other bound does."""
        return None if value is None else self.bound.check(name, value)


class Each(Wrapper):
    """A list or tuple of at least one value, each within another bound; stored as a tuple."""

    def check(self, name: str, value: object) -> tuple[Any, ...]:
        """Return the checked values as a tuple, or raise."""
        if not isinstance(value, list | tuple) or not value:
            raise TypeError(f"{name} must be a tuple of at least one, each {self.text}, got {checks.shown(value)}")
        return tuple(self.bound.check(name, part) for part in value)


Temperature = Annotated[float, Real("[0, inf]")]


_KNOWN: WeakKeyDictionary[type, Mapping[str, Bound]] = WeakKeyDictionary()


def bounds_of(kind: type) -> Mapping[str, Bound]:
    """Return the bounds that a dataclass declares, by the names of its fields.

    A subclass that annotates a field again, as to give it a default, keeps the bound unless it declares another one.

    Examples
    --------
    >>> from boltzmann import Linear
    >>> {name: bound.text for name, bound in bounds_of(Linear).items()}
    {'start': 'in [0, inf]', 'end': 'in [0, inf]', 'steps': 'at least 1'}
    """
    known = _KNOWN.get(kind)
    if known is None:
        nearest = {field.name: next(_declared(kind, field.name), None) for field in fields(kind)}
        known = _KNOWN[kind] = {name: bound for name, bound in nearest.items() if bound is not None}
    return known


def _declared(kind: type, name: str) -> Iterator[Bound]:
    """Yield the bounds in the annotations of a field, those of the class before those of its bases."""
    for owner in kind.__mro__:
        written = inspect.get_annotations(owner).get(name)
        parts = _metadata(written, owner) if isinstance(written, str) else getattr(written, "__metadata__", ())
        yield from (part for part in parts if isinstance(part, Bound))


def _metadata(written: str, owner: type) -> Iterable[object]:
    """Return what an annotation that is kept as text says besides the type.

    Only a name, or what stands behind the type in ``Annotated[...]``, is evaluated: the types themselves may exist for
    type checkers alone.
    """
    scope = vars(sys.modules[owner.__module__]) if owner.__module__ in sys.modules else {}
    try:
        tree = ast.parse(written, mode="eval").body
    except SyntaxError:
        return ()
    if isinstance(tree, ast.Name):
        return getattr(scope.get(tree.id), "__metadata__", ())
    if not isinstance(tree, ast.Subscript) or ast.unparse(tree.value).rpartition(".")[2] != "Annotated":
        return ()
    parts = tree.slice.elts[1:] if isinstance(tree.slice, ast.Tuple) else []
    return [eval(compile(ast.Expression(part), "<annotation>", "eval"), scope) for part in parts]


def check_parameters(made: object) -> None:
    """Check the parameters of a new dataclass, in the order of its fields, and store them as the bounds return them."""
    kind: type = type(made)
    for name, bound in bounds_of(kind).items():
        object.__setattr__(made, name, bound.check(name, getattr(made, name)))
