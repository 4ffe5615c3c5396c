"""The page of a comparison in headless Chromium: it works, it loads nothing, and it shows what it computes."""

import math
from pathlib import Path

import numpy as np
import pytest

from boltzmann import Gibbs
from tests.support.watched import DESCRIPTION, HOSTILE, QUANTITIES, BrowserPage, contrast, disagreements

pytestmark = pytest.mark.slow


def shown(page):
    """Read the numbers of the page at full precision, which the page stores beside the rounded text."""
    number = "(element) => Number(element.dataset.value)"
    names = ("entropy", "log-partition", "soft-value")
    numbers = {
        key: page.eval_on_selector(f"#explorer-{name}", number) for key, name in zip(QUANTITIES, names, strict=True)
    }
    cells = "(cells) => cells.map((cell) => Number(cell.dataset.value))"
    return {**numbers, "probabilities": page.eval_on_selector_all("#explorer-rows td[data-value]", cells)}


@pytest.mark.parametrize(
    ("typed", "typed_temperature", "values", "temperature"),
    [
        ("1, 2,3", "0.5", [1.0, 2.0, 3.0], 0.5),
        (" 1e300; -1E300 ,0 ", "1e300", [1e300, -1e300, 0.0], 1e300),
        ("5,5,4", "0", [5.0, 5.0, 4.0], 0.0),
        ("5 5 4", "inf", [5.0, 5.0, 4.0], math.inf),
        ("-inf, .5, +3.", "∞", [-math.inf, 0.5, 3.0], math.inf),
        ("inf, 1, Infinity", "-0", [math.inf, 1.0, math.inf], 0.0),
        ("0,-40", "1e-5", [0.0, -40.0], 1e-5),
    ],
)
def test_typed_values_are_computed_and_shown(page, typed, typed_temperature, values, temperature):
    page.fill("#explorer-values", typed)
    page.fill("#explorer-temperature", typed_temperature)
    assert disagreements(shown(page), values, temperature) == []
    assert page.locator("#explorer-rows tr").count() == len(values)
    widths = page.eval_on_selector_all("#explorer-rows .bar span", "(bars) => bars.map((bar) => bar.style.width)")
    np.testing.assert_allclose(
        [float(width[:-1]) for width in widths], 100 * Gibbs(values, temperature).probs, atol=1e-3
    )
    assert page.locator("#explorer-chart polyline").count() == len(values)
    assert "NaN" not in page.inner_html("#explorer-chart")
    assert page.locator("#explorer-chart .chosen").count() == (temperature < 1e6 or temperature == math.inf)


def test_keys_move_the_slider_from_end_to_end(page):
    page.fill("#explorer-values", "1, 2, 4")
    slider = page.locator("#explorer-slider")
    slider.focus()
    slider.press("Home")
    announced = [slider.get_attribute("aria-valuetext")]
    visited = [0.0]
    assert disagreements(shown(page), [1.0, 2.0, 4.0], 0.0) == []
    for _ in range(122):
        slider.press("ArrowRight")
        typed = page.input_value("#explorer-temperature")
        visited.append(float(typed))
        announced.append(slider.get_attribute("aria-valuetext"))
        assert disagreements(shown(page), [1.0, 2.0, 4.0], visited[-1]) == []
    assert announced[:2] == ["T = 0, greedy", "T = 0.000001"]
    assert announced[-1] == "T = ∞, uniform"
    assert visited == sorted(set(visited))
    assert visited[1] == 1e-6
    assert visited[-2:] == [1e6, math.inf]
    assert [visited[1 + 10 * decade] for decade in range(13)] == [float(f"1e{decade - 6}") for decade in range(13)]
    slider.press("ArrowRight")
    assert page.input_value("#explorer-temperature") == "inf"
    slider.press("PageDown")
    assert 0.0 < float(page.input_value("#explorer-temperature")) < math.inf
    slider.press("Home")
    assert page.input_value("#explorer-temperature") == "0"


def test_every_control_is_reached_by_tab_and_has_a_name(page):
    reached = []
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))
    controls = ["explorer-values", "explorer-temperature", "explorer-slider"]
    assert reached[0] == "Skip to the answer"
    assert "Copy" in reached
    assert [name for name in reached if name in controls][:3] == controls
    for name in ("Action values Q", "Temperature T on a log scale"):
        assert page.get_by_label(name).count() == 1
    for name in ("Entropy", "Log-partition", "Soft value"):
        assert page.locator("dt", has_text=name).count() == 1


