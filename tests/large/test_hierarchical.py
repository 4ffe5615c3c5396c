"""Hierarchical softmax: depths, the Gibbs distribution from log-sum differences, draws, derivatives and steps."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from boltzmann import Gibbs
from boltzmann.large.hierarchy import (
    DepthWarning,
    HierarchicalSoftmax,
    balanced_lengths,
    huffman_lengths,
)
from tests.support.frequencies import agrees, counts_of, fresh_rng

WEIGHTS = st.lists(st.floats(0.0, 1e6), min_size=1, max_size=40).filter(any)


def kraft(lengths):
    return sum(2.0 ** -int(length) for length in lengths)


@pytest.mark.slow
def test_huffmans_tree_of_inverse_ranks_has_the_known_depths():
    weights = 1 / np.arange(1, 10**6 + 1)
    lengths = huffman_lengths(weights)
    assert lengths.max() == 24
    assert round(float(weights @ lengths / weights.sum()), 6) == 13.433587


def smallest_mean_depth(weights):
    """The cost of Huffman's tree by merging in a sorted list."""
    left, cost = sorted(weights), 0.0
    while len(left) > 1:
        merged = left[0] + left[1]
        cost, left = cost + merged, sorted([*left[2:], merged])
    return cost


@given(weights=WEIGHTS)
def test_huffmans_tree_is_full_and_of_smallest_mean_depth(weights):
    lengths = huffman_lengths(weights)
    assert kraft(lengths) == 1
    np.testing.assert_allclose(np.dot(weights, lengths), smallest_mean_depth(weights), rtol=1e-12)


@given(actions=st.integers(1, 300))
def test_balanced_depths_differ_by_one_at_most(actions):
    lengths = balanced_lengths(actions)
    assert kraft(lengths) == 1
    assert lengths.max() - lengths.min() <= 1


def test_a_tree_of_fibonacci_numbers_is_cut_and_says_so():
    weights = [1.0, 1.0]
    while len(weights) < 80:
        weights.append(weights[-1] + weights[-2])
    with pytest.warns(DepthWarning, match="frequencies gave a tree of depth 78: the smallest were raised for depth 48"):
        lengths = huffman_lengths(weights)
    assert kraft(lengths) == 1
    assert lengths.max() <= 48
    # The mean depth hardly suffers: the raised frequencies are below 1e-9 of the sum.
    assert np.dot(weights, lengths) < smallest_mean_depth(weights) * (1 + 1e-8)
    with pytest.raises(ValueError, match="most_depth must be at least 10 for so many actions, got 7"):
        huffman_lengths(weights, most_depth=7)


@pytest.mark.parametrize(
    ("frequencies", "message"),
    [
        ([], r"frequencies must have shape \(K,\), got \(0,\)"),
        ([1.0, -1.0], "frequencies must be finite and at least 0, got -1.0 for action 1"),
        ([0.0, 0.0], "frequencies must have a positive sum, got 0.0"),
        ([1.0, math.inf], "frequencies must be finite and at least 0, got inf for action 1"),
    ],
)
def test_bad_frequencies_are_refused(frequencies, message):
    with pytest.raises(ValueError, match=message):
        huffman_lengths(frequencies)


@pytest.mark.parametrize("frequencies", [None, "random"])
@pytest.mark.parametrize("actions", [1, 2, 3, 6, 100, 1025, 5000])
def test_log_sum_differences_give_the_gibbs_distribution(actions, frequencies):
    rng = np.random.default_rng(actions)
    softmax = HierarchicalSoftmax(actions, 2, frequencies=frequencies and rng.random(actions))
    for values in (
        rng.normal(size=actions),
        30 * rng.normal(size=actions),
        np.where(np.arange(actions) % 3, -np.inf, 1),
    ):
        softmax.set_distribution(values)
        probs = Gibbs(values).probs
        np.testing.assert_allclose(np.exp(softmax.all_log_probs([1.0, 2.0])), probs, rtol=1e-13, atol=1e-300)
        assert np.abs(np.exp(softmax.all_log_probs([1.0, 2.0])) - probs).max() < 4e-15
        chosen = rng.integers(actions, size=50)
        each = np.exp(softmax.log_prob(np.ones((50, 2)), chosen))
        np.testing.assert_allclose(each, probs[chosen], rtol=1e-13, atol=1e-300)


