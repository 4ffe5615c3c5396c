"""One contract for all learners, and an independent oracle for each."""

import copy
import dataclasses
import math

import gymnasium
import numpy as np
import pytest
from gymnasium.spaces import Box, Discrete

import envs
from agents import (
    BackupLearning,
    ConstantStep,
    DoubleQ,
    DynamicBoltzmannQ,
    Exp3,
    Exp3IX,
    ExpectedSarsa,
    GradientBandit,
    GradientBanditIncludingCurrent,
    GradientBanditWithoutBaseline,
    MellowmaxQ,
    PolicyExpectation,
    QLambda,
    QLambdaReplacing,
    QLearning,
    ReinforcementComparison,
    SampleAverage,
    SampleAverageWithInitial,
    Sarsa,
    SarsaLambda,
    SarsaLambdaReplacing,
    ScheduledStep,
    SoftQ,
    SoftValue,
    SpeedyQ,
    TabularAgent,
    TsallisINF,
)
from boltzmann import (
    Boltzmann,
    Constant,
    EpsilonGreedy,
    Exponential,
    Greedy,
    InverseTime,
    KLBoltzmann,
    Linear,
    Maillard,
    UCB1Tuned,
    Uniform,
)
from boltzmann.notation import check_expressible, parse
from boltzmann.policies import inputs_read_by
from scripts.support.names import LEARNERS as NAMED
from scripts.support.names import NAMES
from tests.support.lists import POLICIES
from tests.support.streams import RowOf, prepared, random_transitions

WIDE = {"lowest_reward": -10.0, "highest_reward": 10.0}
LEARNERS = [
    SampleAverage(Boltzmann(0.5)),
    SampleAverage(EpsilonGreedy(0.1), initial_value=1.0),
    SampleAverageWithInitial(Greedy(), initial_value=5.0),
    ConstantStep(Boltzmann(Linear(1.0, 0.1, 50)), step_size=0.3, initial_value=5.0),
    ScheduledStep(EpsilonGreedy(0.1), step_size=Exponential(1.0, 0.1, 10)),
    GradientBandit(),
    GradientBanditIncludingCurrent(step_size=0.4),
    GradientBanditWithoutBaseline(step_size=0.4),
    ReinforcementComparison(step_size=0.2, reference_step_size=0.5, initial_reference=1.0),
    Exp3(exploration=0.3, **WIDE),
    Exp3IX(**WIDE),
    Exp3IX(step_size=Linear(0.5, 0.1, 50), **WIDE),
    TsallisINF(**WIDE),
    TsallisINF(step_size=0.5, **WIDE),
    QLearning(Boltzmann(Linear(1.0, 0.01, 50)), step_size=0.5),
    QLearning(Greedy(), discount=0.0, initial_value=2.0),
    QLearning(Uniform(), step_size=InverseTime(1.0, 1.0)),
    Sarsa(Boltzmann(0.5)),
    Sarsa(EpsilonGreedy(Linear(0.5, 0.1, 50)), step_size=InverseTime(1.0, 0.1)),
    ExpectedSarsa(EpsilonGreedy(0.2), discount=0.9),
    DoubleQ(Boltzmann(0.5), step_size=0.3, initial_value=1.0),
    SpeedyQ(Boltzmann(0.5)),
    SpeedyQ(Greedy(), step_size=Constant(0.5), round_length=1),
    SoftQ(Boltzmann(0.5), step_size=0.2),
    SoftQ(EpsilonGreedy(0.1), temperature=Linear(1.0, 0.1, 50)),
    MellowmaxQ(Boltzmann(0.5)),
    MellowmaxQ(Greedy(), temperature=0.2),
    DynamicBoltzmannQ(EpsilonGreedy(0.1)),
    DynamicBoltzmannQ(EpsilonGreedy(0.1), temperature=0.5, discount=0.9),
    SarsaLambda(Boltzmann(0.5), trace_decay=0.5),
    SarsaLambdaReplacing(EpsilonGreedy(0.1), trace_decay=0.7),
    QLambda(Boltzmann(0.5), trace_decay=0.5, discount=0.9),
    QLambdaReplacing(EpsilonGreedy(0.1), trace_decay=0.8),
    BackupLearning(Boltzmann(0.5), SoftValue(0.2)),
    BackupLearning(Boltzmann(0.5), PolicyExpectation(EpsilonGreedy(0.1)), step_size=0.3),
]
every_learner = pytest.mark.parametrize("learner", LEARNERS, ids=repr)


