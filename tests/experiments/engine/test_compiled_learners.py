"""Every learner on both engines, in a bandit and in a table: the same actions one by one, and the same tables."""

import copy
import inspect
from dataclasses import replace

import numpy as np
import pytest

import agents
from boltzmann import VDBE, Boltzmann, Constant, Greedy, InverseTime, Linear, Sparsemax, StandardError, UCB1Tuned
from boltzmann.experiments import rollout
from boltzmann.laws import PolicyLaw, greedy_weight, own_law
from boltzmann.policies import inputs_read_by
from tests.support.both_engines import STEPS, assert_the_same, by_both, made
from tests.support.lists import BACKUPS

pytest.importorskip("numba")
from boltzmann.experiments.engine.compiled import CompiledCell

WITHOUT_A_LAW = {agents.FrontierQ}
"""Learners that only lockstep runs."""

GAUSSIAN, BERNOULLI = "boltzmann/GaussianBandit-v0", "boltzmann/BernoulliBandit-v0"
TAXI, FROZEN, BLACKJACK = "Taxi-v4", "FrozenLake-v1", "Blackjack-v1"
SWIM = "boltzmann/RiverSwim-v0(max_episode_steps=20)"
GARNET = "boltzmann/Garnet-v0(noise=1,states=9,max_episode_steps=20)"
WIDE = {"lowest_reward": -30.0, "highest_reward": 30.0}
POLICY = Boltzmann(Linear(1.0, 0.1, 100))
TD = {"step_size": 0.5, "discount": 0.9}
CASES = [
    (agents.SampleAverage(POLICY, initial_value=1.0), GAUSSIAN, GARNET),
    (agents.SampleAverageWithInitial(POLICY, initial_value=1.0), BERNOULLI, SWIM),
    (agents.ConstantStep(POLICY, step_size=0.3), GAUSSIAN, TAXI),
    (agents.ScheduledStep(POLICY, step_size=lambda counts: 1 / (counts + 1.0)), BERNOULLI, FROZEN),
    (agents.ReinforcementComparison(step_size=0.2, initial_reference=1.0), GAUSSIAN, TAXI),
    (agents.QLearning(POLICY, step_size=lambda counts: 0.5 / (counts + 1), discount=0.9), GAUSSIAN, TAXI),
    (agents.Sarsa(POLICY, **TD), BERNOULLI, GARNET),
    (agents.DoubleQ(POLICY, **TD, initial_value=0.1), GAUSSIAN, TAXI),
    (agents.DoubleQ(POLICY, step_size=InverseTime(1.0, 0.5), discount=0.9), BERNOULLI, GARNET),
    (agents.SpeedyQ(POLICY, round_length=7, discount=0.9), GAUSSIAN, TAXI),
    (agents.SpeedyQ(Greedy(), step_size=Constant(0.5), round_length=1, discount=0.9), BERNOULLI, SWIM),
    (agents.SarsaLambda(POLICY, **TD), BERNOULLI, TAXI),
    (agents.SarsaLambdaReplacing(POLICY, **TD, trace_decay=0.5), GAUSSIAN, SWIM),
    (agents.QLambda(POLICY, **TD, trace_decay=1.0), GAUSSIAN, GARNET),
    (agents.QLambdaReplacing(POLICY, step_size=InverseTime(1.0, 0.5), discount=0.9), BERNOULLI, TAXI),
    (agents.BackupLearning(POLICY, agents.Maximum(), **TD), GAUSSIAN, BLACKJACK),
]
"""Learners with a bandit and a table, in which both engines do the same operations in the same order."""

CLOSE = [
    (agents.GradientBandit(step_size=0.4), GAUSSIAN, TAXI),
    (agents.GradientBanditIncludingCurrent(), BERNOULLI, GARNET),
    (agents.GradientBanditWithoutBaseline(), BERNOULLI, SWIM),
    (agents.Exp3(exploration=0.3, **WIDE), GAUSSIAN, TAXI),
    (agents.Exp3IX(**WIDE), GAUSSIAN, GARNET),
    (agents.Exp3IX(step_size=Linear(0.5, 0.1, 50), **WIDE), BERNOULLI, TAXI),
    (agents.TsallisINF(**WIDE), GAUSSIAN, TAXI),
    (agents.TsallisINF(step_size=0.5, **WIDE), BERNOULLI, GARNET),
    (agents.ExpectedSarsa(POLICY, **TD), BERNOULLI, TAXI),
    (agents.SoftQ(POLICY, temperature=0.5, **TD), GAUSSIAN, GARNET),
    (agents.MellowmaxQ(POLICY, **TD), BERNOULLI, SWIM),
    (agents.DynamicBoltzmannQ(POLICY, **TD), GAUSSIAN, TAXI),
    (agents.BackupLearning(POLICY, agents.PolicyExpectation(Boltzmann(0.2)), **TD), BERNOULLI, TAXI),
]
"""Learners with exponentials, or with sums that the engines take in different orders."""


