"""Deep agents learn: Catch in the quick part; MinAtar and CartPole, which take minutes, in the slow one."""

import warnings

import numpy as np
import pytest

pytest.importorskip("torch")

from agents import Maximum, MellowmaxValue, PolicyExpectation, SoftValue
from boltzmann import Boltzmann, EpsilonGreedy, Linear, RangeScaled, Uniform
from boltzmann.deep.dqn import DQN
from boltzmann.deep.networks import Convolutional, Dense
from boltzmann.deep.tensor_backups import DoubleMaximum, Munchausen
from tests.support.deep_runs import greedy_returns, trained

CATCH, SEEDS = "boltzmann/Catch-v0", 5
SETTINGS = {"step_size": 2e-3, "warm_up": 1000}
POLICIES = (EpsilonGreedy(Linear(1.0, 0.05, 400)), Boltzmann(0.1), Boltzmann(RangeScaled(0.2)))
BACKUPS = (
    DoubleMaximum(),
    Maximum(),
    SoftValue(0.05),
    MellowmaxValue(0.05),
    PolicyExpectation(Boltzmann(RangeScaled(0.1))),
    Munchausen(0.05),
)


@pytest.mark.parametrize("backup", BACKUPS, ids=lambda backup: type(backup).__name__)
@pytest.mark.parametrize("policy", POLICIES, ids=repr)
def test_catch_is_learnt_with_any_policy_and_backup(policy, backup):
    agent = DQN(policy, backup=backup, **SETTINGS)
    trained(agent, CATCH, 4000, SEEDS, 1, last=1000)
    returns = greedy_returns(agent, CATCH, SEEDS, 100, 1)
    print(f"{policy} {backup}: {np.sort(returns)}")
    assert np.median(returns) >= 0.99
    assert returns.min() >= 0.4


def test_without_learning_catch_is_not_solved():
    agent = DQN(Uniform(), warm_up=5000)
    trained(agent, CATCH, 50, SEEDS, 1, last=20)
    assert greedy_returns(agent, CATCH, SEEDS, 100, 1).max() < 0.4


@pytest.mark.parametrize(("policy", "least", "most"), [(POLICIES[1], -1.0, 0.0), (POLICIES[2], 0.7, 1.0)], ids=repr)
def test_small_rewards_need_a_temperature_in_their_units(policy, least, most):
    """At rewards times .01 the temperature .1 is nearly uniform; in units of the range nothing changes."""
    behaves = trained(DQN(policy, steps_per_update=2), CATCH, 4000, SEEDS, 1, last=1000, reward=0.01) / 0.01
    print(f"{policy}: {np.sort(behaves)}")
    assert least <= behaves.mean() <= most


@pytest.mark.slow
@pytest.mark.parametrize("policy", [EpsilonGreedy(Linear(1.0, 0.05, 6000)), *POLICIES[1:]], ids=repr)
def test_breakout_is_learnt(policy):
    pytest.importorskip("minatar")
    agent = DQN(policy, network=Convolutional(), step_size=1e-3, memory=50_000, warm_up=1000, steps_per_update=8)
    with warnings.catch_warnings():
        # MinAtar states no time limit.
        warnings.simplefilter("ignore", UserWarning)
        returns = trained(agent, "MinAtar/Breakout-v1", 60_000, 3, 1, last=6000)
    print(f"{policy}: {returns}")
    assert returns.min() >= 3.0  # random actions return 0.38


@pytest.mark.slow
@pytest.mark.parametrize("policy", [Boltzmann(RangeScaled(0.3)), Boltzmann(0.1)], ids=repr)
def test_cart_pole_is_solved(policy):
    """Solved: three evaluations running, of five greedy episodes each, have a mean of at least 475."""
    steps, evaluations = 30_000, []
    agent = DQN(
        policy,
        network=Dense((128, 128)),
        discount=0.98,
        step_size=Linear(2e-3, 0.0, steps),
        batch=128,
        memory=50_000,
        warm_up=1000,
    )

    def evaluate(step):
        if step % 1000 == 0 and step >= 5000:
            evaluations.append(greedy_returns(agent, "CartPole-v1", SEEDS, 5, step))

    trained(agent, "CartPole-v1", steps, SEEDS, 1, last=3000, on_step=evaluate)
    good = np.array(evaluations) >= 475
    solved = (good[:-2] & good[1:-1] & good[2:]).any(axis=0)
    print(f"{policy}: {solved}")
    assert solved.sum() >= 3
