"""What objects show of themselves in a notebook: HTML of the numbers that they have, and safe text."""

import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

import boltzmann.experiments
import envs
from agents import QLearning, SampleAverage
from boltzmann import (
    Boltzmann,
    Categorical,
    Cyclic,
    EpsilonGreedy,
    Exponential,
    Gibbs,
    InverseTime,
    Linear,
    RangeScaled,
    Warmup,
)
from boltzmann.experiments import Experiment, Results, Task, answers, leaderboard
from tests.support.lists import POLICIES, SCHEDULES, THERMOSTATS
from tests.support.small_run import computed

_BAR = re.compile(r"<rect [^>]*height=\"([0-9.]+)\"[^>]*><title>action (\d+): ([^<]+)</title>")


def parsed(html):
    """The elements of well-formed HTML; anything else raises."""
    return list(ElementTree.fromstring(f"<body>{html}</body>").iter())


@pytest.mark.parametrize("shown", [*POLICIES, *THERMOSTATS, *SCHEDULES], ids=repr)
def test_every_policy_thermostat_and_schedule_shows_its_expression(shown):
    texts = ["".join(element.itertext()) for element in parsed(shown._repr_html_())]
    assert repr(shown) in texts


def test_bars_have_the_probabilities():
    gibbs = Gibbs([[0.0, 1.0, 2.0], [5.0, 5.0, 5.0]], [0.5, np.inf])
    bars = _BAR.findall(gibbs._repr_html_())
    assert [int(action) for _, action, _ in bars] == [0, 1, 2, 0, 1, 2]
    np.testing.assert_allclose([float(told) for *_, told in bars], gibbs.probs.ravel(), rtol=1e-5)
    heights = np.array([float(height) for height, *_ in bars])
    np.testing.assert_allclose(heights / heights.max(), gibbs.probs.ravel() / gibbs.probs.max(), atol=1e-3)
    assert "T = 0.5, entropy" in gibbs._repr_html_()
    assert "T = ∞, entropy 1.099 nats" in gibbs._repr_html_()


def test_a_distribution_without_temperature_shows_none():
    assert "T =" not in Categorical([0.5, 0.5])._repr_html_()
    assert "greedy" not in Categorical([0.5, 0.5])._repr_html_()


def test_many_rows_and_actions_are_counted_not_drawn():
    html = Gibbs(np.zeros((2, 50, 1000)))._repr_html_()
    assert len(_BAR.findall(html)) == 4 * 40
    assert "and 96 more rows" in html
    assert "the 40 most probable of 1000 actions" in html


def test_the_most_probable_of_many_actions_are_drawn_in_their_order():
    values = np.random.default_rng(0).normal(size=1000)
    gibbs = Gibbs(values, 0.5)
    bars = _BAR.findall(gibbs._repr_html_())
    drawn = [int(action) for _, action, _ in bars]
    assert drawn == sorted(np.argsort(-values)[:40])
    np.testing.assert_allclose([float(told) for *_, told in bars], gibbs.probs[drawn], rtol=1e-5)
    few = Gibbs(values, 0.5, where=np.arange(1000) % 100 == 7)
    html = few._repr_html_()
    assert [int(action) for _, action, _ in _BAR.findall(html)] == [*range(7, 1000, 100)]
    assert html.count(": masked") == 30


@pytest.mark.parametrize("policy", [Boltzmann(0.0), EpsilonGreedy(0.0), Boltzmann(RangeScaled(0.0))], ids=repr)
def test_a_masked_action_looks_unlike_one_of_probability_0(policy):
    distribution = policy([0.0, 1.0, 2.0], where=[True, True, False])
    html = distribution._repr_html_()
    assert [told for *_, told in _BAR.findall(html)] == ["0", "1"]
    assert "action 2: masked" in html
    parsed(html)
    assert repr(distribution).endswith("where=array([ True,  True, False]))")
    assert "where" not in repr(policy([0.0, 1.0, 2.0]))


def test_no_rows():
    assert _BAR.findall(Gibbs(np.zeros((0, 3)))._repr_html_()) == []


