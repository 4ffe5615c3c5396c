"""Mellowmax, Maillard sampling, UCB1 and Boltzmann around a prior: golden numbers and independent oracles."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from boltzmann import (
    UCB1,
    VDBE,
    Gibbs,
    KLBoltzmann,
    Maillard,
    MaxBoltzmann,
    Mellowmax,
    UCB1Tuned,
)

INF = math.inf
MEANS, COUNTS = np.array([0.5, 0.4, 0.3]), np.array([100, 10, 1])
rows_of_values = arrays(np.float64, 4, elements=st.floats(-50, 50).map(lambda x: round(x, 2)))


@pytest.mark.parametrize("scale", [1e-300, 1e-8, 1.0, 1e8, 1e300])
def test_mellowmax_policy_golden_at_any_scale(scale):
    # Brent's root of sum exp(beta (x - mm)) (x - mm), with mpmath at 30 digits.
    result = Mellowmax(1.5 / scale)(np.array([1.0, 2.0, 4.0]) * scale)
    np.testing.assert_allclose(result.probs, [0.10173355, 0.19389914, 0.70436731], atol=5e-9)
    assert scale / result.temperature == pytest.approx(0.644980933884, rel=1e-11)
    assert result.mean / scale == pytest.approx(3.307001071070, rel=1e-12)
    result = Mellowmax(100 / scale)(np.array([0.0, 0.01, 0.02]) * scale)
    assert scale / result.temperature == pytest.approx(48.117266683, rel=1e-9)


@given(values=rows_of_values, omega=st.floats(1e-3, 1e3))
def test_the_mellowmax_policy_has_the_mellowmax_as_its_mean(values, omega):
    result = Mellowmax(omega)(values)
    assert result.mean == pytest.approx(float(Gibbs(values, 1 / omega).mellowmax), rel=1e-10, abs=1e-10)


def test_maillard_golden():
    # exp(-N gap^2 / (2 * 0.25)) normalised, with mpmath.
    np.testing.assert_allclose(
        Maillard(0.5)(MEANS, visits=COUNTS).probs, [0.36471764, 0.29860555, 0.33667681], atol=5e-9
    )
    with mpmath.workdps(30):
        weights = [
            mpmath.exp(-count * (mpmath.mpf(0.5) - mean) ** 2 / 2)
            for mean, count in zip(MEANS, COUNTS.tolist(), strict=True)
        ]
        expected = [float(weight / mpmath.fsum(weights)) for weight in weights]
    np.testing.assert_allclose(Maillard(1.0)(MEANS, visits=COUNTS).probs, expected, rtol=1e-13)
    extreme = Maillard(1e-300)([1e308, -1e308, 1e308], visits=[5, 5, 5]).probs
    np.testing.assert_array_equal(extreme, [0.5, 0.0, 0.5])


def test_indices_by_hand():
    # The default is sqrt(2): 0.4 + 1.4142 sqrt(log(8) / 4) = 1.4197 against 0.1 + 1.4142 sqrt(log(8) / 2) = 1.5421.
    assert UCB1()([0.4, 0.1, 0.4], visits=[4, 2, 2], where=[True, True, False]).probs.argmax() == 1
    assert UCB1()([0.85, 0.2], visits=[6, 2]).probs.argmax() == 0
    assert UCB1(2.0)([0.85, 0.2], visits=[6, 2]).probs.argmax() == 1
    # log 16 = 2.7726: 0.6 + c sqrt(2.7726 / 12), 0.5 + c sqrt(2.7726 / 3), 0.2 + c sqrt(2.7726 / 1).
    values, visits = [0.6, 0.5, 0.2], [12, 3, 1]
    assert [UCB1(c)(values, visits=visits).probs.argmax() for c in (0.1, 0.3, 1.0)] == [0, 1, 2]
    # Tuned: widths .2310, .9242, 2.7726; min(1/4, variance + sqrt(2 w)) is 1/4 in all but where the counts are large.
    assert UCB1Tuned()(values, visits=visits, variances=[0.2, 0.2, 0.0]).probs.argmax() == 2
    many_visits = [10**6, 10**6]
    # sqrt(2 w) = .00539: bonuses sqrt(w .25) = .0019 and sqrt(w .0154) = .00047.
    assert UCB1Tuned()([0.5, 0.501], visits=many_visits, variances=[0.25, 0.01]).probs.argmax() == 0
    assert UCB1Tuned()([0.5, 0.501], visits=many_visits, variances=[0.0, 0.01]).probs.argmax() == 1


@given(
    values=rows_of_values, temperature=st.floats(0.01, 100), another=arrays(np.float64, 4, elements=st.floats(0.01, 1))
)
def test_kl_boltzmann_maximises_its_objective(values, temperature, another):
    prior = np.array([0.4, 0.3, 0.2, 0.1])
    another = another / another.sum()

    def objective(probs):
        terms = np.where(probs > 0, probs * np.log(np.where(probs > 0, probs, 1.0) / prior), 0.0)
        return probs @ values - temperature * terms.sum()

    best = objective(KLBoltzmann(tuple(prior.tolist()), temperature)(values).probs)
    assert best >= objective(another) - 1e-9 * (1 + abs(best))
    assert best == pytest.approx(float(Gibbs(values, temperature, prior=prior).soft_value), rel=1e-9, abs=1e-9)


def test_distributions_without_a_temperature_do_not_report_one():
    assert MaxBoltzmann(0.1, 0.7)([0.0, 1.0]).temperature == 0.7
    assert math.isnan(UCB1()([0.0, 1.0], visits=[1, 1]).temperature)
    assert math.isnan(VDBE(1.0)([0.0, 1.0]).temperature)
