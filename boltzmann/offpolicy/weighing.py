"""The weights of another policy, and how much of it the log does not cover, exactly from both distributions.

Letters: p is the policy that was logged, p' the other one, w = p'(a) / p(a) the weight of a row with action a.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from boltzmann import checks
from boltzmann.arrays import QUIET, Floats
from boltzmann.offpolicy.log import Log
from boltzmann.offpolicy.log_checks import TOLERANCE
from boltzmann.offpolicy.log_rows import Part
from boltzmann.policies import Boltzmann, Policy

Target = Policy | float | ArrayLike | Sequence[ArrayLike]
"""A policy of the values, the temperature of a Boltzmann policy, or log-probabilities in the form of the log's."""


@dataclass(frozen=True, eq=False)
class Weighing:
    """A log, weighted as another policy would have acted.

    Attributes
    ----------
    weights : array of shape (n,)
        p'(a) / p(a) of the action of each row.
    left_over : array of shape (n,)
        sum_a (p'(a) - c p(a))+ of each row: the part of p' that weights of at most c cannot stand for.
    squares : array of shape (n,)
        sum_a p'(a)^2 / p(a) of each row, the expected square of its weight.
    cut_squares : float
        The mean of sum_a p(a) min(w(a), c)^2, the expected square of a weight that is cut at c.
    largest : float
        The largest weight that any action of any row could have had; inf where p' takes an action that p never takes.
    expected, predicted : arrays of shape (n,), or None
        sum_a p'(a) m(a), and m of the action taken, for a model m of the rewards.
    """

    weights: Floats
    left_over: Floats
    squares: Floats
    cut_squares: float
    largest: float
    expected: Floats | None = None
    predicted: Floats | None = None

    @property
    def population_size(self) -> float:
        """Expected effective sample size, n / mean of E[w^2]: what n draws of p are worth for p'."""
        return float(len(self.squares) / self.squares.mean())

    @property
    def missing_squares(self) -> float:
        """How many times the mean square of these weights is expected, where they are cut at c; at least 1.

        A log may happen to hold none of the rare rows with a large weight, and then looks surer than it is.
        """
        found = float((self.weights**2).mean())
        return max(self.cut_squares / found, 1.0) if found > 0 else 1.0


@QUIET
def weigh(log: Log, target: Target, clip: float, model: Callable[[Part], Floats] | None = None) -> Weighing:
    """Weigh a log; ``model(part)`` returns predictions of the rewards of a part, shape (m, K)."""
    weights, left_over, squares = (np.empty(log.n) for _ in range(3))
    expected, predicted = (None, None) if model is None else (np.empty(log.n), np.empty(log.n))
    policy, largest, cut_squares = _checked_target(log, target), 0.0, 0.0
    for part in log.parts():
        rows, actions = part.rows, log.actions[part.rows]
        picked = np.arange(len(actions))
        before, _ = part.distribution()
        after, log_after = policy(part)
        weights[rows] = np.exp(log_after - log.log_prob[rows])
        ratios, most = _ratios(after, before)
        # Where p' is 0 and p too, a ratio is 0; only an action that p never takes has an infinite one.
        squares[rows] = _sums(after, ratios if most < np.inf else np.where(after > 0, ratios, 0.0))
        if most <= clip and most < np.inf:
            left_over[rows] = 0.0
            cut_squares += float(squares[rows].sum()) / log.n
        else:
            left_over[rows] = _left_over(after, before, clip)
            cut = np.where(before > 0, np.minimum(ratios, clip), 0.0)
            cut_squares += float(_sums(before, cut * cut).sum()) / log.n
        largest = max(largest, most)
        if model is not None and expected is not None and predicted is not None:
            rewards = model(part)
            expected[rows] = _sums(after, rewards)
            predicted[rows] = rewards[picked, actions]
    checks.require_all(weights < np.inf, "weight of the policy", "finite", weights)
    return Weighing(weights, left_over, squares, cut_squares, largest, expected, predicted)


