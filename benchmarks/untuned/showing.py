"""The suite as tables, as a heat map, as a performance profile and as the sections of a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from benchmarks.untuned.scoring import CLIP, Suite, defaults
from benchmarks.untuned.tasks import GROUPS, Group
from benchmarks.untuned.tuning import PARTS
from boltzmann.experiments.charts import Axis, Chart, Line, LinePanel
from boltzmann.experiments.figures import line_style, look
from boltzmann.experiments.pages import Section, Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TITLES = {"all": "over all steps", "last": "in the last tenth"}
_SHOWS = (
    "The ratio of each policy on each task: the stronger the colour, the closer to the tuned schedule. An empty cell "
    "is a task that does not count."
)
_PROFILE = "The share of tasks on which a policy has at least each ratio: a line that stays high for longer is better."


def summary(suite: Suite) -> list[Table]:
    """Return one table for each part: means with intervals, the worst task, shares, and the means of groups."""
    tables = []
    played = [group for group in GROUPS if group in {each.task.group for each in suite.measured}]
    for part in PARTS:
        rows = []
        for entrant in suite.entrants:
            score = suite.scores[entrant, part]
            groups = score.groups()
            worst = f"{score.ratios[score.worst]:.2f} ({score.worst})"
            interval = f"{score.mean:.2f} [{score.low:.2f}, {score.high:.2f}]"
            means = [f"{groups[group]:.2f}" if group in groups else "" for group in played]
            rows.append([entrant, interval, worst, f"{100 * score.share:.0f} %", *means])
        columns = ["policy", "mean ratio, 95 % interval", "worst task", "tasks at 0.95 or more", *played]
        counted = len(suite.scores[suite.entrants[0], part].ratios)
        caption = f"Ratios {TITLES[part]}, on the {counted} of {len(suite.measured)} tasks that count"
        tables.append(Table(caption, columns, rows, styles=range(len(suite.entrants))))
    return tables


def duels(suite: Suite) -> Table:
    """Return the table of paired tests against the popular defaults."""
    rows = []
    for entrant in suite.entrants:
        if entrant in defaults(1):
            continue
        for other in defaults(1):
            better, worse = suite.wins_and_losses(entrant, other)
            rows.append([f"{entrant} beside {other}", str(len(better)), str(len(worse)), "; ".join(worse)])
    pairs = len(suite.measured) * len(PARTS)
    caption = f"Paired tests on {pairs} comparisons each, 5 % for all together by Bonferroni's correction"
    return Table(caption, ["policies", "significantly better", "significantly worse", "worse on"], rows)


def by_task(suite: Suite) -> Table:
    """Return the ratio of each task, for all steps and for the last tenth."""
    rows = []
    for task in (each.task for each in suite.measured):
        cells = []
        for entrant in suite.entrants:
            ratios = [suite.scores[entrant, part].ratios.get(task.name) for part in PARTS]
            cells.append(", ".join("-" if ratio is None else f"{ratio:.2f}" for ratio in ratios))
        rows.append([task.name, *cells])
    return Table("Ratios over all steps, and in the last tenth", ["task", *suite.entrants], rows)


def shaded(suite: Suite) -> list[Table]:
    """Return a table for each part: the ratio of each task, coloured from uniform to the tuned schedule."""
    tables = []
    for part in PARTS:
        rows, shades = [], []
        for task in (each.task for each in suite.measured):
            ratios = [suite.scores[entrant, part].ratios.get(task.name, np.nan) for entrant in suite.entrants]
            rows.append([task.name, *("" if ratio != ratio else f"{ratio:.2f}" for ratio in ratios)])
            shades.append([float(np.clip(ratio, 0.0, 1.0)) for ratio in ratios])
        tables.append(Table(f"Ratios {TITLES[part]}", ["task", *suite.entrants], rows, shades=shades))
    return tables


def profile_charts(suite: Suite) -> list[Chart]:
    """Return the chart of a page: the share of tasks on which each policy has at least a ratio, for each part."""
    panels = []
    for part in PARTS:
        lines = []
        for index, entrant in enumerate(suite.entrants):
            ratios = np.sort(np.clip(list(suite.scores[entrant, part].ratios.values()), *CLIP))
            # Behind each ratio the share falls by that of one task.
            levels = np.concatenate([[CLIP[0]], ratios, [CLIP[1]]])
            shares = np.concatenate([1 - np.arange(len(ratios) + 1) / max(len(ratios), 1), [0.0]])
            lines.append(Line(entrant, index, levels, shares, form="steps"))
        x = Axis("ratio: 0 is uniform exploration, 1 the tuned schedule", limits=CLIP)
        panels.append(LinePanel(TITLES[part].capitalize(), x, Axis("share of tasks", is_fraction=True), lines))
    return [Chart(_PROFILE, panels)]


def heat_map(suite: Suite) -> Figure:
    """Draw policies against tasks, a panel for each part."""
    import seaborn as sns
    from matplotlib.figure import Figure

    tasks = sorted((each.task for each in suite.measured), key=lambda task: GROUPS.index(task.group))
    with look():
        figure = Figure(figsize=(13.0, 1.8 + 0.42 * 2 * len(suite.entrants) + 1.6), layout="constrained")
        panels = figure.subplots(len(PARTS), 1, sharex=True)
        for panel, part in zip(panels, PARTS, strict=True):
            ratios = [suite.scores[entrant, part].ratios for entrant in suite.entrants]
            sns.heatmap(
                np.array([[each.get(task.name, np.nan) for task in tasks] for each in ratios]),
                ax=panel,
                vmin=CLIP[0],
                vmax=CLIP[1],
                cmap="viridis",
                annot=True,
                fmt=".2f",
                annot_kws={"fontsize": 6.5},
                xticklabels=[task.name for task in tasks],
                yticklabels=list(suite.entrants),
                cbar_kws={"label": "ratio", "pad": 0.01},
            )
            panel.set(facecolor="0.88")
            panel.grid(visible=False)
            title = f"Ratio {TITLES[part]}; grey where the tuned schedule gains too little over uniform to divide by"
            panel.set_title(title, pad=18)
            _mark_groups(panel, [task.group for task in tasks])
            panel.tick_params(axis="y", rotation=0)
            panel.tick_params(axis="x", rotation=45)
            for label in panel.get_xticklabels():
                label.set_horizontalalignment("right")
    return figure


def _mark_groups(panel: Axes, groups: list[Group]) -> None:
    """Write the name of each group above its tasks, with a line between groups."""
    for group in dict.fromkeys(groups):
        begin, count = groups.index(group), groups.count(group)
        if begin:
            panel.axvline(begin, color="white", linewidth=3)
        place = begin + count / 2, 1.02
        transform = panel.get_xaxis_transform()
        panel.text(*place, group, ha="center", va="bottom", fontsize=8, transform=transform)


def profile(suite: Suite) -> Figure:
    """Draw the share of tasks on which each policy has at least a ratio, a panel for each part."""
    from matplotlib.figure import Figure

    with look():
        figure = Figure(figsize=(12.5, 4.2), layout="constrained")
        panels = figure.subplots(1, len(PARTS), sharey=True)
        grid = np.linspace(*CLIP, 341)
        for panel, part in zip(panels, PARTS, strict=True):
            for index, entrant in enumerate(suite.entrants):
                ratios = np.array(list(suite.scores[entrant, part].ratios.values()))
                shares = (ratios[:, np.newaxis] >= grid - 1e-12).mean(axis=0)
                panel.plot(grid, shares, label=entrant, drawstyle="steps-pre", **line_style(index))
            panel.axvline(1.0, color="0.6", linewidth=0.8, linestyle=":")
            panel.set(title=TITLES[part].capitalize(), xlabel="ratio")
            panel.label_outer()
        panels[0].set_ylabel("share of tasks with at least this ratio")
        figure.legend(*panels[-1].get_legend_handles_labels(), loc="outside right center", fontsize=8)
    return figure


def sections(suite: Suite) -> list[Section]:
    """Return the sections of the page."""
    explained = (
        "A policy's ratio is the part of the way from uniform exploration to the tuned schedule that it covers without "
        "tuning: 0 is uniform exploration, 1 is the tuned schedule."
    )
    notes = [
        "The ratio is (uniform - policy) / (uniform - tuned) of the reward that is lost in a step.",
        "The tuned schedule of a task is the best of 127 Boltzmann constants and annealings. A search on other "
        "random numbers has found it, once for all steps and once for the last tenth.",
        "A task counts where the tuned schedule gains enough over uniform exploration to divide by: four standard "
        "errors, and 5 % of what uniform exploration loses.",
    ]
    return [
        Section("All tasks together", explained, tables=[*summary(suite), duels(suite)], notes=notes),
        Section("Task by task", _SHOWS, tables=shaded(suite)),
        Section("Good and bad tasks", _PROFILE, charts=profile_charts(suite)),
    ]
