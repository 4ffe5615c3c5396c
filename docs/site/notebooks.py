"""A stored notebook as a page: its texts, its code, and what its cells showed when it was run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def as_markdown(path: Path) -> str:
    """Return the page of a notebook; widgets, which need a running kernel, are shown by their text."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return "\n\n".join(part for cell in cells for part in _parts(cell)) + "\n"


def _parts(cell: dict[str, Any]) -> Iterator[str]:
    text = "".join(cell["source"])
    if cell["cell_type"] != "code":
        yield text
        return
    yield f"```python\n{text}\n```"
    for output in cell["outputs"]:
        yield shown(output)


def shown(output: dict[str, Any]) -> str:
    r"""Return an output in the richest form that a page without scripts can show.

    Examples
    --------
    >>> print(shown({"output_type": "display_data", "data": {"text/plain": ["2"], "text/html": ["<b>2</b>"]}}))
    ```{raw} html
    <div class="output"><b>2</b></div>
    ```
    >>> print(shown({"output_type": "stream", "text": ["two\n"]}))
    ```text
    two
    ```
    """
    data = {
        kind: "".join(lines) for kind, lines in output.get("data", {}).items() if kind.startswith(("text/", "image/"))
    }
    if "text/html" in data:
        html = data["text/html"]
    elif "image/png" in data:
        html = f'<img class="picture" alt="" src="data:image/png;base64,{data["image/png"].strip()}">'
    else:
        plain = "".join(output.get("text", [])) or data.get("text/plain", "")
        return f"```text\n{plain.rstrip()}\n```"
    return f'```{{raw}} html\n<div class="output">{html}</div>\n```'
