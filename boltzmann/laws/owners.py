"""Whose law counts."""

from __future__ import annotations

import inspect
from typing import Any


def own_law(owner: Any) -> Any:
    """Return the law of an object; None without one, and where a subclass may change what it does.

    The law counts for the class that states it. A subclass that overrides a method, or an object whose methods were
    replaced, may do something else.
    """
    kind = type(owner)
    if any(inspect.isfunction(getattr(kind, name, None)) for name in getattr(owner, "__dict__", ())):
        return None
    for parent in kind.__mro__:
        if "law" in vars(parent):
            return owner.law
        methods = {name for name, member in vars(parent).items() if inspect.isfunction(member)}
        if {name for name in methods if name == "__call__" or not name.startswith("__")}:
            return None
    return None
