"""The suite as tables, as a heat map, as a performance profile and as a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from benchmarks.untuned.scoring import CLIP, Suite, defaults
from benchmarks.untuned.tasks import GROUPS, Group
from benchmarks.untuned.tuning import PARTS
from boltzmann.experiments.figures import look
from boltzmann.experiments.pages import Section, Table, picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TITLES = {"all": "over all steps", "last": "in the last tenth"}
_SHOWS = (
    "For every policy and task, how much of the gain of the best hand-tuned Boltzmann schedule over uniform "
    "exploration the policy has: 1 is the tuned schedule, 0 is uniform."
)
_COLOURS, _LINES = 6, ("-", "--", ":", "-.")
_PROFILE = "The share of tasks on which each policy reaches at least so much of the tuned schedule's gain."


def summary(suite: Suite) -> list[Table]:
    """Return one table for each part: means with intervals, the worst task, shares, and the means of groups."""
    tables = []
    for part in PARTS:
        rows = []
        for entrant in suite.entrants:
            score = suite.scores[entrant, part]
            groups = score.groups()
            worst = f"{score.ratios[score.worst]:.2f} ({score.worst})"
            interval = f"{score.mean:.2f} [{score.low:.2f}, {score.high:.2f}]"
            means = [f"{groups[group]:.2f}" if group in groups else "" for group in GROUPS]
            rows.append([entrant, interval, worst, f"{100 * score.share:.0f} %", *means])
        columns = ["policy", "mean ratio, 95 % interval", "worst task", "at least 0.95", *GROUPS]
        counted = len(suite.scores[suite.entrants[0], part].ratios)
        caption = f"Ratios {TITLES[part]}, on the {counted} of {len(suite.measured)} tasks that count"
        tables.append(Table(caption, columns, rows))
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
    import seaborn as sns
    from matplotlib.figure import Figure

    with look():
        figure = Figure(figsize=(12.5, 4.2), layout="constrained")
        panels = figure.subplots(1, len(PARTS), sharey=True)
        colours = sns.color_palette("colorblind", _COLOURS) * len(_LINES)
        grid = np.linspace(*CLIP, 341)
        for panel, part in zip(panels, PARTS, strict=True):
            for index, (entrant, colour) in enumerate(zip(suite.entrants, colours, strict=False)):
                ratios = np.array(list(suite.scores[entrant, part].ratios.values()))
                shares = (ratios[:, np.newaxis] >= grid - 1e-12).mean(axis=0)
                panel.plot(
                    grid,
                    shares,
                    label=entrant,
                    color=colour,
                    linestyle=_LINES[index // _COLOURS],
                    drawstyle="steps-pre",
                )
            panel.axvline(1.0, color="0.6", linewidth=0.8, linestyle=":")
            panel.set(title=TITLES[part].capitalize(), xlabel="ratio")
            panel.label_outer()
        panels[0].set_ylabel("share of tasks with at least this ratio")
        figure.legend(*panels[-1].get_legend_handles_labels(), loc="outside right center", fontsize=8)
    return figure


def sections(suite: Suite) -> list[Section]:
    """Return the sections of the page."""
    explained = (
        "The ratio is (uniform - policy) / (uniform - tuned) of what is lost a step: 1 is the tuned schedule, 0 is "
        "uniform. Tuned is the best of 127 Boltzmann constants and annealings of each task, chosen by halving on other "
        "seeds, for all steps and for the last tenth apart. A task counts where the tuned schedule gains enough over "
        "uniform to divide by: four standard errors, and 5 % of what uniform loses."
    )
    return [
        Section("Means", explained, tables=[*summary(suite), duels(suite)]),
        Section("Task by task", _SHOWS, pictures=[picture(heat_map(suite), _SHOWS)], tables=[by_task(suite)]),
        Section("Profile", _PROFILE, pictures=[picture(profile(suite), _PROFILE)]),
    ]
