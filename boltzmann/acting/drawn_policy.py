"""How a policy shows itself in a notebook: its schedules, and its probabilities for some values."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from boltzmann.arrays import Floats
from boltzmann.pictures import bars, expression, figure
from boltzmann.schedules import curve_of, of_arrays, settled_at

_ACTIONS, _TIMES, _VARIANCE = 5, 10, 0.25


def drawing_of(policy: Any) -> str:
    """Return HTML: the expression, a curve for each schedule, and probabilities at the first and a late step."""
    parts = {field.name: getattr(policy, field.name) for field in dataclasses.fields(policy)}
    # Thermostats, and policies that serve as a prior, declare what they read.
    schedules = {name: of_arrays(part) for name, part in parts.items() if callable(part) and not hasattr(part, "reads")}
    # A prior of weights has one for each action.
    values = np.linspace(0.0, 1.0, next((len(part) for part in parts.values() if isinstance(part, tuple)), _ACTIONS))
    steps = [0, *{settled_at(schedule) for schedule in schedules.values()}]
    curves = "".join(curve_of(schedule, name) for name, schedule in schedules.items())
    rows = [_probabilities(policy, values, step) for step in steps]
    captions = [f"probabilities at step {step:,}" for step in steps] if schedules else ["probabilities"]
    told = ", ".join(f"{value:.3g}" for value in values)
    note = f"for the values {told}, each action taken {_TIMES} times with variance {_VARIANCE:g}"
    return figure(expression(policy), curves, bars(rows, captions, count=len(values)), note)


def _probabilities(policy: Any, values: Floats, step: int) -> list[float]:
    inputs = {"visits": np.full(len(values), _TIMES), "variances": np.full(len(values), _VARIANCE)}
    probs: list[float] = np.asarray(policy(values, step=step, **inputs).probs, dtype=np.float64).tolist()
    return probs
