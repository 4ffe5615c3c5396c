"""The page of a comparison, without a browser: what it holds, what it escapes, and that it loads nothing."""

import base64
import hashlib
import json
import re
from collections import Counter

import numpy as np
import pytest

import envs
from agents import QLearning, SampleAverage
from boltzmann import Boltzmann, EpsilonGreedy, Greedy, Linear
from boltzmann.experiments import (
    RECORDED,
    Experiment,
    Judgement,
    Plan,
    RefusedError,
    Results,
    Section,
    Store,
    Task,
    read_toml,
    run,
    write_report,
)
from boltzmann.experiments.describe.plan import TaskPlan
from boltzmann.experiments.pages import write_judgement
from boltzmann.experiments.statistics import curve, labels_of
from scripts.support import read_agent
from tests.support.html_page import Page

pytestmark = pytest.mark.filterwarnings("ignore::boltzmann.experiments.FewReplicatesWarning")

HOSTILE = "<script>window.hacked = 1</script>"


@pytest.fixture(scope="module")
def experiment():
    bandit = [SampleAverage(policy) for policy in (Boltzmann(0.25), EpsilonGreedy(0.1), Greedy())]
    lake = [QLearning(Boltzmann(Linear(0.1, 0.01, 100))), QLearning(Greedy(), step_size=0.5)]
    tasks = [Task("boltzmann/GaussianBandit-v0(arms=5)", bandit, 20), Task("FrozenLake-v1", lake, 30)]
    return Experiment(tasks, replicates=4, seed=11, points=10)


@pytest.fixture(scope="module")
def results(experiment, tmp_path_factory):
    return run(experiment, tmp_path_factory.mktemp("run") / "results", make=envs.make, n_jobs=1)


