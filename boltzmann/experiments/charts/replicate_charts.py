"""How the replicates of a policy spread: the share of them that does better than each level."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from boltzmann.experiments.charts.learning_charts import MANY, best_first, policy_styles
from boltzmann.experiments.charts.model import Axis, Chart, Line, LinePanel
from boltzmann.experiments.metrics import BY_KEY, Floats
from boltzmann.experiments.statistics import Judgement, final, labels_of, performance_profile

_BANDED = 3
"""How many policies have bands, the best: those of more would cover each other."""
_MOST_LEVELS = 300


def replicate_charts(judgement: Judgement) -> list[Chart]:
    """Return one chart with a panel for each task: the performance profiles of its policies."""
    plan, styles = judgement.results.plan, policy_styles(judgement)
    panels = []
    for task, cells in judgement.judged_cells.items():
        metric, labels = BY_KEY[judgement.metrics[task]], labels_of(cells)
        ranked = best_first(cells, judgement.metrics[task])
        finals = {agent: final(cells[agent], judgement.metrics[task]) for agent in ranked}
        known = {agent: values[~np.isnan(values)] for agent, values in finals.items()}
        levels = _levels(np.concatenate(list(known.values())))
        lines = []
        for index, (agent, values) in enumerate(known.items()):
            if len(values):
                # Between two levels the share is one number, that of the middle.
                middles = np.append((levels[1:] + levels[:-1]) / 2, levels[-1])
                share = performance_profile(metric.sign * values, metric.sign * middles, judgement.confidence)
                kept = _changes(share.value)
                band = (share.low[kept], share.high[kept]) if index < _BANDED else None
                faint = len(ranked) > MANY and index >= MANY // 2
                name = labels[agent]
                line = Line(name, styles[name], levels[kept], share.value[kept], band, "steps", faint)
                lines.append(line)
        side = "below" if metric.smaller_is_better else "above"
        y_axis = Axis(f"share of {plan.sample}s {side} the level", is_fraction=True)
        panels.append(LinePanel(task, Axis(f"level of {metric.name}"), y_axis, lines))
    better = "which share of its replicates did better than each level"
    caption = (
        f"Each of the {plan.samples_text} counts by its mean over the last tenth of the steps. A line that stays high "
        "for longer is better; where two lines cross, neither policy is better throughout. The bands of the best "
        f"policies are {100 * judgement.confidence:g} % confidence intervals."
    )
    return [Chart(f"For each policy, {better}", panels, caption=caption)] if panels else []


def _levels(values: Floats) -> Floats:
    """Return where the share of any policy changes, and a little of both sides."""
    levels = np.unique(values)
    if len(levels) > _MOST_LEVELS:
        levels = np.linspace(levels[0], levels[-1], _MOST_LEVELS)
    margin = 0.02 * float(np.ptp(values)) or 0.5
    return np.concatenate([[levels[0] - margin], levels, [levels[-1] + margin]])


def _changes(shares: Floats) -> NDArray[np.bool_]:
    """Say which points to keep: the first one, the last one, and those at which the share changes."""
    kept = np.append(True, np.diff(shares) != 0)
    kept[-1] = True
    return kept
