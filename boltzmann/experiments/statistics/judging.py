"""The answer of a comparison: who is best on each task, by how much, and who does not differ significantly from it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from boltzmann.experiments.errors import RefusedError
from boltzmann.experiments.metrics import BY_KEY, JUDGED_KEYS, Floats, JudgedKey, Metric, MetricKey
from boltzmann.experiments.statistics.bounded import of_differences
from boltzmann.experiments.statistics.cell_values import (
    better_first,
    bounds_of,
    final,
    find_metric,
    has_metric,
    row_of,
    usual_metric,
)
from boltzmann.experiments.statistics.cells import Cells, cells_by_task, find_agent, labels_of
from boltzmann.experiments.statistics.centres import warn_of_few
from boltzmann.experiments.statistics.comparing import holm, holm_of_pairs, paired_difference, pairwise_p_values
from boltzmann.experiments.statistics.conclusions import task_answer
from boltzmann.experiments.statistics.intervals import checked_confidence
from boltzmann.experiments.store import Results

if TYPE_CHECKING:
    import pandas as pd

_log = logging.getLogger("boltzmann.experiments")


@dataclass(frozen=True, eq=False)
class TaskJudgement:
    """One task judged by one metric: its agents, the best first, and their differences to one of them.

    Attributes
    ----------
    task : str
        Its label.
    metric : Metric
        What the agents are judged by.
    agents, labels : tuple of str
        Their whole notation and their short labels.
    reference : int
        The index of the agent that the others are compared with.
    rows : list of dict
        The task's rows of the leaderboard, one for each agent in this order.
    """

    task: str
    metric: Metric
    agents: tuple[str, ...]
    labels: tuple[str, ...]
    reference: int
    rows: list[dict[str, Any]]

    def in_order(self, agents: Sequence[str]) -> TaskJudgement:
        """Return the same with its agents in another order."""
        order = [self.agents.index(agent) for agent in agents]
        labels, rows = tuple(self.labels[index] for index in order), [self.rows[index] for index in order]
        return TaskJudgement(self.task, self.metric, tuple(agents), labels, order.index(self.reference), rows)


@dataclass(frozen=True, eq=False)
class Judgement:
    """Results judged once, for the terminal, the figures and the page.

    Cells are read and pairs are tested at first use, and cached.

    Parameters
    ----------
    results : Results
        Of a finished run.
    metric, baseline, confidence
        As for :func:`leaderboard`.

    Raises
    ------
    ValueError
        For a confidence outside (0, 1).
    """

    results: Results
    metric: JudgedKey | None = None
    baseline: str | None = None
    confidence: float = 0.95

    def __post_init__(self) -> None:
        checked_confidence(self.confidence)
        if self.metric is not None:
            find_metric(self.metric, JUDGED_KEYS)

    @cached_property
    def cells(self) -> dict[str, Cells]:
        """The cells of all tasks."""
        return cells_by_task(self.results)

    def tasks_showing(self, metrics: Sequence[MetricKey]) -> dict[str, Cells]:
        """Return the tasks that have any of these metrics; a RefusedError names a metric that no task has."""
        shown: dict[str, Cells] = {}
        for key in [find_metric(metric).key for metric in metrics]:
            tasks = {task: cells for task, cells in self.cells.items() if has_metric(cells, key)}
            if not tasks:
                raise RefusedError(f"no task of {self.results.folder} has the metric {key!r}")
            shown |= tasks
        return {task: cells for task, cells in self.cells.items() if task in shown}

    @cached_property
    def judged_cells(self) -> dict[str, Cells]:
        """The cells of the tasks that can be judged by the metric, all tasks where it is None."""
        return self.cells if self.metric is None else self.tasks_showing([self.metric])

    @cached_property
    def metrics(self) -> dict[str, JudgedKey]:
        """The key of the metric that each of these tasks is judged by."""
        return {task: self.metric or usual_metric(cells) for task, cells in self.judged_cells.items()}

    @cached_property
    def tasks(self) -> tuple[TaskJudgement, ...]:
        """Each task's judgement."""
        judged = self.judged_cells
        warn_of_few(self.results.plan.samples)
        return tuple(self._judge(task, cells) for task, cells in judged.items())

    @cached_property
    def board(self) -> pd.DataFrame:
        """The leaderboard, as :func:`leaderboard` returns it."""
        import pandas as pd

        return pd.DataFrame([row for judged in self.tasks for row in judged.rows])

    @cached_property
    def answers(self) -> dict[str, str]:
        """The sentences on each task, as ``answers`` returns them."""
        sample = self.results.plan.sample
        return {judged.task: task_answer(judged.rows, self.confidence, sample) for judged in self.tasks}

    @cached_property
    def suite(self) -> pd.DataFrame:
        """The agents over all tasks at once, as ``suite`` returns them, drawn with the seed of the experiment."""
        from boltzmann.experiments.statistics.suites import suite

        return suite(self, rng=self.results.plan.seed)

    def _judge(self, task: str, cells: Cells) -> TaskJudgement:
        metric = self.metrics[task]
        if self.metric is None and any(cell.episodic for cell in cells.values()):
            _log_unfinished(task, cells, metric)
        labels = labels_of(cells)
        rows = [row_of(cells, agent, labels[agent], metric, self.confidence) for agent in cells]
        order = sorted(range(len(rows)), key=lambda index: better_first(rows[index]["final"], metric))
        rows, agents = [rows[index] for index in order], tuple(tuple(cells)[index] for index in order)
        finals = np.stack([final(cells[agent], metric) for agent in agents], axis=1)
        reference = 0 if self.baseline is None else find_agent(self.baseline, list(agents), task)
        bounds = of_differences(bounds_of(cells, metric))
        differences = paired_difference(finals, finals[:, [reference]], self.confidence, bounds)
        pairs = holm_of_pairs(pairwise_p_values(finals))
        p_values = pairs[reference] if self.baseline is None else _holm_without(reference, differences.p_value)
        # A p-value that is NaN is no test, and proves no difference.
        tied = ~(pairs[0] <= 1 - self.confidence) & np.array([row["replicates"] > 0 for row in rows])
        tied[0] = False
        for index, row in enumerate(rows):
            row |= {
                "compared_with": labels[agents[reference]],
                "difference": float(differences.value[index]),
                "difference_low": float(differences.low[index]),
                "difference_high": float(differences.high[index]),
                "p_value": float(p_values[index]),
                "tied": bool(tied[index]),
            }
        return TaskJudgement(task, BY_KEY[metric], agents, tuple(labels[agent] for agent in agents), reference, rows)


