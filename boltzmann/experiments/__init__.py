"""Comparisons of exploration: describe an experiment, run it, judge its results and show them.

Agents and environments are known by their interface alone, so custom ones can be compared too.
"""

from boltzmann.experiments.describe import Block, Experiment, Plan, Task, format_toml, read_environment, read_toml
from boltzmann.experiments.engine import Recorder, rollout
from boltzmann.experiments.errors import (
    DamagedBlockError,
    FailedCellsError,
    FailedFiguresError,
    LostWorkersError,
    RefusedError,
)
from boltzmann.experiments.figures import (
    draw_differences,
    draw_learning_curves,
    draw_profiles,
    draw_sensitivity,
    save_figure,
)
from boltzmann.experiments.interfaces import Agent, Decision, Make
from boltzmann.experiments.metrics import METRICS, RECORDED, Metric
from boltzmann.experiments.pages import Picture, Section, Table, render_page, write_report
from boltzmann.experiments.runs import Progress, Status, run
from boltzmann.experiments.shown_results import leaderboards
from boltzmann.experiments.statistics import FewReplicatesWarning, Judgement, answers, averages, interval, leaderboard
from boltzmann.experiments.store import Cell, Results, Store

__all__ = [
    "METRICS",
    "RECORDED",
    "Agent",
    "Block",
    "Cell",
    "DamagedBlockError",
    "Decision",
    "Experiment",
    "FailedCellsError",
    "FailedFiguresError",
    "FewReplicatesWarning",
    "Judgement",
    "LostWorkersError",
    "Make",
    "Metric",
    "Picture",
    "Plan",
    "Progress",
    "Recorder",
    "RefusedError",
    "Results",
    "Section",
    "Status",
    "Store",
    "Table",
    "Task",
    "answers",
    "averages",
    "draw_differences",
    "draw_learning_curves",
    "draw_profiles",
    "draw_sensitivity",
    "format_toml",
    "interval",
    "leaderboard",
    "read_environment",
    "read_toml",
    "render_page",
    "rollout",
    "run",
    "save_figure",
    "write_report",
]

Results._repr_html_ = leaderboards


def __dir__() -> list[str]:
    """List the public names alone."""
    return sorted(__all__)
