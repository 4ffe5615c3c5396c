"""What people see of a run: a bar on a terminal, lines in a log, numbers that add up."""

import io

from boltzmann.experiments.describe.plan import Plan, TaskPlan
from boltzmann.experiments.runs.progress import Status, Tally
from scripts.support.progress_bar import ProgressBar, duration, line


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


def test_a_terminal_gets_a_bar():
    text = shown(Terminal(), [0, 10], [at(0), at(5, failed=1)])
    assert "\r" in text
    assert " 50% |" in text
    assert "cells 1/2 (1 failed), blocks 5/10, 500 agent-steps/s, 0:00:10 left" in text


def test_a_complete_run_prints_one_line():
    assert shown(io.StringIO(), [0], [at(10)]) == "computing: cells 2/2, blocks 10/10\n"


def test_stored_blocks_count_for_neither_rate_nor_time_left():
    assert line(at(6), 5000, 2.0).endswith("500 agent-steps/s, 0:00:08 left")
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
