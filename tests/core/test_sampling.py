"""Frequencies against probabilities, and planted wrong samplers that must be caught."""

import numpy as np
import pytest

from boltzmann import Categorical, Gibbs, log_prob_without_replacement, sample_categorical
from tests.support.frequencies import agrees, counts_of, fresh_rng

DRAWS = 200_000
CASES = [
    np.array([1.0]),
    np.array([0.5, 0.3, 0.2]),
    np.array([0.0, 0.7, 0.0, 0.3, 0.0]),
    np.array([1.0, 1e-12]),
    np.array([1e-12, 1.0]),
    np.random.default_rng(5).dirichlet(np.full(50, 0.3)),
    np.arange(8.0),
]


@pytest.mark.parametrize("weights", CASES)
def test_frequencies_agree(weights):
    rng = fresh_rng()
    draws = sample_categorical(rng, weights, (DRAWS,))
    assert agrees(counts_of(draws, len(weights)), weights / weights.sum())


def off_by_one(rng, weights, shape):
    cumulative = np.cumsum(weights / weights.sum())
    return np.minimum(np.searchsorted(cumulative, rng.random(shape)) + 1, len(weights) - 1)


def argmax_of_dirichlet(rng, weights, shape):
    return rng.dirichlet(np.maximum(weights, 1e-3), shape).argmax(axis=-1)


def ignoring_the_weights(rng, weights, shape):
    return rng.integers(0, len(weights), shape)


@pytest.mark.parametrize("wrong", [off_by_one, argmax_of_dirichlet, ignoring_the_weights])
def test_wrong_samplers_are_caught(wrong):
    weights = np.array([0.5, 0.3, 0.2])
    draws = wrong(fresh_rng(), weights, (DRAWS,))
    assert not agrees(counts_of(draws, 3), weights)


@pytest.mark.parametrize("uniform", [0.0, np.nextafter(1.0, 0.0)])
def test_the_ends_of_the_uniform_never_give_an_impossible_action(uniform):
    weights = np.array([[0.0, 0.1, 0.2, 0.0], [0.0, 3e-324, 0.7, 0.0], [0.0, 1e300, 1e-300, 0.0]])

    class Fixed(np.random.Generator):
        def random(self, size=None):
            return np.full(size, uniform)

    draws = sample_categorical(Fixed(np.random.PCG64(0)), weights)
    assert (weights[np.arange(3), draws] > 0).all()


def test_rows_are_drawn_on_their_own():
    probs = np.array([[0.9, 0.1], [0.2, 0.8]])
    draws = Categorical(probs).sample(fresh_rng(), (DRAWS,))
    for row in range(2):
        assert agrees(counts_of(draws[:, row], 2), probs[row])
    joint = counts_of(draws[:, 0] * 2 + draws[:, 1], 4)
    assert agrees(joint, np.outer(probs[0], probs[1]).ravel())


def test_gibbs_draws_follow_its_probabilities():
    gibbs = Gibbs([0.0, 1.0, -np.inf, 2.5], 0.7, prior=[1.0, 4.0, 1.0, 0.5])
    assert agrees(counts_of(gibbs.sample(fresh_rng(), (DRAWS,)), 4), gibbs.probs)


@pytest.mark.parametrize("count", [200, 2000])
def test_float32_weights_are_summed_in_float64(count):
    weights = np.ones(count, dtype=np.float32)
    weights[0] = 2**24  # a float32 sum does not grow from here on

    class Top(np.random.Generator):
        def random(self, size=None):
            return np.full(size or (), 1 - 1e-9)

    assert weights.cumsum(dtype=np.float32)[-1] == 2**24
    assert sample_categorical(Top(np.random.PCG64(0)), weights) > count - 10


