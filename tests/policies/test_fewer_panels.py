"""Probabilities of the largest draw: many rows have fewer panels than a single one, and the same numbers."""

import numpy as np
import pytest

from boltzmann import BernoulliThompson, BoltzmannGumbel, GaussianThompson, softmax
from boltzmann.policies import _choice

ROWS, ACTIONS = 40, 6


def farthest(policy):
    """How far the probabilities of many rows are from those of each row alone, at most."""
    rng = np.random.default_rng(2)
    values = rng.random((ROWS, ACTIONS))
    visits = rng.integers(1, 10 ** rng.integers(1, 6, size=values.shape), endpoint=True)
    where = rng.random(values.shape) < 0.8
    where[:, 0] = True
    together = policy(values, visits=visits, where=where).probs
    alone = [
        policy(*row, visits=count, where=mask).probs for *row, count, mask in zip(values, visits, where, strict=True)
    ]
    return abs(together - alone).max()


@pytest.mark.parametrize("policy", [BoltzmannGumbel(0.7), GaussianThompson(1.0), BernoulliThompson(0.5, 2.0)], ids=repr)
def test_fewer_panels_give_the_same_probabilities(policy, monkeypatch):
    assert farthest(policy) < 1e-12
    # The planted fault is panels of four times the length.
    right = _choice._few_edges
    monkeypatch.setattr(_choice, "_few_edges", lambda points, distances: right(points, 4 * distances))
    assert farthest(policy) > 1e-9


def test_fewer_panels_are_few():
    points = np.sort(np.random.default_rng(0).random((20, 9, 15)), axis=-1) * np.arange(1, 10)[:, np.newaxis]
    edges = _choice._few_edges(points, np.diff(points, axis=-1))
    assert edges.shape[1] < 9 * 15
    np.testing.assert_array_equal(edges[:, 0], points.min(axis=(1, 2)))
    np.testing.assert_array_equal(edges[:, -1], points.max(axis=(1, 2)))
    assert (np.diff(edges, axis=-1) >= 0).all()


def test_a_thousand_actions_with_one_scale_are_a_softmax():
    values = np.random.default_rng(0).normal(size=(3, 1000))
    probs = BoltzmannGumbel(2.0)(values, visits=np.full((3, 1000), 16)).probs
    assert probs == pytest.approx(softmax(values, 0.5), abs=1e-11)
