"""The policy without a number: golden values, units and origins, and its limits."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from boltzmann import Gibbs, Greedy, StandardError, StandardErrorToHorizon

KNOWN = {"visits": [100, 10, 5], "variances": [0.25, 0.24, 0.21]}


@pytest.mark.parametrize(
    ("policy", "values", "inputs", "expected"),
    [
        (StandardError(), [0.5, 0.4, 0.3], KNOWN, [0.655479169485, 0.211838875751, 0.132681954764]),
        (StandardError(2.0), [0.5, 0.4, 0.3], KNOWN, [0.688795787381, 0.195319241185, 0.115884971434]),
        (StandardError(), [0.5, 0.4, 0.3], {**KNOWN, "where": [1, 1, 0]}, [0.720318056008, 0.279681943992, 0.0]),
        (StandardError(), [1, 0], {"visits": [4, 4], "variances": [1, 1]}, [0.940665524541, 0.059334475459]),
        (StandardError(), [1, 0, 0], {"visits": [3, 0, 2], "variances": [0.1, 0, 0.1]}, [0, 1, 0]),
    ],
)
def test_golden_probabilities(policy, values, inputs, expected):
    # By hand from the formula of the docstring, in long division with twelve digits.
    distribution = policy(values, **inputs)
    assert isinstance(distribution, Gibbs)
    np.testing.assert_allclose(distribution.probs, expected, rtol=0, atol=6e-13)


def by_hand(values, visits, variances, factor):
    """The formula in plain Python, for rows in which every action was taken."""
    count, total = len(values), sum(visits)
    mean = sum(values) / count
    pooled = sum(n * v for n, v in zip(visits, variances, strict=True))
    pooled += sum((q - mean) ** 2 for q in values) / count
    deviation = math.sqrt(pooled / (total - count + 1))
    best = max(values)
    weights = [
        1.0 if q == best else math.exp(-factor * (best - q) * math.sqrt(n) / deviation)
        for q, n in zip(values, visits, strict=True)
    ]
    return [weight / sum(weights) for weight in weights]


ROWS = st.integers(2, 6).flatmap(
    lambda count: st.tuples(
        arrays(float, count, elements=st.floats(-100, 100).map(lambda x: round(x, 3))),
        arrays(np.int64, count, elements=st.integers(1, 1000)),
        arrays(float, count, elements=st.floats(0, 100).map(lambda x: round(x, 3))),
    )
)


@given(ROWS)
def test_probabilities_are_those_of_the_formula(row):
    values, visits, variances = row
    factor = 1 + math.log2(len(values)) / 2
    expected = by_hand(values.tolist(), visits.tolist(), variances.tolist(), factor)
    probs = StandardError()(values, visits=visits, variances=variances).probs
    np.testing.assert_allclose(probs, expected, rtol=1e-9, atol=1e-300)


@given(ROWS, st.integers(-400, 400))
def test_a_power_of_two_as_unit_changes_no_bit(row, exponent):
    values, visits, variances = row
    unit, policy = math.ldexp(1.0, exponent), StandardError()
    plain = policy(values, visits=visits, variances=variances).probs
    scaled = policy(values * unit, visits=visits, variances=variances * unit**2).probs
    np.testing.assert_array_equal(scaled, plain)


@given(ROWS, st.integers(-(10**6), 10**6))
def test_the_origin_of_the_rewards_changes_nothing(row, origin):
    values, visits, variances = row
    # Eighths and whole numbers: their sums round nothing.
    values = np.round(values * 8) / 8
    policy = StandardError()
    plain = policy(values, visits=visits, variances=variances).probs
    np.testing.assert_array_equal(policy(values + origin, visits=visits, variances=variances).probs, plain)


@pytest.mark.parametrize("size", [1e-300, 1e-150, 1.0, 1e150, 1e300])
def test_extreme_values_keep_the_probabilities(size):
    values, visits = np.array([1.0, 0.5, 0.25]), [7, 3, 2]
    plain = StandardError()(values, visits=visits, variances=[0.0] * 3).probs
    extreme = StandardError()(values * size, visits=visits, variances=[0.0] * 3).probs
    np.testing.assert_allclose(extreme, plain, rtol=1e-14)


def test_the_limits():
    policy = StandardError()
    equal = policy([0.5, 0.5, 0.5], visits=[9, 1, 4], variances=[0.1, 0.0, 2.0]).probs
    np.testing.assert_array_equal(equal, [1 / 3] * 3)
    many = policy([0.5, 0.4], visits=[10**12, 10**12], variances=[1.0, 1.0]).probs
    np.testing.assert_array_equal(many, [1.0, 0.0])
    noisy = policy([0.5, 0.4], visits=[4, 4], variances=[1e300, 1e300]).probs
    np.testing.assert_allclose(noisy, [0.5, 0.5], rtol=1e-12)
    assert policy([0.5, -np.inf][:1], visits=[3], variances=[0.0]).probs == [1.0]


def test_variances_are_needed_and_checked():
    with pytest.raises(ValueError, match="variances must be given: StandardError reads"):
        StandardError()([0.0, 1.0], visits=[1, 1])
    with pytest.raises(ValueError, match="visits must be given"):
        StandardError()([0.0, 1.0], variances=[1.0, 1.0])


def test_the_horizon_divides_the_factor_by_the_share_of_steps_left():
    values, policy = [0.5, 0.4, 0.3], StandardErrorToHorizon(1000)
    factor = 1 + math.log2(3) / 2
    for step, left in ((0, 1.0), (250, 0.75), (999, 0.001)):
        expected = StandardError(factor / left)(values, **KNOWN).probs
        np.testing.assert_allclose(policy(values, step=step, **KNOWN).probs, expected, rtol=1e-12)
    for step in (1000, 10**6):
        np.testing.assert_array_equal(policy(values, step=step, **KNOWN).probs, Greedy()(values).probs)
    tied = {"visits": [4, 2], "variances": [0.0, 0.0]}
    np.testing.assert_array_equal(policy([1.0, 1.0], step=1000, **tied).probs, [0.5, 0.5])
    assert policy.of_returns.law.passes != policy.law.passes
    assert policy([0.0, 1.0], step=1000, visits=[0, 5], variances=[0.0, 1.0]).probs.tolist() == [1.0, 0.0]


def test_an_infinite_factor_is_greedy_however_large_the_variances():
    values, inputs = [[2e-135, -3e-141, -5e-143, 2e-141]], {"visits": [[2, 1, 9, 9]], "variances": [[4e257] * 4]}
    for policy, step in ((StandardError(lambda step: np.inf), 0), (StandardErrorToHorizon(1), 1)):
        np.testing.assert_array_equal(policy(values, step=step, **inputs).probs, [[1.0, 0.0, 0.0, 0.0]])
        assert policy.act(
            np.array(values),
            np.random.default_rng(0),
            step=step,
            **{name: np.array(part) for name, part in inputs.items()},
        ) == [0]
