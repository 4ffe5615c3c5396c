"""The measurements of large softmaxes run, small, and the table of biases is that of its proposals."""

import numpy as np
import pytest

from benchmarks import large_learning, large_softmaxes


def test_ratios_are_measured_and_printed(capsys):
    large_softmaxes.print_ratios("ragged", large_softmaxes.ragged(20, 10, 3, rounds=1))
    large_softmaxes.print_ratios("tree", large_softmaxes.hierarchical(50, 3, 4, 2, rounds=1))
    printed = capsys.readouterr().out
    assert printed.count("times faster") == 11
    assert "Huffman draw in a batch" in printed


def test_blocks_are_measured():
    found = large_softmaxes.differentiated(1, 2, rounds=1)
    assert set(found) == {"log_prob", "draw"}
    assert all(low <= middle <= high for low, middle, high in found.values())


def test_a_bandit_with_a_tree_is_measured():
    ((name, (low, _, _)),) = large_softmaxes.catalogue(100, rounds=1).items()
    assert name == "100 arms: a step"
    assert low > 0


def test_learning_comes_near_the_entropy_of_the_law():
    pytest.importorskip("torch")
    entropy, results = large_learning.learn(actions=100, steps=200, batch=64)
    assert len(results) == 5
    for loss, milliseconds in results.values():
        # No loss is below the entropy but for the noise of 1024 rows, and all are below that of knowing nothing.
        assert entropy - 0.2 < loss < np.log(100)
        assert milliseconds > 0


def test_the_modules_are_measured_beside_the_adaptive_softmax():
    pytest.importorskip("torch")
    assert len(large_softmaxes.beside_torch(1, 4, rounds=1)) == 6


def test_the_table_of_biases():
    table = large_softmaxes.candidates(1000, (10, 100), 200_000)
    (first, _), (second, error) = table["uniform"]
    # Half the relative variance of the estimate of Z, (e - 1) / n of N(0, 1) logits, at n = 100.
    assert abs(second + 0.0086) < 6.2 * error + 0.003
    assert first < 4 * second < 0
    assert table["uniform, not corrected"][1][0] < -2
    own = [abs(table[f"own softmax at T = {t}"][0][0]) for t in (4, 2, 1.5)]
    assert own[0] > own[1] > own[2]
    assert own[1] < abs(first) / 3
    assert np.isfinite(table["log-uniform, any order"]).all()