@pytest.mark.parametrize(
    ("typed", "typed_temperature", "message", "field"),
    [
        ("1, abc", "1", "value of action 1 must be a number, got “abc”", "values"),
        ("1, nan", "1", "value of action 1 must be a number, got “nan”", "values"),
        ("1, 0x10", "1", "value of action 1 must be a number, got “0x10”", "values"),
        (" , ", "1", "values must hold at least one action", "values"),
        ("1e999", "1", "value of action 0 is beyond the range of floats: 1e999", "values"),
        ("-inf", "1", "at least one value must be above -inf", "values"),
        ("0 " * 201, "1", "values must hold at most 200 actions, got 201", "values"),
        ("1, 2", "-1", "temperature must be in [0, inf], got -1", "temperature"),
        ("1, 2", "", "temperature must be a number, got “”", "temperature"),
        ("1, 2", HOSTILE, f"temperature must be a number, got “{HOSTILE}”", "temperature"),
    ],
)  # fmt: skip
def test_wrong_input_shows_a_message_and_breaks_nothing(page, typed, typed_temperature, message, field):
    page.fill("#explorer-values", typed)
    page.fill("#explorer-temperature", typed_temperature)
    assert page.inner_text("#explorer-error") == message
    assert page.get_attribute(f"#explorer-{field}", "aria-invalid") == "true"
    page.fill("#explorer-values", "3, 4")
    page.fill("#explorer-temperature", "2")
    assert page.inner_text("#explorer-error") == ""
    assert page.get_attribute(f"#explorer-{field}", "aria-invalid") is None
    assert disagreements(shown(page), [3.0, 4.0], 2.0) == []


def test_the_button_copies_and_without_a_clipboard_selects(browser, report):
    selected = "Selected: copy it with Ctrl+C or ⌘C."
    fakes = {
        "{ writeText: async (text) => { window.copied = text; } }": "Copied.",
        "{ writeText: () => Promise.reject(new DOMException('', 'NotAllowedError')) }": selected,
        "undefined": selected,
    }
    for clipboard, status in fakes.items():
        watched = BrowserPage(browser, report)
        watched.page.evaluate(f"Object.defineProperty(navigator, 'clipboard', {{ value: {clipboard} }})")
        watched.page.click("button[data-copies]")
        watched.page.wait_for_function("document.querySelector('.status').textContent !== ''")
        assert watched.page.inner_text(".status") == status
        taken = "window.copied" if status == "Copied." else "window.getSelection().toString()"
        assert watched.page.evaluate(taken) == DESCRIPTION
        assert watched.faults == []
        watched.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1400])
def test_the_page_fits_the_screen_and_can_be_read_by_day_and_night(browser, report, width, scheme):
    watched = BrowserPage(browser, report, viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = watched.page
    page.fill("#explorer-values", "1, 2, 3, -1e-300, 12345.678")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for selector in (
        *("body", ".answer p", "figcaption", "pre code", "#explorer-rows td", "#explorer-values", "button", "nav a"),
        *(".key", ".tool", ".notes summary", ".notes li", "caption", "thead th", ".upwards"),
    ):
        assert contrast(page, selector) >= 4.5, selector
    assert page.get_by_label("Temperature T", exact=True).is_visible()
    assert watched.faults == []
    watched.context.close()


def test_a_page_that_calls_out_is_caught_and_stopped(browser, report, tmp_path):
    """The watch sees a request; the page's policy blocks all requests and all other scripts."""
    text = Path(report.removeprefix("file://")).read_text("utf-8")
    wrong = tmp_path / "wrong.html"
    wrong.write_text(
        text.replace("</main>", '<img src="http://localhost:9/x.png"><script>window.hacked = 1</script></main>'),
        "utf-8",
    )
    watched = BrowserPage(browser, wrong.as_uri())
    assert len([fault for fault in watched.faults if "Content Security Policy" in fault]) == 2
    assert watched.page.evaluate("window.hacked") is None
    watched.context.close()
