"""What a log says about temperatures, shown: a figure, tables and a page.

- ``value_figure``: the value against the temperature, with what the log does not cover; ``value_chart``: on a page
- ``choice_page``: the leaderboard as a table, and the page
"""

from boltzmann.offpolicy.shown.choice_page import choice_table, write_choice
from boltzmann.offpolicy.shown.value_figure import SHOWS, draw_choice

__all__ = ["SHOWS", "choice_table", "draw_choice", "write_choice"]
