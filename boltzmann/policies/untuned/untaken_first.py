"""Untaken actions before all others, for the policies that do not take them first by themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, Any

import numpy as np

from boltzmann._numerics import any_traced, beside, finite_rows_traced, libraries, numbers_of_actions, quiet_where_known
from boltzmann.acting import Acting
from boltzmann.arrays import Array, Input, Mask, Step, Values
from boltzmann.bounds import Instance
from boltzmann.checks import MOST_VISITS
from boltzmann.laws import Functions, Named, Number, Pass, PolicyLaw, Results, own_law
from boltzmann.policies.indices import PolicyInputs
from boltzmann.policies.protocol import Distribution, Policy, inputs_read_by

_OF_RATES = frozenset({"initial_epsilon", "next_epsilons", "law_of_epsilons", "constants_of_epsilons"})


@dataclass(frozen=True, repr=False)
class UntakenFirst(Acting):
    """Any untaken action first, all with equal probability; another policy once every allowed action was taken.

    A temperature that follows the values, such as ``RangeScaled(0.1)``, compares what was taken with initial values
    that no reward has changed. Where all rewards are far above these, the first action that was taken looks far better
    than the others, and is taken for ever; here each action is taken once before the values are compared. In a table
    every state counts for itself, which costs K steps a state; an initial value near the rewards costs none.

    In a row with untaken actions the policy is told of these alone, with equal values. So the temperature is the one
    that it has for equal values, and a :class:`KLBoltzmann` keeps the weights of its prior.

    Parameters
    ----------
    policy : Policy
        The policy that acts once every allowed action was taken, such as ``Boltzmann(0.1)``. It may itself take
        untaken actions first, and is then not changed.

    A call without visits, or with values that are not finite, raises a ValueError.

    Examples
    --------
    >>> from boltzmann import Boltzmann, RangeScaled
    >>> policy = UntakenFirst(Boltzmann(RangeScaled(0.1)))
    >>> policy([1000.0, 0.0, 0.0], visits=[1, 0, 0]).probs
    array([0. , 0.5, 0.5])
    >>> policy([1000.0, 999.0, 1001.0], visits=[1, 1, 1]).probs.round(4)
    array([0.0067, 0.    , 0.9933])
    """

    policy: Annotated[Policy, Instance("a policy", "Boltzmann(0.1)")]

    @property
    def reads(self) -> frozenset[str]:
        """The policy reads visits, and what the other policy reads."""
        return inputs_read_by(self.policy) | {"visits"}

    @quiet_where_known
    def __call__(
        self,
        values: Values,
        *,
        step: Step = None,
        visits: Input = None,
        where: Mask = None,
        variances: Input = None,
        epsilons: Input = None,
    ) -> Distribution:
        """Return the distribution of each row of ``values``, shape (..., K), at ``step``."""
        if any_traced(values, step, visits, where, variances, epsilons):
            return self._traced(beside(values, step, visits, where), visits, where, step, variances, epsilons)
        inputs = PolicyInputs(values, visits, where)
        waiting = inputs.untaken.any(axis=-1, keepdims=True)
        others = _given(step=step, visits=visits, variances=variances, epsilons=epsilons)
        if not waiting.any():
            return self.policy(values, where=where, **others)
        xp = libraries.library(values)
        given = np.asarray(values) if libraries.is_native(values) else values
        equal = xp.where(inputs.returned(waiting), xp.zeros_like(given), given)
        first = inputs.returned(np.where(waiting, inputs.untaken, inputs.allowed))
        return _Told(self.policy(equal, where=first, **others), inputs.returned(inputs.best()))

    def _traced(
        self, values: Values, visits: Input, where: Mask, step: Step, variances: Input, epsilons: Input
    ) -> Distribution:
        """Return the distribution where numbers are unknown; that of a bad row is NaN."""
        if visits is None:
            raise ValueError("visits must be given: this policy reads how often each action was taken")
        xp, rows, bad = finite_rows_traced(values, where)
        counts, odd = numbers_of_actions(xp, "visits", visits, rows, MOST_VISITS)
        allowed = rows > -xp.inf
        untaken = allowed & (counts == 0)
        waiting = xp.any(untaken, axis=-1, keepdims=True)
        equal = xp.where(bad | odd, xp.nan, xp.where(waiting, 0.0, values))
        first = xp.where(waiting, untaken, allowed)
        others = _given(step=step, visits=visits, variances=variances, epsilons=epsilons)
        best = xp.max(rows, axis=-1, keepdims=True)
        return _Told(self.policy(equal, where=first, **others), allowed & (rows == best))

    @property
    def of_returns(self) -> UntakenFirst:
        """The policy for variances of returns; see :class:`StandardError`."""
        return replace(self, policy=getattr(self.policy, "of_returns", self.policy))

    def __getattr__(self, name: str) -> Any:
        """Return what the other policy has for the learners of exploration rates."""
        if name in _OF_RATES:
            return getattr(self.policy, name)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    @property
    def law(self) -> PolicyLaw | None:
        """The policy as a law: the other one's, of other values; None if that has none."""
        law: PolicyLaw | None = own_law(self.policy)
        if law is None or law.weight is None:
            return None
        passes = (_UNTAKEN, *(_told(one) for one in law.passes))
        shapes = None if law.shapes is None else _of_told(law.shapes)
        inputs = law.inputs | {"visits"}
        return replace(law, weight=_of_told(law.weight), passes=passes, inputs=inputs, shapes=shapes)


