"""Workers that outlive their run, and blocks that never end."""

import os
import signal
import subprocess
import sys

import pytest

import envs
from agents import SampleAverage
from boltzmann import Greedy, Uniform
from boltzmann.experiments import Experiment, FailedCellsError, RefusedError, Task, run
from boltzmann.experiments.runs.watchdog import time_limit
from tests.support.faulty import HANGS
from tests.support.folders import stored_blocks
from tests.support.processes import children, is_running, wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")
BANDIT = "boltzmann/GaussianBandit-v0"


@pytest.fixture
def command(tmp_path):
    """Start a comparison in a process; all are ended afterwards."""
    started = []

    def start(*arguments):
        words = [sys.executable, "-m", "scripts.compare_schedules", "--env", BANDIT, "--steps", "20"]
        words += ["--replicates", "4", "--block", "2", "--output", str(tmp_path / "run"), *arguments]
        started.append(subprocess.Popen(words, stderr=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        for number in [*children(process.pid), process.pid]:
            if is_running(number):
                os.kill(number, signal.SIGKILL)
        process.communicate()


@pytest.mark.slow
@pytest.mark.parametrize("kind", HANGS)
def test_workers_end_soon_after_their_run_was_killed_whatever_they_do(kind, faulty, command, tmp_path):
    process = command("--jobs", "2", "--policies", f"faulty:FaultyAgent(Uniform(), kind={kind!r})")
    assert wait_until(lambda: len(list((tmp_path / "run").glob("*.running"))) == 2, 120), process.poll()
    workers = children(process.pid)
    assert len(workers) >= 2
    process.kill()
    process.wait()
    assert wait_until(lambda: not any(map(is_running, workers)), 10)


def limited(faulty, folder, n_jobs, **parameters):
    agents = [SampleAverage(Greedy()), faulty.FaultyAgent(Uniform(), **parameters)]
    experiment = Experiment([Task(BANDIT, agents, 20)], 4, 0, block=2)
    return run(experiment, folder, make=envs.make, n_jobs=n_jobs, cell_timeout=6.0)


@pytest.mark.slow
@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize("kind", HANGS)
def test_a_cell_that_hangs_fails_after_its_time_and_the_others_go_on(kind, n_jobs, faulty, tmp_path):
    with pytest.raises(FailedCellsError, match=r"1 of 2 cells failed.*FaultyAgent.*timed out after 6 s"):
        limited(faulty, tmp_path, n_jobs, kind=kind)
    assert sorted(stored_blocks(tmp_path)) == [f"task00-agent00-block000{block}.npz" for block in (0, 1)]
    # The error file shows the line that hung.
    assert "faulty.py" in (tmp_path / "task00-agent01.error.txt").read_text()
    assert {path.suffix for path in tmp_path.iterdir()} == {".npz", ".json", ".txt"}


@pytest.mark.slow
def test_a_cell_that_hangs_in_its_first_step_is_refused(faulty, tmp_path):
    with pytest.raises(RefusedError, match=r"FaultyAgent.* cannot run on .*: its first step timed out after 6 s"):
        limited(faulty, tmp_path / "run", 1, kind="sleep", at=1)
    assert not (tmp_path / "run").exists()


def test_a_time_limit_changes_no_bytes(tmp_path):
    experiment = Experiment([Task(BANDIT, [SampleAverage(Greedy())], 20)], 4, 0, block=2)
    run(experiment, tmp_path / "limited", make=envs.make, cell_timeout=600)
    run(experiment, tmp_path / "unlimited", make=envs.make)
    assert stored_blocks(tmp_path / "limited") == stored_blocks(tmp_path / "unlimited")
    description = [(tmp_path / name / "experiment.json").read_bytes() for name in ("limited", "unlimited")]
    assert description[0] == description[1]


@pytest.mark.parametrize("limit", [0.0, -1.0, float("nan"), float("inf")])
def test_a_time_limit_is_a_number_of_seconds(limit, tmp_path):
    experiment = Experiment([Task(BANDIT, [SampleAverage(Greedy())], 20)], 4, 0, block=2)
    with pytest.raises(ValueError, match=r"cell_timeout must be in \[0.001, 1e9\], got"):
        run(experiment, tmp_path / "run", make=envs.make, cell_timeout=limit)
    assert not (tmp_path / "run").exists()


ENDING = """
import sys, time
from pathlib import Path
from boltzmann.experiments.runs.watchdog import time_limit
folder = Path(sys.argv[1])
with time_limit(600.0, folder / "long"):
    with time_limit(0.2, folder / "ended"):
        with time_limit(300.0, folder / "longer"):
            pass
        time.sleep(60)
"""


def test_the_first_of_several_limits_ends_the_process(tmp_path):
    ended = subprocess.run([sys.executable, "-c", ENDING, str(tmp_path)], capture_output=True, text=True)
    assert ended.returncode == 1
    assert "line 10" in (tmp_path / "ended").read_text()
    assert (tmp_path / "long").read_text() == ""
    assert not (tmp_path / "longer").exists()


def test_a_limit_that_is_kept_leaves_nothing(tmp_path):
    with time_limit(60.0, tmp_path / "kept"):
        assert (tmp_path / "kept").exists()
    assert not list(tmp_path.iterdir())
