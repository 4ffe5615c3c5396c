"""A metric against a number of the agents."""

import numpy as np
import pytest

import envs
from agents import QLearning, SampleAverage
from boltzmann import Boltzmann, EpsilonGreedy, Greedy, Uniform
from boltzmann.experiments import (
    Experiment,
    RefusedError,
    Task,
    draw_sensitivity,
    interval,
    leaderboard,
    run,
    save_figure,
)
from boltzmann.experiments.charts import positions_with_ends
from boltzmann.experiments.statistics import final
from tests.support.figures import named

BANDIT = "boltzmann/GaussianBandit-v0"


@pytest.fixture(scope="module")
def sweep(tmp_path_factory):
    agents = [SampleAverage(Boltzmann(T)) for T in (10.0, 0.0, 0.1, 1.0, float("inf"))]
    agents += [SampleAverage(policy) for policy in (Greedy(), Uniform(), EpsilonGreedy(0.1), EpsilonGreedy(0.5))]
    lake = [QLearning(Greedy()), QLearning(Uniform())]
    tasks = [Task(BANDIT, agents, 60), Task("FrozenLake-v1", lake, 60)]
    return run(Experiment(tasks, 12, 2), tmp_path_factory.mktemp("sweep"), make=envs.make, engine="lockstep")


def test_the_sensitivity_has_both_ends(sweep, tmp_path):
    figure = draw_sensitivity(sweep)
    save_figure(figure, tmp_path / "figure.svg")
    (panel,) = figure.axes
    assert panel.get_xlabel() == "T in Boltzmann(T), in units of the values"
    assert [text.get_text() for text in panel.get_xticklabels()] == ["0", "0.1", "1", "10", "∞"]
    board = leaderboard(sweep, "reward").set_index("agent")
    order = [f"Boltzmann({T})" for T in ("0.0", "0.1", "1.0", "10.0", "inf")]
    np.testing.assert_allclose(panel.get_lines()[0].get_ydata(), board["final"][order])
    np.testing.assert_allclose(panel.get_lines()[0].get_xdata(), [-1.5, -1, 0, 1, 1.5])
    assert len(panel.get_lines()[1].get_xdata()) == 3
    assert set(named(panel)) == {"Greedy()", "Uniform()", "EpsilonGreedy(0.1)", "EpsilonGreedy(0.5)"}
    cells = {cell.agent: cell for cell in sweep.cells()}
    mean, half = interval(final(cells["SampleAverage(Boltzmann(1.0))"], "reward"))
    band = panel.collections[-1].get_paths()[0].vertices
    assert np.ptp(band[np.isclose(band[:, 0], 0.0), 1]) == pytest.approx(2 * half)
    assert band[np.isclose(band[:, 0], 0.0), 1].mean() == pytest.approx(mean)


def test_any_number_of_the_agents_can_be_swept(sweep):
    (panel,) = draw_sensitivity(sweep, "SampleAverage(EpsilonGreedy(epsilon))").axes
    assert panel.get_xlabel() == "epsilon in SampleAverage(EpsilonGreedy(epsilon))"
    assert [text.get_text() for text in panel.get_xticklabels()] == ["0.1", "0.5"]
    # The best six of the seven others.
    assert len(named(panel)) == 6


@pytest.mark.parametrize(
    ("family", "message"),
    [
        ("Boltzmann(0.1)", "family must hold one name where the number stands"),
        ("Boltzmann(Linear(T, x, 10))", "family must hold one name"),
        ("Boltzmann(", "family must hold one name"),
        ("Boltzmann(Linear(T, 0.1, 10))", "no task of .* has two agents of one family"),
    ],
)
def test_an_invalid_family_is_refused(sweep, family, message):
    with pytest.raises(RefusedError, match=message):
        draw_sensitivity(sweep, family)


def test_many_numbers_have_ticks_at_some_decades_and_both_ends(tmp_path):
    agents = [SampleAverage(Boltzmann(T)) for T in (0.0, *np.geomspace(1e-6, 1e6, 25).tolist(), float("inf"))]
    (panel,) = draw_sensitivity(run(Experiment([Task(BANDIT, agents, 5)], 2, 0), tmp_path, make=envs.make)).axes
    labels = [text.get_text() for text in panel.get_xticklabels()]
    assert (labels[0], labels[-1]) == ("0", "∞")
    assert 4 < len(labels) < 12


def test_only_0_and_infinity_stand_apart():
    np.testing.assert_allclose(positions_with_ends([0.0, float("inf")]), [-0.5, 0.5])
    np.testing.assert_allclose(positions_with_ends([1e-6, 1e6, 0.0]), [-6, 6, -6 - 1.44])
