"""One self-contained HTML page from a list of sections, which uses no network.

This file knows nothing about experiments: a page has answers, headings, sentences, charts, tables, pictures and text to
copy, and ends with the explorer, which computes the Gibbs distribution in the browser. Everything that is passed as
text is escaped. The page's own policy for browsers (Content-Security-Policy) forbids every request and every script but
the page's own.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import groupby
from string import Template

from boltzmann.experiments.charts import Chart
from boltzmann.experiments.pages.drawings import Picture, breakable, escape, figure_of, prose
from boltzmann.experiments.pages.page_charts import chart_of
from boltzmann.experiments.pages.page_styles import palette_script, palette_style
from boltzmann.experiments.pages.page_tables import Table, table_of

_ASSETS = "assets"
_STYLES = tuple(f"style/{name}.css" for name in ("base", "tables", "charts", "explorer", "print"))
_SCRIPTS = (
    *(f"charts/{name}.js" for name in ("styles", "scales", "lines", "pointer", "legend", "start")),
    *(f"explorer/{name}.js" for name in ("gibbs", "temperatures", "probabilities", "explorer")),
    *("tables.js", "folding.js", "copying.js"),
)
_NEWLINE = "\n"
_EXPLORER = ("explorer", "Explorer")


@dataclass(frozen=True)
class Answer:
    """An answer at the top of a page: one sentence with its number.

    Parameters
    ----------
    about : str
        What was asked, such as the task.
    best : str
        The answer in a few words.
    number : str
        The number that it rests on, with its interval.
    unit : str
        What the number is.
    sentences : sequence of str
        How sure it is, and what else is to be said.
    """

    about: str
    best: str
    number: str = ""
    unit: str = ""
    sentences: Sequence[str] = ()


@dataclass(frozen=True)
class Section:
    """A heading, a sentence, and what they are about, in this order: charts, pictures, tables, text to copy.

    Parameters
    ----------
    heading : str
        The heading; it folds the section.
    sentence : str
        What the section says.
    pictures, tables, to_copy
        Drawings of one's own, tables, and a text, or several, with a button that copies it.
    charts : sequence of Chart
        What the page draws from numbers.
    notes : sequence of str
        How to read it, a sentence or two each, which stand folded.
    is_folded : bool
        Whether it is closed at first.
    """

    heading: str
    sentence: str = ""
    pictures: Sequence[Picture] = ()
    tables: Sequence[Table] = ()
    to_copy: str | Sequence[str] = ()
    charts: Sequence[Chart] = ()
    notes: Sequence[str] = ()
    is_folded: bool = False


def render_page(title: str, answer: Sequence[str | Answer], sections: Sequence[Section]) -> str:
    """Return the HTML of a page.

    Parameters
    ----------
    title : str
        The page's name and first heading.
    answer : sequence of str or Answer
        What stands before everything else, a paragraph each.
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
    script = "\n".join([palette_script(), *map(_asset, _SCRIPTS)])
    names = [f"section-{number}" for number in range(1, len(sections) + 1)]
    entries = [*((name, section.heading) for name, section in zip(names, sections, strict=True)), _EXPLORER]
    return Template(_asset("page.html")).substitute(
        title=escape(title),
        policy=_policy(script),
        style="".join([palette_style(), *map(_asset, _STYLES)]),
        links="\n".join(f'<li><a href="#{name}">{escape(heading)}</a></li>' for name, heading in entries),
        answer=_answers(answer),
        sections="\n".join(map(_section, names, sections)),
        explorer=_asset("explorer/explorer.html"),
        script=script,
    )


def _asset(name: str) -> str:
    return (files("boltzmann.experiments.pages") / _ASSETS).joinpath(*name.split("/")).read_text(encoding="utf-8")


def _policy(script: str) -> str:
    """Allow this one script by its hash, and no address at all."""
    # Browsers hash the line break before the script in the template too.
    digest = base64.b64encode(hashlib.sha256(f"\n{script}".encode()).digest()).decode()
    return (
        "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; style-src 'unsafe-inline'; "
        f"script-src 'sha256-{digest}'"
    )


def _paragraph(text: str) -> str:
    return f"<p>{prose(text)}</p>"


def _answers(answers: Sequence[str | Answer]) -> str:
    """Set each answer as a card; plain sentences stand between them, or are a card where there is no other."""
    kind = "said" if any(isinstance(one, Answer) for one in answers) else "answer"
    parts = []
    for is_plain, some in groupby(answers, lambda one: isinstance(one, str)):
        if is_plain:
            sentences = "\n".join(_paragraph(str(one)) for one in some)
            parts.append(f'<div class="{kind}">\n{sentences}\n</div>')
        else:
            parts += [_card(one) for one in some if isinstance(one, Answer)]
    return "\n".join(parts)


def _card(answer: Answer) -> str:
    unit = f' <span class="unit">{escape(answer.unit)}</span>' if answer.unit else ""
    # The estimate is large; its interval, which is long, stands behind it and is not cut.
    estimate, interval = re.split(r"(?=[\[±]|$)", answer.number, maxsplit=1)
    number = prose(estimate) + (f'<span class="interval">{prose(interval)}</span>' if interval else "")
    parts = [
        f'<p class="about">{breakable(answer.about)}</p>' if answer.about else "",
        f'<p class="best">{breakable(answer.best)}</p>',
        f'<p class="number">{number}{unit}</p>' if answer.number else "",
        *map(_paragraph, answer.sentences),
    ]
    return '<div class="answer">\n' + "\n".join(filter(None, parts)) + "\n</div>"


def _section(name: str, section: Section) -> str:
    tables = "\n".join(map(table_of, section.tables))
    texts = [section.to_copy] if isinstance(section.to_copy, str) else section.to_copy
    parts = [
        f'<section id="{name}" aria-labelledby="{name}-heading">\n<details{"" if section.is_folded else " open"}>',
        f'<summary><h2 id="{name}-heading">{escape(section.heading)}</h2></summary>',
        _paragraph(section.sentence) if section.sentence else "",
        _notes(section.notes),
        *(chart_of(f"{name}-chart-{number}", chart) for number, chart in enumerate(section.charts, start=1)),
        *(figure_of(f"{name}-picture-{number}", picture) for number, picture in enumerate(section.pictures, start=1)),
        f'<div class="beside">\n{tables}\n</div>' if len(section.tables) > 1 else tables,
        *(_text_to_copy(f"{name}-text-{number}", text) for number, text in enumerate(filter(None, texts), 1)),
        "</details>\n</section>",
    ]
    return "\n".join(part for part in parts if part)


def _notes(notes: Sequence[str]) -> str:
    if not notes:
        return ""
    entries = "\n".join(f"<li>{prose(note)}</li>" for note in notes)
    return f'<details class="notes">\n<summary>How to read this</summary>\n<ul>\n{entries}\n</ul>\n</details>'


def _text_to_copy(name: str, text: str) -> str:
    return (
        f'<pre tabindex="0"><code id="{name}">{escape(text, keep=_NEWLINE)}</code></pre>\n'
        f'<p><button type="button" data-copies="{name}" hidden>Copy</button>'
        f'<span class="status" id="{name}-status" role="status"></span></p>'
    )
