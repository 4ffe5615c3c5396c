"""Laws that meet in a kernel, as those of two searches, do not disturb each other; nor do objects that look alike."""

import numpy as np
import pytest

from agents import QLearning, SampleAverage
from boltzmann import (
    Boltzmann,
    EffectiveActionsTarget,
    Entmax,
    EntropyTarget,
    Greedy,
    GreedyProbabilityTarget,
    KLBoltzmann,
    LossBudget,
    Sparsemax,
    UntakenFirst,
)
from boltzmann.experiments import RECORDED, rollout
from envs.tables import Table, TabularVectorEnv
from tests.support.both_engines import assert_the_same, made

pytest.importorskip("numba")
from boltzmann.experiments.engine.compiled.writing import Kernel

BANDIT = "boltzmann/GaussianBandit-v0(arms=9)"
ROOTS = [EntropyTarget(0.5), EffectiveActionsTarget(3.0), GreedyProbabilityTarget(0.8), LossBudget(0.1)]
FEW = [Sparsemax(ROOTS[1]), Entmax(ROOTS[1], 2.5)]
ALL = [policy for root in ROOTS for policy in (Sparsemax(root), *(Entmax(root, alpha) for alpha in (1.01, 1.5, 2.5)))]
ALL += [UntakenFirst(FEW[0]), KLBoltzmann(FEW[1], 0.5)]


class Mine(Boltzmann):
    """A policy with arguments of its own."""

    def __init__(self, actions):
        super().__init__(EffectiveActionsTarget(actions))


@pytest.mark.parametrize(
    "policy",
    [*FEW, Mine(2.0), *(pytest.param(policy, marks=pytest.mark.slow) for policy in ALL if policy not in FEW)],
    ids=repr,
)
def test_a_search_within_a_search_acts_alike(policy):
    assert_the_same(BANDIT, SampleAverage(policy), 5, exact=False)


@pytest.mark.parametrize("policy", ALL, ids=repr)
def test_few_floats_weigh_as_the_call(policy):
    values, visits = np.array([0.1, 0.5, 0.45, -1.0, 0.3]), np.arange(1, 6)
    inputs = {"visits": visits} if "visits" in policy.reads else {}
    expected, rng = policy(values, step=3, **inputs).probs, np.random.default_rng(0)
    drawn = [policy.act(values, rng, step=3, **inputs) for _ in range(4000)]
    frequencies = np.bincount(drawn, minlength=5) / len(drawn)
    # Hoeffding's bound: a false alarm in 1e-9 of all runs, for each action.
    assert abs(frequencies - expected).max() < np.sqrt(np.log(2e9) / (2 * len(drawn)))


def test_a_name_of_the_row_is_none_of_its_actions():
    kernel = Kernel(5)
    kernel.memory("above")
    with pytest.raises(ValueError, match=r"^above is a number of the row and of its actions"):
        kernel.memory("above", per_action=True)


def test_an_object_whose_method_was_replaced_is_called():
    changed = Greedy()
    object.__setattr__(changed, "__call__", Greedy().__call__)
    engines = []
    for policy in (Greedy(), changed, Greedy()):
        env = made(BANDIT, 3)
        engines.append(rollout(env, SampleAverage(policy), np.array([4]), [0, 1, 2], np.random.default_rng(0)).engine)
    assert engines == ["compiled", "cut", "compiled"]


def test_states_with_one_observation_and_other_masks():
    rng, states, actions = np.random.default_rng(5), 4, 3
    table = Table(
        next_states=rng.integers(0, states, (states, actions, 2)),
        rewards=rng.normal(size=(states, actions, 2)),
        terminated=np.zeros((states, actions, 2), dtype=bool),
        probs=np.full((states, actions, 2), 0.5),
        initial=np.array([0.0, 0.5, 0.5, 0.0]),
        action_mask=np.array([[1, 1, 0], [0, 1, 1], [1, 0, 1], [1, 1, 1]], dtype=np.int8),
        observations=np.array([0, 0, 1, 1]),
    )
    arrays = []
    for engine in ("lockstep", "compiled"):
        env, agent = TabularVectorEnv(table, 2, max_episode_steps=15), QLearning(Boltzmann(1.0), step_size=0.5)
        arrays.append(rollout(env, agent, np.array([20, 60]), [0, 1], np.random.default_rng(0), engine=engine).arrays)
    for name in RECORDED:
        np.testing.assert_allclose(arrays[0][name], arrays[1][name], rtol=1e-10, atol=1e-12, err_msg=name)
