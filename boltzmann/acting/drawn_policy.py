"""How a policy shows itself in a notebook: its schedules, and its probabilities for some values."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from boltzmann.arrays import Floats
from boltzmann.notation import Expression
from boltzmann.pictures import bars, expression, figure
from boltzmann.schedules import Schedule, curve_of, of_arrays, settled_at

_ACTIONS, _APART, _TIMES, _VARIANCE = 5, 0.1, 10, 0.25


def drawing_of(policy: Expression) -> str:
    """Return HTML: the expression, a curve for each schedule, and probabilities at the first and a late step."""
    parts = {field.name: getattr(policy, field.name) for field in dataclasses.fields(policy)}  # type: ignore[arg-type]
    # A prior of weights has one for each action.
    count = next((len(part) for part in parts.values() if isinstance(part, tuple)), _ACTIONS)
    values, reads = _APART * np.arange(count, dtype=np.float64), getattr(policy, "reads", ())
    schedules = _schedules_of(policy)
    steps = [0, *sorted({settled_at(schedule) for _, schedule in schedules})]
    curves = "".join(curve_of(schedule, name) for name, schedule in schedules)
    rows = [_probabilities(policy, values, step) for step in steps]
    captions = [f"probabilities at step {step:,}" for step in steps] if schedules else ["probabilities"]
    told = [f"for the values {', '.join(f'{value:g}' for value in values.round(1))}"]
    told += [f"each action taken {_TIMES} times"] if "visits" in reads else []
    told += [f"each with variance {_VARIANCE:g}"] if "variances" in reads else []
    return figure(
        expression(policy), curves, bars([list(enumerate(row)) for row in rows], captions, count=count), ", ".join(told)
    )


def _schedules_of(made: object) -> list[tuple[str, Schedule]]:
    """Return the schedules of a policy, and of its thermostats and policies, with the names of their parameters."""
    found: list[tuple[str, Schedule]] = []
    for field in dataclasses.fields(made):  # type: ignore[arg-type]
        part = getattr(made, field.name)
        # Thermostats, and policies that serve as a prior, declare what they read.
        if dataclasses.is_dataclass(part) and hasattr(part, "reads"):
            found += _schedules_of(part)
        elif callable(part) and not hasattr(part, "reads"):
            found.append((field.name, of_arrays(part)))
    return found


def _probabilities(policy: Any, values: Floats, step: int) -> list[float]:
    inputs = {"visits": np.full(len(values), _TIMES), "variances": np.full(len(values), _VARIANCE)}
    probs: list[float] = np.asarray(policy(values, step=step, **inputs).probs, dtype=np.float64).tolist()
    return probs
