"""The door: raw arguments become scores, and carry the namespace of their array library from here on."""

from __future__ import annotations

from typing import Any

import numpy as np

from boltzmann._numerics import libraries, tensors
from boltzmann._numerics.derivatives import Recorded, recorded_scores
from boltzmann._numerics.numpy_scores import COPIED, standardise
from boltzmann._numerics.scores import Scores
from boltzmann.arrays import Mask, Values, Weights

_COMMON = frozenset((np.ndarray, np.float64, float, int, list, tuple, type(None)))
"""Types that need no closer look: NumPy computes."""


def scored(values: Values, temperature: Values, where: Mask, prior: Weights) -> tuple[Scores, Any]:
    """Reduce the arguments of a Gibbs distribution to scores, in the way that their array library needs.

    The temperature is returned too, as a float or as an array that nobody else writes to.
    """
    if _COMMON.issuperset((type(values), type(temperature), type(where), type(prior))):
        scores = standardise(values, temperature, where, prior, single_row=True)
        return scores, temperature if isinstance(temperature, float) else _frozen(temperature)
    if libraries.is_native(values):
        # The result uses the library of `values`, even if the other arguments come from another.
        named = (("temperature", temperature), ("where", where), ("prior", prior))
        temperature, where, prior = (tensors.without_derivative(*part) for part in named)
        if libraries.is_native(temperature, where, prior):
            return standardise(values, temperature, where, prior, single_row=True), _frozen(temperature)
    return _foreign_scores(values, temperature, where, prior), _frozen(temperature)


def reduced(values: Values, temperature: Values, where: Mask, prior: Weights) -> tuple[Scores | Recorded, Any]:
    """Reduce the arguments to scores, of which those of tensors with derivatives are left to NumPy where it can."""
    # Again, since each call is felt in a small question.
    if _COMMON.issuperset((type(values), type(temperature), type(where), type(prior))):
        scores = standardise(values, temperature, where, prior, single_row=True)
        return scores, temperature if isinstance(temperature, float) else _frozen(temperature)
    if libraries.is_tensor(values):
        recorded = recorded_scores(values, temperature, where, prior)
        if recorded is not None:
            return recorded, _frozen(temperature)
    return scored(values, temperature, where, prior)


def _foreign_scores(values: Any, temperature: Values, where: Mask, prior: Weights) -> Scores:
    # Larger tensors are not copied and stay with PyTorch, which computes at once and on all cores.
    if tensors.is_plain(values, temperature, where, prior) and values.numel() <= COPIED:
        parts = (("values", values), ("temperature", temperature), ("where", where), ("prior", prior))
        scores = standardise(*(libraries.to_numpy(*part) for part in parts), single_row=True)
        scores.tensors = tensors.float_type(values)
        return scores
    from boltzmann._numerics.traced_scores import standardise_traceably

    return standardise_traceably(values, temperature, where, prior)


def _frozen(temperature: Any) -> Any:
    if isinstance(temperature, float):
        return temperature
    if not libraries.is_native(temperature):
        return temperature.clone() if libraries.is_torch(libraries.namespace(temperature)) else temperature
    return np.array(temperature, dtype=np.float64) if np.ndim(temperature) else float(temperature)
