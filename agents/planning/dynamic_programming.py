"""Dynamic programming on tables: what learners are checked by, and what the softened operators lead to.

A table is anything with the arrays of ``envs.Table``: ``probs``, ``next_states``, ``rewards`` and ``terminated`` of
shape (S, K, M), ``initial`` of shape (S,), and ``action_mask`` of shape (S, K) or None. Time limits are unknown to it.
An outcome that terminates leads to no further reward, whatever stands at its next state.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import ArrayLike, NDArray

from agents.backups import Backup
from agents.planning.model import Model, TableLike, checked_discount, state_values
from boltzmann import checks

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Solution:
    """Where value iteration has settled.

    Attributes
    ----------
    V : array of shape (S,)
        Values of the states, ``backup(Q)``.
    Q : array of shape (S, K)
        Values of the actions.
    sweeps : int
        How many it took.
    """

    V: Floats
    Q: Floats
    sweeps: int


def action_values(table: TableLike, V: ArrayLike, discount: float) -> Floats:
    """Q(s, a) = sum_outcomes p (r + discount V(s') [not terminated]), shape (S, K).

    Parameters
    ----------
    table : table
        The model.
    V : array of shape (S,)
        Values of the states.
    discount : float
        In [0, 1].

    Raises
    ------
    ValueError, TypeError
        For values of another shape, and a discount out of its bounds.
    """
    return Model(table).action_values(state_values(table, V), checked_discount(discount))


def value_sweeps(
    table: TableLike, backup: Backup, discount: float, *, initial_values: ArrayLike | None = None
) -> Iterator[Floats]:
    """Yield the values of the states after each sweep of value iteration, for ever.

    V <- backup(Q of V), all states at once. The backup is told the sweep, 0 at first, as its ``step``: a temperature
    that falls with the sweeps makes it dynamic Boltzmann value iteration (Pan et al., "Reinforcement learning with
    dynamic Boltzmann softmax updates", 2020, algorithm 1).

    Parameters
    ----------
    table : table
        The model.
    backup : Backup
        Such as ``Maximum()`` or ``SoftValue(0.1)``.
    discount : float
        In [0, 1].
    initial_values : array of shape (S,), optional
        Where to start, 0 by default.

    Raises
    ------
    ValueError, TypeError
        For values of another shape, and a discount out of its bounds.
    """
    model, discount = Model(table), checked_discount(discount)
    V = state_values(table, np.zeros(len(table.probs)) if initial_values is None else initial_values)
    sweep = 0
    while True:
        V = backup(model.action_values(V, discount), where=table.action_mask, step=sweep)
        sweep += 1
        yield V


def value_iteration(
    table: TableLike,
    backup: Backup,
    discount: float,
    *,
    initial_values: ArrayLike | None = None,
    tolerance: float = 1e-14,
    max_sweeps: int = 200_000,
) -> Solution:
    """Sweep until the values settle: V = backup(Q of V).

    With ``Maximum()`` these are the optimal values (Sutton & Barto, "Reinforcement Learning", 2nd ed., equation 4.10),
    with ``SoftValue(T)`` and ``MellowmaxValue(T)`` the one fixed point of these non-expansions; with
    ``BoltzmannExpectation(T)`` there may be several, told apart by where one starts, or none that it settles in.

    Parameters
    ----------
    table, backup, discount, initial_values
        As for :func:`value_sweeps`.
    tolerance : float
        Settled is what no sweep moves by more than this part of the largest value.
    max_sweeps : int
        When to give up.

    Raises
    ------
    ValueError, TypeError
        As :func:`value_sweeps`, and where the values do not settle.

    Examples
    --------
    >>> import gymnasium
    >>> from agents.backups import SoftValue
    >>> from envs import compile_table
    >>> table = compile_table(gymnasium.make("FrozenLake-v1"))
    >>> for temperature in (1.0, 0.1, 0.01):
    ...     print(value_iteration(table, SoftValue(temperature), 0.99).V[0].round(6))
    23.918127
    2.471032
    0.598924
    """
    tolerance = checks.number("tolerance", tolerance, least=0)
    max_sweeps = checks.whole_number("max_sweeps", max_sweeps, least=1)
    before = np.full(len(table.probs), np.inf)
    sweeping = value_sweeps(table, backup, discount, initial_values=initial_values)
    for sweeps, V in enumerate(islice(sweeping, max_sweeps)):
        if np.abs(V - before).max() <= tolerance * np.abs(V).max():
            return Solution(V, action_values(table, V, discount), sweeps + 1)
        before = V
    raise ValueError(f"values did not settle at discount {discount} in {max_sweeps} sweeps: try a smaller discount")


def finite_horizon(table: TableLike, backup: Backup, horizon: int, *, discount: float = 1.0) -> Floats:
    """Values with ``horizon`` steps to go, shape (S,), undiscounted by default.

    With ``Maximum()`` they are the best that can be had in so many steps. The backup's ``step`` counts from the last
    step back.

    Parameters
    ----------
    table, backup, discount
        As for :func:`value_sweeps`.
    horizon : int
        At least 1.

    Raises
    ------
    ValueError, TypeError
        As :func:`value_sweeps`, and for a horizon below 1.
    """
    horizon = checks.whole_number("horizon", horizon, least=1)
    return next(islice(value_sweeps(table, backup, discount), horizon - 1, None))
