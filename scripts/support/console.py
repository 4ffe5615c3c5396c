"""Leaderboards in a terminal; errors and warnings in one line."""

from __future__ import annotations

import logging
import re
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

import gymnasium

from boltzmann.experiments import (
    DamagedBlockError,
    FailedCellsError,
    FailedFiguresError,
    FewReplicatesWarning,
    Judgement,
    LostWorkersError,
    RefusedError,
)
from boltzmann.experiments.figures import EPISODES_NOTE
from boltzmann.experiments.pages import suite_tables
from boltzmann.experiments.statistics import TaskJudgement, difference_text, final_text, total_text
from scripts.support.output import current_output, note
from scripts.support.streams import as_shown
from scripts.support.tables import print_remark, print_sentence, print_table, width_of_all, wrap

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
"""Gymnasium colours its warnings even where a file reads them."""
_LEAST, _AROUND = (13, 13, 22), 8
"""The least letters of the three columns with numbers, and the letters around all columns."""

_LONGEST_WORD = 400
"""Errors show the beginning of a longer word."""

INPUT_ERRORS = (ValueError, TypeError, ImportError, OSError, gymnasium.error.Error)
"""Errors in a description that the user wrote."""

RUN_ERRORS = (RefusedError, DamagedBlockError, LostWorkersError, OSError)
"""Errors of a run's description, folder, workers or disk; anything else is a fault of the code, with its traceback."""

INTERRUPTED = 130
"""The exit code after an interrupt."""


@contextmanager
def errors_in_one_line(program: str, kinds: tuple[type[Exception], ...]) -> Iterator[None]:
    """Turn errors of these kinds into one line on stderr, and an interrupt, or a SIGTERM, into a hint.

    The exit code is 2 for an error, 3 where some cells have failed and the others are stored, 4 where some figures have
    failed and the results and the other figures are whole, 130 for an interrupt.
    """
    try:
        with _terminated_as_interrupted():
            yield
    except FailedCellsError as error:
        print(f"{program}: {len(error.failures)} of {error.cells} cells failed, the others are stored", file=sys.stderr)
        for failure in error.failures:
            print(f"{program}: failed: {' '.join(failure.split())}", file=sys.stderr)
        raise SystemExit(3) from None
    except FailedFiguresError as error:
        for failure in error.failures:
            print(f"{program}: figure failed: {' '.join(failure.split())}", file=sys.stderr)
        raise SystemExit(4) from None
    except kinds as error:
        # Errors of other code quote paths and words of any length.
        words = [word if len(word) <= _LONGEST_WORD else f"{word[:_LONGEST_WORD]}..." for word in str(error).split()]
        print(f"{program}: error: {' '.join(_as_typed(words))}", file=sys.stderr)
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        print(f"\n{program}: stopped; what is stored stays, run the same command again to continue", file=sys.stderr)
        raise SystemExit(INTERRUPTED) from None


def _as_typed(words: list[str]) -> list[str]:
    """Write an option that an error begins with as it is typed."""
    typed = words and words[0] in current_output().options and words[1:2] == ["must"]
    return [f"--{words[0].replace('_', '-')}", *words[1:]] if typed else words


@contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    """Let SIGTERM, as ``timeout`` and clusters send it, interrupt the work as Ctrl-C does, once."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        # `timeout` sends it twice, and the second one would interrupt the cleaning up.
        signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    # A handler that is there already is somebody else's, and only the main thread may set one.
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGTERM) != signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


@contextmanager
def warnings_in_one_line(program: str) -> Iterator[None]:
    """Show every warning and log message once, as one line on stderr, without the line of code that it came from."""
    shown: set[str] = set()

    def show(message: Warning | str, *_: object, **__: object) -> None:
        plain = _COLOURS.sub("", str(message)).removeprefix("WARN: ")
        line = f"{program}: note: {' '.join(plain.split())}"
        if line not in shown and current_output().notes:
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
    """Shows log messages as warnings are shown."""

    def __init__(self, show: Callable[[str], None]) -> None:
        super().__init__()
        self._show = show

    def emit(self, record: logging.LogRecord) -> None:
        self._show(record.getMessage())


def print_leaderboard(judgement: Judgement) -> None:
    """Print a table and its answer for each task, at most 100 columns wide.

    Agents that do not differ significantly from the best are marked with ``=``. A note says where fewer replicates have
    a value.
    """
    plan = judgement.results.plan
    note_leaderboards(judgement)
    for judged in judgement.tasks:
        level = f"{100 * judgement.confidence:g} %"
        print(f"\n{wrap(f'{judged.task}: {judged.metric.name}, mean and {level} interval over {plan.samples_text}')}")
        _print_table(judged, plan.samples, f"{plan.sample}s")
        if any(row["tied"] for row in judged.rows):
            tests = f"paired by {plan.sample}, Holm's correction over all pairs; an interval is that of its pair alone"
            verdict = f"does not differ significantly from the best ({tests})"
            print_remark(f"= {verdict if plan.samples > 1 else f'is not tested: one {plan.sample} allows no test'}")
        if judged.metric.per_episode:
            print_remark(EPISODES_NOTE)
        print_sentence(judgement.answers[judged.task])
    for table in suite_tables(judgement):
        print_table(table)


def note_leaderboards(judgement: Judgement) -> None:
    """Add the numbers of each task's leaderboard to the document for machines."""
    plan = judgement.results.plan
    for judged in judgement.tasks:
        board = {
            "task": judged.task,
            "metric": judged.metric.key,
            "confidence": judgement.confidence,
            "samples": plan.samples,
            "sample": plan.sample,
            "compared_with": judged.agents[judged.reference],
            "answer": judgement.answers[judged.task],
            "rows": [{**row, "agent": agent} for agent, row in zip(judged.agents, judged.rows, strict=True)],
        }
        note("leaderboards", board)


def _print_table(judged: TaskJudgement, samples: int, record: str) -> None:
    labels = [as_shown(label) for label in judged.labels]
    numbers = [
        tuple(
            map(
                as_shown, (final_text(row), total_text(row), "-" if index == judged.reference else difference_text(row))
            )
        )
        for index, row in enumerate(judged.rows)
    ]
    against = "difference to the best" if judged.reference == 0 else "difference to baseline"
    heads = ("last tenth", judged.metric.total, against)
    sizes = [
        max(least, *map(len, column)) for least, column in zip(_LEAST, zip(heads, *numbers, strict=True), strict=True)
    ]
    width = min(max(map(len, labels)), max(len("policy"), width_of_all() - _AROUND - sum(sizes)))
    print(f"{'':5}{'policy':{width}} {_aligned(heads, sizes)}")
    for index, (row, label, texts) in enumerate(zip(judged.rows, labels, numbers, strict=True)):
        if len(label) > width:
            label = f"{label}\n{'':5}{'':{width}}"
        print(f"{index + 1:2}.{'=' if row['tied'] else ' '} {label:{width}} {_aligned(texts, sizes)}")
        if 0 < row["replicates"] < samples:
            print(f"{'':7}({row['replicates']} of {samples} {record} have a value there)")


def _aligned(texts: Sequence[str], sizes: Sequence[int]) -> str:
    return " ".join(text.rjust(size) for text, size in zip(texts, sizes, strict=True))
