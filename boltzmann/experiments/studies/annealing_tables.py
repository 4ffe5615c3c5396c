"""The gains of annealing, as sentences and tables for a page or a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from boltzmann.experiments.metrics import BY_KEY
from boltzmann.experiments.pages import Answer, Table, with_ends
from boltzmann.experiments.studies.annealing import Gain

_MARKS = {"gains": "+", "loses": "-", "not significant": "="}


def gain_tables(gains: Sequence[Gain]) -> list[Table]:
    """Return a table for each task and period: families down, speeds across, differences with intervals."""
    tables = []
    for task, period in dict.fromkeys((gain.task, gain.period) for gain in gains):
        here = [gain for gain in gains if (gain.task, gain.period) == (task, period)]
        speeds = list(dict.fromkeys(gain.speed for gain in here))
        rows: dict[str, list[str]] = {}
        for gain in here:
            cell = f"{with_ends(gain.value, gain.low, gain.high)} {_MARKS[gain.verdict]}"
            rows.setdefault(gain.family, []).append(cell)
        caption = (
            f"{task}, {period}: difference to {here[0].constant} ({_level(here[0])}), above 0 "
            "where the schedule is better; + gains, - loses, = not significant (Holm)"
        )
        columns = ("family", *(f"down after {100 * speed:g} %" for speed in speeds))
        tables.append(Table(caption, columns, [(family, *cells) for family, cells in rows.items()]))
    return tables


def annealing_answer(gains: Sequence[Gain]) -> list[str]:
    """Say where annealing gains; then for each task and period how many schedules gain and lose, and how much."""
    answer = [_where(period, gains) for period in dict.fromkeys(gain.period for gain in gains)]
    for task, period in dict.fromkeys((gain.task, gain.period) for gain in gains):
        here = [gain for gain in gains if (gain.task, gain.period) == (task, period)]
        counts = {verdict: sum(gain.verdict == verdict for gain in here) for verdict in _MARKS}
        worst, best = _extremes(here)
        answer.append(
            f"On {task}, {period}: of {len(here)} schedules {counts['gains']} gain over {here[0].constant}, "
            f"{counts['loses']} lose, {counts['not significant']} do not differ significantly from it. "
            f"{_named('Best', best)}; {_named('worst', worst)}."
        )
    return answer


def gain_cards(gains: Sequence[Gain]) -> list[str | Answer]:
    """Return the answer of a page: where annealing gains, and for each task and period how much the best one does."""
    where = [_where(period, gains) for period in dict.fromkeys(gain.period for gain in gains)]
    pairs = dict.fromkeys((gain.task, gain.period) for gain in gains)
    return [*where, *(_card([gain for gain in gains if (gain.task, gain.period) == pair]) for pair in pairs)]


def _card(here: Sequence[Gain]) -> Answer:
    counts = {verdict: sum(gain.verdict == verdict for gain in here) for verdict in _MARKS}
    (_, best), count = _extremes(here), counts["gains"]
    which = f"{count} of {len(here)} schedules gain" if count else f"None of {len(here)} schedules gains"
    return Answer(
        f"{best.task}, {best.period}",
        f"{which} over {best.constant}",
        with_ends(best.value, best.low, best.high),
        f"for {best.policy}, the best one",
        [f"{counts['loses']} lose; {counts['not significant']} do not differ significantly from the constant."],
    )


def _extremes(here: Sequence[Gain]) -> tuple[Gain, Gain]:
    """Return the worst and the best schedule of those that have a value, or the first one where none has."""
    known = sorted((gain for gain in here if gain.value == gain.value), key=lambda gain: gain.value) or here[:1]
    return known[0], known[-1]


def _level(gain: Gain) -> str:
    value = f"{gain.level:z.4g}" if gain.level == gain.level else "no"
    return f"{value} {BY_KEY[gain.metric].name}"


def _where(period: str, gains: Sequence[Gain]) -> str:
    here = [gain for gain in gains if gain.period == period]
    tasks = list(dict.fromkeys(gain.task for gain in here))
    winning = [task for task in tasks if any(gain.task == task and gain.verdict == "gains" for gain in here)]
    rest = [task for task in tasks if task not in winning]
    parts = [
        f"some schedule gains over the best constant temperature on {', '.join(winning)}" if winning else "",
        f"none does on {', '.join(rest)}" if winning and rest else "",
        f"no schedule gains over the best constant temperature on {', '.join(rest)}" if rest and not winning else "",
    ]
    return f"{period[0].upper()}{period[1:]}, {'; '.join(filter(None, parts))}."


def _named(which: str, gain: Gain) -> str:
    return f"{which} by its mean is {gain.policy}, {with_ends(gain.value, gain.low, gain.high)}"
