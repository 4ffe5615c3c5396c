"""Sentences and the tables of a page, in a terminal."""

from __future__ import annotations

import re
import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path

from boltzmann.experiments.pages import Table
from boltzmann.experiments.wording import printable
from scripts.support.output import note
from scripts.support.streams import as_shown

_MOST, _LEAST = 100, 40
"""Columns of all that is printed, at most and at least; a narrower terminal breaks lines itself."""
_INDENT, _GAP = 4, 2
_TIE = "\N{NO-BREAK SPACE}"


def width_of_all() -> int:
    """Return the columns of all that is printed: those of the terminal, at most 100, and 100 in a file."""
    if not sys.stdout.isatty():
        return _MOST
    return min(max(shutil.get_terminal_size((_MOST, 24)).columns, _LEAST), _MOST)


def wrap(text: str) -> str:
    """Break a title into lines."""
    return _filled(text)


def print_path(name: str, path: Path, more: str = "") -> None:
    """Print a file or folder that was written, in one line."""
    note("files", {"kind": name, "path": path})
    print(f"{name + ':':8} {printable(str(path))} {more}".rstrip())


def _filled(text: str, first: str = "", others: str = "") -> str:
    """Break a text into lines, but neither before or after an equals sign nor within an interval."""
    tied = re.sub(r" = |(?<=,) (?=[^ \]]*\])", lambda spaces: spaces[0].replace(" ", _TIE), printable(text))
    lines = textwrap.fill(tied, width_of_all(), initial_indent=first, subsequent_indent=others, break_on_hyphens=False)
    return lines.replace(_TIE, " ")


def print_remark(text: str) -> None:
    """Print a remark below a table."""
    indent = " " * _INDENT
    print(_filled(text, indent, indent))


def print_sentence(sentence: str) -> None:
    """Print a sentence of an answer, marked and wrapped."""
    note("answer", sentence)
    print(_filled(f"=> {sentence}", others="   "))


def print_answer(sentences: Sequence[str]) -> None:
    """Print the sentences of an answer."""
    print()
    for sentence in sentences:
        print_sentence(sentence)


def print_table(table: Table) -> None:
    """Print a table with its caption; the columns behind its heading column are aligned to the right.

    Where the columns do not fit beside each other, their heads take several lines; then the longest names stand in
    lines of their own; and at last each number has a line, with the head of its column.
    """
    note("tables", {"caption": table.caption, "columns": table.columns, "rows": table.rows})
    print(f"\n{wrap(table.caption)}")
    heads, rows = [as_shown(head) for head in table.columns], [[as_shown(text) for text in row] for row in table.rows]
    for line in _lines(heads, rows, table.heading, width_of_all() - _INDENT):
        print(f"{'':{_INDENT}}{line}".rstrip())


def _lines(heads: list[str], rows: list[list[str]], heading: int, most: int) -> Iterator[str]:
    """Lay a table out within so many columns."""
    widths, excess = _narrowed(heads, rows, most)
    if excess > 0 and widths[heading] - excess >= len(heads[heading]):
        widths[heading], excess = widths[heading] - excess, 0
    if excess <= 0:
        for parts in zip_longest(*map(_broken, heads, widths), fillvalue=""):
            yield _aligned(parts, widths, heading)
        for row in rows:
            yield from _row(row, widths, heading)
        return
    rest = [[text for column, text in enumerate(row) if column != heading] for row in (heads, *rows)]
    widths, excess = _narrowed(rest[0], rest[1:], most)
    if excess <= 0:
        yield heads[heading]
        for parts in zip_longest(*map(_broken, rest[0], widths), fillvalue=""):
            yield _aligned(parts, widths, heading - 1)
    for row, others in zip(rows, rest[1:], strict=True):
        yield row[heading]
        if excess <= 0:
            yield _aligned(others, widths, heading - 1)
        else:
            named = [(head, text) for head, text in zip(rest[0], others, strict=True) if text.strip()]
            yield from (f"    {head}: {text}" if head else f"    {text}" for head, text in named)


def _narrowed(heads: list[str], rows: list[list[str]], most: int) -> tuple[list[int], int]:
    """Return the widths of columns, with heads in several lines where needed, and how far they are too wide then."""
    content = [max((len(row[column]) for row in rows), default=0) for column in range(len(heads))]
    widths = [max(pair) for pair in zip(content, map(len, heads), strict=True)]
    words = [max(map(len, head.split()), default=0) for head in heads]
    least = [max(pair) for pair in zip(content, words, strict=True)]
    while (excess := sum(widths) + _GAP * (len(widths) - 1) - most) > 0:
        spare, column = max(
            (width - low, column) for column, (width, low) in enumerate(zip(widths, least, strict=True))
        )
        if not spare:
            break
        widths[column] -= 1
    return widths, excess


def _row(row: Sequence[str], widths: Sequence[int], heading: int) -> Iterator[str]:
    """Lay a row out; a name that is too long has a line of its own."""
    if len(row[heading]) > widths[heading]:
        yield _aligned(row[: heading + 1], widths, heading)
        row = [*[""] * (heading + 1), *row[heading + 1 :]]
    yield _aligned(row, widths, heading)


def _broken(head: str, width: int) -> list[str]:
    return textwrap.wrap(head, max(width, 1), break_long_words=False, break_on_hyphens=False)


def _aligned(texts: Sequence[str], widths: Sequence[int], heading: int) -> str:
    return (" " * _GAP).join(
        text.rjust(width) if column > heading else text.ljust(width)
        for column, (text, width) in enumerate(zip(texts, widths, strict=False))
    )
