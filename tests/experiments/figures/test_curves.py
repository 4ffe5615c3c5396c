"""Learning curves with everything in them, where it belongs."""

import numpy as np
import pytest

import envs
from agents import QLearning, SampleAverage
from boltzmann import Boltzmann, Greedy, Linear, Uniform
from boltzmann.experiments import (
    Experiment,
    RefusedError,
    Task,
    draw_differences,
    draw_learning_curves,
    draw_profiles,
    interval,
    leaderboard,
    run,
)
from boltzmann.experiments.figures import curves
from boltzmann.experiments.statistics import curve
from boltzmann.experiments.store.results import Cell
from tests.support.figures import lines_of, named, rows_of

BANDIT = "boltzmann/GaussianBandit-v0"


EVERYWHERE = {None, "reward"}
METRICS_OF = [EVERYWHERE | {"gap", "optimal"}, EVERYWHERE | {"return", "gap", "optimal"}, EVERYWHERE]


@pytest.mark.parametrize("metric", [None, "reward", "return", "gap", "optimal"])
def test_the_figure_shows_every_agent_of_every_task(results, metric, tmp_path):
    figure = draw_learning_curves(results, metric)
    # A low resolution takes a third of the time.
    figure.savefig(tmp_path / "figure.png", dpi=40)
    assert (tmp_path / "figure.png").stat().st_size > 5_000
    tasks = [row for row in range(3) if METRICS_OF[row] & {metric}]
    columns = 1 if metric == "optimal" else 2
    panels_left = list(figure.axes)
    for row in tasks:
        # The taxi with a fickle passenger has one panel, as wide as two.
        panels = [panels_left.pop(0) for _ in range(columns if row < 2 else 1)]
        spans = [panel.get_subplotspec().colspan for panel in panels]
        assert [column for span in spans for column in span] == list(range(columns))
        agents = results.plan.tasks[row].agents
        assert panels[0].get_title(loc="left") == results.plan.task_labels[row]
        assert len(lines_of(panels[0])) == len(agents)
        assert panels[0].get_xlabel() == "step"
        assert panels[0].get_ylabel()
        assert len(named(panels[-1])) == len(agents)
    assert not panels_left


def test_curves_are_the_means_with_their_bands(results):
    figure = draw_learning_curves(results)
    (cell,) = (cell for cell in results.cells() if cell.agent == "SampleAverage(Greedy())")
    line = lines_of(figure.axes[0])["Greedy()"]
    mean, half_width = interval(cell.metrics["reward"])
    np.testing.assert_allclose(line.get_ydata(), mean)
    np.testing.assert_allclose(line.get_xdata(), cell.steps - 1)
    bands = [band.get_paths()[0].vertices[:, 1] for band in figure.axes[0].collections]
    ends = (mean - half_width).min(), (mean + half_width).max()
    assert any((band.min(), band.max()) == pytest.approx(ends) for band in bands)
    # Labels follow the order of the line ends in the last panel.
    ends = {label: line.get_ydata()[-1] for label, line in lines_of(figure.axes[1]).items()}
    assert named(figure.axes[1]) == sorted(ends, key=lambda label: -ends[label])


def test_a_single_replicate_is_drawn_without_a_band(tmp_path):
    task = Task("boltzmann/GaussianBandit-v0", [SampleAverage(Greedy())], 20)
    figure = draw_learning_curves(run(Experiment([task], 1, 0), tmp_path, make=envs.make))
    assert not figure.axes[0].collections
    assert "1 replicate." in figure.get_supxlabel()


def test_twenty_agents_look_different(tmp_path):
    agents = [SampleAverage(Boltzmann(0.1 * (1 + index))) for index in range(20)]
    task = Task(BANDIT, agents, 20)
    results = run(Experiment([task], 10, 0), tmp_path, make=envs.make)
    figure = draw_learning_curves(results)
    lines = lines_of(figure.axes[0]).values()
    assert len({(line.get_color(), line.get_linestyle(), str(line._dash_pattern)) for line in lines}) == 20
    assert named(figure.axes[1]) == list(leaderboard(results)["agent"])
    # Twenty bands would hide the lines: only the best five have bands, and the caption says so.
    assert len(figure.axes[0].collections) == 5
    assert "of the best 5" in figure.get_supxlabel().replace("\n", " ")
    profiles = draw_profiles(results)
    assert len(profiles.axes[0].collections) == 3
    assert "bands of the best three" in profiles.get_supxlabel().replace("\n", " ")
    assert rows_of(draw_differences(results).axes[0]) == list(leaderboard(results)["agent"])


