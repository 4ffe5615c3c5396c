"""A distribution over actions given by its probabilities, for the policies that are no Gibbs distribution."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from boltzmann import _checks
from boltzmann._derived import picked
from boltzmann.sampling import sample_categorical

__all__ = ["Categorical"]

_SUM_TOLERANCE = 1e-6
"""How far from 1 a row may sum: what float32 probabilities of a few thousand actions do."""


class Categorical:
    """The distribution with given probabilities, one row or many.

    Parameters
    ----------
    probs : array of shape (..., K)
        Probabilities, actions last; each row sums to 1 within 1e-6.

    Raises
    ------
    ValueError, TypeError
        For what is no such array; the message names the row.

    Examples
    --------
    >>> float(Categorical([0.5, 0.5, 0.0]).entropy)
    0.6931471805599453
    >>> Categorical([1.0, 0.0]).log_probs
    array([  0., -inf])
    >>> Categorical([[1.0, 0.0], [0.5, 0.4]])
    Traceback (most recent call last):
        ...
    ValueError: sum of probs must be 1, got 0.9 in row 1
    """

    def __init__(self, probs: ArrayLike) -> None:
        array = _checks.numeric_array("probs", probs)
        if array.ndim == 0 or array.shape[-1] == 0:
            raise ValueError(f"probs must hold at least one action on its last axis, got shape {array.shape}")
        _checks.require_all((array >= 0) & (array <= 1 + _SUM_TOLERANCE), "probs", "in [0, 1]", array)
        total = array.sum(axis=-1)
        _checks.require_all(np.abs(total - 1) <= _SUM_TOLERANCE, "sum of probs", "1", total)
        self.__dict__["probs"] = array

    probs: NDArray[np.floating[Any]]

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a Categorical distribution is frozen: {name} cannot be set")

    def __repr__(self) -> str:
        return f"Categorical({self.probs!r})"

    @cached_property
    def log_probs(self) -> NDArray[np.floating[Any]]:
        """Log-probabilities, shape (..., K), -inf where the probability is 0."""
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(self.probs))

    @cached_property
    def entropy(self) -> Any:
        """-sum_a p(a) log p(a) in nats, shape (...), from 0 to log K."""
        # Adding 0 turns the -0.0 of a sure action into 0.
        return -(np.where(self.probs > 0, self.log_probs, 0.0) * self.probs).sum(axis=-1) + 0.0

    def log_prob(self, actions: ArrayLike) -> Any:
        """Log-probability of actions, of shape ``shape + batch``; as :meth:`boltzmann.Gibbs.log_prob`."""
        return picked(self.log_probs, actions)

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...] = ()) -> NDArray[np.int64]:
        """Draw actions, one uniform each; as :meth:`boltzmann.Gibbs.sample`."""
        return np.asarray(sample_categorical(rng, self.probs, shape))
