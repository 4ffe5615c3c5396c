"""What a run turned out to be made of: each environment's version, arguments and time limit, and what was installed."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import boltzmann

_VERSIONED = ("numpy", "scipy", "gymnasium", "numba")

Resolved = dict[str, Any] | None
"""``id``, ``arguments``, ``max_episode_steps`` and ``wrappers``; None where an environment tells nothing of itself."""


def describe_environment(env: Any) -> Resolved:
    """Describe an environment by its ``spec``, defaults included, as JSON holds it.

    Parameters
    ----------
    env : gymnasium.vector.VectorEnv
        Its ``spec`` is a ``gymnasium.envs.registration.EnvSpec``, or None.

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
        "arguments": _written(spec.kwargs),
        "max_episode_steps": spec.max_episode_steps,
        "wrappers": [f"{wrapper.name}({_listed(wrapper.kwargs)})" for wrapper in spec.additional_wrappers],
    }


def difference(begun: Sequence[Resolved], now: Sequence[Resolved]) -> str:
    """Say the first thing in which two lists of environments differ, a task each; nothing where they do not.

    One that does not tell what it is is taken to be the same.

    Examples
    --------
    >>> old, new = ({"id": id, "max_episode_steps": 200} for id in ("Taxi-v3", "Taxi-v4"))
    >>> difference([old], [new])
    "id of task 0 was 'Taxi-v3' and is 'Taxi-v4' now"
    """
    for task, (one, other) in enumerate(zip(begun, now, strict=False)):
        if one is None or other is None:
            continue
        for name in [*one, *other]:
            if one.get(name) != other.get(name):
                return f"{name} of task {task} was {one.get(name)!r} and is {other.get(name)!r} now"
    return ""


def _written(arguments: dict[str, Any] | None) -> dict[str, str]:
    return {name: _text(value) for name, value in sorted((arguments or {}).items())}


def _listed(arguments: dict[str, Any] | None) -> str:
    return ", ".join(f"{name}={text}" for name, text in _written(arguments).items())


def _text(value: Any) -> str:
    """Write a value so that it reads the same in another process: a repr may hold an address."""
    if value is None or isinstance(value, bool | int | float | str):
        return repr(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(_text(part) for part in value)}]"
    return type(value).__qualname__


def versions() -> dict[str, str]:
    """Tell the versions of Python and of what the numbers of a run depend on."""
    found = {"python": platform.python_version(), "boltzmann-exploration": boltzmann.__version__}
    for name in _VERSIONED:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed as a distribution"
    return found
