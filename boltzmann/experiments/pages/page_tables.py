"""A table on a page: its columns sort it, and on a narrow screen each row stands as a block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from boltzmann.experiments.pages.drawings import breakable, escape, prose

_STACKED, _LETTERS = 3, 42
"""A table with more columns, or more letters in a row, stands in blocks on a narrow screen, one for each row."""
_WIDE = 6
"""A table with more columns has no other beside it."""
_LONG = 20
"""A table with more rows may be cut between them on paper."""


@dataclass(frozen=True)
class Table:
    """A table of text.

    Parameters
    ----------
    caption : str
        What it shows.
    columns : sequence of str
        The headings, at least one.
    rows : sequence of sequences of str
        As many cells each as there are columns.
    heading : int
        The index of the column whose cells name the rows. The columns behind it hold numbers, aligned to the right.
    styles : sequence of int
        The style of the line of each row, which stands before its name; none by default.
    shades : sequence of sequences of float, optional
        How strongly the cells behind the heading are coloured, in [0, 1], NaN for not at all; none by default.

    Raises
    ------
    ValueError
        For a row that is longer or shorter than the headings, a heading that is no column, and styles or shades that
        are more or fewer than the rows.
    """

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    heading: int = 0
    styles: Sequence[int] = ()
    shades: Sequence[Sequence[float]] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.heading < len(self.columns):
            raise ValueError(f"heading must be a column in [0, {len(self.columns)}), got {self.heading}")
        for index, row in enumerate(self.rows):
            if len(row) != len(self.columns):
                raise ValueError(f"rows must have {len(self.columns)} cells, got {len(row)} in row {index}")
        for name in ("styles", "shades"):
            if getattr(self, name) and len(getattr(self, name)) != len(self.rows):
                raise ValueError(
                    f"{name} must be one for each of {len(self.rows)} rows, got {len(getattr(self, name))}"
                )


def scrolling(label: str, content: str, kind: str = "scroll") -> str:
    """Let content that is wider than the screen scroll on its own, by keyboard too."""
    return f'<div class="{kind}" tabindex="0" role="group" aria-label="{escape(label)}">\n{content}\n</div>'


def table_of(table: Table) -> str:
    """Return the HTML of a table."""
    head = "".join(
        f'<th{_side(table, column)} scope="col">{escape(text)}</th>' for column, text in enumerate(table.columns)
    )
    rows = "\n".join(f"<tr>{''.join(_cells(table, number))}</tr>" for number in range(len(table.rows)))
    classes = [
        "sortable",
        *(["stacks"] if _stands_in_blocks(table) else []),
        *(["heat"] if table.shades else []),
        *(["long"] if len(table.rows) > _LONG else []),
    ]
    return scrolling(
        table.caption,
        f'<table class="{" ".join(classes)}">\n<caption>{prose(table.caption)}</caption>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>",
        "scroll wide" if len(table.columns) > _WIDE else "scroll",
    )


def _stands_in_blocks(table: Table) -> bool:
    if table.shades:
        return False
    letters = sum(max(map(len, (heading, *cells))) for heading, *cells in zip(table.columns, *table.rows, strict=True))
    return len(table.columns) > _STACKED or (len(table.columns) == _STACKED and letters > _LETTERS)


def _cells(table: Table, number: int) -> list[str]:
    cells = []
    for column, text in enumerate(table.rows[number]):
        if column == table.heading:
            style = f' data-style="{table.styles[number]}"' if table.styles else ""
            cells.append(f'<th scope="row"{style}><code>{breakable(text)}</code></th>')
            continue
        name = f' data-column="{escape(table.columns[column])}"' if _stands_in_blocks(table) else ""
        shade = table.shades[number][column - table.heading - 1] if table.shades and column > table.heading else None
        tint = f' style="--shade: {shade:.2f}"' if shade is not None and shade == shade else ""
        cells.append(f"<td{_side(table, column)}{name}{tint}>{prose(text)}</td>")
    return cells


def _side(table: Table, column: int) -> str:
    return ' class="number"' if column > table.heading else ""
