"""Objects that carry their array namespace, and properties that are computed on first use."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from boltzmann._numerics import tensors
from boltzmann.arrays import NUMPY, Namespace, read_only

T = TypeVar("T")


class lazy(Generic[T]):  # noqa: N801 (used as a decorator)
    """A property that is computed on first use; ``functools.cached_property`` holds a lock that compilers refuse."""

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self.compute, self.name, self.__doc__ = compute, compute.__name__, compute.__doc__

    def __get__(self, owner: Any, kind: type | None = None) -> T:
        value = self.compute(owner)
        if owner.xp is NUMPY or tensors.lasting(owner.xp, value, owner.origin):
            owner.__dict__[self.name] = value
        return value


class answer(lazy[T]):  # noqa: N801 (used as a decorator)
    """A property that users read: an array of NumPy is kept, and cannot be written to."""

    def __get__(self, owner: Any, kind: type | None = None) -> T:
        return read_only(super().__get__(owner, kind))


class Frozen:
    """Shared by the distributions: no attribute can be set, and no array that they keep can be written to."""

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a distribution is frozen: {name} cannot be set")

    def __getstate__(self) -> dict[str, Any]:
        # A copy, since another thread may be adding a quantity.
        return dict(self.__dict__)

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update({name: read_only(part) for name, part in state.items()})


class InNamespace:
    """Shared by objects that carry an array namespace, which is a module: they are pickled with its name."""

    xp: Namespace = NUMPY

    def __getstate__(self) -> dict[str, Any]:
        state = dict(self.__dict__)
        return {**state, "xp": self.xp.__name__}

    def __setstate__(self, state: dict[str, Any]) -> None:
        named = {**state, "xp": importlib.import_module(state["xp"])}
        self.__dict__.update({name: read_only(part) for name, part in named.items()})
