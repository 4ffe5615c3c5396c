"""What a page draws, as numbers: lines with bands, and rows of intervals. The page's own script makes pictures of them.

- ``palette``: colours, dashes and marks of the styles
- ``model``: axes, lines, panels, rows and charts
- ``learning_charts``: metrics along the steps, and the numbers that figures draw too
- ``replicate_charts``: how the replicates of a policy spread
- ``interval_charts``: paired differences, and one number for all tasks
- ``family_charts``: a metric against a temperature or another number
"""

from boltzmann.experiments.charts.family_charts import (
    ENDS_APART,
    REFERENCES,
    Family,
    axis_with_ends,
    by_learner,
    family_charts,
    family_panel,
    family_styles,
    lines_of,
    positions_with_ends,
    usual_families,
)
from boltzmann.experiments.charts.interval_charts import aggregate_charts, difference_charts
from boltzmann.experiments.charts.learning_charts import (
    EXPLORATION,
    MANY,
    STRONG,
    CurveNumbers,
    best_first,
    curve_numbers,
    exploration_charts,
    learning_charts,
    panels_beside,
    policy_styles,
    styles_of,
)
from boltzmann.experiments.charts.model import Axis, Chart, Line, LinePanel, Row, RowPanel, decade
from boltzmann.experiments.charts.palette import COLOURS, COLOURS_BY_NIGHT, DASHES, MARKS, dashes_of, mark_of
from boltzmann.experiments.charts.replicate_charts import replicate_charts

__all__ = [
    "COLOURS",
    "COLOURS_BY_NIGHT",
    "DASHES",
    "ENDS_APART",
    "EXPLORATION",
    "MANY",
    "MARKS",
    "REFERENCES",
    "STRONG",
    "Axis",
    "Chart",
    "CurveNumbers",
    "Family",
    "Line",
    "LinePanel",
    "Row",
    "RowPanel",
    "aggregate_charts",
    "axis_with_ends",
    "best_first",
    "by_learner",
    "curve_numbers",
    "dashes_of",
    "decade",
    "difference_charts",
    "exploration_charts",
    "family_charts",
    "family_panel",
    "family_styles",
    "learning_charts",
    "lines_of",
    "mark_of",
    "panels_beside",
    "policy_styles",
    "positions_with_ends",
    "replicate_charts",
    "styles_of",
    "usual_families",
]
