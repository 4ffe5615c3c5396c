"""What objects show of themselves in a notebook: HTML with small drawings in SVG, made of numbers and texts alone.

- ``frame``: text that is safe in HTML, the expression of an object, and tables
- ``bars``: probabilities of actions, a drawing for each row
- ``line``: one quantity over the steps

Colours follow the notebook: text has the colour that surrounds it, so that a drawing reads on light and dark alike.
"""

from boltzmann.pictures.bars import MOST_ACTIONS, MOST_ROWS, Bar, bars
from boltzmann.pictures.frame import expression, figure, safe, table
from boltzmann.pictures.line import line

__all__ = ["MOST_ACTIONS", "MOST_ROWS", "Bar", "bars", "expression", "figure", "line", "safe", "table"]
