"""Intervals that hold for every sample size, against golden numbers and against a grid of all bets."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from boltzmann.offpolicy import betting, drifting, empirical_bernstein, hoeffding
from tests.support.frequencies import fresh_rng

ALL = [hoeffding, empirical_bernstein, betting, drifting]
ALTERNATING = [0.0, 1.0] * 50


def test_golden_intervals():
    assert hoeffding(ALTERNATING, (0, 1)) == pytest.approx((0.3641898484, 0.6358101516), abs=1e-10)
    assert empirical_bernstein(ALTERNATING, (0, 1)) == pytest.approx((0.2479534912, 0.7520465088), abs=1e-10)


def grid_of_capitals(samples, means, alpha):
    """The hedged capital process, one bet after the other, for each mean of a grid: which are never rejected."""
    kept = []
    for mean in means:
        up = down = most = 1.0
        count, total, squares = len(samples), 0.0, 0.0
        variance = 0.25
        reflected, reflected_squares, reflected_variance = 0.0, 0.0, 0.25
        for index, x in enumerate(samples, start=1):
            stake = math.sqrt(2 * math.log(2 / alpha) / (count * variance))
            other = math.sqrt(2 * math.log(2 / alpha) / (count * reflected_variance))
            up *= 1 + min(stake, 0.5 / mean if mean else math.inf) * (x - mean)
            down *= 1 - min(other, 0.5 / (1 - mean) if mean < 1 else math.inf) * (x - mean)
            most = max(most, up / 2, down / 2)
            total, reflected = total + x, reflected + 1 - x
            squares += (x - (0.5 + total) / (index + 1)) ** 2
            reflected_squares += (1 - x - (0.5 + reflected) / (index + 1)) ** 2
            variance = (0.25 + squares) / (index + 1)
            reflected_variance = (0.25 + reflected_squares) / (index + 1)
        if most < 1 / alpha:
            kept.append(mean)
    return min(kept), max(kept)


@pytest.mark.parametrize("law", ["fair", "rare", "uniform", "learning", "ones"])
def test_betting_is_that_of_a_grid_of_capitals(law):
    rng = np.random.default_rng(17)
    count = 80
    samples = {
        "fair": (rng.random(count) < 0.5).astype(float),
        "rare": (rng.random(count) < 0.05).astype(float),
        "uniform": rng.random(count),
        "learning": np.minimum(rng.random(count) * np.linspace(0.1, 1.0, count), 1.0),
        "ones": np.ones(count),
    }[law]
    grid = np.linspace(0, 1, 501)
    low, high = betting(samples, (0, 1), 0.9)
    least, most = grid_of_capitals(samples, grid, 0.1)
    step = grid[1]
    assert low <= least <= low + step
    assert high - step <= most <= high


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40), st.sampled_from(ALL))
def test_ends_are_ordered_within_bounds_and_move_with_them(samples, interval):
    low, high = interval(samples, (0, 1))
    assert 0 <= low <= np.mean(samples) + 1e-9
    assert np.mean(samples) - 1e-9 <= high <= 1
    moved = interval([3 * x - 1 for x in samples], (-1, 2))
    assert moved == pytest.approx((3 * low - 1, 3 * high - 1), abs=1e-6)
    mirrored = interval([1 - x for x in samples], (0, 1))
    assert mirrored == pytest.approx((1 - high, 1 - low), abs=1e-6)


@pytest.mark.parametrize("interval", ALL)
def test_bad_samples_are_refused(interval):
    with pytest.raises(ValueError, match=r"samples must be in the bounds \[0, 1\], got 2.0 in row 1"):
        interval([0.0, 2.0], (0, 1))
    with pytest.raises(ValueError, match="samples must have shape"):
        interval([], (0, 1))
    with pytest.raises(ValueError, match=r"confidence must be in \(0, 1\)"):
        interval([0.0], (0, 1), 0.0)


def missed(interval, count, logs, rng):
    """How often an interval at 90 % misses 0.3, the mean of a sequence whose next law its past decides."""
    missed = 0
    for _ in range(logs):
        samples = np.empty(count)
        spread = 0.3
        for index, uniform in enumerate(rng.random(count)):
            samples[index] = 0.3 + (spread if uniform < 0.5 else -spread)
            # A win makes the next number less certain, as the weights of a learning logger do.
            spread = 0.3 if samples[index] > 0.3 else 0.02
        low, high = interval(samples)
        missed += not low <= 0.3 <= high
    return missed


def missed_drift(interval, rng, logs=300, count=400):
    """How often an interval at 90 % misses the average of conditional means that grow as a learner's values do."""
    missed = 0
    for _ in range(logs):
        means = np.clip(np.linspace(0.05, 0.95, count) + 0.05 * rng.normal(), 0.0, 1.0)
        low, high = interval((rng.random(count) < means).astype(float))
        missed += not low <= means.mean() <= high
    return missed


LOGS, FALSE_ALARM = 300, 1e-9


def test_betting_holds_for_a_sequence_that_depends_on_its_past():
    most = stats.binom.isf(FALSE_ALARM, LOGS, 0.1)
    assert missed(lambda samples: betting(samples, (0, 1), 0.9), 60, LOGS, fresh_rng()) <= most


def test_drifting_holds_for_means_that_grow():
    most = stats.binom.isf(FALSE_ALARM, LOGS, 0.1)
    assert missed_drift(lambda samples: drifting(samples, (0, 1), 0.9), fresh_rng()) <= most


def test_that_check_catches_betting_whose_mean_must_stand_still():
    most = stats.binom.isf(FALSE_ALARM, LOGS, 0.1)
    assert missed_drift(lambda samples: betting(samples, (0, 1), 0.9), fresh_rng()) > most + 6 * math.sqrt(LOGS) / 2


def by_a_grid_of_means(samples, alpha, rates):
    """The lower end once more: the least mean of a grid that the averaged supermartingale does not reject."""
    sums = np.zeros(len(rates))
    guess, total = 0.5, 0.5
    for index, x in enumerate(samples, start=1):
        sums += rates * x + (np.log(1 - rates) + rates) * (x - min(guess, 1.0)) ** 2
        total += x
        guess = total / (index + 1)
    means = np.linspace(0, 1, 4001)
    capital = np.exp(sums - rates * len(samples) * means[:, np.newaxis]).mean(axis=1)
    return means[capital < 1 / alpha].min()


def test_drifting_is_that_of_a_grid_of_means():
    samples = (np.random.default_rng(5).random(150) < 0.4).astype(float)
    low, _ = drifting(samples, (0, 1), 0.9)
    least = by_a_grid_of_means(samples, 0.05, np.geomspace(0.001, 0.95, 32))
    assert low <= least <= low + 1 / 4000


def test_that_check_catches_an_interval_that_is_too_narrow():
    def narrow(samples):
        half = 0.4 * samples.std() / math.sqrt(len(samples))
        return samples.mean() - half, samples.mean() + half

    most = stats.binom.isf(FALSE_ALARM, LOGS, 0.1)
    assert missed(narrow, 60, LOGS, fresh_rng()) > most + 6 * math.sqrt(LOGS) / 2
