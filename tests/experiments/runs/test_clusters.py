"""Real local clusters, where Dask and Ray are installed: the same bytes as in this process; `make test-clusters`."""

import importlib.util
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

import envs
from agents import SampleAverage
from boltzmann import Greedy, Uniform
from boltzmann.experiments import Experiment, FailedCellsError, RefusedError, Task, run
from boltzmann.experiments.runs.backends import BACKENDS
from scripts import compare_schedules
from tests.support.folders import contents, stored_blocks
from tests.support.page_code import run_page
from tests.support.processes import with_words

MODULES = {"dask": "distributed", "ray": "ray"}
# Both libraries warn about future changes.
pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.filterwarnings("ignore::pytest.PytestWarning")]


@pytest.fixture(params=sorted(set(BACKENDS) - {"loky"}))
def cluster(request):
    if importlib.util.find_spec(MODULES[request.param]) is None:
        pytest.skip(f"{request.param} is not installed: make test-clusters installs it")
    return request.param


def test_the_same_bytes_as_in_this_process(cluster, experiment, tmp_path):
    run(experiment, tmp_path / "here", make=envs.make)
    statuses = []
    with BACKENDS[cluster](2, "") as workers:
        run(experiment, tmp_path / cluster, make=envs.make, workers=workers, on_progress=statuses.append)
    assert contents(tmp_path / cluster) == contents(tmp_path / "here")
    # A slow machine reports steps between two blocks too.
    blocks = [status.blocks for status in statuses]
    assert blocks == sorted(blocks)
    assert set(blocks) == set(range(16))


def test_blocks_report_their_steps_while_a_cluster_computes_them(cluster, troublesome, tmp_path):
    agent = troublesome.uniform(troublesome.Slow, seconds=0.02)
    experiment = Experiment([Task("boltzmann/GaussianBandit-v0", [agent], 200)], 4, 0, block=2)
    statuses = []
    with BACKENDS[cluster](2, "") as workers:
        run(experiment, tmp_path, make=envs.make, workers=workers, on_progress=statuses.append)
    steps = [status.steps for status in statuses]
    assert steps == sorted(steps)
    assert len({status.steps for status in statuses if status.blocks == 0}) > 1, steps
    assert steps[-1] == experiment.plan.agent_steps


def test_a_killed_worker_costs_its_block_a_second_time_and_a_raising_cell_itself(cluster, troublesome, tmp_path):
    log = tmp_path / "log"
    deadly = troublesome.uniform(troublesome.Deadly, log=str(log), times=1)
    agents = [SampleAverage(Greedy()), deadly, troublesome.uniform(troublesome.Raising)]
    experiment = Experiment([Task("boltzmann/GaussianBandit-v0", agents, 20)], 6, 0, block=4)
    with BACKENDS[cluster](2, "") as workers, pytest.raises(FailedCellsError, match=r"1 of 3 cells failed.*Raising"):
        run(experiment, tmp_path / "r", make=envs.make, workers=workers)
    assert len(log.read_text().splitlines()) == 2
    assert sorted(path.name for path in (tmp_path / "r").iterdir()) == [
        "experiment.json",
        *(f"task00-agent0{agent}-block000{block}.npz" for agent in (0, 1) for block in (0, 1)),
        "task00-agent02.error.txt",
    ]


@pytest.mark.slow
def test_a_cell_that_hangs_fails_after_its_time_and_the_others_go_on(cluster, faulty, tmp_path):
    agents = [SampleAverage(Greedy()), faulty.FaultyAgent(Uniform(), kind="sleep in C")]
    experiment = Experiment([Task("boltzmann/GaussianBandit-v0", agents, 20)], 4, 0, block=2)
    with (
        BACKENDS[cluster](2, "") as workers,
        pytest.raises(FailedCellsError, match=r"1 of 2 cells failed.*timed out after 15 s"),
    ):
        run(experiment, tmp_path / "r", make=envs.make, workers=workers, cell_timeout=15.0)
    assert len(stored_blocks(tmp_path / "r")) == 2


def test_dask_at_an_address(experiment, tmp_path):
    distributed = pytest.importorskip("distributed")
    run(experiment, tmp_path / "here", make=envs.make)
    with (
        distributed.LocalCluster(n_workers=1, threads_per_worker=2, dashboard_address=None) as local,
        BACKENDS["dask"](-1, local.scheduler_address) as workers,
    ):
        run(experiment, tmp_path / "there", make=envs.make, workers=workers)
    assert contents(tmp_path / "there") == contents(tmp_path / "here")
    with (
        pytest.raises(RefusedError, match=r"no cluster answers at tcp://127\.0\.0\.1:1"),
        BACKENDS["dask"](-1, "tcp://127.0.0.1:1"),
    ):
        pass


