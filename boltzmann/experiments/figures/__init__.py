"""Figures of a comparison, drawn with matplotlib, which is imported only when something is drawn.

- ``style``: what the figures share; ``legends``: names beside lines
- ``curves``: metrics along the steps; ``sensitivity``: a metric against a temperature or another number
- ``differences``: paired differences as a forest plot; ``profiles``: the distribution over replicates
- ``listing``: the list of figures that a comparison has
- ``saving``: writing to a file
"""

from boltzmann.experiments.figures.curves import draw_learning_curves
from boltzmann.experiments.figures.differences import differences_of, draw_differences
from boltzmann.experiments.figures.listing import FIGURES, ComparisonFigure, draw_figures
from boltzmann.experiments.figures.profiles import draw_profiles
from boltzmann.experiments.figures.saving import require_figure_format, save_figure
from boltzmann.experiments.figures.sensitivity import draw_sensitivity
from boltzmann.experiments.figures.style import EPISODES_NOTE, LETTER, agent_styles, look, put_caption

__all__ = [
    "EPISODES_NOTE",
    "FIGURES",
    "LETTER",
    "ComparisonFigure",
    "agent_styles",
    "differences_of",
    "draw_differences",
    "draw_figures",
    "draw_learning_curves",
    "draw_profiles",
    "draw_sensitivity",
    "look",
    "put_caption",
    "require_figure_format",
    "save_figure",
]
