"""Every policy and thermostat on both engines: the same actions, and the same records."""

import math

import numpy as np
import pytest

import boltzmann
from agents import ExpectedSarsa, QLearning, SampleAverage, Sarsa, SoftQ
from boltzmann import (
    GLIE,
    UCB1,
    VDBE,
    BernoulliThompson,
    Boltzmann,
    BoltzmannGumbel,
    EffectiveActionsTarget,
    Entmax,
    EntropyTarget,
    EpsilonBoltzmann,
    EpsilonGreedy,
    Exponential,
    GaussianThompson,
    Greedy,
    GreedyProbabilityTarget,
    InverseTime,
    KLBoltzmann,
    Linear,
    LossBudget,
    Maillard,
    MaxBoltzmann,
    Mellowmax,
    RangeScaled,
    Sparsemax,
    StandardError,
    StandardErrorToHorizon,
    StdScaled,
    UCB1Tuned,
    Uniform,
    UntakenFirst,
    VDBESoftmax,
)
from boltzmann.experiments import rollout
from boltzmann.laws import own_law
from tests.support.both_engines import assert_the_same, made

pytest.importorskip("numba")

BANDIT, LAKE, TAXI = "boltzmann/GaussianBandit-v0", "FrozenLake-v1", "Taxi-v4"
INF = math.inf
THERMOSTATS = [
    RangeScaled(Exponential(1.0, 0.1, 100)),
    RangeScaled(INF),
    StdScaled(0.3),
    GLIE(),
    EntropyTarget(0.5),
    EntropyTarget(Linear(1.0, 0.0, 100)),
    EffectiveActionsTarget(2.0),
    GreedyProbabilityTarget(0.7),
    LossBudget(0.1),
]
POLICIES = [
    *(Boltzmann(thermostat) for thermostat in THERMOSTATS),
    Boltzmann(Linear(1.0, 0.0, 100)),
    Greedy(),
    Uniform(),
    EpsilonGreedy(0.1),
    MaxBoltzmann(0.3, RangeScaled(0.2)),
    EpsilonBoltzmann(0.2, EntropyTarget(0.5)),
    KLBoltzmann((0.5, 0.1, 0.1, 0.1, 0.2), 0.5),
    KLBoltzmann((0.0, 1.0, 0.0, 2.0, 0.2), Linear(1.0, 0.0, 100)),
    KLBoltzmann(EpsilonGreedy(0.1), 0.5),
    KLBoltzmann(Boltzmann(EntropyTarget(1.0)), EntropyTarget(0.5)),
    KLBoltzmann(Sparsemax(0.5), RangeScaled(0.5)),
    Sparsemax(Linear(1.0, 0.0, 100)),
    Sparsemax(RangeScaled(0.5)),
    Entmax(0.5),
    Entmax(0.5, 1.25),
    Entmax(0.5, 1.0),
    Entmax(INF, 2.0),
    Entmax(0.5, 3.0),
    Entmax(Linear(1.0, 0.0, 100), 10.0),
    Entmax(INF, 2.5),
    Mellowmax(Linear(0.0, 20.0, 100)),
    Mellowmax(INF),
    UCB1(),
    UCB1(0.0),
    UCB1Tuned(),
    Maillard(0.5),
    Maillard(INF),
    StandardError(),
    StandardError(Linear(0.0, 5.0, 100)),
    StandardErrorToHorizon(100),
    UntakenFirst(Boltzmann(RangeScaled(0.1))),
    UntakenFirst(KLBoltzmann((0.5, 0.1, 0.1, 0.1, 0.2), 0.5)),
    UntakenFirst(GaussianThompson(1.0)),
    UntakenFirst(StandardError()),
    UntakenFirst(VDBE(1.0)),
    BoltzmannGumbel(0.5),
    BoltzmannGumbel(0.0),
    BoltzmannGumbel(INF),
    BoltzmannGumbel(Linear(1.0, 0.0, 100)),
    BoltzmannGumbel(InverseTime(INF, 1.0)),
    GaussianThompson(1.0),
    GaussianThompson(1.0, 0.5, 2.0),
    VDBE(1.0),
    VDBESoftmax(0.5, weight=0.2),
    KLBoltzmann(VDBE(1.0, initial_epsilon=0.5), 0.5),
]
OF_AVERAGES = [BernoulliThompson(), BernoulliThompson(0.02, 3.0), UntakenFirst(BernoulliThompson())]
"""Policies whose values have to be averages of 0 and 1."""
WITHOUT_LAW = [
    # Noise has no weights.
    KLBoltzmann(BoltzmannGumbel(0.5), 0.5),
    KLBoltzmann(BernoulliThompson(), 0.5),
]
"""These are called between kernels, for the reason above them."""


def of_kind(kind):
    """The public classes of a kind of policy or thermostat."""
    return {value for value in vars(boltzmann).values() if isinstance(value, type) and kind(value)}


def test_every_policy_and_thermostat_is_here():
    known = {type(policy) for policy in [*POLICIES, *OF_AVERAGES]}
    assert of_kind(lambda value: value.__module__.startswith("boltzmann.policies")) - {boltzmann.Policy} <= known | {
        boltzmann.Distribution
    }
    thermostats = {type(thermostat) for thermostat in THERMOSTATS}
    assert of_kind(lambda value: issubclass(value, boltzmann.Thermostat)) - {boltzmann.Thermostat} == thermostats


