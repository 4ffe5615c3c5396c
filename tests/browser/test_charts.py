"""The charts of a real comparison in Chromium: what the pointer reads is stored, and the legend switches it."""

import json
import re

import numpy as np
import pytest

import envs
from agents import QLearning, SampleAverage
from boltzmann import Boltzmann, EpsilonGreedy, Exponential, Greedy, InverseTime, Linear
from boltzmann.experiments import Experiment, Results, Task, run, write_report
from boltzmann.experiments.charts import curve_numbers
from boltzmann.experiments.statistics import Judgement, bounds_of, labels_of
from tests.support.watched import BrowserPage, luminance

pytestmark = pytest.mark.slow

POLICIES = [
    *(Boltzmann(1.0), Boltzmann(0.25), Boltzmann(Linear(1.0, 0.05, 300)), Boltzmann(Exponential(1.0, 0.05, 300))),
    *(Boltzmann(InverseTime(1.0, 0.1)), EpsilonGreedy(0.1), EpsilonGreedy(0.01), Greedy()),
]
MOST_BYTES = 1_500_000
VALUES = """(rows) => rows.map((row) => {
  const numbers = row.querySelector('.value').dataset;
  return [row.dataset.series, ...['x', 'value', 'low', 'high'].map((key) => Number(numbers[key]))];
})"""
CURVES = "#section-2"


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    """Eight policies on two tasks."""
    folder = tmp_path_factory.mktemp("charts")
    tasks = [
        Task("boltzmann/GaussianBandit-v0", [SampleAverage(policy) for policy in POLICIES], 300),
        Task("FrozenLake-v1", [QLearning(policy) for policy in POLICIES], 2000),
    ]
    results = run(Experiment(tasks, replicates=12, seed=1), folder / "r", make=envs.make, n_jobs=1)
    write_report(results, folder / "report.html")
    return folder / "report.html"


@pytest.fixture
def watched(browser, compared):
    opened = BrowserPage(browser, compared.as_uri(), viewport={"width": 1400, "height": 900})
    opened.page.wait_for_selector(f"{CURVES} svg.picture")
    yield opened
    assert opened.faults == []
    assert [url for url in opened.requests if url != compared.as_uri() and not url.startswith("data:")] == []
    opened.context.close()


@pytest.fixture
def page(watched):
    return watched.page


def pointed(page, plot, share):
    """Point at a share of a plot's width; what it reads: name, x, value, low, high."""
    plot.scroll_into_view_if_needed()
    box = plot.locator("svg.picture").bounding_box()
    page.mouse.move(box["x"] + share * box["width"], box["y"] + box["height"] / 2)
    return plot.locator(".readout li").evaluate_all(VALUES)


@pytest.mark.parametrize("task", [0, 1])
def test_the_pointer_reads_stored_numbers(page, compared, task):
    judgement = Judgement(Results.load(compared.parent / "r"))
    (label, cells), key = list(judgement.cells.items())[task], list(judgement.metrics.values())[task]
    labels = labels_of(cells)
    stored = {labels[agent]: curve_numbers(cell, key, bounds_of(cells, key)) for agent, cell in cells.items()}
    chart = page.locator(f"{CURVES} figure").nth(task)
    assert chart.locator("h3").inner_text() == label
    for share in (0.3, 0.9):
        rows = pointed(page, chart.locator(".plot").first, share)
        assert {row[0] for row in rows} == set(stored)
        assert [row[2] for row in rows] == sorted((row[2] for row in rows), reverse=True)
        for name, x, *numbers in rows:
            curve = stored[name]
            index = int(np.abs(curve.steps - x).argmin())
            np.testing.assert_allclose([x, *numbers], [array[index] for array in curve], rtol=1e-5)
    assert len({row[1] for row in rows}) == 1 or key == "return"


def test_a_name_in_the_legend_switches_its_lines_and_rows_on_the_whole_page(page):
    name = "Boltzmann(0.25)"
    lines = page.locator("svg.picture g[data-series]")
    rows = page.locator("tr[data-series] >> visible=true")
    total, drawn = lines.count(), page.locator(f'svg.picture g[data-series="{name}"]')
    there, listed = drawn.count(), rows.count()
    assert there == 10
    key = page.locator(f'{CURVES} .key[data-series="{name}"]').first
    key.focus()
    page.keyboard.press("Space")
    assert key.get_attribute("aria-pressed") == "false"
    assert lines.count() == total - there
    assert rows.count() == listed - 6
    assert page.locator(f'.key[data-series="{name}"][aria-pressed="true"]').count() == 0
    assert name not in {row[0] for row in pointed(page, page.locator(f"{CURVES} .plot").first, 0.5)}
    page.locator(f"{CURVES} .tool", has_text="Hide all").first.click()
    assert lines.count() == 0
    page.locator(f"{CURVES} .tool", has_text="Show all").first.click()
    assert lines.count() == total


def test_steps_are_linear_or_logarithmic(page):
    plot = page.locator(f"{CURVES} .plot").first
    (_, early, *_), *_ = pointed(page, plot, 0.5)
    page.locator(f"{CURVES} [data-log-steps=true]").first.click()
    (_, late, *_), *_ = pointed(page, plot, 0.5)
    assert late < early / 3
    assert {"10", "100"} <= set(plot.locator("svg.picture text").all_text_contents())
    assert page.locator("[data-log-steps=true][aria-pressed=false]").count() == 0
    assert "NaN" not in page.inner_html(CURVES)


