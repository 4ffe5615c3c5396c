"""Draws of log Gamma beside its distribution function, on fresh seeds; a right sampler fails once in 10^9 runs."""

import numpy as np
import pytest
from scipy import special

from boltzmann._numerics.by_law import drawn_again as draws
from tests.support.frequencies import agrees, counts_of, fresh_rng

DRAWS, CELLS = 200_000, 50
SHAPES = [0.02, 0.5, 1.0, 3.0, 1000.0]


def falls_into_cells_alike(shape):
    """Whether the draws are shared alike by cells of equal probability."""
    rng = fresh_rng()
    normals, exponentials = rng.standard_normal(DRAWS), rng.standard_exponential(DRAWS)
    drawn = draws.log_gamma_draws(np.array(shape), normals, exponentials)
    cells = np.floor(CELLS * special.gammainc(shape, np.exp(np.minimum(drawn, 700.0)))).astype(int)
    return agrees(counts_of(np.minimum(cells, CELLS - 1), CELLS), np.full(CELLS, 1 / CELLS))


@pytest.mark.parametrize("shape", SHAPES)
def test_draws_follow_the_distribution_function(shape):
    assert falls_into_cells_alike(shape)


@pytest.mark.parametrize("shape", [0.02, 0.5, 1.0])
def test_wrong_draws_are_caught(shape, monkeypatch):
    # The planted faults: rejected draws are kept, and what follows a rejection is always the same.
    right = draws._drawn
    with monkeypatch.context() as patch:
        patch.setattr(draws, "_drawn", lambda *given: (right(*given)[0], np.full(DRAWS, True)))
        assert not falls_into_cells_alike(shape)
    word = np.uint64(1)
    monkeypatch.setattr(draws, "first_word", lambda normals, _: np.full(len(normals), word))
    assert not falls_into_cells_alike(shape)


def test_draws_that_follow_a_rejection_follow_the_same_law(monkeypatch):
    # All draws are rejected once, whatever their numbers, as if the first attempt had not been.
    right, attempts = draws._drawn, []

    def drawn(*given):
        attempts.append(given)
        found, kept = right(*given)
        return found, kept & (len(attempts) > 1)

    monkeypatch.setattr(draws, "_drawn", drawn)
    assert falls_into_cells_alike(0.5)


def test_the_numbers_of_one_draw_do_not_depend_on_the_others():
    rng = np.random.default_rng(0)
    shapes, normals, exponentials = rng.random((30, 2)), rng.standard_normal((30, 2)), rng.standard_exponential((30, 2))
    together = draws.log_gamma_draws(shapes, normals, exponentials)
    alone = [
        draws.log_gamma_draws(*(part[row : row + 1] for part in (shapes, normals, exponentials)))[0]
        for row in range(30)
    ]
    np.testing.assert_allclose(together, alone, rtol=1e-14)
