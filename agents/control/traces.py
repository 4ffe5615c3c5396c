"""Eligibility traces: Sarsa(lambda) and Watkins's Q(lambda), with accumulating and with replacing traces.

The trace of a pair of state and action scales how much it learns from the present error. A visit of the pair sets the
trace, and each step multiplies it by discount times ``trace_decay`` (lambda). Each update changes the whole table of
each replicate. All pairs learn with the step size of the visited pair.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import numpy as np

from agents.backups import Maximum
from agents.control.one_step import QLearning, maximum
from agents.control.sarsa import Sarsa
from agents.inputs import TableTransition
from agents.memory import Entries, PerRow, Values
from agents.temporal_difference import TemporalDifference
from boltzmann.bounds import Real
from boltzmann.laws import BackupLaw, LearnerLaw, Traces


@dataclass(repr=False)
class _TraceLearner(TemporalDifference):
    """Adds each error to the values of all pairs in proportion to their traces."""

    trace_decay: Annotated[float, Real("[0, 1]")] = field(default=0.9, kw_only=True)

    def _reset_state(self) -> None:
        super()._reset_state()
        self.traces = np.zeros_like(self.values)

    def _learn(self, transition: TableTransition) -> None:
        super()._learn(transition)
        # Traces end with their episode.
        self.traces[np.logical_or(transition.terminated, transition.truncated)] = 0.0

    def _learn_targets(self, entries: Entries, targets: PerRow, step_sizes: float | PerRow) -> PerRow:
        values = self.values[entries]
        errors = targets - values
        changes = np.asarray(step_sizes * errors)
        self.traces *= self._decay(entries, values)
        self._set_traces(entries)
        self.values += changes[:, np.newaxis, np.newaxis] * self.traces
        self._update_epsilons(entries, changes)
        return errors

    def _decay(self, entries: Entries, values: PerRow) -> float | Values:
        """Return the factor of the traces, before the visited pair's own trace is set."""
        return self.discount * self.trace_decay

    @staticmethod
    def _decay_law(m: Any, row: Any) -> Any:
        """Return the factor of a row's traces; a law."""
        return row.trace_decay

    def _set_traces(self, entries: Entries) -> None:
        """Set the traces of the visited pairs."""
        self.traces[entries] += 1.0

    @staticmethod
    def _visit_law(m: Any, trace: Any) -> Any:
        """Return the trace of the visited pair, from its trace after the decay; a law."""
        return trace + 1.0

    def _traced(self, backup: BackupLaw | Literal["next action"]) -> LearnerLaw | None:
        """Return the law of a learner that bootstraps from a backup; None if its policy has none."""
        constants = {"discount": self.discount, "trace_decay": self.discount * self.trace_decay}
        traces = Traces(self.traces, self._decay_law, self._visit_law)
        return self._law_of(backup, constants=constants, traces=traces)


class _ReplacingTraces(_TraceLearner):
    def _set_traces(self, entries: Entries) -> None:
        self.traces[entries] = 1.0

    @staticmethod
    def _visit_law(m: Any, trace: Any) -> Any:
        return 1.0


class _WatkinsTraces(_TraceLearner):
    def _decay(self, entries: Entries, values: PerRow) -> float | Values:
        """Return the factor of the traces: 0 after an action that is not greedy."""
        rows, states, _ = entries
        best = maximum(self.values[rows, states], where=self._mask(states))
        decay = self.discount * self.trace_decay
        return np.asarray(np.where(values == best, decay, 0.0))[:, np.newaxis, np.newaxis]

    @staticmethod
    def _decay_law(m: Any, row: Any) -> Any:
        return m.where(row.greedy == 1.0, row.trace_decay, 0.0)


