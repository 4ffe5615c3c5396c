"""Whether built pages ask for anything from elsewhere, or lead to files that are not there; links alone may go out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

_LOADED = re.compile(
    r"""<(?:script|img|iframe|source|audio|video|embed|input)\b[^>]*?\bsrc\s*=\s*["']?([^"'\s>]+)"""
    r"""|<link\b(?![^>]*rel=["']?(?:canonical|author|license))[^>]*?\bhref\s*=\s*["']?([^"'\s>]+)"""
    r"""|<object\b[^>]*?\bdata\s*=\s*["']?([^"'\s>]+)"""
    r"""|@import\s+(?:url\()?["']?([^"')\s;]+)|url\(\s*["']?([^"')\s]+)""",
    flags=re.IGNORECASE,
)
_LED_TO = re.compile(r"""<a\b[^>]*?\bhref\s*=\s*["']([^"'#?]+)""", flags=re.IGNORECASE)


def requests_of(text: str) -> Iterator[str]:
    """Yield what a page or style sheet loads from another host.

    Examples
    --------
    >>> list(requests_of('<script src="here.js"></script><img src="data:image/png;base64,AA"><a href="https://a.b">c</a>'))
    []
    >>> list(requests_of('<link href="https://a.b/c.css"><style>@import "//a.b/d.css"; i {background: url(http://e)}'))
    ['https://a.b/c.css', '//a.b/d.css', 'http://e']
    """
    for match in _LOADED.finditer(text):
        target = next(group for group in match.groups() if group)
        if re.match(r"(?:[a-z]+:)?//", target, flags=re.IGNORECASE):
            yield target


def faults_of(site: Path) -> Iterator[str]:
    """Yield a line for each request of a built site to another host, and for each link to a file that is not there."""
    for path in sorted(site.rglob("*")):
        if path.suffix not in (".html", ".css"):
            continue
        text = path.read_text(encoding="utf-8")
        yield from (f"{path.relative_to(site)} asks for {target}" for target in requests_of(text))
        for target in _LED_TO.findall(text):
            if not re.match(r"[a-z]+:", target) and not (path.parent / unquote(target)).exists():
                yield f"{path.relative_to(site)} leads to {target}, which is not there"
