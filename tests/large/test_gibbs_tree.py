"""The tree beside plain Gibbs distributions: golden numbers, laws of random changes, and draws."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from boltzmann import Gibbs
from boltzmann.large import GibbsTree
from tests.support.frequencies import agrees, counts_of, fresh_rng
from tests.support.plain_python import BOTH, without_machine_code

MILLION = 10**6
VALUES = st.one_of(
    st.floats(-1e300, 1e300),
    st.sampled_from([-math.inf, 0.0, 1.0, 1e300, -1e300, 5e-324]),
    st.integers(-3, 3).map(float),
)
TEMPERATURES = st.one_of(st.sampled_from([0.0, math.inf, 1.0, 1e-300, 1e300]), st.floats(1e-3, 1e3))


class Fixed(np.random.Generator):
    """A generator whose uniform numbers are given."""

    def __init__(self, uniforms):
        super().__init__(np.random.PCG64(0))
        self._uniforms = np.asarray(uniforms)

    def random(self, shape=None):
        return float(self._uniforms) if shape is None else self._uniforms.reshape(shape)


def test_golden_numbers_of_logarithms():
    # p(k) = (k + 1) / (K (K + 1) / 2), and the index of u is the least k with (k + 1)(k + 2) / 2 > u Z.
    tree = GibbsTree(np.log(np.arange(1, MILLION + 1)))
    np.testing.assert_allclose(tree.log_partition, 26.937874935368104, rtol=3e-16)
    for uniform, index in ((0.25, 499999), (0.5, 707106), (0.75, 866025), (1 - 2.0**-53, 999999)):
        assert tree.sample(Fixed(uniform)) == index
    np.testing.assert_allclose(
        tree.log_prob([0, 9]), np.log([1.0, 10.0]) - np.log(MILLION * (MILLION + 1) / 2), rtol=1e-15
    )
    squares = GibbsTree(-2.0 * np.log(np.arange(1, MILLION + 1)))
    # log of the sum of 1 / k^2, k up to 10^6.
    np.testing.assert_allclose(squares.log_partition, 0.4976996945437627, rtol=3e-16)


def test_both_ends_by_value():
    np.testing.assert_allclose(GibbsTree([3, 3, 3, 2], 0.0).log_prob(range(4)), [-math.log(3)] * 3 + [-math.inf])
    hot = GibbsTree([-math.inf, 3, -math.inf, 2], math.inf)
    np.testing.assert_allclose(hot.log_prob(range(4)), [-math.inf, -math.log(2), -math.inf, -math.log(2)])
    assert set(hot.sample(np.random.default_rng(0), (100,)).tolist()) == {1, 3}


def assert_same(tree, values, temperature):
    """Compare all quantities with those of a plain distribution."""
    plain = Gibbs(np.array(values), temperature)
    assert tree.maximum == max(values)
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(tree.log_partition, plain.log_partition, rtol=4e-15, atol=1e-300)
        np.testing.assert_allclose(tree.soft_value, plain.soft_value, rtol=4e-15, atol=1e-300)
        np.testing.assert_allclose(tree.log_prob(np.arange(len(values))), plain.log_probs, rtol=4e-15, atol=1e-300)
    np.testing.assert_array_equal(tree.mean, plain.mean)
    np.testing.assert_array_equal(tree.entropy, plain.entropy)


@pytest.mark.parametrize("steps", BOTH)
@given(st.data(), st.lists(VALUES, min_size=1, max_size=40), TEMPERATURES)
def test_random_changes_leave_the_distribution_of_the_values(steps, data, values, temperature):
    with steps():
        change_at_random(data, values, temperature)


def change_at_random(data, values, temperature):
    """Make changes, and compare with a plain distribution."""
    tree = GibbsTree(values, temperature)
    for _ in range(data.draw(st.integers(0, 6))):
        kind = data.draw(st.sampled_from(["set", "update", "temperature", "take out"]))
        if kind == "set":
            action, value = data.draw(st.integers(0, len(values) - 1)), data.draw(VALUES)
            tree[action] = values[action] = value
        elif kind == "update":
            actions = data.draw(st.lists(st.integers(0, len(values) - 1), max_size=8))
            news = [data.draw(VALUES) for _ in actions]
            tree.update(actions, news)
            for action, value in zip(actions, news, strict=True):
                values[action] = value
        elif kind == "temperature":
            temperature = tree.temperature = data.draw(TEMPERATURES)
        elif max(values) > -math.inf:
            support = int(np.count_nonzero(Gibbs(np.array(values), temperature).probs))
            drawn = tree.sample_without_replacement(np.random.default_rng(0), min(2, support))
            assert len(set(drawn.tolist())) == len(drawn)
    np.testing.assert_array_equal(tree.values, values)
    if max(values) == -math.inf:
        for ask in (
            lambda: tree.log_partition,
            lambda: tree.sample(np.random.default_rng(0)),
            lambda: tree.log_prob(0),
        ):
            with pytest.raises(ValueError, match="at least one action must be allowed"):
                ask()
    else:
        assert_same(tree, values, temperature)


@pytest.mark.slow
def test_a_million_changes_do_not_drift():
    rng, count = np.random.default_rng(7), 1000
    tree = GibbsTree(rng.normal(size=count), 0.7)
    sizes = 10.0 ** rng.integers(-300, 301, size=MILLION)
    actions, news = rng.integers(count, size=MILLION), rng.normal(size=MILLION) * sizes
    for part in np.array_split(np.arange(MILLION), 100):
        tree.update(actions[part], news[part])
    tree.update(np.arange(count), rng.normal(size=count))
    assert_same(tree, tree.values.tolist(), 0.7)
    # 4 ulp of the logarithms.
    plain = Gibbs(tree.values, 0.7).log_probs
    assert (np.abs(tree.log_prob(np.arange(count)) - plain) <= 4 * np.spacing(np.abs(plain))).all()


def inverted(values, temperature, uniforms):
    """The actions of uniform numbers by a cumulative sum in long double."""
    wide = np.asarray(values, dtype=np.longdouble)
    cumulative = np.cumsum(np.exp((wide - wide.max()) / np.longdouble(temperature)))
    return np.searchsorted(cumulative, uniforms.astype(np.longdouble) * cumulative[-1], side="right")


@pytest.mark.parametrize(
    "count", [100, 1000, 12345, 10**5, *(pytest.param(10**power, marks=pytest.mark.slow) for power in (6, 7))]
)
def test_draws_invert_the_cumulative_sum(count):
    rng = np.random.default_rng(count)
    values, uniforms = rng.normal(size=count) * 3, rng.random(20_000)
    drawn = GibbsTree(values, 0.8).sample(Fixed(uniforms), (20_000,))
    assert np.mean(drawn == inverted(values, 0.8, uniforms)) >= 0.99999


class Drifting(GibbsTree):
    """A planted fault: sums change by differences and are never made anew."""

    def __setitem__(self, action, value):
        with np.errstate(over="ignore"):
            change = np.exp(value / self.temperature) - np.exp(self[action] / self.temperature)
        super().__setitem__(action, value)
        self._sums = getattr(self, "_sums", np.exp(self._values / self.temperature).sum() - change) + change

    @property
    def log_partition(self):
        return np.log(self._sums)


def test_a_planted_drift_is_caught():
    tree = Drifting([0.0] * 10)
    for value in (40.0, 0.0):
        tree[3] = value
    with pytest.raises(AssertionError):
        assert_same(tree, [0.0] * 10, 1.0)


def skewed(tree):
    """A planted fault: the first block of the tree is entered a tenth too often."""
    tree._nodes[2 * (len(tree._nodes) // 4) + 1] *= 1.1
    return tree


def test_frequencies_are_the_probabilities():
    values = np.random.default_rng(1).normal(size=50)
    tree, probs = GibbsTree(values, 0.7), Gibbs(values, 0.7).probs
    draws = 200_000

    assert agrees(counts_of(tree.sample(fresh_rng(), (draws,)), 50), probs)
    assert not agrees(counts_of(skewed(tree).sample(fresh_rng(), (draws,)), 50), probs)


def test_an_action_without_weight_is_never_drawn():
    values = np.full(64, -math.inf)
    values[[5, 40]] = 1.0, 1.0
    tree = GibbsTree(values)
    uniforms = np.append(np.linspace(0, 1, 1001)[:-1], [1 - 2.0**-53, np.nextafter(0.5, 0), 0.5, np.nextafter(0.5, 1)])
    assert set(tree.sample(Fixed(uniforms), uniforms.shape).tolist()) == {5, 40}


def test_machine_code_and_python_choose_the_same():
    if not GibbsTree([0.0])._compiled:
        pytest.skip("numba is not installed, or turned off")
    rng = np.random.default_rng(5)
    values = rng.normal(size=3001) * 10
    tree = GibbsTree(values, 0.3)
    with without_machine_code():
        plain = GibbsTree(values, 0.3)
    for number in range(300):
        action, value = int(rng.integers(3001)), float(rng.normal() * 10)
        tree[action] = plain[action] = value
        if number % 60 == 0:
            tree.temperature = plain.temperature = [0.1, math.inf, 2.0, 0.0, 1e301][number // 60]
        np.testing.assert_array_equal(tree._nodes, plain._nodes)
        for shape in ((), (3,)):
            drawn = [each.sample(np.random.default_rng(number), shape) for each in (tree, plain)]
            np.testing.assert_array_equal(*drawn)


def test_memory_is_at_most_24_bytes_a_value():
    tree = GibbsTree(np.zeros(MILLION))
    assert tree._nodes.nbytes + tree._values.nbytes <= 24 * MILLION


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda tree: GibbsTree([]), ValueError, r"values must have shape \(K,\)"),
        (lambda tree: GibbsTree([[1.0]]), ValueError, r"values must have shape \(K,\)"),
        (lambda tree: GibbsTree([1.0, math.nan]), ValueError, "values must be in .*, got nan for action 1"),
        (lambda tree: GibbsTree([math.inf]), ValueError, "got inf for action 0"),
        (lambda tree: GibbsTree([1.0], -1.0), ValueError, r"temperature must be in \[0, inf\], got -1.0"),
        (lambda tree: tree.__setitem__(3, 1.0), ValueError, r"action must be in \[0, 3\), got 3"),
        (lambda tree: tree.__setitem__(-1, 1.0), ValueError, r"action must be in \[0, 3\), got -1"),
        (lambda tree: tree.__setitem__(0, math.inf), ValueError, "value must be in"),
        (lambda tree: tree.__setitem__(0, math.nan), ValueError, "value must be in"),
        (lambda tree: tree.update([0, 9], [1.0, 2.0]), ValueError, r"actions must be in \[0, 3\), got 9"),
        (lambda tree: tree.update([0, 1], [5.0, math.nan]), ValueError, "values must be in"),
        (lambda tree: tree.update([0.5], [1.0]), TypeError, "actions must be integers"),
        (lambda tree: tree.log_prob([3]), ValueError, r"actions must be in \[0, 3\)"),
        (lambda tree: tree.sample_without_replacement(np.random.default_rng(0), 4), ValueError, "k must be at most"),
        (lambda tree: tree.sample(0), TypeError, "rng"),
    ],
)
def test_bad_input_is_refused_and_changes_nothing(call, error, message):
    tree = GibbsTree([0.0, 1.0, 2.0])
    with pytest.raises(error, match=message):
        call(tree)
    assert_same(tree, [0.0, 1.0, 2.0], 1.0)
    assert not tree.values.flags.writeable
