"""What an agent hands back when it acts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boltzmann import Distribution

__all__ = ["Decision"]


@dataclass(frozen=True, eq=False)
class Decision:
    """The actions of all replicates and the distribution that they were drawn from.

    Attributes
    ----------
    actions : array of int, shape (R,)
        One action a replicate.
    distribution : Distribution
        Of R rows: probabilities, log-probabilities and entropy of what acted.
    """

    actions: NDArray[np.int64]
    distribution: Distribution