def filled(actions, features, seed=0, **parameters):
    softmax, rng = HierarchicalSoftmax(actions, features, **parameters), np.random.default_rng(seed)
    softmax.weights[:] = rng.normal(size=softmax.weights.shape)
    softmax.bias[:] = rng.normal(size=softmax.bias.shape)
    return softmax


@given(actions=st.integers(1, 60), features=st.integers(0, 4), seed=st.integers(0, 100))
def test_probabilities_sum_to_one_and_agree_with_those_of_single_actions(actions, features, seed):
    rng = np.random.default_rng(seed)
    softmax = filled(actions, features, seed, frequencies=rng.random(actions) if seed % 2 else None)
    rows = rng.normal(size=(3, features))
    everything = softmax.all_log_probs(rows)
    np.testing.assert_allclose(np.exp(everything).sum(axis=-1), 1, rtol=1e-13)
    for action in range(actions):
        np.testing.assert_allclose(softmax.log_prob(rows, np.full(3, action)), everything[:, action], rtol=1e-12)


@pytest.mark.parametrize("frequencies", [None, [8.0, 4.0, 2.0, 2.0, 0.5, 0.5, 0.1]])
def test_draws_follow_the_probabilities(frequencies):
    softmax = filled(7, 3, frequencies=frequencies)
    softmax.bias[2] = -np.inf
    rows = np.array([[1.0, -1.0, 0.5], [0.0, 2.0, 1.0]])
    probs = np.exp(softmax.all_log_probs(rows))
    many = softmax.sample(fresh_rng(), np.repeat(rows, 20_000, axis=0)).reshape(2, -1)
    rng = fresh_rng()
    alone = np.array([softmax.sample(rng, rows[0]) for _ in range(4000)])
    for row in range(2):
        assert agrees(counts_of(many[row], 7), probs[row])
    assert agrees(counts_of(alone, 7), probs[0])
    # Draws that turn the wrong way at the root are caught.
    softmax.bias[0] += 1.0
    assert not agrees(counts_of(many[0], 7), np.exp(softmax.all_log_probs(rows[0])))


@pytest.mark.parametrize("frequencies", [None, [8.0, 4.0, 2.0, 2.0, 0.5, 0.5, 0.1]])
def test_single_and_many_rows_have_the_same_probabilities(frequencies):
    softmax, row = filled(7, 3, frequencies=frequencies), np.array([1.0, -1.0, 0.5])
    for action in range(7):
        together = softmax.log_prob([row, row], [action, action])
        for one in (action, np.int64(action), np.array(action)):
            np.testing.assert_allclose(softmax.log_prob(row, one), together[0], rtol=1e-14)


def test_single_and_many_rows_draw_the_same_actions():
    softmax = filled(1000, 3)
    rows = np.random.default_rng(1).normal(size=(300, 3))
    together = softmax.sample(np.random.default_rng(2), rows)
    rng = np.random.default_rng(2)
    assert together.tolist() == [softmax.sample(rng, row) for row in rows]


@pytest.mark.parametrize("frequencies", [None, [8.0, 4.0, 2.0, 2.0, 0.5, 0.5]])
def test_the_gradient_is_that_of_finite_differences(frequencies):
    softmax = filled(6, 2, frequencies=frequencies)
    rows, chosen = np.array([[0.3, -1.2], [1.0, 0.5], [0.3, -1.2]]), np.array([0, 4, 5])
    gradient = softmax.gradient(rows, chosen)
    np.testing.assert_array_equal(gradient.log_prob, softmax.log_prob(rows, chosen))
    for column in range(2):
        moved = np.zeros(2)
        moved[column] = 1e-6
        slopes = (softmax.log_prob(rows + moved, chosen) - softmax.log_prob(rows - moved, chosen)) / 2e-6
        np.testing.assert_allclose(gradient.features[:, column], slopes, atol=1e-8)
    for node in range(5):
        expected = np.where(gradient.nodes == node, gradient.logits, 0).sum(axis=-1)
        slopes = []
        for sign in (1, -1):
            softmax.bias[node] += sign * 1e-6
            slopes.append(softmax.log_prob(rows, chosen))
            softmax.bias[node] -= sign * 1e-6
        np.testing.assert_allclose(expected, (slopes[0] - slopes[1]) / 2e-6, atol=1e-8)