@pytest.fixture(scope="module")
def html(results, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "report.html"
    write_report(results, path)
    return path.read_text("utf-8")


@pytest.fixture(scope="module")
def page(html):
    return Page(html)


def stored(folder, agents, finals, environment="Somewhere-v0"):
    """Results whose agents have the given rewards, one row of replicates for each agent."""
    plan = Plan((TaskPlan(environment, tuple(agents), 20),), len(finals[0]), 3, 100, 20)
    store = Store(folder)
    store.begin(plan)
    for block, row in zip(plan.blocks(), finals, strict=True):
        arrays = {name: np.full((20, len(row)), np.nan) for name in RECORDED}
        arrays.update(episodes=np.zeros((20, len(row))), return_sum=np.zeros((20, len(row))))
        store.write(plan, block, {**arrays, "reward": np.tile(np.array(row, dtype=float), (20, 1))})
    return Results.load(folder)


def test_the_page_is_well_formed_and_every_identity_is_its_own(page):
    assert not page.closed_wrongly
    assert not page.open
    assert not [name for name, count in Counter(page.values("id")).items() if count > 1]
    named = [name for key in ("for", "aria-labelledby", "aria-describedby", "data-copies") for name in page.values(key)]
    assert named
    assert {name for text in named for name in text.split()} <= set(page.values("id"))
    assert [attributes["lang"] for attributes in page.all("html")] == ["en"]
    assert len(page.all("h1")) == len(page.all("main")) == len(page.all("title")) == 1


def test_nothing_is_loaded_from_anywhere(page, html):
    for attribute in ("src", "href", "xlink:href", "action", "data", "srcset", "poster"):
        assert all(re.match("#|data:,$", value) for value in page.values(attribute))
    inside = {value[1:] for key in ("href", "xlink:href") for value in page.values(key) if value.startswith("#")}
    assert inside <= set(page.values("id"))
    assert set(re.findall(r"\burl\(([^)]*)\)", html)) <= {
        *(f"#{name}" for name in page.values("id")),
        # The script names what it draws.
        "#${clip}",
    }
    assert "@import" not in html
    # A namespace looks like an address, but nothing is loaded from it.
    assert set(re.findall(r"https?://[^\"'\s<]+", html)) == {"http://www.w3.org/2000/svg"}


def test_only_the_script_of_the_page_is_allowed_to_run(page):
    (policy,) = [entry["content"] for entry in page.all("meta") if entry.get("http-equiv") == "Content-Security-Policy"]
    (script,) = page.texts["script"]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "</" not in script
    assert not [name for name, attributes in page.elements if any(key.startswith("on") for key in attributes)]


def test_the_tables_have_a_row_for_each_policy(page, experiment):
    labels = ["boltzmann/GaussianBandit-v0(arms=5)", "FrozenLake-v1"]
    assert [text for text in page.texts["caption"] if text in {*labels, "Seeds", "Versions"}] == [
        *(*labels, *labels, "Seeds", "Versions")
    ]
    names = [
        name for name, attributes in zip(page.texts["th"], page.all("th"), strict=True) if attributes["scope"] == "row"
    ]
    agents = [
        repr(agent.policy) if len(task.agents) == 3 else repr(agent)
        for task in experiment.tasks
        for agent in task.agents
    ]
    assert sorted(names[: len(agents)]) == sorted(agents)
    assert names[2 * len(agents) : 2 * len(agents) + 2] == ["this run", "python"]
    assert {f"{experiment.seed}", experiment.plan.hash} <= set(page.texts["td"])
    assert all(name in names for name in ("numpy", "gymnasium", "boltzmann-exploration"))
    columns = [
        name for name, attributes in zip(page.texts["th"], page.all("th"), strict=True) if attributes["scope"] == "col"
    ]
    assert columns[:3] == ["rank", "policy", "reward per step, last tenth"]
    assert columns[3:6] == ["difference to the best", "tied", "total reward, all steps"]


def test_pictures_are_inline_and_say_what_they_show(page):
    charts = [figure for figure in page.all("figure") if figure.get("class") == "chart"]
    assert len(charts) == 6
    assert all(chart["role"] == "group" and len(chart["aria-label"]) > 40 for chart in charts)
    # The explorer's chart.
    assert len([drawing for drawing in page.all("svg") if drawing.get("role") == "img"]) == 1
    assert not page.all("img")


def test_charts_hold_the_numbers_of_the_results(page, results):
    charts = [json.loads(figure["data-chart"]) for figure in page.all("figure") if "data-chart" in figure]
    judgement = Judgement(results)
    for chart, (task, cells) in zip(charts, judgement.cells.items(), strict=False):
        panel, key = chart["panels"][0], judgement.metrics[task]
        for line in panel["lines"]:
            (cell,) = [
                cells[agent] for agent, label in labels_of(cells).items() if label == chart["names"][line["name"]]
            ]
            values = curve(cell, key)
            known = np.isfinite(values).any(axis=0)
            steps = (cell.steps - cell.lengths / 2)[known]
            np.testing.assert_allclose(chart["arrays"][line["x"]], steps, rtol=1e-5)
            np.testing.assert_allclose(line["y"], np.nanmean(values[:, known], axis=0), rtol=1e-5)
            assert all(
                low <= mean <= high for low, mean, high in zip(line["low"], line["y"], line["high"], strict=True)
            )


def test_a_policy_has_one_style_on_the_whole_page(page):
    charts = [json.loads(figure["data-chart"]) for figure in page.all("figure") if "data-chart" in figure]
    styles = {(name, style) for chart in charts for name, style in zip(chart["names"], chart["styles"], strict=True)}
    assert len(dict(styles)) == len(styles) == 5
    rows = {(row["data-series"], index) for index, row in enumerate(page.all("tr")) if "data-series" in row}
    assert {name for name, _ in rows} == dict(styles).keys()


def test_the_answer_comes_first_and_names_the_best_of_each_task(page, results):
    text = " ".join(page.texts["main"][0].split())
    assert text.startswith("boltzmann/GaussianBandit-v0(arms=5) ")
    assert " in the last tenth of the steps" in text[:200]
    assert text.index("FrozenLake-v1 ") < text.index("Leaderboard")


@pytest.mark.parametrize(
    ("finals", "answer", "row"),
    [
        (
            [[1.0, 1.2, 1.1], [9.0, 9.1, 9.2]],
            "B() does best 9.10 ± 0.25 reward per step in the last tenth of the steps It differs significantly from "
            "the other (95 % confidence, 3 replicates).",
            ["2", "1.10 ± 0.25", "-8.00 [-8.25, -7.75]", ""],
        ),
        (
            [[9.0, 9.3, 9.1], [9.0, 9.1, 9.2]],
            "A() does best 9.13 ± 0.38 reward per step in the last tenth of the steps B() does not differ "
            "significantly from it (95 % confidence, 3 replicates).",
            ["2", "9.10 ± 0.25", "-0.03 [-0.41, +0.35]", "tied"],
        ),
        (
            [[2.0, 4.0]],
            "A() is the only agent: there is nothing to compare it with.",
            ["1", "3 ± 13", "\N{EN DASH}", ""],
        ),
    ],
)
def test_the_answer_and_the_table_say_how_sure_it_is(finals, answer, row, tmp_path):
    results = stored(tmp_path / "r", ["A()", "B()"][: len(finals)], finals)
    write_judgement(Judgement(results), tmp_path / "report.html")
    page = Page((tmp_path / "report.html").read_text("utf-8"))
    assert answer in " ".join(page.texts["main"][0].split())
    cells = [" ".join(text.split()) for text in page.texts["td"]]
    start = (len(finals) - 1) * 5
    assert cells[start : start + 4] == [text.replace("-", "\N{MINUS SIGN}") for text in row]


def test_names_from_users_are_escaped_everywhere(tmp_path):
    results = stored(tmp_path / "r", [HOSTILE, '"><b>&amp;'], [[1.0, 2.0], [3.0, 4.0]], environment=f"{HOSTILE}-v0")
    write_report(results, tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text("utf-8")
    page = Page(text)
    assert HOSTILE not in text
    assert len(page.all("script")) == 1
    assert not page.all("b")
    assert not page.closed_wrongly
    assert page.texts["title"] == [f"Which exploration? {HOSTILE}-v0"]
    assert {HOSTILE, '"><b>&amp;'} <= set(page.texts["th"])


def test_the_description_reads_back_as_the_experiment_by_the_command_above_it(experiment, page, tmp_path):
    command, description = page.texts["code"][-2:]
    assert command == "python -m boltzmann compare --experiment experiment.toml"
    path = tmp_path / "experiment.toml"
    path.write_text(description, encoding="utf-8")
    assert read_toml(path, read_agent) == experiment


def test_the_same_results_give_the_same_bytes_and_reading_changes_nothing(results, html, tmp_path):
    before = {path: path.read_bytes() for path in results.folder.iterdir()}
    write_report(results, tmp_path / "again.html")
    assert (tmp_path / "again.html").read_text("utf-8") == html
    assert {path: path.read_bytes() for path in results.folder.iterdir()} == before


def test_sections_of_ones_own_and_another_metric(results, tmp_path):
    write_report(results, tmp_path / "gap.html", metric="gap", more=[Section("Mine", "A sentence.")])
    page = Page((tmp_path / "gap.html").read_text("utf-8"))
    assert [text.split(":")[0] for text in page.texts["h2"]] == [
        "Leaderboard",
        "Learning curves",
        "Paired differences",
        "Good and bad runs",
        "How they explored",
        "Mine",
        "Do it again",
        "Explorer",
    ]
    assert "gap (regret per step), last tenth" in page.texts["th"]
    assert "regret, all steps" in page.texts["th"]


def test_a_metric_that_nobody_has_is_refused_before_anything_is_written(tmp_path):
    results = stored(tmp_path / "r", ["A()"], [[1.0, 2.0]])
    with pytest.raises(RefusedError, match="has the metric 'gap'"):
        write_report(results, tmp_path / "report.html", metric="gap")
    assert not (tmp_path / "report.html").exists()
