"""Action masks of batched environments of one's own, and of the states in which episodes ended."""

import numpy as np
import pytest
from gymnasium.spaces import Discrete
from gymnasium.vector import AutoresetMode

from agents import ExpectedSarsa, QLambda, QLearning, Sarsa, SoftQ
from boltzmann import Greedy, Transition, Uniform
from boltzmann.experiments import rollout
from tests.support.both_engines import assert_the_same
from tests.support.told_masks import ROUND, Log, Told, batch, played


class Batch:
    """A batched environment of one's own, which tells what it is given."""

    num_envs, metadata = 2, {"autoreset_mode": AutoresetMode.SAME_STEP}
    single_observation_space = single_action_space = Discrete(3)

    def __init__(self, told, ended=(False, False), terminated=(False, False)):
        self.told, self.ended, self.terminated = told, np.array(ended), np.array(terminated)

    def __repr__(self):
        return "Batch()"

    def close(self):
        pass

    def reset(self, seed):
        return np.zeros(2, dtype=int), {}

    def step(self, actions):
        final = {"final_obs": np.array([2, 2]), "_final_obs": self.ended} if self.ended.any() else {}
        truncated = self.ended & ~self.terminated
        return np.ones(2, dtype=int), np.zeros(2), self.terminated, truncated, {**self.told, **final}


MASK = np.array([[0, 1, 1], [1, 0, 1]])


@pytest.mark.parametrize(
    "told",
    [
        {"action_mask": MASK},
        {"action_mask": MASK.tolist()},
        {"action_mask": tuple(map(tuple, MASK))},
        {"action_mask": np.array([[0, 1, 1], [1, 0, 1]], dtype=object)},
        {"action_mask": MASK, "_action_mask": [True, True]},
        {"action_mask": [[0, 1, 1], [1, 0, 1]], "_action_mask": np.array([True, True])},
    ],
    ids=str,
)
def test_masks_of_ones_own_batches_are_honoured(told):
    log = played(Batch(told), steps=2)
    np.testing.assert_array_equal(log.where[1], MASK == 1)
    np.testing.assert_array_equal(log.next_where[0], MASK == 1)


def test_rows_without_a_mask_may_be_none():
    for told in ({"action_mask": [None, [0, 1, 1]]}, {"action_mask": np.array([None, (0, 1, 1)], dtype=object)}):
        assert played(Batch(told), steps=2).where[1].tolist() == [[True] * 3, [False, True, True]]
    assert played(Batch({"action_mask": [None, None]}), steps=2).where[1] is None
    assert played(Batch({"action_mask": 7, "_action_mask": np.zeros(2, dtype=bool)}), steps=2).where[1] is None


@pytest.mark.parametrize(
    ("told", "error", "message"),
    [
        ({"action_mask": np.ma.array(MASK, mask=MASK == 0)}, TypeError, "must not be a masked array"),
        (
            {"action_mask": np.ma.array(MASK, mask=MASK == 0), "_action_mask": np.array([True, False])},
            TypeError,
            "must not be a masked array",
        ),
        ({"action_mask": [np.ma.array([1, 0, 1])] * 2}, TypeError, "in row 0 must not be a masked array"),
        ({"action_mask": MASK, "_action_mask": [True]}, ValueError, r"must have its rows marked in .* shape \(2,\)"),
        ({"action_mask": [[1, 1, 1]]}, TypeError, "must hold a mask for each of 2 rows"),
        ({"action_mask": MASK[0]}, ValueError, r"must be of shape \(2, 3\), got \(3,\)"),
    ],
)
def test_masks_of_ones_own_batches_are_refused_by_name(told, error, message):
    with pytest.raises(error, match=rf'info\["action_mask"\] of Batch\(\) {message}'):
        played(Batch(told))


def test_final_infos_as_an_array_of_dicts_are_read():
    final = np.array([{"action_mask": [0, 0, 1]}, None], dtype=object)
    log = played(Batch({"action_mask": MASK, "final_info": final}, ended=(True, False)), steps=1)
    assert log.next_where[0].tolist() == [[False, False, True], [True, False, True]]
    assert log.agent.allowed[0, 2].tolist() == [False, False, True]
    assert log.agent.allowed[1].tolist() == [[True] * 3, [True, False, True], [True] * 3]


def test_without_final_infos_the_other_rows_are_known_unless_a_row_was_truncated():
    told = {"action_mask": MASK}
    assert played(Batch(told, ended=(True, False)), steps=1).next_where[0] is None
    rest = [[True] * 3, [True, False, True]]
    terminated = Batch(told, ended=(True, False), terminated=(True, False))
    assert played(terminated, steps=1).next_where[0].tolist() == rest
    silent = Batch({**told, "final_info": {}}, ended=(True, False))
    assert played(silent, steps=1).next_where[0].tolist() == rest


