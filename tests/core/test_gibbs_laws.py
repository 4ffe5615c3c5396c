"""The Gibbs distribution: laws that hold for all values, masks and priors."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from boltzmann import Gibbs, entropy, log_partition, log_softmax, soft_value, softmax

INF = math.inf
FUNCTIONS = (softmax, log_softmax, log_partition, soft_value, entropy)


def finite(bound=1e6):
    return st.floats(-bound, bound, allow_subnormal=False)


rows = arrays(np.float64, st.tuples(st.integers(1, 4), st.integers(1, 6)), elements=finite())
temperatures = st.one_of(st.just(0.0), st.just(INF), st.floats(1e-3, 1e9))


@given(rows, temperatures)
def test_probabilities_sum_to_one_and_follow_the_values(values, temperature):
    probs = softmax(values, temperature)
    np.testing.assert_allclose(probs.sum(axis=-1), 1, rtol=1e-14)
    order = np.argsort(values, axis=-1)
    assert (np.diff(np.take_along_axis(probs, order, axis=-1), axis=-1) >= 0).all()


@given(rows, temperatures, st.integers(-1000, 1000))
def test_translation_changes_nothing_but_the_soft_value(values, temperature, shift):
    values = np.round(values)  # so that the sums are exact
    np.testing.assert_array_equal(softmax(values + shift, temperature), softmax(values, temperature))
    np.testing.assert_array_equal(entropy(values + shift, temperature), entropy(values, temperature))
    if temperature < INF:
        moved, still = soft_value(values + shift, temperature), soft_value(values, temperature)
        np.testing.assert_allclose(moved, still + shift, rtol=1e-12, atol=1e-9 * (1 + temperature * 1e-6))


@given(rows, st.floats(1e-3, 1e3), st.sampled_from([2.0**-30, 0.5, 4.0, 2.0**40]))
def test_scaling_values_and_temperature_together_changes_nothing(values, temperature, factor):
    np.testing.assert_array_equal(softmax(values * factor, temperature * factor), softmax(values, temperature))


@given(rows, temperatures, st.randoms(use_true_random=False))
def test_permuting_the_actions_permutes_the_probabilities(values, temperature, random):
    order = list(range(values.shape[-1]))
    random.shuffle(order)
    permuted = softmax(values[:, order], temperature)
    np.testing.assert_allclose(permuted, softmax(values, temperature)[:, order], rtol=1e-14, atol=0)


@given(rows, st.floats(1e-3, 1e6))
def test_the_identities_between_the_quantities(values, temperature):
    gibbs = Gibbs(values, temperature)
    np.testing.assert_allclose(np.exp(gibbs.log_probs), gibbs.probs, rtol=1e-12, atol=1e-300)
    np.testing.assert_allclose(gibbs.soft_value, temperature * gibbs.log_partition, rtol=1e-12, atol=1e-12)
    mean = (gibbs.probs * values).sum(axis=-1)
    scale = 1 + np.abs(values).max()
    np.testing.assert_allclose(gibbs.soft_value, mean + temperature * gibbs.entropy, rtol=1e-9, atol=1e-9 * scale)
    assert (gibbs.entropy >= 0).all()
    assert (gibbs.entropy <= math.log(values.shape[-1]) * (1 + 1e-14)).all()
    assert (gibbs.soft_value >= values.max(axis=-1)).all()


@given(rows)
def test_temperature_zero_is_the_maximisers_by_value(values):
    best = values == values.max(axis=-1, keepdims=True)
    count = best.sum(axis=-1)
    gibbs = Gibbs(values, 0)
    np.testing.assert_array_equal(gibbs.probs, best / count[:, np.newaxis])
    np.testing.assert_array_equal(gibbs.soft_value, values.max(axis=-1))
    np.testing.assert_allclose(gibbs.entropy, np.log(count), rtol=1e-15)


@given(rows)
def test_temperature_infinity_is_uniform_by_value(values):
    gibbs = Gibbs(values, INF)
    np.testing.assert_array_equal(gibbs.probs, np.full(values.shape, 1 / values.shape[-1]))
    np.testing.assert_allclose(gibbs.log_partition, math.log(values.shape[-1]), rtol=1e-15)
    np.testing.assert_allclose(gibbs.entropy, math.log(values.shape[-1]), rtol=1e-15)


@given(rows, st.integers(0, 5))
def test_tiny_and_huge_temperatures_reach_their_ends(values, seed):
    distinct = np.unique(np.round(values))[np.newaxis]
    np.testing.assert_array_equal(softmax(distinct, 5e-324), softmax(distinct, 0))
    np.testing.assert_allclose(softmax(distinct, 1e300), softmax(distinct, INF), rtol=1e-15)


@given(rows, temperatures, st.data())
def test_a_mask_is_as_good_as_leaving_out(values, temperature, data):
    where = np.array(data.draw(st.lists(st.booleans(), min_size=values.shape[-1], max_size=values.shape[-1])))
    where[data.draw(st.integers(0, len(where) - 1))] = True
    hidden = np.where(where, values, data.draw(st.sampled_from([math.nan, INF, -INF, 1e308])))
    masked, shorter = Gibbs(hidden, temperature, where=where), Gibbs(values[:, where], temperature)
    np.testing.assert_allclose(masked.probs[:, where], shorter.probs, rtol=1e-14, atol=0)
    assert not masked.probs[:, ~where].any()
    for name in ("log_partition", "soft_value", "entropy"):
        np.testing.assert_allclose(getattr(masked, name), getattr(shorter, name), rtol=1e-13, atol=1e-300)


@given(rows, temperatures, st.integers(1, 5))
def test_a_prior_of_whole_numbers_is_as_good_as_repeating(values, temperature, weight):
    weights = np.arange(values.shape[-1]) % weight + 1
    repeated = np.repeat(values, weights, axis=-1)
    weighted, longer = Gibbs(values, temperature, prior=weights), Gibbs(repeated, temperature)
    groups = np.repeat(np.arange(values.shape[-1]), weights)
    for row, probs in zip(weighted.probs, longer.probs, strict=True):
        np.testing.assert_allclose(row, np.bincount(groups, probs), rtol=1e-13, atol=0)
    # Near a log Z of 0 the two roundings of max Q / T decide: compare in units of its parts.
    scale = 1e-12 * (1 + np.abs(values).max() / max(temperature, 1e-3))
    np.testing.assert_allclose(weighted.log_partition, longer.log_partition, rtol=1e-13, atol=scale)


@given(rows, st.data())
def test_every_row_has_its_own_temperature(values, data):
    row_temperatures = np.array([data.draw(temperatures) for _ in values])
    for function in FUNCTIONS:
        batch = function(values, row_temperatures)
        for row, temperature, expected in zip(values, row_temperatures, batch, strict=True):
            np.testing.assert_array_equal(function(row, temperature), expected)
