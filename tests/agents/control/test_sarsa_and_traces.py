"""Sarsa and eligibility traces against textbook loops; which action is drawn when."""

from collections import defaultdict
from itertools import pairwise

import numpy as np
import pytest

from agents import (
    QLambda,
    QLambdaReplacing,
    QLearning,
    Sarsa,
    SarsaLambda,
    SarsaLambdaReplacing,
)
from boltzmann import Boltzmann, EpsilonGreedy, Gibbs, Greedy, Linear, Transition
from tests.support.frequencies import agrees, counts_of, fresh_rng
from tests.support.oracles import DISCOUNT, INITIAL, SAME, STEP, compare, named, run_in_episodes
from tests.support.streams import masked, prepared


def sarsa_oracle(happened, decay, replacing):
    """Textbook Sarsa(lambda) on a record; without the last transition, whose next action is unknown."""
    oracle, traces = defaultdict(lambda: INITIAL), defaultdict(float)
    for transition, following in pairwise(happened):
        for row, (s, a, r, s2, terminated, _truncated) in enumerate(zip(*transition, strict=True)):
            value = 0.0 if terminated else oracle[row, s2, following[1][row]]
            error = r + DISCOUNT * value - oracle[row, s, a]
            for entry in [entry for entry in traces if entry[0] == row]:
                traces[entry] *= DISCOUNT * decay
            traces[row, s, a] = 1.0 if replacing else traces[row, s, a] + 1.0
            for entry in [entry for entry in traces if entry[0] == row]:
                oracle[entry] += STEP * error * traces[entry]
            if terminated:
                for entry in [entry for entry in traces if entry[0] == row]:
                    traces[entry] = 0.0
    return oracle


SARSAS = [
    (Sarsa(Boltzmann(0.4), **SAME), 0.0, False),
    (SarsaLambda(Boltzmann(0.4), trace_decay=0.7, **SAME), 0.7, False),
    (SarsaLambdaReplacing(Boltzmann(0.4), trace_decay=0.7, **SAME), 0.7, True),
    (SarsaLambda(EpsilonGreedy(0.3), trace_decay=0.0, **SAME), 0.0, False),
]


@pytest.mark.parametrize(("learner", "decay", "replacing"), SARSAS, ids=named)
def test_sarsa_learns_from_the_action_that_it_takes_next(learner, decay, replacing):
    agent, rng = prepared(learner, states=3), np.random.default_rng(12)
    mask = masked(agent, rng)
    happened = run_in_episodes(agent, rng, 100, mask)
    # The agent never takes the next action of the last transition. The oracle stops one short, and so does this run.
    shorter = prepared(learner, states=3)
    rng = np.random.default_rng(12)
    again = run_in_episodes(shorter, rng, 99, masked(shorter, rng))
    np.testing.assert_array_equal(np.array(happened[:99])[:, 1], np.array(again)[:, 1])
    compare(shorter, sarsa_oracle(happened, decay, replacing))


def q_lambda_oracle(happened, mask, decay, replacing):
    oracle, traces = defaultdict(lambda: INITIAL), defaultdict(float)
    for transition in happened:
        for row, (s, a, r, s2, terminated, truncated) in enumerate(zip(*transition, strict=True)):
            mine = [entry for entry in traces if entry[0] == row]
            greedy = oracle[row, s, a] == max(oracle[row, s, b] for b in range(3) if mask[row, s, b])
            for entry in mine:
                traces[entry] *= DISCOUNT * decay if greedy else 0.0
            best = 0.0 if terminated else max(oracle[row, s2, b] for b in range(3) if mask[row, s2, b])
            error = r + DISCOUNT * best - oracle[row, s, a]
            traces[row, s, a] = 1.0 if replacing else traces[row, s, a] + 1.0
            for entry in {*mine, (row, s, a)}:
                oracle[entry] += STEP * error * traces[entry]
                if terminated or truncated:
                    traces[entry] = 0.0
    return oracle


