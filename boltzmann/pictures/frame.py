"""Text, expressions and tables as HTML."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

_CELL = "padding:2px 10px 2px 0;white-space:nowrap;text-align:"


def safe(text: object) -> str:
    """Return a text for use in HTML.

    >>> safe("1 < 2")
    '1 &lt; 2'
    """
    return html.escape(str(text))


def expression(made: object) -> str:
    """Return an object's expression as code."""
    return f"<code>{safe(repr(made))}</code>"


def figure(*parts: str) -> str:
    """Put parts below each other, as one block of limited width."""
    return (
        f'<div style="max-width:800px;line-height:1.4">{"".join(f"<div>{part}</div>" for part in parts if part)}</div>'
    )


def table(head: Sequence[str], rows: Iterable[Sequence[object]], *, text_columns: int = 1) -> str:
    """Return a table; the first ``text_columns`` columns are texts and start at the left, all others are numbers.

    >>> print(table(["agent", "steps"], [["a<b", 10]]).count("a&lt;b"))
    1
    """

    def line(cells: Sequence[object], tag: str) -> str:
        aligned = ["left" if column < text_columns else "right" for column in range(len(cells))]
        row = (f'<{tag} style="{_CELL}{side}">{safe(cell)}</{tag}>' for cell, side in zip(cells, aligned, strict=True))
        return f"<tr>{''.join(row)}</tr>"

    body = "".join(line(row, "td") for row in rows)
    style = "border-collapse:collapse;font-size:13px"
    return f'<table style="{style}"><thead>{line(head, "th")}</thead><tbody>{body}</tbody></table>'