def test_arrow_keys_read_the_values_too(page):
    plot = page.locator(f"{CURVES} .plot").first
    plot.focus()
    read = []
    for key in ("Home", "ArrowRight", "ArrowRight", "ArrowLeft", "End"):
        page.keyboard.press(key)
        read.append(plot.locator(".readout li").evaluate_all(VALUES)[0][1])
    numbers = json.loads(page.locator(f"{CURVES} figure").first.get_attribute("data-chart"))["arrays"][0]
    assert read == [numbers[0], numbers[1], numbers[2], numbers[1], numbers[-1]]
    assert plot.locator(".readout").get_attribute("role") == "status"
    page.keyboard.press("Escape")
    assert plot.locator(".readout").is_hidden()


def test_columns_sort_by_click_and_key(page):
    table = page.locator("#section-1 table").first
    column = "(rows, index) => rows.map((row) => row.cells[index].textContent)"
    before = table.locator("tbody tr").evaluate_all(column, 1)
    button = table.locator("thead button", has_text="total reward")
    button.click()
    totals = [float(text.split("±")[0]) for text in table.locator("tbody tr").evaluate_all(column, 5)]
    assert totals == sorted(totals)
    assert table.locator("th[aria-sort=ascending]").count() == 1
    button.focus()
    page.keyboard.press("Enter")
    assert [float(text.split("±")[0]) for text in table.locator("tbody tr").evaluate_all(column, 5)] == totals[::-1]
    table.locator("thead button", has_text="rank").click()
    assert table.locator("tbody tr").evaluate_all(column, 1) == before


def test_sections_fold_and_a_link_opens_them(page):
    summary = page.locator(f"{CURVES} > details > summary")
    summary.focus()
    page.keyboard.press("Enter")
    assert page.locator(f"{CURVES} svg.picture").first.is_hidden()
    page.locator("nav a", has_text="Learning curves").click()
    page.wait_for_selector(f"{CURVES} svg.picture", state="visible")


def test_paper_shows_everything_in_light(browser, compared):
    """All sections are open on paper, in light colours, without what is for pressing, and as before afterwards."""
    watched = BrowserPage(browser, compared.as_uri(), color_scheme="dark", viewport={"width": 1000, "height": 800})
    page = watched.page
    page.wait_for_selector(f"{CURVES} svg.picture")
    folded = page.locator("details:not([open])").count()
    assert folded >= 2
    page.evaluate("""() => addEventListener('beforeprint', () => {
      window.printed = { folded: document.querySelectorAll('details:not([open])').length,
        widths: [...new Set([...document.querySelectorAll('svg.picture')].map((svg) => svg.viewBox.baseVal.width))] };
    })""")
    assert page.pdf(format="A4").startswith(b"%PDF")
    # Two panels stand side by side, drawn for the width that they have there.
    assert page.evaluate("window.printed") == {"folded": 0, "widths": [420]}
    assert page.locator("details:not([open])").count() == folded
    page.emulate_media(media="print")
    look = "(element) => [getComputedStyle(element).backgroundColor, getComputedStyle(element).color]"
    assert page.eval_on_selector("body", look) == ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]
    for selector in ("nav", ".tool", ".switch", "[data-copies]", ".controls"):
        assert page.locator(selector).first.is_hidden(), selector
    assert page.locator(f"{CURVES} svg.picture").first.is_visible()
    assert watched.faults == []
    watched.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_lines_stand_out_and_differ_without_colour(browser, compared, scheme):
    watched = BrowserPage(browser, compared.as_uri(), color_scheme=scheme)
    page = watched.page
    page.wait_for_selector(f"{CURVES} svg.picture")
    lines = page.locator(f"{CURVES} figure").first.locator(".plot").first.locator("g[data-series] path.line")
    behind = luminance(page.eval_on_selector("body", "(body) => getComputedStyle(body).backgroundColor"))
    colours = lines.evaluate_all("(all) => all.map((line) => getComputedStyle(line).stroke)")
    assert len(set(colours)) == len(POLICIES)
    for colour in colours:
        lighter, darker = sorted([luminance(colour), behind], reverse=True)
        # WCAG 2.2 asks for 3 of what is drawn, and for 4.5 of text.
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5, colour
    marks = (
        page.locator(f"{CURVES} .legend")
        .first.locator(".swatch path")
        .evaluate_all("(all) => all.map((one) => one.getAttribute('d'))")
    )
    dashes = lines.evaluate_all("(all) => all.map((line) => line.getAttribute('stroke-dasharray'))")
    assert len(set(zip(marks, dashes, strict=False))) == len(POLICIES)
    watched.context.close()


def test_there_is_one_type_scale(page):
    sizes = page.eval_on_selector_all(
        "main *:not(svg *):not(script)", "(all) => [...new Set(all.map((one) => getComputedStyle(one).fontSize))]"
    )
    steps = {round(16 * 1.2**step, 1) for step in (-1, 0, 1, 2, 4)}
    assert {round(float(size[:-2]), 1) for size in sizes} <= steps


def test_the_page_is_small(compared):
    """A third of what is allowed leaves room for the most points that a line has."""
    numbers = [len(figure) for figure in re.findall('data-chart="[^"]*', compared.read_text("utf-8"))]
    assert compared.stat().st_size < MOST_BYTES / 3
    # Curves here have 100 points, and never more than 400.
    assert compared.stat().st_size + 3 * sum(numbers) < MOST_BYTES
