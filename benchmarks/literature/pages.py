"""The tables as a page of Markdown."""

from __future__ import annotations

import math
from collections.abc import Sequence

from benchmarks.literature.claims import MEASURES, Exact, Study
from benchmarks.literature.comparison import Comparison

_HEAD = """\
# Published and measured

<!-- The command below writes this page; changes by hand are lost. -->

The page puts published numbers of learners and environments beside those that the public interface computes or
measures:

    {command}

Nothing was adjusted to come near a number. If a number is not met, its row says so.

*Measured* is a mean with its standard error. *Apart* is the difference from the published number, divided by the
standard error of that difference. The published mean has an error too: that of its number of runs, with the deviation
measured here. It counts as exact if the number of runs is unknown. Rows without a published number are for comparison.
"""


def head(seed: int, command: str) -> str:
    """Return the beginning of the page, with the command that writes it."""
    return f"{_HEAD.format(command=command)}The seed is {seed}.\n"


def exact_table(rows: Sequence[tuple[Exact, float]]) -> str:
    """Write the computed numbers, with two decimals more than the published ones."""
    lines = [
        (
            exact.name,
            exact.published,
            f"{_without_sign_of_zero(value):.{exact.decimals + 2}f}",
            exact.note if exact.met_by(value) else f"**not met** {exact.note}".strip(),
        )
        for exact, value in rows
    ]
    met = sum(exact.met_by(value) for exact, value in rows)
    text = f"{met} of {len(rows)} agree to the last published digit."
    return _section("Computed", text, ("quantity", "published", "computed", "note"), lines)


def study_table(study: Study, rows: Sequence[Comparison]) -> str:
    """Write the measured means beside the published numbers."""
    lines = [
        (
            f"`{row.claim.agent!r}`",
            f"`{row.claim.environment}`",
            MEASURES[row.claim.measure],
            row.claim.published,
            _with_error(row.mean, row.error),
            "" if math.isnan(row.difference) else f"{row.errors_apart:+.1f}",
            row.claim.note,
        )
        for row in rows
    ]
    titles = ("learner", "problem", "measure", "published", "measured", "apart", "note")
    text = f"{study.text}\n\n{study.replicates} replicates here."
    return _section(study.title, text, titles, lines)


def _section(title: str, text: str, titles: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    rows = [titles, ["---"] * len(titles), *lines]
    return f"\n## {title}\n\n{text}\n\n" + "".join("| " + " | ".join(row) + " |\n" for row in rows)


def _with_error(mean: float, error: float) -> str:
    """Write a mean and its standard error, with two digits for the error."""
    digits = max(0, 1 - math.floor(math.log10(error))) if error > 0 else 2
    return f"{mean:.{digits}f} ± {error:.{digits}f}"


def _without_sign_of_zero(value: float) -> float:
    return 0.0 if abs(value) < 1e-12 else value