def _given(**inputs: object) -> dict[str, Any]:
    """Return the inputs, but no step and no rates of exploration where these were not given."""
    return {name: value for name, value in inputs.items() if name not in ("epsilons", "step") or value is not None}


class _Told:
    """The distribution of a policy that was told other values; the greedy actions are those of the values.

    Parameters
    ----------
    made : Distribution
        What the policy returned.
    greedy : array of bool, shape (..., K)
        The allowed actions of a largest value.
    """

    def __init__(self, made: Distribution, greedy: Array) -> None:
        self._made, self._greedy = made, greedy

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._made, name)

    def __repr__(self) -> str:
        return repr(self._made)

    @property
    def greedy_probability(self) -> Array:
        """Mass on the actions of a largest value, shape (...)."""
        return self._mass(self._greedy)

    @property
    def exploration_probability(self) -> Array:
        """Mass off the actions of a largest value, shape (...)."""
        return self._mass(~self._greedy)

    def _mass(self, marks: Array) -> Array:
        probs: Any = self._made.probs
        xp = libraries.library(probs)
        return xp.sum(xp.where(marks, probs, 0.0 * probs), axis=-1)


def _untaken(m: Functions, action: Named, row: Named) -> Results:
    untaken = m.where((action.q > -np.inf) & (action.visits == 0), 1.0, 0.0)
    return {"comes_first": untaken, "any_first": untaken}


_UNTAKEN = Pass(_untaken, keeps=("comes_first",))


class _Numbers:
    """The numbers of an action or of a row, one of them replaced."""

    def __init__(self, given: Named, **replaced: Number) -> None:
        self._given, self._replaced = given, replaced

    def __getattr__(self, name: str) -> Any:
        return self._replaced[name] if name in self._replaced else getattr(self._given, name)


def _row(m: Functions, row: Named) -> Named:
    return _Numbers(row, top=m.where(row.any_first > 0, 0.0, row.top))


def _of_told(read: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function of an action that is told equal values of untaken actions, if there are any."""

    def read_told(m: Functions, action: Named, row: Named) -> Any:
        first = m.where(action.comes_first > 0, 0.0, -np.inf)
        q = m.where(row.any_first > 0, first, action.q)
        return read(m, _Numbers(action, q=q), _row(m, row))

    return read_told


def _told(one: Pass) -> Pass:
    moves = one.moves
    told = None if moves is None else lambda m, row: moves(m, _row(m, row))
    return replace(one, adds=_of_told(one.adds), moves=told)
