"""The Gibbs distribution: laws, golden numbers, both ends, awkward input, errors."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import boltzmann
from boltzmann import Gibbs, entropy, log_partition, log_softmax, soft_value, softmax

INF = math.inf
FUNCTIONS = (softmax, log_softmax, log_partition, soft_value, entropy)


def finite(bound=1e6):
    return st.floats(-bound, bound, allow_subnormal=False)


rows = arrays(np.float64, st.tuples(st.integers(1, 4), st.integers(1, 6)), elements=finite())
temperatures = st.one_of(st.just(0.0), st.just(INF), st.floats(1e-3, 1e9))


def exact(values, temperature, prior=None):
    """Probabilities, log Z, T log Z and entropy; digits enough for 1 - exp(-1400)."""
    with mpmath.workdps(700):
        q = [mpmath.mpf(float(v)) for v in values]
        w = [mpmath.mpf(1)] * len(q) if prior is None else [mpmath.mpf(float(p)) for p in prior]
        t = mpmath.mpf(float(temperature))
        top = max(q)
        terms = [wi * mpmath.exp((qi - top) / t) for wi, qi in zip(w, q, strict=True)]
        mass = mpmath.fsum(terms)
        probs = [term / mass for term in terms]
        log_z = top / t + mpmath.log(mass)
        ent = -mpmath.fsum(p * mpmath.log(p) for p in probs if p > 0)
        return [float(p) for p in probs], float(log_z), float(t * log_z), float(ent)


@pytest.mark.parametrize(
    ("values", "temperature", "prior"),
    [
        ([0.0, 1.0, 2.0], 1.0, None),
        ([0.0, -40.0], 1.0, None),
        ([1e9, 1e9 + 2.0**-20, 1e9 - 2.0**-20], 2.0**-20, None),
        ([0.0, 1e-8, 3e-8], 1e-8, None),
        ([-1.7e308, 1.7e308], 1e308, None),
        ([5.0, -3.0, 0.25, 0.125], 1e6, None),
        ([0.0, 700.0, 1400.0], 1.0, None),
        ([0.3, -0.7, 0.1], 0.05, [0.2, 5.0, 1e-3]),
        ([1e-310, 2e-310, 0.0], 1e-310, None),
    ],
)
def test_golden_numbers_of_mpmath(values, temperature, prior):
    gibbs = Gibbs(values, temperature, prior=prior)
    probs, log_z, soft, ent = exact(values, temperature, prior)
    np.testing.assert_allclose(gibbs.probs, probs, rtol=4e-15, atol=0)
    np.testing.assert_allclose(gibbs.log_partition, log_z, rtol=1e-15)
    np.testing.assert_allclose(gibbs.soft_value, soft, rtol=1e-15)
    np.testing.assert_allclose(gibbs.entropy, ent, rtol=1e-14)


def test_nothing_is_lost_near_greedy():
    # mpmath.mp.dps = 60: mpmath.log1p(mpmath.exp(-40)) = 4.248354255291589e-18
    gibbs = Gibbs([0.0, -40.0])
    assert gibbs.log_probs[0] == pytest.approx(-4.248354255291589e-18, rel=1e-15, abs=0)
    assert gibbs.log_partition == pytest.approx(4.248354255291589e-18, rel=1e-15, abs=0)
    # x = exp(-40): log1p(x) + 40 x / (1 + x) = 1.7418252446695514e-16
    assert gibbs.entropy == pytest.approx(1.7418252446695514e-16, rel=1e-15, abs=0)


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
    heats = np.array([data.draw(temperatures) for _ in values])
    for function in FUNCTIONS:
        batch = function(values, heats)
        for row, heat, expected in zip(values, heats, batch, strict=True):
            np.testing.assert_array_equal(function(row, heat), expected)


def test_one_row_at_many_temperatures():
    probs = softmax([0.0, 1.0], [0.0, 1.0, INF])
    np.testing.assert_allclose(probs, [[0, 1], [1 / (1 + math.e), math.e / (1 + math.e)], [0.5, 0.5]], rtol=1e-15)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_any_axis_holds_the_actions(function):
    values = np.random.default_rng(1).normal(size=(2, 3, 4))
    where, prior = values > -1.5, np.arange(1.0, 5.0)
    for axis in (-3, -2, -1, 0, 1, 2):
        moved = function(np.moveaxis(values, axis, -1), 0.5, where=np.moveaxis(where, axis, -1))
        result = function(values, 0.5, axis=axis, where=where)
        if result.ndim == 3:
            moved = np.moveaxis(moved, -1, axis)
        np.testing.assert_array_equal(result, moved)
    np.testing.assert_array_equal(
        function(values, 0.5, axis=2, prior=prior), function(values, 0.5, axis=-1, prior=prior)
    )


@pytest.mark.parametrize("temperature", [0, 5e-324, 1e-300, 1.0, 1e300, INF])
def test_infinite_values(temperature):
    np.testing.assert_array_equal(softmax([INF, 1.0, INF], temperature), [0.5, 0, 0.5])
    assert soft_value([INF, 1.0], temperature) == INF
    assert log_partition([INF, 1.0], temperature) == INF
    np.testing.assert_array_equal(softmax([-INF, 3.0], temperature), [0, 1])
    assert entropy([-INF, 3.0], temperature) == 0


def test_differences_that_overflow():
    for temperature, expected in [(1.0, [0, 1]), (INF, [0.5, 0.5])]:
        np.testing.assert_array_equal(softmax([-1.7e308, 1.7e308], temperature), expected)
    assert softmax([-1.7e308, 1.7e308], 1e308)[0] == pytest.approx(1 / (1 + math.exp(3.4)), rel=1e-14)
    # The difference itself is beyond float64, in units of T it is not.
    assert log_softmax([-1.7e308, 1.7e308], 2.0)[0] == pytest.approx(-1.7e308)


@pytest.mark.parametrize(
    ("values", "expected", "prior"),
    [([-1.0, -2.0], -INF, None), ([0.0, 0.0, -1.0], math.log(2), None), ([1.0], INF, None), ([0.0], 0.0, None)],
)
def test_log_partition_at_zero_is_the_limit(values, expected, prior):
    assert log_partition(values, 0, prior=prior) == expected


def test_soft_value_of_a_hot_row_depends_on_the_prior_mass():
    assert soft_value([1.0, 3.0], INF) == INF
    assert soft_value([1.0, 3.0], INF, prior=[0.25, 0.25]) == -INF
    assert soft_value([1.0, 3.0], INF, prior=[0.25, 0.75]) == 2.5
    assert soft_value([7.0], INF) == 7.0
    assert soft_value(np.arange(10.0), INF, prior=np.full(10, 0.1)) == pytest.approx(4.5)
    assert soft_value([INF, 1.0], INF, prior=[0.5, 0.5]) == INF


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_floats_keep_their_dtype(dtype):
    values = np.array([[0.0, 1.0], [2.0, 4.0]], dtype=dtype)
    for function in FUNCTIONS:
        assert function(values, 0.5).dtype == dtype
    np.testing.assert_array_equal(softmax(values, 1e-300), [[0, 1], [0, 1]])


def test_integers_become_float64_before_any_difference():
    values = np.array([-128, 127], dtype=np.int8)
    assert softmax(values, 100).dtype == np.float64
    assert softmax(values, 100)[0] == pytest.approx(1 / (1 + math.exp(2.55)), rel=1e-14)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"values": [1.0, 2.0], "temperature": -1.0}, ValueError, r"temperature must be in \[0, inf\], got -1.0"),
        (
            {"values": np.zeros((4, 2)), "temperature": [1.0, 0.0, 2.0, -0.5]},
            ValueError,
            r"temperature must be in \[0, inf\], got -0.5 in row 3",
        ),
        ({"values": [1.0], "temperature": math.nan}, ValueError, r"got nan"),
        ({"values": [[1.0, 2.0], [0.0, math.nan]]}, ValueError, "got NaN for action 1 in row 1"),
        (
            {"values": np.where(np.arange(8).reshape(2, 2, 2) == 5, math.nan, 0)},
            ValueError,
            r"action 1 in row \(1, 0\)",
        ),
        ({"values": [[1.0], [-INF]]}, ValueError, "value above -inf, got none in row 1"),
        ({"values": [1.0, 2.0], "where": [False, False]}, ValueError, "at least one action must be allowed"),
        ({"values": [1.0, 2.0], "prior": [0.0, 0.0]}, ValueError, "at least one action must be allowed"),
        ({"values": [1.0, 2.0], "prior": [1.0, -1.0]}, ValueError, "prior must be finite and at least 0, got -1.0"),
        ({"values": [1.0, 2.0], "prior": [1.0, INF]}, ValueError, "prior must be finite"),
        ({"values": [1.0, 2.0], "prior": [1.0, math.nan]}, ValueError, "prior must be finite"),
        ({"values": []}, ValueError, "values must hold at least one action"),
        ({"values": 3.0}, ValueError, "values must hold at least one action"),
        ({"values": [[1.0, 2.0], [3.0]]}, ValueError, "values must be a rectangular array"),
        ({"values": np.zeros((2, 3)), "temperature": [1.0, 1.0, 1.0]}, ValueError, "shapes do not broadcast"),
        ({"values": np.zeros((2, 3)), "where": [True, False]}, ValueError, r"where \(2,\)"),
        ({"values": ["a", "b"]}, TypeError, "values must be real numbers"),
        ({"values": [1.0 + 1j]}, TypeError, "values must be real numbers, got complex128"),
        ({"values": [True, False]}, TypeError, "values must be real numbers, got bool"),
        ({"values": [None, 1.0]}, TypeError, "values must be real numbers, got object"),
        ({"values": [1.0], "temperature": "hot"}, TypeError, "temperature must be real numbers"),
        ({"values": np.ma.array([1.0], mask=[False])}, TypeError, "values must not be a masked array"),
        ({"values": [1.0], "where": [1.0]}, TypeError, "where must be boolean, or 0 and 1, got float64"),
        ({"values": [1.0, 1.0], "where": [1, 2]}, ValueError, "where must be boolean, or 0 and 1, got 2 for action 1"),
        ({"values": [1.0], "prior": [0.0]}, ValueError, "must be allowed, of a prior above 0, and have a value above"),
    ],
)
def test_bad_input_is_named(arguments, error, message):
    with pytest.raises(error, match=message):
        Gibbs(**arguments)


def test_no_rows_are_no_error():
    assert softmax(np.zeros((0, 3))).shape == (0, 3)
    assert log_partition(np.zeros((0, 3)), 0).shape == (0,)


def test_log_prob_picks_and_refuses():
    gibbs = Gibbs([[0.0, 1.0, 2.0], [5.0, 5.0, 5.0]])
    draws = gibbs.sample(np.random.default_rng(0), (4, 5))
    assert draws.shape == (4, 5, 2)
    picked = gibbs.log_prob(draws)
    assert picked.shape == (4, 5, 2)
    assert picked[1, 2, 0] == gibbs.log_probs[0, draws[1, 2, 0]]
    with pytest.raises(ValueError, match=r"actions must be in \[0, 3\), got 3 in row 1"):
        gibbs.log_prob([0, 3])
    with pytest.raises(ValueError, match="actions must be in"):
        gibbs.log_prob([0, -1])
    with pytest.raises(TypeError, match="actions must be integers"):
        gibbs.log_prob([0.0, 1.0])
    with pytest.raises(ValueError, match="shape that ends in"):
        gibbs.log_prob([0, 1, 2])


def test_a_distribution_is_frozen_and_leaves_its_input_alone():
    values = np.array([[0.0, 1.0], [2.0, 3.0]])
    before = values.copy()
    gibbs = Gibbs(values, [0.0, 1.0], where=np.array([True, False]), prior=np.array([1.0, 2.0]))
    for name in ("probs", "log_probs", "log_partition", "soft_value", "entropy"):
        getattr(gibbs, name)
    np.testing.assert_array_equal(values, before)
    with pytest.raises(AttributeError, match="frozen"):
        gibbs.temperature = 3.0
    assert "temperature=" in repr(gibbs)


def test_the_public_names_are_there():
    for name in boltzmann.__all__:
        assert getattr(boltzmann, name) is not None


def test_soft_values_approach_their_limit_at_large_temperatures():
    # mpmath, 60 digits, T log(sum p exp(Q / T)) for p = .25, .25, .5 and Q = 1, 2, 3: 2.25 + 0.34375 / T + O(1 / T^2)
    for temperature in (1e3, 1e8, 1e12, 1e16, 1e300):
        for function in (soft_value, boltzmann.mellowmax):
            value = function([1.0, 2.0, 3.0], temperature, prior=[0.25, 0.25, 0.5])
            assert value == pytest.approx(2.25 + 0.34375 / temperature, rel=1e-7 if temperature < 1e4 else 1e-15)


def test_means_of_values_further_apart_than_floats_reach():
    for values, mean in (([1.7e308, -1.7e308], 0.0), ([1.7e308, -1.7e308, 0.0], 0.0)):
        gibbs = Gibbs(values, INF)
        assert gibbs.mean == pytest.approx(mean, abs=1e293)
        assert gibbs.mellowmax == pytest.approx(mean, abs=1e293)
    hot = Gibbs([1.7e308, -1.7e308, 0.0], 1.7e308)
    # p is proportional to 1, e^-2, e^-1
    weights = np.exp([0.0, -2.0, -1.0])
    expected = 1.7e308 * ((weights[0] - weights[1]) / weights.sum())
    assert hot.mean == pytest.approx(expected, rel=1e-14)
    assert hot.mellowmax == pytest.approx(1.7e308 * math.log(weights.sum() * math.e / 3), rel=1e-13)


def test_many_huge_rows_are_summed_without_a_warning():
    np.testing.assert_array_equal(softmax([[1.7e308, 0.0]] * 3), [[1, 0]] * 3)
    with pytest.raises(ValueError, match="got none in row 1"):
        Gibbs([[INF, 0.0], [-INF, -INF]])


@pytest.mark.parametrize("beta", [-2.0, -0.5, 0.5, 2.0])
def test_the_temperature_derivative_is_that_of_the_signed_temperature(beta):
    values, step = [0.0, 1.0, 2.5], 1e-6
    heat = 1 / beta
    slope = (Gibbs.from_beta(values, 1 / (heat + step)).probs - Gibbs.from_beta(values, 1 / (heat - step)).probs) / (
        2 * step
    )
    np.testing.assert_allclose(Gibbs.from_beta(values, beta).temperature_derivative(), slope, rtol=1e-6, atol=1e-9)


def test_inverse_temperatures_are_taken_in_full_precision():
    half = Gibbs.from_beta(np.float16([0, 60000]), np.float16(6e-6))
    assert half.probs[1] == pytest.approx(1 / (1 + math.exp(-60000 * float(np.float16(6e-6)))), rel=1e-3)
    exact = Gibbs([0.0, 1000.0], 1 / float(np.float32(0.01))).log_partition
    assert Gibbs.from_beta([0.0, 1000.0], np.float32(0.01)).log_partition == pytest.approx(exact, rel=1e-14)
    with pytest.raises(ValueError, match=r"beta \(3,\) must fit the rows"):
        Gibbs.from_beta([[1.0, 2.0], [2.0, 3.0]], [-1, 1, 2])
    with pytest.raises(ValueError, match="got a scalar"):
        Gibbs.from_beta(3.0, -1)


def test_jacobian_and_distance_keep_their_small_numbers():
    jacobian = Gibbs([0.0, 40.0]).jacobian()
    assert jacobian[1, 1] == pytest.approx(4.248354255291589e-18, rel=1e-13)
    np.testing.assert_array_equal(jacobian.sum(axis=-1), [0, 0])
    # d^2 / 8 for two actions a small d apart from uniform
    small = Gibbs([0.0, 1e-8]).kl_divergence(Gibbs([0.0, 0.0]))
    assert small == pytest.approx(1.25e-17, rel=1e-7)
    far = Gibbs([0.0, 800.0]).kl_divergence(Gibbs([800.0, 0.0]))
    assert far == pytest.approx(800.0, rel=1e-14)


def test_no_rows_of_many_actions_are_drawn_from():
    assert Gibbs(np.zeros((0, 300))).sample(np.random.default_rng(0)).shape == (0,)


def test_a_soft_value_whose_parts_overflow():
    # -1.7e308 + 1.7e308 log 3.
    found = Gibbs([-1.7e308] * 3, 1.7e308).soft_value
    assert found == pytest.approx(1.7e308 * (math.log(3) - 1), rel=1e-14)
