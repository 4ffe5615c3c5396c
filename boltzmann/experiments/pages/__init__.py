"""Pages of results: one HTML file each, which loads nothing.

- ``html``: answers and sections as a page
- ``page_charts``, ``row_axes``, ``page_tables``, ``drawings``: charts, tables and drawings of one's own on it
- ``parts``: what pages share
- ``comparison``: the page of a comparison
- ``assets``: the style sheets and the scripts, which draw charts, sort tables and compute the explorer
"""

from boltzmann.experiments.pages.comparison import suite_tables, write_judgement, write_report
from boltzmann.experiments.pages.drawings import Picture
from boltzmann.experiments.pages.html import Answer, Section, render_page
from boltzmann.experiments.pages.page_tables import Table
from boltzmann.experiments.pages.parts import repetition, write_page
from boltzmann.experiments.statistics import with_ends, with_half_width

__all__ = [
    "Answer",
    "Picture",
    "Section",
    "Table",
    "render_page",
    "repetition",
    "suite_tables",
    "with_ends",
    "with_half_width",
    "write_judgement",
    "write_page",
    "write_report",
]
