"""The code of a page, to be run as a reader would run it."""

import re

from tests.support.paths import ROOT


def code_of(page, mark=""):
    """Return the Python of a page in the order of reading: the blocks with a mark behind their language alone."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    blocks = re.findall(r"^```python *(\w*)\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    chosen = [code for marked, code in blocks if marked == mark]
    assert chosen, f"{page} has no code marked {mark!r}"
    return "\n".join(chosen)


def run_page(page, *marks, names=None):
    """Run the blocks of a page that have one of the marks, and return all that they define."""
    scope = dict(names or {})
    for mark in marks or ("",):
        exec(compile(code_of(page, mark), page, "exec"), scope)
    return scope
