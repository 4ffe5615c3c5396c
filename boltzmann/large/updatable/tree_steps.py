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
    temperature = head[0]
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
                extra += math.exp(exponent(values[leaf], top, temperature))
    node = int(head[2]) + action // BLOCK
    nodes[2 * node], nodes[2 * node + 1] = top, extra
    while node > 1:
        node //= 2
        high, low = 4 * node, 4 * node + 2
        if nodes[low] > nodes[high]:
            high, low = low, high
        top, extra = nodes[high], -1.0
        if top > -math.inf:
            extra = nodes[high + 1] + (1.0 + nodes[low + 1]) * math.exp(exponent(nodes[low], top, temperature))
        nodes[2 * node], nodes[2 * node + 1] = top, extra


def set_values(head: Any, nodes: Any, values: Any, actions: Any, news: Any) -> None:
    """Change values one after the other."""
    for index in range(len(actions)):
        set_value(head, nodes, values, actions[index], news[index])


def draw(head: Any, nodes: Any, values: Any, uniform: float) -> int:
    """Return the action at which the cumulative sum of the weights exceeds ``uniform`` of the whole; -1 without any."""
    temperature, bottoms = head[0], int(head[2])
    top = nodes[2]
    if top == -math.inf:
        return -1
    rest = uniform * (1.0 + nodes[3])
    node = 1
    while node < bottoms:
        node *= 2
        left = (1.0 + nodes[2 * node + 1]) * math.exp(exponent(nodes[2 * node], top, temperature))
        # A part without weight is never entered, whatever rounding leaves of the rest.
        if rest >= left and math.exp(exponent(nodes[2 * node + 2], top, temperature)) > 0.0:
            rest -= left
            node += 1
    first = (node - bottoms) * BLOCK
    chosen = first
    for leaf in range(first, min(first + BLOCK, int(head[1]))):
        share = math.exp(exponent(values[leaf], top, temperature))
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


def shift_blocks(values: Any, nodes: Any, exponents: Any, temperature: float) -> None:
    """Write the largest value of every block, and the exponents of all values relative to that of their block."""
    count, bottoms = len(values), len(nodes) // 4
    for block in range((count + BLOCK - 1) // BLOCK):
        first, last = block * BLOCK, min((block + 1) * BLOCK, count)
        top = values[first]
        for leaf in range(first + 1, last):
            top = max(top, values[leaf])
        nodes[2 * (bottoms + block)] = top
        for leaf in range(first, last):
            exponents[leaf] = exponent(values[leaf], top, temperature)


def sum_blocks(weights: Any, nodes: Any) -> None:
    """Write the extra of every block from the weights of its values; 1 of one value with the largest is left out."""
    count, bottoms = len(weights), len(nodes) // 4
    for block in range((count + BLOCK - 1) // BLOCK):
        extra, left_out = 0.0, False
        for leaf in range(block * BLOCK, min((block + 1) * BLOCK, count)):
            if weights[leaf] == 1.0 and not left_out:
                left_out = True
            else:
                extra += weights[leaf]
        nodes[2 * (bottoms + block) + 1] = extra if left_out else -1.0