def test_showing_changes_nothing():
    gibbs = Gibbs([0.0, 1.0], 0.5)
    before = gibbs.sample(np.random.default_rng(0), (5,))
    assert gibbs._repr_html_() == gibbs._repr_html_()
    np.testing.assert_array_equal(before, gibbs.sample(np.random.default_rng(0), (5,)))


def curve(html):
    """The points of the drawn line: shares of the width and of the height."""
    parts = [element.get("points") for element in parsed(html) if element.tag == "polyline"]
    return np.array([[float(number) for number in point.split(",")] for part in parts for point in part.split()])


def test_a_schedule_shows_its_curve():
    points = curve(Linear(1.0, 0.0, 100)._repr_html_())
    x, y = points.T
    share = (x - x.min()) / (x.max() - x.min())
    height = 1 - (y - y.min()) / (y.max() - y.min())
    np.testing.assert_allclose(height, np.maximum(1 - 1.5 * share, 0), atol=0.02)


def test_an_infinite_beginning_has_dashes():
    html = Warmup(Linear(1.0, 0.0, 30), 10)._repr_html_()
    dashes = [element.get("stroke-dasharray") for element in parsed(html) if element.tag == "polyline"]
    assert dashes == ["5 4", None]
    assert "∞" in html


@pytest.mark.parametrize("schedule", [Exponential(1.0, 0.01, 5000), InverseTime(1.0, 0.1)], ids=repr)
def test_small_temperatures_have_a_logarithmic_axis(schedule):
    assert "log scale" in schedule._repr_html_()


def test_a_cycle_shows_some_periods():
    y = curve(Cyclic(Linear(1.0, 0.0, 300), 300)._repr_html_())[:, 1]
    assert 3 <= np.sum(np.diff(y) < -50) <= 8


def test_an_experiment_shows_its_cells():
    agents = [SampleAverage(Boltzmann(0.1)), SampleAverage(Boltzmann(0.2))]
    experiment = Experiment([Task("boltzmann/GaussianBandit-v0", agents, 50)], 10, 3)
    texts = [element.text for element in parsed(experiment._repr_html_()) if element.tag == "td"]
    label = "boltzmann/GaussianBandit-v0"
    assert texts == [label, repr(agents[0]), "50", label, repr(agents[1]), "50"]
    assert "10 replicates, seed 3, 1,000 steps in all" in experiment._repr_html_()


def test_results_show_the_leaderboard(tmp_path):
    results = computed(tmp_path)
    cells = [element.text for element in parsed(results._repr_html_()) if element.tag == "td"]
    with pytest.warns(boltzmann.experiments.FewReplicatesWarning):
        board = leaderboard(results)
    assert [text.split(". ", 1)[1] for text in cells[::4]] == list(board["agent"])
    for answer in answers(board).values():
        assert answer in "".join(element.text or "" for element in parsed(results._repr_html_()))


@pytest.mark.parametrize(("second", "tied"), [(0.11, True), (1e3, False)])
def test_shown_results_explain_their_sign_and_name_their_folder(tmp_path, second, tied):
    learners = [SampleAverage(Boltzmann(temperature)) for temperature in (0.1, second)]
    task = Task("boltzmann/GaussianBandit-v0", learners, 300)
    results = boltzmann.experiments.run(Experiment([task], 30, 0), tmp_path / "res", make=envs.make)
    cells = [element.text for element in parsed(results._repr_html_()) if element.tag == "td"]
    assert any(text.startswith("= ") for text in cells) == tied
    assert ("= does not differ significantly from the best; 30 replicates" in results._repr_html_()) == tied
    assert f"; stored in {tmp_path / 'res'}" in results._repr_html_()


def test_an_unfinished_run_shows_what_is_missing(tmp_path):
    results = computed(tmp_path)
    next(results.folder.rglob("*.npz")).unlink()
    html = Results(results.folder, results.plan)._repr_html_()
    assert "is unfinished" in html or "missing" in html


def test_text_is_safe():
    task = Task("FrozenLake-v1", [QLearning(Boltzmann(1.0))], 5)
    object.__setattr__(task, "environment", "<script>")
    assert "<script>" not in Experiment([task], 2, 0)._repr_html_()


def test_dir_lists_the_public_names_alone():
    assert dir(boltzmann.experiments) == sorted(boltzmann.experiments.__all__)
