"""Value-difference based exploration: its rule, and one rate for each row."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from boltzmann import (
    VDBE,
    MaxBoltzmann,
    VDBESoftmax,
    next_epsilons,
)

INF = math.inf


@given(st.floats(0, 1), st.floats(-1e3, 1e3), st.floats(0, 1), st.floats(1e-3, 1e3))
def test_the_rule_of_value_differences(epsilon, change, weight, sensitivity):
    # As printed by Tokic (2010), with f = (1 - exp(-|change| / sensitivity)) / (1 + exp(-|change| / sensitivity)).
    factor = math.exp(-abs(change) / sensitivity)
    expected = weight * (1 - factor) / (1 + factor) + (1 - weight) * epsilon
    epsilons = next_epsilons([epsilon], [change], weight, sensitivity)
    assert epsilons[0] == pytest.approx(expected, rel=1e-12, abs=1e-15)
    assert 0 <= epsilons[0] <= 1


def test_rates_of_exploration_act_on_their_own_rows():
    values, epsilons = np.array([[0.0, 2.0], [0.0, 2.0], [0.0, 2.0]]), np.array([0.0, 0.4, 1.0])
    expected = [MaxBoltzmann(epsilon, 1.0)(values[0]).probs for epsilon in epsilons]
    np.testing.assert_allclose(VDBESoftmax(1.0)(values, epsilons=epsilons).probs, expected, rtol=1e-14)
    np.testing.assert_allclose(VDBE(1.0)(values, epsilons=epsilons).probs[:, 0], epsilons / 2, rtol=1e-14)
    moved = VDBE(1.0, weight=0.5).next_epsilons(epsilons, np.zeros(3), [2, 2, 2])
    np.testing.assert_array_equal(moved, epsilons / 2)
    assert VDBE(INF).next_epsilons([0.5], [1e300], [4])[0] == 0.375
