"""Double and speedy Q-learning against the algorithms of their papers."""

import math
from collections import defaultdict

import numpy as np
import pytest

from agents import (
    DoubleQ,
    QLearning,
    SpeedyQ,
)
from boltzmann import InverseTime, Transition, Uniform
from tests.support.frequencies import fresh_rng
from tests.support.oracles import DISCOUNT, INITIAL, SAME, STEP, compare
from tests.support.streams import allowed_transitions, masked, prepared


@pytest.mark.parametrize("length", [1, 5, None])
def test_speedy_q_follows_equation_6_in_rounds(length):
    learner = SpeedyQ(Uniform(), round_length=length, discount=DISCOUNT, initial_value=INITIAL)
    agent, rng = prepared(learner), np.random.default_rng(6)
    mask = masked(agent, rng)
    present, previous, counts = defaultdict(lambda: INITIAL), defaultdict(lambda: INITIAL), defaultdict(int)
    brought = defaultdict(list)
    for number, transition in enumerate(allowed_transitions(rng, mask, 120), start=1):
        agent.update(Transition(*transition))
        for row, (s, a, r, s2, terminated, _truncated) in enumerate(zip(*transition, strict=True)):
            open_ = [b for b in range(3) if mask[row, s2, b]]
            by_present = r + (0.0 if terminated else DISCOUNT * max(present[row, s2, b] for b in open_))
            by_previous = r + (0.0 if terminated else DISCOUNT * max(previous[row, s2, b] for b in open_))
            brought[row, int(s), int(a)].append((by_present, by_previous))
        if number % (length or 12) == 0:
            before = dict(present)
            for entry, backups in brought.items():
                now, then = (math.fsum(column) / len(backups) for column in zip(*backups, strict=True))
                # Algorithm 1 of the paper; equation 6 is another form of it: D = k T Q_k - (k - 1) T Q_(k-1).
                k, here = counts[entry], before.get(entry, INITIAL)
                present[entry] = (1 - 1 / (k + 1)) * here + (k * now - (k - 1) * then) / (k + 1)
                counts[entry] += 1
            previous = defaultdict(lambda: INITIAL, before)
            brought.clear()
    compare(agent, present)


def test_double_q_chooses_with_one_table_and_evaluates_with_the_other():
    agent, rng = prepared(DoubleQ(Uniform(), **SAME)), np.random.default_rng(6)
    mask = masked(agent, rng)
    agent._rng, coins = np.random.default_rng(11), np.random.default_rng(11)
    tables = [defaultdict(lambda: INITIAL), defaultdict(lambda: INITIAL)]
    for transition in allowed_transitions(rng, mask, 150):
        agent.update(Transition(*transition))
        heads = (coins.random(3) < 0.5).tolist()
        for row, (s, a, r, s2, terminated, _truncated) in enumerate(zip(*transition, strict=True)):
            learns, judges = tables[heads[row]], tables[not heads[row]]
            best = max((b for b in range(3) if mask[row, s2, b]), key=lambda b: learns[row, s2, b])
            value = 0.0 if terminated else judges[row, s2, best]
            learns[row, s, a] += STEP * (r + DISCOUNT * value - learns[row, s, a])
    entries = {*tables[0], *tables[1]}
    compare(agent, {entry: (tables[0][entry] + tables[1][entry]) / 2 for entry in entries})
    np.testing.assert_allclose(agent.tables.mean(axis=0), agent.values, rtol=1e-12)
    assert (agent.tables[0] != agent.tables[1]).any()


def test_double_q_does_not_have_the_bias_of_the_maximum():
    # One state and ten arms of mean 0: the largest noisy average is too large, double estimates are not.
    kinds = (QLearning, DoubleQ)
    largest = []
    for kind in kinds:
        learner = kind(Uniform(), step_size=InverseTime(1.0, 1.0), discount=0.5)
        agent, rng = prepared(learner, num_envs=400, states=2, actions=10), fresh_rng()
        zeros, no = np.zeros(400, dtype=np.int64), np.zeros(400, dtype=bool)
        for _ in range(300):
            agent.update(Transition(zeros, rng.integers(10, size=400), rng.normal(size=400), zeros + 1, ~no, no))
        for _ in range(60):
            agent.update(Transition(zeros + 1, zeros, zeros * 0.0, zeros, no, no))
        largest.append(agent.values[:, 1, 0].mean() / 0.5)
    # The maximum of ten averages of 30 draws is 0.28 on average; standard errors here are below 0.02.
    assert largest[0] > 0.15
    assert abs(largest[1]) < 0.1
