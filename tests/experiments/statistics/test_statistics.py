"""Student's interval, the metrics of a cell, leaderboards in order, labels."""

import numpy as np
import pytest
from scipy import stats

import envs
from agents import QLearning, SampleAverage
from boltzmann import Greedy, Uniform
from boltzmann.experiments import Experiment, RefusedError, Task, draw_learning_curves, interval, leaderboard, run
from boltzmann.experiments.statistics import cumulative, curve, final, has_metric, short_labels
from boltzmann.experiments.store.results import Cell


def test_the_interval_is_students():
    samples = np.random.default_rng(0).normal(size=(12, 3))
    mean, half_width = interval(samples, 0.9)
    low, high = stats.t.interval(0.9, 11, samples.mean(axis=0), stats.sem(samples))
    np.testing.assert_allclose(mean - half_width, low)
    np.testing.assert_allclose(mean + half_width, high)


def test_the_interval_covers_as_often_as_it_says():
    # 95 % of 20 000 intervals of 5 normal samples; five standard errors of that share are 0.8 %.
    mean, half_width = interval(np.random.default_rng(1).normal(3.0, 2.0, size=(5, 20_000)))
    assert np.mean(np.abs(mean - 3.0) <= half_width) == pytest.approx(0.95, abs=0.008)


def test_the_interval_leaves_out_missing_values():
    nan = np.nan
    mean, half_width = interval([[1.0, nan, nan], [2.0, 4.0, nan], [3.0, nan, nan]])
    np.testing.assert_array_equal(mean, [2.0, 4.0, nan])
    assert half_width[0] == pytest.approx(interval([1.0, 2.0, 3.0])[1])
    assert np.isnan(half_width[1:]).all()
    for wrong in (0, 1, 95, nan):
        with pytest.raises(ValueError, match=r"confidence must be in \(0, 1\)"):
            interval([1.0, 2.0], wrong)


def small_cell():
    metrics = {
        "reward": np.array([[1.0, 2.0, 3.0]]),
        "gap": np.array([[0.5, 0.0, 0.0]]),
        "optimal": np.array([[0.0, 1.0, 1.0]]),
        "episodes": np.array([[2.0, 0.0, 0.0]]),
        "return_sum": np.array([[7.0, 0.0, 0.0]]),
    }
    return Cell("task", "agent", np.array([10, 19, 20]), metrics)


def test_final_and_cumulative_weigh_windows_by_their_steps():
    cell = small_cell()
    assert cumulative(cell, "reward") == pytest.approx([10 * 1 + 9 * 2 + 1 * 3])
    assert cumulative(cell, "return") == cumulative(cell, "reward")
    assert cumulative(cell, "gap") == pytest.approx([5.0])
    assert final(cell, "reward") == pytest.approx([(9 * 2 + 3) / 10])
    assert np.isnan(final(cell, "return")).all()
    np.testing.assert_array_equal(cell.mean_return, [[3.5, np.nan, np.nan]])


def test_curves_are_recorded_or_computed_from_the_record():
    cell = small_cell()
    np.testing.assert_array_equal(curve(cell, "regret"), [[5.0, 5.0, 5.0]])
    np.testing.assert_array_equal(curve(cell, "return"), cell.mean_return)
    assert np.isnan(curve(cell, "greedy")).all()
    assert not has_metric({"agent": cell}, "greedy")
    cell.metrics["greedy"] = np.array([[0.5, 1.0, 1.0]])
    np.testing.assert_array_equal(curve(cell, "greedy"), [[0.5, 1.0, 1.0]])
    assert has_metric({"agent": cell}, "greedy")


def test_final_is_exactly_the_last_tenth():
    rewards = np.zeros((1, 100))
    rewards[0, 90:] = 1.0
    cell = Cell("task", "agent", np.arange(10, 1001, 10), {"reward": rewards})
    assert final(cell, "reward") == pytest.approx([1.0], abs=0)
    rewards[0, 89] = 5.0
    assert final(cell, "reward") == pytest.approx([1.0], abs=0)


