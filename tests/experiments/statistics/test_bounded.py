"""Intervals of bounded quantities stay within their bounds, cover there, and are no points."""

import numpy as np
import pytest

from boltzmann.experiments import METRICS, Judgement, averages, draw_learning_curves, leaderboard, write_report
from boltzmann.experiments.metrics import BY_KEY
from boltzmann.experiments.statistics import (
    bounded_mean,
    difference_text,
    estimate_interquartile_mean,
    estimate_median,
    estimate_probability_of_improvement,
    final_text,
    interval,
    paired_difference,
    with_ends,
    with_half_width,
    with_interval,
)
from boltzmann.experiments.studies.sweep import BestTemperature
from boltzmann.experiments.studies.sweep_tables import best_table
from tests.experiments.statistics.test_coverage import agrees
from tests.support.frequencies import fresh_rng
from tests.support.html_page import Page
from tests.support.paths import ROOT
from tests.support.rewards import store_rewards

LAWS = {
    "uniform": (lambda rng, shape: rng.random(shape), 0.5),
    "one in a hundred fails": (lambda rng, shape: (rng.random(shape) < 0.99).astype(float), 0.99),
    "one in ten fails": (lambda rng, shape: (rng.random(shape) < 0.9).astype(float), 0.9),
}
COVERED = {
    ("uniform", 10): (0.9462, 200_000),
    ("uniform", 200): (0.9497, 50_000),
    ("one in a hundred fails", 200): (0.99878, 50_000),
    ("one in ten fails", 10): (0.998485, 200_000),
    ("one in ten fails", 30): (0.99779, 200_000),
    ("one in ten fails", 200): (0.92684, 50_000),
}
"""The share that so many simulated intervals of 95 % covered."""


@pytest.mark.parametrize(("law", "replicates"), COVERED)
def test_they_cover_as_stated(law, replicates):
    draw, truth = LAWS[law]
    value, low, high = bounded_mean(draw(fresh_rng(), (replicates, 10_000)), (0.0, 1.0))
    assert ((low >= 0) & (low <= value) & (value <= high) & (high <= 1)).all()
    assert agrees((low <= truth) & (truth <= high), *COVERED[law, replicates])


def test_an_interval_that_is_cut_off_alone_is_caught():
    """The planted fault: without the exact interval at a bound nearly nothing is covered."""
    draw, truth = LAWS["one in a hundred fails"]
    samples = draw(fresh_rng(), (10, 10_000))
    exact, cut = (bounded_mean(samples, (0.0, 1.0), widen=widen) for widen in (True, False))
    covered = [(estimate.low <= truth) & (truth <= estimate.high) for estimate in (exact, cut)]
    assert covered[0].mean() > 0.999
    assert not agrees(covered[1], 0.95, 100_000)
    assert covered[1].mean() < 0.15


def test_where_no_bound_is_near_nothing_changes():
    samples = np.random.default_rng(0).normal(0.5, 0.01, size=(20, 50))
    mean, half = interval(samples)
    for bounds in ((0.0, 1.0), (-np.inf, np.inf)):
        np.testing.assert_array_equal(bounded_mean(samples, bounds), [mean, mean - half, mean + half])
    alike = bounded_mean(np.full(5, 0.5), (0.0, 1.0))
    assert alike.low == alike.high == 0.5
    assert np.isnan(bounded_mean([1.0], (0.0, 1.0)).low)
    assert bounded_mean(np.zeros(5), (0.0, np.inf)).high == 0


@pytest.mark.parametrize("replicates", [2, 5, 6, 10, 200])
def test_differences_at_a_bound_agree_with_their_test(replicates):
    ones = np.ones(replicates)
    value, low, high, p_value, _ = paired_difference(ones, 0 * ones, bounds=(-1.0, 1.0))
    assert (value, high) == (1.0, 1.0)
    assert (low > 0) == (p_value < 0.05)
    assert low == pytest.approx(2 * 0.025 ** (1 / replicates) - 1)


def test_other_centres_and_the_probability_of_improvement_are_no_points_at_a_bound():
    median = estimate_median(np.ones(12), rng=0, bounds=(0.0, 1.0))
    # Twelve runs at 1, with fewer than half of all there, have a probability of 2^-12: the median is 1.
    assert (median.low, median.high) == (1.0, 1.0)
    middle = estimate_interquartile_mean(np.ones(12), rng=0, bounds=(0.0, 1.0))
    assert middle.low == pytest.approx(2 * 0.025 ** (1 / 12) - 0.5)
    reach = 0.025 ** (1 / 25)
    for sign, name, end in ((1, "low", reach), (-1, "high", 1 - reach)):
        estimate = estimate_probability_of_improvement(np.arange(50.0) + sign * 100, np.arange(50.0), rng=0)
        assert getattr(estimate, name) == pytest.approx(end)


