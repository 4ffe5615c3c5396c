"""Ragged rows: each row against plain Gibbs, empty rows, draws, sparse matrices, and refusals."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from boltzmann import Gibbs
from boltzmann.large.ragged import RaggedGibbs
from tests.support.frequencies import agrees, counts_of, fresh_rng

INF = math.inf
VALUES = st.one_of(st.floats(-1e3, 1e3), st.sampled_from([0.0, 1.0, -INF, INF, 1e300, -1e300, 1.7e308, -1.7e308]))
TEMPERATURES = st.one_of(st.floats(1e-3, 1e3), st.sampled_from([0.0, INF, 5e-324, 1e-300, 1e300, 1e308]))
ROWS = st.lists(st.lists(VALUES, max_size=6).filter(lambda row: not row or max(row) > -INF), min_size=1, max_size=6)


def stored(rows):
    return np.array([value for row in rows for value in row]), np.cumsum([0, *map(len, rows)])


@given(rows=ROWS, data=st.data())
def test_every_row_is_the_gibbs_distribution_of_its_values(rows, data):
    temperatures = data.draw(st.lists(TEMPERATURES, min_size=len(rows), max_size=len(rows)))
    if data.draw(st.booleans()):
        temperatures = [temperatures[0]] * len(rows)
    one = temperatures[0] if len(set(temperatures)) == 1 else temperatures
    values, indptr = stored(rows)
    ragged = RaggedGibbs(values, indptr, one)
    for row, temperature, start, end, log_partition, entropy in zip(
        rows, temperatures, indptr, indptr[1:], ragged.log_partition, ragged.entropy, strict=False
    ):
        if not row:
            assert log_partition == -INF
            assert np.isnan(entropy)
            continue
        gibbs = Gibbs(row, temperature)
        np.testing.assert_allclose(ragged.probs[start:end], gibbs.probs, rtol=1e-14, atol=0)
        np.testing.assert_allclose(ragged.log_probs[start:end], gibbs.log_probs, rtol=1e-14, atol=1e-300)
        np.testing.assert_allclose(log_partition, gibbs.log_partition, rtol=1e-14, atol=1e-15)
        np.testing.assert_allclose(entropy, gibbs.entropy, rtol=1e-12, atol=1e-300)


def test_the_rows_of_the_sparse_softmax_and_empty_ones_between_them():
    # The rows {e}, {1}, {e}, {e, e} of TensorFlow's documentation of tf.sparse.softmax.
    e = math.e
    for indptr in ([0, 1, 2, 3, 5], [0, 0, 1, 1, 2, 3, 5, 5, 5]):
        np.testing.assert_array_equal(RaggedGibbs([e, 1.0, e, e, e], indptr).probs, [1, 1, 1, 0.5, 0.5])
    nothing = RaggedGibbs([], [0, 0, 0])
    assert nothing.probs.shape == (0,)
    assert nothing.sample(np.random.default_rng(0), (3,)).tolist() == [[-1, -1]] * 3
    assert nothing.actions(np.array([-1, -1])).tolist() == [-1, -1]
    assert RaggedGibbs([], [0]).log_partition.shape == (0,)


ROWS_TO_DRAW = [[0.0, 1.0, 2.0], [], [3.0], [-INF, 0.5, -INF, 0.0, 0.0], [], [1.0, -1.0], []]


def draws_agree(draws, ragged, indptr):
    """Whether each row's draws follow its probabilities; the rate of `agrees` holds for each of the rows."""
    for row, (start, end) in enumerate(pairwise(indptr)):
        if start == end:
            if (draws[:, row] != -1).any():
                return False
            continue
        if draws[:, row].min() < start or draws[:, row].max() >= end:
            return False
        if not agrees(counts_of(draws[:, row] - start, end - start), ragged.probs[start:end]):
            return False
    return True


@pytest.mark.parametrize("temperature", [0.0, 0.7, INF, [1.0, 1.0, 2.0, 0.5, 0.0, INF, 1.0]])
def test_draws_follow_the_probabilities_of_each_row(temperature):
    values, indptr = stored(ROWS_TO_DRAW)
    ragged = RaggedGibbs(values, indptr, temperature)
    draws = ragged.sample(fresh_rng(), (20_000,))
    assert draws.shape == (20_000, 7)
    assert draws_agree(draws, ragged, indptr)


