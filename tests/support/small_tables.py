"""Tables of a few states, written out, and tables of Gymnasium's environments."""

import gymnasium
import numpy as np

import envs


def table_of(transitions, initial=0):
    """A table from ``{(state, action): [(probability, next state, reward, terminated), ...]}``."""
    states, actions = (1 + max(key[part] for key in transitions) for part in (0, 1))
    outcomes = max(map(len, transitions.values()))
    probs, rewards = np.zeros((2, states, actions, outcomes))
    next_states, terminated = np.zeros(probs.shape, dtype=np.int64), np.zeros(probs.shape, dtype=np.bool_)
    for (s, a), entries in transitions.items():
        for m, (probability, next_state, reward, ends) in enumerate(entries):
            probs[s, a, m], rewards[s, a, m] = probability, reward
            next_states[s, a, m], terminated[s, a, m] = next_state, ends
    return envs.Table(probs, next_states, rewards, terminated, np.eye(states)[initial])


def gymnasium_table(name, **arguments):
    return envs.compile_table(gymnasium.make(name, **arguments))


# Asadi & Littman, "An alternative softmax operator for reinforcement learning", 2017, figure 1.
TWO_STATES = table_of(
    {
        (0, 0): [(0.66, 0, 0.122, False), (0.34, 1, 0.122, True)],
        (0, 1): [(0.99, 0, 0.033, False), (0.01, 1, 0.033, True)],
        (1, 0): [(1.0, 1, 0.0, True)],
        (1, 1): [(1.0, 1, 0.0, True)],
    }
)
