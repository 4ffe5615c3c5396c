"""Accuracy against mpmath in units of the last place, and within the published error bounds.

An error is measured in units of ulp(exact) plus what the exact quantity changes by when every (Q - max Q) / T changes
by half an ulp: no formula can tell such values apart.
"""

import math

import mpmath
import numpy as np
import pytest

from boltzmann import Gibbs

DIGITS = 220  # the smallest quantities here are near exp(-300)
ROWS = 300
BOUNDS = {
    "log_partition": 3,
    "soft_value": 3,
    "mellowmax": 4,
    "entropy": 4,
    "exploration_probability": 4,
    "probs": 6,
    "mean": 5,
    "variance": 8,
}
HALF_ULP = 2.0**-53


def random_rows(rng):
    """Spreads of 1e-6 to 1e6, offsets to 1e9, temperatures from spread / 300 to spread * 1e4."""
    for _ in range(ROWS):
        count = int(rng.integers(2, 12))
        spread = 10 ** rng.uniform(-6, 6)
        offset = rng.choice([0.0, 1.0, -1.0]) * 10 ** rng.uniform(-3, 9)
        values = offset + spread * rng.uniform(size=count)
        actual = np.ptp(values)
        if actual > 0:
            yield values, float(actual * 10 ** rng.uniform(-math.log10(300), 4))


def exact(values, temperature):
    """Quantities and the changes that half an ulp in every scaled difference makes; mpmath numbers."""
    q, t = [mpmath.mpf(float(v)) for v in values], mpmath.mpf(temperature)
    top = max(q)
    z = [(v - top) / t for v in q]
    w = [mpmath.exp(x) for x in z]
    total = mpmath.fsum(w)
    p = [x / total for x in w]
    rest = total - 1
    log_mass, log_mean = mpmath.log1p(rest), mpmath.log(total / len(q))
    mean = top + mpmath.fsum(a * (b - top) for a, b in zip(p, q, strict=True))
    variance = mpmath.fsum(a * (b - mean) ** 2 for a, b in zip(p, q, strict=True))
    logs = [x - log_mass for x in z]
    entropy = -mpmath.fsum(a * b for a, b in zip(p, logs, strict=True))
    others = [i for i, v in enumerate(q) if v < top]
    explored = mpmath.fsum(p[i] for i in others)
    shift = mpmath.fsum(a * -b for a, b in zip(p, z, strict=True))
    size = [-x for x in z]
    every = range(len(q))
    quantities = {
        "log_partition": (top / t + log_mass, shift + abs(top / t)),
        "soft_value": (top + t * log_mass, t * shift + t * log_mass),
        "mellowmax": (top + t * log_mean, t * shift + abs(t * log_mean)),
        "entropy": (entropy, mpmath.fsum(p[i] * abs(logs[i] + entropy) * size[i] for i in every)),
        "exploration_probability": (explored, mpmath.fsum(p[i] * size[i] for i in others) + explored * shift),
        "mean": (mean, mpmath.fsum(p[i] * abs(q[i] - mean) * size[i] for i in every) + abs(top - mean)),
        "variance": (variance, mpmath.fsum(p[i] * abs((q[i] - mean) ** 2 - variance) * size[i] for i in every)),
    }
    return quantities, [(p[i], p[i] * (size[i] + shift)) for i in every]


def error(found, truth, change):
    return float(abs(mpmath.mpf(float(found)) - truth) / (np.spacing(abs(float(truth))) + HALF_ULP * change))


@pytest.fixture(scope="module")
def worst():
    """The largest error of each quantity over fresh random rows."""
    seed = int(np.random.default_rng().integers(2**32))
    largest = dict.fromkeys(BOUNDS, (0.0, None))
    with mpmath.workdps(DIGITS):
        for values, temperature in random_rows(np.random.default_rng(seed)):
            gibbs = Gibbs(values, temperature)
            quantities, probs = exact(values, temperature)
            errors = {name: error(getattr(gibbs, name), *entry) for name, entry in quantities.items()}
            errors["probs"] = max(error(a, *b) for a, b in zip(gibbs.probs, probs, strict=True))
            for name, size in errors.items():
                if size > largest[name][0]:
                    largest[name] = (size, (values.tolist(), temperature))
    print(f"seed {seed}:", {name: round(size, 2) for name, (size, _) in largest.items()})
    return largest


@pytest.mark.parametrize("name", BOUNDS)
def test_errors_in_units_of_the_last_place(worst, name):
    size, where = worst[name]
    assert size <= BOUNDS[name], where


def test_a_formula_that_subtracts_from_one_is_caught():
    values, temperature = np.array([0.0, 1.0]), 1 / 100
    with mpmath.workdps(DIGITS):
        truth, change = exact(values, temperature)[0]["exploration_probability"]
        assert error(1 - Gibbs(values, temperature).greedy_probability, truth, change) > 1e10
        assert error(Gibbs(values, temperature).exploration_probability, truth, change) < 2


def test_tails_keep_full_relative_accuracy_until_they_underflow():
    gaps = np.array([1.0, 10.0, 100.0, 300.0, 500.0, 700.0])
    gibbs = Gibbs(np.stack([np.zeros(6), -gaps], axis=-1), 1.0)
    with mpmath.workdps(700):
        x = [mpmath.exp(-mpmath.mpf(float(gap))) for gap in gaps]
        explored = [float(y / (1 + y)) for y in x]
        entropy = [float(mpmath.log1p(y) + y * float(gap) / (1 + y)) for y, gap in zip(x, gaps, strict=True)]
        above = [float(mpmath.log1p(y)) for y in x]
    np.testing.assert_allclose(gibbs.exploration_probability, explored, rtol=1e-15)
    np.testing.assert_allclose(gibbs.entropy, entropy, rtol=1e-15)
    # The values' maximum is 0, so the soft value is what stands above it.
    np.testing.assert_allclose(gibbs.soft_value, above, rtol=1e-15)


def test_within_the_bounds_of_blanchard_higham_and_higham():
    # "Accurately computing the log-sum-exp and softmax functions", IMA J. Numer. Anal. 41 (2021), theorems 4.2 and 4.3,
    # to first order in u = 2^-53, from u for every operation: differences give (x_max - x_min) u, exponentials and sums
    # n u, log1p (y - x_max) u, which together is (y + n - x_min) u, and the last addition |y| u; and for the softmax a
    # relative (n + 2 + 2 (x_max - x_min)) u.
    unit, slack = 2.0**-53, 1 + 1e-12
    rng = np.random.default_rng()
    with mpmath.workdps(DIGITS):
        for _ in range(ROWS):
            x = rng.normal(size=int(rng.integers(2, 40))) * 10 ** rng.uniform(-3, 2)
            n, gibbs = len(x), Gibbs(x)
            quantities, probs = exact(x, 1.0)
            y = quantities["log_partition"][0]
            bound = (y + n - mpmath.mpf(float(x.min())) + abs(y)) * unit * slack
            assert abs(mpmath.mpf(float(gibbs.log_partition)) - y) <= bound
            bound = (n + 2 + 2 * np.ptp(x)) * unit * slack
            for computed, (truth, _) in zip(gibbs.probs, probs, strict=True):
                assert abs(mpmath.mpf(float(computed)) - truth) <= bound * truth