def test_the_check_of_draws_catches_reduceat_on_empty_rows():
    # A plain reduceat gives an empty row the first entry of the next one, and the last row ends wrongly.
    values, indptr = stored(ROWS_TO_DRAW)
    ragged, rng = RaggedGibbs(values, indptr, 0.7), fresh_rng()
    right = ragged.sample(rng, (20_000,))
    wrong = right.copy()
    wrong[:, 1] = indptr[1]
    assert draws_agree(right, ragged, indptr)
    assert not draws_agree(wrong, ragged, indptr)
    # So does a uniform draw in place of one by the weights: some 30 000 expected in excess of the limit.
    wrong = right.copy()
    wrong[:, 0] = rng.integers(3, size=20_000)
    assert not draws_agree(wrong, ragged, indptr)


def test_late_rows_lose_no_bits():
    # Of a cumulative sum of floats over all rows, the last one would see steps of 2^-53 times a million.
    rows = 200_000
    values = np.zeros(2 * rows)
    values[-2:] = np.log([1e-12, 1.0])
    ragged = RaggedGibbs(values, np.arange(0, 2 * rows + 1, 2))

    class Fixed(np.random.Generator):
        def random(self, shape):
            return np.full(shape, self.uniform)

    fixed = Fixed(np.random.PCG64(0))
    for uniform, action in [(0.999e-12, 0), (1.001e-12, 1), (0.0, 0), (1 - 2**-53, 1)]:
        fixed.uniform = uniform
        assert ragged.actions(ragged.sample(fixed))[-1] == action


def test_what_a_sparse_matrix_stores_is_an_action_even_a_zero():
    matrix = csr_array((np.array([0.0, 2.0, 0.0]), np.array([4, 0, 7]), np.array([0, 1, 1, 3])), shape=(3, 9))
    ragged = RaggedGibbs.from_csr(matrix, temperature=2.0)
    np.testing.assert_allclose(ragged.probs, [1.0, *Gibbs([2.0, 0.0], 2.0).probs])
    drawn = ragged.actions(ragged.sample(np.random.default_rng(0), (200,)))
    assert set(drawn[:, 0]) == {4}
    assert set(drawn[:, 1]) == {-1}
    assert set(drawn[:, 2]) == {0, 7}
    with pytest.raises(TypeError, match=r"matrix must be a sparse matrix of compressed rows \(CSR\)"):
        RaggedGibbs.from_csr(matrix.tocoo())


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (([1.0, math.nan], [0, 1, 2]), ValueError, "data must not be NaN, got nan at position 1 in row 1"),
        (([1.0, -INF], [0, 1, 2]), ValueError, "data must be above -inf for at least one action, got none in row 1"),
        (([1.0], [0, 2]), ValueError, "indptr must start at 0 and end at 1, the length of data, got 0, 2"),
        (([1.0, 2.0], [0, 2, 1, 2]), ValueError, "indptr must not fall, got 2 and then 1 in row 1"),
        (([1.0], [0.0, 1.0]), ValueError, r"indptr must be integers of shape \(R \+ 1,\), got float64"),
        (([[1.0]], [0, 1]), ValueError, r"data must have shape \(N,\), got \(1, 1\)"),
        ((["a"], [0, 1]), TypeError, "data must be real numbers"),
        (([1.0], [0, 1], -1.0), ValueError, r"temperature must be in \[0, inf\], got -1.0"),
        (([1.0, 2.0], [0, 1, 2], [1.0, math.nan]), ValueError, r"temperature must be in \[0, inf\], got nan in row 1"),
        (([1.0], [0, 1], [1.0, 1.0]), ValueError, "temperature must be one number or one for each of 1 rows"),
    ],
)
def test_what_does_not_fit_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        RaggedGibbs(*arguments)


def test_a_seed_is_no_generator():
    with pytest.raises(TypeError, match=r"rng must be a numpy.random.Generator, got 3: numpy.random.default_rng\(3\)"):
        RaggedGibbs([1.0], [0, 1]).sample(3)
