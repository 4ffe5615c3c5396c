"""Shared by all pages: how they are written, and how to repeat the runs."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path

from boltzmann.experiments.describe import format_plan
from boltzmann.experiments.pages.html import Answer, Section, render_page
from boltzmann.experiments.pages.page_tables import Table
from boltzmann.experiments.store import Results, Store, write_whole

_FILE = "experiment.toml"


def write_page(
    path: str | os.PathLike[str], title: str, answer: Sequence[str | Answer], sections: Sequence[Section]
) -> None:
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


def repetition(runs: Mapping[str, Results], command: str = "") -> Section:
    """Return the section on how to repeat the runs: the command, their descriptions, seeds and versions.

    Parameters
    ----------
    runs : mapping of str to Results
        At least one, under its name.
    command : str
        What plays them all, to be pasted into a shell; by default the command that reads the description of one run.
    """
    descriptions = [format_plan(results.plan) for results in runs.values()]
    rows = [(name, f"{results.plan.seed}", results.plan.hash) for name, results in runs.items()]
    versions = Store(next(iter(runs.values())).folder).beginning().versions
    what = (
        "The first text is the command that plays these runs; the others describe each of them whole."
        if command
        else f"Save the second text, which describes the experiment whole, as {_FILE}; the command above it plays it."
    )
    return Section(
        "Do it again",
        f"{what} With the same seed and the same versions, the results are the same to the last bit; with other "
        "versions they have the same distribution.",
        tables=[
            Table("Seeds", ("run", "seed", "hash of the description"), rows),
            Table("Versions", ("package", "version"), list(versions.items())),
        ],
        to_copy=[command or f"{_program()} compare --experiment {_FILE}", *descriptions],
        is_folded=True,
    )


def _program() -> str:
    """Return the command that a wheel installs; a checkout has none on the path, but its module runs."""
    in_checkout = (files("boltzmann.lab") / "checkout.py").is_file()
    return "python -m boltzmann" if in_checkout else "boltzmann"
