"""Exploration problems written out from their papers, one state and action at a time, and plain ways to solve them."""

import numpy as np


def river_swim(state, action):
    """Outcomes as {(next state, reward, terminated): probability}."""
    if action == 0:
        return {(max(state - 1, 0), 5.0 if state == 0 else 0.0, False): 1.0}
    if state == 0:
        return {(0, 0.0, False): 0.7, (1, 0.0, False): 0.3}
    if state == 5:
        return {(4, 0.0, False): 0.7, (5, 10_000.0, False): 0.3}
    return {(state - 1, 0.0, False): 0.1, (state, 0.0, False): 0.6, (state + 1, 0.0, False): 0.3}


def chain(state, action):
    forward = (4, 10.0, False) if state == 4 else (state + 1, 0.0, False)
    back = (0, 2.0, False)
    return {forward: 0.8, back: 0.2} if action == 0 else {back: 0.8, forward: 0.2}


LOOP_EDGES = {  # (state, action): (next state, reward), read off figure 3(b) of Dearden et al.
    (0, 0): (1, 0.0), (1, 0): (2, 0.0), (2, 0): (3, 0.0), (3, 0): (4, 0.0), (4, 0): (0, 1.0),
    (0, 1): (5, 0.0), (1, 1): (2, 0.0), (2, 1): (3, 0.0), (3, 1): (4, 0.0), (4, 1): (0, 1.0),
    (5, 0): (0, 0.0), (6, 0): (0, 0.0), (7, 0): (0, 0.0), (8, 0): (0, 2.0),
    (5, 1): (6, 0.0), (6, 1): (7, 0.0), (7, 1): (8, 0.0), (8, 1): (0, 2.0),
}  # fmt: skip


def loop(state, action):
    target, reward = LOOP_EDGES[state, action]
    return {(target, reward, False): 1.0}


DOUBLE_CHAIN_FORWARD = {
    0: (1, 0.0), 1: (2, 0.0), 2: (3, 0.0), 3: (4, 0.0), 4: (4, 10.0),
    5: (6, 0.0), 6: (7, 0.0), 7: (8, 0.0), 8: (8, 5.0),
}  # fmt: skip


def double_chain(state, action):
    target, reward = DOUBLE_CHAIN_FORWARD[state] if action == 0 else (5 if state == 0 else 0, 2.0)
    return {(target, reward, False): 1.0}


def deep_sea(state, action, size=10, wind=0.0):
    row, column = divmod(state, size)
    last = row == size - 1

    def cell(across):
        return min(row + 1, size - 1) * size + min(max(across, 0), size - 1)

    if action == 0:
        return {(cell(column - 1), 0.0, last): 1.0}
    reward = (1.0 if column == size - 1 else 0.0) - 0.01 / size
    outcomes = {(cell(column), reward, last): wind} if wind else {}
    outcomes[cell(column + 1), reward, last] = outcomes.get((cell(column + 1), reward, last), 0.0) + 1 - wind
    return outcomes


def deep_sea_stochastic(state, action):
    return deep_sea(state, action, wind=0.1)


def two_state(state, action):
    if state == 1:
        return {(1, 0.0, True): 1.0}
    reward, staying = ((0.122, 0.66), (0.033, 0.99))[action]
    return {(0, reward, False): staying, (1, reward, True): 1 - staying}


def grid_world(state, action, layout):
    width = len(layout[0])
    row, column = divmod(state, width)
    if layout[row][column] in "#G":
        return {(state, 0.0, True): 1.0}
    down, right = {0: (-1, 0), 1: (0, 1), 2: (1, 0), 3: (0, -1)}[action]
    row, column = row + down, column + right
    if not (0 <= row < len(layout) and 0 <= column < width) or layout[row][column] == "#":
        return {(state, 0.0, False): 1.0}
    goal = layout[row][column] == "G"
    return {(row * width + column, float(goal), goal): 1.0}


def outcomes_of(table, state, action):
    """The outcomes of one pair of a table, in the same form."""
    outcomes = {}
    for prob, target, reward, ends in zip(
        table.probs[state, action],
        table.next_states[state, action],
        table.rewards[state, action],
        table.terminated[state, action],
        strict=True,
    ):
        if prob > 0:
            key = (int(target), float(reward), bool(ends))
            outcomes[key] = outcomes.get(key, 0.0) + float(prob)
    return outcomes


def dense(table):
    """Transition probabilities among states that go on, (S, K, S), and expected rewards, (S, K)."""
    states, actions, _ = table.probs.shape
    transition, reward = np.zeros((states, actions, states)), np.zeros((states, actions))
    for s in range(states):
        for a in range(actions):
            for (target, paid, ends), prob in outcomes_of(table, s, a).items():
                reward[s, a] += prob * paid
                if not ends:
                    transition[s, a, target] += prob
    return transition, reward


def gain(table, policy):
    """Average reward per step of a deterministic policy, by its stationary distribution."""
    transition, reward = dense(table)
    rows = np.arange(len(policy))
    P, r = transition[rows, policy], reward[rows, policy]
    system = np.vstack([P.T - np.eye(len(P)), np.ones(len(P))])
    stationary = np.linalg.lstsq(system, np.append(np.zeros(len(P)), 1.0), rcond=None)[0]
    np.testing.assert_allclose(stationary @ P, stationary, atol=1e-12)
    return float(stationary @ r)


def best_total(table, steps):
    """Largest expected sum of rewards within ``steps`` steps from each state, by backward induction."""
    transition, reward = dense(table)
    V = np.zeros(len(reward))
    for _ in range(steps):
        V = (reward + transition @ V).max(axis=1)
    return V


def iterated(table, discount, combine, sweeps):
    """Value iteration with ``combine(Q, sweep)`` instead of the maximum; returns V and Q."""
    transition, reward = dense(table)
    V = np.zeros(len(reward))
    for sweep in range(1, sweeps + 1):
        Q = reward + discount * transition @ V
        V = combine(Q, sweep)
    return V, Q


def boltzmann(beta):
    """Mean of the values under their own softmax, at the inverse temperature ``beta(sweep)``."""

    def combine(Q, sweep):
        weights = np.exp(beta(sweep) * (Q - Q.max(axis=1, keepdims=True)))
        return (weights * Q).sum(axis=1) / weights.sum(axis=1)

    return combine
