"""Tables of a page, in a terminal."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Sequence

from boltzmann.experiments.pages import Table

WIDTH = 110
"""Columns of everything that is printed."""


def print_answer(sentences: Sequence[str]) -> None:
    """Print the sentences of an answer, each marked and wrapped."""
    print()
    for sentence in sentences:
        print(textwrap.fill(f"=> {sentence}", WIDTH, subsequent_indent="   ", break_on_hyphens=False))


def print_table(table: Table) -> None:
    """Print a table with its caption; what stands behind its heading column stands to the right."""
    if hasattr(sys.stdout, "reconfigure"):
        # A terminal that knows only ASCII shall not lose the table for a plus-minus sign.
        sys.stdout.reconfigure(errors="replace")
    lines = [table.columns, *table.rows]
    widths = [max(len(line[place]) for line in lines) for place in range(len(table.columns))]
    print(f"\n{textwrap.fill(table.caption, WIDTH)}")
    for line in lines:
        cells = [
            text.rjust(width) if place > table.heading else text.ljust(width)
            for place, (text, width) in enumerate(zip(line, widths, strict=True))
        ]
        print(f"    {'  '.join(cells)}".rstrip())
