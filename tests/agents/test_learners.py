"""One contract for all learners, and an independent oracle for each."""

import copy
import math
from collections import defaultdict

import gymnasium
import numpy as np
import pytest
from gymnasium.spaces import Box, Discrete

import envs
from agents import QLearning, SampleAverage
from boltzmann import Boltzmann, EpsilonGreedy, Greedy, Linear, Uniform
from boltzmann.notation import check_expressible, parse
from scripts.names import NAMES

LEARNERS = [
    SampleAverage(Boltzmann(0.5)),
    SampleAverage(EpsilonGreedy(0.1)),
    QLearning(Boltzmann(Linear(1.0, 0.01, 50)), step_size=0.5),
    QLearning(Greedy(), discount=0.0, initial_value=2.0),
]
every_learner = pytest.mark.parametrize("learner", LEARNERS, ids=repr)


def prepared(learner, num_envs=3, states=4, actions=3, seed=0):
    agent = copy.deepcopy(learner)
    agent.reset(num_envs, Discrete(states), Discrete(actions), np.random.default_rng(seed))
    return agent


def random_transitions(rng, count, num_envs, states, actions):
    for _ in range(count):
        yield (
            rng.integers(states, size=num_envs),
            rng.integers(actions, size=num_envs),
            rng.normal(size=num_envs),
            rng.integers(states, size=num_envs),
            rng.random(num_envs) < 0.3,
            rng.random(num_envs) < 0.3,
        )


@every_learner
def test_a_learner_prints_reads_back_and_compares_by_its_parameters(learner):
    agent = prepared(learner)
    assert agent == learner
    assert repr(agent) == repr(learner)
    assert parse(repr(learner), NAMES) == learner
    check_expressible("learner", agent)


@every_learner
def test_reset_makes_float_values_and_forgets(learner):
    agent = prepared(learner)
    for transition in random_transitions(np.random.default_rng(1), 20, 3, 4, 3):
        agent.update(*transition)
    assert agent.step == 20
    assert agent.visits.sum() == 60
    fresh = prepared(learner)
    agent.reset(3, Discrete(4), Discrete(3), np.random.default_rng(0))
    assert agent.values.dtype == np.float64
    assert agent.values.shape == agent.visits.shape == (3, 4, 3)
    np.testing.assert_array_equal(agent.values, fresh.values)
    assert agent.step == agent.visits.sum() == 0


@every_learner
def test_acting_learns_nothing_and_respects_the_mask(learner):
    agent = prepared(learner, num_envs=1000)
    agent.values[:] = np.random.default_rng(3).normal(size=agent.values.shape)
    values = agent.values.copy()
    where = np.random.default_rng(4).random((1000, 3)) < 0.5
    where[:, 1] = True
    observations = np.arange(1000) % 4
    decision = agent.act(observations, where=where)
    assert decision.actions.shape == (1000,)
    assert where[np.arange(1000), decision.actions].all()
    np.testing.assert_allclose(decision.distribution.probs.sum(axis=-1), 1)
    np.testing.assert_array_equal(agent.values, values)
    assert agent.step == 0


@every_learner
def test_replicates_learn_on_their_own(learner):
    together = prepared(learner, num_envs=5)
    alone = [prepared(learner, num_envs=1) for _ in range(5)]
    for transition in random_transitions(np.random.default_rng(2), 60, 5, 4, 3):
        together.update(*transition)
        for row, agent in enumerate(alone):
            agent.update(*(part[row : row + 1] for part in transition))
    np.testing.assert_array_equal(together.values, np.concatenate([agent.values for agent in alone]))


@every_learner
def test_what_cannot_be_learnt_is_refused(learner):
    agent, rng = copy.deepcopy(learner), np.random.default_rng(0)
    with pytest.raises(TypeError, match="observation_space must be Discrete"):
        agent.reset(1, Box(0, 1), Discrete(2), rng)
    with pytest.raises(TypeError, match="action_space must be Discrete"):
        agent.reset(1, Discrete(2), Box(0, 1), rng)
    with pytest.raises(ValueError, match="observation_space must start at 0"):
        agent.reset(1, Discrete(2, start=1), Discrete(2), rng)
    with pytest.raises(TypeError, match="rng must be"):
        agent.reset(1, Discrete(2), Discrete(2), 0)


def test_sample_averages_are_the_means_of_the_rewards():
    agent, brought = prepared(LEARNERS[0]), defaultdict(list)
    for states, actions, rewards, *rest in random_transitions(np.random.default_rng(5), 400, 3, 4, 3):
        agent.update(states, actions, rewards, *rest)
        for place in zip(range(3), states, actions, rewards, strict=True):
            brought[tuple(int(i) for i in place[:3])].append(place[3])
    assert len(brought) == 36
    for place, rewards in brought.items():
        assert agent.values[place] == pytest.approx(math.fsum(rewards) / len(rewards), rel=1e-12)
        assert agent.visits[place] == len(rewards)


def test_q_learning_is_the_textbook_rule_one_replicate_at_a_time():
    # The oracle is a dictionary and a loop, written from equation 6.8.
    agent = prepared(QLearning(Uniform(), step_size=0.3, discount=0.9, initial_value=1.5))
    oracle = defaultdict(lambda: 1.5)
    for transition in random_transitions(np.random.default_rng(6), 300, 3, 4, 3):
        agent.update(*transition)
        for row, (s, a, r, s2, terminated, _truncated) in enumerate(zip(*transition, strict=True)):
            best = 0.0 if terminated else max(oracle[row, s2, b] for b in range(3))
            oracle[row, s, a] += 0.3 * (r + 0.9 * best - oracle[row, s, a])
    for place, value in oracle.items():
        assert agent.values[tuple(int(i) for i in place)] == pytest.approx(value, rel=1e-12)


