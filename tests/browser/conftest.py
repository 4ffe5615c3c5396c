"""A Chromium, and a page of a comparison in it.

``make test-browser`` installs Playwright, finds a Chromium and names it in the environment variable CHROMIUM, by its
path or as "playwright" for Playwright's own; where that is set nothing here is skipped.
"""

import os
import shutil
from dataclasses import replace

import numpy as np
import pytest

from boltzmann.experiments import Picture, Section, Table, render_page
from boltzmann.experiments.charts import Axis, Chart, Line, LinePanel
from tests.support.watched import DESCRIPTION, HOSTILE, BrowserPage

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="module")
def browser():
    named = os.environ.get("CHROMIUM")
    executable = named or next(filter(None, map(shutil.which, NAMES)), None)
    if named is None:
        pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: make test-browser")
        if executable is None:
            pytest.skip("there is no Chromium: make test-browser")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=None if named == "playwright" else executable)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    size = 'width="900pt" height="300pt"'
    drawing = f'<svg {size} viewBox="0 0 900 300"><rect {size} style="fill: #ffffff"/></svg>'
    line = Line(HOSTILE, 0, np.array([0.0, 1.0]), np.array([0.0, 1.0]))
    chart = Chart(
        HOSTILE,
        [
            LinePanel(
                HOSTILE, Axis(HOSTILE), Axis("y"), [line, replace(line, name="B", style=1), replace(line, name="C")]
            )
        ],
        HOSTILE,
        HOSTILE,
    )
    table = Table("A task", ("rank", "policy", "final", "total"), [("1", HOSTILE, "1 ± 0.5", "100 ± 50")], heading=1)
    sections = [
        Section("Leaderboard", HOSTILE, tables=[table]),
        Section("Curves", pictures=[Picture(drawing, f'Lines. "{HOSTILE}', HOSTILE)] * 2),
        Section("Charts", charts=[chart] * 2, notes=[HOSTILE]),
        Section("Do it again", to_copy=DESCRIPTION),
    ]
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(render_page(HOSTILE, ["A did best."], sections), "utf-8")
    return path.as_uri()


@pytest.fixture
def page(browser, report):
    watched = BrowserPage(browser, report)
    yield watched.page
    assert watched.faults == []
    assert [url for url in watched.requests if url != report and not url.startswith("data:")] == []
    assert watched.page.evaluate("window.hacked") is None
    watched.context.close()
