"""Sentences and the tables of a page, in a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path

from boltzmann.experiments.pages import Table
from boltzmann.experiments.wording import printable
from scripts.support.streams import as_shown

_WIDTH = 110
"""Columns of all that is printed."""


def wrap(text: str) -> str:
    """Break a title into lines."""
    return textwrap.fill(printable(text), _WIDTH)


def print_path(name: str, path: Path, more: str = "") -> None:
    """Print a file or folder that was written, in one line."""
    print(f"{name + ':':8} {printable(str(path))} {more}".rstrip())


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
    lines = [[as_shown(text) for text in line] for line in (table.columns, *table.rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(table.columns))]
    print(f"\n{wrap(table.caption)}")
    for line in lines:
        cells = [
            text.rjust(width) if column > table.heading else text.ljust(width)
            for column, (text, width) in enumerate(zip(line, widths, strict=True))
        ]
        print(f"    {'  '.join(cells)}".rstrip())
