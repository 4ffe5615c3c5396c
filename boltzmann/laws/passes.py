"""Passes over the actions of a row, and the laws of policies, temperatures and backups that consist of them."""

from __future__ import annotations

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
        The name of a truth value of the row; the pass ends where it holds in all rows. Where an earlier pass has made
        it hold, engines may leave the pass out, so it must not change the other rows.
    guess : str
        The name of a number that ``moves`` returns and that later passes improve: an engine may begin with what they
        have made of it at the step before.
    from_guess : bool
        Whether the pass is of use for such a beginning alone; other engines leave it out.
    """

    adds: Callable[[Any, Any, Any], Results]
    moves: Callable[[Any, Any], Results] | None = None
    keeps: tuple[str, ...] = ()
    largest: tuple[str, ...] = ()
    first: Mapping[str, str] = field(default_factory=dict)
    times: int = 1
    until: str = ""
    guess: str = ""
    from_guess: bool = False


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
    weight : callable or None
        ``weight(m, action, row)`` is proportional to the probability of an action. With ``noise`` it is the action's
        score, of which the first largest is taken. None stands for a policy without a law, which is called in Python.
    passes : tuple of Pass
        The passes before the weight.
    numbers : mapping
        The numbers of the step that the law reads, by name.
    inputs : frozenset of str
        What it reads of an action besides its value: "visits", "variances".
    noise : {"", "exponential", "normal", "log odds"}
        The law of ``action.noise``, drawn for every action: a standard law, or that of log(x / (1 - x)) where x has the
        beta law of the action's ``shapes``.
    constants : mapping
        One number for each action, by the names that the law reads them by.
    requires : callable, optional
        ``requires(m, row)`` returns, by the texts of errors, what must hold after the passes, and the number that the
        error names, or NaN for none.
    shapes : callable, optional
        ``shapes(m, action, row)`` returns the two parameters, above 0, of the beta law of "log odds".
    """

    weight: Callable[[Any, Any, Any], Any] | None
    passes: tuple[Pass, ...] = ()
    numbers: Mapping[str, StepNumber] = field(default_factory=dict)
    inputs: frozenset[str] = frozenset()
    noise: Literal["", "exponential", "normal", "log odds"] = ""
    constants: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    requires: Callable[[Any, Any], Mapping[str, tuple[Any, Any]]] | None = None
    shapes: Callable[[Any, Any, Any], tuple[Any, Any]] | None = None


@dataclass(frozen=True)
class TemperatureLaw:
    """How a row's temperature is found: the number ``temperature`` of the step, or of the row after the passes."""

    passes: tuple[Pass, ...] = ()
    numbers: Mapping[str, StepNumber] = field(default_factory=dict)
    inputs: frozenset[str] = frozenset()


@dataclass(frozen=True)
class BackupLaw:
    """The value of a row of values, or several by name: what a learner bootstraps from."""

    value: Callable[[Any, Any], Any]
    passes: tuple[Pass, ...] = ()
    numbers: Mapping[str, StepNumber] = field(default_factory=dict)
    inputs: frozenset[str] = frozenset()
