"""What people see of a run: a bar on a terminal, lines in a log, numbers that add up."""

import io
from dataclasses import replace

import pytest

from boltzmann.experiments.describe.plan import Plan, TaskPlan
from boltzmann.experiments.runs.progress import Status, Tally
from scripts.support.progress_bar import ProgressBar, duration


def at(blocks, failed=0):
    return Status(blocks, 10, blocks // 5, 2, blocks * 1000, 10_000, failed)


class Terminal(io.StringIO):
    def isatty(self):
        return True


def shown(stream, times, statuses):
    clock = iter(times)
    with ProgressBar(stream=stream, clock=lambda: next(clock)) as bar:
        for status in statuses:
            bar(status)
    return stream.getvalue()


def test_a_log_gets_plain_lines_and_few_of_them():
    text = shown(io.StringIO(), [0, 1, 2, 12, 13, 14], [at(2), at(3), at(4), at(5), at(6), at(10)])
    assert text.splitlines() == [
        "computing: cells 0/2, blocks 2/10",
        "computing: cells 1/2, blocks 5/10, 250 agent-steps/s, 0:00:20 left",
        "computing: cells 2/2, blocks 10/10, 571 agent-steps/s, 0:00:00 left",
    ]


def test_a_log_of_many_hours_gets_some_dozens_of_lines():
    hours = range(0, 10 * 3600, 2)
    text = shown(io.StringIO(), hours, [replace(at(0), steps=second // 4) for second in hours])
    assert 40 < len(text.splitlines()) < 90


def test_a_run_that_stops_early_ends_with_what_it_has_done():
    text = shown(io.StringIO(), [0, 1, 2], [at(0), at(2), at(4, failed=1)])
    assert text.splitlines()[1:] == ["computing: cells 0/2 (1 failed), blocks 4/10, 2.00k agent-steps/s, 0:00:03 left"]


@pytest.mark.parametrize("kind", [io.StringIO, Terminal])
def test_several_runs_share_one_bar(kind, monkeypatch):
    # A narrow terminal cuts the end of a line.
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("LINES", "24")
    stream, clock = kind(), iter([0, 10, 20, 30, 40])
    with ProgressBar([12_000, 30_000], stream=stream, clock=lambda: next(clock)) as bar:
        for name, statuses in (("round-0", [at(0), at(5), at(10)]), ("judging", [at(5), at(10)])):
            show = bar.begin(name)
            for status in statuses:
                show(status)
    lines = stream.getvalue().replace("\r", "\n").splitlines()
    # Of the 40 000 steps that are expected at first, the second run announces only 10 000, and half of them are stored.
    for percent, words in (
        (0, "round-0 (1/2): cells 0/2, blocks 0/10"),
        (12, "round-0 (1/2): cells 1/2, blocks 5/10, 500 agent-steps/s, 0:01:10 left"),
        (25, "round-0 (1/2): cells 2/2, blocks 10/10, 500 agent-steps/s, 0:01:00 left"),
        (75, "judging (2/2): cells 1/2, blocks 5/10, 333 agent-steps/s, 0:00:15 left"),
        (100, "judging (2/2): cells 2/2, blocks 10/10, 375 agent-steps/s, 0:00:00 left"),
    ):
        (shown_line,) = {line.strip() for line in lines if words in line}
        assert kind is io.StringIO or shown_line.startswith(f"{percent}% |"), shown_line


def test_a_terminal_gets_a_bar():
    text = shown(Terminal(), [0, 10], [at(0), at(5, failed=1)])
    assert "\r" in text
    assert " 50% |" in text
    assert "cells 1/2 (1 failed), blocks 5/10, 500 agent-steps/s, 0:00:10 left" in text


def test_a_complete_run_prints_one_line():
    assert (
        shown(io.StringIO(), [0], [at(10)])
        == "computing: cells 2/2, blocks 10/10, all stored before; another --output computes them anew\n"
    )


def test_stored_blocks_count_for_neither_rate_nor_time_left():
    text = shown(Terminal(), [0, 2], [at(5), at(6)])
    assert "500 agent-steps/s, 0:00:08 left" in text
    assert duration(59.6) == "0:01:00"


def test_cells_blocks_and_steps_are_counted():
    tasks = (TaskPlan("A-v0", ("a", "b", "c"), 50), TaskPlan("B-v0", ("a", "b"), 130))
    plan = Plan(tasks, replicates=7, seed=0, block=3, points=20)
    blocks = plan.blocks()
    tally = Tally(plan, blocks[1:])
    everything = 7 * (3 * 50 + 2 * 130)
    assert tally.status() == Status(1, 15, 0, 5, 3 * 50, everything)
    for block in blocks[1:3]:
        tally.done(block)
    tally.failed(blocks[3])
    tally.failed(blocks[4])
    assert tally.status() == Status(3, 15, 1, 5, 7 * 50, everything, 1)
    assert Tally(plan, []).status() == Status(15, 15, 5, 5, everything, everything)
