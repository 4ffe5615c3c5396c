"""Sentences and the tables of a page, in a terminal."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Sequence

from boltzmann.experiments.pages import Table
from boltzmann.experiments.wording import printable

_WIDTH = 110
"""Columns of all that is printed."""


def let_any_terminal_print() -> None:
    """Replace signs that the terminal does not know, such as plus-minus in ASCII, instead of failing."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")


def wrap(text: str) -> str:
    """Break a title into lines."""
    return textwrap.fill(printable(text), _WIDTH)


def print_sentence(sentence: str) -> None:
    """Print a sentence of an answer, marked and wrapped."""
    print(textwrap.fill(f"=> {printable(sentence)}", _WIDTH, subsequent_indent="   ", break_on_hyphens=False))


def print_answer(sentences: Sequence[str]) -> None:
    """Print the sentences of an answer."""
    print()
    for sentence in sentences:
        print_sentence(sentence)


def print_table(table: Table) -> None:
    """Print a table with its caption; the columns behind its heading column are aligned to the right."""
    let_any_terminal_print()
    lines = [[printable(text) for text in line] for line in (table.columns, *table.rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(table.columns))]
    print(f"\n{wrap(table.caption)}")
    for line in lines:
        cells = [
            text.rjust(width) if column > table.heading else text.ljust(width)
            for column, (text, width) in enumerate(zip(line, widths, strict=True))
        ]
        print(f"    {'  '.join(cells)}".rstrip())
