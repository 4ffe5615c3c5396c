"""The laws of learners: how entries, states and traces change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from boltzmann.laws.numbers_in_laws import Functions, Named, Number
from boltzmann.laws.passes import BackupLaw, PolicyLaw, Results


@dataclass(frozen=True)
class LearnerLaw:
    """How a learner changes the entry of the state and the action that it has taken.

    Attributes
    ----------
    policy : PolicyLaw
        How it acts.
    learn : callable
        ``learn(m, here, reward, future, row)`` returns the new numbers of the entry, by the names of tables, and of
        its state, by the names in ``states``. ``here`` has the present ones, ``visits`` with this visit; ``future`` is
        the discounted value of the next state, 0 after a termination, or has several by name; ``row`` has the
        constants, the numbers of the state and what ``inputs`` names. Other results are numbers of the row for
        ``traces`` and ``spread``. A policy that reads exploration rates needs ``change``, the step of the value, and
        in rounds ``learns``, false for an entry that is left as it is.
    rng : numpy.random.Generator
        What it draws its actions with.
    tables : mapping
        Arrays of shape (R, S, K) by name: "values", "visits" and others.
    distribution : callable
        ``distribution(inputs, where, steps)`` returns the distribution of some rows, each at a step of its own.
    known : frozenset of str
        What these inputs may also have, so that it is not computed again: ``temperature``, which the passes of the
        policy found in each row, and ``weights`` of the actions.
    states : mapping
        Arrays of shape (R, S) by name.
    constants : mapping
        Numbers that the law reads, by name, ``discount`` among them if there is a backup.
    rate : callable, optional
        A step size that is a function of counts: the number ``step_size`` of the row.
    counts : str
        The counts of which it is a function, a table or a number of states; "visits" are the earlier ones of the entry.
    rate_interval : str
        Where step sizes lie.
    backup : BackupLaw, "next action" or None
        What it bootstraps from.
    beside : BackupLaw, optional
        What else ``learn`` is told of the next state, several numbers by name; ``future`` then has what it bootstraps
        from as ``value``.
    inputs : frozenset of str
        What ``learn`` reads of a row: "greedy", 1 if the action has a largest value, else 0; "probability" of the
        action; "allowed", the number of allowed actions.
    uniform : str
        The name of a uniform number of the row, drawn after its action, that backup and learner read.
    requires : callable, optional
        ``requires(m, action, reward, row)`` returns, by the texts of errors, what must hold and the number that the
        error names.
    spread : callable, optional
        ``spread(m, action, row)`` returns new numbers of each action of the state, by the names of tables. ``action``
        has the present ones, ``probability`` and ``is_chosen``.
    traces : Traces, optional
        How a change reaches other entries.
    rounds : Rounds, optional
        How all entries change at once from time to time.
    """

    policy: PolicyLaw
    learn: Callable[[Any, Any, Any, Any, Any], Results]
    rng: Any
    tables: Mapping[str, Any]
    distribution: Callable[[dict[str, Any], Any, Any], Any]
    states: Mapping[str, Any] = field(default_factory=dict)
    constants: Mapping[str, float] = field(default_factory=dict)
    rate: Any = None
    counts: str = "visits"
    rate_interval: str = "[0, 1]"
    backup: BackupLaw | Literal["next action"] | None = None
    beside: BackupLaw | None = None
    inputs: frozenset[str] = frozenset()
    uniform: str = ""
    requires: Callable[[Any, Any, Any, Any], Mapping[str, tuple[Any, Any]]] | None = None
    spread: Callable[[Any, Any, Any], Results] | None = None
    traces: Traces | None = None
    rounds: Rounds | None = None
    known: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Traces:
    """How the ``change`` of an entry is added to others, each in proportion to its trace.

    Attributes
    ----------
    table : array of shape (R, S, K)
        The traces, 0 after the end of an episode.
    decay : callable
        ``decay(m, row)`` is the factor of all traces in a step.
    visit : callable
        ``visit(m, trace)`` is the trace of the visited entry, from its trace after the decay.
    """

    table: Any
    decay: Callable[[Any, Any], Any]
    visit: Callable[[Any, Any], Any]


@dataclass(frozen=True)
class Rounds:
    """How all entries change after every ``length`` steps.

    Attributes
    ----------
    length : int
        Steps in a round.
    learn : callable
        ``learn(m, here, row)`` returns the new numbers of an entry, and of its state. ``here`` has the present ones.
    """

    length: int
    learn: Callable[[Any, Any, Any], Results]


def moved(m: Functions, here: Named, reward: Number, future: Number, row: Named) -> Results:
    """Move a value towards its target by a step size."""
    error = reward + future - here.values
    change = row.step_size * error
    return {"values": here.values + change, "change": change, "error": error}


def averaged(m: Functions, here: Named, reward: Number, future: Number, row: Named) -> Results:
    """Average the rewards, with ``extra`` earlier ones."""
    change = (reward - here.values) / (here.visits + row.extra)
    return {"values": here.values + change, "change": change}
