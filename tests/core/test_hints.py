"""Unknown keywords are refused with the name that people may have meant; nothing else changes for a call."""

import inspect
import pickle

import numpy as np
import pytest

import agents
import boltzmann
import envs
from boltzmann import (
    UCB1,
    Boltzmann,
    Categorical,
    EntropyTarget,
    EpsilonGreedy,
    Exponential,
    Gibbs,
    Greedy,
    Linear,
    Mellowmax,
    hints,
)
from boltzmann.notation import parse
from scripts.support.names import NAMES
from tests.support.lists import BACKUPS, LEARNERS, POLICIES, SCHEDULES, THERMOSTATS

Q = [1.0, 2.0]
FUNCTIONS = [
    *("softmax", "log_softmax", "log_partition", "soft_value", "mellowmax"),
    *("entropy", "expected_value", "variance", "heat_capacity"),
]
CALIBRATIONS = [name for name in boltzmann.__all__ if name.startswith("temperature_for_")]


def refused(call):
    with pytest.raises(TypeError, match="unexpected keyword argument") as caught:
        call()
    return str(caught.value)


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize(
    ("keyword", "meant"),
    [
        *((keyword, "where=") for keyword in ("mask", "action_mask")),
        *((keyword, "temperature=") for keyword in ("T", "temp", "tau")),
        *((keyword, "temperature=1 / beta") for keyword in ("beta", "inverse_temperature")),
        ("dim", "axis="),
        ("wher", "where="),
    ],
)
def test_functions_hint(name, keyword, meant):
    message = refused(lambda: getattr(boltzmann, name)(Q, **{keyword: 1}))
    assert message == f"{name}() got an unexpected keyword argument {keyword!r}: did you mean {meant}?"


@pytest.mark.parametrize("name", CALIBRATIONS)
def test_calibrations_hint(name):
    assert refused(lambda: getattr(boltzmann, name)(Q, 0.5, mask=[True, True])).endswith("did you mean where=?")


@pytest.mark.parametrize("part", [*POLICIES, *THERMOSTATS, *BACKUPS], ids=repr)
@pytest.mark.parametrize("keyword", ["mask", "action_mask"])
def test_whatever_takes_a_mask_hints(part, keyword):
    assert refused(lambda: part(np.array(Q), **{keyword: [True, True]})).endswith("did you mean where=?")


@pytest.mark.parametrize("learner", LEARNERS, ids=repr)
def test_learners_hint(learner):
    assert refused(lambda: learner.act([0], mask=[True])).endswith("did you mean where=?")
    assert refused(lambda: learner.reset(1, None, None, seed=0)).endswith("did you mean rng=?")


@pytest.mark.parametrize(
    ("call", "meant"),
    [
        *((lambda word=word: Boltzmann(**{word: 1}), "temperature=?") for word in ("T", "temp", "tau", "temperatur")),
        (lambda: Boltzmann(beta=2.0), "temperature=1 / beta?"),
        (lambda: Gibbs(Q, T=1.0), "temperature=?"),
        (lambda: Gibbs(Q, mask=[1, 1]), "where=?"),
        (lambda: Categorical(p=[1.0]), "probs=?"),
        (lambda: Gibbs(Q).sample(seed=0), "rng=?"),
        (lambda: Categorical([1.0]).sample(random_state=0), "rng=?"),
        (lambda: boltzmann.sample_categorical(seed=0, weights=[1.0]), "rng=?"),
        (lambda: boltzmann.sample_gumbel(np.random.default_rng(0), Q, size=3), "shape=?"),
        (lambda: Mellowmax(T=1.0), "omega=?"),
        (lambda: EpsilonGreedy(eps=0.1), "epsilon=?"),
        (lambda: UCB1(c=2.0), "confidence=?"),
        (lambda: Linear(start_value=1.0, end=0.0, steps=3), "start=?"),
        (lambda: Exponential(1.0, 0.1, decay_steps=3), "steps=?"),
        (lambda: EntropyTarget(0.5)(Q, step=0, mask=[1, 1]), "where=?"),
        *((lambda word=word: agents.QLearning(Greedy(), **{word: 0.5}), "step_size=?") for word in ("alpha", "lr")),
        (lambda: agents.QLearning(Greedy(), gamma=0.9), "discount=?"),
        (lambda: agents.SarsaLambda(Greedy(), lam=0.9), "trace_decay=?"),
        (lambda: agents.SoftQ(Greedy(), T=0.9), "temperature=?"),
        (lambda: agents.SoftValue(tau=0.9), "temperature=?"),
        (lambda: agents.Exp3(eps=0.1), "exploration=?"),
        (lambda: envs.make("FrozenLake-v1", 2, gamma=0.9), "discount=?"),
        (lambda: envs.make("FrozenLake-v1", n_envs=2), "num_envs=?"),
        (lambda: envs.make_raw("boltzmann/GaussianBandit-v0", 2, max_steps=5), "max_episode_steps=?"),
    ],
)
def test_others_hint(call, meant):
    assert refused(call).endswith(f": did you mean {meant}")


