"""Averages, differences, corrections and profiles, each against a plain implementation of its own."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from boltzmann.experiments.statistics import (
    FewReplicatesWarning,
    bootstrap,
    decimals,
    estimate_interquartile_mean,
    estimate_mean,
    estimate_median,
    estimate_probability_of_improvement,
    holm,
    interquartile_mean,
    interval,
    paired_difference,
    performance_profile,
    probability_of_improvement,
    replicates_needed,
)
from boltzmann.experiments.statistics.intervals import expanded_levels

NUMBERS = st.floats(-1e3, 1e3).map(lambda value: round(value, 2))
SAMPLES = st.lists(NUMBERS, min_size=1, max_size=30)


@given(SAMPLES)
def test_the_interquartile_mean_is_the_trimmed_one(samples):
    # The published number is scipy.stats.trim_mean(scores, proportiontocut=0.25, axis=None).
    np.testing.assert_allclose(interquartile_mean(samples), stats.trim_mean(samples, 0.25), rtol=1e-12, atol=1e-9)


def test_the_interquartile_mean_takes_any_axis_or_all():
    scores = np.random.default_rng(0).lognormal(size=(7, 5, 3))
    for axis in (0, 1, 2, None):
        np.testing.assert_allclose(interquartile_mean(scores, axis), stats.trim_mean(scores, 0.25, axis=axis))
    # python -c "x = sorted([9, 1, 4, 1, 5, 2, 6, 5, 3]); print(sum(x[2:7]) / 5)"
    assert interquartile_mean([9.0, 1, 4, 1, 5, 2, 6, 5, 3]) == 3.8


def test_the_levels_are_hesterbergs():
    # python -c "from scipy.stats import norm, t; print(norm.cdf(-(5 / 4) ** .5 * t.ppf(.975, 4)))"
    np.testing.assert_allclose(expanded_levels(5, 0.95)[0], 0.0009541005518824907, rtol=1e-9)
    low, high = expanded_levels(10**9, 0.9)
    assert (low, high) == pytest.approx((0.05, 0.95), abs=1e-8)


@pytest.mark.parametrize("statistic", [np.mean, np.median, interquartile_mean])
def test_the_bootstrap_is_the_plain_one(statistic):
    samples = np.random.default_rng(1).lognormal(size=(12, 2))
    estimate = bootstrap(samples, statistic, rng=5, confidence=0.9, resamples=300)
    draws = np.random.default_rng(5).integers(12, size=(300, 12))
    for column in range(2):
        again = [float(statistic(np.array([samples[row, column] for row in draw]))) for draw in draws]
        edge = stats.t.ppf(0.95, 11) * (12 / 11) ** 0.5
        assert estimate.value[column] == pytest.approx(statistic(samples[:, column]))
        assert estimate.low[column] == pytest.approx(np.quantile(again, stats.norm.cdf(-edge)))
        assert estimate.high[column] == pytest.approx(np.quantile(again, stats.norm.cdf(edge)))


def test_a_seed_or_a_generator_and_nothing_else_decides():
    samples = np.random.default_rng(2).normal(size=(40, 3))
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    first = estimate_mean(samples, rng=9)
    np.testing.assert_array_equal(first, estimate_mean(samples, rng=np.random.default_rng(9)))
    assert not np.array_equal(first.low, estimate_mean(samples, rng=10).low)
    np.testing.assert_array_equal(state, np.random.get_state()[1])  # noqa: NPY002


def test_few_replicates_get_students_interval_and_a_warning():
    samples = np.random.default_rng(3).normal(size=9)
    with pytest.warns(FewReplicatesWarning, match="9 replicates: intervals from fewer than 10") as warned:
        value, low, high = estimate_mean(samples, rng=0)
    mean, half_width = interval(samples)
    assert len(warned) == 1
    assert warned[0].filename == __file__
    assert (value, low, high) == (mean, mean - half_width, mean + half_width)
    for estimate in (estimate_median, estimate_interquartile_mean):
        with pytest.warns(FewReplicatesWarning):
            estimate(samples, rng=0)
        with pytest.warns(FewReplicatesWarning, match="1 replicate:"):
            assert np.isnan(estimate([1.0], rng=0).low)


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=2, max_size=20), st.sampled_from([0.8, 0.95, 0.99]))
def test_paired_differences_are_those_of_the_paired_t_test(pairs, confidence):
    x, y = np.array(pairs).T
    if np.ptp(x - y) < 1e-6:
        return
    difference, expected = paired_difference(x, y, confidence), stats.ttest_rel(x, y)
    assert difference.p_value == pytest.approx(expected.pvalue, rel=1e-6, abs=1e-12)
    ends = expected.confidence_interval(confidence)
    assert (difference.low, difference.high) == pytest.approx((ends.low, ends.high), rel=1e-6, abs=1e-9)
    assert difference.value == pytest.approx(np.mean(x - y), abs=1e-9)
    # Interval and p-value agree, except for rounding at the edge.
    if abs(difference.p_value - (1 - confidence)) > 1e-9:
        assert (difference.p_value < 1 - confidence) == (not difference.low <= 0 <= difference.high)


def test_pairs_with_something_missing_are_left_out():
    nan = np.nan
    x = np.array([[1.0, nan, 1.0], [2.0, nan, 2.0], [4.0, 3.0, nan], [3.0, nan, nan]])
    difference = paired_difference(x, np.zeros((4, 1)))
    np.testing.assert_array_equal(difference.pairs, [4, 1, 2])
    assert difference.p_value[2] == pytest.approx(stats.ttest_1samp([1.0, 2.0], 0).pvalue)
    assert difference.value[1] == 3
    assert np.isnan([difference.p_value[1], difference.low[1], difference.high[1]]).all()


def test_differences_without_spread_are_judged_by_their_signs():
    values = np.random.default_rng(4).normal(size=6)
    assert paired_difference(values, values).p_value == 1
    # All six differences have one sign: twice 2^-6. A spread of the last digits is rounding and does not count.
    assert paired_difference(values + 0.1, values).p_value == 2**-5


def plain_holm(p_values):
    """As in the paper: the smallest against alpha / m, the next against alpha / (m - 1), until one fails."""
    order = sorted(range(len(p_values)), key=lambda index: p_values[index])
    corrected = [0.0] * len(p_values)
    for rank, index in enumerate(order):
        needed = [(len(p_values) - before) * p_values[order[before]] for before in range(rank + 1)]
        corrected[index] = min(1.0, max(needed))
    return corrected


@given(st.lists(st.floats(0, 1), max_size=12))
def test_holms_correction_is_the_plain_one(p_values):
    np.testing.assert_allclose(holm(p_values), plain_holm(p_values), rtol=1e-12)
    spaced = np.array([*p_values, np.nan])
    np.testing.assert_allclose(holm(spaced[::-1])[1:], plain_holm(p_values[::-1]), rtol=1e-12)
    assert np.isnan(holm(spaced)[-1])


@given(SAMPLES, SAMPLES)
def test_the_probability_of_improvement_is_mann_and_whitneys(x, y):
    probability = probability_of_improvement(x, y)
    wins = [1.0 if a > b else 0.5 if a == b else 0.0 for a, b in itertools.product(x, y)]
    assert probability == pytest.approx(sum(wins) / len(wins))
    # The published number: scipy's statistic over the number of pairs.
    assert probability == pytest.approx(stats.mannwhitneyu(x, y, alternative="greater").statistic / (len(x) * len(y)))
    assert probability_of_improvement(y, x) == pytest.approx(1 - probability)


def test_its_interval_draws_replicates_of_both_together():
    rng = np.random.default_rng(6)
    x, y = rng.integers(0, 5, 15).astype(float), rng.integers(0, 5, 15).astype(float)
    estimate = estimate_probability_of_improvement(x, y, rng=3, resamples=200)
    draws = np.random.default_rng(3).integers(15, size=(200, 15))
    again = [probability_of_improvement(x[draw], y[draw]) for draw in draws]
    assert estimate.value == pytest.approx(probability_of_improvement(x, y))
    np.testing.assert_allclose(estimate[1:], np.quantile(again, expanded_levels(15, 0.95)))


@given(SAMPLES, st.lists(NUMBERS, min_size=1, max_size=5), st.sampled_from([0.8, 0.95]))
def test_profiles_count_and_their_bands_are_wilsons(samples, thresholds, confidence):
    profile = performance_profile(samples, thresholds, confidence)
    for index, tau in enumerate(thresholds):
        above = sum(value > tau for value in samples)
        ends = stats.binomtest(above, len(samples)).proportion_ci(confidence, method="wilson")
        assert profile.value[index] == pytest.approx(above / len(samples))
        assert (profile.low[index], profile.high[index]) == pytest.approx((ends.low, ends.high), abs=1e-12)


@given(st.lists(st.integers(0, 100), min_size=2, max_size=20), st.floats(0.5, 50.0), st.sampled_from([0.8, 0.95]))
def test_so_many_replicates_are_enough_and_one_less_is_not(samples, half_width, confidence):
    needed = replicates_needed(samples, half_width, confidence)

    def expected_half_width(count):
        return stats.t.ppf(0.5 + confidence / 2, count - 1) * np.std(samples, ddof=1) / count**0.5

    assert expected_half_width(needed) <= half_width * (1 + 1e-12)
    if needed > 2:
        assert expected_half_width(needed - 1) > half_width * (1 - 1e-12)


def test_one_replicate_has_no_interval_by_the_bootstrap():
    value, low, high = bootstrap([3.0], np.mean, rng=0)
    assert value == 3.0
    assert np.isnan([low, high]).all()


def test_digits_follow_the_interval():
    assert [decimals(width) for width in (0.019, 1.9, 19.0, 1e-30, float("nan"), float("inf"))] == [3, 1, 0, 12, 3, 3]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: bootstrap([1.0, np.nan], np.mean, rng=0), r"samples must be finite, got nan in row 1"),
        (lambda: bootstrap([], np.mean, rng=0), r"samples must have shape \(R, ...\)"),
        (lambda: bootstrap([1.0], np.mean, rng=0, resamples=0), "resamples must be at least 1, got 0"),
        (lambda: bootstrap([1.0], np.mean, rng=0, confidence=1.0), r"confidence must be in \(0, 1\), got 1.0"),
        (lambda: interquartile_mean([np.inf]), "samples must be finite, got inf in row 0"),
        (lambda: paired_difference([1.0], [1.0, 2.0]), r"as many replicates, got shapes \(1,\) and \(2,\)"),
        (lambda: paired_difference(1.0, 2.0), "as many replicates"),
        (lambda: holm([0.5, 1.5]), r"p_values must be in \[0, 1\], got 1.5 in row 1"),
        (lambda: probability_of_improvement([[1.0]], [1.0]), r"x must have shape \(R,\), got \(1, 1\)"),
        (lambda: probability_of_improvement([1.0], [np.nan]), "y must be finite"),
        (lambda: estimate_probability_of_improvement([1.0], [1.0, 2.0], rng=0), "as many replicates, got 1 and 2"),
        (lambda: performance_profile([np.nan], [0.0]), "samples must be finite"),
        (lambda: replicates_needed([1.0], 0.1), r"samples must have shape \(R,\) with R at least 2"),
        (lambda: replicates_needed([1.0, 2.0], 0.0), r"half_width must be in \(0, inf\], got 0.0"),
        (lambda: replicates_needed([0.0, 1e100], 1e-100), "half_width must be attainable"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
