"""Handing blocks to workers, and surviving the death of a worker."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from boltzmann.experiments.describe import Block
from boltzmann.experiments.runs.worker import Job, Outcome, compute_block

Compute = Callable[[Block], Outcome]

Workers = Callable[[Compute, list[Block]], Iterator[Outcome]]
"""``workers(compute, blocks)`` yields ``compute(block)`` for each block as it finishes. Where a worker died it yields
an outcome with ``lost``, or raises where nobody knows which block that worker computed."""

_MOST_FRUITLESS = 3
"""How many times in a row all workers may die without a block finished or identified as the cause."""


@dataclass(frozen=True)
class LocalWorkers:
    """Processes of this machine, by joblib.

    Parameters
    ----------
    n_jobs : int
        1 computes in this process, -1 takes a process for each core, or the number of ``joblib.parallel_config``.
    """

    n_jobs: int

    def processes(self, blocks: int) -> int:
        """Return how many processes compute so many blocks: at most one for each."""
        return min(os.cpu_count() or 1 if self.n_jobs == -1 else self.n_jobs, blocks)

    def __call__(self, compute: Compute, blocks: list[Block]) -> Iterator[Outcome]:
        """Yield the outcome of each block as it finishes."""
        import joblib

        # No more processes than blocks; but joblib takes 1 to mean this very process, so at least two.
        n_jobs = min(self.n_jobs, max(len(blocks), 2)) if self.n_jobs > 1 else self.n_jobs
        closed = False

        def calls() -> Iterator[Any]:
            for block in blocks:
                # Once the caller has stopped, finishing workers would request blocks from a closed pool.
                if closed:
                    return
                yield joblib.delayed(compute)(block)

        outcomes = joblib.Parallel(n_jobs, return_as="generator_unordered", batch_size=1)(calls())
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
        # Each backend has its own error for a dead worker. Errors of a block are outcomes and not raised.
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            suspects += [block for block in remaining.values() if job.store.has_mark(block)]
        for block in {block.name: block for block in suspects}.values():
            del remaining[block.name]
            yield _compute_alone(job, compute, block, workers)
        fruitless = fruitless + 1 if len(remaining) == before else 0
        if fruitless == _MOST_FRUITLESS:
            raise RuntimeError(f"all workers die before they start a block: {reason}")


def _compute_alone(job: Job, compute: Compute, block: Block, workers: Workers) -> Outcome:
    """Compute a block whose worker has died once more, alone; if its worker dies again its cell has failed."""
    job.store.remove_mark(block)
    try:
        (outcome,) = workers(compute, [block])
    except Exception as error:
        outcome = Outcome(block, lost=f"{type(error).__name__}: {error}")
    if not outcome.lost:
        return outcome
    job.store.remove_mark(block)
    reason = "its worker died twice, as workers do that run out of memory"
    job.store.write_failure(block, f"{block.name}: {reason}\n\n{outcome.lost}\n")
    return Outcome(block, f"{reason}: {outcome.lost}")
