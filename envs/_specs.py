"""Finding the spec of a registered environment by its id."""

from __future__ import annotations

import importlib
import warnings

import gymnasium
from gymnasium.envs.registration import EnvSpec


def find_spec(environment: str) -> EnvSpec:
    """Find an id, with or without a version, after importing the module that stands before it."""
    if not isinstance(environment, str):
        raise TypeError(f"environment must be an id or a gymnasium spec, got {environment!r}")
    module, _, name = environment.rpartition(":")
    if module:
        importlib.import_module(module)
    if name in gymnasium.registry:
        return gymnasium.spec(name)
    # Gymnasium's own look-up gives the newest version of an id without one, and says what is wrong with the rest.
    try:
        with warnings.catch_warnings():
            # It warns of a withdrawn version and then refuses it: the refusal says it all.
            warnings.simplefilter("ignore", DeprecationWarning)
            one = gymnasium.make(name, disable_env_checker=True)
    except gymnasium.error.NameNotFound as error:
        hint = f" After {module}: stands the id of an environment that it registers." if module else ""
        raise gymnasium.error.NameNotFound(f"{error}{hint}") from None
    one.close()
    if one.spec is None:
        raise gymnasium.error.Error(f"{name} was made without a spec")
    return gymnasium.spec(one.spec.id)
