"""Text as HTML, and a drawing of one's own on a page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape as escape_signs

from boltzmann.experiments.wording import printable

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

    Raises
    ------
    ValueError
        For text that holds no drawing, and for an empty alternative.
    """

    svg: str
    alternative: str
    caption: str = ""

    def __post_init__(self) -> None:
        if "<svg" not in self.svg or "</svg>" not in self.svg:
            raise ValueError(f"svg must hold <svg> ... </svg>, got {self.svg[:40]!r}")
        if not self.alternative.strip():
            raise ValueError("alternative must say what the picture shows, got nothing")


def escape(text: str, keep: str = "") -> str:
    """Write text so that a browser shows it and nothing else: no tag, and nothing invisible but what is kept."""
    return escape_signs(printable(text, keep))


def breakable(text: str) -> str:
    """Write an expression or a name, which may break before its arguments."""
    return re.sub(r"([(,] ?)", r"\1<wbr>", _whole(escape(text)))


def _whole(written: str) -> str:
    """Keep 1e-05 in one line; it may be copied, so its hyphen stays what it is."""
    return re.sub(r"\d[\d.]*e-\d+", r'<span class="whole">\g<0></span>', written)


_TOGETHER = (
    # Half an interval, an interval, a share, and a number with its name: "± 0.2", "[-1, 2]", "95 %", "T = 0.1".
    re.compile(r"(?<=±) (?=\d)"),
    re.compile(r"(?<=,) (?=[^\s\[\]]+\])"),
    re.compile(r"(?<=\d) (?=%)"),
    re.compile(r"(?<=\w) (?== \N{MINUS SIGN}?[\d∞])|(?<=\w =) (?=\N{MINUS SIGN}?[\d∞])"),
)


_MINUS = "\N{MINUS SIGN}"
_SIGNS = re.compile(
    r"(?P<call>(?<=\w)(?<!\bexp)\()|[()]|(?P<minus>(?<![^\s\[(±])-(?=\.?\d|inf\b|gap\b)|(?<=\s)-(?=\s))"
)
"""Brackets, those of arguments apart, and signs of minus: before a number, and between two."""


def _with_minus(text: str) -> str:
    """Write true signs of minus, but leave arguments of expressions as they are, since these may be copied."""
    depth = 0

    def write(sign: re.Match[str]) -> str:
        nonlocal depth
        if sign["minus"]:
            return sign[0] if depth else _MINUS
        depth = max(0, depth - 1) if sign[0] == ")" else depth + bool(depth or sign["call"])
        return sign[0]

    return _SIGNS.sub(write, text)


def prose(text: str) -> str:
    r"""Write a sentence or a text of numbers, with true signs of minus.

    No line ends within a number with its interval, its unit or its name.

    Examples
    --------
    >>> prose("T = 0.1 has 1.6 ± 0.2, a 95 % interval").replace("\xa0", "_")
    'T_=_0.1 has 1.6 ±_0.2, a 95_% interval'
    >>> prose("Chain-v0(reward=-1.0): -0.5 [-0.6, -0.4], exp(-gap / T)").replace("\xa0", "_")
    'Chain-v0(reward=-1.0): −0.5 [−0.6,_−0.4], exp(−gap / T)'
    """
    written = _whole(_with_minus(escape(text)))
    for gap in _TOGETHER:
        written = gap.sub("\N{NO-BREAK SPACE}", written)
    return written


def figure_of(name: str, picture: Picture) -> str:
    """Return the HTML of a picture; ``name`` keeps its identities apart from those of others."""
    caption = f"\n<figcaption>{prose(picture.caption)}</figcaption>" if picture.caption else ""
    body = picture.svg[picture.svg.index("<svg") :]
    body = re.sub(r"<!--.*?-->|<style.*?</style>|<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    used = {match["name"] for match in _REFERENCE.finditer(body)}
    body = _IDENTITY.sub(lambda match: f' id="{name}-{match[1]}"' if match[1] in used else "", body)
    body = _REFERENCE.sub(lambda match: f"{match['before']}{name}-{match['name']}", body)
    # A drawing's neutral colours become the theme's.
    for colours, theme in (
        (("#ffffff", "white"), "surface"),
        (("#262626", "#000000", "black"), "ink"),
        (("#cccccc", "#e5e5e5", "#e6e6e6", "#b2b2b2", "#b3b3b3"), "line"),
    ):
        body = re.sub(rf"(fill|stroke): ({'|'.join(colours)})\b", rf"\1: var(--{theme})", body)
    label = escape(picture.alternative)
    body = body.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1).strip()
    return f'<figure class="drawing">\n{body}{caption}\n</figure>'
