"""One-step learners against a dictionary and a loop; ends of episodes, masks and step sizes."""

import math
from collections import defaultdict

import gymnasium
import numpy as np
import pytest

import envs
from agents import (
    BackupLearning,
    BoltzmannExpectation,
    DoubleQ,
    DynamicBoltzmannQ,
    ExpectedSarsa,
    Maximum,
    MellowmaxQ,
    MellowmaxValue,
    PolicyExpectation,
    QLambda,
    QLambdaReplacing,
    QLearning,
    Sarsa,
    SarsaLambda,
    SarsaLambdaReplacing,
    SoftQ,
    SoftValue,
    SpeedyQ,
)
from boltzmann import (
    Boltzmann,
    EpsilonGreedy,
    Greedy,
    InverseTime,
    KLBoltzmann,
    Linear,
    Maillard,
    Transition,
    Uniform,
)
from tests.support.oracles import DISCOUNT, INITIAL, SAME, STEP, compare, named
from tests.support.streams import allowed_transitions, masked, prepared, random_transitions


def soft(values, temperature, step):
    return temperature * math.log(sum(math.exp(value / temperature) for value in values))


def boltzmann_mean(values, temperature):
    weights = [math.exp(value / temperature) for value in values]
    return sum(w * q for w, q in zip(weights, values, strict=True)) / sum(weights)


def epsilon_greedy_mean(values, epsilon):
    return (1 - epsilon) * max(values) + epsilon * sum(values) / len(values)


BACKUPS = [
    (QLearning(Uniform(), **SAME), lambda values, step: max(values)),
    (BackupLearning(Uniform(), Maximum(), **SAME), lambda values, step: max(values)),
    (SoftQ(Boltzmann(0.4), **SAME), lambda values, step: soft(values, 0.4, step)),
    (
        SoftQ(Uniform(), temperature=Linear(1.0, 0.1, 100), **SAME),
        lambda values, step: soft(values, max(1 - 0.009 * step, 0.1), step),
    ),
    (MellowmaxQ(Boltzmann(0.4), **SAME), lambda values, step: soft(values, 0.4, step) - 0.4 * math.log(len(values))),
    (
        BackupLearning(Uniform(), MellowmaxValue(0.4), **SAME),
        lambda values, step: soft(values, 0.4, step) - 0.4 * math.log(len(values)),
    ),
    (DynamicBoltzmannQ(Uniform(), **SAME), lambda values, step: boltzmann_mean(values, 1 / (1 + step))),
    (DynamicBoltzmannQ(Uniform(), temperature=0.4, **SAME), lambda values, step: boltzmann_mean(values, 0.4)),
    (
        ExpectedSarsa(EpsilonGreedy(Linear(1.0, 0.0, 100)), **SAME),
        lambda values, step: epsilon_greedy_mean(values, max(1 - step / 100, 0.0)),
    ),
    (ExpectedSarsa(Boltzmann(0.4), **SAME), lambda values, step: boltzmann_mean(values, 0.4)),
    (BackupLearning(Uniform(), BoltzmannExpectation(0.4), **SAME), lambda values, step: boltzmann_mean(values, 0.4)),
    (
        BackupLearning(Uniform(), PolicyExpectation(EpsilonGreedy(0.2)), **SAME),
        lambda values, step: epsilon_greedy_mean(values, 0.2),
    ),
    (BackupLearning(Uniform(), SoftValue(0.4), **SAME), lambda values, step: soft(values, 0.4, step)),
]


@pytest.mark.parametrize(("learner", "backup"), BACKUPS, ids=named)
def test_one_step_learners_follow_their_rule_in_each_replicate(learner, backup):
    agent, rng = prepared(learner), np.random.default_rng(6)
    mask = masked(agent, rng)
    oracle = defaultdict(lambda: INITIAL)
    for step, transition in enumerate(allowed_transitions(rng, mask, 120)):
        agent.update(Transition(*transition))
        for row, (s, a, r, s2, terminated, _truncated) in enumerate(zip(*transition, strict=True)):
            following = [oracle[row, s2, b] for b in range(3) if mask[row, s2, b]]
            value = 0.0 if terminated else backup(following, step)
            oracle[row, s, a] += STEP * (r + DISCOUNT * value - oracle[row, s, a])
    compare(agent, oracle)


ONE_STEP = [QLearning, Sarsa, ExpectedSarsa, DoubleQ, SpeedyQ, MellowmaxQ, SoftQ, SarsaLambda, QLambda]
ONE_STEP += [SarsaLambdaReplacing, QLambdaReplacing, DynamicBoltzmannQ]


@pytest.mark.parametrize("kind", ONE_STEP)
def test_termination_cuts_the_bootstrap_and_truncation_does_not(kind):
    # At T = 0 every backup is the maximum.
    parameters = {"temperature": 0.0} if kind in (SoftQ, MellowmaxQ, DynamicBoltzmannQ) else {}
    parameters |= {"round_length": 1} if kind is SpeedyQ else {}
    agent = prepared(kind(Greedy(), step_size=1.0, discount=0.5, initial_value=10.0, **parameters), num_envs=4)
    ends = np.array([False, True, False, True]), np.array([False, False, True, True])
    agent.update(Transition(np.zeros(4, int), np.zeros(4, int), np.ones(4), np.full(4, 2), *ends))
    estimates = agent.tables.min(axis=0) if kind is DoubleQ else agent.values
    np.testing.assert_array_equal(estimates[:, 0, 0], [6.0, 1.0, 6.0, 1.0])