def leaderboard(
    results: Results, metric: JudgedKey | None = None, *, baseline: str | None = None, confidence: float = 0.95
) -> pd.DataFrame:
    """Rank the agents of every task by their mean final value, the best first, and say which are tied with it.

    Differences are paired by replicate (see ``paired_difference``). An agent is tied with the best where the two do not
    differ significantly with all pairs of the task's agents tested at once (Holm): all pairs, not only those with the
    best, since the same data chose which is best. So in at most 1 - confidence of such tables does any agent stand
    below one that it equals without being marked.

    Parameters
    ----------
    results : Results
        Of a finished run.
    metric : str, optional
        The key of one of ``METRICS`` that agents are judged by, as ``"reward"``. By default the return per episode
        where every replicate ended one in the last tenth of the steps; else the gap, where episodes end and every
        replicate has it; else the reward per step. Where every step pays the same to all, as in CartPole, the return
        judges although some replicates ended no episode. Tasks that do not have the metric are left out. Returns are
        aligned on steps: an episode counts where it ends.
    baseline : str, optional
        The agent, by its label or its whole expression, that the differences are to; by default the best.
    confidence : float
        Of all intervals and of the ties, in (0, 1).

    Returns
    -------
    pandas.DataFrame
        Columns ``task``, ``agent``, ``metric``; ``final`` and ``cumulative`` with ``final_half_width`` and
        ``cumulative_half_width``, half the width of the intervals of their means over replicates (Student's t, within
        the bounds of the metric: ``bounded_mean``), whose ends are ``final_low``, ``final_high``, ``cumulative_low``
        and ``cumulative_high``; ``replicates``, how many have a final value; ``compared_with``, the label of the best
        or of the baseline, ``difference`` to it in the final value, ``difference_low`` and ``difference_high``, its
        paired interval for this pair alone, and ``p_value``, Holm-corrected (over all pairs, or over the comparisons
        with the baseline); ``tied``, whether it does not differ significantly from the best, False for the best itself
        and for what has no value.

    Raises
    ------
    RefusedError
        For a metric that no task has, or a baseline that a task does not have.
    ValueError
        For a confidence outside (0, 1).

    Warns
    -----
    FewReplicatesWarning
        Once, with fewer than ten replicates.

    Notes
    -----
    The log says where a task is not judged by returns since only some replicates ended an episode in the last tenth.
    """
    return Judgement(results, metric, baseline, confidence).board


def _holm_without(reference: int, p_values: Floats) -> Floats:
    return holm(np.where(np.arange(p_values.size) == reference, np.nan, p_values))


def _log_unfinished(task: str, cells: Cells, metric: JudgedKey) -> None:
    """Log how many replicates ended no episode in the last tenth, where only some did."""
    ended = np.concatenate([np.isfinite(final(cell, "return")) for cell in cells.values()])
    if 0 < ended.sum() < len(ended):
        rest = "these are left out" if metric == "return" else "the metric return judges by the rest"
        _log.warning(
            "%s is judged by %s: %d of all agents' %d replicates ended no episode in the last tenth of the steps. With "
            "more steps all end one; %s",
            *(task, BY_KEY[metric].name, (~ended).sum(), len(ended), rest),
        )
