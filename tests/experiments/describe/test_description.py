"""Descriptions: frozen, written and read back, hashed by their content, refused where they make no sense."""

import dataclasses
import json

import numpy as np
import pytest

from agents import QLearning, SampleAverage
from boltzmann import Boltzmann, Greedy, Uniform
from boltzmann.experiments import Experiment, Plan, Task, read_environment
from boltzmann.notation import parse
from scripts.support.names import NAMES


def test_a_description_is_written_and_read_back(experiment):
    names = {**NAMES, "Task": Task, "Experiment": Experiment}
    assert parse(repr(experiment), names) == experiment
    plan = experiment.plan
    assert Plan.from_json(json.loads(json.dumps(plan.to_json()))) == plan
    with pytest.raises(dataclasses.FrozenInstanceError):
        experiment.seed = 3


def test_the_hash_follows_the_content(experiment):
    again = Experiment(list(experiment.tasks), 7, 11, block=3, points=20)
    assert again.plan.hash == experiment.plan.hash
    changed = [
        dataclasses.replace(experiment, **change)
        for change in ({"replicates": 8}, {"seed": 12}, {"block": 4}, {"points": 21}, {"tasks": experiment.tasks[:1]})
    ]
    assert len({described.plan.hash for described in [experiment, *changed]}) == 6


def test_attributes_that_a_reset_makes_are_not_part_of_the_description(experiment):
    before = repr(experiment)
    agent = experiment.tasks[0].agents[0]
    from gymnasium.spaces import Discrete

    agent.reset(5, Discrete(1), Discrete(5), np.random.default_rng(0))
    assert repr(experiment) == before


def test_blocks_cover_every_replicate_of_every_cell(experiment):
    blocks = experiment.plan.blocks()
    assert len(blocks) == len({block.name for block in blocks}) == 5 * 3
    for task, count in enumerate((3, 2)):
        for agent in range(count):
            assert [b.replicates for b in blocks if (b.task, b.agent) == (task, agent)] == [3, 3, 1]


@pytest.mark.parametrize(("steps", "points"), [(1000, 100), (50, 100), (130, 20), (7, 3), (1, 100), (101, 100)])
def test_windows_cover_every_step(steps, points):
    experiment = Experiment([Task("X-v0", [SampleAverage(Greedy())], steps)], 1, 0, points=points)
    ends = experiment.plan.recorded_steps(0)
    lengths = np.diff(ends, prepend=0)
    assert ends[-1] == steps
    assert len(ends) == min(steps, points)
    assert lengths.min() >= 1
    assert lengths.max() - lengths.min() <= 1


def test_streams_are_shared_by_the_agents_of_a_task_and_by_nothing_else(experiment):
    plan = experiment.plan
    seeds = {}
    for block in plan.blocks():
        key = (block.task, block.number)
        drawn = (tuple(plan.environment_seeds(block)), plan.agent_rng(block).random())
        assert seeds.setdefault(key, drawn) == drawn
    everything = [seed for environment, _ in seeds.values() for seed in environment]
    assert len(set(everything)) == len(everything)
    assert all(type(seed) is int for seed in everything)
    reseeded = dataclasses.replace(experiment, seed=12).plan
    assert not set(everything) & {seed for b in reseeded.blocks() for seed in reseeded.environment_seeds(b)}


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Taxi-v4", ("Taxi-v4", {})),
        (" Taxi-v4( ) ", ("Taxi-v4", {})),
        ("package.module:Id-v0(a=1, b=[2, 'x)'])", ("package.module:Id-v0", {"a": 1, "b": [2, "x)"]})),
    ],
)
def test_environments_are_read(text, read):
    assert read_environment(text) == read


@pytest.mark.parametrize("text", ["", "(a=1)", "Taxi v4", "Taxi-v4(a=1", "Taxi-v4)", "Taxi-v4(1)", "Taxi-v4(a=open)"])
def test_malformed_environments_are_refused(text):
    with pytest.raises(ValueError, match=r"environment must be|expected keyword|unknown name|cannot read"):
        Task(text, [SampleAverage(Greedy())], 10)


def test_environments_are_written_in_one_way():
    assert Task(" X-v0( b = 1.0,a='y' ) ", [SampleAverage(Greedy())], 10).environment == "X-v0(b=1.0, a='y')"


ONE = Task("X-v0", [SampleAverage(Greedy())], 10)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Task(7, [SampleAverage(Greedy())], 10), TypeError, "environment must be an id, such as .*, got 7"),
        (lambda: Task("X-v0", SampleAverage(Greedy()), 10), TypeError, "agents must be a list of agents, got Sample"),
        (lambda: Experiment(ONE, 1, 0), TypeError, "tasks must be a list of tasks, got Task"),
        (lambda: Task("X-v0", [], 10), ValueError, "at least one agent"),
        (lambda: Task("X-v0", [SampleAverage(Greedy())], 0), ValueError, "steps must be at least 1, got 0"),
        (lambda: Task("X-v0", [SampleAverage(Greedy())], 1e3), TypeError, "steps must be a whole number"),
        (lambda: Task("X-v0", [QLearning(Uniform()), QLearning(Uniform())], 9), ValueError, "twice"),
        (
            lambda: Task("X-v0", [QLearning(Boltzmann(lambda step: 1.0))], 9),
            TypeError,
            r"QLearning\.policy\.temperature must be a dataclass",
        ),
        (lambda: Experiment([], 1, 0), ValueError, "at least one task"),
        (lambda: Experiment([ONE, ONE], 1, 0), ValueError, "tasks must differ"),
        (lambda: Experiment([ONE], 0, 0), ValueError, "replicates must be at least 1, got 0"),
        (lambda: Experiment([ONE], 1, -1), ValueError, "seed must be at least 0, got -1"),
        (lambda: Experiment([ONE], 1, 0, block=0), ValueError, "block must be at least 1"),
        (lambda: Experiment([ONE], 1, 0, points=0), ValueError, "points must be at least 1"),
        (lambda: Experiment([ONE], True, 0), TypeError, "replicates must be a whole number"),
    ],
)
def test_senseless_descriptions_are_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_labels_of_tasks_on_one_environment_state_their_steps():
    longer = dataclasses.replace(ONE, steps=20)
    assert Experiment([ONE, longer], 1, 0).plan.task_labels == ["X-v0, 10 steps", "X-v0, 20 steps"]
