"""The project beside plain C and beside other libraries: ``python -m benchmarks.engines``.

The command times the public ``rollout`` on the works of ``works.py``, in turns with the C yardstick; every policy,
learner and world; the cost of recording and the parts of a lockstep step; batches of single environments, numbered in
one call; the public ``run`` with two workers beside one; a policy call; and other libraries, in a Python that
``--peers`` names. docs/speed.md explains each comparison.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks import core
from benchmarks.engines import anatomy, reporting
from benchmarks.engines.batches import measure_batches
from benchmarks.engines.laws import measure_laws
from benchmarks.engines.measuring import LEAST_STEPS, Effort, Row, measure_recording, measure_rollouts, measure_runs
from benchmarks.engines.peers import FULL_SECONDS, measure_peers
from benchmarks.engines.works import REPLICATES
from benchmarks.engines.yardstick import CACHE, MissingCompilerError, Yardstick

FULL = Effort(rounds=5, seconds=FULL_SECONDS, replicates=REPLICATES)
QUICK = Effort(rounds=3, seconds=0.04, replicates=(30, 2000))
PARTS = ("rollouts", "laws", "recording", "steps", "batches", "runs", "calls", "peers")


class _Report:
    """Lines that are printed at once and stored for a file."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, text: str = "") -> None:
        print(text, flush=True)
        self.lines.append(text)


def measure(parts: Sequence[str], effort: Effort, peers: str | None, folder: Path, cache: Path = CACHE) -> None:
    """Measure, print, and store in a folder.

    Parameters
    ----------
    parts : sequence of str
        Some of ``PARTS``.
    effort : Effort
        How long to measure.
    peers : str, optional
        A Python with other libraries; this one by default.
    folder : path
        The folder of ``engines.json`` and ``engines.txt``.
    cache : path
        The folder of the compiled yardstick.
    """
    report = _Report()
    yardstick: Yardstick | None = None
    try:
        yardstick = Yardstick(cache)
    except MissingCompilerError as error:
        report.say(f"{error}: ratios are to the project's own lockstep, and no target is judged")
    machine = reporting.describe_machine(yardstick.compiler if yardstick else None)
    results: dict[str, Any] = {"machine": machine, "rounds": effort.rounds, "seconds": effort.seconds}
    for text in reporting.describe_lines(machine):
        report.say(text)
    if yardstick and not yardstick.has_avx512:
        report.say("this processor or compiler does not know AVX-512: the testbed is not timed beside such C")
    if "rollouts" in parts:
        report.say(f"\nrollout: agent-steps a processor second, medians of {effort.rounds} interleaved rounds")
        cells = measure_rollouts(yardstick, effort)
        results["rollouts"] = _print_rows(report, (row for rows in cells for row in rows))
    if "laws" in parts:
        report.say("\nlaws: every policy, learner and world, 30 replicates, beside a Boltzmann policy on the testbed")
        results["laws"] = _print_rows(report, measure_laws(effort), reporting.LAW_HEADER, reporting.law_line)
    if "recording" in parts:
        report.say("\nrecording: rollout with its recorder beside one that notes nothing, in processor seconds")
        results["recording"] = _print_rows(report, measure_recording(effort))
    if "steps" in parts:
        rounds = 3 * effort.rounds
        report.say(
            f"\na lockstep step: processor time of its parts, medians of {rounds} rounds, and what recording adds"
        )
        report.say(anatomy.HEADER)
        results["steps"] = []
        for part in anatomy.measure_parts(rounds):
            report.say(anatomy.line(part))
            results["steps"].append(part.to_json())
    if "batches" in parts:
        report.say("\nbatches: a step of single environments, their observations numbered in one call and row by row")
        results["batches"] = _print_rows(report, measure_batches(effort))
    if "runs" in parts:
        report.say("\nrun: two workers beside one, agent-steps a wall-clock second; 1st call starts the workers")
        results["runs"] = _print_rows(report, measure_runs(yardstick, effort))
    if "calls" in parts:
        rounds = min(15, 3 * effort.rounds)
        report.say(f"\na policy call: probabilities + one draw a row + log-partition, medians of {rounds} rounds")
        results["calls"] = core.measure(rounds)
        report.say(core.table(results["calls"]))
    if "peers" in parts:
        report.say("\npeers: 30 runs after one another, each library in its own way; ratio of this project to it")
        if peers is None:
            report.say(
                "measured are the libraries of this Python; make benchmark-peers installs all, for make benchmark too"
            )
        results["peers"] = _print_rows(report, measure_peers(peers, effort))
    for file in reporting.store(folder, results, "\n".join(report.lines) + "\n"):
        print(f"stored {file}")


def _print_rows(
    report: _Report, rows: Any, header: str = reporting.HEADER, line: Callable[[Row], str] = reporting.line
) -> list[dict[str, Any]]:
    report.say(header)
    printed: list[Row] = []
    for row in rows:
        report.say(line(row))
        printed.append(row)
    return [row.to_json() for row in printed]


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line, measure, print and store."""
    parser = argparse.ArgumentParser(
        prog="benchmarks.engines",
        description=f"The project's engines beside plain C and other libraries. 1st call: {LEAST_STEPS} steps.",
    )
    parser.add_argument("--quick", action="store_true", help="shorter, and less sure: windows are shorter, too")
    parser.add_argument("--rounds", type=int, help="how often each is timed")
    parser.add_argument("--seconds", type=float, help="how long a timing takes, about")
    parser.add_argument("--replicates", type=int, nargs="+", help="how many replicates, one or more numbers")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS), help="what to measure")
    parser.add_argument("--peers", metavar="PYTHON", help="a Python that has other libraries (default: this one)")
    parser.add_argument("--output", type=Path, default=Path("results/benchmarks"), help="folder for JSON and text")
    options = parser.parse_args(arguments)
    usual = QUICK if options.quick else FULL
    effort = Effort(
        usual.rounds if options.rounds is None else options.rounds,
        usual.seconds if options.seconds is None else options.seconds,
        usual.replicates if options.replicates is None else tuple(options.replicates),
    )
    if effort.rounds < 1 or not effort.seconds > 0 or min(effort.replicates) < 1:
        parser.error("--rounds and --replicates must be at least 1, and --seconds above 0")
    try:
        options.output.mkdir(parents=True, exist_ok=True)
        (options.output / "engines.txt").touch()
    except OSError as error:
        parser.error(f"--output cannot be written: {error}")
    measure(options.parts, effort, options.peers, options.output)


if __name__ == "__main__":
    main()