def _sums(first: Floats, second: Floats) -> Floats:
    """Return the sum over actions of the product of two tables, a number for each row."""
    return np.asarray(np.einsum("ij,ij->i", first, second))


def _ratios(after: Floats, before: Floats) -> tuple[Floats, float]:
    """Return p' / p, where 0 / 0 is 0, and the largest of them."""
    ratios = after / before
    most = float(ratios.max())
    if most != most:
        ratios[np.isnan(ratios)] = 0.0
        most = float(ratios.max())
    return ratios, most


def _left_over(after: Floats, before: Floats, clip: float) -> Floats:
    if clip == np.inf:
        return np.asarray(np.where(before > 0, 0.0, after).sum(axis=-1))
    return np.asarray(np.maximum(after - clip * before, 0.0).sum(axis=-1))


def left_over_mass(log: Log, policy: Target, clip: float) -> float:
    """Return the mean over rows of sum_a (p'(a) - c p(a))+: what of another policy the log does not cover.

    An estimate that cuts weights at c misses this much of p', so that the policy's value lies between the expectation
    of clipped inverse propensity scoring plus this mass times the least reward, and plus it times the largest one.

    Parameters
    ----------
    log : Log
        The log.
    policy : Policy, float or array
        As for :func:`evaluate`.
    clip : float
        The largest weight c, in (0, inf]: at inf what remains is what the logged policy never does.

    Returns
    -------
    float
        In [0, 1].

    Examples
    --------
    >>> import math
    >>> log = Log([0, 1], [-math.log(2)] * 2, [0.0, 1.0], [[0.0, 1.0]] * 2, math.inf)
    >>> [left_over_mass(log, 0.0, clip) for clip in (1.0, 1.5, 2.0)]
    [0.5, 0.25, 0.0]
    """
    clip = checks.number_in("clip", clip, "(0, inf]")
    return float(weigh(log, policy, clip).left_over.mean())


def _checked_target(log: Log, target: Any) -> Callable[[Part], tuple[Floats, Floats]]:
    """Return ``policy(part)``: probabilities (m, K) and the log-probabilities of the actions taken (m,)."""
    if isinstance(target, int | float) and not isinstance(target, bool):
        target = Boltzmann(checks.number_in("temperature", target, "[0, inf]"))
    if isinstance(target, type):
        raise TypeError(f"policy must be a policy, such as Boltzmann(0.5), got the class {target.__name__}")
    if not callable(target):
        return _of_array(log, target)
    reads: frozenset[str] = getattr(target, "reads", frozenset())
    if reads:
        raise ValueError(
            f"policy must read values alone, as a log holds no {' and '.join(sorted(reads))}, got "
            f"{checks.shown(target)}: give its log-probabilities instead"
        )
    if log.values is None:
        raise ValueError(
            "policy needs the values of the log, which has log_probs alone: T log_probs serve as values where the log "
            "was made by softmax at T; or give the policy's log-probabilities"
        )

    def policy(part: Part) -> tuple[Floats, Floats]:
        distribution = target(part.values, where=part.where)
        logs = distribution.log_prob(log.actions[part.rows])
        return np.asarray(distribution.probs, dtype=np.float64), np.asarray(logs, dtype=np.float64)

    return policy


def _of_array(log: Log, target: Any) -> Callable[[Part], tuple[Floats, Floats]]:
    """Read log-probabilities of all actions in the form of the log's: (n, K), flat, or a list of rows."""
    array = log.checked_table("policy", target)

    def policy(part: Part) -> tuple[Floats, Floats]:
        logs = array[part.cells]
        probs = np.exp(logs)
        total = probs @ np.ones(probs.shape[-1])
        checks.require_all(np.abs(total - 1) <= TOLERANCE, "sum of exp(policy)", "1", total)
        return probs, logs[np.arange(len(logs)), log.actions[part.rows]]

    return policy
