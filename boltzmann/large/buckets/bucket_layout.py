"""All buckets at once, on arrays."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from boltzmann.arrays import QUIET
from boltzmann.large.buckets.bucket_steps import ABOVE, BUCKETS, COUNT, ENDLESS, ORDERS, TOP

Floats = NDArray[np.float64]
WIDTHS = 4.0
"""The widths that new buckets have in a temperature; they are kept while T is 1 to 16 widths."""


class Layout(NamedTuple):
    """The arrays of ``bucket_steps``."""

    head: Floats
    table: NDArray[np.int64]
    slots: NDArray[Any]

    def first_members(self) -> NDArray[Any]:
        """Return the actions in the first bucket with members."""
        start, _, members = self.table[int(self.head[TOP])].tolist()
        first = int(self.head[COUNT]) + start
        return self.slots[first : first + members]


@QUIET
def width_for(values: Floats, temperature: float) -> tuple[float, bool]:
    """Return a width for a temperature above 0, and whether the range of the values sets it, as for hot ones."""
    allowed = values[values > -np.inf]
    top = float(allowed.max()) if len(allowed) else 0.0
    span = float(top / 16.0 - allowed.min() / 16.0) if len(allowed) else 0.0
    # Where all values are alike nothing but their size says how far the next one may be.
    widest = span or max(1.0, abs(top) / 16.0)
    if temperature / WIDTHS <= widest:
        return max(temperature / WIDTHS, 5e-324), False
    return widest, True


@QUIET
def layout_of(values: Floats, width: float, *, endless: bool) -> Layout:
    """Put all values into buckets, and actions in their order into each; the largest value is the anchor."""
    count = len(values)
    anchor = float(values.max())
    if anchor == -np.inf:
        anchor = 0.0
    below = depths(values, anchor, width)
    near = np.flatnonzero(below < BUCKETS - ABOVE)
    # 16 bits are sorted in one pass by digits.
    buckets = (below[near].astype(np.int16) + ABOVE).astype(np.int16)
    order = np.argsort(buckets, kind="stable")
    members = np.bincount(buckets, minlength=BUCKETS)
    room = members + np.where(members > 0, members // 4 + 4, 0)
    starts = np.cumsum(room) - room
    slots: NDArray[Any] = np.zeros(3 * count + 8 * min(count, BUCKETS), dtype=np.int32 if count < 2**29 else np.int64)
    places = np.arange(len(near)) - np.repeat(np.cumsum(members) - members, members)
    actions = near[order]
    slots[actions] = places
    slots[count + np.repeat(starts, members) + places] = actions
    masked = int(np.count_nonzero(values == -np.inf))
    top = float(np.flatnonzero(members)[0]) if len(near) else float(BUCKETS)
    far = count - len(near) - masked
    head = np.array([count, width, anchor, top, len(near), far, masked, room.sum(), endless], dtype=np.float64)
    assert len(head) == ENDLESS + 1
    return Layout(head, np.stack([starts, room, members], axis=1), slots)


def depths(values: Floats, anchor: float, width: float) -> Floats:
    """Do for arrays what ``bucket_steps.depth`` does."""
    differences = anchor - values
    result = differences / width
    wide = np.isinf(differences)
    if wide.any():
        result[wide] = 2.0 * ((anchor / 2.0 - values[wide] / 2.0) / width)
    return np.asarray(result)


@QUIET
def moments_of(layout: Layout, values: Floats, machine_code: dict[str, Any] | None) -> Floats:
    """Sum the moments of all buckets, by ``bucket_steps.sum_moments`` as machine code, or in long double."""
    head, table, slots = layout
    moments = np.zeros((BUCKETS, 2 * ORDERS))
    if machine_code is not None:
        machine_code["sum_moments"](head, table, slots, values, moments)
        return moments
    count, members = int(head[COUNT]), table[:, 2]
    filled = np.flatnonzero(members)
    if len(filled) == 0:
        return moments
    firsts = np.cumsum(members[filled]) - members[filled]
    within = np.arange(int(members.sum())) - np.repeat(firsts, members[filled])
    below = depths(values[slots[count + np.repeat(table[filled, 0], members[filled]) + within]], head[2], head[1])
    z = below - np.floor(below) - 0.5
    power = np.ones(len(z))
    for order in range(ORDERS):
        power *= z
        sums = np.add.reduceat(power.astype(np.longdouble), firsts)
        moments[filled, order] = sums.astype(np.float64)
        moments[filled, ORDERS + order] = (sums - moments[filled, order]).astype(np.float64)
    return moments
