"""Texts of kernels that were written before, found again by all that they depend on.

Laws are made anew by each call, and writing them takes longer than some hundred steps. A text follows from the
learner's class and parameters, the shape of its tables, and the law of the environment, but not from what arrays hold:
kernels receive these. Classes and functions that are not of this project may change while a process runs, in a notebook
for instance, so that their laws are written each time.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import fields, is_dataclass
from types import FunctionType
from typing import Any, NamedTuple

import numpy as np

_PROJECT = frozenset({"boltzmann", "agents", "envs"})
_NEVER_WRITTEN = frozenset({"rng", "starts", "rewarding", "generators", "resume", "segments", "round", "limit"})
"""What an environment tells beside its law: generators, and what kernels receive or Python calls."""
_MOST = 256
_TEXTS: dict[Hashable, Written] = {}


class Written(NamedTuple):
    """A kernel's text, or its parts with the names of their arguments, the sizes of its memory, and its errors."""

    text: str
    parts: list[tuple[str, list[str]]]
    sizes: dict[str, int]
    requirements: tuple[str, ...]


class _UnknownError(Exception):
    """Something has no key, so that what depends on it is written each time."""


def key_of_text(agent: Any, form: Mapping[str, Any], shape: tuple[int, ...]) -> Hashable:
    """Return the key of the text for an agent with tables of a shape in an environment with a law; None without one."""
    if not form:
        return None
    try:
        written = {name: part for name, part in form.items() if name not in _NEVER_WRITTEN}
        return shape, _key(agent, calls=False), _key(written, calls=True)
    except _UnknownError:
        return None


def known_text(key: Hashable) -> Written | None:
    """Return what was written for a key."""
    return None if key is None else _TEXTS.get(key)


def keep_text(key: Hashable, written: Written) -> None:
    """Keep what was written for a key, and drop the oldest texts where there are many."""
    if key is None:
        return
    _TEXTS[key] = written
    # Another thread may drop the same ones.
    for oldest in list(_TEXTS)[:-_MOST]:
        _TEXTS.pop(oldest, None)


def _key(part: Any, *, calls: bool) -> Hashable:
    """Return what equals the key of parts that lead to the same text; ``calls`` tells that laws call the functions."""
    kind = type(part)
    if part is None or kind in (bool, int, str):
        return kind, part
    if isinstance(part, float | np.generic):
        # Zeros of both signs are equal, and NaN differs from itself.
        return kind, repr(part)
    if kind in (tuple, list):
        return kind, *(_key(each, calls=calls) for each in part)
    if kind is dict or isinstance(part, Mapping):
        return tuple((name, _key(each, calls=calls)) for name, each in part.items())
    if isinstance(part, np.ndarray):
        return kind, part.dtype, part.shape
    if kind is FunctionType:
        # A schedule is read by numbers, whatever it does.
        if vars(part) or (calls and not _is_ours(part)):
            raise _UnknownError
        return kind, part
    if is_dataclass(kind) and _is_ours(kind):
        law = getattr(kind, "law", None)
        # A law that was put in the place of a class's own one is another law.
        own = getattr(law, "fget", None) or id(law)
        return kind, own, *(_key(getattr(part, field.name), calls=calls) for field in fields(kind))
    raise _UnknownError


def _is_ours(thing: Any) -> bool:
    return thing.__module__.partition(".")[0] in _PROJECT
