"""What has no law is called between kernels: the same actions as in lockstep one by one, and the same records."""

import copy
import re
from dataclasses import astuple

import gymnasium
import numpy as np
import pytest

import agents
from boltzmann import (
    VDBE,
    BernoulliThompson,
    Boltzmann,
    Categorical,
    GaussianThompson,
    Greedy,
    KLBoltzmann,
    Linear,
    softmax,
)
from boltzmann.experiments import RECORDED, rollout
from boltzmann.experiments.errors import UnsupportedError
from tests.support.both_engines import ActionLog, made

pytest.importorskip("numba")
from boltzmann.experiments.engine.compiled import CutCell

ENDS = np.array([1, 60, 130])
GAUSSIAN, LAKE, TAXI, CART = "boltzmann/GaussianBandit-v0", "FrozenLake-v1", "Taxi-v4", "CartPole-v1"
GARNET = "boltzmann/Garnet-v0(noise=1,states=9,max_episode_steps=20)"
DRIFTING = "boltzmann/DriftingBandit-v0"
TD = {"step_size": 0.5, "discount": 0.9}
INEXACT = (agents.SoftQ, agents.SpeedyQ, agents.GradientBandit, agents.Exp3)
LAWFUL = Boltzmann(Linear(1.0, 0.1, 100))


def named(case):
    """The name of a case, without the addresses of objects, which differ between processes."""
    return re.sub(r" at 0x[0-9a-f]+", "", repr(case))


class Softmax:
    """A softmax of one's own, which draws as it likes and reads visits, the step and every value."""

    reads = frozenset({"visits"})

    def __call__(self, values, *, step=0, visits=None, where=None, variances=None):
        assert type(step) is int
        bonus = values + 0.1 / np.sqrt(visits + 1.0) + 0.01 * values.mean(axis=-1, keepdims=True)
        return Categorical(softmax(bonus, 0.1 + 1.0 / (step + 1), where=where))


class Spread(Softmax):
    """One that reads variances."""

    reads = frozenset({"variances"})

    def __call__(self, values, *, step=0, visits=None, where=None, variances=None):
        return Categorical(softmax(values + variances, 0.3, where=where))


class Both(Softmax):
    """One that reads both, as the learner tells them."""

    reads = frozenset({"visits", "variances"})

    def __call__(self, values, *, step=0, visits=None, where=None, variances=None):
        return Categorical(softmax(values + np.sqrt(variances / (visits + 1.0)), 0.3, where=where))


class Called(gymnasium.vector.VectorEnv):
    """An environment without a law; it gives its answers in the kinds of numbers that users give."""

    masks = True

    def __init__(self, env):
        self._env, self.metadata = env, env.metadata
        self.num_envs = env.num_envs
        self.single_observation_space, self.single_action_space = env.single_observation_space, env.single_action_space

    def _shown(self, info):
        if self.masks:
            return info
        last = {name: value for name, value in info.get("final_info", {}).items() if "action_mask" not in name}
        return {**{name: value for name, value in info.items() if "action_mask" not in name}, "final_info": last}

    def reset(self, **arguments):
        observations, info = self._env.reset(**arguments)
        return observations.astype(np.int32), self._shown(info)

    def step(self, actions):
        observations, rewards, terminated, truncated, info = self._env.step(actions)
        return observations, rewards.astype(np.float32), terminated, truncated, self._shown(info)


class MasksNowAndThen(Called):
    """One whose masks begin late, and are missing now and then."""

    steps = 0

    def step(self, actions):
        self.steps += 1
        self.masks = self.steps >= 5 and self.steps % 3 > 0
        return super().step(actions)


