"""Whose law counts."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, NamedTuple


def own_law(owner: Any) -> Any:
    """Return the law of an object; None without one, and where a subclass may change what it does.

    The law counts for the class that states it. A subclass that overrides a method, or an object whose methods were
    replaced, may do something else.
    """
    return owner.law if _states(owner, "law") else None


class Known(NamedTuple):
    """A policy of rows of which is known what its law finds: ``temperature``, ``weights`` or both are inputs too."""

    names: frozenset[str]
    policy: Callable[..., Any]


def known_of(policy: Any) -> Known | None:
    """Return the attribute ``known`` of a policy, if the class that states the law states it too."""
    return policy.known if _states(policy, "law", "known") else None


def _states(owner: Any, *names: str) -> bool:
    kind = type(owner)
    if any(inspect.isfunction(getattr(kind, name, None)) for name in getattr(owner, "__dict__", ())):
        return False
    for parent in kind.__mro__:
        if "law" in vars(parent):
            return all(name in vars(parent) for name in names)
        if _overrides(parent):
            return False
    return False


def _overrides(kind: type) -> bool:
    """Return whether a class has a method of its own that may change what its objects do."""
    methods = {name for name, member in vars(kind).items() if inspect.isfunction(member)}
    return any(name == "__call__" or not name.startswith("__") for name in methods)
