"""Variances of returns, learnt beside the values for the policies that read them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from agents.memory import Entries, Indices, Mask, PerRow, Values, read, rows_of, write
from boltzmann.laws import BackupLaw, LearnerLaw, Pass, PolicyLaw, Results, StepNumber
from boltzmann.policies import moved_variance

CARRIED = 0.9
"""How much of the next state's variance is carried back besides discount squared; 1 is Sobel's recursion."""


class ReturnVariances:
    """The variance u of the return of every replicate, state and action, from the errors d of its value.

    ``u <- u + eta ((d - m)(d - m') + rho discount^2 u(s', greedy) - u)``, where ``m <- m + eta (d - m)`` is the mean of
    the errors and m' the new one, ``eta = max(1 / n, step_size)``, n counts the visits, and nothing is carried back at
    a termination. Greedy actions that tie count by their mean. With rho = 1 it is the recursion of Sobel, "The variance
    of discounted Markov decision processes", 1982, learnt from samples.
    """

    def __init__(self, values: Values, discount: float, carried: float = CARRIED) -> None:
        self.variances, self._means = np.zeros_like(values), np.zeros_like(values)
        self._discount, self.carried = discount, carried

    @property
    def tables(self) -> dict[str, Values]:
        """The variances and the means of the errors, shape (R, S, K), by the names that :func:`with_variances` uses."""
        return {"variances": self.variances, "mean_errors": self._means}

    def of_greedy(self, values: Values, states: Indices, mask: Mask | None) -> PerRow:
        """Return the variance of the greedy actions of each row's state, the mean if several tie."""
        rows = rows_of(values, states)
        allowed = rows if mask is None else np.where(mask, rows, -np.inf)
        greedy = allowed == allowed.max(axis=-1, keepdims=True)
        return np.asarray(np.where(greedy, rows_of(self.variances, states), 0.0).sum(axis=-1) / greedy.sum(axis=-1))

    def learn(self, entries: Entries, errors: PerRow, following: PerRow, rates: PerRow) -> None:
        """Learn from one error of each entry; ``following`` are the variances of the next states, 0 after an end."""
        means, variances = read(self._means, entries), read(self.variances, entries)
        carried = self.carried * self._discount * (self._discount * following)
        variances, means = moved_variance(variances, means, errors, rates, carried)
        write(self._means, entries, means)
        write(self.variances, entries, variances)


def with_variances(law: LearnerLaw, learnt: ReturnVariances, *, by_visits: bool) -> LearnerLaw:
    """Return the law of a learner that also learns variances of returns; its ``learn`` returns the ``error``.

    ``by_visits``: eta is 1 / n, whatever the step size.
    """
    learn: Callable[..., Results] = law.learn
    rho = learnt.carried

    def learn_both(m: Any, here: Any, reward: Any, future: Any, row: Any) -> Results:
        results = learn(m, here, reward, future.value, row)
        rate = 1.0 / here.visits if by_visits else m.maximum(1.0 / here.visits, row.step_size)
        carried = rho * row.discount * future.variance
        variance, mean = moved_variance(here.variances, here.mean_errors, results["error"], rate, carried)
        return {**results, "mean_errors": mean, "variances": variance}

    return replace(law, learn=learn_both, tables={**law.tables, **learnt.tables}, beside=_OF_GREEDY)


def _greedy(m: Any, action: Any, row: Any) -> Results:
    greedy = action.q == row.top
    return {"greedy_count": m.where(greedy, 1.0, 0.0), "of_greedy": m.where(greedy, action.variances, 0.0)}


_OF_GREEDY = BackupLaw(
    lambda m, row: {"variance": row.of_greedy / row.greedy_count}, (Pass(_greedy),), inputs=frozenset({"variances"})
)


def capped(law: PolicyLaw, most: float) -> PolicyLaw:
    """Return a policy's law that reads at most so many visits of each action."""
    weight = law.weight
    if weight is None:
        # The policy is called with the visits that its learner tells it.
        return law

    def reading(read: Callable[..., Any]) -> Callable[..., Any]:
        return lambda m, action, row: read(m, _Capped(m, action, row), row)

    passes = tuple(replace(one, adds=reading(one.adds)) for one in law.passes)
    numbers = {**law.numbers, "most_visits": StepNumber(most)}
    return replace(law, weight=reading(weight), passes=passes, numbers=numbers)


class _Capped:
    """The numbers of an action, its visits at most ``most_visits`` of the row."""

    def __init__(self, m: Any, action: Any, row: Any) -> None:
        self._m, self._action, self._row = m, action, row

    def __getattr__(self, name: str) -> Any:
        number = getattr(self._action, name)
        return self._m.minimum(number, self._row.most_visits) if name == "visits" else number
