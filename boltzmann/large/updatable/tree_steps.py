"""The steps of a tree, one number at a time: plain Python, or machine code where numba is installed.

Leaves are values. A bottom node stands for a block of ``BLOCK`` leaves, and node i has the children 2 i and 2 i + 1;
the root is 1. A node holds two numbers side by side: its top, the largest value beneath it, and its extra, the weight
of all its leaves but one with that value, in units of that one's: sum exp((v - top) / T) - 1, or -1 for a node without
an allowed action. Ties count here, and nothing is lost where one value dominates. A node is always made from its
children: nothing is added to or taken from a sum, so nothing drifts.

``head`` holds the temperature, K, and the number of bottom nodes.
"""

from __future__ import annotations

import math
from typing import Any

BLOCK = 8
HOTTEST = 1e300
"""Below it, a difference of values that overflows has the weight 0, as it should, and needs no care."""


def exponent(low: float, high: float, temperature: float) -> float:
    """Return (low - high) / T, low being at most high, with both ends of T by value; -inf for a masked value."""
    if low == -math.inf:
        return low
    if low == high or temperature == math.inf:
        return 0.0
    if temperature == 0.0:
        return -math.inf
    difference = low - high
    if difference == -math.inf:
        return 2.0 * ((low / 2.0 - high / 2.0) / temperature)
    return difference / temperature


def set_value(head: Any, nodes: Any, values: Any, action: int, value: float) -> None:
    """Change one value, and make the nodes above it anew."""
    temperature, ordinary = head[0], 0.0 < head[0] < HOTTEST
    values[action] = value
    first = action // BLOCK * BLOCK
    last = min(first + BLOCK, int(head[1]))
    top, at = values[first], first
    for leaf in range(first + 1, last):
        if values[leaf] > top:
            top, at = values[leaf], leaf
    extra = -1.0
    if top > -math.inf:
        extra = 0.0
        for leaf in range(first, last):
            if leaf != at:
                low = values[leaf]
                extra += math.exp((low - top) / temperature if ordinary else exponent(low, top, temperature))
    node = int(head[2]) + action // BLOCK
    nodes[2 * node], nodes[2 * node + 1] = top, extra
    while node > 1:
        node //= 2
        high, less = 4 * node, 4 * node + 2
        if nodes[less] > nodes[high]:
            high, less = less, high
        top, low, extra = nodes[high], nodes[less], -1.0
        if top > -math.inf:
            share = math.exp((low - top) / temperature if ordinary else exponent(low, top, temperature))
            extra = nodes[high + 1] + (1.0 + nodes[less + 1]) * share
        nodes[2 * node], nodes[2 * node + 1] = top, extra


def set_values(head: Any, nodes: Any, values: Any, actions: Any, news: Any) -> None:
    """Change values one after the other."""
    for index in range(len(actions)):
        set_value(head, nodes, values, actions[index], news[index])


def draw(head: Any, nodes: Any, values: Any, uniform: float) -> int:
    """Return the action at which the cumulative sum of the weights exceeds ``uniform`` of the whole; -1 without any."""
    temperature, bottoms = head[0], int(head[2])
    if nodes[2] == -math.inf:
        return -1
    ordinary = 0.0 < temperature < HOTTEST
    # The rest is counted in weights of the largest value below the node.
    rest = uniform * (1.0 + nodes[3])
    node = 1
    while node < bottoms:
        node *= 2
        left, right = nodes[2 * node], nodes[2 * node + 2]
        # A part without weight is never entered, whatever rounding leaves of the rest.
        if left >= right:
            share = 1.0 + nodes[2 * node + 1]
            if rest >= share:
                weight = math.exp((right - left) / temperature if ordinary else exponent(right, left, temperature))
                if weight > 0.0:
                    rest = (rest - share) / weight
                    node += 1
        else:
            weight = math.exp((left - right) / temperature if ordinary else exponent(left, right, temperature))
            share = (1.0 + nodes[2 * node + 1]) * weight
            if rest >= share:
                rest -= share
                node += 1
            else:
                rest /= weight
    top = nodes[2 * node]
    first = (node - bottoms) * BLOCK
    chosen = first
    for leaf in range(first, min(first + BLOCK, int(head[1]))):
        low = values[leaf]
        share = math.exp((low - top) / temperature if ordinary else exponent(low, top, temperature))
        if share > 0.0:
            chosen = leaf
            if rest < share:
                break
            rest -= share
    return chosen


def draws(head: Any, nodes: Any, values: Any, uniforms: Any, actions: Any) -> None:
    """Write the action of each uniform number."""
    for index in range(len(uniforms)):
        actions[index] = draw(head, nodes, values, uniforms[index])


def shift_blocks(values: Any, nodes: Any, bottom: int, exponents: Any, temperature: float) -> None:
    """Write the largest value of every block, and the exponents of all values relative to that of their block.

    The first block is that of node ``bottom``.
    """
    whole = len(values) // BLOCK
    for block in range(whole):
        top = values[block * BLOCK]
        for place in range(1, BLOCK):
            value = values[block * BLOCK + place]
            top = value if value > top else top
        nodes[2 * (bottom + block)] = top
        for place in range(BLOCK):
            exponents[block * BLOCK + place] = top
    if whole * BLOCK < len(values):
        top = values[whole * BLOCK]
        for leaf in range(whole * BLOCK + 1, len(values)):
            top = max(top, values[leaf])
        nodes[2 * (bottom + whole)] = top
        for leaf in range(whole * BLOCK, len(values)):
            exponents[leaf] = top
    # One loop without calls is vectorised.
    if 0.0 < temperature < HOTTEST:
        for leaf in range(len(values)):
            difference = values[leaf] - exponents[leaf]
            exponents[leaf] = difference / temperature if difference <= 0.0 else -math.inf
    else:
        for leaf in range(len(values)):
            exponents[leaf] = exponent(values[leaf], exponents[leaf], temperature)


def sum_blocks(weights: Any, nodes: Any, bottom: int) -> None:
    """Write the extra of every block from the weights of its values; 1 of one value with the largest is left out."""
    for block in range((len(weights) + BLOCK - 1) // BLOCK):
        extra, missing = 0.0, 1.0
        for leaf in range(block * BLOCK, min((block + 1) * BLOCK, len(weights))):
            weight = weights[leaf]
            one = missing if weight == 1.0 else 0.0
            missing -= one
            extra += weight - one
        nodes[2 * (bottom + block) + 1] = -1.0 if missing > 0.0 else extra


def shift_level(nodes: Any, level: int, exponents: Any, temperature: float) -> None:
    """Write the exponents of the lower children of the nodes of a level, which begins with node ``level``."""
    for index in range(level):
        left, right = nodes[4 * (level + index)], nodes[4 * (level + index) + 2]
        exponents[index] = exponent(min(left, right), max(left, right), temperature)


def join_level(nodes: Any, level: int, weights: Any) -> None:
    """Make the nodes of a level of their children, with the weights of the lower ones."""
    for index in range(level):
        first = 4 * (level + index)
        left, right = nodes[first], nodes[first + 2]
        more = nodes[first + 1] if left >= right else nodes[first + 3]
        less = nodes[first + 3] if left >= right else nodes[first + 1]
        top = left if left >= right else right
        nodes[2 * (level + index)] = top
        nodes[2 * (level + index) + 1] = more + (1.0 + less) * weights[index] if top > -math.inf else -1.0
