"""Buckets beside plain Gibbs distributions: laws of random changes, any temperature, draws and planted faults."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import boltzmann
from boltzmann import Gibbs
from boltzmann.large import GibbsBuckets
from boltzmann.large.buckets import bucket_layout, bucket_steps
from tests.support.frequencies import agrees, counts_of, fresh_rng
from tests.support.plain_python import BOTH, without_machine_code

MILLION = 10**6
VALUES = st.one_of(
    st.floats(-1e300, 1e300),
    st.floats(-10, 10),
    st.sampled_from([-math.inf, 0.0, 1.0, 1e300, -1e300, 5e-324, 300.0, 2000.0]),
    st.integers(-3, 3).map(float),
)
TEMPERATURES = st.one_of(st.sampled_from([0.0, math.inf, 1.0, 1e-300, 1e300]), st.floats(1e-3, 1e3))


def assert_same(buckets, values, temperature):
    """Compare all quantities with those of a plain distribution, within the stated error."""
    plain, largest = Gibbs(np.array(values), temperature), max(values)
    assert buckets.maximum == largest
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(buckets.log_partition, plain.log_partition, rtol=1e-15, atol=1e-13)
        np.testing.assert_allclose(buckets.entropy, plain.entropy, atol=1e-13)
        np.testing.assert_allclose(buckets.mean, plain.mean, rtol=1e-14, atol=1e-13 * buckets.width)
        np.testing.assert_allclose(buckets.soft_value, plain.soft_value, rtol=4e-15, atol=1e-13 * buckets.width)
        ours = buckets.log_prob(np.arange(len(values)))
    np.testing.assert_allclose(ours, plain.log_probs, rtol=1e-14, atol=1e-13)


@pytest.mark.parametrize("steps", BOTH)
@given(st.data(), st.lists(VALUES, min_size=1, max_size=40), TEMPERATURES)
def test_random_changes_leave_the_distribution_of_the_values(steps, data, values, temperature):
    with steps():
        change_at_random(data, values, temperature)


def change_at_random(data, values, temperature):
    """Make changes, and compare with a plain distribution."""
    buckets = GibbsBuckets(values, temperature)
    for _ in range(data.draw(st.integers(0, 6))):
        kind = data.draw(st.sampled_from(["set", "update", "temperature", "take out", "read"]))
        if kind == "set":
            action, value = data.draw(st.integers(0, len(values) - 1)), data.draw(VALUES)
            buckets[action] = values[action] = value
        elif kind == "update":
            actions = data.draw(st.lists(st.integers(0, len(values) - 1), max_size=8))
            news = [data.draw(VALUES) for _ in actions]
            buckets.update(actions, news)
            for action, value in zip(actions, news, strict=True):
                values[action] = value
        elif kind == "temperature":
            temperature = buckets.temperature = data.draw(TEMPERATURES)
        elif max(values) > -math.inf and kind == "take out":
            allowed = int(np.count_nonzero(np.array(values) > -math.inf))
            drawn = buckets.sample_without_replacement(np.random.default_rng(0), min(2, allowed))
            assert len(set(drawn.tolist())) == len(drawn)
        elif max(values) > -math.inf:
            assert buckets.entropy >= 0
    np.testing.assert_array_equal(buckets.values, values)
    if max(values) > -math.inf:
        assert_same(buckets, values, temperature)
        probs = Gibbs(np.array(values), temperature).probs
        assert (probs[buckets.sample(np.random.default_rng(0), (20,))] > 0).all()
    else:
        rng = np.random.default_rng(0)
        for ask in (lambda: buckets.log_partition, lambda: buckets.sample(rng), lambda: buckets.sample(rng, (2,))):
            with pytest.raises(ValueError, match="at least one action must be allowed"):
                ask()


@pytest.mark.parametrize("temperature", [1e-3, 0.01, 0.25, 0.3, 1.0, 3.9, 4.1, 100.0, 1e9, math.inf, 0.0])
def test_any_temperature_can_be_read_without_being_set(temperature):
    values = np.random.default_rng(2).normal(size=2000)
    buckets, plain = GibbsBuckets(values), Gibbs(values, temperature)
    with np.errstate(invalid="ignore"):
        np.testing.assert_allclose(buckets.log_partition_at(temperature), plain.log_partition, rtol=1e-15, atol=1e-13)
    np.testing.assert_allclose(buckets.entropy_at(temperature), plain.entropy, rtol=1e-13, atol=1e-13)
    np.testing.assert_allclose(buckets.mean_at(temperature), plain.mean, rtol=1e-13, atol=1e-13)
    assert (buckets.temperature, buckets.width) == (1.0, 0.25)


def test_golden_numbers_of_logarithms():
    # Sum of k, and of 1 / k^2, for k up to 10^6.
    logs = np.log(np.arange(1, MILLION + 1))
    np.testing.assert_allclose(GibbsBuckets(logs).log_partition, 26.937874935368104, atol=1e-13)
    np.testing.assert_allclose(GibbsBuckets(-2.0 * logs).log_partition, 0.4976996945437627, atol=1e-13)
    np.testing.assert_allclose(GibbsBuckets([3, 3, 3, 2], 0.0).log_prob([0, 3]), [-math.log(3), -math.inf])
    hot = GibbsBuckets([-math.inf, 3, -math.inf, 2], math.inf)
    np.testing.assert_allclose(hot.log_prob(range(4)), [-math.inf, -math.log(2), -math.inf, -math.log(2)])


@given(st.lists(st.floats(-5, 5), min_size=2, max_size=30), st.floats(0, 4), st.sampled_from([0.0, 0.1, 1.0, math.inf]))
def test_the_temperature_for_an_entropy_is_that_of_the_values(values, entropy, temperature):
    found = GibbsBuckets(values, temperature).temperature_for_entropy(entropy)
    plain = boltzmann.temperature_for_entropy(np.array(values), entropy)
    assert found.attainable == plain.attainable
    if plain.attainable and 0 < plain.temperature < math.inf:
        # Where the entropy is flat, many temperatures have it.
        np.testing.assert_allclose(Gibbs(np.array(values), found.temperature).entropy, entropy, atol=2e-12)
    else:
        assert found.temperature == plain.temperature


def test_moments_follow_changes_and_do_not_drift():
    rng, count = np.random.default_rng(7), 300
    buckets = GibbsBuckets(rng.normal(size=count))
    assert buckets.entropy > 0
    layout = buckets._layout
    for _ in range(40):
        buckets.update(rng.integers(count, size=500), rng.normal(size=500))
    assert buckets._layout is layout
    made, kept = bucket_layout.moments_of(layout, buckets._values, None), np.asarray(buckets._summing[2])
    np.testing.assert_allclose(kept[:, :16] + kept[:, 16:], made[:, :16] + made[:, 16:], rtol=0, atol=1e-15)
    assert_same(buckets, buckets.values.tolist(), 1.0)


def test_buckets_are_made_anew_where_the_temperature_leaves_them():
    buckets = GibbsBuckets(np.random.default_rng(0).normal(size=500), 1.0)
    widths = []
    for temperature in (1.0, 0.3, 0.25, 0.24, 0.9, 1.0, 1e5, math.inf, 2.0):
        buckets.temperature = temperature
        widths.append(buckets.width)
    assert widths[:6] == [0.25, 0.25, 0.25, 0.06, 0.06, 0.25]
    # From there on, a 16th of the range of the values.
    np.testing.assert_allclose(widths[6:], np.ptp(buckets.values) / 16)
    assert GibbsBuckets([0.0, 5.0], 1.0, width=0.5).width == 0.5
    assert GibbsBuckets([0.0, 5.0], 1.0, width=3.0).width == 0.25


LAWS = {"cold": 0.2, "warm": 1.0, "hot": math.inf}


@pytest.mark.parametrize("temperature", LAWS.values(), ids=LAWS)
def test_frequencies_are_the_probabilities(temperature):
    rng = fresh_rng()
    buckets = GibbsBuckets(np.zeros(60), 0.7)
    buckets.update(np.arange(60), np.random.default_rng(1).normal(size=60))
    buckets.temperature = temperature
    probs = Gibbs(buckets.values, temperature).probs
    assert agrees(counts_of(buckets.sample(rng, (200_000,)), 60), probs)
    singles = [int(buckets.sample(rng)) for _ in range(20_000)]
    assert agrees(counts_of(singles, 60), probs)


def test_a_temperature_for_every_draw_mixes_the_laws():
    rng, temperatures = fresh_rng(), [0.3, 0.5, 1.1, 3.0]
    values = np.random.default_rng(3).normal(size=30)
    buckets, draws = GibbsBuckets(values), []
    for number in range(40_000):
        buckets.temperature = temperatures[number % 4]
        draws.append(int(buckets.sample(rng)))
    mixed = np.mean([Gibbs(values, each).probs for each in temperatures], axis=0)
    assert agrees(counts_of(draws, 30), mixed)
    assert not agrees(counts_of(draws, 30), Gibbs(values, 0.5).probs)


def test_a_planted_bucket_drawn_without_rejection_is_caught():
    values = np.random.default_rng(1).normal(size=60)
    buckets, probs = GibbsBuckets(values, 0.7), Gibbs(values, 0.7).probs
    layout, steepness = buckets._layout, buckets.width / 0.7
    ratio = math.exp(-steepness)
    points = fresh_rng().random(30_000) * bucket_steps.bound_total(layout.head, layout.table, ratio)
    # At steepness 0 every member is accepted, while the ratio of buckets is right.
    drawn = {
        each: [bucket_steps.place_of(*layout, buckets._values, each, ratio, point) for point in points.tolist()]
        for each in (steepness, 0.0)
    }
    assert min(drawn[0.0]) >= 0 > min(drawn[steepness])
    assert agrees(counts_of([action for action in drawn[steepness] if action >= 0], 60), probs)
    assert not agrees(counts_of(drawn[0.0], 60), probs)


def test_the_mean_number_of_tries_is_bounded():
    values = np.random.default_rng(4).normal(size=1000)
    for ratio in (1.0, 2.0, 4.0, 16.0):
        buckets = GibbsBuckets(values, ratio, width=1.0)
        assert buckets.width == 1.0
        head, table = buckets._layout.head, buckets._layout.table
        bound = bucket_steps.bound_total(head, table, math.exp(-1.0 / ratio))
        weights = np.exp((values - values.max()) / ratio).sum()
        assert bound / weights <= math.exp(1.0 / ratio) * (1 + 1e-12)


def test_machine_code_and_python_choose_the_same():
    if not GibbsBuckets([0.0])._compiled:
        pytest.skip("numba is not installed, or turned off")
    rng = np.random.default_rng(5)
    values = rng.normal(size=3000)
    first = GibbsBuckets(values, 0.3)
    with without_machine_code():
        second = GibbsBuckets(values, 0.3)
        second.temperature = 0.0
    first.temperature = 0.0
    for number in range(200):
        action, value = int(rng.integers(3000)), float(rng.normal())
        first[action] = second[action] = value
        if number % 20 == 0:
            first.temperature = second.temperature = [0.1, math.inf, 2.0, 0.004, 0.0][number // 20 % 5]
        for shape in ((), (3,)):
            drawn = [each.sample(np.random.default_rng(number), shape) for each in (first, second)]
            np.testing.assert_array_equal(*drawn)
        np.testing.assert_array_equal(first._layout.slots, second._layout.slots)
        np.testing.assert_allclose(first.entropy, second.entropy, rtol=1e-14, atol=1e-14)
        assert abs(first.log_partition_at(0.31) - second.log_partition_at(0.31)) < 1e-13


def test_reading_does_not_change_draws():
    values = np.random.default_rng(6).normal(size=500)
    read, left = GibbsBuckets(values), GibbsBuckets(values)
    for number in range(50):
        read[number] = left[number] = float(number % 7)
        for temperature in (0.01, 1.0, 50.0):
            read.entropy_at(temperature)
        read.temperature_for_entropy(1.0 + number / 50)
        assert read.sample(np.random.default_rng(number)) == left.sample(np.random.default_rng(number))


def test_draws_without_replacement_follow_their_law_and_put_back():
    values, rng = np.array([0.0, 1.0, 2.0]), fresh_rng()
    buckets, pairs = GibbsBuckets(values), np.zeros((3, 3))
    for _ in range(6000):
        first, second = buckets.sample_without_replacement(rng, 2)
        pairs[first, second] += 1
    np.testing.assert_array_equal(buckets.values, values)
    probs = Gibbs(values).probs
    law = np.array([[0 if i == j else probs[i] * probs[j] / (1 - probs[i]) for j in range(3)] for i in range(3)])
    assert agrees(pairs.ravel(), law.ravel())


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda b: GibbsBuckets([]), ValueError, r"values must have shape \(K,\)"),
        (lambda b: GibbsBuckets([math.nan]), ValueError, "got nan for action 0"),
        (lambda b: GibbsBuckets([1.0], -1.0), ValueError, r"temperature must be in \[0, inf\], got -1.0"),
        (lambda b: GibbsBuckets([1.0], width=0.0), ValueError, r"width must be in \(0, inf\), got 0.0"),
        (lambda b: setattr(b, "temperature", math.nan), ValueError, r"temperature must be in \[0, inf\], got nan"),
        (lambda b: b.log_partition_at(math.nan), ValueError, r"temperature must be in \[0, inf\], got nan"),
        (lambda b: b.entropy_at("hot"), TypeError, "temperature must be a number"),
        (lambda b: b.mean_at(-1.0), ValueError, r"temperature must be in \[0, inf\], got -1.0"),
        (lambda b: b.temperature_for_entropy(-0.1), ValueError, r"entropy must be in \[0, inf\), got -0.1"),
        (lambda b: b.__setitem__(3, 1.0), ValueError, r"action must be in \[0, 3\), got 3"),
        (lambda b: b.__setitem__(0, math.inf), ValueError, "value must be in"),
        (lambda b: b.update([0, 9], [1.0, 2.0]), ValueError, r"actions must be in \[0, 3\), got 9"),
        (lambda b: b.update([0, 1], [5.0, math.nan]), ValueError, "values must be in"),
        (lambda b: b.sample_without_replacement(np.random.default_rng(0), 4), ValueError, "k must be at most"),
        (lambda b: b.sample(0), TypeError, "rng"),
    ],
)
def test_bad_input_is_refused_and_changes_nothing(call, error, message):
    buckets = GibbsBuckets([0.0, 1.0, 2.0])
    with pytest.raises(error, match=message):
        call(buckets)
    assert_same(buckets, [0.0, 1.0, 2.0], 1.0)
    assert not buckets.values.flags.writeable
