"""The results of a sweep over the temperature, as sentences and tables for a page or a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from numpy.typing import ArrayLike

from boltzmann.experiments.metrics import BY_KEY, JudgedKey
from boltzmann.experiments.pages import Answer, Section, Table
from boltzmann.experiments.statistics import with_interval
from boltzmann.experiments.store import Results
from boltzmann.experiments.studies.slopes import SlopeFit, fit_high_temperatures, fit_low_temperatures
from boltzmann.experiments.studies.study_charts import limit_charts, sweep_charts
from boltzmann.experiments.studies.sweep import BestTemperature, EndCheck


def ends_table(checks: Sequence[EndCheck]) -> Table:
    """Say of each end of each task whether it equals the policy that it should."""
    rows = [
        (
            check.task,
            f"{check.end} is {check.policy}",
            f"{check.numbers}",
            f"no: {', '.join(check.differing)}" if check.differing else "yes",
        )
        for check in checks
    ]
    return Table("The ends, byte by byte", ("task", "end", "numbers compared", "the same"), rows, heading=1)


def slope_tables(values: Mapping[str, ArrayLike]) -> list[Table]:
    """Fit the laws of both limits to rows of values, and put the measured numbers beside the predicted ones."""
    cold, hot = [], []
    for label, row in values.items():
        low, high = fit_low_temperatures(row), fit_high_temperatures(row)
        cold.append((label, *_beside(low)))
        hot.append((label, *_beside(high)))
    return [
        Table(
            "T → 0: log exploration probability against 1 / T is a line, slope -gap, factor n' / n",
            ("values", "slope", "predicted", "off by", "factor", "predicted", "off by"),
            cold,
        ),
        Table(
            "T → ∞: log |π - 1/K| against log T is a line, slope -1, its factor (Q - mean Q) / K",
            ("values", "slope", "predicted", "off by", "part of the factor", "predicted", "off by"),
            hot,
        ),
    ]


def _beside(fit: SlopeFit) -> Iterator[str]:
    """Write a measured number, the predicted one, and their relative difference."""
    for measured, predicted in ((fit.slope, fit.predicted_slope), (fit.factor, fit.predicted_factor)):
        yield from (f"{measured:z.6f}", f"{predicted:z.6f}", f"{abs(measured / predicted - 1):.0e}")


def best_table(results: Sequence[BestTemperature]) -> Table:
    """Say which constant temperature is best on each task, beside both ends."""
    rows = [
        (
            f"{best.task}: {BY_KEY[best.metric].name}",
            f"{best.greedy:z.4g}",
            f"{best.temperature:g}",
            with_interval(best.value, best.low, best.high),
            _similar(best),
            f"{best.uniform:z.4g}",
        )
        for best in results
    ]
    columns = ("task", "at T = 0", "best T", "at the best T", "tied with it", "at T = inf")
    return Table("The best constant temperature, by the last tenth of the steps", columns, rows)


def sweep_answer(results: Sequence[BestTemperature], checks: Sequence[EndCheck]) -> list[str]:
    """Return the answer: a sentence for each task, then one on the ends."""
    return [*map(_sentence, results), ends_sentence(checks)]


def ends_sentence(checks: Sequence[EndCheck]) -> str:
    """Say whether both ends of the sweep equal their policies."""
    wrong = [f"{check.end} on {check.task}" for check in checks if check.differing]
    return (
        f"Ends that differ from their policy: {', '.join(wrong)}."
        if wrong
        else "T = 0 is greedy and T = inf is uniform, byte by byte, in everything that was recorded."
    )


def sweep_cards(results: Sequence[BestTemperature], checks: Sequence[EndCheck]) -> list[str | Answer]:
    """Return the answer of a page: how often a temperature beats both ends, then the best one of each task.

    An end that is not what it should be is named first.
    """
    inside = sum(best.lowest > 0 and best.highest < float("inf") for best in results)
    both = (
        f"On {inside} of {len(results)} tasks, the best temperature does significantly better than both ends: than "
        "greedy (T = 0) and than uniform exploration (T = ∞)."
    )
    wrong = [ends_sentence(checks)] if any(check.differing for check in checks) else []
    return [*wrong, *([both] if len(results) > 1 else []), *map(_card, results)]


def sweep_sections(
    results: Results,
    temperatures: Sequence[BestTemperature],
    checks: Sequence[EndCheck],
    values: Mapping[str, ArrayLike],
    metric: JudgedKey | None = None,
) -> list[Section]:
    """Return the sections of a page: what the temperature changes, then the checks of the library, which stand folded.

    Parameters
    ----------
    results, metric
        As for ``sweep_charts``.
    temperatures, checks : sequences
        As ``best_temperatures`` and ``check_ends`` return them.
    values : mapping of str to array of shape (K,)
        Rows of action values, as for ``draw_limits``.
    """
    return [
        Section(
            "What the temperature changes",
            "A policy with a constant temperature T plays each task from T = 0, where it always takes the action that "
            "looks best (greedy), to T = ∞, where it takes all actions alike (uniform).",
            charts=sweep_charts(results, metric),
            tables=[best_table(temperatures)],
        ),
        Section(
            "Checks of the library",
            f"{ends_sentence(checks)} Close to both ends, the probabilities follow the laws that theory predicts.",
            charts=limit_charts(values),
            tables=[ends_table(checks), *slope_tables(values)],
            is_folded=not any(check.differing for check in checks),
        ),
    ]


def _card(best: BestTemperature) -> Answer:
    reach = _reach(best)
    return Answer(
        best.task,
        f"T = {best.temperature:g} does best",
        with_interval(best.value, best.low, best.high),
        f"{BY_KEY[best.metric].name} in the last tenth of the steps",
        [
            f"Greedy (T = 0) has {best.greedy:z.3g}, uniform (T = ∞) {best.uniform:z.3g}.",
            f"{reach[0].upper()}{reach[1:]}.",
        ],
    )


def _similar(best: BestTemperature) -> str:
    if best.low != best.low:
        return "not tested"
    return f"{best.lowest:g} … {best.highest:g}" if best.lowest < best.highest else "nothing"


def _reach(best: BestTemperature) -> str:
    if best.low != best.low:
        return "one replicate allows no test"
    if best.lowest < best.highest:
        return (
            f"temperatures that do not differ significantly from it lie between T = {best.lowest:g} and "
            f"T = {best.highest:g}"
        )
    return "all others of the sweep differ significantly from it"


def _sentence(best: BestTemperature) -> str:
    return (
        f"On {best.task} the best constant temperature is T = {best.temperature:g}: "
        f"{with_interval(best.value, best.low, best.high)} {BY_KEY[best.metric].name}, against {best.greedy:z.4g} at "
        f"T = 0 and {best.uniform:z.4g} at T = inf; {_reach(best)}."
    )
