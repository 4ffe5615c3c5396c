"""Top-k, nucleus and min-p beside their definitions, and the mass that they leave out."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from boltzmann import Gibbs
from boltzmann.large import min_p_gibbs, nucleus_gibbs, top_k_gibbs
from tests.support.frequencies import agrees, counts_of, fresh_rng

ROWS = st.lists(st.one_of(st.floats(-50, 50), st.integers(-2, 2).map(float)), min_size=1, max_size=20)
TEMPERATURES = st.one_of(st.sampled_from([0.0, math.inf, 1.0]), st.floats(1e-2, 1e2))


def ranked(values):
    return sorted(range(len(values)), key=lambda action: (-values[action], action))


def check(kept, values, temperature, expected):
    """The actions, their renormalised probabilities, and the mass that is missing, by definition."""
    assert kept.actions.tolist() == expected
    probs = Gibbs(values, temperature).probs
    rest = [action for action in range(len(values)) if action not in expected]
    np.testing.assert_allclose(kept.left_out, math.fsum(probs[rest]), rtol=1e-13, atol=1e-320)
    if probs[expected].sum() > 0:
        within = probs[expected] / math.fsum(probs[expected])
        np.testing.assert_allclose(kept.distribution.probs, within, rtol=1e-12, atol=1e-300)


@given(ROWS, st.integers(1, 25), TEMPERATURES)
def test_top_k(values, k, temperature):
    check(top_k_gibbs(values, k, temperature), values, temperature, ranked(values)[:k])


@given(ROWS, st.floats(0.0, 1.0), TEMPERATURES)
def test_nucleus(values, p, temperature):
    kept = nucleus_gibbs(values, p, temperature)
    count = len(kept.actions)
    assert kept.actions.tolist() == ranked(values)[:count]
    probs = Gibbs(values, temperature).probs[kept.actions]
    # Enough, and with one fewer not enough, up to rounding.
    assert math.fsum(probs) >= p - 1e-12
    assert count == 1 or math.fsum(probs[:-1]) < p + 1e-12
    check(kept, values, temperature, kept.actions.tolist())


@given(ROWS, st.floats(0.0, 1.0), TEMPERATURES)
def test_min_p(values, p, temperature):
    probs = Gibbs(values, temperature).probs
    expected = [action for action in ranked(values) if probs[action] >= p * probs.max() and probs[action] > 0]
    check(min_p_gibbs(values, p, temperature), values, temperature, expected)


def test_a_tiny_mass_left_out_is_exact():
    # 1 minus the kept mass would be 0.
    kept = top_k_gibbs([0.0, -50.0, -60.0], 1)
    np.testing.assert_allclose(kept.left_out, math.exp(-50) + math.exp(-60), rtol=1e-15)
    # And the bound from the next value alone says nothing at a moderate temperature.
    values = np.linspace(1.0, 0.0, 1000)
    assert top_k_gibbs(values, 10, 0.3).left_out < 1.0 < 990 * math.exp((values[10] - 1.0) / 0.3)


def test_rows_that_keep_fewer_are_filled():
    values = [[0.0, 1.0, 2.0], [5.0, 0.0, 0.0]]
    kept = nucleus_gibbs(values, 0.8)
    assert kept.actions.tolist() == [[2, 1], [0, -1]]
    assert kept.distribution.probs[1].tolist() == [1.0, 0.0]
    masked = top_k_gibbs(values, 3, where=[[True, False, True], [True, True, True]])
    assert masked.actions.tolist() == [[2, 0, -1], [0, 1, 2]]
    drawn = masked.sample(np.random.default_rng(0), (50,))
    assert drawn.shape == (50, 2)
    assert set(drawn[:, 0].tolist()) <= {0, 2}


def test_draws_are_of_the_restricted_distribution():
    values = np.random.default_rng(0).normal(size=30)
    kept = top_k_gibbs(values, 8, 0.5)
    probs = np.zeros(30)
    probs[kept.actions] = kept.distribution.probs
    assert agrees(counts_of(kept.sample(fresh_rng(), (100_000,)), 30), probs)
    # A planted fault: draws of the whole distribution.
    assert not agrees(counts_of(Gibbs(values, 0.5).sample(fresh_rng(), (100_000,)), 30), probs)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: top_k_gibbs([0.0, 1.0], 0), "k must be at least 1, got 0"),
        (lambda: nucleus_gibbs([0.0, 1.0], 1.1), r"p must be in \[0, 1\], got 1.1"),
        (lambda: min_p_gibbs([0.0, 1.0], -0.1), r"p must be in \[0, 1\], got -0.1"),
        (lambda: top_k_gibbs([math.nan, 1.0], 1), "values"),
        (lambda: top_k_gibbs([0.0, 1.0], 1, -1.0), "temperature must be in"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
