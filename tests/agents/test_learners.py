"""One contract for all learners."""

import copy
import dataclasses
import gc
import importlib
import math
import pkgutil

import numpy as np
import pytest
from gymnasium.spaces import Box, Discrete

import agents
from agents import (
    QLearning,
    SampleAverage,
    TabularAgent,
    bandits,
    control,
    tsallis_probs,
)
from boltzmann import (
    Transition,
)
from boltzmann.notation import check_expressible, parse
from boltzmann.policies import inputs_read_by
from scripts.support.names import NAMES
from tests.support.lists import LEARNERS, POLICIES
from tests.support.streams import RowOf, prepared, random_transitions

every_learner = pytest.mark.parametrize("learner", LEARNERS, ids=repr)


def learners_without_subclass():
    """The learner classes of `agents` that have no subclass there."""
    for module in pkgutil.walk_packages(agents.__path__, "agents."):
        importlib.import_module(module.name)
    waiting, kinds = [TabularAgent], set()
    while waiting:
        kind = waiting.pop()
        inheriting = [subclass for subclass in kind.__subclasses__() if subclass.__module__.startswith("agents.")]
        waiting += inheriting
        if not inheriting:
            kinds.add(kind)
    return kinds


def test_every_learner_is_exported_listed_and_named():
    listed, public = {type(learner) for learner in LEARNERS}, {getattr(agents, name) for name in agents.__all__}
    assert learners_without_subclass() <= listed
    assert listed == {getattr(face, name) for face in (bandits, control) for name in face.__all__} - {tsallis_probs}
    assert listed <= public
    assert {kind for kind in NAMES.values() if issubclass(kind, TabularAgent)} == listed


def test_every_parameter_of_a_learner_is_moved_off_its_default_once():
    for kind in {type(learner) for learner in LEARNERS}:
        for field in dataclasses.fields(kind):
            if field.kw_only and field.name != "discount":
                moved = [getattr(learner, field.name) != field.default for learner in LEARNERS if type(learner) is kind]
                assert any(moved) or field.name in ("initial_value", "step_size"), (kind, field.name)


def test_the_search_for_learners_can_fail():
    class Forgotten(TabularAgent):
        __module__ = "agents.forgotten"

    try:
        assert Forgotten in learners_without_subclass()
    finally:
        del Forgotten
        gc.collect()


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
        agent.update(Transition(*transition))
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
def test_replicates_learn_independently(learner):
    together, alone = copy.deepcopy(learner), [copy.deepcopy(learner) for _ in range(5)]
    together.reset(5, Discrete(4), Discrete(3), np.random.default_rng(7))
    for row, agent in enumerate(alone):
        agent.reset(1, Discrete(4), Discrete(3), RowOf(7, row, 5))
    for transition in random_transitions(np.random.default_rng(2), 40, 5, 4, 3):
        actions = together.act(transition[0]).actions
        together.update(Transition(transition[0], actions, *transition[2:]))
        for row, agent in enumerate(alone):
            single = [part[row : row + 1] for part in transition]
            np.testing.assert_array_equal(agent.act(single[0]).actions, actions[row])
            agent.update(Transition(single[0], actions[row : row + 1], *single[2:]))
    # NumPy sums a single row in another order.
    np.testing.assert_allclose(
        together.values, np.concatenate([agent.values for agent in alone]), rtol=1e-9, atol=1e-12
    )


@every_learner
def test_spaces_without_a_table_are_refused(learner):
    agent, rng = copy.deepcopy(learner), np.random.default_rng(0)
    with pytest.raises(TypeError, match="observation_space must be Discrete"):
        agent.reset(1, Box(0, 1), Discrete(2), rng)
    with pytest.raises(TypeError, match="action_space must be Discrete"):
        agent.reset(1, Discrete(2), Box(0, 1), rng)
    with pytest.raises(ValueError, match="observation_space must start at 0"):
        agent.reset(1, Discrete(2, start=1), Discrete(2), rng)
    with pytest.raises(TypeError, match="rng must be"):
        agent.reset(1, Discrete(2), Discrete(2), 0)


@every_learner
def test_acting_or_learning_before_a_reset_is_refused(learner):
    agent = copy.deepcopy(learner)
    with pytest.raises(RuntimeError, match="reset must be called before act"):
        agent.act([0])
    with pytest.raises(RuntimeError, match="reset must be called before update"):
        agent.update(Transition([0], [0], [0.0], [0], [False], [False]))


@every_learner
def test_acting_without_a_mask_allows_all_actions_again(learner):
    agent = prepared(learner, num_envs=1, states=1, actions=3)
    agent.act([0], where=[[True, False, False]])
    assert not agent.allowed.all()
    agent.act([0])
    assert agent.allowed.all()
    # The action was drawn from all actions, and the update accepts it.
    agent.update(Transition([0], [2], [0.5], [0], [False], [False]))
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
        ("next_observations", [0, 9], r"next_observations must be in \[0, 3\), got 9 in row 1"),
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
            agent.update(Transition(**{**good, "terminated": nothing, "truncated": nothing, name: wrong}))
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
        agent.update(Transition([0, 0, 0], [0, 1, 3], [1.0, 2.0, 3.0], [0, 0, 0], nothing, nothing))
    np.testing.assert_array_equal(assigned.values, usual.values)
    np.testing.assert_array_equal(assigned.visits, usual.visits)


@pytest.mark.parametrize("policy", POLICIES, ids=repr)
@pytest.mark.parametrize("masked", [False, True])
def test_any_number_of_replicates_acts_and_learns_alike(policy, masked):
    """Agents read a single row, fewer than 64 rows, and 64 or more rows in three different ways."""
    masks = np.array([[1, 1, 0, 1], [1, 1, 1, 1], [0, 1, 1, 0], [1, 0, 1, 1]], dtype=bool)
    learner = SampleAverage(policy) if "variances" in inputs_read_by(policy) else QLearning(policy)
    probs, values = [], []
    for count in (1, 2, 64, 65):
        agent = prepared(learner, num_envs=count, states=4, actions=4)
        agent.allowed = np.tile(masks, (count, 1, 1)) if masked else None
        stream = np.random.default_rng(7)
        for _ in range(12):
            state, reached = stream.integers(4, size=2)
            action = stream.choice(np.flatnonzero(masks[state] if masked else np.ones(4)))
            reward, nothing = stream.random(), np.zeros(count, dtype=bool)
            whole = (np.full(count, number) for number in (state, action, reward, reached))
            agent.update(Transition(*whole, nothing, nothing))
        decision = agent.act(np.full(count, reached), np.tile(masks[reached], (count, 1)) if masked else None)
        assert decision.actions.shape == decision.greedy.shape == (count,)
        row_probs = np.asarray(decision.distribution.probs)
        assert row_probs.shape == (count, 4)
        np.testing.assert_allclose(row_probs, np.tile(row_probs[:1], (count, 1)), rtol=1e-12)
        probs.append(row_probs[0])
        values.append(agent.values[0])
    for other_probs, other_values in zip(probs[1:], values[1:], strict=True):
        np.testing.assert_allclose(other_probs, probs[0], rtol=1e-9, atol=1e-15)
        np.testing.assert_array_equal(other_values, values[0])