def assert_alike(env, agent, engine="cut", exact=True):
    """Compare the records, the actions of each step and the learner's arrays; ``env()`` makes the environment."""
    logs, learners, records = [ActionLog(env()), ActionLog(env())], [], []
    for log, chosen in zip(logs, ("lockstep", "auto"), strict=True):
        learners.append(copy.deepcopy(agent))
        # An environment with a law loses it where a log stands before it.
        played = log if chosen == "lockstep" or isinstance(log._env, Called) else log._env
        seeds = list(range(log.num_envs))
        records.append(rollout(played, learners[-1], ENDS, seeds, np.random.default_rng(1), engine=chosen))
    (slow, fast), (one, other) = records, learners
    assert (slow.engine, fast.engine) == ("lockstep", engine)
    if logs[1].actions:
        np.testing.assert_array_equal(logs[1].actions, logs[0].actions)
    assert one.step == other.step
    for name in ("values", "visits", "allowed", "epsilons", "tables", "traces"):
        pair = (getattr(learner, name, None) for learner in (other, one))
        # The last bit of an exponential differs.
        close = {"rtol": 0 if exact else 1e-10, "atol": 0 if exact else 1e-12}
        fast_array, slow_array = (np.zeros(0) if array is None else np.asarray(array, dtype=float) for array in pair)
        np.testing.assert_allclose(fast_array, slow_array, err_msg=name, **close)
    for name in RECORDED:
        np.testing.assert_allclose(fast.arrays[name], slow.arrays[name], rtol=1e-10, atol=1e-12, err_msg=name)


def some_slow(cases, *quick):
    return [pytest.param(*case, marks=() if case in quick else pytest.mark.slow, id=named(case)) for case in cases]


POLICY_CASES = [
    (agents.QLearning(Softmax(), **TD), TAXI),
    (agents.QLearning(Softmax(), **TD), LAKE),
    (agents.QLearning(Softmax(), **TD), CART),
    (agents.DoubleQ(Softmax(), **TD), GARNET),
    (agents.SpeedyQ(Softmax(), round_length=7, discount=0.9), TAXI),
    (agents.QLambda(Softmax(), **TD), TAXI),
    (agents.SoftQ(Softmax(), temperature=0.5, **TD), "Blackjack-v1"),
    (agents.SampleAverage(Softmax()), GAUSSIAN),
    (agents.SampleAverage(Spread()), DRIFTING),
    (agents.ConstantStep(Both()), DRIFTING),
    (agents.ConstantStep(Spread()), DRIFTING),
    (agents.QLearning(Both(), **TD), LAKE),
    (agents.SampleAverage(KLBoltzmann(GaussianThompson(1.0), 0.5)), GAUSSIAN),
]
"""Learners with a policy that has no law, in worlds of every kind."""

WORLD_CASES = [
    (agents.QLearning(LAWFUL, **TD), TAXI),
    (agents.Sarsa(LAWFUL, **TD), TAXI),
    (agents.DoubleQ(LAWFUL, **TD), LAKE),
    (agents.SarsaLambda(LAWFUL, **TD), GARNET),
    (agents.SpeedyQ(VDBE(1.0), round_length=7, discount=0.9), TAXI),
    (agents.GradientBandit(step_size=0.4), TAXI),
    (agents.Exp3(exploration=0.3, lowest_reward=-30.0, highest_reward=30.0), GAUSSIAN),
    (agents.SampleAverage(LAWFUL), GAUSSIAN),
]
"""Learners and policies with laws, in environments without one."""


@pytest.mark.parametrize(("agent", "world"), some_slow(POLICY_CASES, POLICY_CASES[0], POLICY_CASES[8]))
def test_a_policy_without_a_law_acts_alike(agent, world):
    for rows in (1, 65):
        assert_alike(lambda rows=rows: made(world, rows), agent, exact=not isinstance(agent, INEXACT))


@pytest.mark.parametrize(("agent", "world"), some_slow(WORLD_CASES, WORLD_CASES[1], WORLD_CASES[5]))
def test_an_environment_without_a_law_is_answered_alike(agent, world):
    for rows in (1, 65):
        assert_alike(lambda rows=rows: Called(made(world, rows)), agent, exact=not isinstance(agent, INEXACT))


@pytest.mark.slow
@pytest.mark.parametrize("agent", [agent for agent, world in WORLD_CASES[:7]], ids=named)
def test_masks_may_begin_late_and_be_missing(agent):
    for rows in (1, 65):
        assert_alike(lambda rows=rows: MasksNowAndThen(made(TAXI, rows)), agent, exact=not isinstance(agent, INEXACT))


@pytest.mark.parametrize("kind", [Called, MasksNowAndThen])
def test_neither_policy_nor_environment_needs_a_law(kind):
    for rows in (1, 65):
        assert_alike(lambda rows=rows: kind(made(TAXI, rows)), agents.DoubleQ(Softmax(), **TD))


