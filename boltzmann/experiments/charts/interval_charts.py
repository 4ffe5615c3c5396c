"""Rows of intervals: paired differences on each task, and one number for all tasks together."""

from __future__ import annotations

from typing import Any

import numpy as np

from boltzmann.experiments.charts.learning_charts import policy_styles
from boltzmann.experiments.charts.model import Chart, Row, RowPanel
from boltzmann.experiments.statistics import Judgement, TaskJudgement, with_ends, with_interval


def difference_charts(judgement: Judgement, to: str | None = None) -> list[Chart]:
    """Return one chart with a panel for each task: every policy less the best one, or less the baseline.

    ``to`` says what the baseline is.
    """
    styles = policy_styles(judgement)
    panels = [_differences(judged, styles, judgement.confidence) for judged in judgement.tasks]
    to = to or ("the best one" if judgement.baseline is None else "the baseline")
    return [
        Chart(
            f"The final value of each policy less that of {to}, with intervals",
            panels,
            caption=(
                f"A mark is the mean difference to {to} in the last tenth of the steps, replicate by replicate; its "
                f"bar is the {100 * judgement.confidence:g} % confidence interval of this one difference. A hollow "
                "mark does not differ significantly from 0 once all tests of the task are counted (Holm's correction)."
            ),
        )
    ]


def _differences(judged: TaskJudgement, styles: dict[str, int], confidence: float) -> RowPanel:
    metric, scale = judged.metric, 100.0 if judged.metric.is_fraction else 1.0
    unit = " %" if metric.is_fraction else ""
    rows = []
    for index, (label, row) in enumerate(zip(judged.labels, judged.rows, strict=True)):
        if index == judged.reference:
            rows.append(Row(label, styles[label], 0.0, np.nan, np.nan, "compared with"))
            continue
        value, low, high = (scale * float(row[name]) for name in ("difference", "difference_low", "difference_high"))
        text = with_ends(value, low, high)
        hollow = not row["p_value"] <= 1 - confidence
        rows.append(Row(label, styles[label], value, low, high, text if value != value else text + unit, hollow))
    side = "to the left is better" if metric.smaller_is_better else "to the right is better"
    return RowPanel(judged.task, f"difference in {metric.name}; {side}", rows)


def aggregate_charts(judgement: Judgement) -> list[Chart]:
    """Return one chart with a panel for each aggregate over all tasks; none where there is nothing to aggregate."""
    table, styles = judgement.suite, policy_styles(judgement)
    if table.empty:
        return []
    panels = []
    for name in table["aggregate"].unique():
        rows = [_aggregate(row, styles) for row in table[table["aggregate"] == name].to_dict("records")]
        better = "less is better" if "gap" in str(name) else "more is better"
        panels.append(RowPanel(str(name), f"score; {better}", rows, line=None))
    caption = (
        f"A score of 0 is the policy with the worst mean of a task, 1 the one with the best; there are "
        f"{int(table['tasks'].iloc[0])} tasks. Bars are {100 * judgement.confidence:g} % intervals by the bootstrap, "
        "which draws replicates within each task. The optimality gap is how far scores stay below 1 on average."
    )
    return [Chart("Scores of the policies over all tasks, with intervals", panels, caption=caption)]


def _aggregate(row: dict[Any, Any], styles: dict[str, int]) -> Row:
    numbers = float(row["estimate"]), float(row["low"]), float(row["high"])
    agent = str(row["agent"])
    return Row(agent, styles[agent], *numbers, with_interval(*numbers))
