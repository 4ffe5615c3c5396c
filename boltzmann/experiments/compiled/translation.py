"""From a policy, a learner and an environment to what the compiled loops read; or why there is no such form.

A learner and a batched environment say themselves how they step: by a method ``stretch_form`` that gives the arrays and
numbers as a dict, or None. It counts only where no subclass has methods of its own, which may change what it describes.
Policies are translated here, since open-loop mixtures of softmaxes are all that the loops know.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boltzmann.experiments.compiled.records import Learner, Mixture, Pulls, Transitions
from boltzmann.policies import Boltzmann, EpsilonBoltzmann, EpsilonGreedy, Greedy, MaxBoltzmann, Uniform
from boltzmann.schedules._base import temperatures_at
from boltzmann.thermostats import Thermostat

__all__ = ["BACKUPS", "UnsupportedError", "learner_of", "mixture_of", "own_form", "world_of"]

BACKUPS = ("none", "maximum", "soft value", "mellowmax", "Boltzmann expectation", "policy expectation")
MOST_ACTIONS = 64
"""With more, the stages leave the first cache, and lockstep sums in another order."""

Steps = NDArray[np.int64]


class UnsupportedError(ValueError):
    """There is no compiled form; the message says of what."""


def mixture_of(policy: Any, rng: np.random.Generator) -> Callable[[Steps], Mixture]:
    """Translate a policy; what it gives takes the steps of a stretch."""
    kind, inf = type(policy), np.inf
    parts: dict[type, Callable[[], tuple[Any, Any, Any]]] = {
        Boltzmann: lambda: (0.0, 0.0, policy.temperature),
        Greedy: lambda: (0.0, 0.0, 0.0),
        Uniform: lambda: (0.0, 0.0, inf),
        EpsilonGreedy: lambda: (policy.epsilon, inf, 0.0),
        MaxBoltzmann: lambda: (policy.epsilon, policy.temperature, 0.0),
        EpsilonBoltzmann: lambda: (policy.epsilon, inf, policy.temperature),
    }
    if kind not in parts:
        raise UnsupportedError(f"no compiled form of {kind.__name__}")
    epsilon, exploring, exploiting = parts[kind]()
    if any(isinstance(part, Thermostat) for part in (exploring, exploiting)):
        raise UnsupportedError("a thermostat sees values that only lockstep knows")
    mixed = kind in (EpsilonGreedy, MaxBoltzmann, EpsilonBoltzmann)

    def at(steps: Steps) -> Mixture:
        chances = scheduled("epsilon", epsilon, steps)
        if not (chances <= 1).all():
            raise ValueError(f"epsilon must be in [0, 1], got {chances.max()}")
        heats = [scheduled("temperature", part, steps) for part in (exploring, exploiting)]
        return Mixture(mixed, chances, heats[0], heats[1], rng)

    return at


def scheduled(name: str, schedule: Any, steps: Steps) -> NDArray[np.float64]:
    """Read a number or a schedule at every step of a stretch; a callable that knows no arrays is asked step by step."""
    try:
        return np.array(temperatures_at(name, schedule, steps.astype(np.float64)))
    except (TypeError, ValueError):
        return np.array([float(temperatures_at(name, schedule, np.asarray(float(step)))) for step in steps])


def own_form(it: Any) -> dict[str, Any]:
    """Ask a learner or an environment for its form, where that is its own class's."""
    for kind in type(it).__mro__:
        methods = {name for name, part in vars(kind).items() if callable(part) and not name.startswith("__")}
        if "stretch_form" in methods:
            break
        if methods - {"single"}:
            raise UnsupportedError(f"no compiled form of {type(it).__name__}")
    form: dict[str, Any] | None = it.stretch_form() if hasattr(it, "stretch_form") else None
    if form is None:
        raise UnsupportedError(f"no compiled form of {it!r}")
    return form


def learner_of(form: dict[str, Any], masked: bool) -> Callable[[Steps], Learner]:
    """Translate a learner's form: ``values``, ``visits``, ``policy``, ``rng``, and how values move.

    ``step_size``, a number, or ``extra``: the change is divided by count + extra. ``backup``, a name in ``BACKUPS``,
    with ``discount`` and ``temperature`` where they are read.
    """
    values, visits = form["values"], form["visits"]
    if values.shape[2] > MOST_ACTIONS:
        raise UnsupportedError(f"more than {MOST_ACTIONS} actions")
    step_size, backup = form.get("step_size"), BACKUPS.index(form.get("backup", "none"))
    if callable(step_size):
        raise UnsupportedError("a scheduled step size is read in lockstep")
    heat = form.get("temperature", 0.0)
    if heat is None or isinstance(heat, Thermostat):
        raise UnsupportedError("the temperature of the backup is known in lockstep alone")
    by = float(form.get("extra", 0.0) if step_size is None else step_size)
    discount = float(form.get("discount", 0.0))
    seen = np.zeros(values.shape[:2] if masked else (0, 0), dtype=np.bool_)

    def at(steps: Steps) -> Learner:
        heats = scheduled("temperature", heat, steps)
        return Learner(values, visits, seen, step_size is None, by, discount, backup, heats)

    return at


def world_of(form: dict[str, Any]) -> Pulls | Transitions:
    """Translate an environment's form, whose ``kind`` says which of the two it is."""
    fields = dict(form)
    kind = fields.pop("kind")
    if kind == "bandit":
        return Pulls(**fields)
    if fields["gaps"] is None:
        pairs = len(fields["cumulative"])
        fields["gaps"] = np.full(pairs, np.nan)
    mask = fields["mask"]
    fields["mask"] = np.zeros((0, 0)) if mask is None else np.vstack([np.where(mask, 0.0, -np.inf), 0.0 * mask[:1]])
    return Transitions(**fields)
