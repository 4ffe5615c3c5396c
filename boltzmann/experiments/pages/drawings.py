"""A drawing on a page: in the theme's colours, and in its parts where the screen is narrow. Text as HTML."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape as escape_signs

from boltzmann.experiments.wording import printable

_DRAWING, _GAP = "figure_1", "\f"
"""The identity that matplotlib gives to all of a drawing; what stands between the drawing and its parts."""
_REFERENCE = re.compile(r'(?P<before>\bhref="#|url\(#)(?P<name>[^")]+)')
_IDENTITY = re.compile(r'\sid="([^"]*)"')


@dataclass(frozen=True)
class Picture:
    """An SVG drawing, as a drawing library writes it.

    Parameters
    ----------
    svg : str
        Trusted text: it comes from a drawing library and not from the user.
    alternative : str
        What it shows, for those who do not see it.
    caption : str
        What it shows, for everybody.
    panels : sequence of (x, y, width, height)
        Its parts in points, from the upper left, which stand below each other on a narrow screen; without any the whole
        drawing scrolls there.
    note : str
        What the drawing says outside of its parts; a narrow screen shows it as text.

    Raises
    ------
    ValueError
        For text that holds no drawing, and for an empty alternative.
    """

    svg: str
    alternative: str
    caption: str = ""
    panels: Sequence[tuple[float, float, float, float]] = ()
    note: str = ""

    def __post_init__(self) -> None:
        if "<svg" not in self.svg or "</svg>" not in self.svg:
            raise ValueError(f"svg must hold <svg> ... </svg>, got {self.svg[:40]!r}")
        if not self.alternative.strip():
            raise ValueError("alternative must say what the picture shows, got nothing")


def escape(text: str, keep: str = "") -> str:
    """Write text so that a browser shows it and nothing else: no tag, and nothing invisible but what is kept."""
    return escape_signs(printable(text, keep))


def scrolling(label: str, content: str, kind: str = "scroll") -> str:
    """Let content that is wider than the screen scroll on its own, by keyboard too."""
    return f'<div class="{kind}" tabindex="0" role="group" aria-label="{escape(label)}">\n{content}\n</div>'


def figure_of(name: str, picture: Picture) -> str:
    """Return the HTML of a picture; ``name`` keeps its identities apart from those of others."""
    caption = f"\n<figcaption>{escape(picture.caption)}</figcaption>" if picture.caption else ""
    drawing = _inline(name, picture.svg + _GAP.join(["", *map(_panel, picture.panels)]), escape(picture.alternative))
    whole, *panels = drawing.split(_GAP)
    if not panels:
        return f"<figure>\n{scrolling('Picture', whole)}{caption}\n</figure>"
    note = f'<p class="note">{escape(picture.note)}</p>' if picture.note else ""
    parts = f'<div class="panels">{"".join(panels)}{note}</div>'
    return f"<figure>\n{scrolling('Picture', whole, 'scroll whole')}\n{parts}{caption}\n</figure>"


def _panel(part: tuple[float, float, float, float]) -> str:
    """Show a part of the drawing once more, without a copy of it."""
    numbers = " ".join(f"{number:.1f}" for number in part)
    return (
        f'<svg aria-hidden="true" viewBox="{numbers}" style="--native: {part[2]:.1f}pt"><use href="#{_DRAWING}"/></svg>'
    )


def _inline(name: str, svg: str, label: str) -> str:
    """Fit a drawing into the page: neutral colours become the theme's, and identities unique on the page."""
    body = re.sub(
        r"<!--.*?-->|<style.*?</style>|<metadata>.*?</metadata>", "", svg[svg.index("<svg") :], flags=re.DOTALL
    )
    used = {match["name"] for match in _REFERENCE.finditer(body)}
    body = _IDENTITY.sub(lambda match: f' id="{name}-{match[1]}"' if match[1] in used else "", body)
    body = _REFERENCE.sub(lambda match: f"{match['before']}{name}-{match['name']}", body)
    for colours, theme in (
        (("#ffffff", "white"), "surface"),
        (("#262626", "#000000", "black"), "ink"),
        (("#cccccc", "#e5e5e5", "#e6e6e6", "#b2b2b2", "#b3b3b3"), "line"),
    ):
        body = re.sub(rf"(fill|stroke): ({'|'.join(colours)})\b", rf"\1: var(--{theme})", body)
    width = re.search(r'<svg[^>]*\swidth="([\d.]+(?:pt|px)?)"', body)
    native = width[1] if width and not width[1][-1].isdigit() else f"{width[1] if width else 640}px"
    return body.replace("<svg ", f'<svg role="img" aria-label="{label}" style="--native: {native}" ', 1).strip()
