"""One self-contained HTML page from a list of sections, which uses no network.

This file knows nothing about experiments: a page has headings, sentences, tables, pictures and text to copy, and ends
with the explorer, which computes the Gibbs distribution in the browser. Everything that is passed as text is escaped.
The page's own policy for browsers (Content-Security-Policy) forbids every request and every script but the page's own.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from string import Template

from boltzmann.experiments.pages.drawings import Picture, escape, figure_of, scrolling

_ASSETS = "assets"
_SCRIPTS = ("gibbs.js", "temperatures.js", "chart.js", "explorer.js", "copying.js")
_NEWLINE = "\n"
_STACKED = 3
"""A table with more columns stands in blocks on a narrow screen, one for each row."""
_EXPLORER = ("explorer", "Explorer")


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

    Raises
    ------
    ValueError
        For a row that is longer or shorter than the headings, and a heading that is no column.
    """

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    heading: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.heading < len(self.columns):
            raise ValueError(f"heading must be a column in [0, {len(self.columns)}), got {self.heading}")
        for index, row in enumerate(self.rows):
            if len(row) != len(self.columns):
                raise ValueError(f"rows must have {len(self.columns)} cells, got {len(row)} in row {index}")


@dataclass(frozen=True)
class Section:
    """A heading, a sentence, and what they are about, in this order: pictures, tables, text to copy."""

    heading: str
    sentence: str = ""
    pictures: Sequence[Picture] = ()
    tables: Sequence[Table] = ()
    to_copy: str = ""


def render_page(title: str, answer: Sequence[str], sections: Sequence[Section]) -> str:
    """Return the HTML of a page.

    Parameters
    ----------
    title : str
        The page's name and first heading.
    answer : sequence of str
        The sentences that stand before everything else, a paragraph each.
    sections : sequence of Section
        The sections behind the answer, in this order; the explorer comes last.

    Returns
    -------
    str
        To be written as UTF-8. The same arguments give the same text.

    Examples
    --------
    >>> page = render_page("A & B", ["A did best."], [Section("Scores", "Of one run.")])
    >>> "<title>A &amp; B</title>" in page, "<p>A did best.</p>" in page
    (True, True)
    """
    script = "\n".join(_asset(name) for name in _SCRIPTS)
    names = [f"section-{number}" for number in range(1, len(sections) + 1)]
    entries = [*((name, section.heading) for name, section in zip(names, sections, strict=True)), _EXPLORER]
    return Template(_asset("page.html")).substitute(
        title=escape(title),
        policy=_policy(script),
        style=_asset("report.css"),
        links="\n".join(f'<li><a href="#{name}">{escape(heading)}</a></li>' for name, heading in entries),
        answer="\n".join(map(_paragraph, answer)),
        sections="\n".join(map(_section, names, sections)),
        explorer=_asset("explorer.html"),
        script=script,
    )


def _asset(name: str) -> str:
    return (files("boltzmann.experiments.pages") / _ASSETS / name).read_text(encoding="utf-8")


def _policy(script: str) -> str:
    """Allow this one script by its hash, and no address at all."""
    # Browsers hash the line break before the script in the template too.
    digest = base64.b64encode(hashlib.sha256(f"\n{script}".encode()).digest()).decode()
    return (
        "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; style-src 'unsafe-inline'; "
        f"script-src 'sha256-{digest}'"
    )


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def _section(name: str, section: Section) -> str:
    parts = [
        f'<section id="{name}" aria-labelledby="{name}-heading">',
        f'<h2 id="{name}-heading">{escape(section.heading)}</h2>',
        _paragraph(section.sentence) if section.sentence else "",
        *(figure_of(f"{name}-picture-{number}", picture) for number, picture in enumerate(section.pictures, start=1)),
        *map(_table, section.tables),
        _text_to_copy(f"{name}-text", section.to_copy) if section.to_copy else "",
        "</section>",
    ]
    return "\n".join(part for part in parts if part)


def _table(table: Table) -> str:
    head = "".join(
        f'<th{_side(table, column)} scope="col">{escape(text)}</th>' for column, text in enumerate(table.columns)
    )
    rows = "\n".join(
        f"<tr>{''.join(_cell(table, column, text) for column, text in enumerate(row))}</tr>" for row in table.rows
    )
    stacks = ' class="stacks"' if len(table.columns) > _STACKED else ""
    return scrolling(
        table.caption,
        f"<table{stacks}>\n<caption>{escape(table.caption)}</caption>\n<thead><tr>{head}</tr></thead>\n"
        f"<tbody>\n{rows}\n</tbody>\n</table>",
    )


def _cell(table: Table, column: int, text: str) -> str:
    if column != table.heading:
        # A narrow column may break before the sign, but not behind it.
        name = f' data-column="{escape(table.columns[column])}"' if len(table.columns) > _STACKED else ""
        return f"<td{_side(table, column)}{name}>{escape(text).replace('± ', '±&nbsp;')}</td>"
    # Long expressions may break before their arguments.
    breakable = re.sub(r"([(,] ?)", r"\1<wbr>", escape(text))
    return f'<th scope="row"><code>{breakable}</code></th>'


def _side(table: Table, column: int) -> str:
    return ' class="number"' if column > table.heading else ""


def _text_to_copy(name: str, text: str) -> str:
    return (
        f'<pre tabindex="0"><code id="{name}">{escape(text, keep=_NEWLINE)}</code></pre>\n'
        f'<p><button type="button" data-copies="{name}" hidden>Copy</button>'
        f'<span class="status" id="{name}-status" role="status"></span></p>'
    )
