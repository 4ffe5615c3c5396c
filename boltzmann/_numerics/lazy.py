"""Objects that carry their array namespace, and properties that are computed on first use."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from boltzmann._numerics import tensors
from boltzmann.arrays import NUMPY, Namespace

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


class InNamespace:
    """Shared by objects that carry an array namespace, which is a module: they are pickled with its name."""

    xp: Namespace = NUMPY

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "xp": self.xp.__name__}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, xp=importlib.import_module(state["xp"]))
