"""Mixtures of two policies: with probability epsilon the one, otherwise the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from boltzmann import checks
from boltzmann._numerics import libraries
from boltzmann.categorical import Categorical
from boltzmann.policies.protocol import Distribution
from boltzmann.schedules import Schedule, value_at

Part = Callable[[Any], Distribution]


def epsilon_at(epsilon: float | Schedule, step: int) -> float:
    """Read an epsilon, a number or a schedule, and check it."""
    return checks.number("epsilon", value_at(epsilon, step), least=0, most=1)


def mixture(values: Any, epsilon: Any, exploring: Part, exploiting: Part, temperature: Any = None) -> Categorical:
    """Give epsilon exploring + (1 - epsilon) exploiting; epsilon is one number, or one a row."""
    if np.shape(epsilon) not in ((), tuple(values.shape[:-1]) if hasattr(values, "shape") else np.shape(values)[:-1]):
        raise ValueError(f"epsilons must be one or one a row, got shape {np.shape(epsilon)}")
    if not libraries.is_native(values):
        xp, share = libraries.namespace(values), epsilon
        if np.ndim(epsilon):
            second = exploiting(values).probs
            share = libraries.to_float(xp, "epsilons", np.asarray(epsilon), like=second)[..., None]
        probs = (1 - share) * exploiting(values).probs + share * exploring(values).probs
        return Categorical(probs, temperature=temperature)
    array = checks.numeric_array("values", values)
    wide = array.astype(np.float64, copy=False)
    share = np.asarray(epsilon)[..., np.newaxis]
    probs = (1 - share) * exploiting(wide).probs + share * exploring(wide).probs
    return Categorical(probs.astype(array.dtype, copy=False), temperature=temperature)
