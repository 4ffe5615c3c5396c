"""Dynamic programming on tables with any backup: value iteration and finite horizons.

A table is an object with the arrays of ``envs.Table``: ``probs``, ``next_states``, ``rewards`` and ``terminated`` of
shape (S, K, M), ``initial`` of shape (S,), and ``action_mask`` of shape (S, K) or None. A table has no time limit. An
outcome that terminates leads to no further reward, whatever its next state is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import ArrayLike

from agents.backups import Backup
from agents.memory import Values
from agents.planning.model import Model, TableLike, checked_discount, state_values
from boltzmann import checks
from boltzmann.arrays import AS_USUAL


@dataclass(frozen=True, eq=False)
class Solution:
    """The fixed point that value iteration reached.

    Attributes
    ----------
    V : array of shape (S,)
        Values of the states, ``backup(Q)``.
    Q : array of shape (S, K)
        Values of the actions.
    sweeps : int
        The number of sweeps.
    """

    V: Values
    Q: Values
    sweeps: int


@AS_USUAL
def action_values(table: TableLike, V: ArrayLike, discount: float) -> Values:
    """Return Q(s, a) = sum_outcomes p (r + discount V(s') [not terminated]), shape (S, K).

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
) -> Iterator[Values]:
    """Yield the values of the states after each sweep of value iteration, without an end.

    V <- backup(Q of V), all states at once. The backup's ``step`` is the number of the sweep, 0 at first, so a
    temperature that falls with the sweeps makes this dynamic Boltzmann value iteration (Pan et al., "Reinforcement
    learning with dynamic Boltzmann softmax updates", 2020, algorithm 1).

    Parameters
    ----------
    table : table
        The model.
    backup : Backup
        A backup, such as ``Maximum()`` or ``SoftValue(0.1)``.
    discount : float
        In [0, 1].
    initial_values : array of shape (S,), optional
        The values before the first sweep, 0 by default.

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


@AS_USUAL
def value_iteration(
    table: TableLike,
    backup: Backup,
    discount: float,
    *,
    initial_values: ArrayLike | None = None,
    tolerance: float = 1e-14,
    max_sweeps: int = 200_000,
) -> Solution:
    """Sweep until the values are a fixed point, V = backup(Q of V).

    With ``Maximum()`` these are the optimal values (Sutton & Barto, "Reinforcement Learning", 2nd ed., equation 4.10).
    The non-expansions ``SoftValue(T)`` and ``MellowmaxValue(T)`` have one fixed point. With
    ``BoltzmannExpectation(T)`` the fixed point may depend on the initial values, and the sweeps may not converge.

    Parameters
    ----------
    table, backup, discount, initial_values
        As for :func:`value_sweeps`.
    tolerance : float
        The sweeps end when no value changes by more than this part of the largest value. In [0, inf].
    max_sweeps : int
        The sweeps allowed, at least 1.

    Raises
    ------
    ValueError, TypeError
        As :func:`value_sweeps`, and if the values still change after the last sweep.

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
    tolerance = checks.number_in("tolerance", tolerance, "[0, inf]")
    max_sweeps = checks.whole_number("max_sweeps", max_sweeps, least=1)
    before = np.full(len(table.probs), np.inf)
    sweeping = value_sweeps(table, backup, discount, initial_values=initial_values)
    for sweeps, V in enumerate(islice(sweeping, max_sweeps)):
        if np.abs(V - before).max() <= tolerance * np.abs(V).max():
            return Solution(V, action_values(table, V, discount), sweeps + 1)
        before = V
    raise ValueError(f"values did not settle at discount {discount} in {max_sweeps} sweeps: try a smaller discount")


@AS_USUAL
def finite_horizon(table: TableLike, backup: Backup, horizon: int, *, discount: float = 1.0) -> Values:
    """Return the values of the states with ``horizon`` steps left, shape (S,), undiscounted by default.

    With ``Maximum()`` they are the largest expected returns in ``horizon`` steps. The backup's ``step`` counts back
    from the last step.

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
