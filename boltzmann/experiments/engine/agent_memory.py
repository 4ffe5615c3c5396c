"""The memory of an agent, known before it is made for very many states and actions."""

from __future__ import annotations

import copy
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from boltzmann.experiments.interfaces import Agent

_MANY_ENTRIES = 2**16
"""States times actions from which on the bytes of an agent are estimated before it is reset."""


def agent_bytes(agent: Agent, *spaces: Any) -> int:
    """Return the bytes that an agent takes for one replicate in spaces of very many states and actions.

    The agent is reset in smaller spaces, and its bytes are extrapolated linearly to the product of both sizes.

    Returns
    -------
    int
        0 for fewer than 65 536 states times actions, and for agents and spaces that do not have such a size.

    Examples
    --------
    >>> from boltzmann.lab.agents import QLearning
    >>> from boltzmann import Greedy
    >>> from gymnasium.spaces import Discrete
    >>> 2**30 <= agent_bytes(QLearning(Greedy()), Discrete(2**25), Discrete(2)) < 1.1 * 2**30  # values and visits
    True
    """
    from gymnasium.spaces import Discrete

    states, actions = (int(space.n) if isinstance(space, Discrete) else 0 for space in spaces)
    if states * actions < _MANY_ENTRIES:
        return 0
    fewer_actions = min(actions, _MANY_ENTRIES)
    fewer_states = min(states, _MANY_ENTRIES // fewer_actions)
    smaller = copy.deepcopy(agent)
    with tracing():
        tracemalloc.reset_peak()
        before, _ = tracemalloc.get_traced_memory()
        try:
            smaller.reset(1, Discrete(fewer_states), Discrete(fewer_actions), np.random.default_rng(0))
        except Exception:
            # Such an agent needs the sizes of its environment; its own steps show what it takes.
            return 0
        _, peak = tracemalloc.get_traced_memory()
    return (peak - before) * states * actions // (fewer_states * fewer_actions)


@contextmanager
def tracing() -> Iterator[None]:
    """Trace allocations, and leave a tracer that already runs as it is."""
    if tracemalloc.is_tracing():
        yield
        return
    tracemalloc.start()
    try:
        yield
    finally:
        tracemalloc.stop()
