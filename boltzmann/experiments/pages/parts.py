"""Shared by all pages: pictures of figures, and how to repeat the runs."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from boltzmann.experiments.describe import Plan, TaskPlan
from boltzmann.experiments.figures import Attempt, look, panels_of
from boltzmann.experiments.pages.drawings import Picture
from boltzmann.experiments.pages.html import Section, Table, render_page
from boltzmann.experiments.store import Results, Store, write_whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SVG_DPI = 72
"""The units of an SVG file in each inch."""


def write_page(path: str | os.PathLike[str], title: str, answer: Sequence[str], sections: Sequence[Section]) -> None:
    """Write one self-contained HTML page; it loads nothing from anywhere.

    Parameters
    ----------
    path : path
        The file; its folder must exist.
    title, answer, sections
        As for ``boltzmann.experiments.pages.render_page``.

    Raises
    ------
    OSError
        Where the file cannot be written.
    """
    write_whole(Path(path), render_page(title, answer, sections).encode())


def picture(figure: Figure, shows: str) -> Picture:
    """Return a figure as a picture of a page, with a sentence for those who do not see it."""
    svg, panels = _drawn(figure)
    return Picture(svg, shows, shows, panels, " ".join(figure.get_supxlabel().split()))


def pictures_of(figure: Figure | None, shows: str, attempt: Attempt, name: str) -> list[Picture]:
    """Return the pictures of a section: the figure's, or none where it could not be drawn."""
    pictures = []
    with attempt(name):
        if figure is not None:
            pictures.append(picture(figure, shows))
    return pictures


def svg_text(figure: Figure) -> str:
    """Draw a matplotlib figure as SVG; the same figure gives the same text."""
    return _drawn(figure)[0]


def _drawn(figure: Figure) -> tuple[str, list[tuple[float, float, float, float]]]:
    """Draw a figure as SVG, and say where its parts stand."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG, RendererSVG

    content, usual_canvas = io.StringIO(), figure.canvas
    canvas: Any = FigureCanvasSVG(figure)
    engine, dpi = figure.get_layout_engine(), figure.dpi
    with look():
        figure.set_dpi(_SVG_DPI)
        # A renderer remembers the texts that it measured; otherwise each measurement would make another one.
        renderer: Any = RendererSVG(*figure.bbox.size, io.StringIO())  # type: ignore[no-untyped-call]
        canvas.get_renderer = lambda: renderer
        if engine is not None:
            # Otherwise savefig would draw the figure twice: once to lay it out, and once to write it.
            engine.execute(figure)
            figure.set_layout_engine("none")
        # By default the date is today's.
        canvas.print_svg(content, metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
        # Text is measured as this canvas writes it.
        panels = panels_of(figure)
    figure.set_dpi(dpi)
    figure.set_layout_engine(engine)
    figure.set_canvas(usual_canvas)
    return content.getvalue(), panels


def repetition(runs: Mapping[str, Results]) -> Section:
    """Return the section on how to repeat the runs: their descriptions, seeds and versions.

    Parameters
    ----------
    runs : mapping of str to Results
        At least one, under its name.
    """
    rows = [(name, f"{results.plan.seed}", results.plan.hash) for name, results in runs.items()]
    versions = Store(next(iter(runs.values())).folder).beginning().versions
    return Section(
        "Do it again",
        "The same descriptions with the same versions give the same bytes; with other versions they give the same "
        "distribution.",
        tables=[
            Table("Seeds", ("run", "seed", "hash of the description"), rows),
            Table("Versions", ("package", "version"), list(versions.items())),
        ],
        to_copy="\n\n".join(notation(results.plan) for results in runs.values()),
    )


def notation(plan: Plan) -> str:
    """Write an experiment in the one notation, a line for each agent; ``boltzmann.notation.parse`` reads it back.

    Examples
    --------
    >>> print(notation(Plan((TaskPlan("FrozenLake-v1", ("QLearning(Greedy())",), 500),), 10, 0, 100, 100)))
    Experiment(
        (
            Task(
                'FrozenLake-v1',
                (
                    QLearning(Greedy()),
                ),
                500,
            ),
        ),
        replicates=10,
        seed=0,
        block=100,
        points=100,
        record='replicates',
    )
    """
    tasks = "\n".join(_task_notation(task) for task in plan.tasks)
    names = ("replicates", "seed", "block", "points", "record")
    numbers = "\n".join(f"    {name}={getattr(plan, name)!r}," for name in names)
    return f"Experiment(\n    (\n{tasks}\n    ),\n{numbers}\n)"


def _task_notation(task: TaskPlan) -> str:
    agents = "\n".join(f"                {agent}," for agent in task.agents)
    return (
        f"        Task(\n            {task.environment!r},\n            (\n{agents}\n            ),\n"
        f"            {task.steps},\n        ),"
    )
