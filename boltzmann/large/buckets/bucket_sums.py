"""A distribution at any temperature, by Taylor series: plain Python, or machine code where numba is installed.

Depths are counted in widths from the middle of the first bucket with members, so nothing overflows. The weight of a
member in bucket e below the first, with the rest z, is exp(-t (e + z)), t = width / T. Sums over the members of a
bucket come from its moments M_n, the sums of z^n: sum exp(-t z) = sum (-t)^n M_n / n!, cut behind n = 14. As |z| is at
most 1/2 and t at most 1, this leaves out less than (1/2)^15 / 15! exp(1/2) = 4e-17 of each member, whose least weight
is exp(-1/2): 1e-16 of the sum.
"""

from __future__ import annotations

import math
from typing import Any

from boltzmann.large.buckets.bucket_steps import ABOVE, ANCHOR, N_FAR, NEAR, ORDERS, TOP, WIDTH

TERMS = 14
INVERSES = (0.0, *(1.0 / order for order in range(1, TERMS + 1)))
WIDEST = 16.0
"""The largest temperature, in widths, that reaches no value below all buckets."""
HOTTEST = 1024.0


def terms_of(steepness: float) -> int:
    """Return how many terms behind the first one the series needs for 1e-17 of its sum."""
    terms, term = 0, 1.0
    while terms < TERMS and term > 1e-17:
        terms += 1
        term *= 0.5 * steepness * INVERSES[terms]
    return terms


def weight_sum(head: Any, table: Any, moments: Any, steepness: float) -> float:
    """Return the sum of the weights."""
    bucket, rest, below, total = int(head[TOP]), head[NEAR], 0.0, 0.0
    terms = terms_of(steepness)
    while rest > 0:
        members = table[bucket, 2]
        if members > 0:
            weight = math.exp(-steepness * below)
            if rest * weight <= total * 2.0**-64:
                break
            series = 0.0
            for order in range(terms, 0, -1):
                moment = moments[bucket, order - 1] + moments[bucket, ORDERS + order - 1]
                series = (moment + series) * (-steepness * INVERSES[order])
            total += weight * (members + series)
            rest -= members
        below += 1.0
        bucket += 1
    return total


def three_sums(head: Any, table: Any, moments: Any, steepness: float) -> tuple[float, float, float]:
    """Return the sums of the weights, of these times the depths, and of these times the squares of the depths."""
    bucket, rest, below = int(head[TOP]), head[NEAR], 0.0
    total, first, second = 0.0, 0.0, 0.0
    terms = terms_of(steepness)
    while rest > 0:
        members = table[bucket, 2]
        if members > 0:
            weight = math.exp(-steepness * below)
            if rest * weight * (1.0 + below) ** 2 <= total * 2.0**-64:
                break
            zeroth, once, twice = 0.0, 0.0, 0.0
            two = moments[bucket, terms + 1] + moments[bucket, ORDERS + terms + 1]
            one = moments[bucket, terms] + moments[bucket, ORDERS + terms]
            for order in range(terms, 0, -1):
                factor = -steepness * INVERSES[order]
                none = moments[bucket, order - 1] + moments[bucket, ORDERS + order - 1]
                twice, once, zeroth = (two + twice) * factor, (one + once) * factor, (none + zeroth) * factor
                two, one = one, none
            zeroth, once, twice = members + zeroth, one + once, two + twice
            total += weight * zeroth
            first += weight * (below * zeroth + once)
            second += weight * (below * below * zeroth + 2.0 * below * once + twice)
            rest -= members
        below += 1.0
        bucket += 1
    return total, first, second


def middle(head: Any) -> float:
    """Return the value in the middle of the first bucket with members."""
    return float(head[ANCHOR] - head[WIDTH] * (head[TOP] - ABOVE + 0.5))


def log_weight_sum(head: Any, table: Any, moments: Any, temperature: float) -> float:
    """Return log sum exp((value - middle of the first bucket) / T)."""
    return math.log(weight_sum(head, table, moments, head[WIDTH] / temperature))


def log_partition(head: Any, table: Any, moments: Any, temperature: float) -> float:
    """Return log sum exp(value / T)."""
    return middle(head) / temperature + log_weight_sum(head, table, moments, temperature)


def soft_value(head: Any, table: Any, moments: Any, temperature: float) -> float:
    """Return T log sum exp(value / T), of several actions."""
    return middle(head) + temperature * log_weight_sum(head, table, moments, temperature)


def mean(head: Any, table: Any, moments: Any, temperature: float) -> float:
    """Return the expected value."""
    total, first, _ = three_sums(head, table, moments, head[WIDTH] / temperature)
    return float(middle(head) - head[WIDTH] * (first / total))


def entropy_and_slope(head: Any, table: Any, moments: Any, steepness: float) -> tuple[float, float]:
    """Return the entropy, and its derivative by log T: the variance of t times the depth."""
    total, first, second = three_sums(head, table, moments, steepness)
    depth = first / total
    return math.log(total) + steepness * depth, steepness**2 * (second / total - depth * depth)


def entropy(head: Any, table: Any, moments: Any, temperature: float) -> float:
    """Return the entropy in nats."""
    found, _ = entropy_and_slope(head, table, moments, head[WIDTH] / temperature)
    return max(found, 0.0)


def temperature_with(head: Any, table: Any, moments: Any, wanted: float, start: float) -> float:
    """Return the temperature with an entropy, by Newton's method in a bracket that begins at ``start``; or NaN.

    It is from 1 to 16 widths, or 1024 where no value lies below all buckets.
    """
    width = head[WIDTH]
    least = 1.0 / WIDEST if head[N_FAR] > 0 else 1.0 / HOTTEST
    coldest, _ = entropy_and_slope(head, table, moments, 1.0)
    hottest, _ = entropy_and_slope(head, table, moments, least)
    # Both ends are exact elsewhere.
    if not coldest < wanted < min(hottest, math.log(head[NEAR] + head[N_FAR])):
        return math.nan
    low, high = math.log(least), 0.0
    point = min(max(math.log(width / start) if 0.0 < start < math.inf else low, low), high)
    for _ in range(100):
        found, slope = entropy_and_slope(head, table, moments, math.exp(point))
        if found > wanted:
            low = point
        else:
            high = point
        target = point + (found - wanted) / slope if slope > 0.0 else math.inf
        if not low <= target <= high:
            target = 0.5 * (low + high)
        if abs(target - point) <= 4e-16 * max(1.0, abs(point)):
            break
        point = target
    return float(width / math.exp(target))
