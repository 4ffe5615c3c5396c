"""Halley's step from a number that is nearly known: its order, and when it says that it is done."""

import numpy as np
import pytest

from boltzmann import (
    temperature_for_entropy,
    temperature_for_expected_loss,
    temperature_for_greedy_probability,
)
from boltzmann._numerics.by_law import OF_NUMPY
from boltzmann._numerics.roots import GOALS, polish

FIND = {
    "entropy": temperature_for_entropy,
    "probability": temperature_for_greedy_probability,
    "loss": temperature_for_expected_loss,
}
CASES = [("entropy", 0.3), ("entropy", 1.8), ("probability", 0.4), ("probability", 0.9), ("loss", 0.05), ("loss", 0.3)]
ROWS, ACTIONS = 200, 10


def problem(kind, wanted):
    """Rows in units of their range, their target and their root."""
    values = np.random.default_rng(5).normal(size=(ROWS, ACTIONS))
    unit = np.ptp(values, axis=1)
    d = (values.max(axis=1, keepdims=True) - values) / unit[:, None]
    n, k = np.ones(ROWS), np.full(ROWS, float(ACTIONS))
    target = wanted / unit if kind == "loss" else np.full(ROWS, wanted)
    goal = GOALS[kind](OF_NUMPY, k - n, d.sum(axis=1), n, k, np.log(n), target)
    return d, n, goal.target, unit / FIND[kind](values, wanted).temperature


def polished(kind, d, n, target, beta):
    e = np.where(d > 0, np.exp(-beta[:, None] * d), 0.0)
    return polish(OF_NUMPY, kind, tuple((e * d**power).sum(axis=1) for power in range(4)), beta, n, target)


@pytest.mark.parametrize(("kind", "wanted"), CASES)
def test_the_step_converges_cubically(kind, wanted):
    d, n, target, root = problem(kind, wanted)
    for error in (1e-2, -1e-2, 1e-3):
        beta, close = polished(kind, d, n, target, root * (1 + error))
        # Newton's method leaves about error^2 / 2.
        assert np.abs(beta / root - 1).max() < 8 * abs(error) ** 3
        assert np.median(np.abs(beta / root - 1)) < abs(error) ** 3
        assert not close.any()


@pytest.mark.parametrize(("kind", "wanted"), CASES)
def test_a_step_that_is_done_is_at_the_root(kind, wanted):
    d, n, target, root = problem(kind, wanted)
    for error in (1e-7, -1e-7, 0.0):
        beta, close = polished(kind, d, n, target, root * (1 + error))
        assert close.all()
        np.testing.assert_allclose(beta, root, rtol=1e-13)


@pytest.mark.parametrize(("kind", "wanted"), CASES)
@pytest.mark.parametrize("start", [0.0, 1e-300, 1e-3, 1e3, 1e300, np.inf, np.nan])
def test_far_from_the_root_no_step_is_done(kind, wanted, start):
    d, n, target, _ = problem(kind, wanted)
    with np.errstate(all="ignore"):
        beta, close = polished(kind, d, n, target, np.full(ROWS, start))
    assert not close.any()
    if 0 < start < 1e300:
        assert (beta >= start / 2).all()
        assert (beta <= start * 2).all()


def test_a_few_steps_find_every_root_near_them():
    for kind, wanted in CASES:
        d, n, target, root = problem(kind, wanted)
        for factor in (0.8, 1.25):
            beta = root * factor
            for _ in range(4):
                beta, close = polished(kind, d, n, target, beta)
            assert close.all(), (kind, wanted, factor)
            np.testing.assert_allclose(beta, root, rtol=1e-13)
