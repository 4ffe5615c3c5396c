"""Distributions that can be updated, beside one full draw: ``python -m benchmarks.large_updates``.

Ratios of processor time of one thread, both sides timed in turn, to ``Gibbs(values, T).sample(rng)`` of as many values.
Where sumtree, vose or tianshou are installed, they are measured too: these hold weights, not values at a temperature.
``NUMBA_DISABLE_JIT=1`` measures the structures with NumPy alone.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import itertools
from collections.abc import Callable
from time import process_time
from typing import Any

import numpy as np

from benchmarks.timing import compare, quartiles
from boltzmann import Gibbs, temperature_for_entropy
from boltzmann.arrays import Floats
from boltzmann.experiments.engine import keep_freed_memory
from boltzmann.large import GibbsBuckets, GibbsTree

MANY = 1000
Entry = tuple[Callable[[], Any], int]
"""A function, and how many operations a call makes."""


def trees(values: Floats) -> dict[str, Entry]:
    """Return the measurements of a tree."""
    rng, tree = np.random.default_rng(0), GibbsTree(values)
    actions, news = rng.integers(len(values), size=MANY), rng.normal(size=MANY)
    one_by_one = list(zip(actions.tolist(), news.tolist(), strict=True))
    temperatures = itertools.cycle([1.0, 2.0])

    def pairs() -> None:
        for action, value in one_by_one:
            tree[action] = value
            tree.sample(rng)

    def batch() -> None:
        tree.update(actions, news)
        tree.sample(rng, (MANY,))

    def rebuild() -> None:
        tree.temperature = next(temperatures)

    return {
        "tree: a set and a draw": (pairs, MANY),
        "tree: a set and a draw of 1000 at once": (batch, MANY),
        "tree: another temperature": (rebuild, 1),
    }


def buckets(values: Floats) -> dict[str, Entry]:
    """Return the measurements of buckets."""
    rng, kept = np.random.default_rng(0), GibbsBuckets(values)
    temperatures = rng.uniform(0.5, 2.0, size=MANY).tolist()
    entropies = (np.linspace(0.7, 0.97, 8) * np.log(len(values))).tolist()
    actions, news = rng.integers(len(values), size=MANY), rng.normal(size=MANY)
    one_by_one = list(zip(actions.tolist(), news.tolist(), strict=True))
    plain = GibbsBuckets(values)

    def draws() -> None:
        for temperature in temperatures:
            kept.temperature = temperature
            kept.sample(rng)

    def draws_at_once() -> None:
        kept.temperature = temperatures[0]
        kept.sample(rng, (MANY,))

    def partitions() -> None:
        for temperature in temperatures:
            kept.log_partition_at(temperature)

    def sets() -> None:
        for action, value in one_by_one:
            plain[action] = value

    def sets_with_moments() -> None:
        for action, value in one_by_one:
            kept[action] = value

    def solve() -> None:
        for entropy in entropies:
            kept.temperature_for_entropy(entropy)

    wide = np.array([0.2, 2.0])

    def rebuild() -> None:
        for temperature in wide.tolist():
            plain.temperature = temperature

    return {
        "buckets: another temperature and a draw": (draws, MANY),
        "buckets: 1000 draws at once": (draws_at_once, MANY),
        "buckets: log-partition at another temperature": (partitions, MANY),
        "buckets: a set": (sets, MANY),
        "buckets: a set, moments kept": (sets_with_moments, MANY),
        "buckets: temperature for an entropy": (solve, len(entropies)),
        "buckets: made anew": (rebuild, len(wide)),
    }


def peers(values: Floats) -> dict[str, Entry]:
    """Return the measurements of the libraries that are installed: a set and a draw, or a draw of fixed weights."""
    found: dict[str, Entry] = {}
    rng, weights = np.random.default_rng(0), np.exp(values)
    actions, news = rng.integers(len(values), size=MANY), np.exp(rng.normal(size=MANY))
    one_by_one = list(zip(actions.tolist(), news.tolist(), strict=True))
    if importlib.util.find_spec("sumtree"):
        linear = importlib.import_module("sumtree").SumTree(len(values))
        for weight in weights.tolist():
            linear.add(weight)

        def with_sumtree() -> None:
            for action, weight in one_by_one:
                linear.update(action, weight)
                linear.get(rng.random() * linear.total)

        found["sumtree: a set and a draw"] = with_sumtree, MANY
    if importlib.util.find_spec("tianshou"):
        segments = importlib.import_module("tianshou.data").SegmentTree(len(values))
        segments[np.arange(len(values))] = weights

        def with_tianshou() -> None:
            for action, weight in one_by_one:
                segments[action] = weight
                segments.get_prefix_sum_idx(rng.random() * segments.reduce())

        def at_once() -> None:
            segments[actions] = news
            segments.get_prefix_sum_idx(rng.random(MANY) * segments.reduce())

        found["tianshou: a set and a draw"] = with_tianshou, MANY
        found["tianshou: a set and a draw of 1000 at once"] = at_once, MANY
    if importlib.util.find_spec("vose"):
        vose = importlib.import_module("vose")
        fixed = vose.Sampler(weights, seed=0)

        def with_vose() -> None:
            for _ in range(MANY):
                fixed.sample()

        found["vose: a draw, weights fixed"] = with_vose, MANY
        found["vose: weights changed"] = (lambda: vose.Sampler(weights, seed=0)), 1
    return found


def measure(actions: int = 10**6, rounds: int = 9) -> dict[str, tuple[float, tuple[float, float, float]]]:
    """Return the median microseconds of each operation, and how many times longer a full draw takes, with quartiles.

    A temperature for an entropy stands beside ``temperature_for_entropy`` of all values.
    """
    values, rng = np.random.default_rng(1).normal(size=actions), np.random.default_rng(2)
    keep_freed_memory()
    entropies = itertools.cycle((np.linspace(0.7, 0.97, 8) * np.log(actions)).tolist())
    full: dict[str, Entry] = {
        "full draw": (lambda: Gibbs(values, 1.0).sample(rng), 1),
        "temperature_for_entropy": (lambda: temperature_for_entropy(values, next(entropies)), 1),
    }
    entries = {**full, **trees(values), **buckets(values), **peers(values)}
    times = compare({name: function for name, (function, _) in entries.items()}, rounds=rounds, clock=process_time)
    each = {name: np.array(times[name]) / entries[name][1] for name in entries}
    found = {}
    for name, seconds in each.items():
        beside = each["temperature_for_entropy" if name.startswith("buckets: temperature for") else "full draw"]
        found[name] = 1e6 * float(np.median(seconds)), quartiles((beside / seconds).tolist())
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="large_updates", description=__doc__)
    parser.add_argument("--actions", type=int, default=10**6)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    for name, (microseconds, (low, middle, high)) in measure(options.actions, options.rounds).items():
        print(f"{name:48} {microseconds:12.3f} microseconds {middle:10.4g} times faster   [{low:.4g}, {high:.4g}]")


if __name__ == "__main__":
    main()
