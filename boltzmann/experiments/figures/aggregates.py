"""One number for all tasks: a panel for each aggregate, a row for each agent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from boltzmann.experiments.charts import policy_styles
from boltzmann.experiments.figures.style import LINE, line_style, look, marker_of, new_figure, put_caption, shown_labels
from boltzmann.experiments.statistics import Judgement

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_PANEL, _MARGINS, _ROW = 4.6, 0.75, 2.2


def aggregates_of(judgement: Judgement) -> Figure:
    """Draw the aggregates over all tasks with their intervals; see ``boltzmann.experiments.statistics.suite``."""
    table = judgement.suite
    agents, names = list(table["agent"].unique()), list(table["aggregate"].unique())
    styles, labels = policy_styles(judgement), shown_labels({agent: agent for agent in agents})
    height = _MARGINS + LINE * _ROW * len(agents)
    with look():
        figure = new_figure(2 * _PANEL, 2 * height + 0.5)
        panels = figure.subplots(2, len(names) // 2, squeeze=False)
        for panel, name in zip(panels.ravel(), names, strict=True):
            rows = table[table["aggregate"] == name]
            for index, row in enumerate(rows.to_dict("records")):
                style = styles[row["agent"]]
                colour = line_style(style)["color"]
                panel.plot([row["low"], row["high"]], [index, index], color=colour, linewidth=5, alpha=0.4)
                panel.plot(row["estimate"], index, marker=marker_of(style), markersize=4, color=colour)
                panel.text(
                    0.01, index - 0.22, labels[row["agent"]], transform=panel.get_yaxis_transform(), fontsize="small"
                )
            panel.set(ylim=(len(agents) - 0.5, -0.9), yticks=[])
            panel.set_title(f"{name} (less is better)" if "gap" in name else name, loc="left", fontweight="bold")
        percent = f"{100 * judgement.confidence:g} %"
        note = (
            f"Scores over {int(table['tasks'].iloc[0])} tasks: on each, the agent with the worst mean has 0 and the "
            f"one with the best 1. Bars: {percent} intervals by the bootstrap, runs drawn within each task."
        )
        put_caption(figure, note, metrics=())
    return figure
