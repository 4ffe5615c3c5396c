"""Leaderboards: ties with the best agent, differences, and the sentences about them."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import envs
from agents import SampleAverage
from boltzmann import Boltzmann, Greedy, Uniform
from boltzmann.experiments import (
    Experiment,
    FewReplicatesWarning,
    RefusedError,
    Task,
    answers,
    averages,
    draw_differences,
    leaderboard,
    run,
)
from boltzmann.experiments.statistics import (
    final,
    find_agent,
    holm,
    holm_of_pairs,
    interquartile_mean,
    pairwise_p_values,
    task_evidence,
)
from tests.support.frequencies import FALSE_ALARM, fresh_rng

BANDIT = "boltzmann/GaussianBandit-v0"


def finals(results, metric):
    """Final values of the bandit's agents, by their labels."""
    return {
        cell.agent.removeprefix("SampleAverage(")[:-1]: final(cell, metric)
        for cell in results.cells()
        if cell.task == BANDIT
    }


@pytest.mark.parametrize("metric", ["reward", "gap"])
def test_ties_and_differences_are_those_of_plain_tests(results, metric):
    rows = leaderboard(results, metric).groupby("task", sort=False).get_group(BANDIT).set_index("agent")
    values, labels = finals(results, metric), list(rows.index)
    pairs = [(agent, better) for index, agent in enumerate(labels) for better in labels[:index]]
    tests = [stats.ttest_rel(values[agent], values[better]) for agent, better in pairs]
    order = np.argsort([test.pvalue for test in tests])
    corrected = np.maximum.accumulate([(len(pairs) - k) * tests[index].pvalue for k, index in enumerate(order)])
    p_values = {pairs[index]: min(1.0, p) for index, p in zip(order, corrected, strict=True)}
    assert set(rows["compared_with"]) == {labels[0]}
    assert not rows["tied"].iloc[0]
    for label in labels[1:]:
        row, test = rows.loc[label], tests[pairs.index((label, labels[0]))]
        assert row["difference"] == pytest.approx(np.mean(values[label] - values[labels[0]]))
        ends = test.confidence_interval(0.95)
        assert (row["difference_low"], row["difference_high"]) == pytest.approx((ends.low, ends.high))
        assert row["p_value"] == pytest.approx(p_values[label, labels[0]])
        assert row["tied"] == (p_values[label, labels[0]] > 0.05)
    assert set(rows["tied"]) == {True, False}


def test_a_baseline_is_compared_with_the_others_alone(results):
    board = leaderboard(results, "reward", baseline="EpsilonGreedy(0.1)", confidence=0.9)
    rows = board[board["task"] == BANDIT].set_index("agent")
    values = finals(results, "reward")
    others = [label for label in rows.index if label != "EpsilonGreedy(0.1)"]
    tests = [stats.ttest_rel(values[label], values["EpsilonGreedy(0.1)"]) for label in others]
    np.testing.assert_allclose(rows.loc[others, "p_value"], holm([test.pvalue for test in tests]))
    np.testing.assert_allclose(rows.loc[others, "difference_low"], [t.confidence_interval(0.9).low for t in tests])
    assert rows.loc["EpsilonGreedy(0.1)", "difference"] == 0
    # Ties are with the best, whatever the baseline.
    best = leaderboard(results, "reward", confidence=0.9)
    assert list(best["tied"]) == list(board["tied"])


def test_a_baseline_has_its_label_or_its_whole_expression(results):
    assert set(leaderboard(results, "gap", baseline="Greedy()")["compared_with"]) == {"Greedy()"}
    assert find_agent("QLearning(Greedy())", ["QLearning(Uniform())", "QLearning(Greedy())"], "lake") == 1
    # The taxi has no greedy agent.
    for name in ("Greedy()", "Boltzmann(3.0)"):
        with pytest.raises(RefusedError, match=r"baseline must be an agent of every task, got .* has Boltzmann\(0.2\)"):
            leaderboard(results, baseline=name)
    with pytest.raises(ValueError, match="confidence must be in"):
        leaderboard(results, confidence=95)


def test_few_replicates_warn_once(tmp_path):
    agents = [SampleAverage(policy) for policy in (Boltzmann(0.2), Greedy(), Uniform())]
    results = run(Experiment([Task(BANDIT, agents, 20)], 4, 0), tmp_path, make=envs.make)
    for call in (leaderboard, draw_differences, partial(averages, rng=0)):
        with pytest.warns(FewReplicatesWarning, match="4 replicates") as warned:
            call(results)
        assert len(warned) == 1


def test_no_difference_is_significant_with_a_single_replicate(tmp_path):
    agents = [SampleAverage(policy) for policy in (Boltzmann(0.2), Greedy())]
    results = run(Experiment([Task(BANDIT, agents, 20)], 1, 0), tmp_path, make=envs.make)
    with pytest.warns(FewReplicatesWarning, match="1 replicate:"):
        board = leaderboard(results)
    assert list(board["tied"]) == [False, True]
    board["final"] = [2.0, 1.0]
    assert answers(board)[BANDIT].endswith("by its mean; one replicate allows no test.")
    assert task_evidence(board.to_dict("records"), 0.95, "block") == ["One block allows no test."]
    assert board[["p_value", "difference_low", "final_half_width"]].isna().all(axis=None)
    with pytest.warns(FewReplicatesWarning):
        draw_differences(results)


