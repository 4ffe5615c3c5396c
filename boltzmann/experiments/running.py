"""Running an experiment on this machine's cores, a block a job, what is already stored left as it is."""

from __future__ import annotations

import copy
import os
import warnings
from collections.abc import Callable, Iterable
from contextlib import closing, nullcontext
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boltzmann import _checks
from boltzmann.experiments.description import Experiment, Task, read_environment
from boltzmann.experiments.errors import RefusedError
from boltzmann.experiments.interfaces import Make
from boltzmann.experiments.layout import Block, Layout
from boltzmann.experiments.resolution import Resolved, describe_environment
from boltzmann.experiments.results import Results
from boltzmann.experiments.rollout import Engine, Recorder, rollout
from boltzmann.experiments.storage import Store

__all__ = ["Progress", "run"]

_PROBES = 100

Progress = Callable[[int, int], None]
"""``on_progress(done, total)``: blocks that are stored, those found there included, and blocks in all."""


def run(
    experiment: Experiment,
    store: str | os.PathLike[str],
    *,
    make: Make,
    n_jobs: int = 1,
    on_progress: Progress | None = None,
    engine: Engine = "auto",
) -> Results:
    """Compute the blocks of an experiment that a folder does not hold yet, and give the results.

    Parameters
    ----------
    experiment : Experiment
        What to run.
    store : path
        The folder of this run; it is made where it does not exist. What it holds of the same experiment is kept, so
        a run that was stopped goes on where it was, to the bytes that it would have ended with.
    make : callable
        ``make(id, num_envs, discount=..., **kwargs)`` gives a batched environment, as ``envs.make`` does.
    n_jobs : int
        Processes: 1 computes in this one, -1 takes a process a core. ``joblib.parallel_config`` chooses another
        backend. The results are the same bytes for any number of them.
    on_progress : callable, optional
        Told ``(done, total)`` blocks, first what was there, then after each block.
    engine : {"auto", "lockstep", "compiled"}
        As for :func:`rollout`, for every cell; which one it was is stored with the results. The first run compiles,
        which takes some twenty seconds and is kept on disk; the log ``boltzmann.experiments`` says so.

    Raises
    ------
    RefusedError
        For an agent that cannot act in its environment, and for a folder that holds something else, was begun with
        another version of an environment or cannot be written; nothing is written then. It is a ValueError, and its
        cause is what was raised.
    ValueError, TypeError
        For ``n_jobs`` out of its bounds.
    OSError
        Where a block cannot be written, as on a full disk; what is stored stays.

    Warns
    -----
    UserWarning
        For each stored block that is damaged; it is computed again. And where a run goes on that was begun with other
        versions of Python, NumPy, Gymnasium or this package: it ends with the same law, but not with the same bytes.
    """
    if _checks.whole_number("n_jobs", n_jobs, least=-1) == 0:
        raise ValueError("n_jobs must be -1 or at least 1, got 0")
    environments, engines = _rehearse(experiment, make, engine)
    place = Store(store)
    layout = experiment.layout
    place.begin(layout, environments, engines)
    missing, damaged = place.missing(layout)
    for message in damaged:
        warnings.warn(f"{message}; it is computed again", UserWarning, stacklevel=2)
    if missing and (other := place.other_versions(engines)):
        warnings.warn(f"{store} was begun with other versions, {other}: not the same bytes", UserWarning, stacklevel=2)
    # The longest first, so that no core ends up waiting for one.
    missing.sort(key=lambda block: -layout.tasks[block.task].steps * block.replicates)
    total = len(layout.blocks())
    done = total - len(missing)
    report = on_progress or _silent
    report(done, total)
    for _ in _computed(experiment, missing, place, make, n_jobs, engine):
        done += 1
        report(done, total)
    return Results.load(store)


def _computed(
    experiment: Experiment, missing: list[Block], store: Store, make: Make, n_jobs: int, engine: Engine
) -> Iterable[str]:
    """Compute and store blocks, yielding their names as they are done."""
    import joblib

    if not missing:
        return ()
    # No more processes than there is work for.
    workers = min(n_jobs, len(missing)) if n_jobs > 0 else n_jobs
    parallel = joblib.Parallel(n_jobs=workers, return_as="generator_unordered")
    here = os.getpid()
    names: Iterable[str] = parallel(
        joblib.delayed(_run_block)(experiment, block, store, make, here, engine) for block in missing
    )
    return names


def _run_block(experiment: Experiment, block: Block, store: Store, make: Make, watched: int, engine: Engine) -> str:
    task, layout = experiment.tasks[block.task], experiment.layout
    # A worker would only repeat what the rehearsal has said in the process that people watch.
    told = os.getpid() != watched
    with warnings.catch_warnings(action="ignore", category=UserWarning) if told else nullcontext():
        env = _make_environment(task, block.replicates, make)
    with closing(env):
        recorder = _play(task, env, layout.recorded_steps(block.task), layout, block, engine)
    store.write(layout, block, recorder.arrays)
    return block.name


def _make_environment(task: Task, replicates: int, make: Make) -> Any:
    name, arguments = read_environment(task.environment)
    return make(name, replicates, discount=task.discount, **arguments)


def _require_same_step(env: Any) -> None:
    """Refuse a batched environment that would insert transitions which never happened."""
    mode = env.metadata.get("autoreset_mode")
    if getattr(mode, "name", mode) != "SAME_STEP":
        raise ValueError(f"make must give an environment with AutoresetMode.SAME_STEP, got {mode} from {env}")


def _play(task: Task, env: Any, ends: NDArray[np.int64], layout: Layout, block: Block, engine: Engine) -> Recorder:
    _require_same_step(env)
    # The description stays as it was given: what a reset makes is made in a copy.
    agent = copy.deepcopy(task.agents[block.agent])
    return rollout(env, agent, ends, layout.environment_seeds(block), layout.agent_rng(block), engine=engine)


def _rehearse(experiment: Experiment, make: Make, engine: Engine) -> tuple[list[Resolved], list[list[str]]]:
    """Take one step of every cell, so that what cannot work is refused before anything is computed or written.

    Its policy is asked at steps all along the way, since a schedule's bad end shows only there. Gives what each task's
    environment turned out to be, and which engine each of its agents runs on.
    """
    layout, found, engines = experiment.layout, [], []
    for place, task in enumerate(experiment.tasks):
        engines.append([""] * len(task.agents))
        for number, original in enumerate(task.agents):
            try:
                with closing(_make_environment(task, 1, make)) as env:
                    played = _play(task, env, np.array([1]), layout, Block(place, number, 0, replicates=1), engine)
                    engines[-1][number] = played.engine
                    resolved, count = describe_environment(env), int(getattr(env.single_action_space, "n", 2))
                policy = getattr(original, "policy", None)
                if policy is not None:
                    values, visits = np.zeros((1, count)), np.zeros((1, count), dtype=np.int64)
                    read = _also_read(policy, count)
                    for step in np.linspace(0, task.steps - 1, _PROBES, dtype=np.int64):
                        policy(values, step=int(step), visits=visits, **read)
            except Exception as error:
                raise RefusedError(f"{original!r} cannot run on {task.environment}: {error}") from error
        found.append(resolved)
    return found, engines


def _also_read(policy: Any, count: int) -> dict[str, Any]:
    """Give one row of what some policies are told besides values and visits."""
    read: dict[str, Any] = {}
    if getattr(policy, "reads_variances", False):
        read["variances"] = np.zeros((1, count))
    if hasattr(policy, "next_epsilons"):
        read["epsilons"] = np.full(1, policy.initial_epsilon)
    return read


def _silent(done: int, total: int) -> None:
    pass
