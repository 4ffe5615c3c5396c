"""From raw arguments to scores by the way that their array library needs."""

from __future__ import annotations

from typing import Any

import numpy as np

from boltzmann import _arrays, _tensors
from boltzmann._scores import Scores
from boltzmann._standardise import COPIED, standardise

__all__ = ["scored"]


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
    if _arrays.is_native(values, temperature, where, prior):
        scores = standardise(values, temperature, where, prior)
        if not isinstance(temperature, float):
            temperature = np.array(temperature, dtype=np.float64) if np.ndim(temperature) else float(temperature)
        return scores, temperature, None
    # More than are copied stay with PyTorch, which computes at once from what they are now, and on all cores.
    if _tensors.is_plain(values, temperature, where, prior) and values.numel() <= COPIED:
        named = (("values", values), ("temperature", temperature), ("where", where), ("prior", prior))
        return standardise(*(_arrays.to_numpy(*part) for part in named)), temperature, _tensors.float_type(values)
    from boltzmann._traceable import standardise_traceably

    return standardise_traceably(values, temperature, where, prior), temperature, None
