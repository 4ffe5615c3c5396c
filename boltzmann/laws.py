"""Laws: what a policy, a backup or a learner does, written once as functions of numbers.

A law is called with numbers, with arrays or with symbols that stand for numbers in machine code. It uses operators and
the functions of its first argument ``m`` alone: ``where``, ``minimum``, ``maximum``, ``exp``, ``log``, ``log1p``,
``expm1``, ``sqrt``, ``tanh``, ``hypot``, ``abs``, ``floor`` and ``isfinite``. It chooses by ``m.where`` instead of
``if``, and combines truth values by ``&``, ``|`` and ``~``.

A law sees a row of actions one action at a time, in passes: ``adds(m, action, row)`` returns what an action adds to
each sum of the row, ``moves(m, row)`` what the sums make of the row. An ``action`` has its value ``q``, -inf where it
is masked, and the other inputs that the law reads, such as ``visits``. A ``row`` has ``top``, its largest value, the
numbers of the step, such as ``temperature``, and the results of earlier passes.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Results = Mapping[str, Any]
"""Numbers by name."""


@dataclass(frozen=True)
class Pass:
    """One look at all actions of a row.

    Attributes
    ----------
    adds : callable
        ``adds(m, action, row)`` returns numbers by name. Those of all actions are summed and become numbers of the row.
    moves : callable, optional
        ``moves(m, row)`` returns more numbers of the row, by name, made from these sums.
    keeps : tuple of str
        Which results of ``adds`` are not summed but kept: they become numbers of the action for later passes.
    largest : tuple of str
        Which results of ``adds`` become the largest of all actions instead of the sum.
    first : mapping
        Which results of ``adds`` become those of one action: of the first whose result of another name, one of
        ``largest``, is the largest.
    times : int
        How often the pass is made at most; numbers of the row that ``moves`` returns are read again by the next time.
    until : str
        The name of a truth value of the row, which ``moves`` returns; the pass ends where it holds in all rows.
    """

    adds: Callable[[Any, Any, Any], Results]
    moves: Callable[[Any, Any], Results] | None = None
    keeps: tuple[str, ...] = ()
    largest: tuple[str, ...] = ()
    first: Mapping[str, str] = field(default_factory=dict)
    times: int = 1
    until: str = ""


@dataclass(frozen=True)
class StepNumber:
    """A number that a law reads at every step: a number or a schedule, and the interval in which it lies."""

    source: Any
    interval: str = "[0, inf]"


@dataclass(frozen=True)
class PolicyLaw:
    """What a policy does with a row of values.

    Attributes
    ----------
    weight : callable
        ``weight(m, action, row)`` is proportional to the probability of an action. With ``noise`` it is the action's
        score, of which the first largest is taken.
    passes : tuple of Pass
        The passes before the weight.
    numbers : mapping
        The numbers of the step that the law reads, by name.
    inputs : frozenset of str
        What it reads of an action besides its value: "visits", "variances".
    noise : {"", "exponential", "normal"}
        The standard law of ``action.noise``, drawn for every action.
    constants : mapping
        One number for each action, by the names that the law reads them by.
    """

    weight: Callable[[Any, Any, Any], Any]
    passes: tuple[Pass, ...] = ()
    numbers: Mapping[str, StepNumber] = field(default_factory=dict)
    inputs: frozenset[str] = frozenset()
    noise: Literal["", "exponential", "normal"] = ""
    constants: Mapping[str, tuple[float, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class BackupLaw:
    """The value of a row of values, or several by name: what a learner bootstraps from."""

    value: Callable[[Any, Any], Any]
    passes: tuple[Pass, ...] = ()
    numbers: Mapping[str, StepNumber] = field(default_factory=dict)
    inputs: frozenset[str] = frozenset()


def gibbs_weight(m: Any, action: Any, row: Any) -> Any:
    """Return exp((q - top) / T), with both ends of T selected by value."""
    softmax = m.exp((action.q - row.top) / row.temperature)
    spread = m.where(row.temperature == float("inf"), m.where(action.q > -float("inf"), 1.0, 0.0), softmax)
    return m.where(row.temperature == 0.0, m.where(action.q == row.top, 1.0, 0.0), spread)


def expectation(law: PolicyLaw | None) -> BackupLaw | None:
    """Return the expected value under a policy; None without its law, or with one that tells no probabilities."""
    if law is None or law.noise:
        return None

    def adds(m: Any, action: Any, row: Any) -> Results:
        weight = law.weight(m, action, row)
        return {"total": weight, "mean": m.where(action.q > -float("inf"), weight * action.q, 0.0)}

    return BackupLaw(lambda m, row: row.mean / row.total, (*law.passes, Pass(adds)), law.numbers, law.inputs)


def greedy_weight(m: Any, action: Any, row: Any) -> Any:
    """Return 1 for a largest value, else 0: :func:`gibbs_weight` at T = 0."""
    return m.where(action.q == row.top, 1.0, 0.0)


def uniform_weight(m: Any, action: Any, row: Any) -> Any:
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

    def adds(m: Any, action: Any, row: Any) -> Results:
        explore, exploit = exploring(m, action, row), exploiting(m, action, row)
        sums = {"exploring_total": explore, "exploiting_total": exploit}
        return {"exploring": explore, "exploiting": exploit, **sums}

    def weight(m: Any, action: Any, row: Any) -> Any:
        exploit, explore = action.exploiting / row.exploiting_total, action.exploring / row.exploring_total
        rate = getattr(row, epsilon)
        return (1.0 - rate) * exploit + rate * explore

    keeps = ("exploring", "exploiting")
    return PolicyLaw(weight, (*passes, Pass(adds, keeps=keeps)), numbers, inputs)


@dataclass(frozen=True)
class TemperatureLaw:
    """How a row's temperature is found: the number ``temperature`` of the step, or of the row after the passes."""

    passes: tuple[Pass, ...] = ()
    numbers: Mapping[str, StepNumber] = field(default_factory=dict)
    inputs: frozenset[str] = frozenset()


def own_law(owner: Any) -> Any:
    """Return the law of an object; None without one, and where a subclass may change what it does.

    The law counts for the class that states it. A subclass that overrides a method, or an object whose methods were
    replaced, may do something else.
    """
    kind = type(owner)
    if any(inspect.isfunction(getattr(kind, name, None)) for name in getattr(owner, "__dict__", ())):
        return None
    for parent in kind.__mro__:
        if "law" in vars(parent):
            return owner.law
        methods = {name for name, member in vars(parent).items() if inspect.isfunction(member)}
        if {name for name in methods if name == "__call__" or not name.startswith("__")}:
            return None
    return None
