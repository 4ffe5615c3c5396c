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

from boltzmann import _checks
from boltzmann.experiments.compiled.records import BACKUPS, NEXT_ACTION, Learner, Mixture, Pulls, Transitions
from boltzmann.policies import Boltzmann, EpsilonBoltzmann, EpsilonGreedy, Greedy, MaxBoltzmann, Uniform
from boltzmann.schedules._base import temperatures_at
from boltzmann.thermostats import Thermostat

__all__ = ["UnsupportedError", "learner_of", "mixture_of", "own_form", "require_rates", "world_of"]

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

    ``step_size``, a number or a callable of the visit count, or ``extra``: the change is divided by count + extra.
    ``backup``, a name in ``BACKUPS``, with ``discount`` and ``temperature`` where they are read.
    """
    values, visits = form["values"], form["visits"]
    if values.shape[2] > MOST_ACTIONS:
        raise UnsupportedError(f"more than {MOST_ACTIONS} actions")
    step_size: Any = form.get("step_size")
    backup = BACKUPS.index(form.get("backup", "none"))
    heat = form.get("temperature", 0.0)
    if heat is None or isinstance(heat, Thermostat):
        raise UnsupportedError("the temperature of the backup is known in lockstep alone")
    by = form.get("extra", 0.0) if step_size is None else 0.0 if callable(step_size) else float(step_size)
    discount = float(form.get("discount", 0.0))
    seen = np.zeros(values.shape[:2] if masked else (0, 0), dtype=np.bool_)

    rates = np.empty(0)
    rows = len(values) if backup == NEXT_ACTION else 0
    ahead = (np.zeros(rows, dtype=np.int64), np.zeros(rows, dtype=np.bool_), np.zeros((rows, values.shape[2])))

    def at(steps: Steps) -> Learner:
        nonlocal rates
        heats = scheduled("temperature", heat, steps)
        counts = int(visits.max()) + len(steps) if callable(step_size) else 0
        if counts > len(rates):
            # Twice as many as before at least, so that a long run does not read them again and again.
            rates = rates_at(step_size, max(counts, 2 * len(rates)))
        return Learner(values, visits, seen, step_size is None, by, rates, discount, backup, heats, *ahead)

    return at


def rates_at(step_size: Any, counts: int) -> NDArray[np.float64]:
    """Read a scheduled step size at so many counts from 0 on, of which not all may be reached."""
    return np.broadcast_to(np.asarray(step_size(np.arange(counts)), dtype=np.float64), (counts,)).copy()


def require_rates(learner: Learner) -> None:
    """Raise where a scheduled step size that was used is out of [0, 1]."""
    if len(learner.rates) > 0:
        used = learner.rates[: int(learner.visits.max())]
        _checks.require_all((used >= 0) & (used <= 1), "step_size", "in [0, 1]", used)


def world_of(form: dict[str, Any]) -> Pulls | Transitions:
    """Translate an environment's form, whose ``kind`` says which of the two it is."""
    fields = dict(form)
    kind = fields.pop("kind")
    if kind == "bandit":
        return Pulls(**fields)
    if fields["gaps"] is None:
        fields["gaps"] = np.full(len(fields["cumulative"]), np.nan)
    if fields["observations"] is None:
        fields["observations"] = np.arange(len(fields["initial"]))
    if fields["noise"] is None:
        fields["noise"] = np.empty(0)
    mask = fields["mask"]
    fields["mask"] = np.zeros((0, 0)) if mask is None else np.vstack([np.where(mask, 0.0, -np.inf), 0.0 * mask[:1]])
    return Transitions(**fields)
