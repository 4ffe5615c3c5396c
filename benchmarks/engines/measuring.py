"""Timing of the works: every engine beside the yardstick, in turns, with the same replicates and steps."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import count
from typing import Any

from benchmarks.engines import works
from benchmarks.engines.works import Play, Work
from benchmarks.engines.yardstick import Yardstick
from benchmarks.timing import Clock, compare, quartiles, ratios
from boltzmann.experiments import rollout, run

TARGETS = {
    ("A testbed", "lockstep", 2000): 0.8,
    ("B FrozenLake", "lockstep", 2000): 0.35,
    ("A testbed", "compiled", 30): 0.8,
    ("A testbed", "compiled", 2000): 1.5,
    ("B FrozenLake", "compiled", 30): 1.4,
    ("B Taxi", "compiled", 30): 1.2,
}
"""The ratios to the scalar yardstick that the project aims at, by work, engine and replicates."""

_AVX512_TARGETS = {("A testbed", "compiled", 30): 0.65, ("A testbed", "compiled", 2000): 0.6}
_REFERENCES = {"C": TARGETS, "C, AVX-512": _AVX512_TARGETS}

WORKERS_TARGET = 1.8
RECORDING_TARGET = 0.95
LEAST_STEPS = 100


@dataclass(frozen=True)
class Effort:
    """How long to measure: the rounds, the seconds of a timing, and the numbers of replicates."""

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
        The name of the other side of the ratio.
    reference_rate : float
        Agent-steps a second of the reference, from its median time.
    first_call : float
        Seconds of the first call, of ``LEAST_STEPS`` steps; they include what is made once, such as compiled code.
    failure : str
        Why there is no number; empty if there is one.
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
        """Return the row as a dict for JSON."""
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
        for name, in_c in _references(yardstick, work, temperature, replicates, engine).items():
            functions[f"{name} beside {engine}"] = _bound(in_c, steps[engine])
    # Both sides are one thread of this process. Processor time ignores what else keeps the machine busy.
    times = compare(functions, rounds=effort.rounds, least_seconds=effort.seconds / 4, clock=time.process_time)
    for engine, length in steps.items():
        cell = (work.name, temperature, replicates, engine, length)
        if yardstick is None:
            # The lockstep is timed with another number of steps.
            low, middle, high = (length / steps["lockstep"] * one for one in ratios(times, "lockstep", engine))
            beside = replicates * steps["lockstep"] / quartiles(times["lockstep"])[1]
            rate = replicates * length / quartiles(times[engine])[1]
            rows.append(Row(*cell, rate, (low, middle, high), "lockstep", beside, None, first[engine]))
        for name, targets in _REFERENCES.items():
            timed = f"{name} beside {engine}"
            if timed in times:
                rates = [replicates * length / quartiles(times[side])[1] for side in (engine, timed)]
                target = targets.get((work.name, engine, replicates))
                rows.append(Row(*cell, rates[0], ratios(times, timed, engine), name, rates[1], target, first[engine]))
    return rows


def _references(
    yardstick: Yardstick | None, work: Work, temperature: str, replicates: int, engine: str
) -> dict[str, Play]:
    """Return the plays by C that an engine is timed beside."""
    if yardstick is None:
        return {}
    plays = {"C": works.in_c(yardstick, work, temperature, replicates)}
    wide = works.in_avx512(yardstick, work, temperature, replicates) if engine == "compiled" else None
    return plays if wide is None else {**plays, "C, AVX-512": wide}


def why_not(play: Play, engine: str) -> str:
    """Play a few steps; return why that fails, or an empty string. Only an optional engine may be missing."""
    try:
        recorder = play(LEAST_STEPS)
    except (ImportError, ValueError) as error:
        if engine == "lockstep":
            raise
        return f"{type(error).__name__}: {error}"
    ran = getattr(recorder, "engine", engine)
    return "" if ran == engine else f"it ran in {ran}"


def calibrated(play: Play, seconds: float, clock: Clock) -> int:
    """Find the number of steps that takes about the given seconds."""
    steps = LEAST_STEPS
    while True:
        start = clock()
        play(steps)
        elapsed = clock() - start
        if elapsed >= seconds / 2:
            return steps
        # The fixed cost of a call hides how cheap a step is, so steps grow at most tenfold at a time.
        steps = int(steps * min(10.0, max(1.5, 0.8 * seconds / max(elapsed, 1e-9))))


def measure_recording(effort: Effort, chosen: Sequence[Work] = works.WORKS) -> Iterator[Row]:
    """Measure ``rollout`` with its recorder beside ``rollout`` with one that does nothing, at 30 and 2000 replicates.

    Both times include the work of environments, learners and compiled loops for the recorder.
    """
    for work in chosen:
        for replicates in (30, 2000):
            for engine in works.engines_of(rollout):
                cell = (work.name, "constant", replicates, f"{engine}, recorded")
                play = works.in_project(work, "constant", replicates, engine)
                if failure := why_not(play, engine):
                    yield Row(*cell, failure=failure)
                    continue
                steps = calibrated(play, effort.seconds, time.process_time)
                bare = works.in_project(work, "constant", replicates, engine, recorded=False)
                functions = {"recorded": _bound(play, steps), "bare": _bound(bare, steps)}
                times = compare(functions, rounds=effort.rounds, least_seconds=0.0, clock=time.process_time)
                yield _row_of(times, ("bare", "recorded"), cell, steps, "not recorded", RECORDING_TARGET)


def measure_runs(
    yardstick: Yardstick | None, effort: Effort, chosen: Sequence[Work] = works.WORKS[:2]
) -> Iterator[Row]:
    """Measure the public ``run`` with two workers beside one, each time into a new folder, by wall-clock time.

    Two threads of the yardstick beside one, in the same turns, show what two cores of this machine can gain.
    """
    replicates = max(effort.replicates)
    for work in chosen:
        for engine in works.engines_of(run):
            yield from _measure_run(yardstick, effort, work, replicates, engine)


def _measure_run(
    yardstick: Yardstick | None, effort: Effort, work: Work, replicates: int, engine: str
) -> Iterator[Row]:
    cell = (work.name, "constant", replicates, f"run, {engine}, 2 workers")
    with tempfile.TemporaryDirectory() as folder:
        new_folders = (f"{folder}/{number}" for number in count())

        def into_new_folders(jobs: int) -> Play:
            play = works.in_runs(work, "constant", replicates, engine, jobs)
            return lambda steps: play(steps, next(new_folders))

        alone, shared = into_new_folders(1), into_new_folders(2)
        start = time.perf_counter()
        failure = why_not(shared, engine)
        first = time.perf_counter() - start
        if failure:
            yield Row(*cell, failure=failure)
            return
        # A run of a second mostly makes environments and files, so runs take longer than the other timings.
        seconds = max(1.0, 20 * effort.seconds)
        steps = calibrated(alone, seconds, time.perf_counter)
        functions = {"1": _bound(alone, steps), "2": _bound(shared, steps)}
        c_steps = 0
        if yardstick is not None:
            single, threaded = works.in_c_threads(yardstick, work, replicates)
            c_steps = calibrated(single, seconds, time.perf_counter)
            functions |= {"C 1": _bound(single, c_steps), "C 2": _bound(threaded, c_steps)}
        times = compare(functions, rounds=effort.rounds, least_seconds=0.0)
    yield _row_of(times, ("1", "2"), cell, steps, "1 worker", WORKERS_TARGET, first)
    if yardstick is not None:
        yield _row_of(times, ("C 1", "C 2"), (*cell[:3], "C, 2 threads"), c_steps, "C, 1 thread")


def _row_of(
    times: dict[str, list[float]],
    names: tuple[str, str],
    cell: tuple[str, str, int, str],
    steps: int,
    reference: str,
    target: float | None = None,
    first: float = 0.0,
) -> Row:
    alone, shared = names
    rates = {name: cell[2] * steps / quartiles(times[name])[1] for name in names}
    ratio = ratios(times, alone, shared)
    return Row(*cell, steps, rates[shared], ratio, reference, rates[alone], target, first)


def _bound(play: Play, steps: int) -> Callable[[], Any]:
    return lambda: play(steps)
