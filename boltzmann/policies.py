"""From action values to a distribution over actions.

A policy is a frozen dataclass and a callable: ``policy(values, step=..., visits=..., where=..., variances=...)`` gives
a distribution with ``probs``, ``log_prob``, ``entropy`` and ``sample``. What it holds is its configuration; it remembers nothing, so
asking for a probability changes nothing. Values have shape (..., K), actions last, every row on its own.

A temperature may be a number or a schedule (any callable of the step), and so may an epsilon.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from boltzmann import _arrays, _checks
from boltzmann.categorical import Categorical
from boltzmann.gibbs import Gibbs
from boltzmann.notation import Expression
from boltzmann.schedules import Schedule, value_at

__all__ = ["Boltzmann", "Distribution", "EpsilonGreedy", "Greedy", "Policy", "Uniform"]


class Distribution(Protocol):
    """What a policy returns: one distribution over actions a row."""

    @property
    def probs(self) -> NDArray[np.floating[Any]]:
        """Probabilities, shape (..., K)."""
        ...

    @property
    def entropy(self) -> Any:
        """Entropy in nats, shape (...)."""
        ...

    def log_prob(self, actions: ArrayLike) -> Any:
        """Log-probability of given actions."""
        ...

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...] = ()) -> NDArray[np.int64]:
        """Draw actions, shape ``shape + (...)``."""
        ...


class Policy(Protocol):
    """Values to a distribution over actions."""

    def __call__(
        self,
        values: ArrayLike,
        *,
        step: int = 0,
        visits: ArrayLike | None = None,
        where: ArrayLike | None = None,
        variances: ArrayLike | None = None,
    ) -> Distribution:
        """Give the distribution for each row of ``values``; nothing is remembered."""
        ...


@dataclass(frozen=True, repr=False)
class Boltzmann(Expression):
    """The Gibbs distribution exp(Q / T) / Z at a temperature that may follow the step.

    Parameters
    ----------
    temperature : float or callable of the step
        In [0, inf], in the units of the values. At 0 it is :class:`Greedy`, at inf, for finite
        values, :class:`Uniform`, by value.

    Raises
    ------
    ValueError, TypeError
        For a number outside [0, inf] or what is neither a number nor callable; when called, as
        :class:`boltzmann.Gibbs` does.

    Examples
    --------
    >>> from boltzmann import Linear
    >>> policy = Boltzmann(Linear(1.0, 0.0, 100))
    >>> policy([0.0, 1.0], step=0).probs
    array([0.26894142, 0.73105858])
    >>> policy([0.0, 1.0], step=100).probs
    array([0., 1.])
    >>> import math
    >>> Boltzmann(math.inf)([0.0, 1.0]).probs
    array([0.5, 0.5])
    """

    temperature: float | Schedule = 1.0

    def __post_init__(self) -> None:
        if not callable(self.temperature):
            value = _checks.number("temperature", self.temperature, least=0)
            object.__setattr__(self, "temperature", value)

    def __call__(
        self,
        values: ArrayLike,
        *,
        step: int = 0,
        visits: ArrayLike | None = None,
        where: ArrayLike | None = None,
        variances: ArrayLike | None = None,
    ) -> Gibbs:
        """Give the distribution of each row of ``values``, shape (..., K), at ``step``."""
        return Gibbs(values, value_at(self.temperature, step), where=where)


@dataclass(frozen=True, repr=False)
class Greedy(Expression):
    """A largest value, ties shared equally: :class:`Boltzmann` at T = 0.

    Examples
    --------
    >>> Greedy()([1.0, 3.0, 3.0]).probs
    array([0. , 0.5, 0.5])
    """

    def __call__(
        self,
        values: ArrayLike,
        *,
        step: int = 0,
        visits: ArrayLike | None = None,
        where: ArrayLike | None = None,
        variances: ArrayLike | None = None,
    ) -> Gibbs:
        """Give the distribution of each row of ``values``, shape (..., K)."""
        return Gibbs(values, 0.0, where=where)


@dataclass(frozen=True, repr=False)
class Uniform(Expression):
    """Every allowed action alike, whatever the values: :class:`Boltzmann` at T = inf.

    Examples
    --------
    >>> Uniform()([1.0, 3.0, 3.0], where=[True, True, False]).probs
    array([0.5, 0.5, 0. ])
    """

    def __call__(
        self,
        values: ArrayLike,
        *,
        step: int = 0,
        visits: ArrayLike | None = None,
        where: ArrayLike | None = None,
        variances: ArrayLike | None = None,
    ) -> Gibbs:
        """Give the distribution of each row of ``values``, shape (..., K), of which only the shape matters."""
        if _arrays.is_native(values):
            return Gibbs(np.zeros_like(_checks.numeric_array("values", values)), np.inf, where=where)
        xp = _arrays.namespace(values)
        return Gibbs(xp.zeros_like(_arrays.to_float(xp, "values", values)), np.inf, where=where)


@dataclass(frozen=True, repr=False)
class EpsilonGreedy(Expression):
    """With probability epsilon any allowed action alike, otherwise a largest value, ties shared equally.

    p(a) = epsilon / K + (1 - epsilon) [a is a maximiser] / (number of maximisers), K counting what is allowed
    (Sutton & Barto, "Reinforcement Learning", 2nd ed., section 2.2). The greedy action may come up in an exploring
    step too.

    Parameters
    ----------
    epsilon : float or callable of the step
        In [0, 1]. 0 is :class:`Greedy`, 1 is :class:`Uniform`.

    Raises
    ------
    ValueError, TypeError
        For a number outside [0, 1], at once or where a schedule gives one; for values as :class:`boltzmann.Gibbs`.

    Examples
    --------
    >>> EpsilonGreedy(0.1)([1.0, 3.0]).probs
    array([0.05, 0.95])
    >>> EpsilonGreedy(0.0)([1.0, 3.0]).probs, EpsilonGreedy(1.0)([1.0, 3.0]).probs
    (array([0., 1.]), array([0.5, 0.5]))
    """

    epsilon: float | Callable[[Any], Any] = 0.1

    def __post_init__(self) -> None:
        if not callable(self.epsilon):
            object.__setattr__(self, "epsilon", _checks.number("epsilon", self.epsilon, least=0, most=1))

    def __call__(
        self,
        values: ArrayLike,
        *,
        step: int = 0,
        visits: ArrayLike | None = None,
        where: ArrayLike | None = None,
        variances: ArrayLike | None = None,
    ) -> Categorical:
        """Give the distribution of each row of ``values``, shape (..., K), at ``step``."""
        epsilon = _checks.number("epsilon", value_at(self.epsilon, step), least=0, most=1)
        if not _arrays.is_native(values):
            greedy = Gibbs(values, 0.0, where=where).probs
            uniform = Uniform()(values, where=where).probs
            return Categorical((1 - epsilon) * greedy + epsilon * uniform)
        array = _checks.numeric_array("values", values)
        greedy = Gibbs(array.astype(np.float64, copy=False), 0.0, where=where).probs
        allowed = np.broadcast_to(True if where is None else np.asarray(where), greedy.shape)
        uniform = allowed / np.count_nonzero(allowed, axis=-1, keepdims=True)
        return Categorical(((1 - epsilon) * greedy + epsilon * uniform).astype(array.dtype, copy=False))
