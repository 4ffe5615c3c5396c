"""The steps of buckets, one number at a time: plain Python, or machine code where numba is installed.

A value v lies y = (anchor - v) / width below the anchor, in bucket floor(y), and its rest y - floor(y) is in [0, 1).
A row of ``table`` holds the start, the capacity and the number of members of a bucket. ``slots`` holds the place of
each action within its bucket, and behind these K places the members of all buckets. A row of ``moments`` holds the sums
of the first ``ORDERS`` powers of z, the rest less 1/2, over the members, and then what rounding left out of each
sum. A value that leaves takes away the same numbers that it brought, so nothing drifts.
"""

from __future__ import annotations

import math
from typing import Any

BUCKETS = 4096
ABOVE = 1024
"""The buckets above the anchor; the others are below."""
FAR, MASKED, OUTSIDE = BUCKETS, BUCKETS + 1, -1
LOWEST_TOP = 3072
"""The last bucket that may be the first one with members while values lie below all buckets."""
ORDERS = 16

COUNT, WIDTH, ANCHOR, TOP, NEAR, N_FAR, N_MASKED, END, ENDLESS = 0, 1, 2, 3, 4, 5, 6, 7, 8
"""Entries of ``head``: K, the width, the anchor, the first bucket with members, how many values lie in buckets, below
them, and are masked, the end of all members, and whether T is infinite, so that no value may lie below the buckets."""


def depth(head: Any, value: float) -> float:
    """Return how many widths a value lies below the anchor."""
    difference = head[ANCHOR] - value
    if abs(difference) == math.inf:
        return float(2.0 * ((head[ANCHOR] / 2.0 - value / 2.0) / head[WIDTH]))
    return float(difference / head[WIDTH])


def bucket_of(head: Any, value: float) -> int:
    """Return the bucket of a value, or ``FAR``, ``MASKED``, or ``OUTSIDE`` above all buckets."""
    if value == -math.inf:
        return MASKED
    below = depth(head, value)
    if below >= BUCKETS - ABOVE:
        return FAR
    if below < -ABOVE:
        return OUTSIDE
    return math.floor(below) + ABOVE


def add_moments(moments: Any, bucket: int, rest: float, sign: float) -> None:
    """Add the powers of a member to the moments of its bucket, or take them away."""
    z = rest - 0.5
    power = sign
    for order in range(ORDERS):
        power *= z
        old = moments[bucket, order]
        new = old + power
        part = new - old
        moments[bucket, order] = new
        moments[bucket, ORDERS + order] += (old - (new - part)) + (power - part)


def sum_moments(head: Any, table: Any, slots: Any, values: Any, moments: Any) -> None:
    """Add the powers of all members to moments of 0."""
    for bucket in range(BUCKETS):
        first = int(head[COUNT]) + table[bucket, 0]
        for place in range(first, first + table[bucket, 2]):
            below = depth(head, values[slots[place]])
            add_moments(moments, bucket, below - math.floor(below), 1.0)


def leave(head: Any, table: Any, slots: Any, moments: Any, action: int, bucket: int, rest: float) -> None:
    """Take an action out of its bucket; the last member gets its place."""
    first, last = int(head[COUNT]) + table[bucket, 0], table[bucket, 2] - 1
    place, mover = slots[action], slots[first + last]
    slots[first + place], slots[mover] = mover, place
    table[bucket, 2] = last
    head[NEAR] -= 1
    if len(moments) > 0:
        if last > 0:
            add_moments(moments, bucket, rest, -1.0)
        else:
            for order in range(2 * ORDERS):
                moments[bucket, order] = 0.0


def enter(head: Any, table: Any, slots: Any, moments: Any, action: int, bucket: int, rest: float) -> bool:
    """Put an action into a bucket, and return whether there was room for it."""
    count, last = int(head[COUNT]), table[bucket, 2]
    if last == table[bucket, 1]:
        room, end = 2 * last + 4, int(head[END])
        if count + end + room > len(slots):
            return False
        first = table[bucket, 0]
        for place in range(last):
            slots[count + end + place] = slots[count + first + place]
        table[bucket, 0], table[bucket, 1] = end, room
        head[END] = end + room
    slots[count + table[bucket, 0] + last], slots[action] = action, last
    table[bucket, 2] = last + 1
    head[NEAR] += 1
    head[TOP] = min(head[TOP], bucket)
    if len(moments) > 0:
        add_moments(moments, bucket, rest, 1.0)
    return True