class NoLaw:
    """A learner without a law, which keeps all that it is told and the actions that it takes."""

    def __init__(self, agent):
        self.agent, self.told = agent, []

    def __repr__(self):
        return repr(self.agent)

    def reset(self, *spaces):
        self.agent.reset(*spaces)

    def act(self, observations, where=None):
        decision = self.agent.act(observations, where=where)
        self.told.append((observations, where, decision.actions))
        return decision

    def update(self, transition):
        self.told.append(astuple(transition))
        self.agent.update(transition)


LEARNER_CASES = [
    (agents.QLearning(Softmax(), **TD), TAXI),
    (agents.QLearning(LAWFUL, **TD), "Taxi-v4(max_episode_steps=3)"),
    (agents.Sarsa(LAWFUL, **TD), LAKE),
    (agents.DoubleQ(LAWFUL, **TD), GARNET),
    (agents.QLambda(VDBE(1.0), **TD), "boltzmann/RiverSwim-v0(max_episode_steps=20)"),
    (agents.QLearning(LAWFUL, **TD), CART),
    (agents.SoftQ(LAWFUL, temperature=0.5, **TD), "Acrobot-v1"),
    (agents.QLearning(LAWFUL, **TD), "Blackjack-v1"),
    (agents.SampleAverage(BernoulliThompson()), "boltzmann/BernoulliBandit-v0"),
    (agents.GradientBandit(), GAUSSIAN),
    (agents.ConstantStep(Both()), DRIFTING),
    (agents.SampleAverage(LAWFUL), "boltzmann/AdversarialBandit-v0"),
]
"""Learners that are called, in worlds of every kind."""


def same(one, other):
    return np.array_equal(one, other) and getattr(one, "dtype", None) == getattr(other, "dtype", None)


@pytest.mark.parametrize(("agent", "world"), some_slow(LEARNER_CASES, LEARNER_CASES[1], LEARNER_CASES[5]))
def test_a_learner_without_a_law_is_told_the_same_and_acts_alike(agent, world):
    for rows in (1, 65):
        learners, records, states = [], [], []
        for engine in ("lockstep", "auto"):
            env, learner, rng = made(world, rows), NoLaw(copy.deepcopy(agent)), np.random.default_rng(1)
            records.append(rollout(env, learner, ENDS, list(range(rows)), rng, engine=engine))
            learners.append(learner)
            # The environment goes on from the same state, with the same random numbers.
            states.append(env.step(np.zeros(rows, dtype=int)))
        slow, fast = records
        assert (slow.engine, fast.engine) == ("lockstep", "cut")
        for expected, told in zip(*(learner.told for learner in learners), strict=True):
            assert all(same(*pair) for pair in zip(expected, told, strict=True)), (expected, told)
        for one, other in zip(states[0][:4], states[1][:4], strict=True):
            np.testing.assert_array_equal(one, other)
        for name in RECORDED:
            close = {"rtol": 1e-12, "atol": 1e-12, "err_msg": name}
            np.testing.assert_allclose(fast.arrays[name], slow.arrays[name], **close)


def test_a_learner_without_a_law_in_an_environment_without_one_runs_in_lockstep():
    rng = np.random.default_rng(0)
    learner = NoLaw(agents.QLearning(Greedy()))
    assert rollout(Called(made(LAKE, 2)), learner, ENDS, [0, 1], rng).engine == "lockstep"


@pytest.mark.parametrize("actions", [np.array([0, 4]), np.array([-1, 0]), np.array([0.0, 1.0]), np.array([0])])
def test_a_wrong_action_of_a_learner_has_the_same_error_on_both_engines(actions):
    class Wrong(NoLaw):
        def act(self, observations, where=None):
            return agents.Decision(actions, Categorical([0.5, 0.5]), np.zeros((2, 4)))

    errors = []
    for engine in ("lockstep", "auto"):
        with pytest.raises(ValueError, match="actions must be") as caught:
            rollout(
                made(LAKE, 2), Wrong(agents.QLearning(Greedy())), ENDS, [0, 1], np.random.default_rng(0), engine=engine
            )
        errors.append(str(caught.value))
    assert errors[0] == errors[1]


