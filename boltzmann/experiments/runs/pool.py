"""Handing blocks to workers, and living through the death of one."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Generator, Iterator
from functools import partial
from typing import Any

from boltzmann.experiments.describe import Block
from boltzmann.experiments.runs.worker import Job, Outcome, compute_block

Compute = Callable[[Block], Outcome]

Workers = Callable[[Compute, list[Block]], Iterator[Outcome]]
"""``workers(compute, blocks)`` yields ``compute(block)`` for each block as it is done; where a worker died, an outcome
with ``lost``, or it raises where nobody knows whose worker it was."""

_FRUITLESS = 3
"""So many times all workers may die without a block done or found guilty."""


def joblib_workers(n_jobs: int) -> Workers:
    """Give joblib's workers: this process for 1, a process a core for -1, or what ``joblib.parallel_config`` says."""

    def computed(compute: Compute, blocks: list[Block]) -> Iterator[Outcome]:
        import joblib

        # No more processes than there is work for; two at least, where one would be this very process.
        workers = min(n_jobs, max(len(blocks), 2)) if n_jobs > 1 else n_jobs
        over = False

        def handed() -> Iterator[Any]:
            for block in blocks:
                # Once nobody asks for more, workers that end would ask for blocks of a pool that is closed by then.
                if over:
                    return
                yield joblib.delayed(compute)(block)

        outcomes = joblib.Parallel(workers, return_as="generator_unordered", batch_size=1)(handed())
        try:
            # Not delegated to: what is delegated to is closed first.
            for outcome in outcomes:  # noqa: UP028
                yield outcome
        finally:
            over = True
            with warnings.catch_warnings():
                # Its advice on what is dropped then is for whoever wrote this.
                warnings.filterwarnings("ignore", category=UserWarning, message=r"\d+ tasks ")
                outcomes.close()

    return computed


def compute_blocks(job: Job, blocks: list[Block], workers: Workers) -> Generator[Outcome, None, None]:
    """Compute blocks in parallel, yielding how each went as it is done.

    A worker that is killed may take its pool down with it. The blocks that were at work then, known by their marks, are
    run again one by one, each alone: so the one that kills its worker is told from its neighbours, it is run once more
    and no oftener, and every other block is computed.
    """
    compute = partial(compute_block, job)
    left = {block.name: block for block in blocks}
    fruitless = 0
    while left:
        before, suspects, reason = len(left), list[Block](), ""
        try:
            for outcome in workers(compute, list(left.values())):
                if outcome.lost:
                    suspects.append(outcome.block)
                    continue
                del left[outcome.block.name]
                yield outcome
        # What a backend raises when a worker is gone is its own affair; what a block raises comes as its outcome.
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            suspects += [block for block in left.values() if job.store.has_mark(block)]
        for block in {block.name: block for block in suspects}.values():
            del left[block.name]
            yield _again(job, compute, block, workers)
        fruitless = fruitless + 1 if len(left) == before else 0
        if fruitless == _FRUITLESS:
            raise RuntimeError(f"the workers die before they begin: {reason}")


def _again(job: Job, compute: Compute, block: Block, workers: Workers) -> Outcome:
    """Run a block alone whose worker has died: once more, and then it has failed."""
    job.store.remove_mark(block)
    try:
        (outcome,) = workers(compute, [block])
    except Exception as error:
        outcome = Outcome(block, lost=f"{type(error).__name__}: {error}")
    if not outcome.lost:
        return outcome
    job.store.remove_mark(block)
    reason = "its worker died twice, as one does that runs out of memory"
    job.store.write_failure(block, f"{block.name}: {reason}\n\n{outcome.lost}\n")
    return Outcome(block, f"{reason}: {outcome.lost}")
