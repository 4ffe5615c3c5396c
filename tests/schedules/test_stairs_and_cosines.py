"""The staircase and the cosine with an exponent, against optax's numbers and at their edges."""

import math

import numpy as np
import pytest

from boltzmann import Cosine, Staircase

INF = math.inf


def test_the_decays_of_optax_at_its_own_numbers():
    # optax 0.2.8 with JAX_ENABLE_X64=1: optax.cosine_decay_schedule(2.0, 10, alpha=0.25, exponent=3.0) and
    # optax.exponential_decay(2.0, transition_steps=4, decay_rate=0.7, staircase=True), at the steps below.
    steps = [0, 1, 3, 4, 7, 8, 10, 50]
    cosine = [2.0, 1.8925500763891936, 1.250544701648856, 0.9205688728906053]
    cosine += [0.5131332390152362, 0.5013061271093947, 0.5, 0.5]
    stairs = [2.0, 2.0, 2.0, 1.4, 1.4, 0.9799999999999999, 0.9799999999999999, 0.02768257440199998]
    np.testing.assert_allclose(Cosine(2.0, 0.5, 10, exponent=3.0)(steps), cosine, rtol=1e-14)
    np.testing.assert_allclose(Staircase(2.0, 0.7, 4)(steps), stairs, rtol=1e-14)


def test_a_cosine_with_an_exponent_keeps_small_differences():
    # 1 - cos(x)^6 = 3 x^2 for small x; here x = pi / 2e9.
    assert Cosine(0, 1, 10**9, exponent=3.0)(1) == pytest.approx(3 * (math.pi / 2e9) ** 2, rel=1e-14)
    assert Cosine(1, 0, 10**3, exponent=2.0)(999) == pytest.approx(math.sin(math.pi / 2e3) ** 4, rel=1e-12)
    np.testing.assert_allclose(Cosine(3, 1, 9, exponent=1.0)(range(12)), Cosine(3, 1, 9)(range(12)), rtol=0)
    for wrong in (0.0, -1.0, INF, math.nan):
        with pytest.raises(ValueError, match=r"exponent must be in \(0, inf\)"):
            Cosine(1.0, 0.0, 10, exponent=wrong)


def test_a_staircase_is_constant_between_its_stairs():
    stairs = Staircase(8.0, 0.5, 3)
    np.testing.assert_array_equal(stairs(range(10)), [8, 8, 8, 4, 4, 4, 2, 2, 2, 1])
    assert stairs(2**62) == 0.0
    for wrong in (0.0, 1.5, math.nan):
        with pytest.raises(ValueError, match=r"factor must be in \(0, 1\]"):
            Staircase(1.0, wrong, 3)
    with pytest.raises(ValueError, match="steps must be at least 1"):
        Staircase(1.0, 0.5, 0)
