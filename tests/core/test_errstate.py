"""Results do not depend on the caller's np.errstate: policies, thermostats, schedules, learners and both engines."""

import copy

import numpy as np
import pytest

import agents
import boltzmann
import envs
from agents.planning import finite_horizon
from boltzmann import Boltzmann, Categorical, Gibbs
from boltzmann.experiments import RECORDED, rollout
from tests.support.lists import BACKUPS, LEARNERS, POLICIES, SCHEDULES, THERMOSTATS
from tests.support.oracles import named

ROWS = np.array([[0.0, 1.0, -1000.0, 0.5], [0.3, 0.3, 0.2, 0.9], [1e-310, 0.0, 5e-324, -1e-308]])
WIDE = np.array([[1.7e308, -1.7e308, 0.0, 1.0]])
VISITS = np.array([3, 10**9, 1, 7])
QUANTITIES = ("probs", "log_probs", "entropy")


def raising_and_not(compute):
    """Compute under NumPy's defaults and with every flag raising."""
    usual = compute()
    with np.errstate(all="raise"):
        raising = compute()
    return usual, raising


def assert_same(compute):
    usual, raising = raising_and_not(compute)
    for one, other in zip(usual, raising, strict=True):
        np.testing.assert_array_equal(one, other)


def test_flags_do_raise_here():
    with np.errstate(all="raise"), pytest.raises(FloatingPointError):
        np.exp(np.array(-1000.0))


@pytest.mark.parametrize("first", ["probs", "weights"])
def test_one_row_whose_probability_underflows(first):
    def compute():
        gibbs = Gibbs([0.0, -744.4, 0.0])
        drawn = gibbs.sample(np.random.default_rng(0)) if first == "weights" else 0
        return [drawn, gibbs.probs, gibbs.log_probs, boltzmann.softmax([0.0, -744.4, 0.0])]

    assert_same(compute)


@pytest.mark.parametrize("policy", POLICIES, ids=named)
@pytest.mark.parametrize("values", [ROWS, ROWS[0], ROWS.astype(np.float32), np.tile(ROWS, (70, 1))], ids=np.shape)
def test_policies(policy, values):
    if "BernoulliThompson" in repr(policy):
        values = np.clip(values, 0, 1)

    def compute():
        inputs = {"visits": VISITS, "variances": np.full(4, 0.1), "where": [True, True, True, False]}
        distribution = policy(values, step=3, **inputs)
        drawn = distribution.sample(np.random.default_rng(0), (2,))
        return [*(getattr(distribution, name) for name in QUANTITIES), drawn, distribution.log_prob(drawn)]

    assert_same(compute)


@pytest.mark.parametrize("thermostat", THERMOSTATS, ids=named)
def test_thermostats(thermostat):
    for values in (ROWS, WIDE):
        assert_same(lambda values=values: [thermostat(values, step=3, visits=VISITS)])


@pytest.mark.parametrize("schedule", SCHEDULES, ids=named)
def test_schedules(schedule):
    steps = np.array([0, 1, 5, 999, 10**6, 2**62])
    assert_same(lambda: [schedule(steps), *(schedule(int(step)) for step in steps)])


def test_what_follows_from_probabilities():
    def compute():
        gibbs, other = Gibbs(ROWS, 0.7), Gibbs(ROWS[::-1].copy(), 1e-3)
        probs = np.array([1.0, 1e-320, 0.0])
        small = Categorical(probs)
        return [
            gibbs.kl_divergence(other),
            other.kl_divergence(gibbs),
            other.jacobian(),
            other.temperature_derivative(),
            gibbs.cross_entropy(np.full(4, 5e-324)),
            other.top_k(2),
            Gibbs.from_beta(ROWS, [-1e308, 5e-324, 1e300]).probs,
            boltzmann.softmax(ROWS, 1e-300, axis=0),
            boltzmann.cross_entropy(ROWS, [0, 1, 2], 1e-3),
            small.entropy,
            small.log_probs,
            boltzmann.sample_categorical(np.random.default_rng(0), np.array([5e-324, 1e-310]), (3,)),
            boltzmann.next_epsilons([0.5], [1e-320], [1e-300], 1e10),
        ]

    assert_same(compute)


def played(learner, engine, env):
    agent = copy.deepcopy(learner)
    record = rollout(env, agent, np.array([10, 40]), [0, 1, 2], np.random.default_rng(0), engine=engine)
    return [agent.values, *(record.arrays[name] for name in RECORDED)]


@pytest.mark.parametrize("engine", ["lockstep", pytest.param("auto", marks=pytest.mark.slow)])
@pytest.mark.parametrize("learner", LEARNERS, ids=named)
def test_learners(learner, engine):
    name = "boltzmann/GaussianBandit-v0" if type(learner).__module__.startswith("agents.bandits") else "FrozenLake-v1"
    assert_same(lambda: played(learner, engine, envs.make(name, 3)))


def tiny(learner):
    table = envs.Table(
        probs=np.ones((2, 2, 1)),
        next_states=np.array([[[0], [1]], [[1], [0]]]),
        rewards=np.array([[[0.0], [1e-320]], [[0.0], [3e-310]]]),
        terminated=np.zeros((2, 2, 1), dtype=bool),
        initial=np.array([0.5, 0.5]),
    )
    return table, lambda engine: played(learner, engine, envs.TabularVectorEnv(table, 3))


@pytest.mark.parametrize("engine", ["lockstep", "compiled"])
def test_engines_with_rewards_that_underflow(engine):
    if engine == "compiled":
        pytest.importorskip("numba")
    _, play = tiny(agents.SoftQ(Boltzmann(1e-3), step_size=0.3))
    assert_same(lambda: play(engine))


def test_an_agent_alone():
    agent = agents.QLearning(Boltzmann(1e-3), step_size=0.3)
    table, _ = tiny(agent)
    env = envs.TabularVectorEnv(table, 2)
    with np.errstate(all="raise"):
        agent.reset(2, env.single_observation_space, env.single_action_space, np.random.default_rng(0))
        observations, _ = env.reset(seed=0)
        for _ in range(5):
            decision = agent.act(observations)
            assert np.isfinite(decision.entropy).all()
            reached, rewards, terminated, truncated, _ = env.step(decision.actions)
            agent.update(boltzmann.Transition(observations, decision.actions, rewards, reached, terminated, truncated))
            observations = reached


@pytest.mark.parametrize("backup", BACKUPS, ids=named)
def test_planning(backup):
    table, _ = tiny(None)
    assert_same(lambda: [finite_horizon(table, backup, 30, discount=0.3)])
