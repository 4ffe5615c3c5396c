"""The Gibbs distribution as an object; ``boltzmann.gibbs`` has the conventions."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from boltzmann import _checks
from boltzmann._checks import Floats
from boltzmann._scores import Scores, standardise
from boltzmann.sampling import sample_categorical

__all__ = ["Gibbs", "log_prob_of"]


class Gibbs:
    """The Gibbs distribution of one or many rows of action values.

    Parameters
    ----------
    values : array of shape (..., K)
        Action values, actions last. +inf and -inf are legal, NaN is not.
    temperature : float or array that broadcasts against ``values.shape[:-1]``
        In [0, inf], in the units of the values.
    where : array of bool, broadcasting against ``values``, optional
        The allowed actions, all by default.
    prior : array of float, broadcasting against ``values``, optional
        Finite, non-negative weights, 1 by default. An action of weight 0 is as good as masked.

    Raises
    ------
    ValueError
        For a temperature below 0 or NaN, a NaN in an allowed value, a row with nothing allowed or nothing but -inf,
        a negative or infinite prior, K = 0, and shapes that do not broadcast; it names the row and the value.
    TypeError
        For values, temperatures or priors that are not real numbers, and a mask that is not boolean.

    Notes
    -----
    Everything is computed from the differences to the largest value, (Q - max Q) / T, and with the largest term taken
    out of its sum, log Z = max Q / T + log1p(rest), so that nothing is lost near greedy
    (Blanchard, Higham & Higham, "Accurately computing the log-sum-exp and softmax functions", 2021).

    Properties are computed on first use, from the values as they were given: do not write to that array afterwards.

    Examples
    --------
    >>> Gibbs([1.0, 2.0, 2.0], temperature=0).probs
    array([0. , 0.5, 0.5])
    >>> import math
    >>> Gibbs([1.0, 2.0, 5.0], temperature=math.inf, prior=[1.0, 1.0, 2.0]).probs
    array([0.25, 0.25, 0.5 ])
    >>> Gibbs([0.0, 1000.0], temperature=[1e-300, 1000.0]).probs.round(4)
    array([[0.    , 1.    ],
           [0.2689, 0.7311]])
    >>> Gibbs([1.0, 2.0], temperature=-1.0)
    Traceback (most recent call last):
        ...
    ValueError: temperature must be in [0, inf], got -1.0
    """

    def __init__(
        self,
        values: ArrayLike,
        temperature: ArrayLike = 1.0,
        *,
        where: ArrayLike | None = None,
        prior: ArrayLike | None = None,
    ) -> None:
        self.__dict__["_of"] = standardise(values, temperature, where, prior)

    _of: Scores

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a Gibbs distribution is frozen: {name} cannot be set")

    def __repr__(self) -> str:
        return f"Gibbs(values={self._of.values!r}, temperature={self._of.temperature!r})"

    @property
    def temperature(self) -> Floats:
        """The temperature, float64, of a shape that broadcasts against the rows."""
        return self._of.temperature

    @cached_property
    def _weights(self) -> Floats:
        return np.exp(self._of.scores)

    @cached_property
    def _rest(self) -> Floats:
        """Sum of the weights without the largest, which is 1."""
        weights = self._weights.copy()
        np.put_along_axis(weights, self._of.scores.argmax(axis=-1)[..., np.newaxis], 0.0, axis=-1)
        return np.asarray(weights.sum(axis=-1))

    @cached_property
    def _log_mass(self) -> Floats:
        """Log of the sum of prior(a) exp((Q(a) - max Q) / T)."""
        return np.asarray(self._of.top + np.log1p(self._rest))

    def _rounded(self, result: Any) -> Any:
        with np.errstate(over="ignore", under="ignore"):
            return np.asarray(result).astype(self._of.dtype, copy=False)[()]

    @cached_property
    def probs(self) -> NDArray[np.floating[Any]]:
        """Probabilities, shape (..., K), in [0, 1]; equal among the maximisers at T = 0, the prior at T = inf."""
        probs: NDArray[np.floating[Any]] = self._rounded(self._weights / (1 + self._rest)[..., np.newaxis])
        return probs

    @cached_property
    def log_probs(self) -> NDArray[np.floating[Any]]:
        """Log-probabilities, shape (..., K), in [-inf, 0]; accurate where a probability underflows or is near 1."""
        logs: NDArray[np.floating[Any]] = self._rounded(self._of.scores - np.log1p(self._rest)[..., np.newaxis])
        return logs

    @cached_property
    def log_partition(self) -> Any:
        """Log Z = log sum_a prior(a) exp(Q(a) / T), shape (...).

        As T goes to 0 it goes to the sign of max Q times inf, or to the log of the maximisers' prior mass where
        max Q = 0; at T = inf it is the log of the prior mass of what is allowed.
        """
        maximum, temperature = np.broadcast_arrays(self._of.maximum, self.temperature)
        with np.errstate(divide="ignore", over="ignore", under="ignore", invalid="ignore"):
            scaled = np.where(np.isinf(maximum) | (maximum == 0), maximum, maximum / temperature)
        return self._rounded(scaled + self._log_mass)

    @cached_property
    def soft_value(self) -> Any:
        """T log Z, shape (...), in the units of the values.

        It tends to max Q as T goes to 0. As T goes to inf it tends to the sign of log(sum of priors) times inf, and
        where the priors sum to 1 (within K units in the last place), to the prior mean of Q.
        """
        temperature, maximum = self.temperature, self._of.maximum
        rounding = self._weights.shape[-1] * np.finfo(self._weights.dtype).eps
        normalised = np.isinf(temperature) & (np.abs(self._log_mass) <= rounding)
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            excess = temperature * self._log_mass
            if normalised.any():
                excess = np.where(normalised, self._mean_below_maximum, excess)
            return self._rounded(np.where(np.isinf(maximum), maximum, maximum + excess))

    @cached_property
    def _mean_below_maximum(self) -> Floats:
        with np.errstate(invalid="ignore"):
            halves = self._of.values / 2 - self._of.maximum[..., np.newaxis] / 2
        return np.asarray(2 * (np.where(self._weights > 0, halves, 0.0) * self.probs).sum(axis=-1))

    @cached_property
    def entropy(self) -> Any:
        """-sum_a p(a) log p(a) in nats, shape (...), from 0 to log K.

        At T = 0 it is the entropy of the prior over the maximisers (0 for a single one), at T = inf of the prior.
        It keeps full relative accuracy where it is small: every term of the sum is non-negative.
        """
        spread = np.where(self._weights > 0, self._of.scores, 0.0) * self._weights
        return self._rounded(np.log1p(self._rest) - spread.sum(axis=-1) / (1 + self._rest))

    def log_prob(self, actions: ArrayLike) -> Any:
        """Log-probability of given actions.

        Parameters
        ----------
        actions : array of int, shape ``shape + batch``
            Actions in [0, K), for any number of leading axes, as :meth:`sample` returns them.

        Raises
        ------
        TypeError, ValueError
            For actions that are not integers in [0, K) or whose shape does not fit the rows.

        Examples
        --------
        >>> Gibbs([[0.0, 0.0], [0.0, 50.0]]).log_prob([1, 0]).round(4)
        array([ -0.6931, -50.    ])
        """
        return log_prob_of(self.log_probs, actions)

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...] = ()) -> NDArray[np.int64]:
        """Draw actions, one uniform each; never one of probability 0.

        Parameters
        ----------
        rng : numpy.random.Generator
            Its state moves on by one double a draw.
        shape : tuple of int
            How many draws of every row.

        Returns
        -------
        array of int64, shape ``shape`` followed by that of the rows

        Examples
        --------
        >>> Gibbs([[0.0, 9.0], [9.0, 0.0]], temperature=0).sample(np.random.default_rng(0), (3,))
        array([[1, 0],
               [1, 0],
               [1, 0]])
        """
        return sample_categorical(rng, self._weights, shape)


def log_prob_of(log_probs: NDArray[np.floating[Any]], actions: ArrayLike) -> Any:
    """Pick the log-probabilities of ``actions``, shape ``shape + batch``, from those of all, ``batch + (K,)``."""
    indices = np.asarray(actions)
    if indices.dtype.kind not in "iu":
        raise TypeError(f"actions must be integers, got {indices.dtype}")
    *batch, count = log_probs.shape
    _checks.require_all((indices >= 0) & (indices < count), "actions", f"in [0, {count})", indices)
    if indices.ndim < len(batch) or indices.shape[indices.ndim - len(batch) :] != tuple(batch):
        raise ValueError(f"actions must have a shape that ends in {tuple(batch)}, got {indices.shape}")
    table = np.broadcast_to(log_probs, (*indices.shape, count))
    return np.take_along_axis(table, indices[..., np.newaxis], axis=-1)[..., 0][()]
