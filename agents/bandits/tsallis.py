"""Tsallis-INF: follow the regularised leader with Tsallis entropy, with and without an adversary."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

import numpy as np
from numpy.typing import ArrayLike

from agents.bandits.adversarial import AdversarialLearner, step_size_law
from agents.bandits.own_policy import rounds_of
from agents.memory import PerRow, Values
from agents.parameters import FINITE, rates_at
from agents.tabular import PolicyInputs
from boltzmann import Schedule, checks
from boltzmann.bounds import OrNone
from boltzmann.laws import LearnerLaw, Pass, PolicyLaw, Results
from boltzmann.schedules import Scheduled

_MOST_ITERATIONS = 100
_CLOSE = 1e-9
"""Newton's method stops at a step below this part of z, whose square is below rounding."""


@dataclass(repr=False)
class TsallisINF(AdversarialLearner):
    """Tsallis-INF with alpha = 1/2: near-optimal for an adversary and for fixed means alike.

    p(a) = 4 / (eta (L(a) - x))^2, with x below all L such that they sum to 1, and L(a) <- L(a) + (1 - r) / p(a) for
    the pulled arm (Zimmert & Seldin, "Tsallis-INF: an optimal algorithm for stochastic and adversarial bandits", 2021,
    algorithm 1 with the importance-weighted estimates). ``values`` holds -L.

    Parameters
    ----------
    step_size : float, callable of the round or None
        eta, in (0, inf). A callable is given the round, 0 at first, as an array. The default is 2 / sqrt(t) with
        t = round + 1, the paper's choice for these estimates.
    lowest_reward, highest_reward : float
        The range of rewards, in (-inf, inf). They are mapped to 0 and 1.

    Raises
    ------
    ValueError
        When learning, for rewards outside their range.

    Examples
    --------
    >>> from boltzmann import Transition
    >>> from gymnasium.spaces import Discrete
    >>> agent = TsallisINF(step_size=1.0)
    >>> agent.reset(1, Discrete(1), Discrete(2), np.random.default_rng(0))
    >>> agent.update(Transition([0], [0], [0.0], [0], [False], [False]))
    >>> agent.values[:, 0]
    array([[-2.,  0.]])
    >>> agent.act([0]).distribution.probs.round(4)
    array([[0.22, 0.78]])
    """

    step_size: Annotated[float | Schedule | None, OrNone(Scheduled("(0, inf)"))] = field(default=None, kw_only=True)
    lowest_reward: Annotated[float, FINITE] = field(default=0.0, kw_only=True)
    highest_reward: Annotated[float, FINITE] = field(default=1.0, kw_only=True)

    def _probs(self, inputs: PolicyInputs, where: ArrayLike | None) -> Values:
        rounds = rounds_of(inputs)
        if self.step_size is None:
            step_sizes = np.asarray(2 / np.sqrt(rounds + 1.0))
        else:
            step_sizes = rates_at("step_size", self.step_size, rounds, "[0, inf)")
        return tsallis_probs(-inputs["values"], step_sizes, where=where)

    def _credit(self, gains: PerRow, probs: PerRow, inputs: PolicyInputs) -> PerRow:
        return (gains - 1) / probs

    @property
    def law(self) -> LearnerLaw:
        """The learner as a law."""
        size, numbers, others = step_size_law(self.step_size, lambda m, row: 2.0 / m.sqrt(row.rounds + 1.0))
        highest = 2 * float(np.sqrt(self.values.shape[-1]))

        def distance(m: Any, action: Any, row: Any) -> Results:
            step_size = row.size
            scaled = m.where(step_size > 0.0, (row.top - action.q) * step_size, 0.0)
            return {"distance": m.where(action.q > -np.inf, scaled, np.inf)}

        def newton(m: Any, row: Any) -> Results:
            step, before = (2.0 * row.second * m.sqrt(row.second) - row.second) / row.third, _from(m, row)
            # From the right of the root a step might leave the bracket.
            z = m.maximum(m.minimum(before + step, highest), 2.0)
            return {"z": z, "is_still": m.abs(z - before) <= _CLOSE * z}

        passes = (
            Pass(lambda m, action, row: {}, lambda m, row: {"size": size(m, row), "z": 2.0}, guess="z"),
            Pass(distance, keeps=("distance",)),
            Pass(_powers, newton, times=_MOST_ITERATIONS, until="is_still"),
        )
        policy = PolicyLaw(_inverse_square, passes, numbers)
        return self._credit_law(policy, lambda m, gain, row: (gain - 1) / row.probability, **others)


