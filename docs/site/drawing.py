"""The figures of the site, drawn by the build: each as SVG for light and for dark, and one page of a comparison."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import envs
from boltzmann import Gibbs
from boltzmann.experiments import Judgement, Results, read_toml, run, save_figure
from boltzmann.experiments.figures import COLOURS, draw_figures, each_figure, look, new_figure
from boltzmann.experiments.pages import write_judgement
from docs.site.reference import ROOT
from scripts.draw_gibbs_limits import Options as LimitOptions
from scripts.draw_gibbs_limits import draw_limits
from scripts.draw_temperature_choices import draw_schedules, draw_thermostats
from scripts.support import read_agent

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DARK = {
    "#ffffff": "#131416",
    "#262626": "#cfd0d0",
    "#000000": "#cfd0d0",
    "#e5e5e5": "#2d2f33",
    "#e6e6e6": "#2d2f33",
    "#b3b3b3": "#5a5c63",
    "#666666": "#9ca0a5",
    "#1a1a1a": "#eeeeee",
    "#0173b2": "#3a9fe0",
    "#949494": "#a8a8a8",
}
"""Colours of the figures and what stands for them on a dark page: paper, text, grid, and the darkest lines."""
VALUES = (1.0, 0.9, 0.5, 0.0)
TEMPERATURES = (0.0, 0.1, 0.3, 1.0, 10.0, np.inf)
DEMO = ROOT / "scripts" / "experiments" / "demo.toml"


def draw_temperatures() -> Figure:
    """Draw the probabilities of four actions at six temperatures, both ends included."""
    with look():
        figure = new_figure(9.5, 2.5)
        panels = figure.subplots(1, len(TEMPERATURES), sharey=True)
        for panel, temperature in zip(panels, TEMPERATURES, strict=True):
            gibbs = Gibbs(VALUES, temperature)
            panel.bar(np.arange(len(VALUES)), gibbs.probs, color=COLOURS[0], width=0.75)
            panel.set_xticks(np.arange(len(VALUES)), [f"{value:g}" for value in VALUES])
            panel.set(ylim=(0, 1.05), title=f"T = {temperature:g}")
            panel.grid(visible=False, axis="x")
            panel.spines[["top", "right", "left"]].set_visible(False)
        panels[0].set_ylabel("probability")
        figure.supxlabel("value of the action", fontsize="medium")
    return figure


DRAWN: dict[str, Callable[[], Figure]] = {
    "temperatures": draw_temperatures,
    "schedules": draw_schedules,
    "thermostats": draw_thermostats,
    "gibbs_limits": lambda: draw_limits(LimitOptions().values),
}
"""Figures by the name of the picture on a page that they stand for, without those of a run."""
OF_THE_RUN = ("learning_curves", "differences")


def darkened(svg: str) -> str:
    """Return a figure with the colours of a dark page.

    Examples
    --------
    >>> darkened('<path style="fill: #ffffff; stroke: #262626"/>')
    '<path style="fill: #131416; stroke: #cfd0d0"/>'
    """
    return re.sub(r"#[0-9a-f]{6}\b", lambda colour: DARK.get(colour.group(), colour.group()), svg)


def save_both(figure: Figure, folder: Path, name: str) -> None:
    """Write a figure in its light and its dark form."""
    light = folder / f"{name}-light.svg"
    save_figure(figure, light)
    (folder / f"{name}-dark.svg").write_text(darkened(light.read_text(encoding="utf-8")), encoding="utf-8")


def run_demo(folder: Path, replicates: int | None = None) -> Results:
    """Run the comparison of ``make demo``, in this process alone; with fewer replicates, where so many are given."""
    text = DEMO.read_text(encoding="utf-8")
    if replicates is not None:
        text = re.sub(r"^replicates = \d+", f"replicates = {replicates}", text, flags=re.MULTILINE)
    described = folder.parent / "demo.toml"
    described.parent.mkdir(parents=True, exist_ok=True)
    described.write_text(text, encoding="utf-8")
    return run(read_toml(described, read_agent), folder, make=envs.make, n_jobs=1)


def draw_all(folder: Path, page: Path, results: Path) -> None:
    """Draw every figure into a folder, and write the page of the comparison.

    Parameters
    ----------
    folder
        Where the figures go.
    page
        The file of the comparison's page.
    results
        A folder for the measurements; they are read again where they are there already.
    """
    for path in (folder, page.parent):
        path.mkdir(parents=True, exist_ok=True)
    for name, draw in DRAWN.items():
        save_both(draw(), folder, name)
    judgement = Judgement(run_demo(results))
    with each_figure() as attempt:
        figures = draw_figures(judgement, attempt)
        write_judgement(judgement, figures, page, attempt=attempt)
    for entry, figure in figures.items():
        name = Path(entry.file or "").stem
        if name in OF_THE_RUN:
            save_both(figure, folder, name)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--temperatures", type=Path, default=ROOT / "docs" / "temperatures.png")
    save_figure(draw_temperatures(), parser.parse_args().temperatures)
