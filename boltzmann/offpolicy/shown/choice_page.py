"""The leaderboard of :func:`boltzmann.offpolicy.pick_temperature` as a table, and the page."""

from __future__ import annotations

import os

from boltzmann.experiments.pages import Section, Table, write_page
from boltzmann.experiments.wording import shortened
from boltzmann.offpolicy.candidates import Candidate, TemperatureChoice
from boltzmann.offpolicy.shown.value_chart import choice_charts

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
        "\N{EN DASH}" if one.within is None else _range(*one.within),
        f"{estimate.effective_size:.0f}",
        f"{100 * estimate.covered:.1f} %",
    ]


def _range(low: float, high: float) -> str:
    return f"[{low:.4f}, {high:.4f}]"


def write_choice(path: str | os.PathLike[str], choice: TemperatureChoice, source: str = "") -> None:
    """Write the page: the answer, the charts and the leaderboard, in one HTML file that loads nothing.

    Parameters
    ----------
    path : path
        The file.
    choice : TemperatureChoice
        What is shown.
    source : str
        What the log is, for the sentence above the charts.
    """
    notes = [
        "→ is the pick; = does not differ significantly from the logged policy.",
        "Covered is the part of a policy for which the logged decisions can stand, with weights of at most √n. A "
        "policy that is covered to less than 99 % is not picked, whatever its estimate.",
        "The interval for any policy holds whether the log covers the policy or not. It needs the bounds of the "
        "rewards.",
    ]
    sections = [
        Section(
            "What another policy would have earned", f"From {source}." if source else "", charts=choice_charts(choice)
        ),
        Section(
            "Leaderboard",
            "Covered policies come first, the best of them at the top.",
            tables=[choice_table(choice)],
            notes=notes,
        ),
    ]
    write_page(path, "What would another temperature have earned?", [choice.answer, ONE_STEP], sections)