def test_a_step_adds_the_gradients_of_all_rows():
    softmax, same = filled(6, 2), filled(6, 2)
    rows, chosen, factors = np.array([[0.3, -1.2], [1.0, 0.5], [2.0, 0.1]]), np.array([0, 4, 4]), [1.0, -2.0, 0.5]
    gradient = same.gradient(rows, chosen)
    for nodes, logits, row, factor in zip(gradient.nodes, gradient.logits, rows, factors, strict=True):
        for node, logit in zip(nodes, logits, strict=True):
            if node >= 0:
                same.weights[node] += 0.1 * factor * logit * row
                same.bias[node] += 0.1 * factor * logit
    before = softmax.step(rows, chosen, 0.1, factors)
    np.testing.assert_array_equal(before, gradient.log_prob)
    np.testing.assert_allclose(softmax.weights, same.weights, rtol=1e-12)
    np.testing.assert_allclose(softmax.bias, same.bias, rtol=1e-12)


def test_steps_of_maximum_likelihood_find_the_conditional_frequencies():
    rng, softmax = np.random.default_rng(0), HierarchicalSoftmax(5, 2)
    probs = np.array([[0.4, 0.3, 0.1, 0.1, 0.1], [0.05, 0.05, 0.1, 0.2, 0.6]])
    for round_ in range(1000):
        kinds = rng.integers(2, size=50)
        chosen = (probs[kinds].cumsum(axis=1) < rng.random((50, 1))).sum(axis=1)
        softmax.step(np.eye(2)[kinds], chosen, 2.0 / (50 * (1 + round_ / 20)))
    np.testing.assert_allclose(np.exp(softmax.all_log_probs(np.eye(2))), probs, atol=0.02)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda s: s.log_prob([1.0], 0),
            ValueError,
            r"features must have 2 numbers on the last axis, got shape \(1,\)",
        ),
        (lambda s: s.log_prob([1.0, math.nan], 0), ValueError, "features must be finite, got nan for action 1"),
        (lambda s: s.log_prob([[1.0, 0.0]] * 2, [0, 4]), ValueError, r"actions must be in \[0, 4\), got 4 in row 1"),
        (
            lambda s: s.log_prob([1.0, 0.0], [0]),
            ValueError,
            r"actions must be integers of shape \(\), got int64 of shape",
        ),
        (lambda s: s.step([1.0, 0.0], 0, -1.0), ValueError, r"step_size must be in \[0, inf\), got -1.0"),
        (lambda s: s.step([1.0, 0.0], 0, 1.0, math.inf), ValueError, r"coefficients must be in \(-inf, inf\), got inf"),
        (lambda s: s.sample(0, [1.0, 0.0]), TypeError, "rng must be a numpy.random.Generator, got 0"),
        (lambda s: s.set_distribution([0.0]), ValueError, r"log_weights must have shape \(4,\), got \(1,\)"),
        (lambda s: s.set_distribution([-math.inf] * 4), ValueError, "log_weights must be above -inf for at least one"),
        (lambda s: HierarchicalSoftmax(0, 1), ValueError, "actions must be at least 1, got 0"),
        (lambda s: HierarchicalSoftmax(2, 1, tree="huffman"), ValueError, "frequencies must be given for"),
        (lambda s: HierarchicalSoftmax(2, 1, frequencies=[1.0]), ValueError, "one for each of 2 actions, got 1"),
        (lambda s: HierarchicalSoftmax(2, 1, tree="flat"), ValueError, "tree must be one of balanced, huffman"),
    ],
)
def test_what_does_not_fit_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call(filled(4, 2))