def set_value(head: Any, table: Any, slots: Any, values: Any, moments: Any, action: int, value: float) -> bool:
    """Change one value, and return whether the buckets have to be made anew."""
    old, new = bucket_of(head, values[action]), bucket_of(head, value)
    before, after = depth(head, values[action]), depth(head, value)
    values[action] = value
    if new == OUTSIDE:
        return True
    if old < BUCKETS:
        if old == new and len(moments) == 0:
            return False
        leave(head, table, slots, moments, action, old, before - math.floor(before))
    elif old == FAR:
        head[N_FAR] -= 1
    else:
        head[N_MASKED] -= 1
    if new < BUCKETS:
        if not enter(head, table, slots, moments, action, new, after - math.floor(after)):
            return True
    elif new == FAR:
        head[N_FAR] += 1
    else:
        head[N_MASKED] += 1
    top = int(head[TOP])
    while top < BUCKETS and table[top, 2] == 0:
        top += 1
    head[TOP] = top
    return bool(head[N_FAR] > 0 and (top > LOWEST_TOP or head[ENDLESS] > 0))


def set_values(head: Any, table: Any, slots: Any, values: Any, moments: Any, actions: Any, news: Any) -> bool:
    """Change values one after the other, and return whether the buckets have to be made anew."""
    anew = False
    for index in range(len(actions)):
        if anew:
            values[actions[index]] = news[index]
        else:
            anew = set_value(head, table, slots, values, moments, actions[index], news[index])
    return anew


def bound_total(head: Any, table: Any, ratio: float) -> float:
    """Return the sum of the members' upper bounds, that of the first bucket being 1; what cannot matter is left out."""
    bucket, rest, weight, total = int(head[TOP]), head[NEAR], 1.0, 0.0
    while rest > 0 and rest * weight > total * 2.0**-64:
        total += table[bucket, 2] * weight
        rest -= table[bucket, 2]
        weight *= ratio
        bucket += 1
    return total


def place_of(head: Any, table: Any, slots: Any, values: Any, steepness: float, ratio: float, point: float) -> int:
    """Return the action whose part of the sum of upper bounds holds a point, or -1 above its weight."""
    bucket, weight = int(head[TOP]), 1.0
    rest = head[NEAR] - table[bucket, 2]
    while point >= table[bucket, 2] * weight and rest > 0 and rest * weight * ratio > 0.0:
        point -= table[bucket, 2] * weight
        weight *= ratio
        bucket += 1
        rest -= table[bucket, 2]
    # Rounding may leave the point behind the last member, or stop it in an empty bucket.
    while table[bucket, 2] == 0:
        bucket -= 1
    share = point / weight
    member = min(int(share), table[bucket, 2] - 1)
    action = slots[int(head[COUNT]) + table[bucket, 0] + member]
    below = depth(head, values[action])
    if share - member < math.exp(-steepness * (below - math.floor(below))):
        return int(action)
    return -1


def draw(head: Any, table: Any, slots: Any, values: Any, temperature: float, uniform: float) -> int:
    """Return an action, -1 where another uniform number is needed, or -2 without an allowed action."""
    if head[NEAR] == 0:
        return -2
    steepness = head[WIDTH] / temperature
    ratio = math.exp(-steepness)
    return place_of(head, table, slots, values, steepness, ratio, uniform * bound_total(head, table, ratio))


def draws(head: Any, table: Any, slots: Any, values: Any, temperature: float, uniforms: Any, actions: Any) -> None:
    """Write the action of each uniform number, or -1 where another is needed."""
    steepness = head[WIDTH] / temperature
    ratio = math.exp(-steepness)
    total = bound_total(head, table, ratio)
    for index in range(len(uniforms)):
        actions[index] = place_of(head, table, slots, values, steepness, ratio, uniforms[index] * total)
