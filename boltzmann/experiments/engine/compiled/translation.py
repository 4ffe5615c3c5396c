"""Translation of a policy, a learner and an environment to the data of the compiled loops, or the reason against it.

A learner and a batched environment describe how they step by a method ``stretch_form``, which returns their arrays and
numbers as a dict, or None. The description does not count where a subclass overrides methods, which may change the
steps. Policies are translated here, since the loops know only open-loop mixtures of softmaxes.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from boltzmann.experiments.engine.compiled.rates import (
    Steps,
    read_rates,
    read_schedule,
    require_library_rates,
    require_readable,
)
from boltzmann.experiments.engine.compiled.records import (
    BACKUPS,
    NEXT_ACTION,
    NO_BACKUP,
    Learner,
    Mixture,
    Pulls,
    Sums,
    Transitions,
)
from boltzmann.experiments.errors import UnsupportedError
from boltzmann.policies import Boltzmann, EpsilonBoltzmann, EpsilonGreedy, Greedy, MaxBoltzmann, Uniform
from boltzmann.thermostats import Thermostat

_HARMLESS_METHODS = {"single"}
"""Methods that a subclass may override without a change of its steps."""

MOST_ACTIONS = 64
"""With more actions the stages outgrow the first-level cache, and lockstep sums in another order."""


def mixture_of(policy: Any, rng: np.random.Generator, step: int) -> Callable[[Steps], Mixture]:
    """Return a function from the steps of a stretch to a policy's mixture; ``step`` is the policy's present step."""
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
        raise UnsupportedError("a thermostat sees values, which only lockstep passes to it")
    mixed = kind in (EpsilonGreedy, MaxBoltzmann, EpsilonBoltzmann)
    for name, part in (("epsilon", epsilon), ("temperature", exploring), ("temperature", exploiting)):
        require_readable(name, part, step)

    def mixture_at(steps: Steps) -> Mixture:
        epsilons = read_schedule("epsilon", epsilon, steps, most=1.0)
        temperatures = [read_schedule("temperature", part, steps) for part in (exploring, exploiting)]
        return Mixture(mixed, epsilons, temperatures[0], temperatures[1], rng)

    return mixture_at


def stretch_form(owner: Any) -> dict[str, Any]:
    """Return the form of a learner or an environment, unless an override may change its steps."""
    for name in getattr(owner, "__dict__", ()):
        # A method of the object itself, such as a wrapped `step`, overrides its class's.
        if inspect.isfunction(getattr(type(owner), name, None)):
            raise UnsupportedError(f"no compiled form of a {type(owner).__name__} with a custom {name}")
    for kind in type(owner).__mro__:
        methods = {name for name, member in vars(kind).items() if callable(member) and not name.startswith("__")}
        if "stretch_form" in methods:
            break
        if methods - _HARMLESS_METHODS:
            raise UnsupportedError(f"no compiled form of {type(owner).__name__}")
    form: dict[str, Any] | None = owner.stretch_form() if hasattr(owner, "stretch_form") else None
    if form is None:
        raise UnsupportedError(f"no compiled form of {owner!r}")
    return form


def learner_of(form: dict[str, Any], masked: bool, step: int, remaining: int) -> Callable[[Steps], Learner]:
    """Return a function from the steps of a stretch to the data of a learner.

    Parameters
    ----------
    form : dict
        ``values`` and ``visits``; ``step_size``, a number or a schedule of the visit count, or ``extra``, which makes
        the change an average over count + extra; ``backup``, a name in ``BACKUPS``, with ``discount`` and
        ``temperature`` where it reads them.
    masked : bool
        Whether the environment has action masks.
    step, remaining : int
        The learner's present step, and the number of steps that follow at most.
    """
    values, visits = form["values"], form["visits"]
    replicates, _, actions = values.shape
    if actions > MOST_ACTIONS:
        raise UnsupportedError(f"more than {MOST_ACTIONS} actions")
    step_size: Any = form.get("step_size")
    require_library_rates(step_size)
    scheduled = callable(step_size)
    backup = BACKUPS.index(form.get("backup", BACKUPS[NO_BACKUP]))
    temperature = form.get("temperature", 0.0)
    if temperature is None or isinstance(temperature, Thermostat):
        raise UnsupportedError("only lockstep knows the temperature of the backup")
    require_readable("temperature", temperature, step)
    averages = step_size is None
    extra_count = float(form.get("extra", 0.0)) if averages else 0.0
    constant = 0.0 if averages or scheduled else float(step_size)
    discount = float(form.get("discount", 0.0))
    seen = np.zeros((replicates, values.shape[1]) if masked else (0, 0), dtype=np.bool_)
    # Room for the step sizes of all possible counts; the system allocates its pages as they are read.
    highest_count = int(visits.max()) if scheduled else 0
    rates = np.empty(highest_count + remaining if scheduled else 0)
    rows = replicates if backup == NEXT_ACTION else 0
    drawn = (np.zeros(rows, dtype=np.int64), np.zeros(rows, dtype=np.bool_), np.zeros((rows, actions)))
    read = 0

    def learner_at(steps: Steps) -> Learner:
        nonlocal highest_count, read
        temperatures = read_schedule("temperature", temperature, steps)
        if scheduled:
            highest_count += len(steps)
            read_rates(step_size, rates, read, highest_count)
            read = highest_count
        movement = (averages, extra_count, constant, rates[:read])
        return Learner(values, visits, seen, *movement, discount, backup, temperatures, *drawn)

    return learner_at


def require_finite(learner: Learner, sums: Sums, step_size: Any) -> None:
    """Raise if any replicate produced NaN or infinity during a stretch, and name the cause."""
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
        value = float(np.asarray(step_size(count)))
        raise ValueError(f"step_size must be in [0, 1], got {value} at visit count {count} in row {row}")
    raise ValueError(
        f"values must stay finite, but a learnt value in row {row} is not: its rewards, or the temperature of its "
        "backup, are too large"
    )


def world_of(form: dict[str, Any]) -> Pulls | Transitions:
    """Return the data of an environment from its form, whose ``kind`` says whether it is a bandit or a table."""
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
