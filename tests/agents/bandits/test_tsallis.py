"""The probabilities of Tsallis-INF: known ones, their equation, and what has none."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents import (
    TsallisINF,
    tsallis_probs,
)
from tests.support.streams import prepared


def test_tsallis_probabilities_are_the_known_ones():
    # scipy.optimize.brentq of sum 4 / (L - x)^2 = 1 in mpmath's 30 digits.
    expected = [0.57286656, 0.30149346, 0.12563998]
    np.testing.assert_allclose(tsallis_probs([0.0, 1.0, 3.0]), expected, atol=5e-9)
    agent = prepared(TsallisINF(step_size=1.0), num_envs=1, states=1)
    agent.values[:] = [0.0, -1.0, -3.0]
    np.testing.assert_allclose(agent.act([0]).distribution.probs[0], expected, atol=5e-9)


@given(
    losses=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=8),
    step_size=st.floats(0, 1e3),
    shift=st.sampled_from([0.0, 1.0, -1e3]),
)
def test_tsallis_probabilities_solve_their_equation(losses, step_size, shift):
    probs = tsallis_probs(losses, step_size)
    assert probs.sum() == pytest.approx(1, rel=1e-14)
    assert (probs > 0).all()
    # 2 / sqrt(p) = step_size (L - x): differences of losses, and x falls out.
    distances = step_size * (np.asarray(losses) - min(losses))
    np.testing.assert_allclose(2 / np.sqrt(probs) - 2 / np.sqrt(probs.max()), distances, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(tsallis_probs(np.asarray(losses) + shift, step_size), probs, rtol=1e-6)


def test_tsallis_refuses_inputs_without_a_solution():
    with pytest.raises(ValueError, match="losses must be finite, got nan for action 1"):
        tsallis_probs([0.0, math.nan])
    with pytest.raises(ValueError, match=r"step_size must be in \[0, inf\), got -1\.0 in row 1"):
        tsallis_probs([[0.0, 1.0]] * 2, [1.0, -1.0])
    with pytest.raises(ValueError, match="at least one action must be allowed, got none in row 1"):
        tsallis_probs([[0.0, 1.0]] * 2, where=[[True, True], [False, False]])
    np.testing.assert_array_equal(tsallis_probs([math.nan, 1.0], where=[False, True]), [0.0, 1.0])
