"""One number with one interval for a whole suite of tasks."""

import numpy as np
import pytest

from boltzmann.experiments import Judgement, RefusedError, write_report
from boltzmann.experiments.describe.plan import TaskPlan
from boltzmann.experiments.figures import FIGURES
from boltzmann.experiments.statistics import AGGREGATES, stratified_bootstrap, suite
from scripts.support import console
from tests.experiments.statistics.test_coverage import agrees
from tests.support.frequencies import fresh_rng
from tests.support.html_page import Page
from tests.support.rewards import store_tasks

# rliable 1.2.0: get_interval_estimates({"a": golden_scores()}, ..., reps=20000, random_state=RandomState(1)).
GOLDEN = {
    "interquartile mean": (0.7021, 0.65421925, 0.7504609999999999),
    "mean": (0.759905, 0.7077, 0.81337075),
    "median": (0.6856, 0.602999375, 0.81600125),
    "optimality gap": (0.323935, 0.29126, 0.35644562499999983),
}


def golden_scores():
    scores = np.random.RandomState(7).gamma(2.0, 0.3, size=(40, 5))
    return np.round(scores + np.linspace(0, 0.4, 5), 3)


@pytest.mark.parametrize("name", AGGREGATES)
def test_the_aggregates_are_rliables(name):
    value, low, high = stratified_bootstrap(golden_scores(), AGGREGATES[name], rng=0, resamples=20_000)
    wanted, wanted_low, wanted_high = GOLDEN[name]
    assert value == pytest.approx(wanted, abs=1e-12)
    # Expanding the percentiles for forty runs widens the interval by 2 %; the rest is the chance of the draws.
    assert high - low == pytest.approx(1.02 * (wanted_high - wanted_low), rel=0.03)
    assert (low, high) == pytest.approx((wanted_low, wanted_high), abs=0.006)


def test_runs_are_drawn_within_each_task():
    # The tasks differ a lot and their runs not at all: drawing over all runs would mix them.
    scores = np.tile([0.0, 10.0, 20.0], (5, 1))
    value, low, high = stratified_bootstrap(scores, AGGREGATES["mean"], rng=0)
    assert value == low == high == 10.0
    assert np.isnan(stratified_bootstrap([[1.0, 2.0]], AGGREGATES["mean"], rng=0).low)
    with pytest.raises(ValueError, match=r"scores must have shape \(R, M\) with at least one task, got \(3,\)"):
        stratified_bootstrap([1.0, 2.0, 3.0], AGGREGATES["mean"], rng=0)


@pytest.mark.parametrize("runs", [5, pytest.param(30, marks=pytest.mark.slow)])
def test_intervals_cover_and_narrow_ones_are_caught(runs):
    rng, spreads = fresh_rng(), np.array([0.5, 1.0, 1.0, 2.0, 3.0])
    estimates = [
        stratified_bootstrap(spreads * rng.normal(size=(runs, 5)), AGGREGATES["mean"], rng=rng, resamples=500)
        for _ in range(1000)
    ]
    low, high = np.array([estimate[1:] for estimate in estimates]).T
    assert agrees((low <= 0) & (high >= 0), *COVERED[runs])
    # The planted fault: intervals as of half the spread.
    assert not agrees((low + high) ** 2 <= ((high - low) / 2) ** 2, *COVERED[runs])


COVERED = {5: (0.9235, 4000), 30: (0.9464, 2500)}
"""The share that so many simulated intervals of 95 % covered."""


def two_tasks(folder, finals):
    tasks = [TaskPlan(f"{name}-v0", ("A()", "B()", "C()"), 20) for name in ("One", "Two")]
    return store_tasks(folder, tasks, finals)


@pytest.fixture
def judgement(tmp_path):
    rng = np.random.default_rng(0)
    return Judgement(two_tasks(tmp_path / "r", [rng.normal(mean, 0.1, 20) for mean in (0, 1, 2, 0, 500, 400)]))


def test_scores_are_normalised_by_the_means_of_the_agents(judgement):
    table = suite(judgement, rng=0).set_index(["aggregate", "agent"])
    means = table.loc["mean", "estimate"]
    assert means["A()"] == pytest.approx(0.0, abs=1e-12)
    assert means["B()"] == pytest.approx((0.5 + 1) / 2, abs=0.03)
    assert means["C()"] == pytest.approx((1 + 0.8) / 2, abs=0.03)
    assert list(dict.fromkeys(table.index.get_level_values("agent")))[-1] == "A()"
    assert (table["low"] < table["high"]).all()
    assert set(table["tasks"]) == {2}
    own = suite(judgement, rng=0, references={"One-v0": (0.0, 4.0), "Two-v0": (0.0, 1000.0)})
    own = own.set_index(["aggregate", "agent"])["estimate"]["mean"]
    assert own["C()"] == pytest.approx((0.5 + 0.4) / 2, abs=0.02)
    with pytest.raises(RefusedError, match="two different finite numbers for a task, got 'One-v0'"):
        suite(judgement, rng=0, references={"One-v0": (1.0, 1.0)})
    with pytest.raises(RefusedError, match="got 'Three'"):
        suite(judgement, rng=0, references={"Three": (0.0, 1.0)})


def test_a_single_task_has_no_suite(tmp_path):
    results = store_tasks(tmp_path / "r", [TaskPlan("One-v0", ("A()", "B()"), 20)], [[1.0, 2.0] * 5, [2.0, 3.0] * 5])
    assert Judgement(results).suite.empty


def test_text_page_and_figure_show_it(judgement, tmp_path, capsys):
    console.print_leaderboard(judgement)
    assert "2 tasks together" in capsys.readouterr().out
    write_report(judgement.results, tmp_path / "report.html")
    page = Page((tmp_path / "report.html").read_text("utf-8"))
    assert "All tasks together" in page.texts["h2"]
    assert any(text.startswith("2 tasks together") for text in page.texts["caption"])
    assert {"interquartile mean", "optimality gap"} <= set(page.texts["th"]) & set(page.texts["caption"])
    (entry,) = [entry for entry in FIGURES if entry.file == "aggregates.png"]
    titles = [panel.get_title(loc="left") for panel in entry.draw(judgement).axes]
    assert titles == ["interquartile mean", "mean", "median", "optimality gap (less is better)"]
