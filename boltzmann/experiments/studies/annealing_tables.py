"""The gains of annealing, as sentences and tables for a page or a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from boltzmann.experiments.metrics import BY_KEY
from boltzmann.experiments.pages import Answer, Section, Table, with_ends
from boltzmann.experiments.statistics import with_margin
from boltzmann.experiments.studies.annealing import Gain
from boltzmann.experiments.studies.study_charts import gain_charts
from boltzmann.experiments.wording import counted

_MARKS = {"gains": "+", "loses": "-", "not significant": "="}


def gain_tables(gains: Sequence[Gain]) -> list[Table]:
    """Return a table for each task and period: families down, speeds across, differences with half their intervals."""
    tables = []
    for task, period in dict.fromkeys((gain.task, gain.period) for gain in gains):
        here = [gain for gain in gains if (gain.task, gain.period) == (task, period)]
        speeds = list(dict.fromkeys(gain.speed for gain in here))
        rows: dict[str, list[str]] = {}
        for gain in here:
            cell = f"{with_margin(gain.value, gain.low, gain.high)} {_MARKS[gain.verdict]}"
            rows.setdefault(gain.family, []).append(cell)
        caption = (
            f"{task}, {period}: difference to {here[0].constant} ({_level(here[0])}), above 0 "
            "where the schedule is better, with half its 95 % interval; + gains, - loses, = not significant (Holm)"
        )
        columns = ("family", *(f"down after {100 * speed:g} %" for speed in speeds))
        tables.append(Table(caption, columns, [(family, *cells) for family, cells in rows.items()]))
    return tables


def annealing_answer(gains: Sequence[Gain]) -> list[str]:
    """Say, of several tasks, where annealing gains; then for each how many schedules gain and lose, and how much."""
    answer = [_where(period, gains) for period in _periods(gains)] if len(_by_task(gains)) > 1 else []
    for task, period in dict.fromkeys((gain.task, gain.period) for gain in gains):
        here = [gain for gain in gains if (gain.task, gain.period) == (task, period)]
        counts, worst, best = _counts(here), _extremes(here)[0], _best(here)
        which = {0: "Best by its mean", 1: "The one that gains"}.get(counts["gains"], "Best of those that gain")
        neither = counts["not significant"]
        answer.append(
            f"On {task}, {period}: of {counted(len(here), 'schedule')} {_gain(counts)} over {here[0].constant}, "
            f"{_lose(counts)}, {neither} {'does' if neither == 1 else 'do'} not differ significantly from it. "
            f"{_named(which, best)}; {_named('worst by its mean', worst)}."
        )
    return answer


def gain_cards(gains: Sequence[Gain]) -> list[str | Answer]:
    """Return the answer of a page, a card for each period: on how many tasks annealing gains, and how much there."""
    return [_card([gain for gain in gains if gain.period == period]) for period in _periods(gains)]


def gain_sections(gains: Sequence[Gain]) -> list[Section]:
    """Return the sections of a page: the best schedule of each task, then every schedule, a section for each task."""
    tasks = list(dict.fromkeys(gain.task for gain in gains))
    tables = [_best_table([gain for gain in gains if gain.period == period]) for period in _periods(gains)]
    charts = dict(zip(tasks, gain_charts(gains), strict=True))
    return [
        Section(
            "The best schedule of each task",
            "A schedule lowers the temperature while it learns. Each one is compared with the best constant "
            "temperature, which a run on other random numbers has chosen.",
            tables=tables,
            notes=[
                "A gain above 0 means that the schedule is better; its 95 % interval stands in brackets.",
                "A schedule gains or loses where its difference is significant at 5 % once all schedules of the task "
                "are counted together (Holm's correction). So the best one may not gain although its interval, which "
                "is for it alone, leaves out 0.",
            ],
        ),
        *(Section(task, _verdicts_on(task, gains), charts=[charts[task]], is_folded=len(tasks) > 1) for task in tasks),
    ]


def _periods(gains: Sequence[Gain]) -> list[str]:
    return list(dict.fromkeys(gain.period for gain in gains))


def _counts(here: Sequence[Gain]) -> dict[str, int]:
    return {verdict: sum(gain.verdict == verdict for gain in here) for verdict in _MARKS}


def _gain(counts: Mapping[str, int], of: str = "") -> str:
    return f"{counts['gains']}{of} {'gains' if counts['gains'] == 1 else 'gain'}"


def _lose(counts: Mapping[str, int]) -> str:
    return f"{counts['loses']} {'loses' if counts['loses'] == 1 else 'lose'}"


def _by_task(gains: Sequence[Gain]) -> list[list[Gain]]:
    return [[gain for gain in gains if gain.task == task] for task in dict.fromkeys(gain.task for gain in gains)]


def _judged_by(gains: Sequence[Gain]) -> str:
    return " or ".join(dict.fromkeys(BY_KEY[gain.metric].name for gain in gains))


def _short(gain: Gain) -> str:
    return f"{gain.family} after {100 * gain.speed:g} %"


def _verdicts_on(task: str, gains: Sequence[Gain]) -> str:
    """Say for each period how many schedules gain and lose on a task."""
    parts = []
    for period in _periods(gains):
        counts = _counts([gain for gain in gains if (gain.task, gain.period) == (task, period)])
        schedules = counted(sum(counts.values()), "schedule")
        parts.append(f"{period}, {_gain(counts, f' of {schedules}')} and {_lose(counts)}")
    return f"Every schedule, beside the best constant temperature: {'; '.join(parts)}."


def _best_table(gains: Sequence[Gain]) -> Table:
    rows = []
    for here in _by_task(gains):
        best, counts = _best(here), _counts(here)
        rows.append(
            (
                best.task,
                f"{best.constant}: {_number(best)}",
                _short(best),
                with_ends(best.value, best.low, best.high),
                *(f"{counts[verdict]}" for verdict in ("gains", "loses", "not significant")),
            )
        )
    period = gains[0].period
    caption = f"{period[0].upper()}{period[1:]}, by {_judged_by(gains)}"
    columns = ("task", "best constant", "best schedule", "its gain", "schedules that gain", "that lose", "neither")
    return Table(caption, columns, rows)


def _card(here: Sequence[Gain]) -> Answer:
    tasks, period = _by_task(here), here[0].period
    winning = [one for one in tasks if _counts(one)["gains"]]
    sentences = [
        f"On {one[0].task}, {_gain(counts, f' of {schedules}')}; "
        f"{'it' if counts['gains'] == 1 else 'the best of them'} is {best.policy}, "
        f"by {with_ends(best.value, best.low, best.high)}."
        for one in winning
        for best, counts, schedules in [(_best(one), _counts(one), counted(len(one), "schedule"))]
    ]
    return Answer(
        f"{period[0].upper()}{period[1:]}",
        "Annealing beats the best constant temperature"
        if winning
        else "No annealing beats the best constant temperature",
        f"{len(winning)} of {counted(len(tasks), 'task')}",
        f"on which some schedule has a significantly better {_judged_by(here)}",
        sentences,
    )


def _best(here: Sequence[Gain]) -> Gain:
    """Return the best of the schedules that gain; where none does, the one of the best mean."""
    return _extremes([gain for gain in here if gain.verdict == "gains"] or here)[1]


def _extremes(here: Sequence[Gain]) -> tuple[Gain, Gain]:
    """Return the worst and the best schedule of those that have a value, or the first one where none has."""
    known = sorted((gain for gain in here if gain.value == gain.value), key=lambda gain: gain.value) or here[:1]
    return known[0], known[-1]


def _number(gain: Gain) -> str:
    return f"{gain.level:z.4g}" if gain.level == gain.level else "no"


def _level(gain: Gain) -> str:
    return f"{_number(gain)} {BY_KEY[gain.metric].name}"


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
    return f"{which} is {gain.policy}, {with_ends(gain.value, gain.low, gain.high)}"
