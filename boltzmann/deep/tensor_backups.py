"""Backups that only learners with two networks have; those of ``agents`` serve as well.

A backup is ``backup(values, where=..., step=...)``, from the target network's values of the next observations to the
number that is bootstrapped from. One that ``reads`` "online" is also told the online network's values of them, and one
with a method ``bonus`` adds to the rewards.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import torch
from torch import Tensor

from boltzmann.bounds import Real
from boltzmann.gibbs import Gibbs
from boltzmann.notation import Expression
from boltzmann.schedules import Schedule, Scheduled, value_at

Backup = Callable[..., Any]


@dataclass(frozen=True, repr=False)
class DoubleMaximum(Expression):
    """The target network's value of the action that the online network prefers.

    Van Hasselt, Guez & Silver, "Deep reinforcement learning with double Q-learning", 2016, equation 4.

    Examples
    --------
    >>> DoubleMaximum()(torch.tensor([1.0, 5.0]), online=torch.tensor([3.0, 2.0]))
    tensor(1.)
    """

    reads: ClassVar[frozenset[str]] = frozenset({"online"})

    def __call__(self, values: Tensor, *, online: Tensor, where: Tensor | None = None, step: int = 0) -> Tensor:
        """Return the value of each row, shape (...), of values of shape (..., K)."""
        allowed = online if where is None else online.masked_fill(~where, -torch.inf)
        return values.gather(-1, allowed.argmax(-1, keepdim=True)).squeeze(-1)


@dataclass(frozen=True, repr=False)
class Munchausen(Expression):
    """The soft value, with the scaled log-policy of the action taken added to its reward.

    The reward becomes r + scale max(T log pi(a | s), least), where pi is the Gibbs distribution of the target network's
    values at T, and T log pi(a | s) = Q(s, a) - T log sum_b exp(Q(s, b) / T); Vieillard, Pietquin & Geist, "Munchausen
    reinforcement learning", 2020, equation 2. At T = 0 the bonus is the scaled gap of the action, as in advantage
    learning, and the backup is the maximum.

    Parameters
    ----------
    temperature : float or callable of the step
        In [0, inf), in the units of the values.
    scale : float
        In [0, 1]. 0 is soft Q-learning.
    least : float
        In (-inf, 0], in the units of the values: a smaller logarithm counts as this much.

    Examples
    --------
    >>> munchausen, values = Munchausen(0.5), torch.tensor([[0.0, 0.5], [0.0, 9.0]])
    >>> munchausen(values)
    tensor([0.6566, 9.0000])
    >>> munchausen.bonus(values, torch.tensor([0, 0]))
    tensor([-0.5910, -0.9000])
    """

    temperature: Annotated[float | Schedule, Scheduled("[0, inf)")] = 0.03
    scale: Annotated[float, Real("[0, 1]")] = 0.9
    least: Annotated[float, Real("(-inf, 0]")] = -1.0

    def __call__(self, values: Tensor, *, where: Tensor | None = None, step: int = 0) -> Tensor:
        """Return the soft value of each row, shape (...), of values of shape (..., K)."""
        return torch.as_tensor(Gibbs(values, value_at(self.temperature, step), where=where).soft_value)

    def bonus(self, values: Tensor, actions: Tensor, *, where: Tensor | None = None, step: int = 0) -> Tensor:
        """Return what is added to the rewards of actions, shape (...), taken at values of shape (..., K)."""
        gap = values.gather(-1, actions.unsqueeze(-1)).squeeze(-1) - self(values, where=where, step=step)
        return self.scale * gap.clamp(self.least, 0.0)
