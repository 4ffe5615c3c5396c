"""What goes wrong in a run: a cell that raises, a worker that is killed, a second run on the same folder."""

import json
import os
import socket
import subprocess
import sys
import time

import numpy as np
import pytest

import envs
from agents import SampleAverage
from boltzmann import Boltzmann, Greedy
from boltzmann.experiments import Experiment, FailedCellsError, RefusedError, Results, Task, run
from boltzmann.experiments.store.lock import LOCK_NAME, lock_folder
from scripts.support import console
from tests.support.folders import stored_blocks

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kills processes, which is POSIX")


def bandit(*agents, block=2):
    return Experiment([Task("boltzmann/GaussianBandit-v0", agents, 20)], 6, 0, block=block)


GOOD = [SampleAverage(Greedy()), SampleAverage(Boltzmann(0.3))]


@pytest.mark.parametrize("n_jobs", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_a_cell_that_raises_says_why_in_its_own_file_and_the_others_go_on(troublesome, tmp_path, n_jobs):
    experiment = bandit(GOOD[0], troublesome.uniform(troublesome.Raising), GOOD[1])
    statuses = []
    with pytest.raises(FailedCellsError, match="1 of 3 cells failed") as failed:
        run(experiment, tmp_path, make=envs.make, n_jobs=n_jobs, on_progress=statuses.append)
    (path,) = tmp_path.glob("*.error.txt")
    assert path.name == "task00-agent01.error.txt"
    text = path.read_text()
    assert "troublesome:Raising(Uniform()" in text
    assert 'raise ArithmeticError("the tenth step is too much")' in text
    assert str(path) in failed.value.failures[0]
    assert (statuses[-1].blocks, statuses[-1].cells, statuses[-1].failed) == (6, 2, 1)
    assert sorted(tmp_path.iterdir()) == sorted([*tmp_path.glob("*.npz"), path, tmp_path / "experiment.json"])
    run(bandit(*GOOD), tmp_path / "good", make=envs.make)
    for number in range(3):
        for mine, twin_number in ((0, 0), (2, 1)):
            block, twin = (
                f"task00-agent0{mine}-block000{number}.npz",
                f"task00-agent0{twin_number}-block000{number}.npz",
            )
            with np.load(tmp_path / block) as arrays, np.load(tmp_path / "good" / twin) as twin_arrays:
                np.testing.assert_array_equal(arrays["reward"], twin_arrays["reward"])
    with pytest.raises(RefusedError, match="3 of 9 blocks are missing"):
        Results.load(tmp_path)


def test_a_failed_cell_runs_again_and_its_file_is_deleted(troublesome, tmp_path, monkeypatch):
    experiment = bandit(troublesome.uniform(troublesome.Raising))
    with pytest.raises(FailedCellsError):
        run(experiment, tmp_path, make=envs.make)
    monkeypatch.setattr(troublesome.Raising, "act", SampleAverage.act)
    run(experiment, tmp_path, make=envs.make)
    assert not list(tmp_path.glob("*.error.txt"))
    assert len(stored_blocks(tmp_path)) == 3


def test_a_full_disk_ends_the_run_with_its_own_error(tmp_path, monkeypatch):
    from boltzmann.experiments.store import folder as storage

    def full(path, content):
        raise OSError(28, "No space left on device", str(path))

    run(bandit(*GOOD), tmp_path, make=envs.make)
    next(tmp_path.glob("*.npz")).unlink()
    monkeypatch.setattr(storage, "write_whole", full)
    with pytest.raises(OSError, match="No space left"):
        run(bandit(*GOOD), tmp_path, make=envs.make)
    assert len(stored_blocks(tmp_path)) == 5


def test_half_written_files_of_killed_neighbours_are_deleted_at_the_end(tmp_path, monkeypatch):
    half = tmp_path / "task00-agent00-block0001.npz.4711.tmp"
    mark = tmp_path / "task00-agent01-block0000.running"

    def left(status):
        half.write_bytes(b"half")
        mark.touch()

    run(bandit(*GOOD), tmp_path, make=envs.make, on_progress=left)
    assert {path.suffix for path in tmp_path.iterdir()} == {".npz", ".json"}

    def interrupted(status):
        left(status)
        raise KeyboardInterrupt

    next(tmp_path.glob("*.npz")).unlink()
    with pytest.raises(KeyboardInterrupt):
        run(bandit(*GOOD), tmp_path, make=envs.make, on_progress=interrupted)
    run(bandit(*GOOD), tmp_path, make=envs.make)
    assert {path.suffix for path in tmp_path.iterdir()} == {".npz", ".json"}


def test_workers_whose_disk_is_full_end_the_run_with_one_error_and_no_litter(troublesome, tmp_path, capfd):
    agent = troublesome.uniform(troublesome.Filling, watched=os.getpid())
    experiment = Experiment([Task("boltzmann/GaussianBandit-v0", [agent], 2000)], 24, 0, block=2)
    # Warnings are errors here, joblib's warning included.
    with pytest.raises(OSError, match=r"task00-agent00-block00\d\d\.npz"):
        run(experiment, tmp_path, make=envs.make, n_jobs=2)
    # The threads of a pool print only after its workers have ended.
    time.sleep(1)
    assert "Traceback" not in capfd.readouterr().err
    assert not list(tmp_path.glob("*.tmp"))


@pytest.mark.slow
def test_a_killed_worker_costs_its_block_a_second_time_and_nothing_else(troublesome, tmp_path):
    log = tmp_path / "log"
    deadly = troublesome.uniform(troublesome.Deadly, log=str(log), times=1)
    run(bandit(*GOOD, deadly, block=4), tmp_path / "killed", make=envs.make, n_jobs=2)
    # The block was killed once and run again once.
    assert len(log.read_text().splitlines()) == 2
    log.write_text("killed\n" * 9)
    run(bandit(*GOOD, deadly, block=4), tmp_path / "whole", make=envs.make, n_jobs=2)
    assert stored_blocks(tmp_path / "killed") == stored_blocks(tmp_path / "whole")
    assert {path.suffix for path in (tmp_path / "killed").iterdir()} == {".npz", ".json"}


@pytest.mark.slow
def test_a_block_that_kills_its_worker_twice_is_reported(troublesome, tmp_path):
    log = tmp_path / "log"
    deadly = troublesome.uniform(troublesome.Deadly, log=str(log), times=99)
    with pytest.raises(FailedCellsError, match=r"1 of 3 cells failed.*Deadly.*its worker died twice"):
        run(bandit(*GOOD, deadly, block=4), tmp_path / "killed", make=envs.make, n_jobs=2)
    assert "out of memory" in (tmp_path / "killed" / "task00-agent02.error.txt").read_text()
    assert len(log.read_text().splitlines()) == 2
    cells = [name[:14] for name in sorted(stored_blocks(tmp_path / "killed"))]
    assert cells == ["task00-agent00"] * 2 + ["task00-agent01"] * 2 + ["task00-agent02"]


def test_a_second_run_on_a_folder_is_refused_by_the_name_of_the_first(tmp_path):
    run(bandit(*GOOD), tmp_path, make=envs.make)
    before = stored_blocks(tmp_path)
    code = f"""
import sys
from pathlib import Path
from boltzmann.experiments.store import lock_folder
with lock_folder(Path({str(tmp_path)!r})):
    print("held", flush=True)
    sys.stdin.read()
"""
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(RefusedError, match=f"is in use by process {holder.pid} on {socket.gethostname()}: wait"):
            run(bandit(*GOOD), tmp_path, make=envs.make)
        assert (tmp_path / LOCK_NAME).exists()
        # A killed process leaves its file but not its lock.
        holder.kill()
        holder.wait()
    assert (tmp_path / LOCK_NAME).exists()
    run(bandit(*GOOD), tmp_path, make=envs.make)
    assert not (tmp_path / LOCK_NAME).exists()
    assert stored_blocks(tmp_path) == before


@pytest.mark.parametrize("content", ["", "{", "[]", '{"process": 1}', '{"process": 999999999, "host": "HERE"}'])
def test_a_lock_that_was_left_behind_is_taken_over(tmp_path, content):
    (tmp_path / LOCK_NAME).write_text(content.replace("HERE", socket.gethostname()))
    with lock_folder(tmp_path):
        assert json.loads((tmp_path / LOCK_NAME).read_text()) == {"process": os.getpid(), "host": socket.gethostname()}
        with pytest.raises(RefusedError, match=f"process {os.getpid()}"), lock_folder(tmp_path):
            pass
    assert not list(tmp_path.iterdir())


def test_the_lock_of_another_host_is_believed(tmp_path):
    (tmp_path / LOCK_NAME).write_text(json.dumps({"process": 7, "host": "elsewhere"}))
    with pytest.raises(RefusedError, match=rf"process 7 on elsewhere.*remove .*{LOCK_NAME} if that run is over"):
        run(bandit(*GOOD), tmp_path, make=envs.make)
    (tmp_path / LOCK_NAME).unlink()
    run(bandit(*GOOD), tmp_path, make=envs.make)


def test_without_locks_the_file_is_enough(tmp_path, monkeypatch):
    import fcntl

    def unsupported(descriptor, how):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(fcntl, "flock", unsupported)
    with lock_folder(tmp_path):
        pass
    (tmp_path / LOCK_NAME).write_text(json.dumps({"process": os.getppid(), "host": socket.gethostname()}))
    with pytest.raises(RefusedError, match=f"process {os.getppid()}"), lock_folder(tmp_path):
        pass


def test_exit_codes(capsys):
    for error, code in [
        (RefusedError("no"), 2),
        (FailedCellsError(("one\nhas failed",), 2), 3),
        (KeyboardInterrupt(), 130),
    ]:
        with pytest.raises(SystemExit) as stopped, console.errors_in_one_line("p", console.RUN_ERRORS):
            raise error
        assert stopped.value.code == code
    assert "p: 1 of 2 cells failed, the others are stored\np: failed: one has failed\n" in capsys.readouterr().err
