"""The Gibbs distribution: golden numbers, both ends, and values near the ends of the floats."""

import math

import mpmath
import numpy as np
import pytest

import boltzmann
from boltzmann import Gibbs, entropy, log_partition, log_softmax, soft_value, softmax

INF = math.inf


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


def test_one_row_at_many_temperatures():
    probs = softmax([0.0, 1.0], [0.0, 1.0, INF])
    np.testing.assert_allclose(probs, [[0, 1], [1 / (1 + math.e), math.e / (1 + math.e)], [0.5, 0.5]], rtol=1e-15)


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
    temperature = 1 / beta
    slope = (
        Gibbs.from_beta(values, 1 / (temperature + step)).probs
        - Gibbs.from_beta(values, 1 / (temperature - step)).probs
    ) / (2 * step)
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


def test_a_soft_value_whose_parts_overflow():
    # -1.7e308 + 1.7e308 log 3.
    found = Gibbs([-1.7e308] * 3, 1.7e308).soft_value
    assert found == pytest.approx(1.7e308 * (math.log(3) - 1), rel=1e-14)