class Counting:
    """A greedy policy that reads visits."""

    reads = frozenset({"visits"})

    def __call__(self, values, *, step=0, visits=None, where=None, variances=None):
        assert visits is not None
        return Greedy()(values, where=where)

    law = PolicyLaw(greedy_weight, inputs=reads)


READING = [
    (agents.QLearning(VDBE(1.0), **TD), GAUSSIAN, TAXI),
    (agents.DoubleQ(VDBE(0.5, initial_epsilon=0.3), **TD), BERNOULLI, SWIM),
    (agents.Sarsa(VDBE(1.0), **TD), GAUSSIAN, TAXI),
    (agents.SpeedyQ(VDBE(1.0, weight=0.3), round_length=7, discount=0.9), GAUSSIAN, TAXI),
    (agents.SarsaLambda(VDBE(1.0), **TD), BERNOULLI, GARNET),
    (agents.ScheduledStep(VDBE(1.0)), GAUSSIAN, FROZEN),
    (agents.ConstantStep(UCB1Tuned()), GAUSSIAN, TAXI),
    # Rewards of 0 and 1 give two arms the same index but for rounding, so the last bit of a logarithm would choose.
    (agents.SampleAverage(UCB1Tuned()), GAUSSIAN, GARNET),
    (agents.ConstantStep(StandardError(), step_size=0.2), GAUSSIAN, GARNET),
    (agents.QLearning(StandardError(), **TD), GAUSSIAN, TAXI),
    (agents.Sarsa(StandardError(), **TD), BERNOULLI, SWIM),
    (agents.DoubleQ(StandardError(), **TD), GAUSSIAN, TAXI),
    (agents.SpeedyQ(StandardError(), round_length=7, discount=0.9), GAUSSIAN, TAXI),
    (agents.QLambda(StandardError(), **TD), BERNOULLI, GARNET),
]
"""Learners with policies that read exploration rates or variances."""


QUICK = (agents.DoubleQ, agents.SpeedyQ, agents.QLambda, agents.GradientBandit, agents.Exp3, agents.TsallisINF)
"""One learner of each kind: second tables, rounds, traces, whole rows, probabilities, and a root."""


def quick_first(cases):
    """Mark all cases as slow but the first of some learners."""
    kinds = [type(case[0]) for case in cases]
    quick = [kind in QUICK and kind not in kinds[:index] for index, kind in enumerate(kinds)]
    marks = [[] if first else [pytest.mark.slow] for first in quick]
    return [pytest.param(case, marks=mark, id=named(case)) for case, mark in zip(cases, marks, strict=True)]


def named(case):
    return repr(case).partition(" at 0x")[0].removeprefix("(")


def arrays_of(agent):
    law = own_law(agent)
    traces = {} if law.traces is None else {"traces": law.traces.table}
    return {**law.tables, **law.states, **traces}


def assert_alike(world, agent, rows, exact):
    """Compare the engines' records, the actions of each step, and all arrays of the learner."""
    assert_the_same(world, agent, rows, exact)
    lockstep_agent, _, _, _, actions = by_both(world, agent, rows)
    env, compiled_agent = made(world, rows), copy.deepcopy(agent)
    compiled_agent.reset(rows, env.single_observation_space, env.single_action_space, np.random.default_rng(1))
    env.reset(seed=list(range(rows)))
    cell, before = CompiledCell(env, compiled_agent, STEPS), compiled_agent.visits.copy()
    for expected in actions:
        list(cell.windows([1]))
        np.testing.assert_array_equal(np.nonzero(compiled_agent.visits - before)[2], expected)
        before = compiled_agent.visits.copy()
    close = {"rtol": 0, "atol": 0} if exact else {"rtol": 1e-10, "atol": 1e-12}
    expected = arrays_of(lockstep_agent)
    for name, array in arrays_of(compiled_agent).items():
        # The last bit of the hyperbolic tangent differs.
        tolerance = {"rtol": 1e-12, "atol": 0} if name == "epsilons" else close
        np.testing.assert_allclose(array, expected[name], err_msg=name, **tolerance)


def test_every_learner_is_compared():
    learners = {getattr(agents, name) for name in agents.__all__}
    learners = {kind for kind in learners if inspect.isclass(kind) and issubclass(kind, agents.TabularAgent)}
    learners -= {agents.TabularAgent, agents.PolicyAgent, agents.TemporalDifference}
    assert {type(agent) for agent, _, _ in CASES + CLOSE} == learners - WITHOUT_A_LAW


@pytest.mark.parametrize("case", quick_first(CASES))
def test_every_learner_learns_alike_to_the_bit(case):
    agent, _, table = case
    for rows in (1, 65):
        assert_alike(table, agent, rows, exact=True)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=named)
def test_every_learner_learns_alike_to_the_bit_in_bandits(case):
    agent, bandit, _ = case
    for rows in (1, 65):
        assert_alike(bandit, agent, rows, exact=True)


