"""Timing the works: every engine beside the yardstick at the same replicates and steps, in turns."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import count
from typing import Any

from benchmarks import works
from benchmarks.timing import Clock, compare, quartiles, ratios
from benchmarks.works import Play, Work
from benchmarks.yardstick import Yardstick
from boltzmann.experiments import rollout, run

__all__ = ["Effort", "Row", "calibrated", "measure_rollouts", "measure_runs", "why_not"]

TARGETS = {
    ("A testbed", "lockstep", 2000): 0.8,
    ("B FrozenLake", "lockstep", 2000): 0.35,
    ("A testbed", "compiled", 30): 0.8,
    ("A testbed", "compiled", 2000): 1.5,
    ("B FrozenLake", "compiled", 30): 0.7,
    ("B Taxi", "compiled", 30): 0.7,
}
"""The least ratio to the yardstick that the project has set itself, by work, engine and replicates."""

WORKERS_TARGET = 1.8
LEAST_STEPS = 100


@dataclass(frozen=True)
class Effort:
    """How long to measure: rounds, seconds a timing, and which replicates."""

    rounds: int
    seconds: float
    replicates: tuple[int, ...]


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes
    ----------
    rate : float
        Agent-steps a second, from the median time.
    ratio : tuple of three floats, or None
        Lower quartile, median and upper quartile of the rate over the reference's rate in the same round.
    reference : str
        What the ratio is to.
    reference_rate : float
        Agent-steps a second of that, from its median time.
    first_call : float
        Seconds of the first call, ``LEAST_STEPS`` long, with all that is made only once, such as compiled code.
    failure : str
        Why there is no number; empty where there is one.
    """

    work: str
    temperature: str
    replicates: int
    engine: str
    steps: int = 0
    rate: float = 0.0
    ratio: tuple[float, float, float] | None = None
    reference: str = ""
    reference_rate: float = 0.0
    target: float | None = None
    first_call: float = 0.0
    failure: str = field(default="", kw_only=True)

    def to_json(self) -> dict[str, Any]:
        """Give the row as what JSON holds."""
        return asdict(self)


def measure_rollouts(
    yardstick: Yardstick | None, effort: Effort, chosen: Sequence[Work] = works.WORKS
) -> Iterator[list[Row]]:
    """Measure the public ``rollout``, recording on; yield the rows of one work, temperature and replicates at a time.

    Without a yardstick, ratios are to the project's own lockstep.
    """
    for work in chosen:
        for temperature in work.temperatures:
            for replicates in effort.replicates:
                yield _measure_cell(yardstick, effort, work, temperature, replicates)


def _measure_cell(
    yardstick: Yardstick | None, effort: Effort, work: Work, temperature: str, replicates: int
) -> list[Row]:
    functions: dict[str, Callable[[], Any]] = {}
    steps, first, rows = {}, {}, []
    for engine in works.engines_of(rollout):
        play = works.in_project(work, temperature, replicates, engine)
        start = time.perf_counter()
        failure = why_not(play, engine)
        first[engine] = time.perf_counter() - start
        if failure:
            rows.append(Row(work.name, temperature, replicates, engine, failure=failure))
            continue
        steps[engine] = calibrated(play, effort.seconds, time.process_time)
        functions[engine] = _bound(play, steps[engine])
        if yardstick is not None:
            functions[f"C beside {engine}"] = _bound(
                works.in_c(yardstick, work, temperature, replicates), steps[engine]
            )
    # Processor time: both sides are one thread of this process, and the machine may be busy with other things.
    times = compare(functions, rounds=effort.rounds, least_seconds=effort.seconds / 4, clock=time.process_time)
    for engine, length in steps.items():
        rates = [replicates * length / seconds for seconds in times[engine]]
        if yardstick is not None:
            reference, beside = "C", [replicates * length / seconds for seconds in times[f"C beside {engine}"]]
        else:
            reference, beside = "lockstep", [replicates * steps["lockstep"] / seconds for seconds in times["lockstep"]]
        ratio = quartiles([a / b for a, b in zip(rates, beside, strict=True)])
        target = TARGETS.get((work.name, engine, replicates)) if reference == "C" else None
        cell = (work.name, temperature, replicates, engine, length)
        rows.append(
            Row(*cell, quartiles(rates)[1], ratio, reference, quartiles(beside)[1], target, first_call=first[engine])
        )
    return rows


def why_not(play: Play, engine: str) -> str:
    """Play a little; say why it cannot be done, or nothing. Only an engine that is an extra may be missing."""
    try:
        recorder = play(LEAST_STEPS)
    except (ImportError, ValueError) as error:
        if engine == "lockstep":
            raise
        return f"{type(error).__name__}: {error}"
    ran = getattr(recorder, "engine", engine)
    return "" if ran == engine else f"it ran in {ran}"


def calibrated(play: Play, seconds: float, clock: Clock) -> int:
    """Find how many steps take about so many seconds."""
    steps = LEAST_STEPS
    while True:
        start = clock()
        play(steps)
        took = clock() - start
        if took >= seconds / 2:
            return steps
        # What is made at the start of each call hides how cheap a step is: no more than tenfold at a time.
        steps = int(steps * min(10.0, max(1.5, 0.8 * seconds / max(took, 1e-9))))


def measure_runs(effort: Effort, chosen: Sequence[Work] = works.WORKS[:2]) -> Iterator[Row]:
    """Measure the public ``run`` with two workers beside one, each time into a fresh folder, by wall-clock time."""
    replicates = max(effort.replicates)
    for work in chosen:
        for engine in works.engines_of(run):
            yield _measure_run(effort, work, replicates, engine)


def _measure_run(effort: Effort, work: Work, replicates: int, engine: str) -> Row:
    cell = (work.name, "constant", replicates, f"run, {engine}, 2 workers")
    with tempfile.TemporaryDirectory() as folder:
        fresh = (f"{folder}/{number}" for number in count())

        def into_fresh(jobs: int) -> Play:
            play = works.in_runs(work, "constant", replicates, engine, jobs)
            return lambda steps: play(steps, next(fresh))

        alone, shared = into_fresh(1), into_fresh(2)
        start = time.perf_counter()
        failure = why_not(shared, engine)
        first = time.perf_counter() - start
        if failure:
            return Row(*cell, failure=failure)
        # Longer than the rest: a run of a second is mostly the making of environments and files.
        steps = calibrated(alone, max(1.0, 20 * effort.seconds), time.perf_counter)
        functions = {"1": _bound(alone, steps), "2": _bound(shared, steps)}
        times = compare(functions, rounds=min(3, effort.rounds), least_seconds=0.0)
    shared_rate, alone_rate = (replicates * steps / quartiles(times[jobs])[1] for jobs in ("2", "1"))
    ratio = ratios(times, "1", "2")
    return Row(*cell, steps, shared_rate, ratio, "1 worker", alone_rate, WORKERS_TARGET, first)


def _bound(play: Play, steps: int) -> Callable[[], Any]:
    return lambda: play(steps)
