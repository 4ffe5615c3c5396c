"""Figures with everything in them, where it belongs."""

import numpy as np
import pytest

import envs
from agents import QLearning, SampleAverage
from boltzmann import Boltzmann, EpsilonGreedy, Greedy, Linear, Uniform
from boltzmann.experiments import (
    Experiment,
    RefusedError,
    Task,
    draw_differences,
    draw_learning_curves,
    draw_profiles,
    draw_sensitivity,
    interval,
    leaderboard,
    run,
    save_figure,
)
from boltzmann.experiments.figures import curves
from boltzmann.experiments.figures.legends import spread
from boltzmann.experiments.figures.sensitivity import axis_positions
from boltzmann.experiments.statistics import curve, final
from boltzmann.experiments.statistics.families import hole_of, members, usual_family
from boltzmann.experiments.store.results import Cell

BANDIT = "boltzmann/GaussianBandit-v0"


def lines_of(panel):
    """The lines that have a name, under it."""
    return {line.get_label(): line for line in panel.get_lines() if not line.get_label().startswith("_")}


def named(panel):
    """The agents named beside a panel, from top to bottom."""
    if panel.get_legend() is not None:
        return [text.get_text() for text in panel.get_legend().get_texts()]
    beside = [text for text in panel.texts if text.get_gid() == "end label"]
    return [text.get_text() for text in sorted(beside, key=lambda text: -text.get_position()[1])]


EVERYWHERE = {None, "reward"}
METRICS_OF = [EVERYWHERE | {"gap", "optimal"}, EVERYWHERE | {"return", "gap", "optimal"}, EVERYWHERE]


@pytest.mark.parametrize("metric", [None, "reward", "return", "gap", "optimal"])
def test_the_figure_shows_every_agent_of_every_task(results, metric, tmp_path):
    figure = draw_learning_curves(results, metric)
    figure.savefig(tmp_path / "figure.png")
    assert (tmp_path / "figure.png").stat().st_size > 10_000
    tasks = [row for row in range(3) if METRICS_OF[row] & {metric}]
    columns = 1 if metric == "optimal" else 2
    panels_left = list(figure.axes)
    for row in tasks:
        # The whims of the taxi's passenger leave it one panel, which takes the place of two.
        panels = [panels_left.pop(0) for _ in range(columns if row < 2 else 1)]
        spans = [panel.get_subplotspec().colspan for panel in panels]
        assert [place for span in spans for place in span] == list(range(columns))
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
    # Named in the order in which the lines end in the last panel.
    ends = {label: line.get_ydata()[-1] for label, line in lines_of(figure.axes[1]).items()}
    assert named(figure.axes[1]) == sorted(ends, key=lambda label: -ends[label])


def test_a_single_replicate_is_drawn_without_a_band(tmp_path):
    task = Task("boltzmann/GaussianBandit-v0", [SampleAverage(Greedy())], 20)
    figure = draw_learning_curves(run(Experiment([task], 1, 0), tmp_path, make=envs.make))
    assert not figure.axes[0].collections
    assert "1 replicate." in figure.get_supxlabel()


def test_twenty_agents_can_be_told_apart(tmp_path):
    agents = [SampleAverage(Boltzmann(0.1 * (1 + place))) for place in range(20)]
    task = Task(BANDIT, agents, 20)
    results = run(Experiment([task], 10, 0), tmp_path, make=envs.make)
    figure = draw_learning_curves(results)
    lines = lines_of(figure.axes[0]).values()
    assert len({(line.get_color(), line.get_linestyle(), str(line._dash_pattern)) for line in lines}) == 20
    assert named(figure.axes[1]) == list(leaderboard(results)["agent"])
    # Twenty bands would bury the lines: the best five keep theirs, and the caption says so.
    assert len(figure.axes[0].collections) == 5
    assert "of the best 5" in figure.get_supxlabel().replace("\n", " ")
    profiles = draw_profiles(results)
    assert len(profiles.axes[0].collections) == 3
    assert "bands of the best three" in profiles.get_supxlabel().replace("\n", " ")
    assert len(draw_differences(results).axes[0].get_yticks()) == 20


