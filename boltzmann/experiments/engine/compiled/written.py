"""The text of a kernel, which is written once for all agents and worlds of the same laws.

Writing takes a millisecond or more, as long as some ten thousand steps of an agent.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import is_dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from boltzmann.experiments.engine.compiled.writing import UnidentifiedError, identity_of

if TYPE_CHECKING:
    from boltzmann.experiments.engine.compiled.stepping import Steps

_MOST = 128
"""Texts that are kept, of some ten kilobytes each."""
_NAMED = frozenset({"tables", "states", "constants", "numbers"})
"""Parts of a law of which the names are written."""
_GIVEN = frozenset({"rng", "distribution", "rate", "rate_interval", "table"})
"""Parts of a law that are not written."""


class Written(NamedTuple):
    """What was written.

    Attributes
    ----------
    parts : tuple of (str, tuple of str)
        Functions, each with the names of its arguments: the parts of a cut step, two where the world is called, else
        one; the whole kernel where nothing is called.
    requirements : tuple of str
        The texts of the errors that the kernel notes by number.
    sizes : mapping
        How many numbers the working memory has, by array.
    """

    parts: tuple[tuple[str, tuple[str, ...]], ...]
    requirements: tuple[str, ...]
    sizes: Mapping[str, int]


_WRITTEN: dict[Hashable, Written] = {}


def written_once(steps: Steps, write: Callable[[], Written]) -> Written:
    """Return what is written of these steps: what was written before, if all that determines it is the same."""
    laws = _identity_of_laws(steps)
    if laws is None:
        return write()
    key = (steps.kernel.declared(), laws)
    known = _WRITTEN.get(key)
    if known is not None:
        return known
    written = write()
    # A law may read what another thread changed meanwhile.
    if _identity_of_laws(steps) == laws:
        if len(_WRITTEN) >= _MOST:
            _WRITTEN.clear()
        _WRITTEN[key] = written
    return written


def _identity_of_laws(steps: Steps) -> Hashable:
    """Return what determines the text besides what was declared before; None where that is not known."""
    try:
        return type(steps.world), identity_of((_outline(steps.learner), steps.world.written_by()))
    except UnidentifiedError:
        return None


def _outline(law: Any) -> dict[str, Any]:
    """Return the parts of a law that are written."""
    parts: dict[str, Any] = {"kind": type(law).__name__}
    for name, part in vars(law).items():
        if name in _NAMED:
            parts[name] = tuple(part)
        elif name in _GIVEN:
            parts[name] = part is None
        else:
            parts[name] = _outline(part) if is_dataclass(part) else part
    return parts
