"""How often intervals hold what they are about, by simulation on fresh seeds, with a stated false-alarm rate.

The shares below are what so many simulated intervals of 95 % covered once; the docstrings round them. A test fails
where a fresh simulation differs by more than chance lets both differ, with probability 1e-9. The planted wrong interval
is taken for a right one with less than that: what it covers lies more than ten of its own deviations beyond the limit.
"""

from math import inf

import numpy as np
import pytest
from scipy import stats

from boltzmann.experiments.statistics import bootstrap, interquartile_mean, interval, paired_difference
from tests.support.frequencies import FALSE_ALARM, fresh_rng

QUARTILE = stats.norm.ppf(0.75)
MIDDLE = 2 * np.exp(0.5) * (stats.norm.cdf(QUARTILE - 1) - stats.norm.cdf(-QUARTILE - 1))
"""The interquartile mean of the lognormal law: E[X; q1 < X < q3] / (1 / 2)."""
TRUTH = {
    "normal": {"mean": 0.0, "median": 0.0, "iqm": 0.0},
    "lognormal": {"mean": np.exp(0.5), "median": 1.0, "iqm": MIDDLE},
}
STUDENT = {
    ("normal", 10): (0.95, inf),
    ("normal", 30): (0.95, inf),
    ("normal", 200): (0.95, inf),
    ("lognormal", 10): (0.8394431, 10_000_000),
    ("lognormal", 30): (0.8825218, 4_000_000),
    ("lognormal", 200): (0.929656, 1_000_000),
}
"""Of normals it is exact; else the share, and of how many intervals."""
PAIRED = {
    ("normal", 10): 0.950,
    ("normal", 30): 0.950,
    ("normal", 200): 0.950,
    ("lognormal", 10): 0.968,
    ("lognormal", 30): 0.960,
    ("lognormal", 200): 0.953,
}
BOOTSTRAP = {
    ("normal", 10): {"mean": 0.9450, "median": 0.9641, "iqm": 0.9688},
    ("normal", 30): {"mean": 0.9446, "median": 0.9540, "iqm": 0.9536},
    ("normal", 200): {"mean": 0.9469, "median": 0.9525, "iqm": 0.9535},
    ("lognormal", 10): {"mean": 0.8546, "median": 0.9634, "iqm": 0.9671},
    ("lognormal", 30): {"mean": 0.8923, "median": 0.9559, "iqm": 0.9557},
    ("lognormal", 200): {"mean": 0.9283, "median": 0.9461, "iqm": 0.9481},
}
STATISTICS = {"mean": np.mean, "median": np.median, "iqm": interquartile_mean}


def agrees(covered, share, measured_in):
    """Whether a simulated share agrees with the share in another simulation of ``measured_in`` intervals."""
    variance = share * (1 - share) * (1 / len(covered) + 1 / measured_in)
    return abs(np.mean(covered) - share) <= stats.norm.isf(FALSE_ALARM / 2) * variance**0.5


@pytest.mark.slow
@pytest.mark.parametrize(("law", "replicates"), STUDENT)
def test_students_interval_covers_as_stated(law, replicates):
    samples = getattr(fresh_rng(), law)(size=(replicates, 100_000))
    mean, half_width = interval(samples)
    errors = np.abs(mean - TRUTH[law]["mean"])
    assert agrees(errors <= half_width, *STUDENT[law, replicates])
    # Planted fault: an interval that is too narrow by a tenth.
    assert not agrees(errors <= 0.9 * half_width, *STUDENT[law, replicates])


@pytest.mark.slow
@pytest.mark.parametrize(("law", "replicates"), PAIRED)
def test_paired_differences_cover_as_stated(law, replicates):
    # Both agents share half of their luck; the other half is independent.
    draw = getattr(fresh_rng(), law)
    x = draw(size=(replicates, 20_000))
    difference = paired_difference(x, 0.5 * x + 0.5 * draw(size=x.shape))
    covered = (difference.low <= 0) & (difference.high >= 0)
    assert agrees(covered, PAIRED[law, replicates], 200_000)
    np.testing.assert_array_equal(covered, difference.p_value >= 0.05)


@pytest.mark.slow
@pytest.mark.parametrize(("law", "replicates"), BOOTSTRAP)
def test_the_bootstrap_covers_as_stated(law, replicates):
    rng, is_small = fresh_rng(), replicates < 200
    covered = {name: [] for name in STATISTICS}
    for _ in range(60 if is_small else 20):
        # They share their draws, so not too many at a time.
        samples = getattr(rng, law)(size=(replicates, 50))
        for name, statistic in STATISTICS.items():
            estimate = bootstrap(samples, statistic, rng=rng, resamples=1000)
            covered[name] += list((estimate.low <= TRUTH[law][name]) & (TRUTH[law][name] <= estimate.high))
    for name, share in BOOTSTRAP[law, replicates].items():
        assert agrees(covered[name], share, 20_000 if is_small else 8000), (name, np.mean(covered[name]))
