"""The page of a real comparison on a phone, a tablet and a desk: all is within the screen, and no name is cut."""

import numpy as np
import pytest

from boltzmann.experiments import Picture, Section, Table, render_page, write_report
from tests.support.page_faults import faults
from tests.support.rewards import store_rewards
from tests.support.watched import BrowserPage

pytestmark = pytest.mark.slow

AGENTS = [
    "QLearning(Boltzmann(Linear(1.0, 0.01, 1000)), step_size=0.1)",
    "QLearning(Boltzmann(InverseTime(1.0, 0.3333333333333333)), step_size=0.1)",
    *(f"SampleAverage(Boltzmann({0.1 * index:.1f}))" for index in range(1, 11)),
]


@pytest.fixture(scope="module")
def addresses(tmp_path_factory):
    """A page with names at the ends of lines, and one with so many agents that it has legends."""
    folder = tmp_path_factory.mktemp("narrow")
    made = []
    for count in (4, len(AGENTS)):
        rows = np.random.default_rng(0).normal(size=(count, 12))
        optimal = {
            "optimal": np.abs(rows) / 4,
            "gap": np.abs(rows),
            "entropy": np.abs(rows),
            "greedy": np.abs(rows) / 4,
        }
        results = store_rewards(folder / f"{count}", AGENTS[:count], rows, "package.module:ALongName-v0", **optimal)
        write_report(results, folder / f"{count}.html")
        made.append((folder / f"{count}.html").as_uri())
    return made


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("width", [360, 390, 768, 1000, 1600])
def test_everything_lies_within_the_screen(browser, addresses, width, which):
    watched = BrowserPage(browser, addresses[which], viewport={"width": width, "height": 800})
    page = watched.page
    page.locator("details:not([open]) > summary").evaluate_all("(all) => all.forEach((one) => one.click())")
    assert faults(page) == []
    plots = page.eval_on_selector_all(
        ".plot svg.picture", "(all) => all.map((svg) => svg.getBoundingClientRect().width)"
    )
    assert len(plots) == 5
    # A chart is drawn for its width: letters have their own size.
    sizes = page.eval_on_selector_all(".plot text", "(all) => all.map((one) => one.getBoundingClientRect().height)")
    assert min(sizes) > 11
    tracks = page.eval_on_selector(".panels", "(panels) => getComputedStyle(panels).gridTemplateColumns.split(' ')")
    columns = len([track for track in tracks if track != "0px"])
    assert columns == (1 if width < 800 else 2)
    assert sum(plots[:2]) > 0.8 * width or columns == 1
    assert watched.faults == []
    watched.context.close()


def test_a_page_that_is_too_wide_and_cuts_names_is_caught(browser, tmp_path):
    wide = '<svg width="900pt" height="30pt" viewBox="0 0 900 30"></svg>'
    table = Table("t", ["policy", "b", "c"], [["Boltzmann" * 12, "1" * 80, "2"]])
    text = render_page("A", [], [Section("s", pictures=[Picture(wide, "x")], tables=[table])])
    text = text.replace(".drawing svg { display: block; max-width: 100%", ".drawing svg { display: block")
    path = tmp_path / "wrong.html"
    path.write_text(text.replace("overflow-wrap: break-word", "overflow-wrap: anywhere"), "utf-8")
    watched = BrowserPage(browser, path.as_uri(), viewport={"width": 390, "height": 800})
    found = faults(watched.page)
    assert any("svg" in fault for fault in found)
    assert any("Boltzmann" in fault for fault in found)
    watched.context.close()
