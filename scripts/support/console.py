"""What the scripts show in a terminal: progress, tables, and errors in one line."""

from __future__ import annotations

import logging
import re
import sys
import textwrap
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import gymnasium

from boltzmann.experiments import DamagedBlockError, FailedCellsError, FewReplicatesWarning, RefusedError, answers
from boltzmann.experiments.describe import Plan
from boltzmann.experiments.pages import with_ends, with_half_width
from boltzmann.experiments.statistics import METRIC_NAMES
from scripts.support.tables import WIDTH

if TYPE_CHECKING:
    import pandas as pd


_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
"""Gymnasium colours its warnings, whether a terminal reads them or a file."""
_LABEL_WIDTH = 44
"""Columns of the names of agents."""


INPUT_ERRORS = (ValueError, TypeError, ImportError, OSError, gymnasium.error.Error)
"""What reading a description raises where the user wrote it wrong."""

RUN_ERRORS = (RefusedError, DamagedBlockError, OSError)
"""What a run raises for its description, its folder or the disk; anything else is a fault of the code, and shown so."""


@contextmanager
def errors_in_one_line(program: str, kinds: tuple[type[Exception], ...]) -> Iterator[None]:
    """Turn errors of these kinds into one line on stderr, an interrupt into a hint; the exit code says which it was.

    2 for what was asked for wrongly or refused, 3 where some cells have failed and the others are stored, 130 for an
    interrupt.
    """
    try:
        yield
    except FailedCellsError as error:
        print(f"{program}: {len(error.failures)} of {error.cells} cells failed, the others are stored", file=sys.stderr)
        for failure in error.failures:
            print(f"{program}: failed: {' '.join(failure.split())}", file=sys.stderr)
        raise SystemExit(3) from None
    except kinds as error:
        print(f"{program}: error: {' '.join(str(error).split())}", file=sys.stderr)
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        print(f"\n{program}: stopped; what is stored stays, run the same command again to go on", file=sys.stderr)
        raise SystemExit(130) from None


@contextmanager
def warnings_in_one_line(program: str) -> Iterator[None]:
    """Show every warning, and what is logged, once, as one line on stderr, without the place that it came from."""
    shown: set[str] = set()

    def show(message: Warning | str, *_: object, **__: object) -> None:
        plain = _COLOURS.sub("", str(message)).removeprefix("WARN: ")
        line = f"{program}: note: {' '.join(plain.split())}"
        if line not in shown:
            shown.add(line)
            print(line, file=sys.stderr)

    handler = _Notes(show)
    log = logging.getLogger("boltzmann")
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("always", FewReplicatesWarning)
            warnings.showwarning = show
            yield
    finally:
        log.removeHandler(handler)


class _Notes(logging.Handler):
    """Shows what is logged as the warnings are shown."""

    def __init__(self, show: Callable[[str], None]) -> None:
        super().__init__()
        self._show = show

    def emit(self, record: logging.LogRecord) -> None:
        self._show(record.getMessage())


def print_leaderboard(board: pd.DataFrame, plan: Plan, confidence: float = 0.95) -> None:
    """Print a leaderboard, a table and its answer a task, at most 110 columns wide.

    Agents that cannot be told from the best are marked with ``=``; what fewer replicates have a value for says so.
    """
    if hasattr(sys.stdout, "reconfigure"):
        # A terminal that knows only ASCII shall not lose the table for a plus-minus sign.
        sys.stdout.reconfigure(errors="replace")
    said = answers(board, confidence, plan.sample)
    for task, rows in board.groupby("task", sort=False):
        metric, reference = str(rows["metric"].iloc[0]), str(rows["compared_with"].iloc[0])
        title = f"{task}: {METRIC_NAMES[metric]}, mean and {100 * confidence:g} % interval over {plan.samples_text}"
        print(f"\n{textwrap.fill(title, WIDTH)}")
        _print_table(rows, metric, reference == rows["agent"].iloc[0], plan)
        if rows["tied"].any():
            print(f"    = cannot be told from the best: paired by {plan.sample}, Holm-corrected over all pairs")
        if metric == "return":
            print("    episodes are aligned on steps: each counts where it ends")
        answer = f"=> {said[str(task)]}"
        print(textwrap.fill(answer, WIDTH, subsequent_indent="   ", break_on_hyphens=False))


def _print_table(rows: pd.DataFrame, metric: str, to_best: bool, plan: Plan) -> None:
    width = min(max(len(label) for label in rows["agent"]), _LABEL_WIDTH)
    total = {"gap": "regret", "optimal": "optimal actions"}.get(metric, "total reward")
    against = "difference to the best" if to_best else "difference to baseline"
    print(f"{'':5}{'policy':{width}} {'last tenth':>16} {total:>15} {against:>26}")
    for place, row in enumerate(rows.to_dict("records"), start=1):
        last = with_half_width(row["final"], row["final_half_width"]) if row["replicates"] else "no value"
        whole = with_half_width(row["cumulative"], row["cumulative_half_width"])
        apart = with_ends(row["difference"], row["difference_low"], row["difference_high"])
        apart = apart if row["agent"] != row["compared_with"] else "-"
        label = str(row["agent"])
        if len(label) > width:
            label = f"{label}\n{'':5}{'':{width}}"
        print(f"{place:2}.{'=' if row['tied'] else ' '} {label:{width}} {last:>16} {whole:>15} {apart:>26}")
        if 0 < row["replicates"] < plan.samples:
            print(f"{'':7}({row['replicates']} of {plan.samples} {plan.record} have a value there)")
