"""Pages of results: one HTML file each, which loads nothing.

- ``html``: sections, tables and pictures as a page
- ``drawings``: a picture in the page
- ``parts``: what pages share
- ``comparison``: the page of a comparison
- ``assets``: the style sheet and the scripts
"""

from boltzmann.experiments.pages.comparison import suite_tables, write_judgement, write_report
from boltzmann.experiments.pages.drawings import Picture
from boltzmann.experiments.pages.html import Section, Table, render_page
from boltzmann.experiments.pages.parts import picture, pictures_of, repetition, write_page
from boltzmann.experiments.statistics import with_ends, with_half_width

__all__ = [
    "Picture",
    "Section",
    "Table",
    "picture",
    "pictures_of",
    "render_page",
    "repetition",
    "suite_tables",
    "with_ends",
    "with_half_width",
    "write_judgement",
    "write_page",
    "write_report",
]
