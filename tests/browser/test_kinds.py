"""Every kind of page on a phone and a desk: the answer first, all within the screen, no label over another."""

import re
from contextlib import contextmanager
from functools import partial

import pytest

from benchmarks.untuned import __main__ as untuned
from boltzmann.experiments import Section, render_page
from boltzmann.experiments.charts import Chart, Row, RowPanel
from boltzmann.experiments.statistics import with_ends
from scripts import anneal, compare_schedules, temperature_limits, tune
from tests.support.page_faults import faults
from tests.support.watched import BrowserPage, contrast

pytestmark = pytest.mark.slow

_TASKS = (
    "boltzmann/GaussianBandit-v0(arms=5)",
    "FrozenLake-v1",
    "CliffWalking-v1(max_episode_steps=99)",
    "boltzmann/Chain-v0",
)
_FEW = ("--replicates", "4", "--jobs", "1")
KINDS = {
    "compare": partial(compare_schedules.main, [*_FEW, "--env", *_TASKS[:2], "--steps", "200"]),
    "sweep": partial(temperature_limits.main, [*_FEW, "--env", *_TASKS, "--steps", "60"]),
    "anneal": partial(anneal.main, [*_FEW, "--env", *_TASKS, "--steps", "60"]),
    "tune": partial(tune.main, [*_FEW, "--env", "FrozenLake-v1", "--steps", "300", "--first", "3"]),
    "untuned": partial(untuned.main, ["StandardError()", *_FEW, "--tasks", "2 arms", "testbed"]),
}
REACHES = [(-0.2, 0.05), (-0.17, 0.03), (-0.883, 0), (-1.31e-3, 8e-4), (-12e3, 300), (-2.3e-5, 1e-5), (0.35, 0.9)]
"""From the lowest to the highest number of an axis."""
MOST_BYTES = 1_500_000
ANSWER = """() => {
  const card = document.querySelector('.answers .answer');
  const first = [...document.querySelectorAll('main h2, main .answer')][0];
  return { isFirst: first === card, best: card.querySelector('.best').textContent,
    number: card.querySelector('.number').textContent, bottom: card.getBoundingClientRect().bottom };
}"""


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The path of the page of a kind, which is written when it is first asked for."""
    paths = {}

    def path_of(kind):
        if kind not in paths:
            folder = tmp_path_factory.mktemp(kind)
            with pytest.MonkeyPatch.context() as patch:
                patch.chdir(folder)
                KINDS[kind]()
            (paths[kind],) = folder.rglob("*.html")
        return paths[kind]

    return path_of


@contextmanager
def opened(browser, path, width, scheme):
    """Open a page in a window of some width, by day or by night, with all sections open."""
    watched = BrowserPage(browser, path.as_uri(), viewport={"width": width, "height": 850}, color_scheme=scheme)
    page = watched.page
    page.locator("details:not([open]) > summary").evaluate_all("(all) => all.forEach((one) => one.click())")
    page.wait_for_selector(".plot:not(:has(svg.picture))", state="detached")
    yield page
    assert watched.faults == []
    assert [url for url in watched.requests if url != path.as_uri() and not url.startswith("data:")] == []
    watched.context.close()


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (390, "dark"), (768, "light"), (1400, "dark")])
@pytest.mark.parametrize("kind", KINDS)
def test_all_lies_within_the_screen_and_nothing_over_another(browser, written, kind, width, scheme):
    with opened(browser, written(kind), width, scheme) as page:
        answer = page.evaluate(ANSWER)
        assert answer["isFirst"]
        assert len(answer["best"]) > 5
        assert re.search(r"\d", answer["number"])
        assert answer["bottom"] < 850
        assert faults(page) == []
        for selector in ("body", ".answer .interval", ".answer .unit", "nav a", "td", ".along", "figcaption"):
            assert page.locator(selector).count() == 0 or contrast(page, selector) >= 4.5, selector


def rows_between(low, high):
    """Two policies with long names whose intervals reach from the lowest to the highest number."""
    names = "Boltzmann(Linear(1.0, 0.01, 1000))", "Boltzmann(InverseTime(1.0, 0.3333333333333333))"
    numbers = (low, low, low / 2 + high / 2), (high, low / 2 + high / 2, high)
    rows = [
        Row(name, style, *row, with_ends(*row)) for style, (name, row) in enumerate(zip(names, numbers, strict=True))
    ]
    return RowPanel(f"{low} to {high}", "difference in gap", rows)


@pytest.mark.parametrize("width", [360, 390, 600, 768, 1000, 1200, 1400, 1800])
def test_the_labels_of_rows_have_room_and_enclose_the_marks(browser, tmp_path, width):
    panels = [[rows_between(*reach), rows_between(*(-end for end in reach[::-1]))] for reach in REACHES]
    charts = [Chart("Two panels", pair) for pair in panels]
    (tmp_path / "rows.html").write_text(render_page("Rows", ["Rows."], [Section("Rows", charts=charts)]), "utf-8")
    with opened(browser, tmp_path / "rows.html", width, "light") as page:
        assert faults(page) == []


def test_labels_that_touch_marks_beyond_the_ticks_and_hyphens_are_caught(browser, tmp_path):
    text = render_page("Rows", ["Rows."], [Section("Rows", charts=[Chart("A panel", [rows_between(-0.2, 0.05)])])])
    crowded = (
        text.replace(".scale:not(.rem-5)", ".no")
        .replace("@container", "@media print and")
        .replace('class="scale', 'style="font-size:2rem" class="scale')
    )
    (tmp_path / "rows.html").write_text(re.sub(r'(class="dot[^>]*left:)[^"]*', r"\1 101%", crowded), "utf-8")
    with opened(browser, tmp_path / "rows.html", 390, "light") as page:
        found = faults(page)
    assert any(" over " in fault for fault in found)
    assert any("a mark at" in fault for fault in found)
    assert any("-0.2" in fault for fault in found)


@pytest.mark.parametrize("kind", KINDS)
def test_letters_are_of_one_scale_tables_sort_and_panels_stand_side_by_side(browser, written, kind):
    with opened(browser, written(kind), 1400, "light") as page:
        sizes = page.eval_on_selector_all(
            "main *:not(svg *):not(script)", "(all) => [...new Set(all.map((one) => getComputedStyle(one).fontSize))]"
        )
        assert {round(float(size[:-2]), 1) for size in sizes} <= {round(16 * 1.2**step, 1) for step in (-1, 0, 1, 2, 4)}
        assert page.locator("button.sort").count() > 0
        assert page.locator("table.sortable:has(tbody tr + tr):not(:has(button.sort))").count() == 0
        tops = page.eval_on_selector_all(
            ".panels:has(> .panel + .panel)",
            "(all) => all.map((one) => [0, 1].map((index) => one.children[index].getBoundingClientRect().top))",
        )
        assert all(abs(first - second) < 1 for first, second in tops)
        assert page.locator("section > details > summary h2").count() == page.locator("section").count()
    assert written(kind).stat().st_size < MOST_BYTES