def test_interrupted_it_says_how_to_go_on_and_does(cluster, troublesome, tmp_path):
    agent = "troublesome:Slow(Uniform(), seconds=0.02)"
    command = [sys.executable, "-m", "scripts.compare_schedules", "--env", "boltzmann/GaussianBandit-v0"]
    command += ["--policies", agent, "--steps", "20", "--replicates", "24", "--block", "2", "--jobs", "2"]
    command += ["--backend", cluster, "--output"]
    folder = tmp_path / "stopped"
    process = subprocess.Popen([*command, str(folder)], stderr=subprocess.PIPE, text=True, start_new_session=True)
    while len(list(folder.glob("*.npz"))) < 2:
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.02)
    # A terminal sends the signal to the whole process group.
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "run the same command again to continue" in err
    stored_blocks = len(list(folder.glob("*.npz")))
    assert 2 <= stored_blocks < 12
    again = subprocess.run([*command, str(folder)], capture_output=True, text=True)
    assert again.returncode == 0, again.stderr
    assert len(list(folder.glob("*.npz"))) == 12


def dask_scheduler(port):
    """Start a scheduler and a worker as commands do; yield how to kill the scheduler."""
    address = f"tcp://127.0.0.1:{port}"
    scheduler = ["distributed.cli.dask_scheduler", "--port", str(port), "--no-dashboard", "--host", "127.0.0.1"]
    worker = ["distributed.cli.dask_worker", address, "--nworkers", "2", "--nthreads", "1", "--no-dashboard"]
    commands = [[sys.executable, "-m", *words] for words in (scheduler, worker)]
    started = [subprocess.Popen(words, stderr=subprocess.DEVNULL) for words in commands]
    try:
        yield address, started[0].kill
    finally:
        for process in started:
            process.terminate()
            process.wait()


def ray_head(port):
    """Start a head as `ray start` does; yield how to kill its server."""
    ray = Path(sys.executable).with_name("ray")
    start = [ray, "start", "--head", "--port", str(port), "--num-cpus", "2", "--include-dashboard", "false"]
    subprocess.run(start, check=True, capture_output=True)
    (server,) = with_words("gcs_server", f"{port}")
    try:
        yield f"127.0.0.1:{port}", lambda: os.kill(server, signal.SIGKILL)
    finally:
        subprocess.run([ray, "stop", "--force"], check=False, capture_output=True)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "start"), [("dask", dask_scheduler), ("ray", ray_head)])
def test_a_cluster_that_is_killed_ends_the_run_in_one_line_and_it_goes_on_elsewhere(name, start, troublesome, tmp_path):
    pytest.importorskip(MODULES[name])
    folder, agent = tmp_path / "run", "troublesome:Slow(Uniform(), seconds=0.05)"
    command = [sys.executable, "-m", "scripts.compare_schedules", "--env", "boltzmann/GaussianBandit-v0"]
    command += ["--policies", agent, "--steps", "20", "--replicates", "120", "--block", "2", "--output", str(folder)]
    with contextmanager(start)(free_port()) as (address, kill):
        words = [*command, "--backend", name, "--address", address]
        environment = os.environ | {"RAY_AUTH_MODE": "token"}
        process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True, env=environment)
        while len(list(folder.glob("*.npz"))) < 2:
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.02)
        kill()
        _, err = process.communicate(timeout=120)
    assert process.returncode == 2, err
    assert "Traceback" not in err
    assert "does not answer any more; what is stored stays, run the same command again to continue" in err
    assert not list(folder.glob("*.error.txt"))
    stored = len(stored_blocks(folder))
    assert 2 <= stored < 60
    # Elsewhere only the missing blocks are computed; they sleep, so there may be more processes than cores.
    again = subprocess.run([*command, "--jobs", "4"], capture_output=True, text=True)
    assert again.returncode == 0, again.stderr
    assert f"blocks {stored}/60" in again.stderr


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@pytest.mark.parametrize("name", sorted(MODULES))
def test_a_missing_package_is_reported_in_one_line(name, monkeypatch, capsys, tmp_path):
    monkeypatch.setitem(sys.modules, MODULES[name], None)
    with pytest.raises(SystemExit) as stopped:
        compare_schedules.main(["--backend", name, "--replicates", "2", "--output", str(tmp_path / "x")])
    assert stopped.value.code == 2
    assert f'pip install "boltzmann-exploration[{name}]"' in capsys.readouterr().err
    assert not (tmp_path / "x").exists()


def test_an_address_without_a_cluster_is_refused():
    with pytest.raises(RefusedError, match="address must be empty"), BACKENDS["loky"](1, "tcp://x"):
        pass


def test_the_code_of_the_page_on_clusters_runs(experiment, tmp_path):
    pytest.importorskip("distributed")
    run(experiment, tmp_path / "here", make=envs.make)
    names = {"experiment": experiment, "folder": tmp_path / "page", "run": run, "envs": envs}
    run_page("clusters.md", "dask", names=names)
    assert contents(tmp_path / "page") == contents(tmp_path / "here")