@pytest.mark.parametrize("case", quick_first(CLOSE))
def test_every_learner_with_exponentials_learns_alike(case):
    agent, bandit, _ = case
    for rows in (1, 65):
        assert_alike(bandit, agent, rows, exact=False)


@pytest.mark.slow
@pytest.mark.parametrize("case", CLOSE, ids=named)
def test_every_learner_with_exponentials_learns_alike_in_tables(case):
    agent, _, table = case
    for rows in (1, 65):
        assert_alike(table, agent, rows, exact=False)


def test_every_backup_has_a_law():
    assert all(own_law(backup) is not None for backup in BACKUPS)


@pytest.mark.slow
@pytest.mark.parametrize("backup", BACKUPS, ids=repr)
def test_every_backup_is_learnt_from_alike(backup):
    for rows in (1, 65):
        assert_alike(TAXI, agents.BackupLearning(POLICY, backup, **TD), rows, exact=False)


@pytest.mark.slow
@pytest.mark.parametrize("index", [1, 2])
@pytest.mark.parametrize("case", READING, ids=named)
def test_exploration_rates_and_variances_are_learnt_alike(case, index):
    for rows in (1, 65):
        assert_alike(case[index], case[0], rows, exact=False)


def test_the_rates_of_a_masked_table_are_learnt_alike():
    assert_alike(TAXI, agents.QLearning(VDBE(1.0), **TD), 65, exact=False)


@pytest.mark.parametrize("engine", ["lockstep", "compiled"])
def test_a_reward_out_of_bounds_is_named_with_its_row(engine):
    env, agent = made(GAUSSIAN, 65), agents.Exp3(exploration=0.3, lowest_reward=-2.0, highest_reward=2.0)
    with pytest.raises(ValueError, match=r"rewards must be in \[-2, 2\], got -?[2-9]\.\d+ in row \d+"):
        rollout(env, agent, np.array([300]), list(range(65)), np.random.default_rng(0), engine=engine)


def test_a_step_size_of_ones_own_may_end_where_no_step_reaches():
    agent = agents.ScheduledStep(Boltzmann(1e9), step_size=lambda count: [1 / (n + 1) for n in range(60)][count])
    assert_the_same(GAUSSIAN, agent, 65, exact=True)


@pytest.mark.parametrize("engine", ["lockstep", "compiled"])
def test_a_step_size_of_ones_own_fails_where_a_step_reaches_it(engine):
    agent = agents.ScheduledStep(Greedy(), step_size=lambda count: 1 / (5 - count))

    def roll(steps):
        env = made(GAUSSIAN + "(arms=1)", 2)
        rollout(env, agent, np.array([steps]), [0, 1], np.random.default_rng(0), engine=engine)

    roll(5)
    with pytest.raises(ZeroDivisionError):
        roll(6)


CLASHING = ("first", "left", "start", "action", "rewards", "top", "sum", "arms", "next_states", "f", "rates", "size")


class Clashing(agents.QLearning):
    """A learner with tables, states and constants of its own, named as a kernel names something else."""

    def __init__(self, policy):
        super().__init__(policy, **TD)

    @property
    def law(self):
        law, shape = super().law, self.values.shape
        tables, states = CLASHING[::2], CLASHING[1::2]
        own = {**{name: np.zeros(shape) for name in tables}, **{name: np.zeros(shape[:2]) for name in states}}
        self.own = getattr(self, "own", own)

        def learn(m, here, reward, future, row):
            added = {name: getattr(here, name) + row.reward for name in tables}
            added |= {name: getattr(row, name) + 2.0 * row.at for name in states}
            return {**law.learn(m, here, reward, future, row), **added}

        return replace(
            law,
            learn=learn,
            tables={**law.tables, **{name: self.own[name] for name in tables}},
            states={name: self.own[name] for name in states},
            constants={**law.constants, "reward": 1.0, "at": 1.0},
            distribution=lambda inputs, *others: law.distribution({"values": inputs["values"]}, *others),
        )


@pytest.mark.parametrize("world", [BERNOULLI, pytest.param(SWIM, marks=pytest.mark.slow)])
def test_names_of_tables_clash_with_none_of_a_kernel(world):
    policy = Sparsemax(0.5)
    lockstep_agent, *_ = by_both(world, agents.QLearning(policy, **TD), 65)
    env, agent = made(world, 65), Clashing(policy)
    rollout(env, agent, np.array([1, 60, STEPS]), list(range(65)), np.random.default_rng(1), engine="compiled")
    np.testing.assert_array_equal(agent.values, lockstep_agent.values)
    for name in CLASHING[::2]:
        np.testing.assert_array_equal(agent.own[name], agent.visits, err_msg=name)
    for name in CLASHING[1::2]:
        np.testing.assert_array_equal(agent.own[name], 2 * agent.visits.sum(axis=-1), err_msg=name)


def test_a_backup_whose_policy_reads_more_than_values_has_no_law():
    assert inputs_read_by(Counting()) == {"visits"}
    assert agents.PolicyExpectation(Counting()).law is None
    assert agents.PolicyExpectation(Greedy()).law is not None
