"""Workers that die, and workers that do not know what a script defines."""

import os
import subprocess
import sys

import pytest

import envs
from agents import SampleAverage
from boltzmann import Greedy, Uniform
from boltzmann.experiments import Experiment, FailedCellsError, LostWorkersError, RefusedError, Task, run
from tests.support.faulty import ENDINGS
from tests.support.folders import stored_blocks

BANDIT = "boltzmann/GaussianBandit-v0"
GOOD = [SampleAverage(Greedy()), SampleAverage(Uniform())]


def with_agent(faulty, folder, at, kind, steps=30):
    agents = [*GOOD, faulty.FaultyAgent(Uniform(), kind=kind, at=at)]
    return run(Experiment([Task(BANDIT, agents, steps)], 4, 0, block=2), folder, make=envs.make, n_jobs=2)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ENDINGS)
def test_a_cell_that_ends_its_worker_fails_alone(kind, faulty, tmp_path):
    with pytest.raises(FailedCellsError, match=r"1 of 3 cells failed.*FaultyAgent.*its worker died twice"):
        with_agent(faulty, tmp_path, 10, kind)
    assert len(stored_blocks(tmp_path)) == 4


@pytest.mark.slow
@pytest.mark.parametrize("place", ["constructor", "reset", "step", "policy"])
def test_a_cell_that_ends_its_worker_in_the_rehearsal_is_refused(place, faulty, tmp_path):
    task = Task(f"faulty:Faulty-v0(kind='os._exit', where={place!r}, at=1)", [GOOD[0]], 30)
    if place == "policy":
        task = Task(BANDIT, [SampleAverage(faulty.FaultyPolicy(kind="os._exit"))], 30)
    with pytest.raises(RefusedError, match=r"[Ff]aulty.*its worker died in the first step: TerminatedWorkerError"):
        run(Experiment([task], 4, 0), tmp_path / "run", make=envs.make, n_jobs=2)
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_a_cell_that_ends_its_worker_while_memory_is_measured_fails_alone(faulty, tmp_path):
    with pytest.raises(FailedCellsError, match=r"1 of 3 cells failed.*FaultyAgent.*its worker died twice"):
        with_agent(faulty, tmp_path, 3, "os._exit", steps=300_000)
    assert len(stored_blocks(tmp_path)) == 4


def test_workers_that_all_die_are_reported(tmp_path):
    def dead(compute, blocks):
        raise ConnectionError("nobody is there")
        yield

    rehearsed = []

    def dying(compute, blocks):
        if rehearsed:
            yield from dead(compute, blocks)
        rehearsed.append(True)
        yield from map(compute, blocks)

    experiment = Experiment([Task(BANDIT, GOOD, 20)], 4, 0, block=2)
    with pytest.raises(LostWorkersError, match=r"die before they start a block: ConnectionError.*run the same command"):
        run(experiment, tmp_path, make=envs.make, workers=dying)
    run(experiment, tmp_path, make=envs.make)


SCRIPT = """
import sys, types
from dataclasses import dataclass
import gymnasium
import envs
from agents import SampleAverage
from boltzmann import Uniform
from boltzmann.experiments import Experiment, RefusedError, Task, run


class Corridor(gymnasium.Env):
    observation_space, action_space = gymnasium.spaces.Discrete(1), gymnasium.spaces.Discrete(2)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return 0, {}

    def step(self, action):
        return 0, float(action), False, False, {}


@dataclass(repr=False)
class Mine(SampleAverage):
    pass


module = sys.modules["unimportable"] = types.ModuleType("unimportable")
module.Corridor = type("Corridor", (Corridor,), {"__module__": "unimportable"})
points = {"Class-v0": Corridor, "Name-v0": "__main__:Corridor", "Lambda-v0": lambda: Corridor()}
points |= {"Module-v0": module.Corridor, "Other-v0": "unimportable:Corridor"}
for name, point in points.items():
    gymnasium.register(name, entry_point=point, max_episode_steps=5)
    for n_jobs in (1, 2):
        experiment = Experiment([Task(name, [Mine(Uniform())], 10)], 4, 0, block=2)
        try:
            reward = run(experiment, f"{sys.argv[1]}/{name}{n_jobs}", make=envs.make, n_jobs=n_jobs).table()["reward"]
            print(name, n_jobs, reward.mean())
        except RefusedError as error:
            print(name, n_jobs, error)
"""


@pytest.mark.slow
def test_workers_know_what_a_script_defines_or_the_run_is_refused_with_what_to_do(tmp_path):
    (tmp_path / "script.py").write_text(SCRIPT)
    environment = os.environ | {"PYTHONPATH": os.getcwd()}
    command = [sys.executable, "-W", "ignore", str(tmp_path / "script.py"), str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert ended.returncode == 0, ended.stderr
    lines = ended.stdout.splitlines()
    for name, one, two in zip(["Class-v0", "Name-v0", "Lambda-v0"], lines[0:6:2], lines[1:6:2], strict=True):
        assert one.split()[::2] == two.replace("2", "1", 1).split()[::2], name
    for name, one, two in zip(["Module-v0", "Other-v0"], lines[6::2], lines[7::2], strict=True):
        assert one.startswith(f"{name} 1 0."), one
        assert "No module named 'unimportable'" in two or "needs the module unimportable" in two
        assert "A worker imports modules anew" in two
        assert "--jobs 1" in two
        assert not (tmp_path / f"{name}2").exists()
