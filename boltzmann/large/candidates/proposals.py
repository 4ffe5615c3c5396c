"""Distributions that candidates are drawn from: draws with replacement, and the logarithm of their probabilities."""

from __future__ import annotations

import math
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from boltzmann import checks
from boltzmann.arrays import QUIET, Floats

Indices = NDArray[np.int64]


class Proposal(Protocol):
    """A distribution over the actions 0 to K - 1."""

    def sample(self, rng: np.random.Generator, shape: int | tuple[int, ...] = ()) -> Any:
        """Draw actions of a shape."""

    def log_q(self, actions: ArrayLike) -> Any:
        """Return the log-probability of each action."""


class LogUniform:
    """Falling probabilities, q_k = log((k + 2) / (k + 1)) / log(K + 1), which need no table.

    The law of words sorted by frequency, nearly (Zipf); actions have to be sorted likewise. On actions in any other
    order the variance of a loss is several times that of uniform candidates.

    Parameters
    ----------
    actions : int
        K, at least 1.

    Examples
    --------
    >>> proposal = LogUniform(10_000)
    >>> float(np.exp(proposal.log_q(0)).round(11))
    0.07525668187
    >>> proposal.sample(np.random.default_rng(0), (5,))
    array([ 352,   10,    0,    0, 1790])
    """

    def __init__(self, actions: int) -> None:
        self.actions = checks.whole_number("actions", actions, least=1)
        self._range = math.log1p(self.actions)

    def __repr__(self) -> str:
        return f"LogUniform({self.actions})"

    def sample(self, rng: np.random.Generator, shape: int | tuple[int, ...] = ()) -> Any:
        """Draw actions of a shape, with one uniform each: the inverse of the distribution function, rounded down."""
        uniforms = _uniforms(rng, shape)
        drawn = np.asarray(np.expm1(uniforms * self._range)).astype(np.int64)
        # Rounding may lift the largest uniforms to K.
        return np.minimum(drawn, self.actions - 1)[()]

    def log_q(self, actions: ArrayLike) -> Any:
        """Return the log-probability of each action, in [0, K)."""
        chosen = _checked(actions, self.actions)
        return np.log(np.log1p(1.0 / (chosen + 1.0)) / self._range)[()]


class Alias:
    """Any weights, drawn in O(1): each cell of a table has two actions and the threshold between them.

    Vose, "A linear algorithm for generating random numbers with a given distribution", 1991. The table is made in
    O(K) and does not change; ``GibbsTree`` serves weights that do.

    Parameters
    ----------
    weights : array of shape (K,)
        Finite and at least 0, with a positive sum.

    Notes
    -----
    Thresholds are rounded to 53 bits, so an action's probability may be off by K 2^-53 of 1 / K. An action of weight
    0 is never drawn.

    Examples
    --------
    >>> proposal = Alias([3.0, 0.0, 1.0])
    >>> proposal.sample(np.random.default_rng(0), (6,))
    array([0, 0, 2, 2, 0, 0])
    >>> np.exp(proposal.log_q([0, 1, 2]))
    array([0.75, 0.  , 0.25])
    """

    @QUIET
    def __init__(self, weights: ArrayLike) -> None:
        array = checks.numeric_array("weights", weights).astype(np.float64, copy=False)
        if array.ndim != 1 or not len(array):
            raise ValueError(f"weights must have shape (K,), got {array.shape}")
        checks.require_entries((array >= 0) & (array < np.inf), "weights", "finite and at least 0", array)
        if not array.any():
            raise ValueError("weights must have a positive sum, got 0.0")
        scaled = array / array.max()
        probs = scaled / scaled.sum()
        self._log_q: Floats = np.log(probs)
        self._thresholds, self._others = _table(probs * len(probs), int(array.argmax()))

    def __repr__(self) -> str:
        return f"Alias(actions={len(self._log_q)})"

    def sample(self, rng: np.random.Generator, shape: int | tuple[int, ...] = ()) -> Any:
        """Draw actions of a shape, with one whole number and one uniform each."""
        uniforms = np.asarray(_uniforms(rng, shape))
        cells = rng.integers(len(self._log_q), size=uniforms.shape)
        return np.where(uniforms < self._thresholds[cells], cells, self._others[cells])[()]

    def log_q(self, actions: ArrayLike) -> Any:
        """Return the log-probability of each action, in [0, K)."""
        return self._log_q[_checked(actions, len(self._log_q))]


class OwnSoftmax:
    """The softmax of the actions' own values, at a higher temperature: candidates that matter come often.

    Parameters
    ----------
    distribution : distribution
        Over K actions, with ``sample(rng, shape)`` and ``log_prob(actions)``, such as ``GibbsTree(values, 2.0)``, which
        follows values that change in O(log K), or ``Gibbs(values, 2.0)``.

    Examples
    --------
    >>> from boltzmann.large import GibbsTree
    >>> proposal = OwnSoftmax(GibbsTree([0.0, 2.0], temperature=2.0))
    >>> proposal.sample(np.random.default_rng(0), (4,)), proposal.log_q([0, 1]).round(3)
    (array([1, 1, 0, 0]), array([-1.313, -0.313]))
    """

    def __init__(self, distribution: Any) -> None:
        missing = [name for name in ("sample", "log_prob") if not callable(getattr(distribution, name, None))]
        if missing:
            raise TypeError(f"distribution must have sample and log_prob, got {checks.shown(distribution)}")
        self.distribution = distribution

    def __repr__(self) -> str:
        return f"OwnSoftmax({type(self.distribution).__name__})"

    def sample(self, rng: np.random.Generator, shape: int | tuple[int, ...] = ()) -> Any:
        """Draw actions of a shape."""
        return self.distribution.sample(rng, shape)

    def log_q(self, actions: ArrayLike) -> Any:
        """Return the log-probability of each action."""
        chosen = np.asarray(actions)
        # The actions of one row are asked for one at a time where a distribution wants one for each row.
        return np.asarray(self.distribution.log_prob(chosen.reshape(-1))).reshape(chosen.shape)[()]


def _uniforms(rng: np.random.Generator, shape: int | tuple[int, ...]) -> Any:
    if not isinstance(rng, np.random.Generator):
        raise checks.no_generator(rng)
    return rng.random(shape)


def _checked(actions: ArrayLike, count: int) -> Indices:
    chosen = checks.plain_array("actions", actions)
    if chosen.dtype.kind not in "iu":
        raise TypeError(f"actions must be integers, got {chosen.dtype}")
    checks.require_all((chosen >= 0) & (chosen < count), "actions", f"in [0, {count})", chosen)
    return chosen.astype(np.int64)


def _table(shares: Floats, largest: int) -> tuple[Floats, Indices]:
    """Fill each cell that is short of 1 from one that is above, and return thresholds and the second actions."""
    thresholds, others = np.where(shares > 0, 1.0, 0.0), np.arange(len(shares))
    others[shares == 0] = largest
    left = shares.tolist()
    short = np.flatnonzero(shares < 1).tolist()
    above = np.flatnonzero(shares >= 1).tolist()
    while short and above:
        cell, giver = short.pop(), above[-1]
        thresholds[cell], others[cell] = left[cell], giver
        left[giver] -= 1.0 - left[cell]
        if left[giver] < 1.0:
            short.append(above.pop())
    # What remains on either side is 1 but for rounding.
    return thresholds, others