@pytest.mark.parametrize(("kind", "replacing"), [(QLambda, False), (QLambdaReplacing, True)])
def test_watkins_s_traces_end_where_an_action_is_not_greedy(kind, replacing):
    agent, rng = prepared(kind(EpsilonGreedy(0.5), trace_decay=0.8, **SAME), states=3), np.random.default_rng(13)
    mask = masked(agent, rng)
    happened = run_in_episodes(agent, rng, 100, mask, truncate=True)
    happened = [(s.tolist(), a.tolist(), *rest) for s, a, *rest in happened]
    compare(agent, q_lambda_oracle(happened, mask, 0.8, replacing))


@pytest.mark.parametrize(("traced", "plain"), [(SarsaLambda, Sarsa), (QLambdaReplacing, QLearning)])
def test_without_decay_traces_are_one_step(traced, plain):
    agents = [prepared(traced(Boltzmann(0.4), trace_decay=0.0, **SAME)), prepared(plain(Boltzmann(0.4), **SAME))]
    for agent in agents:
        run_in_episodes(agent, np.random.default_rng(14), 60, truncate=True)
    np.testing.assert_allclose(agents[0].values, agents[1].values, rtol=1e-12)


def test_sarsa_takes_the_action_of_its_bootstrap_and_draws_it_with_the_right_probabilities():
    R = 20_000
    agent = prepared(Sarsa(Boltzmann(Linear(2.0, 0.5, 2)), step_size=1.0, discount=1.0), num_envs=R, states=2)
    agent._rng = fresh_rng()
    # The next state is the state itself, so the update changes the values that a' was drawn from.
    agent.values[:, 0] = [0.0, 0.5, 1.0]
    probs = Gibbs([0.0, 0.5, 1.0], 1.25).probs
    zeros, no = np.zeros(R, dtype=np.int64), np.zeros(R, dtype=bool)
    agent.update(Transition(zeros, zeros, np.ones(R), zeros, no, no))
    decision = agent.act(zeros)
    np.testing.assert_allclose(agent.values[:, 0, 0], 1.0 + np.array([0.0, 0.5, 1.0])[decision.actions])
    np.testing.assert_allclose(decision.distribution.probs, np.broadcast_to(probs, (R, 3)))
    counts = counts_of(decision.actions, 3)
    assert agrees(counts, probs)
    # Draws from the values after the update, or at the temperature of the previous step, would fail here.
    assert not agrees(counts, Gibbs([1.5, 0.5, 1.0], 1.25).probs)
    assert not agrees(counts, Gibbs([0.0, 0.5, 1.0], 2.0).probs)
    # A second call returns the same action, which was drawn in the update.
    np.testing.assert_array_equal(agent.act(zeros).actions, decision.actions)


def test_sarsa_draws_again_after_an_end_and_under_another_mask():
    agent = prepared(Sarsa(Greedy(), step_size=1.0, discount=1.0), num_envs=3, states=3)
    agent.values[:, 1] = [1.0, 2.0, 3.0]
    agent.values[:, 2] = [6.0, 5.0, 4.0]
    ends = np.array([True, False, False]), np.array([False, True, False])
    agent.update(Transition([0, 0, 0], [0, 0, 0], [1.0, 1.0, 1.0], [1, 1, 1], *ends))
    # Termination has no bootstrap; truncation uses the state reached and not the start of the next episode.
    np.testing.assert_array_equal(agent.values[:, 0, 0], [1.0, 4.0, 4.0])
    np.testing.assert_array_equal(agent.act([2, 2, 1]).actions, [0, 0, 2])
    where = np.array([[True, True, True], [True, True, True], [True, True, False]])
    np.testing.assert_array_equal(agent.act([2, 2, 1], where=where).actions, [0, 0, 1])
    # The mask is known now, so the next draw uses it and is stored.
    agent.update(Transition([0, 0, 0], [1, 1, 1], [1.0, 1.0, 1.0], [1, 1, 1], [False] * 3, [False] * 3))
    np.testing.assert_array_equal(agent.values[:, 0, 1], [4.0, 4.0, 3.0])
