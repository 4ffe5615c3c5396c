"""A kernel's text is found again by all that it depends on, and by nothing that may change behind it."""

import copy
import math
from functools import cache

import numpy as np
import pytest

import agents
from boltzmann import UCB1, Boltzmann, Maillard, Sparsemax
from tests.support.both_engines import made
from tests.support.lists import LEARNERS, POLICIES

pytest.importorskip("numba")
from boltzmann.experiments.engine.compiled.players import learner_of, world_of
from boltzmann.experiments.engine.compiled.stepping import Steps
from boltzmann.experiments.engine.compiled.writing import texts
from boltzmann.experiments.errors import UnsupportedError
from boltzmann.laws import own_law

KINDS = ("Gaussian", "Bernoulli", "Drifting", "Abrupt", "Adversarial", "ZeroedStart")
WORLDS = [
    *(f"boltzmann/{kind}Bandit-v0" for kind in KINDS),
    "boltzmann/DriftingBandit-v0(arms=4)",
    *("FrozenLake-v1", "Taxi-v4", "Blackjack-v1", "boltzmann/RiverSwim-v0", "boltzmann/Garnet-v0(noise=1,states=9)"),
    *("CartPole-v1", "MountainCar-v0"),
]
PAIRS = [(world, agent) for world in WORLDS for agent in LEARNERS]
PAIRS += [(world, agents.QLearning(policy)) for world in ("Taxi-v4", WORLDS[0]) for policy in POLICIES]


@cache
def environment(world, rows):
    return made(world, rows)


def reset(world, agent, rows=3):
    """Return an environment and a copy of an agent, both reset."""
    env, agent = environment(world, rows), copy.deepcopy(agent)
    agent.reset(rows, env.single_observation_space, env.single_action_space, np.random.default_rng(0))
    env.reset(seed=list(range(rows)))
    return env, agent


def written(env, agent, *, keyed):
    """Return what is written for an agent in an environment, and its key."""
    learner, world = learner_of(agent), world_of(env)
    key = texts.key_of_text(agent, world.form, learner.tables["values"].shape)
    return Steps(learner, world, lambda table, resident: table.reshape(-1), key if keyed else None).written, key


@pytest.fixture
def empty(monkeypatch):
    """Begin with no text."""
    monkeypatch.setattr(texts, "_TEXTS", {})


def test_equal_keys_are_those_of_equal_texts(empty):
    found = {}
    for world, agent in PAIRS:
        try:
            fresh, key = written(*reset(world, agent), keyed=False)
        except UnsupportedError:
            continue
        assert key is not None
        assert found.setdefault(key, fresh) == fresh
        assert written(*reset(world, agent), keyed=True)[0] == fresh
    assert len(found) > 0.9 * len(PAIRS)


def test_a_text_is_written_once_and_the_oldest_is_dropped(empty, monkeypatch):
    first, _ = written(*reset(WORLDS[0], LEARNERS[0]), keyed=True)
    assert written(*reset(WORLDS[0], copy.deepcopy(LEARNERS[0])), keyed=True)[0] is first
    monkeypatch.setattr(texts, "_MOST", 2)
    for world in WORLDS[1:3]:
        written(*reset(world, LEARNERS[0]), keyed=True)
    assert len(texts._TEXTS) == 2
    again, _ = written(*reset(WORLDS[0], LEARNERS[0]), keyed=True)
    assert again is not first
    assert again == first


class OwnAverage(agents.SampleAverage):
    """A learner of one's own, whose law may change behind it."""


def of_other_form(world, **changed):
    """Return the key of a text in an environment whose law has other parts."""
    env, agent = reset(world, agents.SampleAverage(Boltzmann(0.5)))
    return texts.key_of_text(agent, {**own_law(env), **changed}, agent.values.shape)


def test_foreign_classes_and_functions_have_no_key():
    policy = Boltzmann(0.5)
    assert written(*reset(WORLDS[0], OwnAverage(policy)), keyed=True)[1] is None
    assert of_other_form(WORLDS[0]) is not None
    assert of_other_form(WORLDS[0], pay=lambda m, arm, row: (arm.mean, arm.mean)) is None
    assert of_other_form(WORLDS[0], numbers={"odd": object()}) is None


def test_a_schedule_of_ones_own_has_a_key_by_itself():
    def hot(step):
        return 1.0

    keys = [written(*reset(WORLDS[0], agents.SampleAverage(Boltzmann(hot))), keyed=False)[1] for _ in range(2)]
    assert keys[0] == keys[1] is not None
    hot.reads = frozenset({"visits"})
    assert written(*reset(WORLDS[0], agents.SampleAverage(Boltzmann(hot))), keyed=False)[1] is None


def test_numbers_that_print_unlike_have_unlike_keys():
    keys = {of_other_form(WORLDS[0], numbers={"x": number}) for number in (0.0, -0.0, 0, False, np.float64(0.0))}
    assert len(keys) == 5
    assert of_other_form(WORLDS[0], numbers={"x": math.nan}) == of_other_form(WORLDS[0], numbers={"x": -math.nan})


def test_a_law_put_in_the_place_of_another_has_another_key(monkeypatch):
    before = written(*reset(WORLDS[0], agents.SampleAverage(Maillard(0.5))), keyed=True)
    monkeypatch.setattr(Maillard, "law", property(lambda self: UCB1().law))
    after = written(*reset(WORLDS[0], agents.SampleAverage(Maillard(0.5))), keyed=True)
    assert before[1] != after[1]
    assert before[0] != after[0]


def test_other_parameters_and_shapes_have_other_keys():
    cases = [(WORLDS[0], policy) for policy in (Sparsemax(0.5), Sparsemax(0.25), Boltzmann(0.5))]
    cases += [("boltzmann/GaussianBandit-v0(arms=4)", Boltzmann(0.5)), ("FrozenLake-v1", Boltzmann(0.5))]
    keys = {written(*reset(world, agents.SampleAverage(policy)), keyed=False)[1] for world, policy in cases}
    assert len(keys) == len(cases)
