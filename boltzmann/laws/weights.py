"""The laws of the softmax and of its limits and mixtures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from boltzmann.laws.numbers_in_laws import Functions, Named, Number
from boltzmann.laws.passes import BackupLaw, Pass, PolicyLaw, Results, StepNumber, TemperatureLaw
from boltzmann.laws.renaming import renamed


def gibbs_weight(m: Functions, action: Named, row: Named) -> Number:
    """Return exp((q - top) / T), with both ends of T selected by value."""
    return _weight_below(m, action, row, row.top)


def _weight_below(m: Functions, action: Named, row: Named, top: Number) -> Number:
    softmax = m.exp((action.q - top) / row.temperature)
    spread = m.where(row.temperature == float("inf"), m.where(action.q > -float("inf"), 1.0, 0.0), softmax)
    return m.where(row.temperature == 0.0, m.where(action.q == top, 1.0, 0.0), spread)


def weights_around(prior: PolicyLaw | tuple[float, ...], law: TemperatureLaw) -> PolicyLaw:
    """Return the law of weights in proportion to a prior times the softmax: a policy's, or a number for each action.

    The best action is the best of those whose prior is above 0.
    """
    if isinstance(prior, PolicyLaw):
        return _around_policy(renamed(prior, "_of_prior"), law)
    constants = {"prior": prior}
    if all(prior):

        def weight(m: Functions, action: Named, row: Named) -> Number:
            return action.prior * gibbs_weight(m, action, row)

        return PolicyLaw(weight, law.passes, law.numbers, law.inputs, constants=constants)

    def requires(m: Functions, row: Named) -> dict[str, tuple[Number, float]]:
        return {_NO_CHOICE: (row.most > -float("inf"), float("nan"))}

    first = Pass(lambda m, action, row: _most(m, action, action.prior), largest=("most",))
    passes = (first, *law.passes)
    return PolicyLaw(_around, passes, law.numbers, law.inputs, constants=constants, requires=requires)


def _around_policy(prior: PolicyLaw, law: TemperatureLaw) -> PolicyLaw:
    weigh = prior.weight
    assert weigh is not None

    def adds(m: Functions, action: Named, row: Named) -> Results:
        weight = weigh(m, action, row)
        return {"prior": weight, **_most(m, action, weight)}

    passes = (*prior.passes, Pass(adds, keeps=("prior",), largest=("most",)), *law.passes)
    numbers, inputs = {**prior.numbers, **law.numbers}, prior.inputs | law.inputs
    return PolicyLaw(_around, passes, numbers, inputs, constants=prior.constants, requires=prior.requires)


def _most(m: Functions, action: Named, prior: Number) -> Results:
    return {"most": m.where((prior > 0.0) & (action.q > -float("inf")), action.q, -float("inf"))}


def _around(m: Functions, action: Named, row: Named) -> Number:
    return m.where(action.prior > 0.0, action.prior * _weight_below(m, action, row, row.most), 0.0)


_NO_CHOICE = "at least one action must be allowed, of a prior above 0, and have a value above -inf"


def expectation(law: PolicyLaw | None) -> BackupLaw | None:
    """Return the expected value under a policy; None without its law, or with one that tells no probabilities."""
    if law is None or law.weight is None or law.noise:
        return None
    weigh = law.weight

    def adds(m: Functions, action: Named, row: Named) -> Results:
        weight = weigh(m, action, row)
        return {"total": weight, "mean": m.where(action.q > -float("inf"), weight * action.q, 0.0)}

    return BackupLaw(lambda m, row: row.mean / row.total, (*law.passes, Pass(adds)), law.numbers, law.inputs)


def greedy_weight(m: Functions, action: Named, row: Named) -> Number:
    """Return 1 for a largest value, else 0: :func:`gibbs_weight` at T = 0."""
    return m.where(action.q == row.top, 1.0, 0.0)


def uniform_weight(m: Functions, action: Named, row: Named) -> Number:
    """Return 1 for an allowed action, else 0: :func:`gibbs_weight` at T = inf, for finite values."""
    return m.where(action.q > -float("inf"), 1.0, 0.0)


def mixture(
    exploring: Callable[[Any, Any, Any], Any],
    exploiting: Callable[[Any, Any, Any], Any],
    *,
    passes: tuple[Pass, ...] = (),
    numbers: Mapping[str, StepNumber],
    inputs: frozenset[str] = frozenset(),
    epsilon: str = "epsilon",
) -> PolicyLaw:
    """Return the law of a policy that takes one distribution with probability epsilon, otherwise another.

    ``epsilon`` is the name of the number of the row that is this probability.
    """

    def adds(m: Functions, action: Named, row: Named) -> Results:
        explore, exploit = exploring(m, action, row), exploiting(m, action, row)
        sums = {"exploring_total": explore, "exploiting_total": exploit}
        return {"exploring": explore, "exploiting": exploit, **sums}

    def weight(m: Functions, action: Named, row: Named) -> Number:
        exploit, explore = action.exploiting / row.exploiting_total, action.exploring / row.exploring_total
        rate: Number = getattr(row, epsilon)
        return (1.0 - rate) * exploit + rate * explore

    keeps = ("exploring", "exploiting")
    return PolicyLaw(weight, (*passes, Pass(adds, keeps=keeps)), numbers, inputs)