def test_one_uniform_a_draw_and_no_global_state():
    before = np.random.get_state(legacy=False)  # noqa: NPY002 (read only, to show that it stays)
    rng, twin = np.random.default_rng(3), np.random.default_rng(3)
    sample_categorical(rng, np.ones((5, 4)), (2, 3))
    twin.random(30)
    assert rng.bit_generator.state == twin.bit_generator.state
    after = np.random.get_state(legacy=False)  # noqa: NPY002
    assert after["state"]["pos"] == before["state"]["pos"]
    np.testing.assert_array_equal(after["state"]["key"], before["state"]["key"])
    with pytest.raises(TypeError, match=r"rng must be a numpy\.random\.Generator, got 3"):
        sample_categorical(3, np.ones(2))


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([[1.0, 2.0], [-1.0, 2.0]], "weights must be finite and at least 0, got -1.0"),
        ([np.nan, 2.0], "weights must be finite"),
        (np.zeros((2, 0)), r"weights must hold at least one action on its last axis, got shape \(2, 0\)"),
        ([[1.0, 0.0], [0.0, 0.0]], "sum of weights must be positive and finite, got 0.0 in row 1"),
        ([1e308, 1e308], "sum of weights must be positive and finite, got inf"),
    ],
)
def test_wrong_weights_are_refused(weights, message):
    with np.errstate(over="ignore"), pytest.raises(ValueError, match=message):
        sample_categorical(np.random.default_rng(0), weights)


@pytest.mark.parametrize("count", [256, 257, 1000, 10_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_many_actions_are_drawn_in_two_levels(count):
    weights = np.random.default_rng(count).dirichlet(np.full(count, 0.01))
    weights[: count // 3] = 0.0
    rows = np.tile(weights / weights.sum(), (300, 1))
    rng = fresh_rng()
    draws = np.concatenate([sample_categorical(rng, rows) for _ in range(40)])
    assert (weights[draws] > 0).all()
    assert agrees(counts_of(draws, count), weights)


def test_layouts_draw_alike():
    # The same uniforms give the same actions, whether actions lie first or last in memory.
    values = np.random.default_rng(7).normal(size=(500, 6))
    first = Gibbs(values, 0.5)
    assert first._scores.axis == 0
    together = first.sample(np.random.default_rng(1))
    alone = sample_categorical(np.random.default_rng(1), first.probs)
    np.testing.assert_array_equal(together, alone)
    assert Gibbs(values, 0.5).sample(np.random.default_rng(1), 3).shape == (3, 500)


# One likely action, then many unlikely ones, each below half a unit in the last place of a float32 sum of 1.
LONG_TAIL = np.concatenate([[1.0], np.full(200_000, 5.9e-8)])


def float32_sums(rng, weights, shape):
    cumulative = np.cumsum(weights, dtype=np.float32)
    return np.minimum(np.searchsorted(cumulative, rng.random(shape) * cumulative[-1]), len(weights) - 1)


def test_a_sampler_with_float32_sums_is_caught():
    tail = np.array([1.0, LONG_TAIL[1:].sum()])
    right = Categorical(LONG_TAIL / LONG_TAIL.sum()).sample(fresh_rng(), (DRAWS,))
    wrong = float32_sums(fresh_rng(), LONG_TAIL, (DRAWS,))
    assert not agrees([(wrong == 0).sum(), (wrong > 0).sum()], tail)
    rng, rows = fresh_rng(), np.tile(LONG_TAIL, (10, 1))
    in_blocks = np.concatenate([sample_categorical(rng, rows) for _ in range(170)])
    for drawn in (right, in_blocks):
        assert (drawn < len(LONG_TAIL)).all()
        assert agrees([(drawn == 0).sum(), (drawn > 0).sum()], tail)


@pytest.mark.parametrize(
    ("logs", "actions", "name"),
    [(0.0, [0], "log_probs"), ([0.0, 1.0], 0, "actions"), ([0.0, 1.0], np.zeros(0, int), "actions")],
)
def test_an_ordered_draw_needs_rows_and_draws(logs, actions, name):
    with pytest.raises(ValueError, match=f"{name} must hold at least one"):
        log_prob_without_replacement(logs, actions)
