"""A distribution over actions given by its probabilities, for the policies that are no Gibbs distribution."""

from __future__ import annotations

from typing import Any

import numpy as np

from boltzmann import checks
from boltzmann._numerics import cross_entropy, kept, kl_divergence, lazy, libraries, picked, tensors, top_k
from boltzmann.sampling import sample_weights, sample_without_replacement


class Categorical:
    """The distribution with given probabilities, one row or many.

    Parameters
    ----------
    probs : array of shape (..., K)
        Probabilities, actions last, of any array library; each row sums to 1 but for the rounding of its dtype.
    temperature : float or array, optional
        What the probabilities were made at, to be told; without it there is no such attribute.

    Raises
    ------
    ValueError, TypeError
        For NumPy input that is no such array; the message names the row.

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

    probs: Any
    """Probabilities, shape (..., K)."""

    def __init__(self, probs: Any, *, temperature: Any = None) -> None:
        if libraries.is_native(probs):
            given, probs = probs, checks.numeric_array("probs", probs)
            if probs.ndim == 0 or probs.shape[-1] == 0:
                raise ValueError(f"probs must hold at least one action on its last axis, got shape {probs.shape}")
            tolerance = max(1e-6, probs.shape[-1] * float(np.finfo(probs.dtype).eps))
            checks.require_entries((probs >= 0) & (probs <= 1 + tolerance), "probs", "in [0, 1]", probs)
            total = probs.sum(axis=-1)
            checks.require_all(np.abs(total - 1) <= tolerance, "sum of probs", "1", total)
            probs = kept(probs, given)
        else:
            probs = tensors.own_copy(probs)
        self.__dict__["probs"] = probs
        if temperature is not None:
            self.__dict__["temperature"] = temperature

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a Categorical distribution is frozen: {name} cannot be set")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.probs!r})"

    @property
    def origin(self) -> Any:
        """What all else is made of."""
        return self.probs

    @lazy
    def log_probs(self) -> Any:
        """Log-probabilities, shape (..., K), -inf where the probability is 0."""
        if libraries.is_native(self.probs):
            with np.errstate(divide="ignore"):
                return np.log(self.probs)
        xp = libraries.namespace(self.probs)
        with libraries.quiet(xp):
            # No inf reaches the logarithm's derivative.
            possible = self.probs > 0
            return xp.where(possible, xp.log(xp.where(possible, self.probs, 1.0)), -xp.inf)

    @lazy
    def entropy(self) -> Any:
        """-sum_a p(a) log p(a) in nats, shape (...), from 0 to log K."""
        return cross_entropy(self.log_probs, self.probs)

    def log_prob(self, actions: Any) -> Any:
        """Log-probability of actions, of shape ``shape + batch``; as :meth:`boltzmann.Gibbs.log_prob`."""
        return picked(self.log_probs, actions)

    def cross_entropy(self, target: Any) -> Any:
        """-sum_a target(a) log p(a); as :meth:`boltzmann.Gibbs.cross_entropy`."""
        return cross_entropy(self.log_probs, target)

    def kl_divergence(self, other: Any) -> Any:
        """KL(p || other) in nats; as :meth:`boltzmann.Gibbs.kl_divergence`."""
        return kl_divergence(self.probs, self.log_probs, other.log_probs)

    def top_k(self, k: int) -> Any:
        """Give the k most probable actions, most probable first; as :meth:`boltzmann.Gibbs.top_k`."""
        return top_k(self.log_probs, k)

    def sample(self, rng: Any, shape: tuple[int, ...] = ()) -> Any:
        """Draw actions, one uniform each; as :meth:`boltzmann.Gibbs.sample`."""
        return sample_weights(rng, self.probs, -1, shape)

    def sample_without_replacement(self, rng: Any, k: int, shape: tuple[int, ...] = ()) -> Any:
        """Draw k different actions in order; as :meth:`boltzmann.Gibbs.sample_without_replacement`."""
        return sample_without_replacement(rng, self.log_probs, k, shape)