def test_every_step_of_a_called_learner_is_told():
    told, rng = [], np.random.default_rng(0)
    learner = NoLaw(agents.QLearning(Greedy()))
    rollout(made(LAKE, 2), learner, np.array([2, 5]), [0, 1], rng, on_step=told.append)
    assert told == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("learner", [agents.Sarsa, agents.ExpectedSarsa])
def test_a_learner_that_asks_its_policy_while_it_learns_is_called(learner):
    assert_alike(lambda: made(LAKE, 3), learner(Softmax()))


class HalfRates(VDBE):
    """Its own law of exploration rates does not count, since it replaces the method."""

    def next_epsilons(self, epsilons, changes, actions_allowed):
        return super().next_epsilons(epsilons, changes, actions_allowed) / 2


def test_a_learner_whose_policy_has_rates_without_a_law_is_called():
    assert_alike(lambda: made(LAKE, 3), agents.QLearning(HalfRates(1.0)))


def test_the_whole_cell_is_required_of_the_compiled_engine():
    for env, policy, message in [
        (made(LAKE, 2), Softmax(), "no compiled form of Softmax"),
        (Called(made(LAKE, 2)), Greedy(), "no compiled form of Called"),
    ]:
        with pytest.raises(UnsupportedError, match=message):
            rollout(env, agents.QLearning(policy), ENDS, [0, 1], np.random.default_rng(0), engine="compiled")


class Wrong(Called):
    """An environment that answers at the third step with something else."""

    def __init__(self, place, value):
        super().__init__(made(LAKE, 2))
        self.place, self.value, self.steps = place, value, 0

    def step(self, actions):
        self.steps += 1
        answer = list(super().step(actions))
        if self.steps == 3:
            answer[self.place] = self.value
        return tuple(answer)


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (0, np.array([0, 16]), r"next_observations must be in \[0, 16\), got 16 in row 1"),
        (0, np.array([-1, 2]), r"observations must be in \[0, 16\), got -1 in row 0"),
        (0, np.array([0.0, 1.0]), r"next_observations must be integers of shape \(2,\), got float64"),
        (1, np.zeros(3), r"rewards must be numbers of shape \(2,\), got float64 of shape \(3,\)"),
        (1, np.array([0.0, np.nan]), "rewards must be finite, got .*nan in row 1"),
        (2, np.array([0, 1]), r"terminated must be booleans of shape \(2,\), got int64"),
    ],
)
@pytest.mark.parametrize("engine", ["lockstep", "auto"])
def test_a_wrong_answer_is_named_and_nothing_is_written_beyond_a_table(place, value, message, engine):
    with pytest.raises(ValueError, match=message):
        rollout(Wrong(place, value), agents.QLearning(Greedy()), ENDS, [0, 1], np.random.default_rng(0), engine=engine)


class Beyond(Softmax):
    """A policy whose distribution draws an action that does not exist."""

    def __init__(self, actions):
        self.actions = actions

    def __call__(self, values, **inputs):
        outer = self

        class Drawing(Categorical):
            def sample(self, rng, shape=()):
                return outer.actions

        return Drawing(np.full(values.shape, 1 / values.shape[-1]))


@pytest.mark.parametrize("actions", [np.array([0, 4]), np.array([-1, 0])])
def test_an_action_that_does_not_exist_is_refused(actions):
    with pytest.raises(ValueError, match=r"actions must be in \[0, 4\), got (4 in row 1|-1 in row 0)"):
        rollout(made(LAKE, 2), agents.QLearning(Beyond(actions)), ENDS, [0, 1], np.random.default_rng(0))


def test_every_step_is_told():
    told = []
    rollout(
        Called(made(LAKE, 2)),
        agents.QLearning(Greedy()),
        np.array([2, 5]),
        [0, 1],
        np.random.default_rng(0),
        on_step=told.append,
    )
    assert told == [1, 2, 3, 4, 5]


def test_a_cut_that_tells_a_policy_something_else_is_caught(monkeypatch):
    decide = CutCell._decide
    monkeypatch.setattr(CutCell, "_decide", lambda self, step: decide(self, step + 1))
    with pytest.raises(AssertionError):
        assert_alike(lambda: made(LAKE, 65), agents.QLearning(Softmax()))
