"""Reading of the values and masks of states, and of the distribution of first states, in compiled loops."""

from __future__ import annotations

from typing import Any

from boltzmann.experiments.engine.compiled.compiling import staged


@staged
def read_row(values: Any, table_row: int, mask: Any, mask_row: int, i: int, q: Any) -> None:
    """Read the values of one row's state, and add a row of the mask: 0 for allowed actions, -inf for others."""
    start = table_row * len(q)
    if len(mask) == 0:
        for a in range(len(q)):
            q[a, i] = values[start + a]
    else:
        for a in range(len(q)):
            q[a, i] = values[start + a] + mask[mask_row, a]


@staged
def read_next_rows(
    values: Any, next_table_rows: Any, seen: Any, mask: Any, next_states: Any, entries: Any, n: int, next_q: Any
) -> None:
    """Read the values of the states reached, with the mask of each state that has been seen."""
    count = len(next_q)
    if len(mask) == 0:
        for i in range(n):
            for a in range(count):
                next_q[a, i] = values[next_table_rows[i] * count + a]
    else:
        for i in range(n):
            # The last row of the mask allows everything.
            mask_row = next_states[entries[i]] if seen[next_table_rows[i]] else len(mask) - 1
            for a in range(count):
                next_q[a, i] = values[next_table_rows[i] * count + a] + mask[mask_row, a]


@staged
def draw_start(initial: Any, uniform: float) -> Any:
    """Return the state in which an episode starts."""
    start = 0
    while initial[start] <= uniform:
        start += 1
    return start
