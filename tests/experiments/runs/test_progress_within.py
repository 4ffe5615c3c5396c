"""Progress within a block: by marks in the results folder, whatever computes the blocks."""

import threading
import time

import gymnasium
import numpy as np
import pytest

import envs
from agents import SampleAverage
from boltzmann import Greedy
from boltzmann.experiments import Experiment, Task, run
from boltzmann.experiments.engine import rollout
from boltzmann.experiments.runs import progress
from boltzmann.experiments.store import marks
from tests.support.folders import contents

BANDIT = "boltzmann/GaussianBandit-v0(arms=3)"


class Foreign(gymnasium.Env):
    """A Python environment without a batched form, whose steps take a moment."""

    observation_space, action_space = gymnasium.spaces.Discrete(2), gymnasium.spaces.Discrete(2)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return 0, {}

    def step(self, action):
        time.sleep(0.002)
        return 0, float(action), False, False, {}


gymnasium.register("own/Foreign-v0", Foreign, max_episode_steps=20)


@pytest.fixture
def often(monkeypatch):
    """Marks are written and read a hundred times a second."""
    monkeypatch.setattr(marks, "_SECONDS_BETWEEN_WRITES", 0.01)
    monkeypatch.setattr(progress, "_SECONDS_BETWEEN_LOOKS", 0.01)
    monkeypatch.setattr(progress, "_LEAST_REST", 0)


def reported(experiment, folder, **options):
    statuses = []
    run(experiment, folder, make=envs.make, on_progress=statuses.append, **options)
    return statuses


def require_growing(statuses, blocks):
    """Check that each block reported some of its steps, and that steps only grow, up to all of them."""
    steps = [status.steps for status in statuses]
    assert steps == sorted(steps)
    assert steps[-1] == statuses[-1].total_steps
    for done in range(blocks):
        assert len({status.steps for status in statuses if status.blocks == done}) > 2, steps


@pytest.mark.parametrize("environment", [BANDIT, "own/Foreign-v0"])
def test_a_block_reports_its_steps_while_it_runs(environment, troublesome, often, tmp_path):
    agent = troublesome.uniform(troublesome.Slow, seconds=0.002 if environment == BANDIT else 0.0)
    experiment = Experiment([Task(environment, [agent], 50)], 6, 0, block=3)
    require_growing(reported(experiment, tmp_path / "watched"), 2)
    run(experiment, tmp_path / "alone", make=envs.make)
    assert contents(tmp_path / "watched") == contents(tmp_path / "alone")


def test_the_blocks_of_other_processes_report_their_steps(troublesome, tmp_path):
    experiment = Experiment([Task(BANDIT, [troublesome.uniform(troublesome.Slow, seconds=0.02)], 150)], 4, 0, block=2)
    statuses = reported(experiment, tmp_path / "two", n_jobs=2)
    within = [status.steps for status in statuses if status.blocks == 0]
    assert len(set(within)) > 1
    assert max(within) < experiment.plan.agent_steps


def test_a_block_whose_worker_died_loses_its_steps_and_the_run_goes_on(troublesome, often, tmp_path):
    deadly = troublesome.uniform(troublesome.Deadly, log=str(tmp_path / "log"), times=1)
    experiment = Experiment([Task(BANDIT, [deadly], 20)], 2, 0, block=2)
    statuses = reported(experiment, tmp_path / "r", n_jobs=2)
    assert (statuses[-1].blocks, statuses[-1].steps) == (1, 40)
    assert not list((tmp_path / "r").glob(f"*{marks.SUFFIX}"))
    assert not [thread for thread in threading.enumerate() if thread.name == "progress"]


def test_what_a_report_raises_between_blocks_ends_the_run_at_the_next_block(troublesome, often, tmp_path):
    def fail(status):
        if status.blocks == 0 and status.steps > 0:
            raise LookupError("nobody listens")

    experiment = Experiment([Task(BANDIT, [troublesome.uniform(troublesome.Slow)], 20)], 6, 0, block=2)
    with pytest.raises(LookupError, match="nobody listens"):
        run(experiment, tmp_path, make=envs.make, on_progress=fail)
    assert len(list(tmp_path.glob("task*.npz"))) == 1
    run(experiment, tmp_path, make=envs.make)


def test_a_mark_that_cannot_be_written_or_read_costs_the_display_alone(troublesome, often, tmp_path, monkeypatch):
    def refuse(*arguments, **keywords):
        raise OSError("no space left")

    experiment = Experiment([Task(BANDIT, [troublesome.uniform(troublesome.Slow)], 20)], 2, 0)
    monkeypatch.setattr(marks, "open", refuse, raising=False)
    assert [status.steps for status in reported(experiment, tmp_path / "r")] == [0, 40]
    monkeypatch.undo()
    for name, text in (("a", b""), ("b", b"00000000000000000012"), ("c", b"half of it")):
        (tmp_path / f"{name}{marks.SUFFIX}").write_bytes(text)
    (tmp_path / f"d{marks.SUFFIX}").symlink_to("/dev/zero")
    assert marks.read_marks(tmp_path) == {"a": 0, "b": 12}
    assert marks.read_marks(tmp_path / "absent") == {}


@pytest.mark.parametrize("engine", ["lockstep", "compiled"])
def test_both_engines_say_how_many_steps_they_have_taken(engine):
    if engine == "compiled":
        pytest.importorskip("numba")
    ends, taken = np.array([3, 70_000] if engine == "compiled" else [3, 20]), []
    env, agent = envs.make(BANDIT.partition("(")[0], 2), SampleAverage(Greedy())
    rollout(env, agent, ends, [1, 2], np.random.default_rng(0), engine=engine, on_step=taken.append)
    assert taken == ([3, 65_539, 70_000] if engine == "compiled" else list(range(1, 21)))
