"""The styles of policies as a page's style sheet and script read them."""

from __future__ import annotations

import json

from boltzmann.experiments.charts import COLOURS, COLOURS_BY_NIGHT, DASHES, MARKS


def palette_style() -> str:
    """Return the style sheet of the colours, by day and by night."""
    day, night = (
        " ".join(f"--colour-{index}: {colour};" for index, colour in enumerate(colours))
        for colours in (COLOURS, COLOURS_BY_NIGHT)
    )
    classes = " ".join(f".colour-{index} {{ --colour: var(--colour-{index}); }}" for index in range(len(COLOURS)))
    return f":root {{ {day} }}\n@media screen and (prefers-color-scheme: dark) {{ :root {{ {night} }} }}\n{classes}\n"


def palette_script() -> str:
    """Return the beginning of the script: how many colours there are, the dashes and the marks.

    Examples
    --------
    >>> print(palette_script())
    "use strict";
    const COLOURS = 8;
    const DASHES = ["", "8 3", "2 3", "9 3 2 3"];
    const MARKS = ["circle", "square", "triangle", "diamond", "cross"];
    """
    dashes = [" ".join(f"{length:g}" for length in lengths) for lengths in DASHES]
    return (
        f'"use strict";\nconst COLOURS = {len(COLOURS)};\nconst DASHES = {json.dumps(dashes)};\n'
        f"const MARKS = {json.dumps(MARKS)};"
    )
