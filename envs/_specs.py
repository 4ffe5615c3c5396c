"""The spec of a registered environment, found by its id."""

from __future__ import annotations

import importlib
import warnings
from typing import Any

import gymnasium
from gymnasium.envs.registration import EnvSpec


def find_spec(environment: str) -> EnvSpec:
    """Find the spec of an id, with or without a version, after importing the module named before the colon."""
    if not isinstance(environment, str):
        raise TypeError(f"environment must be an id or a gymnasium spec, got {environment!r}")
    module, _, name = environment.rpartition(":")
    if module:
        importlib.import_module(module)
    elif name.startswith("MinAtar/"):
        _register_minatar()
    if name in gymnasium.registry:
        return gymnasium.spec(name)
    # Gymnasium's look-up finds the newest version of an id without one, and explains what is wrong with other ids.
    try:
        with warnings.catch_warnings():
            # Gymnasium warns about a withdrawn version and then refuses it; the refusal is enough.
            warnings.simplefilter("ignore", DeprecationWarning)
            env = gymnasium.make(name, disable_env_checker=True)
    except gymnasium.error.NameNotFound as error:
        hint = f" Write the id of an environment that {module} registers after the colon." if module else _ours(name)
        raise gymnasium.error.NameNotFound(f"{error}{hint}") from None
    env.close()
    if env.spec is None:
        raise gymnasium.error.Error(f"{name} was made without a spec")
    return gymnasium.spec(env.spec.id)


def _ours(name: str) -> str:
    """Name the environments of this project that an id without its namespace may mean, or how others are named."""
    bare = name.lower().partition("-v")[0]
    meant = [known for known in gymnasium.registry if known.lower().partition("-v")[0] == f"boltzmann/{bare}"]
    return f" Did you mean {' or '.join(meant)}?" if meant else f" One of your own is module:{name}."


class SmallSeed(gymnasium.Wrapper[Any, Any, Any, Any]):
    """Seeds of any size for environments with NumPy's old generator, which takes those below 2^32 alone."""

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Start an episode from the seed modulo 2^32."""
        return self.env.reset(seed=None if seed is None else seed % 2**32, options=options)


def make_single(spec: EnvSpec, kwargs: dict[str, Any]) -> gymnasium.Env[Any, Any]:
    """Make a single environment that takes any seed."""
    env = gymnasium.make(spec, **kwargs)
    return SmallSeed(env) if str(spec.entry_point).startswith("minatar.") else env


def _register_minatar() -> None:
    """Register the games of MinAtar, once: importing its package registers none of them."""
    if not any(name.startswith("MinAtar/") for name in gymnasium.registry):
        try:
            importlib.import_module("minatar.gym").register_envs()
        except ModuleNotFoundError as error:
            raise ModuleNotFoundError(f"MinAtar's games need minatar: pip install minatar ({error})") from error
