"""Mixtures of two policies: with probability epsilon the one, otherwise the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from boltzmann import _arrays, _checks
from boltzmann.categorical import Categorical
from boltzmann.policies.interface import Distribution
from boltzmann.schedules import Schedule, value_at

__all__ = ["epsilon_at", "mixture"]

Part = Callable[[Any], Distribution]


def epsilon_at(epsilon: float | Schedule, step: int) -> float:
    """Read an epsilon, a number or a schedule, and check it."""
    return _checks.number("epsilon", value_at(epsilon, step), least=0, most=1)


def mixture(values: Any, epsilon: Any, exploring: Part, exploiting: Part, temperature: Any = None) -> Categorical:
    """Give epsilon exploring + (1 - epsilon) exploiting; epsilon is one number, or one a row."""
    if not _arrays.is_native(values):
        probs = (1 - epsilon) * exploiting(values).probs + epsilon * exploring(values).probs
        return Categorical(probs, temperature=temperature)
    array = _checks.numeric_array("values", values)
    wide = array.astype(np.float64, copy=False)
    share = np.asarray(epsilon)[..., np.newaxis]
    probs = (1 - share) * exploiting(wide).probs + share * exploring(wide).probs
    return Categorical(probs.astype(array.dtype, copy=False), temperature=temperature)
