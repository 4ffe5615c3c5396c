"""Means and variances of blocks instead of every replicate's curves."""

import dataclasses

import numpy as np
import pytest

import envs
from agents import QLearning, SampleAverage
from boltzmann import Boltzmann, EpsilonGreedy, Greedy
from boltzmann.experiments import (
    RECORDED,
    Experiment,
    Results,
    Store,
    Task,
    draw_differences,
    draw_learning_curves,
    draw_profiles,
    leaderboard,
    run,
    write_report,
)

TASKS = (
    Task("boltzmann/GaussianBandit-v0", (SampleAverage(Boltzmann(0.2)), SampleAverage(Greedy())), 30),
    Task("FrozenLake-v1", (QLearning(Boltzmann(0.1)), QLearning(EpsilonGreedy(0.1))), 200),
)
EVERY = Experiment(TASKS, replicates=60, seed=4, block=5, points=7)


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    folder = tmp_path_factory.mktemp("both")
    means = dataclasses.replace(EVERY, record="blocks")
    return run(EVERY, folder / "every", make=envs.make), run(means, folder / "means", make=envs.make)


def test_means_and_variances_are_those_of_each_blocks_replicates(both):
    every, means = both
    for whole, reduced in zip(every.cells(), means.cells(), strict=True):
        assert (whole.samples, reduced.samples) == (60, 12)
        assert not whole.variances
        for name in RECORDED:
            blocks = whole.metrics[name].reshape(12, 5, -1)
            np.testing.assert_allclose(reduced.metrics[name], blocks.mean(axis=1), rtol=1e-13, err_msg=name)
            np.testing.assert_allclose(reduced.variances[name], blocks.var(axis=1, ddof=1), rtol=1e-9, atol=1e-20)


def test_the_table_says_what_a_row_is(both):
    every, means = (results.table() for results in both)
    assert list(means["block"].unique()) == list(range(12))
    assert "block" not in every
    assert "replicate" not in means
    assert {f"{name}_variance" for name in RECORDED} <= set(means)
    assert not any(name.endswith("_variance") for name in every)
    for name in ("reward", "gap", "entropy"):
        assert means[name].mean() == pytest.approx(every[name].mean(), rel=1e-12)


def test_blocks_hold_fewer_numbers_and_fail_their_checks_alike(both, tmp_path):
    every, means = both
    block = means.plan.blocks()[-1]
    numbers = [
        sum(array.size for array in Store(results.folder).read(results.plan, block).values()) for results in both
    ]
    assert numbers == [5 * 8 * 7, 2 * 8 * 7]
    copy = Store(tmp_path / "copy")
    copy.begin(means.plan)
    (copy.folder / block.name).write_bytes((every.folder / block.name).read_bytes())
    assert "does not hold just the arrays reward" in Results(copy.folder, means.plan).missing()[1][0]


def test_a_run_of_means_that_was_stopped_ends_with_the_same_bytes(both, tmp_path):
    _, means = both
    again = run(dataclasses.replace(EVERY, record="blocks"), tmp_path, make=envs.make)
    for block in means.plan.blocks()[::3]:
        (tmp_path / block.name).unlink()
    run(dataclasses.replace(EVERY, record="blocks"), tmp_path, make=envs.make)
    for block in means.plan.blocks():
        assert (again.folder / block.name).read_bytes() == (means.folder / block.name).read_bytes()


def test_statistics_and_figures_count_blocks(tmp_path):
    means = run(dataclasses.replace(EVERY, tasks=TASKS[:1], record="blocks"), tmp_path / "means", make=envs.make)
    board = leaderboard(means)
    assert set(board["replicates"]) == {12}
    for draw in (draw_learning_curves, draw_differences, draw_profiles):
        caption = draw(means)._supxlabel.get_text()
        assert "12 means of 5 replicates each" in caption.replace("\n", " ")
    write_report(means, tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text()
    assert "12 means of 5 replicates each" in page
    assert "taken block by block" in page


@pytest.mark.parametrize(("replicates", "block"), [(60, 7), (5, 1), (3, 5)])
def test_blocks_of_unequal_size_have_no_common_variance(replicates, block):
    with pytest.raises(ValueError, match=f"replicates must be a multiple of block.*got {replicates} and {block}"):
        Experiment(TASKS, replicates, 0, block=block, record="blocks")
    with pytest.raises(ValueError, match="record must be one of replicates, blocks, log, got 'means'"):
        Experiment(TASKS, 60, 0, record="means")


def test_the_variance_of_a_value_that_all_replicates_share_is_zero(both):
    _, means = both
    cell = next(iter(means.cells()))
    assert not cell.variances["temperature"].any()
