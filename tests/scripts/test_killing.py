"""A run that is killed and restarted many times ends with the same bytes."""

import os
import secrets
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from tests.support.folders import stored_blocks

KILLS = 20
COMMAND = [sys.executable, "-m", "scripts.compare_schedules", "--env", "FrozenLake-v1", "--steps", "20000"]
COMMAND += ["--replicates", "384", "--block", "4", "--jobs", "2", "--output"]


def kill_at(rng, folder):
    """Start a run and kill all its processes: within its first seconds, or some blocks later; whether it still ran."""
    goal = len(stored_blocks(folder)) + int(rng.integers(1, 9))
    deadline = time.monotonic() + (rng.uniform(0, 5) if rng.random() < 0.3 else 60)
    process = subprocess.Popen([*COMMAND, str(folder)], stderr=subprocess.DEVNULL, start_new_session=True)
    while process.poll() is None and time.monotonic() < deadline and len(list(folder.glob("task*.npz"))) < goal:
        time.sleep(0.002)
    # Kill at a random moment within a block, and not only after a block was written.
    time.sleep(float(rng.uniform(0, 0.1)))
    alive = process.poll() is None
    if alive:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return alive


@pytest.mark.skipif(os.name != "posix", reason="signals a process group, which is POSIX")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_run_that_is_terminated_says_that_it_can_be_continued(jobs, tmp_path):
    """As by ``timeout``, which signals the process, and then its whole group."""
    folder, command = tmp_path / "r", [*COMMAND[:-1], "--quiet", "--output"]
    command[command.index("--jobs") + 1] = jobs
    process = subprocess.Popen([*command, str(folder)], stderr=subprocess.PIPE, start_new_session=True, text=True)
    while process.poll() is None and not list(folder.glob("task*.npz")):
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGTERM)
    os.killpg(process.pid, signal.SIGTERM)
    _, err = process.communicate(timeout=60)
    line = "stopped; what is stored stays, run the same command again to continue"
    assert err.strip() == f"python -m scripts.compare_schedules: {line}"
    assert process.returncode == 130
    assert not list(folder.glob("*.lock"))


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="kills a process group, which is POSIX")
def test_killed_twenty_times_at_random_moments_it_ends_with_the_same_bytes(tmp_path):
    seed = secrets.randbits(64)
    rng, folder = np.random.default_rng(seed), tmp_path / "killed"
    subprocess.run([*COMMAND, str(tmp_path / "whole")], check=True, capture_output=True)
    whole, described = stored_blocks(tmp_path / "whole"), (tmp_path / "whole" / "experiment.json").read_bytes()
    killed = sum(kill_at(rng, folder) for _ in range(KILLS))
    assert killed == KILLS, f"seed {seed}: it ended before it could be killed"
    assert 0 < len(stored_blocks(folder)) < len(whole), f"seed {seed}"
    subprocess.run([*COMMAND, str(folder)], check=True, capture_output=True)
    assert stored_blocks(folder) == whole, f"seed {seed}"
    assert (folder / "experiment.json").read_bytes() == described
    assert not [path for path in folder.iterdir() if path.suffix in (".tmp", ".lock", ".running", ".txt")]
