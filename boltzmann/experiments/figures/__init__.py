"""Figures of a comparison, drawn with seaborn and matplotlib, which are imported only when something is drawn.

- ``curves``: metrics along the steps; ``sensitivity``: a metric against a temperature or another number
- ``differences``: paired differences as a forest plot; ``profiles``: how replicates are spread
- ``style``: what the figures share; ``labels``: names beside lines; ``files``: writing to a file
"""

from boltzmann.experiments.figures.curves import draw_learning_curves
from boltzmann.experiments.figures.differences import draw_differences
from boltzmann.experiments.figures.gains import draw_gains
from boltzmann.experiments.figures.limits import draw_limits
from boltzmann.experiments.figures.profiles import draw_profiles
from boltzmann.experiments.figures.saving import save_figure
from boltzmann.experiments.figures.sensitivity import draw_sensitivity

__all__ = [
    "draw_differences",
    "draw_gains",
    "draw_learning_curves",
    "draw_limits",
    "draw_profiles",
    "draw_sensitivity",
    "save_figure",
]