def test_every_learner_is_listed_and_named():
    listed = {type(learner) for learner in LEARNERS}
    assert listed == set(NAMED)
    import agents

    public = {getattr(agents, name) for name in agents.__all__}
    learners = {entry for entry in public if isinstance(entry, type) and issubclass(entry, TabularAgent)}
    assert learners - listed == {TabularAgent, agents.PolicyAgent, agents.TemporalDifference}
    # Every parameter is moved off its default at least once.
    for kind in listed:
        for field in dataclasses.fields(kind):
            if field.kw_only and field.name != "discount":
                moved = [getattr(one, field.name) != field.default for one in LEARNERS if type(one) is kind]
                assert any(moved) or field.name in ("initial_value", "step_size"), (kind, field.name)


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
    together, alone = copy.deepcopy(learner), [copy.deepcopy(learner) for _ in range(5)]
    together.reset(5, Discrete(4), Discrete(3), np.random.default_rng(7))
    for row, agent in enumerate(alone):
        agent.reset(1, Discrete(4), Discrete(3), RowOf(7, row, 5))
    for transition in random_transitions(np.random.default_rng(2), 40, 5, 4, 3):
        actions = together.act(transition[0]).actions
        together.update(transition[0], actions, *transition[2:])
        for row, agent in enumerate(alone):
            own = [part[row : row + 1] for part in transition]
            np.testing.assert_array_equal(agent.act(own[0]).actions, actions[row])
            agent.update(own[0], actions[row : row + 1], *own[2:])
    # One row alone is summed in another order.
    np.testing.assert_allclose(
        together.values, np.concatenate([agent.values for agent in alone]), rtol=1e-9, atol=1e-12
    )


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
        (lambda: QLearning(Boltzmann), TypeError, "policy must be a policy, .* got the class Boltzmann"),
        (lambda: SampleAverage("Greedy"), TypeError, "policy must be a policy"),
    ],
)
def test_wrong_parameters_are_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()


@every_learner
def test_without_a_reset_there_is_nothing_to_act_or_learn_by(learner):
    agent = copy.deepcopy(learner)
    with pytest.raises(RuntimeError, match="reset must be called before act"):
        agent.act([0])
    with pytest.raises(RuntimeError, match="reset must be called before update"):
        agent.update([0], [0], [0.0], [0], [False], [False])


@every_learner
def test_an_act_without_a_mask_allows_everything_again(learner):
    agent = prepared(learner, num_envs=1, states=1, actions=3)
    agent.act([0], where=[[True, False, False]])
    assert not agent.allowed.all()
    agent.act([0])
    assert agent.allowed.all()
    # What was drawn from all actions is learnt as such.
    agent.update([0], [2], [0.5], [0], [False], [False])
    assert agent.visits[0, 0].tolist() == [0, 0, 1]


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
        ("observations", np.array([0, 2**63], dtype=np.uint64), "got 9223372036854775808 in row 1"),
        ("rewards", [1.0, math.nan], "rewards must be finite, got nan in row 1"),
        ("rewards", [1.0], r"rewards must be numbers of shape \(2,\), got float64 of shape \(1,\)"),
        ("rewards", ["a", "b"], "rewards must be numbers of shape"),
        ("rewards", [1j, 0j], "rewards must be numbers of shape"),
        ("terminated", [[True], [False]], r"terminated must be booleans of shape \(2,\), got bool of shape \(2, 1\)"),
        ("terminated", [0.0, math.nan], r"terminated must be booleans of shape \(2,\), got float64"),
        ("truncated", None, r"truncated must be booleans of shape \(2,\), got object of shape \(\)"),
        ("truncated", [True] * 3, r"truncated must be booleans of shape \(2,\), got bool of shape \(3,\)"),
    ]:
        with pytest.raises(ValueError, match=message):
            agent.update(**{**good, "terminated": nothing, "truncated": nothing, name: wrong})
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
    with pytest.raises(TypeError, match="num_envs must be"):
        prepared(learner, num_envs=2.5)


