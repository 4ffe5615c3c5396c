"""Memory and disk that a run states before it begins, and refuses where the machine has less."""

import dataclasses
import logging
from types import SimpleNamespace

import pytest

import envs
from agents import SampleAverage
from boltzmann import Greedy
from boltzmann.experiments import Experiment, RefusedError, Task, run
from boltzmann.experiments.runs import machine, memory_and_time, running
from boltzmann.experiments.runs.disk import disk_text


def test_a_long_run_logs_its_memory_first_and_refuses_more_than_there_is(tmp_path, caplog, monkeypatch):
    task = Task("boltzmann/GaussianBandit-v0", (SampleAverage(Greedy()),), 50_000)
    with caplog.at_level(logging.INFO, logger="boltzmann.experiments"):
        run(Experiment((task,), 19, 0), tmp_path / "short", make=envs.make)
        assert not any("MB of memory" in record.getMessage() for record in caplog.records)
        run(Experiment((task,), 20, 0), tmp_path / "long", make=envs.make)
    messages = [record.getMessage() for record in caplog.records if "MB of memory" in record.getMessage()]
    assert len(messages) == 1
    assert "of memory in each of 1 process, and 0.1 MB of results in " in messages[0]
    monkeypatch.setattr(memory_and_time, "total_memory", lambda: 2**20)
    with pytest.raises(
        RefusedError, match=r"more than the 1\.0 MB of this machine: take a smaller block, or fewer jobs"
    ):
        run(Experiment((task,), 20, 0), tmp_path / "refused", make=envs.make)
    assert not (tmp_path / "refused").exists()


def test_results_that_do_not_fit_the_disk_are_refused_before_anything_is_written(tmp_path, monkeypatch):
    task = Task("boltzmann/GaussianBandit-v0", (SampleAverage(Greedy()),), 50_000)
    experiment = Experiment((task,), 40, 0, block=20)
    nowhere = tmp_path / "not" / "there"
    # 8 metrics at 100 points of 40 replicates, 8 bytes each, in two files.
    assert disk_text(experiment.plan, nowhere) == f"0.2 MB of results in {nowhere}"
    needed = 8 * 100 * 40 * 8 + 2 * 2600

    def leave(free):
        monkeypatch.setattr(machine.shutil, "disk_usage", lambda path: SimpleNamespace(free=free, total=10**9))

    leave(needed - 1)
    with pytest.raises(RefusedError, match=r"are more than the 0\.2 MB that are free there: record blocks"):
        run(experiment, tmp_path / "refused", make=envs.make)
    assert not (tmp_path / "refused").exists()
    leave(needed)
    run(experiment, tmp_path / "fits", make=envs.make)
    assert 0.98 * needed < sum(file.stat().st_size for file in (tmp_path / "fits").glob("task*.npz")) <= needed
    # Stored blocks need no more space.
    leave(0)
    assert run(experiment, tmp_path / "fits", make=envs.make).plan == experiment.plan
    leave(2 * 8 * 100 * 2 * 8 + 2 * 2600)
    assert disk_text(dataclasses.replace(experiment, record="blocks").plan, tmp_path)


def test_an_unknown_free_space_refuses_nothing(tmp_path, monkeypatch):
    task = Task("boltzmann/GaussianBandit-v0", (SampleAverage(Greedy()),), 50_000)
    plan = Experiment((task,), 40, 0, block=20).plan

    def unreadable(path):
        raise PermissionError(13, "Permission denied")

    def without_sizes(path):
        return SimpleNamespace(free=0, total=0)

    for usage in (unreadable, without_sizes):
        monkeypatch.setattr(machine.shutil, "disk_usage", usage)
        assert disk_text(plan, tmp_path) == f"0.2 MB of results in {tmp_path}"


def test_the_memory_of_a_control_group_counts_where_it_is_less(tmp_path, monkeypatch):
    there = machine.total_memory()
    for text, expected in (("1048576\n", 2**20), ("max\n", None), (str(10**30), None)):
        (tmp_path / "memory.max").write_text(text)
        monkeypatch.setattr(machine, "_CONTROL_GROUP_LIMIT", tmp_path / "memory.max")
        assert machine.total_memory() == expected or (expected is None and machine.total_memory() >= there)


def test_without_numba_a_long_run_says_so(tmp_path, caplog, monkeypatch):
    monkeypatch.setattr(running, "has_numba", lambda: False)
    experiment = Experiment((Task("boltzmann/GaussianBandit-v0", (SampleAverage(Greedy()),), 50_000),), 20, 0)
    with caplog.at_level(logging.INFO, logger="boltzmann.experiments"):
        run(experiment, tmp_path, make=envs.make)
    assert [record for record in caplog.records if "pip install numba" in record.getMessage()]
