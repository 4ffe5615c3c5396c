"""All figures look as seaborn's do, without importing it; a policy looks the same in all of them and on the page."""

import re

import seaborn
from matplotlib import rcParams

from boltzmann.experiments import Judgement, write_report
from boltzmann.experiments.charts import COLOURS
from boltzmann.experiments.figures.curves import curves_of
from boltzmann.experiments.figures.differences import differences_of
from boltzmann.experiments.figures.profiles import profiles_of
from boltzmann.experiments.figures.style import LOOK, line_style, look, marker_of


def test_the_look_is_seaborns():
    wanted = dict(seaborn.axes_style("whitegrid", {"grid.color": "0.9", "axes.edgecolor": "0.7"}))
    wanted |= seaborn.plotting_context("notebook", font_scale=0.85)
    # No figure here shows an image.
    del wanted["image.cmap"]
    with look():
        assert {name: rcParams[name] for name in wanted} == wanted
    assert set(LOOK) <= set(wanted)


def test_the_first_32_styles_differ_and_each_has_its_mark():
    looks = [line_style(style) for style in range(32)]
    assert len({(look["color"], str(look["linestyle"])) for look in looks}) == 32
    assert len({marker_of(style) for style in range(8)}) == 5


def test_a_policy_has_the_colour_of_the_page_in_every_figure(results, tmp_path):
    """The policies of the second task stand behind those of the first: their place in a task does not decide."""
    judgement = Judgement(results, "gap")
    write_report(results, tmp_path / "report.html", metric="gap")
    page = (tmp_path / "report.html").read_text("utf-8")
    colours = re.findall(r"--colour-\d: (#\w{6})", page)[: len(COLOURS)]
    rows = {(name, int(style)) for style, name in re.findall(r'data-style="(\d+)"><code>(.*?)</code>', page)}
    wanted = {name.replace("<wbr>", ""): colours[style] for name, style in rows}
    for draw in (curves_of, profiles_of):
        for panel in draw(judgement).axes:
            drawn = {line.get_label(): line.get_color() for line in panel.get_lines() if line.get_label() in wanted}
            assert drawn == {name: wanted[name] for name in drawn}
            assert len(drawn) > 1
    for panel, judged in zip(differences_of(judgement).axes, judgement.tasks, strict=True):
        dots = sorted(
            (line for line in panel.get_lines() if len(line.get_xdata()) == 1), key=lambda dot: dot.get_ydata()
        )
        assert [dot.get_color() for dot in dots] == [wanted[label] for label in judged.labels]
