"""Other command-line options for an experiment: files, learners, and classes and environments of the user."""

import sys
from collections import Counter
from contextlib import closing

import pytest

import envs
from boltzmann.experiments import Store, format_toml
from boltzmann.experiments.runs import memory_and_time
from scripts import compare_schedules
from scripts.compare_schedules import Options, describe
from scripts.support.names import is_bandit, make_task

OWN = """
from dataclasses import dataclass
import gymnasium
import numpy as np
from boltzmann import Boltzmann, Constant
from boltzmann.notation import Expression

@dataclass(frozen=True, repr=False)
class Halving(Expression):
    start: float
    def __call__(self, step):
        return self.start * 0.5 ** (np.asarray(step) / 100)

@dataclass(frozen=True)
class Lukewarm:
    temperature: float
    def __call__(self, values, **inputs):
        return Boltzmann(self.temperature)(values, **inputs)

class Corridor(gymnasium.Env):
    observation_space, action_space = gymnasium.spaces.Discrete(3), gymnasium.spaces.Discrete(2)
    def __init__(self, prize=1.0):
        self.prize = prize
    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.position = 0
        return 0, {}
    def step(self, action):
        self.position = max(0, self.position + (1 if action else -1))
        done = self.position == 2
        return self.position, self.prize * done, done, False, {}

gymnasium.register("own/Corridor-v0", Corridor, max_episode_steps=20)
"""


@pytest.fixture
def own_module(tmp_path, monkeypatch):
    (tmp_path / "own_things.py").write_text(OWN)
    monkeypatch.syspath_prepend(tmp_path)
    yield "own_things"
    sys.modules.pop("own_things", None)


def test_policies_schedules_and_environments_of_the_users_own(own_module, tmp_path, undrawn):
    tasks = ["--env", f"{own_module}:own/Corridor-v0(prize=2.0)"]
    policies = [
        "--policies",
        f"Boltzmann({own_module}:Halving(1.0))",
        f"{own_module}:Lukewarm(0.5)",
        f"Sarsa({own_module}:Lukewarm(0.5))",
    ]
    folder = tmp_path / "results"
    options = ["--steps", "60", "--replicates", "4", "--jobs", "1", "--output", str(folder)]
    compare_schedules.main([*tasks, *policies, *options])
    (task,) = Store(folder).read_plan().tasks
    assert task.environment == f"{own_module}:own/Corridor-v0(prize=2.0)"
    assert task.agents == (
        f"QLearning(Boltzmann({own_module}:Halving(1.0)))",
        f"QLearning({own_module}:Lukewarm(0.5))",
        f"Sarsa({own_module}:Lukewarm(0.5))",
    )


def test_each_policy_goes_to_each_learner():
    policies = ["Greedy()", "Boltzmann(0.1)", "DoubleQ(Greedy())"]
    task = make_task("FrozenLake-v1", policies, 10, ["Sarsa(_, step_size=0.5)", "QLearning(_)"])
    assert task.plan.agents == (
        "Sarsa(Greedy(), step_size=0.5)",
        "Sarsa(Boltzmann(0.1), step_size=0.5)",
        "DoubleQ(Greedy())",
        "QLearning(Greedy())",
        "QLearning(Boltzmann(0.1))",
    )


@pytest.mark.parametrize("learner", ["Sarsa(Greedy())", "_", "Boltzmann(0.1)", "Linear(_, 0.1, 5)", "0.5"])
def test_learners_that_cannot_take_the_policy_are_refused(learner):
    with pytest.raises(ValueError, match=r"expected an agent with _ instead of its policy|must be"):
        make_task("FrozenLake-v1", ["Greedy()"], 10, [learner])


def test_a_file_says_what_the_flags_say(tmp_path):
    options = Options(env=["FrozenLake-v1"], policies=["Greedy()"], steps=[20], replicates=3)
    path = tmp_path / "x.toml"
    path.write_text(format_toml(describe(options)))
    assert describe(Options(experiment=path)) == describe(options)
    # An option that is given with its default value counts as given.
    for words in (["--seed", "0"], ["--seed=1"], ["--replicates", "200"], ["--env", "FrozenLake-v1"]):
        name = words[0].partition("=")[0]
        with pytest.raises(ValueError, match=rf"{name} stands in .*x\.toml, which describes the whole experiment"):
            describe(Options(experiment=path), ["--experiment", str(path), *words])


def test_an_invalid_file_is_reported_in_one_line(tmp_path, capsys):
    for name, text in (("absent.toml", None), ("wrong.toml", "seed = ")):
        if text is not None:
            (tmp_path / name).write_text(text)
        with pytest.raises(SystemExit) as stopped:
            compare_schedules.main(["--experiment", str(tmp_path / name)])
        assert stopped.value.code == 2
        err = capsys.readouterr().err
        assert name in err
        assert err.count("\n") == 1


def test_a_dry_run_says_what_it_would_take_and_stores_nothing(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    options = ["--env", "FrozenLake-v1", "--policies", "Greedy()", "Boltzmann(0.1)", "--steps", "30", "--jobs", "2"]
    compare_schedules.main([*options, "--replicates", "250", "--dry-run"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "FrozenLake-v1: 30 steps, 250 replicates"
    assert [line.split()[0] for line in lines[1:3]] == ["QLearning(Greedy())", "QLearning(Boltzmann(0.1))"]
    assert all("3 blocks of " in line for line in lines[1:3])
    assert lines[3] == "2 cells, 6 blocks, 2 processes"
    assert lines[4].startswith("memory: about ")
    assert not list(tmp_path.iterdir())


def test_more_memory_than_there_is_is_refused(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(memory_and_time, "total_memory", lambda: 2**20)
    million = ["--env", "FrozenLake-v1", "--policies", "Greedy()", "--steps", "200000", "--replicates", "5"]
    with pytest.raises(SystemExit) as stopped:
        compare_schedules.main([*million, "--jobs", "1", "--output", str(tmp_path / "x")])
    assert stopped.value.code == 2
    err = capsys.readouterr().err
    assert " MB of memory in each of 1 process is more than the 1.0 MB of this machine: take a smaller block" in err
    assert not (tmp_path / "x").exists()


def test_each_environment_is_made_once_for_the_rehearsal_and_once_for_each_block(
    own_module, tmp_path, undrawn, monkeypatch
):
    made, make = Counter(), envs.make

    def counting(name, *arguments, **keywords):
        made[name] += 1
        return make(name, *arguments, **keywords)

    monkeypatch.setattr(envs, "make", counting)
    foreign = f"{own_module}:own/Corridor-v0"
    tasks = ["--env", "boltzmann/GaussianBandit-v0", "boltzmann/Chain-v0", "FrozenLake-v1", foreign]
    blocks = ["--steps", "20", "--replicates", "6", "--block", "2", "--policies", "Greedy()", "Boltzmann(0.1)"]
    compare_schedules.main([*tasks, *blocks, "--jobs", "1", "--output", str(tmp_path / "results")])
    once_and_blocks = 1 + 2 * 3
    # An environment from outside is made once more, to be asked whether it is a bandit.
    assert made == {**dict.fromkeys(tasks[1:], once_and_blocks), foreign: 1 + once_and_blocks}


@pytest.mark.parametrize("environment", [*envs.ENV_IDS, "FrozenLake-v1", "Taxi-v4", "Blackjack-v1", "CartPole-v1"])
def test_bandits_are_known_without_making_them(environment):
    with closing(envs.make(environment)) as env:
        assert is_bandit(environment) == (env.single_observation_space.n == 1)