def test_metrics_are_drawn_by_name_a_panel_each(results):
    figure = draw_learning_curves(results, ["regret", "entropy", "temperature"])
    rows = [figure.axes[:3], figure.axes[3:6], figure.axes[6:]]
    assert [panel.get_ylabel() for panel in rows[0]] == [
        "regret so far",
        "entropy (nats)",
        "temperature (units of the values)",
    ]
    # The taxi with a fickle passenger has no known gap: its row begins with the next metric.
    assert [panel.get_ylabel() for panel in rows[2]] == ["entropy (nats)", "temperature (units of the values)"]
    (cell,) = (cell for cell in results.cells() if cell.agent == "SampleAverage(Greedy())")
    drawn = lines_of(rows[0][0])["Greedy()"]
    np.testing.assert_allclose(drawn.get_ydata()[-1], (cell.metrics["gap"] * cell.lengths).sum(axis=1).mean())
    assert drawn.get_xdata()[-1] == 200
    # A missing temperature draws no line but keeps its label; so does an infinite one.
    assert {"EpsilonGreedy(0.1) (no value)", "Boltzmann(0.2)"} <= set(named(rows[0][2]))
    assert "Uniform() (no value)" in named(rows[0][2])


def test_a_metric_that_was_not_recorded_is_refused(results):
    old = [Cell("task", "agent", np.array([1]), {"reward": np.zeros((1, 1))})]
    assert not np.isfinite(curve(old[0], "greedy")).any()
    with pytest.raises(RefusedError, match=r"metric must be one of reward, .*temperature, .*regret, got 'joy'"):
        draw_learning_curves(results, ["reward", "joy"])


def test_annealing_over_decades_is_drawn_on_a_logarithmic_axis(tmp_path):
    agents = [SampleAverage(Boltzmann(Linear(10.0, 0.01, 90))), SampleAverage(Boltzmann(0.1))]
    results = run(Experiment([Task(BANDIT, agents, 100)], 2, 0), tmp_path, make=envs.make)
    (panel,) = draw_learning_curves(results, "temperature").axes
    assert panel.get_yscale() == "log"


def test_a_line_goes_on_over_windows_in_which_no_episode_ended(tmp_path):
    # All episodes end together, every fifty steps, in windows of ten.
    task = Task("boltzmann/RiverSwim-v0(max_episode_steps=50)", [QLearning(Greedy()), QLearning(Uniform())], 500)
    results = run(Experiment([task], 3, 0, points=50), tmp_path, make=envs.make)
    panel = draw_learning_curves(results, "return").axes[0]
    for line in panel.get_lines()[:2]:
        assert len(line.get_xdata()) == 10
        assert np.isfinite(line.get_ydata()).all()


def test_a_few_wild_bands_do_not_flatten_the_lines():
    from matplotlib.figure import Figure

    steps, lines = np.arange(100), np.sin(np.arange(100) / 10)
    for wild, cut in ((5, True), (60, False)):
        panel = Figure().add_subplot()
        half = np.full(100, 0.1)
        half[:wild] = 1000.0
        panel.plot(steps, lines)
        panel.fill_between(steps, lines - half, lines + half)
        curves._cut_wild_bands(panel)
        low, high = panel.get_ylim()
        assert (-1.4 < low < -1 < 1 < high < 1.4) if cut else (low < -1000 < 1000 < high)


def test_a_caption_states_the_smallest_number_of_replicates(tmp_path):
    task = Task("CliffWalking-v1(max_episode_steps=1000)", [QLearning(Greedy()), QLearning(Uniform())], 600)
    figure = draw_learning_curves(run(Experiment([task], 10, 0), tmp_path, make=envs.make), "return")
    caption = " ".join(figure._supxlabel.get_text().split())
    assert "the mean over the replicates that ended an episode in it, near the end as few as" in caption
    assert "those with long episodes are missing more often" in caption
