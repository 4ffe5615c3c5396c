"""The leaderboard of :func:`boltzmann.offpolicy.pick_temperature` as a table, and the page."""

from __future__ import annotations

import os
from collections.abc import Sequence

from boltzmann.experiments.pages import Picture, Section, Table, write_page
from boltzmann.experiments.wording import shortened
from boltzmann.offpolicy.candidates import Candidate, TemperatureChoice

_LONGEST = 40
ONE_STEP = (
    "This is about one step: what the same values would have earned at another temperature. An agent that learns with "
    "another temperature learns other values; only running it shows what it earns."
)


def choice_table(choice: TemperatureChoice) -> Table:
    """Return the leaderboard: covered candidates first, best first; the pick is marked with an arrow."""
    level = f"{100 * choice.confidence:g} %"
    rows = [_row(choice, number, one) for number, one in enumerate(choice.ranked, start=1)]
    logged = choice.logged
    staying = [
        "",
        "(the logged policy)",
        f"{logged.value:.4f}",
        _range(logged.low, logged.high),
        "",
        "",
        f"{logged.n}",
        "",
    ]
    return Table(
        f"Reward a step with its {level} interval by SNIPS; the difference is to the logged policy, its interval holds "
        f"for all candidates at once; {logged.n} rows",
        ["", "policy", "value", "interval", "difference", "any policy", "effective n", "covered"],
        [*rows, staying],
        heading=1,
    )


def _row(choice: TemperatureChoice, number: int, one: Candidate) -> list[str]:
    estimate = one.estimate
    mark = "→" if one is choice.best else "=" if one.covered and not one.differs else " "
    difference = f"{one.difference:+.4f} {_range(one.difference_low, one.difference_high)}"
    return [
        f"{number}.{mark}",
        shortened(one.label, _LONGEST),
        f"{estimate.value:.4f}",
        _range(estimate.low, estimate.high),
        difference if one.covered else "not to be trusted",
        "-" if one.within is None else _range(*one.within),
        f"{estimate.effective_size:.0f}",
        f"{100 * estimate.covered:.1f} %",
    ]


def _range(low: float, high: float) -> str:
    return f"[{low:.4f}, {high:.4f}]"


def write_choice(
    path: str | os.PathLike[str], choice: TemperatureChoice, pictures: Sequence[Picture], source: str = ""
) -> None:
    """Write the page: the answer, the figure and the leaderboard, in one HTML file that loads nothing.

    Parameters
    ----------
    path : path
        The file.
    choice : TemperatureChoice
        What is shown.
    pictures : sequence of Picture
        The figure, or nothing where it could not be drawn.
    source : str
        What the log is, for the sentence above the figure.
    """
    covered = (
        "Covered is 1 less the left-over mass: the part of a policy for which weights of at most √n, from the logged "
        "distributions, can stand. A candidate that is covered to less than 99 % is not picked, whatever its estimate. "
        "= does not differ significantly from the logged policy; → is the pick. The interval for any policy needs the "
        "bounds of the rewards, and holds whether the log covers the policy or not."
    )
    sections = [
        Section("What another policy would have earned", f"From {source}." if source else "", pictures),
        Section("Leaderboard", covered, tables=[choice_table(choice)]),
    ]
    write_page(path, "What would another temperature have earned?", [choice.answer, ONE_STEP], sections)