def test_a_policy_without_a_law_says_so():
    assert all(own_law(policy) is not None for policy in [*POLICIES, *OF_AVERAGES])
    assert all(own_law(policy) is None for policy in WITHOUT_LAW)


QUICK = (Boltzmann(EntropyTarget(0.5)), BoltzmannGumbel(0.5), Sparsemax(RangeScaled(0.5)), UCB1Tuned(), VDBE(1.0))
"""One policy of each kind: a root, noise, a threshold, an index, and rates of states."""


@pytest.mark.parametrize(
    "policy",
    [policy if policy in QUICK else pytest.param(policy, marks=pytest.mark.slow) for policy in POLICIES],
    ids=repr,
)
def test_every_policy_acts_alike_on_a_bandit(policy):
    # One kernel serves all numbers of rows.
    for rows in (65, 3, 1):
        assert_the_same(f"{BANDIT}(arms=5)", SampleAverage(policy), rows, exact=False)


@pytest.mark.parametrize("policy", OF_AVERAGES, ids=repr)
def test_policies_of_averages_act_alike(policy):
    for rows in (65, 3, 1):
        assert_the_same("boltzmann/BernoulliBandit-v0(arms=5)", SampleAverage(policy), rows, exact=False)


@pytest.mark.slow
def test_each_choice_of_a_step_draws_in_turn():
    assert_the_same(LAKE, Sarsa(BernoulliThompson(), step_size=0.5, discount=0.9), 5, exact=False)


@pytest.mark.parametrize("engine", ["lockstep", "compiled"])
def test_values_that_are_no_averages_are_named(engine):
    with pytest.raises(ValueError, match=r"values must be in \[0, 1\], as averages of 0 and 1, got .* in row"):
        rollout(
            made(BANDIT, 3),
            SampleAverage(BernoulliThompson()),
            np.array([30]),
            [0, 1, 2],
            np.random.default_rng(0),
            engine=engine,
        )


ON_TABLES = [
    policy
    for policy in POLICIES
    if not isinstance(getattr(getattr(policy, "policy", policy), "prior", 0), tuple) and policy != Boltzmann(GLIE())
]


@pytest.mark.slow
@pytest.mark.parametrize("policy", ON_TABLES, ids=repr)
def test_every_policy_acts_alike_with_masks(policy):
    assert_the_same(TAXI, QLearning(policy, step_size=0.5, discount=0.9), 65, exact=False)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("learner", "thermostat"),
    # The soft value at the temperature of GLIE is infinite at first.
    [(ExpectedSarsa, GLIE()), (Sarsa, GLIE()), (ExpectedSarsa, EntropyTarget(0.5)), (SoftQ, EntropyTarget(0.5))],
    ids=repr,
)
def test_learners_that_bootstrap_from_the_policy_do_so_with_thermostats(learner, thermostat):
    assert_the_same(LAKE, learner(Boltzmann(thermostat), step_size=0.5, discount=0.9), 5, exact=False)


@pytest.mark.parametrize("engine", ["lockstep", "compiled"])
def test_a_mask_that_forbids_every_action_of_the_prior_is_named_with_its_row(engine):
    agent = QLearning(KLBoltzmann((1.0, 0.0, 0.0, 0.0, 0.0, 0.0), 0.5))
    with pytest.raises(
        ValueError, match=r"at least one action must be allowed, of a prior above 0, .* got none in row"
    ):
        rollout(made(TAXI, 65), agent, np.array([300]), list(range(65)), np.random.default_rng(0), engine=engine)


@pytest.mark.parametrize("engine", ["auto", "compiled"])
def test_a_prior_of_another_length_is_refused(engine):
    with pytest.raises(ValueError, match=r"prior of the policy has not 4 numbers|shape.* \(2,\)"):
        rollout(
            made(LAKE, 2),
            QLearning(KLBoltzmann((0.5, 0.5), 0.5)),
            np.array([3]),
            [0, 1],
            np.random.default_rng(0),
            engine=engine,
        )


def test_a_wrong_law_is_caught(monkeypatch):
    monkeypatch.setattr(Maillard, "law", property(lambda self: UCB1().law))
    with pytest.raises(AssertionError):
        assert_the_same(f"{BANDIT}(arms=5)", SampleAverage(Maillard(0.5)), 65, exact=False)


@pytest.mark.parametrize("policy", [Boltzmann(RangeScaled(0.2)), VDBESoftmax(1.0, RangeScaled(0.5)), Mellowmax(5.0)])
def test_temperatures_that_the_kernel_found_are_not_sought_again(policy, monkeypatch):
    def refuse(*_, **__):
        raise AssertionError

    expected = rolled(policy)
    monkeypatch.setattr(RangeScaled, "__call__", refuse)
    monkeypatch.setattr("boltzmann.policies.mellow.temperature_for_mellowmax", refuse)
    found = rolled(policy)
    for name in ("temperature", "entropy"):
        np.testing.assert_array_equal(found.arrays[name], expected.arrays[name])
    assert (found.arrays["temperature"] > 0).any()


def rolled(policy):
    ends, rng = np.array([1, 60, 130]), np.random.default_rng(1)
    return rollout(made(f"{BANDIT}(arms=5)", 5), SampleAverage(policy), ends, range(5), rng, engine="compiled")
