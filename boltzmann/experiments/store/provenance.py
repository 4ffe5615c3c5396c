"""The provenance of a run: the version, arguments and time limit of each environment, and the installed libraries."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import boltzmann
from boltzmann.checks import shown

_VERSIONED = ("numpy", "scipy", "gymnasium", "numba")

EnvironmentRecord = dict[str, Any] | None
"""``id``, ``arguments``, ``max_episode_steps`` and ``wrappers``; None for an environment without a ``spec``."""


def describe_environment(env: Any) -> EnvironmentRecord:
    """Return the record of an environment as JSON data, from its ``spec``, with default arguments.

    Examples
    --------
    >>> import envs
    >>> describe_environment(envs.make("FrozenLake-v1", is_slippery=False))["arguments"]
    {'is_slippery': 'False', 'map_name': "'4x4'"}
    """
    spec = getattr(env, "spec", None)
    if spec is None:
        return None
    return {
        "id": spec.id,
        "arguments": _argument_texts(spec.kwargs),
        "max_episode_steps": spec.max_episode_steps,
        "wrappers": [f"{wrapper.name}({_list_arguments(wrapper.kwargs)})" for wrapper in spec.additional_wrappers],
    }


def difference(begun: Sequence[EnvironmentRecord], now: Sequence[EnvironmentRecord]) -> str:
    """Return the first difference between the environments of two runs, in words; empty where there is none.

    An environment without a record counts as unchanged.

    Examples
    --------
    >>> old, new = ({"id": id, "max_episode_steps": 200} for id in ("Taxi-v3", "Taxi-v4"))
    >>> difference([old], [new])
    "id of task 0 was 'Taxi-v3' and is 'Taxi-v4' now"
    """
    for task, (before, after) in enumerate(zip(begun, now, strict=False)):
        if before is None or after is None:
            continue
        for name in [*before, *after]:
            if before.get(name) != after.get(name):
                return f"{name} of task {task} was {shown(before.get(name))} and is {shown(after.get(name))} now"
    return ""


def _argument_texts(arguments: dict[str, Any] | None) -> dict[str, str]:
    return {name: _text(value) for name, value in sorted((arguments or {}).items())}


def _list_arguments(arguments: dict[str, Any] | None) -> str:
    return ", ".join(f"{name}={text}" for name, text in _argument_texts(arguments).items())


def _text(value: Any) -> str:
    """Write a value identically in every process: a repr may contain a memory address."""
    if value is None or isinstance(value, bool | int | float | str):
        return repr(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(_text(part) for part in value)}]"
    return type(value).__qualname__


def versions() -> dict[str, str]:
    """Return the installed versions of Python and of the libraries that the numbers of a run depend on."""
    installed = {"python": platform.python_version(), "boltzmann-exploration": boltzmann.__version__}
    return installed | {name: _installed_version(name) for name in _VERSIONED}


@cache
def _installed_version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed as a distribution"
