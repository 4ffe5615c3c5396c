"""The laws of an agent and of its environment, and why there is none."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from boltzmann.experiments.engine.compiled.worlds import BanditWorld, LawfulWorld, MotionWorld, TableWorld
from boltzmann.experiments.errors import UnsupportedError
from boltzmann.laws import LearnerLaw, own_law
from boltzmann.thermostats import Thermostat

_WORLDS: dict[str, Callable[[Any], LawfulWorld]] = {"table": TableWorld, "bandit": BanditWorld, "motion": MotionWorld}


def _require_own_methods(owner: Any) -> None:
    """Refuse an object of which a method was replaced, which a law would not call."""
    for name in getattr(owner, "__dict__", ()):
        if inspect.isfunction(getattr(type(owner), name, None)):
            raise UnsupportedError(f"no compiled form of a {type(owner).__name__} with a custom {name}")


def learner_of(agent: Any) -> LearnerLaw:
    """Return the law of an agent; its policy may have none."""
    _require_own_methods(agent)
    law: LearnerLaw | None = own_law(agent)
    if law is not None and law.policy is not None:
        return law
    parts = (getattr(agent, name, None) for name in ("policy", "backup"))
    raise without_law(next((part for part in parts if part is not None and own_law(part) is None), agent))


def without_law(owner: Any) -> UnsupportedError:
    """Return the error that names what has no law: a policy's thermostat, or the policy, learner or environment."""
    temperature = getattr(owner, "temperature", None)
    if isinstance(temperature, Thermostat) and own_law(temperature) is None:
        owner = temperature
    return UnsupportedError(f"no compiled form of {type(owner).__name__}")


def world_of(env: Any) -> LawfulWorld:
    """Return the world of an environment with a law."""
    _require_own_methods(env)
    form = own_law(env)
    if form is None:
        raise without_law(env)
    return _WORLDS[form["kind"]](form)
