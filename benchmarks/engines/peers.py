"""Other libraries beside this project: 30 runs one after another, and 30 replicates of ours."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from benchmarks.engines import works
from benchmarks.engines.measuring import Effort, Row, calibrated, why_not
from benchmarks.engines.works import Play
from benchmarks.timing import quartiles
from boltzmann.experiments import rollout

REPLICATES = 30
LEAST_RATIO = 300.0
MOST_ROUNDS = 3
FULL_SECONDS = 0.3
NEAREST_WORKS = {
    "SMPyBandits": works.WORKS[0],
    "SMPyBandits UCB1": works.UCB1_WORK,
    "SMPyBandits Thompson": works.THOMPSON_WORK,
    "mabwiser": works.WORKS[0],
    "mabwiser UCB1": works.UCB1_WORK,
    "mabwiser Thompson": works.THOMPSON_WORK,
    "mushroom-rl": works.WORKS[1],
    "rlberry": works.WORKS[1],
    "pfrl": works.WORKS[1],
}
"""Our work that is nearest to what each library is made for."""

STEPS = {"rlberry": 1000, "pfrl": 100}
OTHER_STEPS = 500
"""Steps of a run at full effort: fewer for a slow library, more if the start of a run is expensive."""

UNJUDGED = frozenset({"pfrl"})
"""Libraries without a target: this one learns networks, not tables."""


class PeerError(RuntimeError):
    """A library that cannot be imported or run."""


class Peer:
    """A library in a separate process of a Python that has it; see ``peer_runs.py``.

    Raises
    ------
    PeerError
        If the Python cannot be started, or the library cannot be imported or run.
    """

    def __init__(self, name: str, python: str) -> None:
        script = Path(__file__).with_name("peer_runs.py")
        # One thread, as ours. Python must not search this folder: libraries may have modules of the same names.
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "MPLBACKEND": "agg"}
        environment.pop("PYTHONPATH", None)
        self._scratch = tempfile.TemporaryDirectory()
        self._errors = Path(self._scratch.name, "stderr")
        try:
            with self._errors.open("w") as errors:
                self._process = subprocess.Popen(
                    [python, "-P", str(script), name],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                    text=True,
                    env=environment,
                    cwd=self._scratch.name,
                )
        except OSError as error:
            self._scratch.cleanup()
            raise PeerError(f"{python} cannot be started: {error}") from error
        try:
            self.version = str(self._answer()["version"])
        except PeerError:
            self.close()
            raise

    def seconds(self, replicates: int, steps: int) -> float:
        """Let the library do runs one after another; return the processor time that they took."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            # The missing answer of a process that has ended is reported below.
            print(replicates, steps, file=self._process.stdin, flush=True)
        return float(self._answer()["seconds"])

    def close(self) -> None:
        """End the process."""
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            with contextlib.suppress(BrokenPipeError):
                stream.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._scratch.cleanup()

    def __enter__(self) -> Peer:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            last = self._errors.read_text(errors="replace").strip().rpartition("\n")[2]
            raise PeerError(f"its process ended with code {self._process.wait()}: {last}")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise PeerError(answer["error"])
        return answer


def measure_peers(python: str | None, effort: Effort, names: Sequence[str] = tuple(NEAREST_WORKS)) -> Iterator[Row]:
    """Measure the libraries of a Python; the ratio of a row is our rate over theirs, in turns.

    The row of a library that cannot be imported or run states the reason.
    """
    for name in names:
        try:
            with Peer(name, python or sys.executable) as peer:
                yield _measure_peer(name, peer, effort)
        except PeerError as error:
            yield Row(
                NEAREST_WORKS[name].name,
                _kind_of(NEAREST_WORKS[name]),
                REPLICATES,
                name,
                failure=str(error).splitlines()[0],
            )


def _measure_peer(name: str, peer: Peer, effort: Effort) -> Row:
    work = NEAREST_WORKS[name]
    engine, play = _fastest(work)
    steps_theirs = max(20, int(STEPS.get(name, OTHER_STEPS) * min(1.0, effort.seconds / FULL_SECONDS)))
    start = time.perf_counter()
    peer.seconds(REPLICATES, 20)
    first = time.perf_counter() - start
    steps_ours = calibrated(play, effort.seconds, time.process_time)
    ours, theirs = [], []
    for _ in range(min(MOST_ROUNDS, effort.rounds)):
        theirs.append(REPLICATES * steps_theirs / peer.seconds(REPLICATES, steps_theirs))
        begun = time.process_time()
        play(steps_ours)
        ours.append(REPLICATES * steps_ours / (time.process_time() - begun))
    ratio = quartiles([a / b for a, b in zip(ours, theirs, strict=True)])
    target = None if name in UNJUDGED else LEAST_RATIO
    engine_theirs = f"{name.partition(' ')[0]} {peer.version}"
    cell = (work.name, _kind_of(work), REPLICATES, engine_theirs, steps_theirs)
    return Row(*cell, quartiles(theirs)[1], ratio, f"ours, {engine}", quartiles(ours)[1], target, first)


def _kind_of(work: works.Work) -> str:
    """Return a constant temperature, or the name of another policy."""
    return next(iter(work.temperatures))


def _fastest(work: works.Work) -> tuple[str, Play]:
    """Return the fastest engine that works here: the last one, since the compiled one comes after the lockstep."""
    for engine in reversed(works.engines_of(rollout)):
        # The entropies of draws with noise take longer than all steps, and no other library has them.
        recorded = work is not works.THOMPSON_WORK
        play = works.in_project(work, _kind_of(work), REPLICATES, engine, recorded=recorded)
        if not why_not(play, engine):
            return engine, play
    raise RuntimeError(f"no engine runs {work.name}")
