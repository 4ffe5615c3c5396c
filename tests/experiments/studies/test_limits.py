"""The limits of the Gibbs distribution, and the sweep over the temperature whose ends they are."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import envs
from agents import QLearning, SampleAverage
from boltzmann import Boltzmann, Greedy, Uniform
from boltzmann.experiments import Experiment, RefusedError, Task, run
from boltzmann.experiments.studies import slopes as limits
from boltzmann.experiments.studies import sweep as sweeps
from boltzmann.experiments.studies.limits import draw_limits
from boltzmann.experiments.studies.slopes import (
    deviation_from_uniform,
    exploration_against_gaps,
    fit_high_temperatures,
    fit_low_temperatures,
)
from boltzmann.experiments.studies.sweep import best_temperatures, check_ends, gap_or_usual, sweep_temperatures
from boltzmann.experiments.studies.sweep_tables import best_table, ends_table, slope_tables, sweep_answer

SWEEP = [Boltzmann(temperature) for temperature in sweep_temperatures(0.01, 100.0, 1)]
levels = st.integers(-20, 20).map(lambda number: number / 4)
rows = st.lists(levels, min_size=2, max_size=8).filter(lambda row: len(set(row)) > 1)


@given(rows)
def test_both_slopes_and_factors_are_those_of_the_first_terms(row):
    # Levels stand a quarter apart at least and 10 at most, so the next term at e^-40 is e^-1 of the first there, and
    # e^-15 at e^-600: it bends the fitted line by at most some thousandths.
    low, high = fit_low_temperatures(row), fit_high_temperatures(row)
    top, second = sorted(set(row))[-1:-3:-1]
    assert low.predicted_slope == second - top
    assert low.predicted_factor == row.count(second) / row.count(top)
    assert low.slope == pytest.approx(second - top, rel=2e-3)
    assert high.slope == pytest.approx(-1.0, abs=1e-4)
    assert high.factor == pytest.approx(1.0, abs=1e-4)


@given(rows, st.floats(1e-3, 1e3))
def test_units_do_not_matter(row, unit):
    scaled = [unit * value for value in row]
    assert fit_low_temperatures(scaled).slope == pytest.approx(unit * fit_low_temperatures(row).slope, rel=1e-9)
    assert fit_high_temperatures(scaled).factor == pytest.approx(fit_high_temperatures(row).factor, rel=1e-9)


def test_a_wrong_law_is_seen(monkeypatch):
    """Planted: exploration that halves where it should fall by e, and a distance that falls as 1 / T^2."""
    monkeypatch.setattr(limits, "_exploration", lambda row, T: np.exp2(-4.0 / T))
    monkeypatch.setattr(limits, "_deviations", lambda row, T: (row - row.mean()) / (len(row) * T[:, None] ** 2))
    low, high = fit_low_temperatures([0.0, 1.0, 5.0]), fit_high_temperatures([0.0, 1.0, 5.0])
    assert low.slope == pytest.approx(-4.0 * math.log(2))
    assert low.predicted_slope == -4.0
    assert high.slope == pytest.approx(-2.0)
    assert abs(high.factor - 1.0) > 0.9


def test_two_actions_are_as_the_logistic_function_says():
    measured, law = exploration_against_gaps([3.0, 1.0], [0.5, 30.0])
    assert measured == pytest.approx([1 / (1 + math.exp(0.5)), math.exp(-30.0)], rel=1e-12)
    assert law == pytest.approx(np.exp([-0.5, -30.0]))
    measured, law = deviation_from_uniform([3.0, 1.0], [0.5, 1e6])
    # pi = 1 / (1 + exp(-2 / T)), so that 2 pi - 1 = tanh(1 / T), T in units of |Q - mean Q| = 1.
    assert measured == pytest.approx([math.tanh(2.0), 1e-6], rel=1e-9)
    assert list(law) == [2.0, 1e-6]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([1.0, 1.0], "values must not be all the same, got 1.0 2 times"),
        ([1.0], "values must have shape"),
        ([[1.0, 2.0]], "values must have shape"),
        ([1.0, math.inf], "values must be finite, got inf"),
    ],
)
def test_values_without_limits_are_refused(values, message):
    for fit in (fit_low_temperatures, fit_high_temperatures):
        with pytest.raises(ValueError, match=message):
            fit(values)


def test_sweeps_reach_both_ends():
    assert sweep_temperatures(1e-6, 1e6, 3)[:3] == [0.0, 1e-6, 2.15e-6]
    assert len(sweep_temperatures(1e-6, 1e6, 3)) == 39
    assert sweep_temperatures(1.0, 2.0, 1) == [0.0, 1.0, 2.0, math.inf]
    for wrong, message in (
        ((0.0, 1.0, 1), r"low must be in \(0, inf\), got 0.0"),
        ((1.0, math.inf, 1), r"high must be in \(0, inf\), got inf"),
        ((2.0, 1.0, 1), "high must be above low, 2.0, got 1.0"),
        ((1.0, 2.0, 0), "per_decade must be at least 1, got 0"),
    ):
        with pytest.raises(ValueError, match=message):
            sweep_temperatures(*wrong)


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    bandit = [SampleAverage(policy) for policy in (*SWEEP, Greedy(), Uniform())]
    lake = [QLearning(policy) for policy in (*SWEEP, Greedy(), Uniform())]
    tasks = [Task("boltzmann/GaussianBandit-v0", bandit, 200), Task("FrozenLake-v1", lake, 200)]
    return run(Experiment(tasks, 12, 3, points=20), tmp_path_factory.mktemp("sweep"), make=envs.make)


@pytest.mark.parametrize("engine", ["lockstep", "auto"])
def test_the_ends_are_greedy_and_uniform_to_the_last_bit(engine, tmp_path):
    """On either engine; bandits without a compiled form and episodes that end are among the tasks."""
    policies = [Boltzmann(0), Boltzmann(math.inf), Greedy(), Uniform()]
    tasks = [
        Task("boltzmann/DriftingBandit-v0", [SampleAverage(policy) for policy in policies], 60),
        Task("boltzmann/Chain-v0", [QLearning(policy) for policy in policies], 60),
        Task("CliffWalking-v1(max_episode_steps=20)", [QLearning(policy) for policy in policies], 60),
    ]
    results = run(Experiment(tasks, 5, 0), tmp_path / engine, make=envs.make, engine=engine)
    checks = check_ends(results)
    assert len(checks) == 6
    assert not [check for check in checks if check.differing]
    assert all(check.numbers == 8 * 5 * 60 for check in checks)
    assert {row[-1] for row in ends_table(checks).rows} == {"yes"}


def test_an_end_that_differs_is_reported(swept, monkeypatch):
    """Next to zero is not zero: greedy breaks ties of the values in other ways than T = 0.01."""
    monkeypatch.setattr(sweeps, "ENDS", {"Boltzmann(1.0)": "Greedy()"})
    checks = check_ends(swept)
    assert "reward" in checks[0].differing
    assert "temperature" in checks[0].differing
    assert ends_table(checks).rows[0][-1].startswith("no: reward")
    assert "Ends that differ from their policy: Boltzmann(1.0) on" in sweep_answer([], checks)[0]
    monkeypatch.setattr(sweeps, "ENDS", {"Boltzmann(0.0)": "Nobody()"})
    with pytest.raises(RefusedError, match=r"must hold Nobody\(\)"):
        check_ends(swept)


def test_the_best_temperature_is_that_of_the_means(swept):
    bandit, lake = best_temperatures(swept, "gap")
    cells = [cell for cell in swept.cells() if cell.task == bandit.task]
    means = {cell.agent: cell.metrics["gap"][:, -2:].mean() for cell in cells}
    assert bandit.value == pytest.approx(min(means.values()))
    assert means[f"SampleAverage(Boltzmann({bandit.temperature}))"] == pytest.approx(bandit.value)
    assert bandit.lowest <= bandit.temperature <= bandit.highest < math.inf
    assert bandit.greedy == pytest.approx(means["SampleAverage(Greedy())"])
    assert bandit.uniform == pytest.approx(means["SampleAverage(Uniform())"])
    assert lake.metric == "gap"
    assert gap_or_usual(swept) == "gap"
    answer = sweep_answer([bandit, lake], check_ends(swept))
    assert len(answer) == 3
    assert f"best constant temperature is T = {bandit.temperature:g}" in answer[0]
    assert "byte by byte" in answer[-1]
    assert len(best_table([bandit, lake]).rows) == 2


def test_a_sweep_without_ends_is_refused(tmp_path):
    agents = [SampleAverage(Boltzmann(1.0)), SampleAverage(Boltzmann(2.0))]
    results = run(Experiment([Task("boltzmann/GaussianBandit-v0", agents, 5)], 3, 0), tmp_path, make=envs.make)
    with pytest.raises(RefusedError, match=r"must hold Boltzmann\(0.0\) and Boltzmann\(inf\)"):
        best_temperatures(results)


def test_the_figure_shows_every_row_beside_its_law():
    values = {"one": [0.0, 1.0], "two": [0.0, 1.0, 3.0]}
    cold, hot = draw_limits(values).axes
    assert len(cold.lines) == len(hot.lines) == 4
    assert [text.get_text() for text in hot.get_legend().get_texts()] == ["one", "two"]
    marks, law = cold.lines[1].get_xydata(), cold.lines[0].get_xydata()
    assert marks[-1] == pytest.approx(law[-1] if marks[-1, 0] == law[-1, 0] else law[-2], rel=1e-6)
    for table in slope_tables(values):
        assert [row[0] for row in table.rows] == ["one", "two"]
        assert all(float(row[3]) < 1e-4 for row in table.rows)