def test_termination_cuts_the_bootstrap_and_truncation_does_not():
    agent = prepared(QLearning(Greedy(), step_size=1.0, discount=0.5), num_envs=4)
    agent.values[:, 2] = 10.0
    ends = np.array([False, True, False, True]), np.array([False, False, True, True])
    agent.update(np.zeros(4, int), np.zeros(4, int), np.ones(4), np.full(4, 2), *ends)
    np.testing.assert_array_equal(agent.values[:, 0, 0], [6.0, 1.0, 6.0, 1.0])


def test_the_bootstrap_leaves_out_what_a_mask_forbids():
    agent = prepared(QLearning(Uniform(), step_size=1.0, discount=1.0), num_envs=1)
    agent.values[0, 1] = [-5.0, -3.0, 0.0]
    agent.act([1], where=np.array([[True, True, False]]))
    nothing = np.zeros(1, dtype=bool)
    agent.update([0], [0], [-1.0], [1], nothing, nothing)
    assert agent.values[0, 0, 0] == -4.0


def test_q_learning_finds_the_optimal_values():
    # Deterministic FrozenLake, uniform behaviour, step size 1: asynchronous value iteration.
    env = envs.make("FrozenLake-v1", 50, is_slippery=False)
    agent = QLearning(Uniform(), step_size=1.0, discount=0.9)
    agent.reset(50, env.single_observation_space, env.single_action_space, np.random.default_rng(0))
    observations, _ = env.reset(seed=0)
    for _ in range(5000):
        actions = agent.act(observations).actions
        following, rewards, terminated, truncated, info = env.step(actions)
        reached = np.where(info["_final_obs"], info["final_obs"], following) if "final_obs" in info else following
        agent.update(observations, actions, rewards, reached, terminated, truncated)
        observations = following
    one = gymnasium.make("FrozenLake-v1", is_slippery=False)
    V, Q = envs.optimal_values(envs.compile_table(one), 0.9)
    reachable = [s for s, letter in enumerate(b"".join(one.unwrapped.desc.ravel())) if letter in b"SF"]
    # Every state is reached by some replicate, and none learns more than there is.
    np.testing.assert_allclose(agent.values.max(axis=0)[reachable], Q[reachable], rtol=1e-12)
    assert V[0] == pytest.approx(0.9**5, rel=1e-12)
    assert (agent.values <= Q * (1 + 1e-12)).all()


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: QLearning(Greedy(), step_size=0.0), ValueError, r"step_size must be in \(0, 1\], got 0.0"),
        (lambda: QLearning(Greedy(), step_size=1.5), ValueError, "step_size must be"),
        (lambda: QLearning(Greedy(), discount=1.1), ValueError, r"discount must be in \[0, 1\], got 1.1"),
        (lambda: QLearning(Greedy(), initial_value=math.inf), ValueError, "initial_value must be in"),
        (lambda: QLearning(Greedy(), step_size=True), TypeError, "step_size must be a number"),
        (lambda: QLearning(Greedy(), step_size="a"), TypeError, "step_size must be a number"),
        (lambda: QLearning(0.1), TypeError, "policy must be a policy"),
        (lambda: SampleAverage("Greedy"), TypeError, "policy must be a policy"),
    ],
)
def test_wrong_parameters_are_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()


@every_learner
def test_bad_transitions_are_named_and_change_nothing(learner):
    agent = prepared(learner, num_envs=2, states=3, actions=2)
    nothing = np.zeros(2, dtype=bool)
    before = agent.values.copy(), agent.visits.copy()
    good = {"observations": [0, 1], "actions": [0, 1], "rewards": [1.0, 2.0], "next_observations": [1, 2]}
    for name, wrong, message in [
        ("observations", [0, -1], r"observations must be in \[0, 3\), got -1 in row 1"),
        ("observations", [0, 3], "got 3 in row 1"),
        ("observations", [0], "observations must be integers of shape"),
        ("actions", [0, 2], r"actions must be in \[0, 2\), got 2 in row 1"),
        ("actions", [True, False], "actions must be integers"),
        ("rewards", [1.0, math.nan], "rewards must be finite"),
        ("rewards", [1.0], "rewards must be finite numbers of shape"),
    ]:
        with pytest.raises(ValueError, match=message):
            agent.update(**{**good, name: wrong}, terminated=nothing, truncated=nothing)
    with pytest.raises(ValueError, match="observations must be in"):
        agent.act([0, 3])
    with pytest.raises(ValueError, match="at least one action must be allowed"):
        agent.act([0, 1], where=np.array([[True, True], [False, False]]))
    assert agent.allowed is None
    np.testing.assert_array_equal(agent.values, before[0])
    np.testing.assert_array_equal(agent.visits, before[1])
    assert agent.step == 0
    with pytest.raises(ValueError, match="num_envs must be at least 1"):
        prepared(learner, num_envs=0)


def test_a_bad_next_state_changes_nothing():
    agent = prepared(QLearning(Greedy()), num_envs=1)
    with pytest.raises(ValueError, match=r"next_observations must be in \[0, 4\), got 9 in row 0"):
        agent.update([0], [0], [1.0], [9], [False], [False])
    assert agent.step == agent.visits.sum() == 0