def test_the_mask_of_a_last_state_may_be_empty_only_where_nothing_is_bootstrapped():
    final = {"action_mask": np.zeros((2, 3), dtype=bool), "_action_mask": np.array([True, False])}
    told = {"action_mask": MASK, "final_info": final}
    with pytest.raises(ValueError, match=r'info\["final_info"\]\["action_mask"\] of Batch\(\) must allow .* in row 0'):
        played(Batch(told, ended=(True, False)))
    played(Batch(told, ended=(True, False), terminated=(True, False)))


@pytest.mark.parametrize("agent", [QLearning(Greedy(), step_size=1.0), SoftQ(Greedy(), temperature=0.5, step_size=1.0)])
def test_a_truncated_state_is_backed_up_over_the_actions_that_its_mask_allows(agent):
    """In state 2 action 2 is forbidden, and no act tells so."""
    steps = ROUND - 1
    log = Log(agent)
    env = batch(Told(), Told(told=()))
    log.reset = lambda *arguments: (agent.reset(*arguments), agent.values.__setitem__((slice(None), 2, 2), 100.0))
    rollout(env, log, np.array([steps]), [0, 1], np.random.default_rng(0))
    value = 1.0 + 0.99 * (0.0 if isinstance(agent, QLearning) else 0.5 * np.log(2))
    assert agent.values[0, 1].max() == pytest.approx(value)
    assert agent.values[1, 1].max() == pytest.approx(1.0 + 99.0)


@pytest.mark.parametrize(
    "agent",
    [
        QLearning(Uniform(), step_size=1.0, discount=1.0),
        ExpectedSarsa(Uniform(), step_size=1.0, discount=1.0),
        SoftQ(Uniform(), temperature=1.0, step_size=1.0, discount=1.0),
        Sarsa(Uniform(), step_size=1.0, discount=1.0),
        QLambda(Uniform(), step_size=1.0, discount=1.0),
    ],
    ids=repr,
)
def test_the_first_visit_of_a_state_bootstraps_from_its_allowed_actions(agent):
    agent.reset(20, Discrete(2), Discrete(3), np.random.default_rng(0))
    agent.values[:, 1] = [100.0, 5.0, 100.0]
    no, ones, zeros = np.zeros(20, dtype=bool), np.ones(20, dtype=int), np.zeros(20, dtype=int)
    agent.update(Transition(zeros, zeros, np.zeros(20), ones, no, no, [0, 1, 0]))
    assert agent.values[:, 0, 0] == pytest.approx(5.0)
    assert agent.act(ones, where=[0, 1, 0]).actions.tolist() == [1] * 20


def test_an_agent_checks_the_mask_of_a_transition_before_it_learns():
    agent = QLearning(Uniform())
    agent.reset(2, Discrete(3), Discrete(2), np.random.default_rng(0))
    no, yes = np.zeros(2, dtype=bool), np.ones(2, dtype=bool)
    for wrong, message in [
        ([[1, 1], [1, 2]], "next_where must be boolean, or 0 and 1, got 2 for action 1 in row 1"),
        ([[1, 1], [0, 0]], "next_where must allow at least one action, got none in row 1"),
        (np.ones((2, 3)), r"next_where must be of shape \(2, 2\), got \(2, 3\)"),
    ]:
        with pytest.raises(ValueError, match=message):
            agent.update(Transition([0, 0], [1, 1], [0.0, 0.0], [2, 2], no, yes, wrong))
    assert agent.step == 0
    assert agent.allowed is None
    agent.update(Transition([0, 0], [1, 1], [0.0, 0.0], [2, 2], yes, no, [[0, 0], [0, 0]]))
    agent.update(Transition([0, 0], [1, 1], [0.0, 0.0], [2, 1], no, np.array([True, False]), [0, 1]))
    assert agent.allowed[0, 2].tolist() == agent.allowed[1, 1].tolist() == [False, True]
    assert agent.allowed.sum() == agent.allowed.size - 2


@pytest.mark.parametrize(
    "agent",
    [
        QLearning(Uniform()),
        *(
            pytest.param(agent, marks=pytest.mark.slow)
            for agent in (SoftQ(Uniform(), temperature=0.5), Sarsa(Uniform()))
        ),
    ],
)
def test_both_engines_know_the_masks_of_truncated_states(agent):
    pytest.importorskip("numba")
    assert_the_same("Taxi-v4(max_episode_steps=3)", agent, 70, exact=not isinstance(agent, SoftQ))
