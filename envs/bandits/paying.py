"""What a bandit's arms pay and how they change, written once for arrays and for compiled loops.

A law is a function of numbers and of a namespace ``m`` of functions of numbers: ``numpy`` here, the text of a loop in
``boltzmann``. It uses operators and ``m.where``, ``m.minimum``, ``m.maximum``, ``m.exp``, ``m.log``, ``m.sqrt`` and
``m.abs``; it combines truth values by ``&``, ``|`` and ``~``, and has no ``if``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType, SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from envs.batched import Floats, Indices, number_in, shown, whole_number

if TYPE_CHECKING:
    from envs.bandits.base import Problems

METHODS = {"normal": "standard_normal", "uniform": "random", "": ""}
"""The laws of random numbers, and the methods of a generator that draw them."""


class BanditLaw(NamedTuple):
    """What one pull pays, and how the means change after each round.

    ``arm`` has the ``index`` of an arm, from 0, its ``mean`` and its ``noise``, a random number of its own; the arm
    pulled has its ``deviation`` too, see :class:`envs.bandits.base.Problems`. ``row`` has ``round``, the number of
    rewards paid before, ``best``, the largest mean, and the ``numbers``.

    Attributes
    ----------
    pay : callable
        ``pay(m, arm, row)`` returns the reward and the gap of the arm pulled.
    noise : {"normal", "uniform", ""}
        The law of ``arm.noise`` of the arm pulled: N(0, 1), uniform on [0, 1), or no random number.
    moves : callable, optional
        ``moves(m, arm, row)`` returns the next mean of an arm.
    moving : {"normal", "uniform", ""}
        The law of ``arm.noise`` of every arm that moves. These numbers are drawn after those of the pulls.
    segments : callable, optional
        ``segments(rounds)`` returns the number of the stretch that begins after so many rounds, a number or an array,
        or 0 where the means do not move. By default they move after every round.
    given : array of shape (N, K), optional
        ``arm.given`` is the entry of row ``segment % N`` where means move.
    against : int, optional
        The arm whose mean is ``row.best``, instead of the largest mean.
    numbers : mapping
        Numbers that the law reads as ``row.name``.
    """

    pay: Callable[[Any, Any, Any], tuple[Any, Any]]
    noise: str = "normal"
    moves: Callable[[Any, Any, Any], Any] | None = None
    moving: str = ""
    segments: Callable[[Any], Any] | None = None
    given: Floats | None = None
    against: int | None = None
    numbers: Mapping[str, float] = MappingProxyType({})

    def checked(self, arms: int) -> BanditLaw:
        """Return the law itself, or raise a ValueError where it does not fit so many arms."""
        for name, kind in (("noise", self.noise), ("moving", self.moving)):
            if kind not in METHODS:
                raise ValueError(f"{name} of a bandit's law must be one of {sorted(METHODS)}, got {shown(kind)}")
        if self.given is not None and (np.ndim(self.given) != 2 or np.shape(self.given)[1] != arms):
            bound = f"rows of {arms} numbers"
            raise ValueError(f"given of a bandit's law must be {bound}, got an array of shape {np.shape(self.given)}")
        if self.against is not None:
            whole_number("against of a bandit's law", self.against, 0)
            if self.against >= arms:
                raise ValueError(f"against of a bandit's law must be below {arms}, got {self.against}")
        for name, number in self.numbers.items():
            number_in(f"{name} of a bandit's law", number, "[-inf, inf]")
        return self


def pay_normal(m: Any, arm: Any, row: Any) -> tuple[Any, Any]:
    """Pay a normal about the arm's mean."""
    return arm.mean + arm.deviation * arm.noise, row.best - arm.mean


def pay_one_or_zero(m: Any, arm: Any, row: Any) -> tuple[Any, Any]:
    """Pay 1 with the arm's probability, else 0.

    Uniform draws are below 1, so probability 1 always pays and probability 0 never does.
    """
    return 1.0 * (arm.noise < arm.mean), row.best - arm.mean


def take_given(m: Any, arm: Any, row: Any) -> Any:
    """Take the mean that was given for the stretch of rounds."""
    return arm.given


def pull(law: BanditLaw, rng: np.random.Generator, problems: Problems, arms: Indices) -> tuple[Floats, Floats]:
    """Return the rewards and gaps of one pull in each problem, both of shape (R,), and move the means."""
    noise, means = problems.noise, problems.means
    row = SimpleNamespace(round=problems.step, best=problems.best_of(law.against), **law.numbers)
    pulled = SimpleNamespace(
        index=arms,
        mean=problems.pulled(arms),
        deviation=noise if isinstance(noise, float | int) else noise[problems.rows, arms],
        noise=_drawn(law.noise, rng, len(means)),
    )
    rewards, gaps = law.pay(np, pulled, row)
    if law.moves is not None:
        rounds = problems.step + 1
        segment = rounds if law.segments is None else int(law.segments(rounds))
        if segment > 0:
            given = None if law.given is None else law.given[segment % len(law.given)]
            moving = _drawn(law.moving, rng, means.shape)
            every = SimpleNamespace(index=problems.arms, mean=means, noise=moving, given=given)
            moved = law.moves(np, every, row)
            problems.move(moved if moved.shape == means.shape else np.broadcast_to(moved, means.shape))
    return rewards, gaps


def _drawn(kind: str, rng: np.random.Generator, shape: Any) -> Any:
    return getattr(rng, METHODS[kind])(shape) if kind else None
