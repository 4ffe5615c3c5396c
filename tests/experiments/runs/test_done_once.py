"""A comparison makes each environment and reads each file as often as its work needs, and no more."""

import builtins
import io
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import envs
from agents import QLearning, SampleAverage
from boltzmann import Boltzmann, Greedy
from boltzmann.experiments import (
    Experiment,
    Results,
    Task,
    draw_learning_curves,
    leaderboard,
    run,
)
from boltzmann.experiments.store import results as reading
from scripts import compare_schedules

BANDIT = Task("boltzmann/GaussianBandit-v0(arms=3)", [SampleAverage(Greedy()), SampleAverage(Boltzmann(0.1))], 20)
LAKE = Task("FrozenLake-v1", [QLearning(Greedy()), QLearning(Boltzmann(0.1))], 30)
EXPERIMENT = Experiment([BANDIT, LAKE], replicates=24, seed=0, block=12)
REHEARSAL, MEASURED = 1, (2, 10)
MAKE = envs.make


class CountingMake:
    """Makes environments as ``envs.make`` does, and counts them by their id and number of replicates."""

    def __init__(self):
        self.made = Counter()

    def __call__(self, name, num_envs, **arguments):
        self.made[name, num_envs] += 1
        return MAKE(name, num_envs, **arguments)


@contextmanager
def block_files_read(monkeypatch):
    """Count how often each block file is opened for reading, whoever opens it."""
    opened = Counter()
    original = builtins.open

    def counted(file, mode="r", *arguments, **rest):
        handle = original(file, mode, *arguments, **rest)
        if str(file).endswith(".npz") and "r" in mode:
            opened[Path(file).name] += 1
        return handle

    with monkeypatch.context() as patch:
        # pathlib and NumPy find it under these two names.
        patch.setattr(builtins, "open", counted)
        patch.setattr(io, "open", counted)
        yield opened


def look_at(results):
    """Draw and compute; the test of the command has all figures and the page."""
    leaderboard(results)
    draw_learning_curves(results)
    results.table()


def test_each_environment_is_made_once_for_the_rehearsal_and_once_for_each_block(tmp_path):
    make = CountingMake()
    run(EXPERIMENT, tmp_path, make=make)
    lake, bandit = "FrozenLake-v1", "boltzmann/GaussianBandit-v0"
    assert make.made == {(bandit, REHEARSAL): 1, (lake, REHEARSAL): 1, (bandit, 12): 4, (lake, 12): 4}


def test_a_run_that_goes_on_makes_environments_for_what_is_missing_alone(tmp_path):
    run(EXPERIMENT, tmp_path, make=envs.make)
    (tmp_path / EXPERIMENT.plan.blocks()[-1].name).unlink()
    make = CountingMake()
    run(EXPERIMENT, tmp_path, make=make)
    assert make.made["FrozenLake-v1", 12] == 1
    assert make.made.total() == 3


def test_a_long_run_makes_two_more_of_each_cell_to_measure_its_memory(tmp_path):
    make = CountingMake()
    run(Experiment([replace(BANDIT, steps=50_000)], replicates=12, seed=0), tmp_path, make=make)
    assert make.made == {(make_id, count): 2 if count > 1 else 1 for make_id, count in make.made}
    assert {count for _, count in make.made} == {REHEARSAL, *MEASURED, 12}


def test_the_command_needs_no_more_with_all_its_figures_and_its_page(tmp_path, monkeypatch):
    make = CountingMake()
    monkeypatch.setattr(envs, "make", make)
    arguments = ["--env", "FrozenLake-v1", "--policies", "Greedy()", "Boltzmann(0.1)", "--agent", "QLearning(_)"]
    arguments += ["--steps", "20", "--replicates", "12", "--jobs", "1", "--output", str(tmp_path / "results")]
    with block_files_read(monkeypatch) as opened:
        compare_schedules.main(arguments)
    assert make.made == {("FrozenLake-v1", REHEARSAL): 1, ("FrozenLake-v1", 12): 2}
    assert list(opened.values()) == [1, 1]


def test_each_file_is_read_once_for_leaderboard_figures_and_table(tmp_path, monkeypatch):
    one_task = replace(EXPERIMENT, tasks=[BANDIT])
    with block_files_read(monkeypatch) as opened:
        look_at(run(one_task, tmp_path, make=envs.make))
    assert opened == {block.name: 1 for block in one_task.plan.blocks()}
    with block_files_read(monkeypatch) as opened:
        look_at(Results.load(tmp_path))
    assert opened == {block.name: 1 for block in one_task.plan.blocks()}


def test_a_run_that_goes_on_reads_each_file_once_too(tmp_path, monkeypatch):
    run(EXPERIMENT, tmp_path, make=envs.make)
    for block in EXPERIMENT.plan.blocks()[::2]:
        (tmp_path / block.name).unlink()
    with block_files_read(monkeypatch) as opened:
        look_at(run(EXPERIMENT, tmp_path, make=envs.make))
    assert opened == {block.name: 1 for block in EXPERIMENT.plan.blocks()}


def test_results_that_are_larger_than_the_limit_are_read_at_each_use(tmp_path, monkeypatch):
    held = list(run(EXPERIMENT, tmp_path, make=envs.make).cells())
    monkeypatch.setattr(reading, "MOST_HELD_BYTES", 1000)
    with block_files_read(monkeypatch) as opened:
        results = run(EXPERIMENT, tmp_path, make=envs.make)
        assert set(opened.values()) == {1}
        for _ in range(2):
            for held_cell, cell in zip(held, results.cells(), strict=True):
                assert all(
                    held_cell.metrics[name].tobytes() == cell.metrics[name].tobytes() for name in held_cell.metrics
                )
    assert set(opened.values()) == {3}


def test_held_results_cannot_be_changed(tmp_path):
    results = run(EXPERIMENT, tmp_path, make=envs.make)
    cell = next(results.cells())
    with pytest.raises(ValueError, match="read-only"):
        cell.metrics["reward"][0, 0] = 1e9
    cell.metrics["reward"] = np.zeros(1)
    assert next(results.cells()).metrics["reward"].shape == (24, 20)
