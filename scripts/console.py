"""What the scripts show in a terminal: progress, tables, and errors in one line."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any

import gymnasium
from tqdm import tqdm

from boltzmann.experiments import DamagedBlockError, RefusedError
from boltzmann.experiments.report import TOTAL_NAMES
from boltzmann.experiments.statistics import METRIC_NAMES

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["INPUT_ERRORS", "RUN_ERRORS", "ProgressBar", "errors_in_one_line", "print_leaderboard"]


class ProgressBar:
    """A bar over the blocks of a run, on stderr; what was there already does not count for the time left."""

    def __init__(self) -> None:
        self._bar: tqdm[Any] | None = None

    def __enter__(self) -> ProgressBar:
        return self

    def __call__(self, done: int, total: int) -> None:
        """Show that ``done`` of ``total`` blocks are stored."""
        if self._bar is None:
            self._bar = tqdm(total=total, initial=done, unit="block", desc="computing")
        self._bar.update(done - self._bar.n)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.close()


INPUT_ERRORS = (ValueError, TypeError, ImportError, OSError, gymnasium.error.Error)
"""What reading a description raises where the user wrote it wrong."""

RUN_ERRORS = (RefusedError, DamagedBlockError, OSError)
"""What a run raises for its description, its folder or the disk; anything else is a fault of the code, and shown so."""


@contextmanager
def errors_in_one_line(program: str, kinds: tuple[type[Exception], ...]) -> Iterator[None]:
    """Turn errors of these kinds into one line on stderr and exit code 2, an interrupt into a hint and 130."""
    try:
        yield
    except kinds as error:
        print(f"{program}: error: {' '.join(str(error).split())}", file=sys.stderr)
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        print(f"\n{program}: stopped; what is stored stays, run the same command again to go on", file=sys.stderr)
        raise SystemExit(130) from None


def print_leaderboard(board: pd.DataFrame, replicates: int) -> None:
    """Print a leaderboard over so many replicates, a table a task; say where fewer have a final value."""
    if hasattr(sys.stdout, "reconfigure"):
        # A terminal that knows only ASCII shall not lose the table for a plus-minus sign.
        sys.stdout.reconfigure(errors="replace")
    for task, rows in board.groupby("task", sort=False):
        metric = str(rows["metric"].iloc[0])
        width = max(len(label) for label in rows["agent"])
        print(f"\n{task}: {METRIC_NAMES[metric]}, mean and 95 % interval over {replicates} replicates")
        print(f"{'':4}{'policy':{width}}  {'last tenth of the steps':>25}  {TOTAL_NAMES[metric]:>25}")
        for place, row in enumerate(rows.itertuples(), start=1):
            last = _with_interval(row.final, row.final_half_width)  # type: ignore[arg-type]
            if row.replicates == 0:
                last = "no value"
            elif row.replicates != replicates:
                last = f"({row.replicates} only) {last}"
            whole = _with_interval(row.cumulative, row.cumulative_half_width)  # type: ignore[arg-type]
            print(f"{place:2}. {row.agent:{width}}  {last:>25}  {whole:>25}")


def _with_interval(mean: float, half_width: float) -> str:
    return f"{mean:.4g} ± {half_width:.2g}"