@dataclass(repr=False)
class SarsaLambda(_TraceLearner, Sarsa):
    """Sarsa(lambda) with accumulating traces: each visit of a pair adds 1 to its trace.

    Rummery & Niranjan, 1994; Sutton & Barto, "Reinforcement Learning", 2nd ed., section 12.7 with binary features.
    With ``trace_decay=0`` the learner is :class:`agents.Sarsa`.

    Parameters
    ----------
    policy : Policy
        Maps the values to a distribution over actions, such as ``Boltzmann(0.1)``.
    trace_decay : float
        Lambda, in [0, 1].
    step_size, discount, initial_value
        As for :class:`agents.QLearning`.

    Attributes
    ----------
    traces : array of shape (R, S, K)
        The traces of all pairs, made by ``reset``.

    Examples
    --------
    >>> from boltzmann import Greedy, Transition
    >>> from gymnasium.spaces import Discrete
    >>> agent = SarsaLambda(Greedy(), step_size=0.5, discount=1.0, trace_decay=0.5)
    >>> agent.reset(1, Discrete(3), Discrete(1), np.random.default_rng(0))
    >>> agent.update(Transition([0], [0], [0.0], [1], terminated=[False], truncated=[False]))
    >>> agent.update(Transition([1], [0], [8.0], [2], terminated=[True], truncated=[False]))
    >>> agent.values[0, :, 0]
    array([2., 4., 0.])
    """

    @property
    def law(self) -> LearnerLaw | None:
        """The learner as a law; None if its policy has none."""
        return self._traced("next action")


@dataclass(repr=False)
class SarsaLambdaReplacing(_ReplacingTraces, Sarsa):
    """Sarsa(lambda) with replacing traces: each visit of a pair sets its trace to 1.

    Singh & Sutton, "Reinforcement learning with replacing eligibility traces", 1996; the traces of the state's other
    actions do not change. Parameters and attributes are those of :class:`SarsaLambda`.

    Examples
    --------
    >>> from boltzmann import Greedy
    >>> SarsaLambdaReplacing(Greedy(), trace_decay=0.5)
    SarsaLambdaReplacing(Greedy(), trace_decay=0.5)
    """

    @property
    def law(self) -> LearnerLaw | None:
        """The learner as a law; None if its policy has none."""
        return self._traced("next action")


@dataclass(repr=False)
class QLambda(_WatkinsTraces, QLearning):
    """Watkins's Q(lambda) with accumulating traces, which end with an action that is not greedy.

    Watkins, "Learning from delayed rewards", 1989; Sutton & Barto, "Reinforcement Learning", 2nd ed., section 12.10.
    Errors reach back only over actions that the greedy policy might have taken: an action of less than the largest
    allowed value sets all traces to 0 before its own is set. With ``trace_decay=0`` the learner is
    :class:`agents.QLearning`.

    Parameters
    ----------
    policy : Policy
        Maps the values to a distribution over actions, such as ``Boltzmann(0.1)``.
    trace_decay : float
        Lambda, in [0, 1].
    step_size, discount, initial_value
        As for :class:`agents.QLearning`.

    Attributes
    ----------
    traces : array of shape (R, S, K)
        The traces of all pairs, made by ``reset``.

    Examples
    --------
    >>> from boltzmann import Uniform, Transition
    >>> from gymnasium.spaces import Discrete
    >>> agent = QLambda(Uniform(), step_size=0.5, discount=1.0, trace_decay=0.5)
    >>> agent.reset(2, Discrete(3), Discrete(2), np.random.default_rng(0))
    >>> agent.values[:, 1] = [0.0, -1.0]
    >>> no, yes = [False, False], [True, True]
    >>> agent.update(Transition([0, 0], [0, 0], [0.0, 0.0], [1, 1], terminated=no, truncated=no))
    >>> agent.update(Transition([1, 1], [0, 1], [8.0, 8.0], [2, 2], terminated=yes, truncated=no))
    >>> agent.values[:, 0, 0]  # the second replicate's last action was not greedy
    array([2., 0.])
    """

    @property
    def law(self) -> LearnerLaw | None:
        """The learner as a law; None if its policy has none."""
        return self._traced(Maximum.law)


@dataclass(repr=False)
class QLambdaReplacing(_WatkinsTraces, _ReplacingTraces, QLearning):
    """Watkins's Q(lambda) with replacing traces. Parameters and attributes are those of :class:`QLambda`.

    Examples
    --------
    >>> from boltzmann import Greedy
    >>> QLambdaReplacing(Greedy(), trace_decay=0.5)
    QLambdaReplacing(Greedy(), trace_decay=0.5)
    """

    @property
    def law(self) -> LearnerLaw | None:
        """The learner as a law; None if its policy has none."""
        return self._traced(Maximum.law)