@every_learner
def test_a_table_of_values_may_be_assigned_in_any_layout(learner):
    usual, assigned = (prepared(learner, num_envs=3, states=1, actions=4) for _ in range(2))
    assigned.values = np.zeros((3, 1, 4)) + assigned.values
    nothing = np.zeros(3, dtype=bool)
    for agent in (usual, assigned):
        agent.update([0, 0, 0], [0, 1, 3], [1.0, 2.0, 3.0], [0, 0, 0], nothing, nothing)
    np.testing.assert_array_equal(assigned.values, usual.values)
    np.testing.assert_array_equal(assigned.visits, usual.visits)


@pytest.mark.parametrize("policy", POLICIES, ids=repr)
@pytest.mark.parametrize("masked", [False, True])
def test_any_number_of_replicates_acts_and_learns_alike(policy, masked):
    """Rows are read in another way from 64 replicates on, and a single row in yet another."""
    masks = np.array([[1, 1, 0, 1], [1, 1, 1, 1], [0, 1, 1, 0], [1, 0, 1, 1]], dtype=bool)
    learner = SampleAverage(policy) if "variances" in inputs_read_by(policy) else QLearning(policy)
    probs, values = [], []
    for count in (1, 2, 64, 65):
        agent = prepared(learner, num_envs=count, states=4, actions=4)
        stream = np.random.default_rng(7)
        for _ in range(12):
            state, reached = stream.integers(4, size=2)
            action = stream.choice(np.flatnonzero(masks[state] if masked else np.ones(4)))
            reward, nothing = stream.random(), np.zeros(count, dtype=bool)
            decision = agent.act(np.full(count, state), np.tile(masks[state], (count, 1)) if masked else None)
            assert decision.actions.shape == decision.greedy.shape == (count,)
            whole = (np.full(count, number) for number in (state, action, reward, reached))
            agent.update(*whole, nothing, nothing)
        found = np.asarray(decision.distribution.probs)
        assert found.shape == (count, 4)
        np.testing.assert_allclose(found, np.tile(found[:1], (count, 1)), rtol=1e-12)
        probs.append(found[0])
        values.append(agent.values[0])
    for other_probs, other_values in zip(probs[1:], values[1:], strict=True):
        np.testing.assert_allclose(other_probs, probs[0], rtol=1e-9, atol=1e-15)
        np.testing.assert_array_equal(other_values, values[0])


@pytest.mark.parametrize(
    ("learner", "expected"),
    [
        (MellowmaxQ(Uniform(), step_size=1.0, discount=1.0), 2.0),
        (MellowmaxQ(Maillard(1.0), step_size=1.0, discount=1.0), 2.433780830483),  # log mean exp
        (SoftQ(Maillard(1.0), step_size=1.0, discount=1.0), 3.126928011043),  # log sum exp
        (MellowmaxQ(KLBoltzmann((0.9, 0.1), 0.5), step_size=1.0, discount=1.0), 2.662501373679),
        (SoftQ(KLBoltzmann((0.9, 0.1), 0.5), step_size=1.0, discount=1.0), 3.009074963959),
    ],
    ids=repr,
)
def test_soft_backups_are_of_the_values_whatever_the_policy_makes_of_them(learner, expected):
    agent = prepared(learner, num_envs=1, states=2, actions=2)
    agent.values[:, 1] = [1.0, 3.0]
    agent.update([0], [0], [0.0], [1], terminated=[False], truncated=[False])
    assert agent.values[0, 0, 0] == pytest.approx(expected, rel=1e-11)


def test_a_policy_that_reads_variances_is_for_averages():
    with pytest.raises(ValueError, match="policy must not read variances of rewards"):
        QLearning(UCB1Tuned())


def test_a_bad_next_state_changes_nothing():
    agent = prepared(QLearning(Greedy()), num_envs=1)
    with pytest.raises(ValueError, match=r"next_observations must be in \[0, 4\), got 9 in row 0"):
        agent.update([0], [0], [1.0], [9], [False], [False])
    assert agent.step == agent.visits.sum() == 0