def test_the_leaderboard_ranks_every_task(results):
    board = leaderboard(results)
    assert list(board["task"].unique()) == list(results.plan.task_labels)
    assert [list(rows["metric"].unique()) for _, rows in board.groupby("task", sort=False)] == [
        ["reward"],
        ["return"],
        ["reward"],
    ]
    for (_, rows), cells in zip(board.groupby("task", sort=False), ([0, 4], [4, 8], [8, 10]), strict=True):
        assert (np.diff(rows["final"]) <= 0).all()
        assert len(rows) == cells[1] - cells[0]
    bandit = board[board["task"] == "boltzmann/GaussianBandit-v0"].set_index("agent")
    assert bandit.index[-1] == "Uniform()"
    (cell,) = (cell for cell in results.cells() if cell.agent == "SampleAverage(Greedy())")
    totals = cell.metrics["reward"].sum(axis=1) * 2  # windows of two steps
    assert bandit.loc["Greedy()", "cumulative"] == pytest.approx(totals.mean())
    assert bandit.loc["Greedy()", "cumulative_half_width"] == pytest.approx(interval(totals)[1])


def test_regret_is_best_when_small(results):
    board = leaderboard(results, "gap")
    rows = board[board["task"] == "boltzmann/GaussianBandit-v0"]
    assert (np.diff(rows["final"]) >= 0).all()
    assert not board["task"].str.startswith("Taxi").any()


def test_a_metric_that_no_task_has_is_refused(tmp_path):
    task = Task("boltzmann/GaussianBandit-v0", [SampleAverage(Greedy())], 20)
    results = run(Experiment([task], 2, 0), tmp_path, make=envs.make)
    for metric, message in (("return", "no task of .* has the metric 'return'"), ("joy", "metric must be one of")):
        with pytest.raises(RefusedError, match=message):
            leaderboard(results, metric)
        with pytest.raises(RefusedError, match=message):
            draw_learning_curves(results, metric)


@pytest.mark.parametrize(("discount", "metric"), [(0.99, "gap"), (0.9, "reward")])
def test_returns_are_judged_only_where_every_replicate_has_one(tmp_path, caplog, discount, metric):
    # Gaps are known where all agents share a discount.
    agents = [QLearning(Greedy()), QLearning(Uniform(), discount=discount)]
    task = Task("CliffWalking-v1(max_episode_steps=1000)", agents, 600)
    board = leaderboard(run(Experiment([task], 10, 0), tmp_path, make=envs.make))
    assert set(board["metric"]) == {metric}
    assert (board["replicates"] == 10).all()
    (record,) = (record for record in caplog.records if "ended no episode" in record.getMessage())
    assert "replicates ended no episode in the last tenth of the steps" in record.getMessage()


def test_where_every_step_pays_the_same_returns_are_judged_though_some_have_none(tmp_path, caplog):
    agents = [QLearning(Greedy()), QLearning(Uniform())]
    task = Task("CartPole-v1(bins=(1, 1, 6, 12))", agents, 400)
    board = leaderboard(run(Experiment([task], 10, 0), tmp_path, make=envs.make))
    assert set(board["metric"]) == {"return"}
    assert 0 < board["replicates"].min() < 10
    (record,) = (record for record in caplog.records if "ended no episode" in record.getMessage())
    assert "judged by return per episode" in record.getMessage()
    assert record.getMessage().endswith("these are left out")


def test_labels_shorten_only_what_is_the_same():
    policy = "Boltzmann(mylab.schedules:Halving(1.0, name='a.b:c'))"
    assert short_labels([f"QLearning({policy})", "QLearning(Uniform())"]) == [policy, "Uniform()"]
    assert short_labels(["QLearning(Greedy())", "QLearning(Uniform())"]) == ["Greedy()", "Uniform()"]
    for labels in (
        ["QLearning(Greedy())", "QLearning(Greedy(), step_size=0.5)"],
        ["SampleAverage(Greedy())", "QLearning(Uniform())"],
        ["Mine()", "Mine(1)"],
        ["not an expression", "QLearning(Greedy())"],
    ):
        assert short_labels(labels) == labels
