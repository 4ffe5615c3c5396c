"""Sparsemax and entmax: their optimality conditions, and a solution at 400 digits."""

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from boltzmann import (
    Entmax,
    Sparsemax,
)

rows_of_values = arrays(np.float64, 4, elements=st.floats(-50, 50).map(lambda x: round(x, 2)))


@given(values=rows_of_values, alpha=st.floats(1.001, 6), temperature=st.floats(0.01, 100))
@settings(max_examples=60)
def test_entmax_meets_its_optimality_conditions(values, alpha, temperature):
    # Of max p.z + H_alpha(p): p^(alpha - 1) = (alpha - 1) z - tau on the support, and (alpha - 1) z <= tau off it.
    probs = Entmax(temperature, alpha)(values).probs
    scores = (alpha - 1) * (values - values.max()) / temperature
    support = probs > 0
    threshold = scores[values.argmax()] - probs.max() ** (alpha - 1)
    rounding = 1e-11 * (1 + abs(scores).max())
    np.testing.assert_allclose(probs[support] ** (alpha - 1), (scores - threshold)[support], atol=rounding, rtol=1e-9)
    # Off the support, except for underflow.
    above = np.maximum(scores - threshold - rounding, 0.0)
    assert (above[~support] ** (1 / (alpha - 1)) < 1e-300).all()


@pytest.mark.parametrize(
    ("alpha", "gap"), [(3.0, 0.4), (4.0, 0.3), (6.0, 0.1), (10.0, 0.1), (30.0, 0.001), (200.0, 0.004)]
)
def test_entmax_of_two_actions_at_large_alpha(alpha, gap):
    # p^(alpha - 1) - (1 - p)^(alpha - 1) = (alpha - 1) gap, solved by bisection at 400 digits.
    with mpmath.workdps(400):
        power, low, high = mpmath.mpf(alpha) - 1, mpmath.mpf("0.5"), mpmath.mpf(1)
        for _ in range(1200):
            middle = (low + high) / 2
            above = middle**power - (1 - middle) ** power > power * mpmath.mpf(gap)
            low, high = (low, middle) if above else (middle, high)
        expected = [float(low), float(1 - low)]
    np.testing.assert_allclose(Entmax(1.0, alpha)([gap, 0.0]).probs, expected, rtol=1e-12)
    np.testing.assert_allclose(Entmax(1.0, alpha)([0.0, gap, -50.0]).probs, [*expected[::-1], 0.0], rtol=1e-12)


@given(values=rows_of_values, temperature=st.floats(0.01, 100))
def test_sparsemax_is_the_nearest_point_of_the_simplex(values, temperature):
    probs = Sparsemax(temperature)(values).probs
    np.testing.assert_allclose(probs, Entmax(temperature, 2.0)(values).probs, rtol=1e-9, atol=1e-12)
    # The point is nearest if no step towards a corner shortens the distance.
    scores = (values - values.max()) / temperature
    towards = (scores - probs) @ (np.eye(4) - probs).T
    assert (towards <= 1e-9 * (1 + abs(scores).max())).all()
