"""From raw arguments to scores by the way that their array library needs."""

from __future__ import annotations

from typing import Any

import numpy as np

from boltzmann._numerics import libraries, tensors
from boltzmann._numerics.numpy_scores import COPIED, standardise
from boltzmann._numerics.scores import Scores


def scored(values: Any, temperature: Any, where: Any, prior: Any) -> tuple[Scores, Any, Any]:
    """Reduce the arguments of a Gibbs distribution to scores.

    Returns
    -------
    Scores
    temperature
        As it is to be told: NumPy's or Python's own as a float or an array of nobody else's.
    dtype, or None
        Of the answers as PyTorch's tensors, where NumPy computes in their place.
    """
    if libraries.is_native(values, temperature, where, prior):
        return standardise(values, temperature, where, prior), _own(temperature), None
    if libraries.is_native(values):
        # The answer is of the library of the values, whatever masks are of.
        named = (("temperature", temperature), ("where", where), ("prior", prior))
        settled = [tensors.known(*part) for part in named]
        if libraries.is_native(*settled):
            return scored(values, *settled)
    told = _own(temperature)
    # More than are copied stay with PyTorch, which computes at once from what they are now, and on all cores.
    if tensors.is_plain(values, temperature, where, prior) and values.numel() <= COPIED:
        parts = (("values", values), ("temperature", temperature), ("where", where), ("prior", prior))
        return standardise(*(libraries.to_numpy(*part) for part in parts)), told, tensors.float_type(values)
    from boltzmann._numerics.traced_scores import standardise_traceably

    return standardise_traceably(values, temperature, where, prior), told, None


def _own(temperature: Any) -> Any:
    """Give a temperature as a float, or as an array that nobody else writes to."""
    if isinstance(temperature, float):
        return temperature
    if not libraries.is_native(temperature):
        return tensors.own_copy(temperature)
    try:
        return np.array(temperature, dtype=np.float64) if np.ndim(temperature) else float(temperature)
    except (TypeError, ValueError):
        # What it is instead is for the checks to say.
        return temperature