def bounded_results(folder):
    rng = np.random.default_rng(1)
    rows = [rng.beta(20, 0.5, 12), rng.beta(0.5, 20, 12), np.ones(12)]
    arrays = dict.fromkeys(("optimal", "greedy"), rows)
    entropies = [np.log(4) - 0.3 * row * (row > 0.99) for row in rows]
    gaps = [0.01 * rng.exponential(size=12) ** 3 for _ in rows]
    return store_rewards(folder, ["A()", "B()", "C()"], rows, entropy=entropies, gap=gaps, temperature=gaps, **arrays)


@pytest.mark.parametrize("metric", ["optimal", "gap"])
def test_tables_stay_within_the_bounds(metric, tmp_path):
    results, (bottom, top) = bounded_results(tmp_path / "r"), BY_KEY[metric].bounds
    board, table = leaderboard(results, metric), averages(results, metric, rng=0)
    final = table[table["value"] == "final"]
    for low, high, steps in (
        (board["final_low"], board["final_high"], 1),
        (board["cumulative_low"], board["cumulative_high"], 20),
        (final["low"], final["high"], 1),
    ):
        assert (low >= bottom).all()
        assert (high <= steps * top).all()
    assert (board["final_low"] < board["final_high"]).all()
    assert (board["difference_low"] >= bottom - top).all()
    assert (board["difference_high"] <= top - bottom).all()


@pytest.mark.parametrize("metric", [metric.key for metric in METRICS if metric.bounds[0] == 0])
def test_bands_stay_within_the_bounds(metric, tmp_path):
    bottom, top = (0.0, np.log(4)) if metric == "entropy" else BY_KEY[metric].bounds
    for panel in draw_learning_curves(bounded_results(tmp_path / "r"), [metric]).axes:
        edges = np.concatenate([path.vertices[:, 1] for band in panel.collections for path in band.get_paths()])
        assert bottom <= edges.min()
        assert edges.max() <= top + 1e-12


def test_the_page_shows_both_ends_where_a_bound_cuts_one_off(tmp_path):
    results = bounded_results(tmp_path / "r")
    write_report(results, tmp_path / "report.html", metric="optimal")
    texts = [text.replace("\xa0", " ") for text in Page((tmp_path / "report.html").read_text("utf-8")).texts["td"]]
    assert all(final_text(row) in texts for row in Judgement(results, "optimal").tasks[0].rows)
    assert "1.00 [0.74, 1.00]" in texts


def lies_in(metric):
    """Where a metric lies, as the table of the docs writes it."""
    bottom, top = metric.bounds
    if bottom == -np.inf:
        return ""
    if metric.top is not None:
        return "[0, log K]"
    return "[0, 1]" if top == 1 else "[0, inf)"


def test_a_metric_declares_its_bounds_and_the_docs_say_them():
    lines = (ROOT / "docs" / "running.md").read_text().splitlines()
    rows = [[cell.strip(" `") for cell in line.split("|")] for line in lines if line.startswith("| `")]
    written = {cells[1]: (cells[2], cells[4]) for cells in rows if cells[1] in BY_KEY}
    assert written == {metric.key: (metric.name, lies_in(metric)) for metric in METRICS}


def test_no_number_is_written_as_minus_zero():
    row = {"final": -0.0, "final_low": -1e-9, "final_high": 1e-9, "replicates": 2}
    row |= {"difference": -1e-7, "difference_low": -0.001, "difference_high": 0.001}
    best = BestTemperature("t", "gap", 0.0, -1e-9, -0.1, 0.1, 0.0, 0.0, -0.0, -0.0)
    texts = [
        *(with_half_width(-1e-9, 0.1), with_ends(-1e-9, -1e-9, 1.0), with_interval(-1e-9, -1.0, 1.0)),
        *(with_interval(-1e-9, -1e-9, 1.0), final_text(row), difference_text(row), *best_table([best]).rows[0]),
        f"{bounded_mean([-0.0, -0.0]).value}",
    ]
    words = [word.strip("[],") for text in texts for word in text.split()]
    assert not [word for word in words if word.startswith("-") and not word.strip("-0.")]


def test_the_exported_table_holds_no_minus_zero(tmp_path):
    results = store_rewards(tmp_path / "r", ["A()"], [[-0.0, -0.0]])
    assert "-0.0" not in results.table().to_csv()
