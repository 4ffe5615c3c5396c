"""Experiments as TOML: what is written is read back, errors name file, task and key."""

import dataclasses
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents import SampleAverage
from boltzmann import Greedy
from boltzmann.experiments import Experiment, Task, format_toml, read_toml
from boltzmann.notation import parse
from scripts.support.names import NAMES, read_agent
from tests.support.paths import ROOT

FILES = sorted((ROOT / "scripts" / "experiments").glob("*.toml"))


def by_name(text, environment):
    return parse(text, NAMES)


def test_a_written_experiment_is_read_back(experiment, tmp_path):
    path = tmp_path / "experiment.toml"
    path.write_text(format_toml(experiment))
    assert read_toml(path, by_name) == experiment
    assert read_toml(path, by_name).plan.hash == experiment.plan.hash


@dataclasses.dataclass(frozen=True)
class Named:
    """An expression that holds any text."""

    text: str


@given(st.text(max_size=30), st.integers(0, 2**200))
def test_any_text_and_any_seed_survive(tmp_path_factory, text, seed):
    task = Task(f"X-v0(text={text!r})", [Named(text), SampleAverage(Greedy())], 1)
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_text(format_toml(Experiment([task], 1, seed)), encoding="utf-8")
    assert read_toml(path, by_name) == Experiment([task], 1, seed)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_files_of_the_project_are_read_and_stand_as_they_are_written(path):
    experiment = read_toml(path, read_agent)
    lines = path.read_text().splitlines(keepends=True)
    assert lines[0].startswith("# ")
    assert "".join(line for line in lines if not line.startswith("#")) == format_toml(experiment)


def test_there_are_files_of_the_project():
    assert {path.stem for path in FILES} >= {"demo", "river_swim", "learners", "unseen"}


GOOD = """
replicates = 2
seed = 1
[[tasks]]
environment = "FrozenLake-v1"
steps = 20
agents = ["Sarsa(Greedy())", "EpsilonGreedy(0.1)"]
"""


def test_policies_go_to_the_usual_learner(tmp_path):
    (tmp_path / "x.toml").write_text(GOOD)
    experiment = read_toml(tmp_path / "x.toml", read_agent)
    assert experiment.plan.tasks[0].agents == ("Sarsa(Greedy())", "QLearning(EpsilonGreedy(0.1))")
    assert experiment.block == 100
    assert tomllib.loads(format_toml(experiment))["points"] == 100


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("replicates = 2", "replicates = ", "Invalid value"),
        ("seed = 1", "", "the experiment lacks the key 'seed'"),
        ("seed = 1", "sede = 1", "the experiment has no key 'sede': known are tasks, replicates, seed"),
        ("seed = 1", "seed = -1", "seed must be at least 0, got -1"),
        ("seed = 1", "seed = 1.5", "seed must be a whole number"),
        ("steps = 20", "", "task 0 lacks the key 'steps'"),
        ("steps = 20", "steps = 20\npolicies = []", "task 0 has no key 'policies'"),
        ('"FrozenLake-v1"', "5", "environment of task 0 must be a string, got 5"),
        ('"Sarsa(Greedy())"', "5", "agents of task 0 must be a list of strings"),
        ('"Sarsa(Greedy())"', '"Sarsa(Gredy())"', "unknown name 'Gredy'"),
        ("[[tasks]]", "[tasks]", "tasks must be tables"),
        (GOOD, "tasks = [1]\nreplicates = 1\nseed = 0", "task 0 must be a table"),
        (GOOD, "\0", "Invalid"),
    ],
)
def test_an_error_in_a_file_names_the_file(tmp_path, old, new, message):
    path = tmp_path / "x.toml"
    path.write_text(GOOD.replace(old, new))
    with pytest.raises((ValueError, TypeError), match=message) as refused:
        read_toml(path, read_agent)
    assert str(path) in str(refused.value)
