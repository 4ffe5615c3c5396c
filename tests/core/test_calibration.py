"""Calibrated temperatures: they do what they say, scale with the values, and flag what cannot be had."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from boltzmann import (
    Gibbs,
    temperature_for_entropy,
    temperature_for_expected_loss,
    temperature_for_greedy_probability,
    temperature_for_kl,
)

INF = math.inf


def kl_to_prior(gibbs, values, prior):
    return gibbs.kl_divergence(Gibbs(values, INF, prior=prior))


MEANINGS = {
    "entropy": (temperature_for_entropy, lambda g, v, p: g.entropy),
    "greedy": (temperature_for_greedy_probability, lambda g, v, p: g.greedy_probability),
    "loss": (temperature_for_expected_loss, lambda g, v, p: np.max(v, axis=-1) - g.mean),
    "kl": (temperature_for_kl, kl_to_prior),
}
every_meaning = pytest.mark.parametrize(("find", "meaning"), MEANINGS.values(), ids=MEANINGS)
rows = arrays(np.float64, st.integers(2, 6), elements=st.integers(-1000, 1000).map(lambda x: x / 8), unique=True)


@every_meaning
@given(values=rows, share=st.floats(0.001, 0.999))
def test_the_temperature_means_what_was_asked_for(find, meaning, values, share):
    cold, hot = (float(meaning(Gibbs(values, T), values, None)) for T in (0, INF))
    target = cold + share * (hot - cold)
    temperature, attainable = find(values, target)
    assert attainable
    assert 0 < temperature < INF
    assert meaning(Gibbs(values, temperature), values, None) == pytest.approx(target, rel=1e-9)


@every_meaning
@given(values=rows, share=st.floats(0.01, 0.99), power=st.integers(-300, 300))
def test_rescaling_the_values_rescales_the_temperature(find, meaning, values, share, power):
    cold, hot = (float(meaning(Gibbs(values, T), values, None)) for T in (0, INF))
    target, factor = cold + share * (hot - cold), 2.0**power
    scaled = target * factor if find is temperature_for_expected_loss else target
    assert find(values * factor, scaled).temperature == pytest.approx(
        factor * float(find(values, target).temperature), rel=1e-10
    )


@every_meaning
def test_the_ends_are_given_exactly(find, meaning):
    values = np.array([0.0, 1.0, 3.0])
    for end in (0.0, INF):
        temperature, attainable = find(values, float(meaning(Gibbs(values, end), values, None)))
        assert temperature == end
        assert attainable


@pytest.mark.parametrize(
    ("found", "end"),
    [
        (lambda: temperature_for_entropy([0.0, 1.0], 0.7), INF),
        (lambda: temperature_for_entropy([0.0, 1.0], effective_actions=2.5), INF),
        (lambda: temperature_for_entropy([1.0, 1.0, 0.0], 0.5), 0.0),
        (lambda: temperature_for_entropy([1.0, 1.0, 0.0], effective_actions=1.5), 0.0),
        (lambda: temperature_for_entropy([0.0, 1.0, 2.0], 0.9, where=[True, False, True]), INF),
        (lambda: temperature_for_greedy_probability([0.0, 1.0], 0.3), INF),
        (lambda: temperature_for_greedy_probability([1.0, 1.0], 0.5), INF),
        (lambda: temperature_for_expected_loss([0.0, 1.0], 0.6), INF),
        (lambda: temperature_for_expected_loss([2.0], 0.1), INF),
        (lambda: temperature_for_kl([0.0, 1.0], 0.8), 0.0),
        (lambda: temperature_for_kl([1.0, 1.0], 0.1), 0.0),
    ],
)
def test_what_cannot_be_had_gives_the_nearest_end_and_says_so(found, end):
    temperature, attainable = found()
    assert temperature == end
    assert not attainable


def test_where_every_temperature_does_one_of_the_ends_is_given():
    temperature, attainable = temperature_for_greedy_probability([1.0, 1.0], 1.0)
    assert attainable
    assert temperature in (0.0, INF)


@every_meaning
def test_a_batch_is_its_rows(find, meaning):
    values = np.random.default_rng(0).normal(size=(100, 5))
    values[::7] = 1.0  # ties
    targets = np.linspace(0.01, 0.9, 100)
    together = find(values, targets)
    assert together.temperature.shape == together.attainable.shape == (100,)
    for row in range(0, 100, 4):
        alone = find(values[row], targets[row])
        assert alone.temperature == pytest.approx(together.temperature[row], rel=1e-12)
        assert alone.attainable == together.attainable[row]


def test_small_targets_are_met_to_their_last_digits():
    # mpmath, 60 digits: exp(-1 / T) / (1 + exp(-1 / T)) = 1e-100, so T = 1 / log(1e100 - 1)
    with mpmath.workdps(120):
        exact = 1 / mpmath.log(mpmath.mpf(10) ** 100 - 1)
    assert temperature_for_expected_loss([0.0, 1.0], 1e-100).temperature == pytest.approx(float(exact), rel=1e-13)
    # KL to uniform of two actions a distance d apart is d^2 / (8 T^2) at large T.
    assert temperature_for_kl([0.0, 1.0], 1e-200).temperature == pytest.approx(math.sqrt(1 / 8e-200), rel=1e-12)
    # H(y) = log1p(exp(-y)) + y / (1 + exp(y)) with y = 1 / T, by mpmath.findroot
    with mpmath.workdps(60):
        entropy = lambda y: mpmath.log(mpmath.log1p(mpmath.exp(-y)) + y / (1 + mpmath.exp(y)))  # noqa: E731
        y = mpmath.findroot(lambda y: entropy(y) - mpmath.log(mpmath.mpf("1e-30")), 73)
    assert temperature_for_entropy([0.0, 1.0], 1e-30).temperature == pytest.approx(float(1 / y), rel=1e-12)


def test_priors_and_masks_count():
    prior, where = [0.2, 0.5, 0.3], [True, True, False]
    values = np.array([0.0, 1.0, 9.0])
    temperature, attainable = temperature_for_kl(values, 0.1, where=where, prior=prior)
    assert attainable
    gibbs = Gibbs(values, temperature, where=where, prior=prior)
    share = np.array([2.0, 5.0]) / 7
    assert (gibbs.probs[:2] * np.log(gibbs.probs[:2] / share)).sum() == pytest.approx(0.1, rel=1e-10)
    temperature, _ = temperature_for_greedy_probability(values, [0.9, 0.35], prior=prior)
    for one, target in zip(temperature, (0.9, 0.35), strict=True):
        assert Gibbs(values, one, prior=prior).greedy_probability == pytest.approx(target, rel=1e-12)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: temperature_for_entropy([0.0, 1.0]), ValueError, "exactly one of"),
        (lambda: temperature_for_entropy([0.0, 1.0], 0.1, effective_actions=2), ValueError, "exactly one of"),
        (lambda: temperature_for_entropy([0.0, 1.0], 0.1, prior=[1, 2]), ValueError, "prior must be None"),
        (lambda: temperature_for_entropy([0.0, 1.0], -0.1), ValueError, r"entropy must be in \[0, inf\], got -0.1"),
        (lambda: temperature_for_entropy([0.0], effective_actions=0.5), ValueError, "effective_actions must be"),
        (
            lambda: temperature_for_greedy_probability(np.zeros((3, 2)), [0.5, 1.5, 0.5]),
            ValueError,
            "got 1.5 in row 1",
        ),
        (lambda: temperature_for_expected_loss([0.0, 1.0], math.nan), ValueError, "loss must be"),
        (lambda: temperature_for_kl([0.0, INF], 0.1), ValueError, "values must be finite"),
        (lambda: temperature_for_kl([0.0, math.nan], 0.1), ValueError, "NaN"),
        (lambda: temperature_for_kl([0.0, 1.0], "a"), TypeError, "kl must be real numbers"),
        (lambda: temperature_for_kl(np.zeros((2, 2)), [0.1] * 3), ValueError, "the target's shape"),
    ],
)
def test_wrong_arguments_are_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_scales_at_the_ends_of_the_floats():
    base = temperature_for_expected_loss([0.0, 1.0], 0.1).temperature
    for scale in (1e-307, 1e-300, 1e150, 1e300):
        found = temperature_for_expected_loss([0.0, scale], 0.1 * scale)
        assert found.attainable
        assert found.temperature == pytest.approx(base * scale, rel=1e-12)
        assert temperature_for_kl([0.0, scale, 3 * scale], 0.1).attainable
    assert temperature_for_entropy([0.0, 1.0], 1e-308).attainable
    assert temperature_for_kl([0.0, 1.0, 3.0], 1e-310).attainable
    beyond = temperature_for_entropy([-1.7e308, 1.7e308], 0.5)
    assert beyond.temperature == INF
    assert not beyond.attainable
    wide = temperature_for_entropy([-1.7e308, 0.0, 1.7e308], 0.7).temperature
    near = temperature_for_entropy([-1.0, 0.0, 1.0], 0.7).temperature
    assert wide == pytest.approx(1.7e308 * near, rel=1e-12)
