"""Handing blocks to workers, and surviving the death of a worker."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from boltzmann.experiments.describe import Block
from boltzmann.experiments.errors import LostWorkersError
from boltzmann.experiments.runs.worker import Job, Outcome, compute_block, failure_text

Compute = Callable[[Block], Outcome]

Workers = Callable[[Compute, list[Block]], Iterator[Outcome]]
"""``workers(compute, blocks)`` yields ``compute(block)`` for each block as it finishes. Where a worker died it yields
an outcome with ``lost``, or raises where nobody knows which block that worker computed; a LostWorkersError where no
worker is left."""

_MOST_FRUITLESS = 3
"""How many times in a row all workers may die without a block finished or identified as the cause."""


@dataclass(frozen=True)
class LocalWorkers:
    """Processes of this machine, by joblib.

    Parameters
    ----------
    n_jobs : int
        1 computes in this process, -1 takes a process for each core, or the number of ``joblib.parallel_config``.
    separate : bool
        Whether one job takes a process of its own too, which can be ended without this one.
    """

    n_jobs: int
    separate: bool = False

    @property
    def in_this_process(self) -> bool:
        """Return whether blocks are computed in this process, whose end nothing outlives."""
        return not self.separate and self._count() == 1

    def processes(self, blocks: int) -> int:
        """Return how many processes compute so many blocks: at most one for each."""
        return min(self._count(), blocks)

    def _count(self) -> int:
        import joblib

        return int(joblib.effective_n_jobs(self.n_jobs))

    def __call__(self, compute: Compute, blocks: list[Block]) -> Iterator[Outcome]:
        """Yield the outcome of each block as it finishes."""
        import joblib

        if not blocks:
            return
        count, options = self._count(), {}
        if not self.in_this_process:
            # joblib takes 1 to mean this very process, so the pool has at least two; one job hands out one at a time.
            options = {"pre_dispatch": 1} if count == 1 else {}
            count = max(2, min(count, len(blocks)))
        closed = False

        def calls() -> Iterator[Any]:
            for block in blocks:
                # Once the caller has stopped, finishing workers would request blocks from a closed pool.
                if closed:
                    return
                yield joblib.delayed(compute)(block)

        outcomes = joblib.Parallel(count, return_as="generator_unordered", batch_size=1, **options)(calls())
        try:
            # `yield from` would close joblib's generator before the `finally` below runs.
            for outcome in outcomes:  # noqa: UP028
                yield outcome
        finally:
            closed = True
            with warnings.catch_warnings():
                # joblib warns about dropped tasks, which are dropped on purpose here.
                warnings.filterwarnings("ignore", category=UserWarning, message=r"\d+ tasks ")
                outcomes.close()


def compute_blocks(job: Job, blocks: list[Block], workers: Workers) -> Generator[Outcome, None, None]:
    """Compute blocks in parallel, and yield the outcome of each as it finishes.

    A worker that is killed may take its pool down with it. Marks show which blocks were in progress then. These run
    again one by one, each alone, which identifies the block that kills its worker: it runs only once more, and every
    other block is computed.
    """
    compute = partial(compute_block, job)
    remaining = {block.name: block for block in blocks}
    fruitless = 0
    while remaining:
        before, suspects, reason = len(remaining), list[Block](), ""
        try:
            for outcome in workers(compute, list(remaining.values())):
                if outcome.lost:
                    suspects.append(outcome.block)
                    continue
                del remaining[outcome.block.name]
                yield outcome
        except LostWorkersError:
            raise
        # Each backend has its own error for a dead worker. Errors of a block are outcomes and not raised.
        except Exception as error:
            reason = _lost_text(error)
            suspects += [block for block in remaining.values() if job.store.has_mark(block)]
        for block in {block.name: block for block in suspects}.values():
            del remaining[block.name]
            yield _compute_alone(job, compute, block, workers)
        fruitless = fruitless + 1 if len(remaining) == before else 0
        if fruitless == _MOST_FRUITLESS:
            raise LostWorkersError(f"all workers die before they start a block: {reason}")


def _compute_alone(job: Job, compute: Compute, block: Block, workers: Workers) -> Outcome:
    """Compute a block whose worker has died once more, alone; if its worker dies again its cell has failed.

    A block that was ended by its time limit has failed at once.
    """
    lost = ""
    if not _is_timed_out(job, block):
        job.store.remove_mark(block)
        outcome = compute_alone(compute, block, workers)
        if not outcome.lost:
            return outcome
        lost = outcome.lost
    job.store.remove_mark(block)
    if _is_timed_out(job, block):
        reason, text = f"timed out after {job.time_limit:g} s", job.store.timeout_file(block).read_text()
    else:
        reason, text = f"its worker died twice, as workers do that run out of memory: {lost}", ""
    job.store.write_failure(block, failure_text(job, block, f"{reason}\n\n{text}"))
    return Outcome(block, reason)


def compute_each(compute: Compute, blocks: list[Block], workers: Workers) -> Iterator[Outcome]:
    """Compute blocks that leave no marks; where a worker dies, each that is left is computed alone."""
    remaining = {block.name: block for block in blocks}
    try:
        for outcome in workers(compute, blocks):
            if not outcome.lost:
                del remaining[outcome.block.name]
                yield outcome
    except LostWorkersError:
        raise
    except Exception:
        # Alone, the block that kills its worker is known.
        pass
    for block in remaining.values():
        yield compute_alone(compute, block, workers)


def compute_alone(compute: Compute, block: Block, workers: Workers) -> Outcome:
    """Compute one block while no other block is computed; the outcome is ``lost`` where its worker dies."""
    try:
        (outcome,) = workers(compute, [block])
    except LostWorkersError:
        raise
    except Exception as error:
        return Outcome(block, lost=_lost_text(error))
    return outcome


def _lost_text(error: Exception) -> str:
    """Return the error of a backend in one line, with the last line of what its worker reports."""
    text = f"{type(error).__name__}: {' '.join(str(error).split())}"
    reported = str(error.__cause__ or "").replace('"""', "").split("\n")
    last = next((line.strip() for line in reversed(reported) if line.strip()), "")
    return f"{text} ({last})" if last else text


def _is_timed_out(job: Job, block: Block) -> bool:
    """Return whether the time limit has ended the worker of a block: the file of the limit holds where it was."""
    path = job.store.timeout_file(block)
    return path.is_file() and path.stat().st_size > 0