def test_metrics_are_drawn_by_name_a_panel_each(results):
    figure = draw_learning_curves(results, ["regret", "entropy", "temperature"])
    rows = [figure.axes[:3], figure.axes[3:6], figure.axes[6:]]
    assert [panel.get_ylabel() for panel in rows[0]] == [
        "regret so far",
        "entropy (nats)",
        "temperature (units of the values)",
    ]
    # The whims of the taxi's passenger have no known gap: its row begins with what it has.
    assert [panel.get_ylabel() for panel in rows[2]] == ["entropy (nats)", "temperature (units of the values)"]
    (cell,) = (cell for cell in results.cells() if cell.agent == "SampleAverage(Greedy())")
    drawn = lines_of(rows[0][0])["Greedy()"]
    np.testing.assert_allclose(drawn.get_ydata()[-1], (cell.metrics["gap"] * cell.lengths).sum(axis=1).mean())
    assert drawn.get_xdata()[-1] == 200
    # No temperature is a line at no place, and named still; an infinite one has no place on the axis either.
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


@pytest.mark.parametrize(
    ("draw", "ending"), [(draw_learning_curves, "svg"), (draw_differences, "png"), (draw_profiles, "svg")]
)
def test_returns_say_how_episodes_are_aligned(results, draw, ending, tmp_path):
    figure = draw(results, "return")
    assert "Episodes are aligned on steps" in figure.get_supxlabel().replace("\n", " ")
    assert "Episodes" not in draw(results, "reward").get_supxlabel()
    save_figure(figure, tmp_path / f"figure.{ending}")
    assert (tmp_path / f"figure.{ending}").stat().st_size > 10_000


@pytest.mark.parametrize("baseline", [None, "Greedy()"])
def test_differences_are_those_of_the_leaderboard(results, baseline):
    figure = draw_differences(results, "gap", baseline=baseline)
    tasks = leaderboard(results, "gap", baseline=baseline).groupby("task", sort=False)
    for panel, (task, rows) in zip(figure.axes, tasks, strict=True):
        assert panel.get_title(loc="left") == task
        assert "← better   worse →" in panel.get_xlabel()
        assert [text.get_text() for text in panel.get_yticklabels()] == list(rows["agent"])
        dots = {line.get_ydata()[0]: line for line in panel.get_lines() if line.get_marker() == "o"}
        bars = {line.get_ydata()[0]: line for line in panel.get_lines() if len(line.get_xdata()) == 2}
        for place, row in enumerate(rows.to_dict("records")):
            if row["agent"] == row["compared_with"]:
                assert place not in dots
                continue
            assert dots[place].get_xdata()[0] == row["difference"]
            np.testing.assert_array_equal(bars[place].get_xdata(), [row["difference_low"], row["difference_high"]])
            assert (dots[place].get_markerfacecolor() == "white") == (row["p_value"] > 0.05)


@pytest.mark.parametrize(("metric", "sign"), [("reward", 1), ("gap", -1)])
def test_profiles_are_fractions_of_replicates(results, metric, sign):
    panel = draw_profiles(results, metric).axes[0]
    assert panel.get_ylabel() == ("replicates above τ" if sign > 0 else "replicates below τ")
    (cell,) = (cell for cell in results.cells() if cell.agent == "SampleAverage(Greedy())")
    line = lines_of(panel)["Greedy()"]
    expected = [(sign * final(cell, metric) > sign * tau).mean() for tau in line.get_xdata()]
    np.testing.assert_allclose(line.get_ydata(), expected)
    assert named(panel) == list(leaderboard(results, metric)["agent"][:4])
    assert len(panel.collections) == 3