def test_a_seed_of_an_environment_belongs_to_reset():
    assert refused(lambda: envs.make("FrozenLake-v1", 2, seed=1)).endswith("reset(seed=...) takes it")


def test_where_nothing_is_near_the_parameters_are_listed():
    assert refused(lambda: Linear(colour=1)).endswith("it takes end, start, steps")
    assert refused(lambda: envs.make("boltzmann/GaussianBandit-v0", 2, nonsense=1)).endswith("argument 'nonsense'")


@pytest.mark.parametrize("schedule", SCHEDULES, ids=repr)
def test_the_notation_hints(schedule):
    kind = type(schedule).__name__
    with pytest.raises(ValueError, match=rf"^{kind}\(colour=1\): {kind}\(\) got an unexpected .*'colour': "):
        parse(f"{kind}(colour=1)", NAMES)


def test_command_lines_hint():
    with pytest.raises(ValueError, match=r"Boltzmann\(\) got an unexpected keyword argument 'T': did you mean temp"):
        parse("Boltzmann(T=0.5)", NAMES)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Softmax(1)", "Boltzmann"),
        ("softmax", "Boltzmann"),
        ("Gibbs(1)", "Boltzmann"),
        ("boltzmann(1)", "Boltzmann"),
        ("epsilon_greedy(0.1)", "EpsilonGreedy"),
        ("egreedy(0.1)", "EpsilonGreedy"),
        ("UCB(2)", "UCB1"),
        ("ucb1_tuned", "UCB1Tuned"),
        ("Thompson", "GaussianThompson or BernoulliThompson"),
        ("Random()", "Uniform"),
        ("QTable(Greedy())", "QLearning"),
        ("Gredy()", "Greedy"),
    ],
)
def test_names_of_classes_elsewhere_are_hinted_at(text, meant):
    with pytest.raises(ValueError, match=rf"unknown name '\w+' in .*: did you mean {meant}\?"):
        parse(text, NAMES)


def test_every_class_that_is_meant_exists():
    """And no word is the name of another class."""
    words = [word for group in hints._CLASSES for word in group]
    assert len(words) == len(set(words))
    assert not {name.lower() for name in NAMES} & set(words)
    assert {name for names in hints._CLASSES.values() for name in names} <= set(NAMES)


def test_other_ways_to_make_a_distribution_hint():
    assert refused(lambda: Gibbs.from_beta([0.0, 1.0], 2.0, mask=[True, False])).endswith("did you mean where=?")
    assert refused(lambda: Gibbs.from_base([0.0, 1.0], base=2.0, mask=[True, False])).endswith("did you mean where=?")


def test_any_word_is_an_unknown_keyword():
    assert "Boltzmann() got an unexpected keyword argument 'cls'" in refused(lambda: Boltzmann(1.0, cls=3))
    assert len(refused(lambda: boltzmann.softmax([0.0], **{"x" * 100_000: 1}))) < 400


def test_signatures_and_pickles_stay():
    assert list(inspect.signature(boltzmann.softmax).parameters) == ["values", "temperature", "axis", "where", "prior"]
    assert list(inspect.signature(Gibbs).parameters) == ["values", "temperature", "where", "prior"]
    assert list(inspect.signature(Boltzmann).parameters) == ["temperature"]
    assert pickle.loads(pickle.dumps(boltzmann.softmax)) is boltzmann.softmax
    assert pickle.loads(pickle.dumps(Boltzmann(0.5))) == Boltzmann(0.5)


def test_a_class_of_ones_own_with_other_keywords_is_left_alone():
    class Free(Greedy):
        def __init__(self, **anything):
            super().__init__()

    assert Free(mask=1)([1.0, 2.0]).probs.tolist() == [0.0, 1.0]