def test_averages_hold_all_three_with_their_ends(results):
    table = averages(results, "reward", rng=1, resamples=200).set_index(["task", "agent", "value", "average"])
    values = finals(results, "reward")["Greedy()"]
    row = table.loc[(BANDIT, "Greedy()", "final", "interquartile_mean")]
    assert row["estimate"] == pytest.approx(float(interquartile_mean(values)))
    assert table.loc[(BANDIT, "Greedy()", "final", "median"), "estimate"] == np.median(values)
    assert ((table["low"] <= table["estimate"]) & (table["estimate"] <= table["high"])).all()
    assert len(table) == 10 * 2 * 3
    assert (table["replicates"] == 30).all()
    again = averages(results, "reward", rng=1, resamples=200)
    pd.testing.assert_frame_equal(again, averages(results, "reward", rng=np.random.default_rng(1), resamples=200))


def test_averages_leave_out_missing_values(results):
    # In some replicates greedy ends no episode in the last tenth of 300 steps; the averages are still numbers.
    table = averages(results, "return", rng=0, resamples=50)
    assert not table[["estimate"]].isna().any(axis=None)
    assert table["replicates"].max() == 30


def board_of(tied, **columns):
    agents = [chr(ord("A") + index) for index in range(len(tied))]
    rows = {"task": "lake", "agent": agents, "metric": "reward", "replicates": 50, "tied": tied}
    falling = range(len(tied), 0, -1)
    return pd.DataFrame({**rows, "final": falling, "cumulative": falling, **columns})


END = "is best in the last tenth of the steps"


@pytest.mark.parametrize(
    ("board", "sentence"),
    [
        (board_of([False]), "A is the only agent: there is nothing to compare it with."),
        (
            board_of([False, False]),
            f"A {END}, and differs significantly from the other (95 % confidence, 50 replicates).",
        ),
        (
            board_of([False] * 3),
            f"A {END}, and differs significantly from all others (95 % confidence, 50 replicates).",
        ),
        (
            board_of([False, True]),
            f"A {END} by its mean, but B does not differ significantly from it (95 % confidence, 50 replicates).",
        ),
        (
            board_of([False, True, True]),
            f"A {END} by its mean, but none of the other 2 differs significantly from it (95 % confidence, 50 "
            "replicates).",
        ),
        (
            board_of([False, True, True, True, True, False]),
            f"A {END}; B, C, D and E do not differ significantly from it (95 % confidence, 50 replicates).",
        ),
        (
            board_of([False] + [True] * 6 + [False]),
            f"A {END}; B, C, D and 3 others do not differ significantly from it (95 % confidence, 50 replicates).",
        ),
        (
            board_of([False, True], final=[0.0, 0.0], cumulative=[1.0, 1.0]),
            "All agents have the same mean in the last tenth of the steps.",
        ),
        (board_of([False, False], replicates=0), "No agent has a value in the last tenth of the steps."),
        (
            board_of([False, False], cumulative=[1.0, 2.0], metric="gap"),
            f"A {END}, and differs significantly from the other (95 % confidence, 50 replicates).",
        ),
        (
            board_of([False, False], cumulative=[1.0, 2.0], replicates=1),
            f"A {END} by its mean; one replicate allows no test. Over all steps, B has the best mean total reward.",
        ),
    ],
)
def test_the_answer_is_a_sentence(board, sentence):
    assert answers(board) == {"lake": sentence}


@pytest.mark.slow
@pytest.mark.parametrize(("agents", "replicates"), [(3, 10), (8, 30), (20, 30)])
def test_equal_agents_differ_significantly_no_more_often_than_stated(agents, replicates):
    # In so many comparisons of agents that are all the same, at most 5 % may name one as worse than the best.
    trials, rng = 1000, fresh_rng()
    all_pairs = best_alone = 0
    for _ in range(trials):
        # Replicates differ from one another as much as agents' luck does: that is why they are paired.
        values = rng.normal(size=(replicates, agents)) + rng.normal(size=(replicates, 1))
        p_values, best = pairwise_p_values(values), values.mean(axis=0).argmax()
        all_pairs += np.nanmin(holm_of_pairs(p_values)[best]) <= 0.05
        best_alone += np.nanmin(holm(p_values[best])) <= 0.05
    limit = stats.binom.isf(FALSE_ALARM, trials, 0.05)
    assert all_pairs <= limit
    if agents == 20:
        # Correcting for the comparisons with the best alone forgets that the same data chose it (22 % at 20 agents).
        assert best_alone > limit


def test_the_planted_differences_are_found():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(100, 1)) + 0.1 * rng.normal(size=(100, 4)) + [0.0, 0.0, 0.2, 1.0]
    corrected = holm_of_pairs(pairwise_p_values(values))
    np.testing.assert_array_equal(corrected, corrected.T)
    assert corrected[0, 1] > 0.05
    assert (corrected[[0, 0, 1, 1, 2], [2, 3, 2, 3, 3]] < 1e-6).all()
    assert np.isnan(np.diag(corrected)).all()
