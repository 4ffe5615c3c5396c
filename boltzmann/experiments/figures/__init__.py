"""Figures of a comparison, drawn with matplotlib, which is imported only when something is drawn.

- ``style``: what the figures share; ``legends``: names beside lines
- ``curves``: metrics along the steps; ``sensitivity``: a metric against a temperature or another number
- ``differences``: paired differences as a forest plot; ``profiles``: the distribution over replicates
- ``aggregates``: one number for all tasks
- ``listing``: the list of figures that a comparison has
- ``styled_figure``: a figure that the user's own settings do not change
- ``saving``: writing to a file
"""

from boltzmann.experiments.charts import COLOURS, decade
from boltzmann.experiments.figures.curves import draw_learning_curves
from boltzmann.experiments.figures.differences import differences_of, draw_differences
from boltzmann.experiments.figures.listing import FIGURES, ComparisonFigure, draw_figures
from boltzmann.experiments.figures.profiles import draw_profiles
from boltzmann.experiments.figures.saving import Attempt, each_figure, require_figure_format, save_figure
from boltzmann.experiments.figures.sensitivity import draw_sensitivity
from boltzmann.experiments.figures.style import (
    EPISODES_NOTE,
    LETTER,
    LINE,
    LONGEST,
    line_style,
    look,
    marker_of,
    new_figure,
    plain,
    put_caption,
    shown_labels,
    use_decades,
)

__all__ = [
    "COLOURS",
    "EPISODES_NOTE",
    "FIGURES",
    "LETTER",
    "LINE",
    "LONGEST",
    "Attempt",
    "ComparisonFigure",
    "decade",
    "differences_of",
    "draw_differences",
    "draw_figures",
    "draw_learning_curves",
    "draw_profiles",
    "draw_sensitivity",
    "each_figure",
    "line_style",
    "look",
    "marker_of",
    "new_figure",
    "plain",
    "put_caption",
    "require_figure_format",
    "save_figure",
    "shown_labels",
    "use_decades",
]
