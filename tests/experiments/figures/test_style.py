"""The look of all figures is seaborn's, without the time that importing it takes."""

import seaborn
from matplotlib import rcParams
from matplotlib.colors import to_hex

from boltzmann.experiments.figures.style import COLOURS, LOOK, look


def test_the_look_is_seaborns():
    wanted = dict(seaborn.axes_style("whitegrid", {"grid.color": "0.9", "axes.edgecolor": "0.7"}))
    wanted |= seaborn.plotting_context("notebook", font_scale=0.85)
    # No figure here shows an image.
    del wanted["image.cmap"]
    with look():
        assert {name: rcParams[name] for name in wanted} == wanted
    assert set(LOOK) <= set(wanted)


def test_the_colours_are_seaborns_but_for_the_yellow():
    palette = [to_hex(colour) for colour in seaborn.color_palette("colorblind", 10)]
    assert [(ours, theirs) for ours, theirs in zip(COLOURS, palette, strict=True) if ours != theirs] == [
        ("#1a1a1a", "#ece133")
    ]
