"""The text of a kernel is written once for the same laws, and anew where anything that it is made of has changed."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest

import envs
from agents import ConstantStep, QLearning, SampleAverage
from boltzmann import Boltzmann, EntropyTarget, StandardError
from boltzmann.laws import Code, PolicyLaw

pytest.importorskip("numba")
from boltzmann.experiments.engine.compiled import written
from boltzmann.experiments.engine.compiled.players import learner_of, world_of
from boltzmann.experiments.engine.compiled.stepping import Steps
from boltzmann.experiments.engine.compiled.writing import UnidentifiedError, identity_of


@pytest.fixture(autouse=True)
def no_texts(monkeypatch):
    monkeypatch.setattr(written, "_WRITTEN", {})


def steps_of(agent, world="boltzmann/GaussianBandit-v0"):
    env = envs.make(world, 3)
    env.reset(seed=[0, 1, 2])
    agent.reset(3, env.single_observation_space, env.single_action_space, np.random.default_rng(0))
    return Steps(learner_of(agent), world_of(env), lambda table, resident: table.reshape(-1))


def text_of_own(law):
    """Return the text for a policy of one's own, whose weight is a law."""

    @dataclass(frozen=True)
    class Own(Boltzmann):
        temperature: float = 1.0
        law = property(lambda self: PolicyLaw(law))

    return steps_of(SampleAverage(Own())).written.parts[0][0]


@pytest.mark.parametrize("policy", [Boltzmann(0.5), Boltzmann(EntropyTarget(0.5)), StandardError()], ids=repr)
@pytest.mark.parametrize(
    ("learner", "world"), [(SampleAverage, "boltzmann/GaussianBandit-v0"), (QLearning, "FrozenLake-v1")]
)
def test_a_second_agent_gets_the_text_of_the_first_which_is_what_would_be_written(policy, learner, world):
    first, second = (steps_of(learner(policy), world) for _ in range(2))
    assert second.written is first.written
    written._WRITTEN.clear()
    assert steps_of(learner(policy), world).written == first.written


def test_other_learners_worlds_and_numbers_of_actions_have_texts_of_their_own():
    policy = Boltzmann(0.5)
    made = [
        steps_of(agent, world).written.parts
        for agent, world in (
            (SampleAverage(policy), "boltzmann/GaussianBandit-v0"),
            (ConstantStep(policy), "boltzmann/GaussianBandit-v0"),
            (ConstantStep(policy), "boltzmann/BernoulliBandit-v0"),
            (QLearning(policy), "FrozenLake-v1"),
            (QLearning(policy), "Taxi-v4"),
        )
    ]
    assert len(set(made)) == len(made) == len(written._WRITTEN)


SCALE = 2.5
OWN = SimpleNamespace(scale=2.5)


def scaled(m, action, row):
    return action.q * SCALE


def by_default(m, action, row, scale=2.5):
    return action.q * scale


def closed(scale):
    return lambda m, action, row: action.q * scale


def defined(scale):
    """Define a law in a namespace of its own, as a notebook does again and again."""
    scope = {}
    exec(f"def law(m, action, row):\n    return action.q * {scale!r}", scope)
    return scope["law"]


@pytest.mark.parametrize("make", [closed, defined])
def test_a_law_that_is_defined_anew_or_closes_over_another_number_is_written_anew(make):
    texts = [text_of_own(make(scale)) for scale in (2.5, 3.5, 0.0, -0.0, 2.5)]
    assert [repr(scale) in text for scale, text in zip((2.5, 3.5, 0.0, -0.0), texts, strict=False)] == [True] * 4
    assert texts[4] == texts[0]
    assert len(set(texts)) == len(written._WRITTEN) == 4


def test_a_global_number_or_default_that_has_changed_is_written_anew(monkeypatch):
    for law, where, name in ((scaled, globals(), "SCALE"), (by_default, None, "")):
        assert "* 2.5" in text_of_own(law)
        if where is not None:
            monkeypatch.setitem(where, name, 7.5)
        else:
            monkeypatch.setattr(law, "__defaults__", (7.5,))
        assert "* 7.5" in text_of_own(law)


def test_a_law_that_reads_an_object_of_ones_own_is_never_kept(monkeypatch):
    def law(m, action, row):
        return action.q * OWN.scale

    assert "* 2.5" in text_of_own(law)
    monkeypatch.setattr(OWN, "scale", 7.5)
    assert "* 7.5" in text_of_own(law)
    assert not written._WRITTEN


def test_a_law_that_changes_while_it_is_written_is_not_kept():
    scales = [2.5]

    def law(m, action, row):
        scales[0] += 1.0
        return action.q * scales[0]

    assert text_of_own(law) != text_of_own(law)
    assert not written._WRITTEN


def test_the_number_of_texts_is_bounded(monkeypatch):
    monkeypatch.setattr(written, "_MOST", 3)
    for scale in range(8):
        text_of_own(closed(float(scale)))
        assert 1 <= len(written._WRITTEN) <= 3


def changing():
    count = 0

    def law(m, action, row):
        nonlocal count
        count += 1
        return count

    return law


def importing(m, action, row):
    import math

    return action.q * math.pi


@pytest.mark.parametrize(
    "law",
    [changing(), importing, lambda m, action, row: np.random.default_rng().random(), Code().where],
    ids=["changes a variable", "imports", "draws", "method"],
)
def test_what_may_change_has_no_identity(law):
    with pytest.raises(UnidentifiedError):
        identity_of(law)
