"""Differentiated and block softmax: against one full softmax, draws, steps, and refusals."""

import numpy as np
import pytest

from boltzmann import Gibbs
from boltzmann.large.hierarchy import BlockSoftmax, DifferentiatedSoftmax, differentiated
from tests.support.frequencies import agrees, counts_of, fresh_rng


def filled(sizes=(2, 5, 3), widths=(3, 2, 1), seed=0):
    softmax, rng = DifferentiatedSoftmax(sizes, widths), np.random.default_rng(seed)
    for weights in softmax.weights:
        weights[:] = rng.normal(size=weights.shape)
    softmax.bias[:] = rng.normal(size=softmax.bias.shape)
    return softmax


def full_logits(softmax, rows):
    """The product with one matrix that has zeros outside of the blocks."""
    matrix, action, column = np.zeros((softmax.actions, softmax.features)), 0, 0
    for weights in softmax.weights:
        matrix[action : action + len(weights), column : column + weights.shape[1]] = weights
        action, column = action + weights.shape[0], column + weights.shape[1]
    return rows @ matrix.T + softmax.bias


@pytest.fixture(params=[2**20, 8, 1])
def parts(request, monkeypatch):
    """All logits at a time, some of them, and one for each row."""
    monkeypatch.setattr(differentiated, "_MOST_LOGITS", request.param)


@pytest.mark.usefixtures("parts")
def test_it_is_the_softmax_of_the_block_diagonal_product():
    softmax, rows = filled(), np.random.default_rng(1).normal(size=(4, 6))
    expected = Gibbs(full_logits(softmax, rows)).log_probs
    np.testing.assert_allclose(softmax.all_log_probs(rows), expected, rtol=1e-13)
    for action in range(10):
        np.testing.assert_allclose(softmax.log_prob(rows, np.full(4, action)), expected[:, action], rtol=1e-13)
    assert softmax.log_prob(rows[0], 3) == softmax.log_prob(rows, np.full(4, 3))[0]


@pytest.mark.usefixtures("parts")
def test_draws_follow_the_probabilities():
    softmax, rows = filled(), np.array([[1.0, -1.0, 0.5, 0.0, 2.0, 1.0], [0.0, 1.0, 0.0, -1.0, 0.0, -2.0]])
    softmax.bias[4] = -np.inf
    draws = softmax.sample(fresh_rng(), np.repeat(rows, 5000, axis=0)).reshape(2, -1)
    probs = Gibbs(full_logits(softmax, rows)).probs
    assert agrees(counts_of(draws[0], 10), probs[0])
    assert agrees(counts_of(draws[1], 10), probs[1])
    assert not agrees(counts_of(draws[0], 10), probs[1])
    assert np.shape(softmax.sample(fresh_rng(), rows[0])) == ()


@pytest.mark.usefixtures("parts")
def test_a_step_is_the_gradient_of_finite_differences():
    softmax, rows, chosen = filled(), np.random.default_rng(2).normal(size=(3, 6)), np.array([0, 9, 4])
    factors = np.array([1.0, -0.5, 2.0])
    stepped = filled()
    before = stepped.step(rows, chosen, 1e-3, factors)
    np.testing.assert_allclose(before, softmax.log_prob(rows, chosen), rtol=1e-13)
    for array, moved in [(softmax.bias, stepped.bias), *zip(softmax.weights, stepped.weights, strict=True)]:
        for index in np.ndindex(array.shape):
            slopes = []
            for sign in (1, -1):
                array[index] += sign * 1e-6
                slopes.append(factors @ softmax.log_prob(rows, chosen))
                array[index] -= sign * 1e-6
            slope = (slopes[0] - slopes[1]) / 2e-6
            np.testing.assert_allclose((moved[index] - array[index]) / 1e-3, slope, atol=1e-7)


def filled_blocks():
    softmax, same = BlockSoftmax([2, 5, 3], [3, 2, 1]), filled()
    for ours, theirs in zip(softmax.weights, same.weights, strict=True):
        ours[:] = theirs
    softmax.bias[:] = same.bias
    rng = np.random.default_rng(7)
    softmax.block_weights[:], softmax.block_bias[:] = rng.normal(size=(3, 6)), rng.normal(size=3)
    return softmax


def test_a_block_softmax_is_the_product_of_two():
    softmax, rows = filled_blocks(), np.random.default_rng(1).normal(size=(4, 6))
    blocks = Gibbs(rows @ softmax.block_weights.T + softmax.block_bias).log_probs
    logits = full_logits(softmax, rows)
    within = [Gibbs(logits[:, part]).log_probs for part in (slice(0, 2), slice(2, 7), slice(7, 10))]
    expected = np.concatenate([part + blocks[:, [number]] for number, part in enumerate(within)], axis=1)
    np.testing.assert_allclose(softmax.all_log_probs(rows), expected, rtol=1e-12)
    np.testing.assert_allclose(np.exp(softmax.all_log_probs(rows)).sum(axis=1), 1, rtol=1e-13)
    for action in range(10):
        np.testing.assert_allclose(softmax.log_prob(rows, np.full(4, action)), expected[:, action], rtol=1e-12)
    draws = softmax.sample(fresh_rng(), np.repeat(rows[:2], 10_000, axis=0)).reshape(2, -1)
    assert agrees(counts_of(draws[0], 10), np.exp(expected[0]))
    assert agrees(counts_of(draws[1], 10), np.exp(expected[1]))
    assert not agrees(counts_of(draws[0], 10), np.exp(expected[1]))
    assert np.shape(softmax.sample(fresh_rng(), rows[0])) == ()


def test_a_step_of_a_block_softmax_is_the_gradient_of_finite_differences():
    softmax, stepped = filled_blocks(), filled_blocks()
    rows, chosen = np.random.default_rng(2).normal(size=(3, 6)), np.array([0, 9, 4])
    factors = np.array([1.0, -0.5, 2.0])
    before = stepped.step(rows, chosen, 1e-3, factors)
    np.testing.assert_allclose(before, softmax.log_prob(rows, chosen), rtol=1e-13)
    arrays = [
        (softmax.bias, stepped.bias),
        (softmax.block_bias, stepped.block_bias),
        (softmax.block_weights, stepped.block_weights),
        *zip(softmax.weights, stepped.weights, strict=True),
    ]
    for array, moved in arrays:
        for index in np.ndindex(array.shape):
            slopes = []
            for sign in (1, -1):
                array[index] += sign * 1e-6
                slopes.append(factors @ softmax.log_prob(rows, chosen))
                array[index] -= sign * 1e-6
            np.testing.assert_allclose((moved[index] - array[index]) / 1e-3, (slopes[0] - slopes[1]) / 2e-6, atol=1e-7)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: DifferentiatedSoftmax([], []), TypeError, "sizes must be a list of at least one whole number"),
        (lambda: DifferentiatedSoftmax([2], [1, 1]), ValueError, "widths must be one for each of 1 sizes, got 2"),
        (lambda: DifferentiatedSoftmax([2, 0], [1, 1]), ValueError, r"sizes\[1\] must be at least 1, got 0"),
        (lambda: DifferentiatedSoftmax([2], [0]), ValueError, r"widths\[0\] must be at least 1, got 0"),
        (lambda: filled().log_prob(np.zeros(5), 0), ValueError, "features must have 6 numbers on the last axis"),
        (lambda: filled().sample(1, np.zeros(6)), TypeError, "rng must be a numpy.random.Generator"),
        (lambda: filled().step(np.zeros(6), 10, 0.1), ValueError, r"actions must be in \[0, 10\), got 10"),
    ],
)
def test_what_does_not_fit_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()