@pytest.mark.parametrize("kind", [*ONE_STEP, QLearning])
def test_step_sizes_may_follow_the_visits(kind):
    # All transitions are terminal, so step sizes 1/n average the rewards under any backup. (Traces end with episodes.)
    parameters = {"temperature": 0.0} if kind in (SoftQ, MellowmaxQ, DynamicBoltzmannQ) else {}
    parameters |= {"round_length": 1} if kind is SpeedyQ else {}
    agent = prepared(kind(Uniform(), step_size=InverseTime(1.0, 1.0), **parameters), num_envs=2)
    ended, brought = np.ones(2, dtype=bool), []
    for states, _, rewards, reached, *_ in random_transitions(np.random.default_rng(15), 30, 2, 1, 3):
        agent.update(Transition(states, [1, 1], rewards, reached, ended, ~ended))
        brought.append(rewards)
    if kind is DoubleQ:
        assert (agent.values[:, 0, 1] != 0).all()  # each table has the half of the rewards, and steps of both
    else:
        np.testing.assert_allclose(agent.values[:, 0, 1], np.mean(brought, axis=0), rtol=1e-12)


def test_the_bootstrap_leaves_out_masked_actions():
    agent = prepared(QLearning(Uniform(), step_size=1.0, discount=1.0), num_envs=1)
    agent.values[0, 1] = [-5.0, -3.0, 0.0]
    agent.act([1], where=np.array([[True, True, False]]))
    nothing = np.zeros(1, dtype=bool)
    agent.update(Transition([0], [0], [-1.0], [1], nothing, nothing))
    assert agent.values[0, 0, 0] == -4.0


@pytest.mark.parametrize(
    ("learner", "expected"),
    [
        (MellowmaxQ(Uniform(), step_size=1.0, discount=1.0), 2.0),
        (MellowmaxQ(Boltzmann(1.0), step_size=1.0, discount=1.0), 2.433780830483),  # log mean exp
        (SoftQ(Boltzmann(1.0), step_size=1.0, discount=1.0), 3.126928011043),  # log sum exp
        (MellowmaxQ(KLBoltzmann((0.9, 0.1), 0.5), step_size=1.0, discount=1.0), 2.662501373679),
        (SoftQ(KLBoltzmann((0.9, 0.1), 0.5), step_size=1.0, discount=1.0), 3.009074963959),
    ],
    ids=repr,
)
def test_soft_backups_use_the_values_and_not_the_scores_of_the_policy(learner, expected):
    agent = prepared(learner, num_envs=1, states=2, actions=2)
    agent.values[:, 1] = [1.0, 3.0]
    agent.update(Transition([0], [0], [0.0], [1], terminated=[False], truncated=[False]))
    assert agent.values[0, 0, 0] == pytest.approx(expected, rel=1e-11)


@pytest.mark.parametrize(
    ("learner", "error", "message"),
    [
        (SoftQ(EpsilonGreedy(0.1)), TypeError, r"temperature must be given, since EpsilonGreedy\(0.1\) has none"),
        (SoftQ(Maillard(1.0)), TypeError, r"temperature must be given, since Maillard\(1.0\) has none"),
        (SoftQ(Uniform()), ValueError, "soft_value at the policy's temperature must be finite, got inf in row 0"),
        (SoftQ(Greedy(), temperature=lambda step: math.inf), ValueError, r"temperature must be in \[0, inf\)"),
        (QLearning(Greedy(), step_size=lambda count: count + 1.5), ValueError, r"step_size must be in \[0, 1\]"),
        (
            QLearning(Greedy(), step_size=lambda count: np.full(5, 0.1)),
            ValueError,
            r"step_size must be one number .*\(3, 5\)",
        ),
    ],
)
def test_a_refused_update_changes_nothing(learner, error, message):
    agent = prepared(learner)
    with pytest.raises(error, match=message):
        agent.update(Transition([0, 0, 0], [0, 0, 0], [1.0, 1.0, 1.0], [1, 1, 1], [False] * 3, [False] * 3))
    assert not agent.values.any()
    assert agent.step == agent.visits.sum() == 0


def test_q_learning_finds_the_optimal_values():
    # Deterministic FrozenLake, uniform behaviour, step size 1: asynchronous value iteration.
    env = envs.make("FrozenLake-v1", 200, is_slippery=False)
    agent = QLearning(Uniform(), step_size=1.0, discount=0.9)
    agent.reset(200, env.single_observation_space, env.single_action_space, np.random.default_rng(0))
    observations, _ = env.reset(seed=0)
    for _ in range(1500):
        actions = agent.act(observations).actions
        following, rewards, terminated, truncated, info = env.step(actions)
        reached = np.where(info["_final_obs"], info["final_obs"], following) if "final_obs" in info else following
        agent.update(Transition(observations, actions, rewards, reached, terminated, truncated))
        observations = following
    lake = gymnasium.make("FrozenLake-v1", is_slippery=False)
    V, Q = envs.optimal_values(envs.compile_table(lake), 0.9)
    reachable = [s for s, letter in enumerate(b"".join(lake.unwrapped.desc.ravel())) if letter in b"SF"]
    # Some replicate reaches every state, and no estimate exceeds the optimal value.
    np.testing.assert_allclose(agent.values.max(axis=0)[reachable], Q[reachable], rtol=1e-12)
    assert V[0] == pytest.approx(0.9**5, rel=1e-12)
    assert (agent.values <= Q * (1 + 1e-12)).all()