@pytest.fixture(scope="module")
def sweep(tmp_path_factory):
    agents = [SampleAverage(Boltzmann(T)) for T in (10.0, 0.0, 0.1, 1.0, float("inf"))]
    agents += [SampleAverage(policy) for policy in (Greedy(), Uniform(), EpsilonGreedy(0.1), EpsilonGreedy(0.5))]
    lake = [QLearning(Greedy()), QLearning(Uniform())]
    tasks = [Task(BANDIT, agents, 60), Task("FrozenLake-v1", lake, 60)]
    return run(Experiment(tasks, 12, 2), tmp_path_factory.mktemp("sweep"), make=envs.make)


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
def test_a_family_that_is_none_is_refused(sweep, family, message):
    with pytest.raises(RefusedError, match=message):
        draw_sensitivity(sweep, family)


def cells_named(*policies, learner="QLearning({})"):
    agents = [learner.format(policy) for policy in policies]
    return {agent: Cell("task", agent, np.array([1]), {}) for agent in agents}


def test_members_of_a_family_differ_in_its_number_alone():
    cells = cells_named(
        "Boltzmann(Linear(1.0, 0.1, 100))",
        "Boltzmann(Linear(0.5, 0.1, 100))",
        "Boltzmann(Linear(0.5, 0.1, 200))",
        "Boltzmann(0.5)",
        "Boltzmann(inf)",
        "Boltzmann(True)",
        "Greedy(0.5)",
        "a.module:Mine(0.5)",
    )
    assert members(cells, "Boltzmann(Linear(T, 0.1, 100))") == {
        "QLearning(Boltzmann(Linear(0.5, 0.1, 100)))": 0.5,
        "QLearning(Boltzmann(Linear(1.0, 0.1, 100)))": 1.0,
    }
    constants = {"QLearning(Boltzmann(0.5))": 0.5, "QLearning(Boltzmann(inf))": np.inf}
    assert members(cells, "Boltzmann(T)") == constants
    assert members(cells, "QLearning(Greedy(x))") == {"QLearning(Greedy(0.5))": 0.5}
    # Another learner with the same policies has agents of its own.
    others = cells_named("Boltzmann(0.5)", learner="Sarsa({}, step_size=0.5)")
    assert members(cells | others, "Boltzmann(T)") == constants | {"Sarsa(Boltzmann(0.5), step_size=0.5)": 0.5}
    assert members(cells | others, "QLearning(Boltzmann(T))") == constants
    assert usual_family(cells) in ("Boltzmann(T)", "Boltzmann(Linear(T, 0.1, 100))")
    assert usual_family(cells_named("Boltzmann(0.5)", "Greedy()")) is None
    assert usual_family(cells_named("UCB(0.5)", "UCB(1.0)")) == "UCB(x)"
    assert hole_of("Boltzmann(Scale(Linear(inf, 0.1, 100), factor))") == "factor"


def test_only_0_and_infinity_stand_apart():
    np.testing.assert_allclose(axis_positions([0.0, float("inf")]), [-0.5, 0.5])
    np.testing.assert_allclose(axis_positions([1e-6, 1e6, 0.0]), [-6, 6, -6 - 1.44])


def test_labels_are_spread_as_little_as_can_be():
    rng = np.random.default_rng(0)
    for count in (1, 2, 5, 12):
        places = rng.random(count) * 0.3
        apart = spread(places, 0.05)
        order = np.argsort(places)
        assert (np.diff(apart[order]) >= 0.05 - 1e-12).all()
        assert apart.min() >= 0
        assert apart.max() <= 1
    np.testing.assert_allclose(spread([0.1, 0.5, 0.9], 0.2), [0.1, 0.5, 0.9])
    assert spread([], 0.1).shape == (0,)


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


def test_a_caption_says_of_how_few_the_returns_are(tmp_path):
    task = Task("CliffWalking-v1(max_episode_steps=1000)", [QLearning(Greedy()), QLearning(Uniform())], 600)
    figure = draw_learning_curves(run(Experiment([task], 10, 0), tmp_path, make=envs.make), "return")
    said = " ".join(figure._supxlabel.get_text().split())
    assert "the mean over the replicates that ended an episode in it, near the end as few as" in said
    assert "those with long episodes are missing more often" in said
