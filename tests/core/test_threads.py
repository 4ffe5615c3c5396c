"""Threads that read one distribution get the numbers that a single reader gets, and nothing is changed by reading."""

import itertools
import pickle
import sys
import threading

import numpy as np
import pytest

from boltzmann import BoltzmannGumbel, Categorical, EpsilonGreedy, Gibbs
from tests.support.interleaving import interrupted_everywhere
from tests.support.libraries import NUMPY, TORCH

LARGE = 2**16
QUANTITIES = (
    *("probs", "log_probs", "log_partition", "soft_value", "mellowmax", "entropy", "mean", "variance"),
    *("heat_capacity", "greedy_probability", "exploration_probability", "mode"),
)
READERS = {name: lambda distribution, name=name: getattr(distribution, name) for name in QUANTITIES}
READERS["sample"] = lambda distribution: distribution.sample(np.random.default_rng(3))
READERS["top_k"] = lambda distribution: distribution.top_k(2)
READERS["log_prob"] = lambda distribution: distribution.log_prob(np.zeros(distribution.probs.shape[:-1], dtype=int))
READERS["pickled"] = lambda distribution: pickle.loads(pickle.dumps(distribution)).probs

SMALL = np.random.default_rng(0).normal(size=5)
CASES = {
    "one row": lambda: Gibbs(SMALL, 0.5),
    "one of many rows": lambda: Gibbs(SMALL[None, None], 0.5),
    "ends": lambda: Gibbs(SMALL, 0.0),
    "few rows": lambda: Gibbs(np.stack([SMALL, -SMALL]), 0.5),
    "a temperature a row": lambda: Gibbs(np.stack([SMALL, -SMALL]), [0.0, 0.7]),
    "many rows": lambda: Gibbs(np.tile(SMALL, (80, 1)), 0.5),
    "prior": lambda: Gibbs(SMALL, 0.5, prior=[1.0, 2.0, 0.0, 1.0, 1.0]),
    "mask": lambda: Gibbs(SMALL, 0.5, where=[True, True, False, True, True]),
}
LARGE_CASES = {
    "one large row": lambda: Gibbs(np.resize(SMALL, LARGE), 0.5),
    "large rows": lambda: Gibbs(np.resize(SMALL, (4, LARGE // 4)), 0.5),
    "many large rows": lambda: Gibbs(np.resize(SMALL, (LARGE // 4, 4)), 0.5),
}


def same(found, expected):
    return np.allclose(np.asarray(found), np.asarray(expected), rtol=1e-13, atol=1e-300)


def check(make, first, second):
    alone = READERS[first](make()), READERS[second](make())
    for line, *found in interrupted_everywhere(make, READERS[first], READERS[second]):
        assert same(found[0], alone[0]), f"{first}, interrupted at line {line} by {second}"
        assert same(found[1], alone[1]), f"{second}, read at line {line} of {first}"


SEVERAL = ("probs", "log_partition", "entropy", "sample", "pickled")


@pytest.mark.parametrize("first", READERS)
def test_a_reading_in_the_midst_of_another_changes_neither(first):
    for second in ("probs", "entropy"):
        check(CASES["one row"], first, second)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("first", SEVERAL)
def test_so_it_is_in_every_memory_order(case, first):
    for second in ("probs", "entropy", "sample"):
        check(CASES[case], first, second)


PAIRS = [
    ("probs", "entropy"),
    ("entropy", "probs"),
    ("sample", "probs"),
    ("log_partition", "probs"),
    ("probs", "pickled"),
]


@pytest.mark.parametrize(
    ("case", "first", "second"),
    [
        # The first two pairs meet every shape, each of the others one; the rest is slow.
        pytest.param(case, *pair, marks=() if column in (0, 1, row + 2) else pytest.mark.slow)
        for row, case in enumerate(LARGE_CASES)
        for column, pair in enumerate(PAIRS)
    ],
)
def test_large_arrays_are_not_shared_while_they_are_written_to(case, first, second):
    check(LARGE_CASES[case], first, second)


def test_an_array_written_to_meanwhile_is_caught():
    class Careless:
        def __init__(self):
            self.weights = np.ones(3)

        @property
        def probs(self):
            return Gibbs(self.weights, 1.0).probs  # lines of the package, in which the other one writes

    def halve(shared):
        shared.weights /= 2
        return shared.weights[0]

    results = [found for _, _, found in interrupted_everywhere(Careless, lambda shared: shared.probs, halve)]
    assert results == [0.5] * len(results)
    assert len(results) > 10


@pytest.mark.parametrize("library", [NUMPY, TORCH], ids=repr)
@pytest.mark.parametrize(
    "shape", [(7,), (3, 40), (200, 5), (2**17 - 1,), (2**17 + 1,), (4, 2**15), (2**15, 4)], ids=str
)
def test_many_threads_read_what_one_reads(library, shape):
    values = np.random.default_rng(1).normal(size=shape)
    names = ("probs", "log_probs", "log_partition", "entropy", "mean", "variance", "exploration_probability")
    expected = {name: getattr(Gibbs(values, 0.7), name) for name in names}
    array = library.array(values)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for _ in range(3):
            wrong = _read_by_threads(Gibbs(array, 0.7), names, expected, library)
            assert not wrong, wrong
    finally:
        sys.setswitchinterval(interval)


def _read_by_threads(distribution, names, expected, library, threads=8):
    wrong, barrier = [], threading.Barrier(threads)

    def read(number):
        order = np.random.default_rng(number).permutation(names)
        barrier.wait()
        try:
            for name in order:
                found = library.back(getattr(distribution, name))
                if not np.allclose(found, expected[name], rtol=1e-12, atol=1e-300):
                    wrong.append((number, list(order), name))
        except Exception as error:
            wrong.append((number, list(order), error))

    readers = [threading.Thread(target=read, args=(number,)) for number in range(threads)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    return wrong


@pytest.mark.parametrize(
    "make",
    [
        lambda: Categorical(np.array([0.2, 0.3, 0.5])),
        lambda: EpsilonGreedy(0.1)(SMALL),
        lambda: BoltzmannGumbel(1.0)(SMALL[:3], visits=[3, 2, 1]),
    ],
    ids=["Categorical", "EpsilonGreedy", "BoltzmannGumbel"],
)
def test_other_distributions_are_not_changed_by_reading(make):
    for first, second in itertools.product(("probs", "entropy", "sample", "pickled"), ("probs", "entropy", "pickled")):
        check(make, first, second)