def _from(m: Any, row: Any) -> Any:
    """Return z in its bracket, where the search of the step before may have left it elsewhere; a law."""
    return m.maximum(row.z, 2.0)


def _powers(m: Any, action: Any, row: Any) -> Results:
    """Add to the sums that Newton's method reads; a law."""
    inverse = 1.0 / (_from(m, row) + action.distance)
    return {"second": inverse * inverse, "third": inverse * inverse * inverse}


def _inverse_square(m: Any, action: Any, row: Any) -> Any:
    """Return an arm's probability, up to the rounding error of the root; a law."""
    root = row.z + action.distance
    return 4.0 / (root * root)


def tsallis_probs(losses: ArrayLike, step_size: ArrayLike = 1.0, *, where: ArrayLike | None = None) -> Values:
    """Return the probabilities 4 / (step_size (L(a) - x))^2, with x below all losses and such that they sum to 1.

    The leader under Tsallis entropy of alpha = 1/2 (Zimmert & Seldin, 2021, section 3.3). In the unknown
    z = step_size (min L - x) the sum is 1 within 2 <= z <= 2 sqrt(K), and its -1/2 power is increasing and concave:
    Newton's method climbs to the root without passing it, from z = 2 or from where its first step leads.

    Parameters
    ----------
    losses : array of shape (..., K)
        Finite where allowed.
    step_size : float or array that broadcasts against ``losses.shape[:-1]``
        In [0, inf). At 0 the probabilities are uniform; a large step size concentrates them on the smallest loss.
    where : array of bool that broadcasts to (..., K), optional
        The allowed actions.

    Returns
    -------
    array of shape (..., K)

    Raises
    ------
    ValueError, TypeError
        For a row without an allowed action, an allowed loss that is not finite, and step sizes out of their bounds.

    Examples
    --------
    >>> tsallis_probs([0.0, 1.0, 3.0]).round(8)
    array([0.57286656, 0.30149346, 0.12563998])
    >>> tsallis_probs([0.0, 1.0, 3.0], [0.0, 1e9]).round(4)
    array([[0.3333, 0.3333, 0.3333],
           [1.    , 0.    , 0.    ]])
    """
    array = checks.numeric_array("losses", losses).astype(np.float64, copy=False)
    mask = np.asarray(True) if where is None else checks.mask_array("where", where)
    array = np.broadcast_to(array, np.broadcast_shapes(array.shape, mask.shape))
    allowed = np.broadcast_to(mask, array.shape)
    choosable = np.asarray(allowed.any(axis=-1))
    if not choosable.all():
        row = tuple(int(i) for i in np.argwhere(~choosable)[0])
        raise ValueError(f"at least one action must be allowed, got none{checks.row_text(row)}")
    checks.require_entries(np.isfinite(array) | ~allowed, "losses", "finite", array)
    sizes = np.asarray(checks.numeric_array("step_size", step_size))
    valid = np.asarray((sizes >= 0) & np.isfinite(sizes))
    checks.require_all(valid, "step_size", "in [0, inf)", sizes)
    least = np.min(array, axis=-1, where=allowed, initial=np.inf, keepdims=True)
    with np.errstate(over="ignore"):
        distance = np.where(allowed, array - least, 0.0)
        # At step size 0 the distribution is uniform even if a distance is infinite.
        distance = np.where(sizes[..., np.newaxis] > 0, distance, 0.0) * sizes[..., np.newaxis]
        distance = np.where(allowed, distance, np.inf)
        probs = 4 / (_root(distance)[..., np.newaxis] + distance) ** 2
    # The rounding error of the root is spread over the row.
    return np.asarray(probs / probs.sum(axis=-1, keepdims=True))


def _root(distance: Values) -> PerRow:
    """Solve sum 4 / (z + distance)^2 = 1 for z, one z for each row."""
    highest = 2 * np.sqrt(distance.shape[-1])
    z = np.full(distance.shape[:-1], 2.0)
    for _ in range(_MOST_ITERATIONS):
        inverse = 1 / (z[..., np.newaxis] + distance)
        squares = inverse * inverse
        second, third = squares.sum(axis=-1), (squares * inverse).sum(axis=-1)
        # Rounding might leave the bracket.
        following = np.clip(z + (2 * second**1.5 - second) / third, 2.0, highest)
        change = np.abs(following / z - 1).max(initial=0.0)
        z = following
        if change <= _CLOSE:
            break
    return z
