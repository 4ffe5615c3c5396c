"""The numbers that pages draw are those of the statistics, for lines and for rows."""

import numpy as np
import pytest

from boltzmann.experiments import Judgement, RefusedError
from boltzmann.experiments.charts import (
    Axis,
    Chart,
    Line,
    LinePanel,
    Row,
    RowPanel,
    aggregate_charts,
    difference_charts,
    exploration_charts,
    family_charts,
    learning_charts,
    policy_styles,
    replicate_charts,
)
from boltzmann.experiments.pages import Section, render_page
from boltzmann.experiments.statistics import final, labels_of, performance_profile
from boltzmann.experiments.studies.annealing import Gain
from boltzmann.experiments.studies.study_charts import gain_charts, limit_charts
from tests.support.html_page import Page
from tests.support.rewards import store_rewards
from tests.support.small_run import computed

NUMBERS = np.arange(3.0)
AGENTS = ["Q(Boltzmann(0.0))", "Q(Boltzmann(0.5))", "Q(Boltzmann(inf))", "Q(Greedy())"]


@pytest.fixture
def judgement(tmp_path):
    finals = np.random.default_rng(4).normal(size=(len(AGENTS), 12))
    return Judgement(store_rewards(tmp_path / "r", AGENTS, finals))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Line("a", 0, NUMBERS, NUMBERS[1:]), r"x, y and band must have one length, got \[2, 3\]"),
        (lambda: Line("a", 0, NUMBERS, NUMBERS, (NUMBERS, NUMBERS[1:])), "must have one length"),
        (lambda: Line("a", -1, NUMBERS, NUMBERS), "style must be at least 0, got -1"),
        (lambda: Chart(" ", [LinePanel("", Axis("x"), Axis("y"), [])]), "alternative must say what the chart shows"),
        (lambda: Chart("It shows.", []), "panels must hold at least one panel, got none"),
    ],
)
def test_invalid_charts_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_the_shares_of_replicates_are_those_of_the_profile(judgement):
    (chart,) = replicate_charts(judgement)
    (cells,) = judgement.cells.values()
    finals = {label: final(cells[agent], "reward") for agent, label in labels_of(cells).items()}
    for line in chart.panels[0].lines:
        levels = np.random.default_rng(0).uniform(line.x[0], line.x[-1], 50)
        shown = line.y[np.searchsorted(line.x, levels, side="right") - 1]
        np.testing.assert_allclose(shown, performance_profile(finals[line.name], levels).value)


def test_rows_are_the_differences_of_the_leaderboard(judgement):
    (chart,) = difference_charts(judgement)
    (judged,) = judgement.tasks
    rows = chart.panels[0].rows
    assert [row.name for row in rows] == list(judged.labels)
    assert [row.value for row in rows[1:]] == [row["difference"] for row in judged.rows[1:]]
    assert [row.is_hollow for row in rows[1:]] == [row["p_value"] > 0.05 for row in judged.rows[1:]]
    low, high = chart.panels[0].reach
    numbers = [0.0, *(number for row in rows[1:] for number in (row.value, row.low, row.high))]
    assert (low, high) == (min(numbers), max(numbers))


def test_a_family_is_a_line_and_the_others_are_levels(judgement):
    (chart,) = family_charts(judgement.results, "Boltzmann(T)")
    line, level = chart.panels[0].lines
    (cells,) = judgement.cells.values()
    np.testing.assert_allclose(line.y, [final(cells[agent], "reward").mean() for agent in AGENTS[:3]])
    assert level.form == "level"
    assert [text for _, text in chart.panels[0].x.ticks] == ["0", "0.5", "∞"]
    assert len(chart.panels[0].x.breaks) == 2
    with pytest.raises(RefusedError, match="has two agents of one family"):
        family_charts(judgement.results, "Nobody(x)")


def test_more_than_ten_policies_keep_the_bands_of_the_best(tmp_path):
    names = [f"Q(Boltzmann({index}.5))" for index in range(11)]
    judgement = Judgement(store_rewards(tmp_path / "r", names, np.arange(11)[:, None] + np.zeros((11, 12))))
    (chart,) = learning_charts(judgement)
    lines = chart.panels[0].lines
    assert [line.name for line in lines[:2]] == ["Boltzmann(10.5)", "Boltzmann(9.5)"]
    assert [line.is_faint for line in lines] == [False] * 5 + [True] * 6
    assert all((line.band is None) == line.is_faint for line in lines)
    assert [line.style for line in lines] == [policy_styles(judgement)[line.name] for line in lines]


def test_charts_of_every_kind_stand_on_a_page(judgement):
    gain = Gain("a", "at the end", "linear", 0.1, "b", "c", "gap", 0.5, 0.1, 0.9, 0.01, 1.0)
    rows = RowPanel("t", "x", [Row("<b>", 9, 0.5, np.nan, np.nan, "-0.5"), Row("n", 0, np.nan, np.nan, np.nan, "")])
    charts = [
        *learning_charts(judgement),
        *replicate_charts(judgement),
        *difference_charts(judgement),
        *aggregate_charts(judgement),
        *gain_charts([gain]),
        *limit_charts({"a": [0.0, 1.0], "b": [0.0, 2.0, 2.0]}),
        Chart("Rows", [rows]),
    ]
    text = render_page("t", [], [Section("s", charts=charts)])
    page = Page(text)
    assert not page.closed_wrongly
    assert not page.all("b")
    assert "nan" not in text.lower().split("<script>")[0]
    assert "\N{MINUS SIGN}0.5" in page.texts["td"]


def test_only_charts_of_one_step_a_point_say_so(tmp_path):
    judgement = Judgement(computed(tmp_path))
    for charts, expected in ((learning_charts(judgement), False), (exploration_charts(judgement), True)):
        assert charts
        for chart in charts:
            assert any("entropy" in panel.title for panel in chart.panels) == expected
            assert ("one step a point" in chart.caption) == expected
