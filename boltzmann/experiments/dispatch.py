"""Handing blocks to workers by joblib, whatever its backend, and living through the death of one."""

from __future__ import annotations

from collections.abc import Iterator

from boltzmann.experiments.jobs import Job, Outcome, compute_block
from boltzmann.experiments.layout import Block

__all__ = ["compute_blocks"]

_FRUITLESS = 3
"""So many times the workers may die without a block done or found guilty."""


def compute_blocks(job: Job, blocks: list[Block], n_jobs: int) -> Iterator[Outcome]:
    """Compute blocks in parallel, yielding how each went as it is done.

    A worker that is killed takes its pool down with it. The blocks that were at work then, known by their marks, are
    run again one by one, each alone: so the one that kills its worker is told from its neighbours, it is run once more
    and no oftener, and every other block is computed.
    """
    left = {block.name: block for block in blocks}
    fruitless = 0
    while left:
        before = len(left)
        try:
            for outcome in _outcomes(job, list(left.values()), n_jobs):
                del left[outcome.block.name]
                yield outcome
        # What a backend raises when a worker is gone is its own affair; what a block raises comes as its outcome.
        except Exception as error:
            suspects = [block for block in left.values() if job.store.take_mark(block)]
            stored = [block for block in left.values() if (job.store.folder / block.name).exists()]
            for outcome in [*map(Outcome, stored), *_alone(job, suspects, stored)]:
                del left[outcome.block.name]
                yield outcome
            fruitless = fruitless + 1 if len(left) == before else 0
            if fruitless == _FRUITLESS:
                raise RuntimeError(f"the workers die before they begin: {error}") from error


def _alone(job: Job, suspects: list[Block], stored: list[Block]) -> Iterator[Outcome]:
    for block in suspects:
        if block in stored:
            continue
        try:
            # Two, since a single one would be this very process.
            (outcome,) = _outcomes(job, [block], 2)
        except Exception as error:
            job.store.take_mark(block)
            reason = f"its worker died twice ({type(error).__name__}), as one does that runs out of memory"
            job.store.write_failure(block, f"{block.name}: {reason}\n\n{error}\n")
            outcome = Outcome(block, reason)
        yield outcome


def _outcomes(job: Job, blocks: list[Block], n_jobs: int) -> Iterator[Outcome]:
    import joblib
    from joblib.parallel import get_active_backend

    # No more processes than there is work for.
    workers = min(n_jobs, max(len(blocks), 2)) if n_jobs > 1 else n_jobs
    jobs = [joblib.delayed(compute_block)(job, block) for block in blocks]
    if getattr(get_active_backend()[0], "supports_return_generator", False):
        yield from joblib.Parallel(workers, return_as="generator_unordered", batch_size=1)(jobs)
        return
    # Ray's backend gives all results at once: rounds, so that progress is told on the way.
    length = 4 * joblib.effective_n_jobs(workers)
    for start in range(0, len(jobs), length):
        yield from joblib.Parallel(workers, batch_size=1)(jobs[start : start + length])
