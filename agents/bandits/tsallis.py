"""Tsallis-INF: follow the regularised leader with Tsallis entropy, for bandits with and without an adversary."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from agents.bandits.adversarial import Adversarial, rounds_of
from agents.parameters import number_or_schedule, scheduled
from boltzmann import Schedule, checks
from boltzmann.arrays import LARGEST

Floats = NDArray[np.float64]

_MOST_ITERATIONS = 100


@dataclass(repr=False)
class TsallisINF(Adversarial):
    """Tsallis-INF with alpha = 1/2: near-optimal for an adversary and for fixed means alike.

    p(a) = 4 / (eta (L(a) - x))^2, with x below all L such that they sum to 1, and L(a) <- L(a) + (1 - r) / p(a) for
    the pulled arm (Zimmert & Seldin, "Tsallis-INF: an optimal algorithm for stochastic and adversarial bandits", 2021,
    algorithm 1 with the importance-weighted estimates). ``values`` holds -L.

    Parameters
    ----------
    step_size : float, callable of the round or None
        eta, above 0. A callable is given the round, 0 at first, as an array. By default it is 2 / sqrt(t),
        t = round + 1, the paper's choice for these estimates.
    lowest_reward, highest_reward : float
        What a reward can be; finite. They are mapped to 0 and 1.

    Raises
    ------
    ValueError, TypeError
        For parameters out of their bounds, and for rewards outside theirs.

    Examples
    --------
    >>> from gymnasium.spaces import Discrete
    >>> agent = TsallisINF(step_size=1.0)
    >>> agent.reset(1, Discrete(1), Discrete(2), np.random.default_rng(0))
    >>> agent.update([0], [0], [0.0], [0], [False], [False])
    >>> agent.values[:, 0]
    array([[-2.,  0.]])
    >>> agent.act([0]).distribution.probs.round(4)
    array([[0.22, 0.78]])
    """

    step_size: float | Schedule | None = field(default=None, kw_only=True)
    lowest_reward: float = field(default=0.0, kw_only=True)
    highest_reward: float = field(default=1.0, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.step_size is not None:
            self.step_size = number_or_schedule("step_size", self.step_size, most=LARGEST)

    def _probs(self, told: dict[str, Any], where: ArrayLike | None) -> Floats:
        rounds = rounds_of(told)
        if self.step_size is None:
            step_sizes = np.asarray(2 / np.sqrt(rounds + 1.0))
        else:
            step_sizes = scheduled("step_size", self.step_size, rounds)
        return tsallis_probs(-told["values"], step_sizes, where=where)

    def _credit(self, gains: Floats, probs: Floats, told: dict[str, Any]) -> Floats:
        return (gains - 1) / probs


def tsallis_probs(losses: ArrayLike, step_size: ArrayLike = 1.0, *, where: ArrayLike | None = None) -> Floats:
    """Probabilities 4 / (step_size (L(a) - x))^2, with x below all losses and such that they sum to 1.

    The leader under Tsallis entropy of alpha = 1/2 (Zimmert & Seldin, 2021, section 3.3). In the unknown
    z = step_size (min L - x) the sum is 1 within 2 <= z <= 2 sqrt(K), and its -1/2 power is increasing and concave:
    Newton's method from z = 2 climbs to the root without passing it.

    Parameters
    ----------
    losses : array of shape (..., K)
        Finite where allowed.
    step_size : float or array that broadcasts against ``losses.shape[:-1]``
        At least 0, finite. 0 makes all alike, and a large one leaves little but the smallest loss.
    where : array of bool that broadcasts to (..., K), optional
        The allowed actions.

    Returns
    -------
    array of shape (..., K)

    Raises
    ------
    ValueError, TypeError
        For a row with nothing allowed, an allowed loss that is not finite, and step sizes out of their bounds.

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
    some = np.asarray(allowed.any(axis=-1))
    if not some.all():
        place = tuple(int(i) for i in np.argwhere(~some)[0])
        raise ValueError(f"at least one action must be allowed, got none{checks.row_text(place)}")
    checks.require_entries(np.isfinite(array) | ~allowed, "losses", "finite", array)
    sizes = np.asarray(checks.numeric_array("step_size", step_size))
    valid = np.asarray((sizes >= 0) & np.isfinite(sizes))
    checks.require_all(valid, "step_size", "finite and at least 0", sizes)
    least = np.min(array, axis=-1, where=allowed, initial=np.inf, keepdims=True)
    with np.errstate(over="ignore"):
        distance = np.where(allowed, array - least, 0.0)
        # At step size 0 all are alike, however far away.
        distance = np.where(sizes[..., np.newaxis] > 0, distance, 0.0) * sizes[..., np.newaxis]
        distance = np.where(allowed, distance, np.inf)
        probs = 4 / (_root(distance)[..., np.newaxis] + distance) ** 2
    # The last place of the root is spread over the row.
    return np.asarray(probs / probs.sum(axis=-1, keepdims=True))


def _root(distance: Floats) -> Floats:
    """Solve sum 4 / (z + distance)^2 = 1 for z, a row each."""
    highest = 2 * np.sqrt(distance.shape[-1])
    z = np.full(distance.shape[:-1], 2.0)
    for _ in range(_MOST_ITERATIONS):
        inverse = 1 / (z[..., np.newaxis] + distance)
        squares = inverse * inverse
        second, third = squares.sum(axis=-1), (squares * inverse).sum(axis=-1)
        # Held in its bracket, which rounding might leave.
        following = np.clip(z + (2 * second**1.5 - second) / third, 2.0, highest)
        moved = np.abs(following - z).max(initial=0.0)
        z = following
        if moved <= 1e-15 * highest:
            break
    return z
