"""From a policy, a learner and an environment to what the compiled loops read; or why there is no such form.

A learner and a batched environment say themselves how they step: by a method ``stretch_form`` that gives the arrays and
numbers as a dict, or None. It counts only where no subclass has methods of its own, which may change what it describes.
Policies are translated here, since open-loop mixtures of softmaxes are all that the loops know.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boltzmann.experiments.engine.compiled.rates import read_rates, read_schedule, require_own_rates, require_readable
from boltzmann.experiments.engine.compiled.records import (
    BACKUPS,
    NEXT_ACTION,
    Learner,
    Mixture,
    Pulls,
    Sums,
    Transitions,
)
from boltzmann.experiments.errors import UnsupportedError
from boltzmann.policies import Boltzmann, EpsilonBoltzmann, EpsilonGreedy, Greedy, MaxBoltzmann, Uniform
from boltzmann.thermostats import Thermostat

MOST_ACTIONS = 64
"""With more, the stages leave the first cache, and lockstep sums in another order."""

Steps = NDArray[np.int64]


def mixture_of(policy: Any, rng: np.random.Generator, step: int) -> Callable[[Steps], Mixture]:
    """Translate a policy that stands at a step; what it gives takes the steps of a stretch."""
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
    for name, part in (("epsilon", epsilon), ("temperature", exploring), ("temperature", exploiting)):
        require_readable(name, part, step)

    def at(steps: Steps) -> Mixture:
        chances = read_schedule("epsilon", epsilon, steps, most=1.0)
        heats = [read_schedule("temperature", part, steps) for part in (exploring, exploiting)]
        return Mixture(mixed, chances, heats[0], heats[1], rng)

    return at


def own_form(it: Any) -> dict[str, Any]:
    """Ask a learner or an environment for its form, where that is its own class's."""
    for name in getattr(it, "__dict__", ()):
        # Such as a step that was wrapped in place.
        if inspect.isfunction(getattr(type(it), name, None)):
            raise UnsupportedError(f"no compiled form of a {type(it).__name__} with a {name} of its own")
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


def learner_of(form: dict[str, Any], masked: bool, step: int, steps_ahead: int) -> Callable[[Steps], Learner]:
    """Translate a learner's form: ``values``, ``visits``, ``policy``, ``rng``, and how values move.

    ``step_size``, a number or a schedule of the visit count, or ``extra``: the change is divided by count + extra.
    ``backup``, a name in ``BACKUPS``, with ``discount`` and ``temperature`` where they are read. It stands at a step,
    and so many are to come.
    """
    values, visits = form["values"], form["visits"]
    if values.shape[2] > MOST_ACTIONS:
        raise UnsupportedError(f"more than {MOST_ACTIONS} actions")
    step_size: Any = form.get("step_size")
    require_own_rates(step_size)
    backup = BACKUPS.index(form.get("backup", "none"))
    heat = form.get("temperature", 0.0)
    if heat is None or isinstance(heat, Thermostat):
        raise UnsupportedError("the temperature of the backup is known in lockstep alone")
    require_readable("temperature", heat, step)
    by = form.get("extra", 0.0) if step_size is None else 0.0 if callable(step_size) else float(step_size)
    discount = float(form.get("discount", 0.0))
    seen = np.zeros(values.shape[:2] if masked else (0, 0), dtype=np.bool_)
    # Room for the step sizes of all counts that may come, of which memory is taken as they are read.
    highest = int(visits.max()) if callable(step_size) else 0
    rates = np.empty(highest + steps_ahead if callable(step_size) else 0)
    rows = len(values) if backup == NEXT_ACTION else 0
    ahead = (np.zeros(rows, dtype=np.int64), np.zeros(rows, dtype=np.bool_), np.zeros((rows, values.shape[2])))
    known = 0

    def at(steps: Steps) -> Learner:
        nonlocal highest, known
        heats = read_schedule("temperature", heat, steps)
        if callable(step_size):
            highest += len(steps)
            read_rates(step_size, rates, known, highest)
            known = highest
        parts = (step_size is None, by, rates[:known], discount, backup, heats)
        return Learner(values, visits, seen, *parts, *ahead)

    return at


def refuse_nonsense(learner: Learner, sums: Sums, step_size: Any) -> None:
    """Raise where a replicate has met a number that is none, by what a stretch of steps has left of it."""
    rows = np.flatnonzero(sums.poison != 0)
    if not len(rows):
        return
    row = int(rows[0])
    reward = sums.reward[:, row].sum()
    if not np.isfinite(reward):
        raise ValueError(f"rewards must be finite, got a sum of {reward} in row {row}")
    counts = np.flatnonzero(np.isnan(learner.rates[: int(learner.visits[row].max())]))
    if len(counts):
        count = int(counts[0])
        got = float(np.asarray(step_size(count)))
        raise ValueError(f"step_size must be in [0, 1], got {got} at visit count {count} in row {row}")
    raise ValueError(
        f"values must stay finite, but what was learnt in row {row} is not: its rewards, or the temperature of its "
        "backup, are too large"
    )


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
