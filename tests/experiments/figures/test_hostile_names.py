"""Names are text in every figure and on the page, whatever they hold and whatever the user's matplotlibrc says."""

import html
import warnings

import numpy as np
import pytest
from matplotlib import rc_context, rcParams
from matplotlib.text import Text

from boltzmann.experiments import (
    Judgement,
    draw_differences,
    draw_learning_curves,
    draw_profiles,
    draw_sensitivity,
    save_figure,
    write_report,
)
from boltzmann.experiments.figures.style import LONGEST, look, plain, shown_labels
from boltzmann.experiments.pages import write_judgement
from boltzmann.experiments.studies import draw_gains, draw_limits
from boltzmann.experiments.studies.annealing import Gain
from tests.support.figures import named
from tests.support.html_page import Page
from tests.support.rewards import store_rewards

NAMES = [
    *("a$b", "$$", "$a$", "$\\frac{$", "a_b", "\\alpha", "50 %", "{x}", "a^b", "#&~", "x" * 500, "x " * 15_000),
    *("a\nb", "a\r\nb", "a\tb", "a\0b", "\x1b[31mred", "\u202eabc", "😀", "漢字", "שלום", "é"),
    *("<script>alert(1)</script>", "</svg><b>", "&lt;", '"><i>', "${title}", "$title"),
]
DRAW = [draw_learning_curves, draw_differences, draw_profiles]
HOSTILE_STYLE = {
    **{"text.usetex": True, "axes.formatter.use_mathtext": True, "font.family": "fantasy", "font.size": 40},
    **{"figure.autolayout": True, "savefig.bbox": "tight", "savefig.dpi": 5, "figure.dpi": 400, "xtick.labelsize": 60},
    **{"axes.unicode_minus": False, "svg.fonttype": "none", "axes.facecolor": "black", "savefig.transparent": True},
}


def results_named(folder, name):
    finals = np.random.default_rng(0).normal(size=(2, 12))
    return store_rewards(folder, [name, "B(0.5)"], finals, environment=name)


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_every_name_is_drawn_as_text(name, tmp_path):
    results = results_named(tmp_path / "r", name)
    short = shown_labels({name: name})[name]
    assert short.isprintable()
    assert len(short) <= LONGEST
    for draw in DRAW if name in ("$$", NAMES[10]) else DRAW[:1]:
        figure = draw(results)
        with look():
            texts = figure.findobj(Text)
        assert not any(text.get_parse_math() or text.get_usetex() for text in texts)
        # A low resolution takes a third of the time.
        figure.savefig(tmp_path / "figure.png", dpi=30)
    assert short in named(draw_learning_curves(results).axes[0])


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_every_name_is_text_on_the_page(name, tmp_path):
    results = results_named(tmp_path / "r", name)
    write_judgement(Judgement(results), tmp_path / "report.html")
    page = Page((tmp_path / "report.html").read_text("utf-8"))
    assert len(page.all("script")) == 1
    assert not page.all("b") + page.all("i") + page.closed_wrongly
    shown = "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in name)
    assert shown.strip() in page.texts["title"][0]
    assert shown.strip() in {text.strip() for text in page.texts["th"]} | set(page.texts["th"])
    assert html.escape("<script>alert") in (tmp_path / "report.html").read_text("utf-8") or "alert" not in name


def test_names_in_the_figures_of_studies_are_text_too(tmp_path):
    for name in ("$$", "a\tb" + "x" * 500):
        gain = Gain(name, "at the end", name, 0.1, name, name, "gap", 0.5, 0.1, 0.9, 0.01, 1.0)
        save_figure(draw_gains([gain]), tmp_path / "gains.png")
        save_figure(draw_limits({name: [0.0, 1.0], "other": [0.0, 2.0]}), tmp_path / "limits.png")
    results = store_rewards(tmp_path / "r", ["A('$$', 0.5)", "A('$$', 1.0)", "$a$"], np.eye(3), environment="$$")
    figure = draw_sensitivity(results, "A('$$', x)")
    save_figure(figure, tmp_path / "sensitivity.svg")
    assert figure.axes[0].get_xlabel() == "x in A('$$', x)"


@pytest.mark.parametrize("draw", DRAW)
def test_a_users_own_style_changes_nothing(draw, tmp_path):
    results = results_named(tmp_path / "r", "a_$b$")
    save_figure(draw(results), tmp_path / "usual.png")
    figure = draw(results)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with rc_context(HOSTILE_STYLE):
            before = dict(rcParams)
            save_figure(draw(results), tmp_path / "odd.png")
            draw(results).savefig(tmp_path / "own.png", dpi=150)
            # Also a figure that was drawn before the style was set.
            save_figure(figure, tmp_path / "late.png")
            assert dict(rcParams) == before
    usual = (tmp_path / "usual.png").read_bytes()
    assert all((tmp_path / f"{name}.png").read_bytes() == usual for name in ("odd", "own", "late"))


def test_the_page_is_the_same_in_a_users_own_style(tmp_path):
    results = results_named(tmp_path / "r", "a_$b$")
    write_report(results, tmp_path / "usual.html")
    with rc_context(HOSTILE_STYLE):
        write_report(results, tmp_path / "odd.html")
    assert (tmp_path / "odd.html").read_bytes() == (tmp_path / "usual.html").read_bytes()


def test_names_without_a_sign_in_the_font_stay_different():
    assert plain("漢字") == "\\u6f22\\u5b57"
    assert plain("é τ → ∞ שלום") == "é τ → ∞ שלום"
    long = {"1": "x" * 100, "2": "x" * 99 + "y", "3": "z"}
    assert len(set(shown_labels(long).values())) == 3
