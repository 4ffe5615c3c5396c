"""The step loop of one block."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import cache, partial
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from boltzmann import checks
from boltzmann.arrays import AS_USUAL
from boltzmann.experiments.engine.answers import answer_of
from boltzmann.experiments.engine.arguments import checked_ends, checked_seeds, require_players
from boltzmann.experiments.engine.compiled import CalledLearnerCell, Cell, CompiledCell, CutCell
from boltzmann.experiments.engine.log_recorder import LogRecorder
from boltzmann.experiments.engine.masks import mask_of
from boltzmann.experiments.engine.recorder import Recorder
from boltzmann.experiments.errors import UnsupportedError
from boltzmann.experiments.interfaces import Agent
from boltzmann.transition import Transition

Engine = Literal["auto", "lockstep", "compiled"]
ENGINES = ("auto", "lockstep", "compiled")
Record = Literal["windows", "log"]
_RECORDERS: dict[str, type[Recorder]] = {"windows": Recorder, "log": LogRecorder}


@AS_USUAL
def rollout(
    env: Any,
    agent: Agent,
    ends: NDArray[np.int64],
    seeds: list[int],
    rng: np.random.Generator,
    *,
    engine: Engine = "auto",
    record: Record = "windows",
    recorder: Callable[[NDArray[np.int64], int], Recorder] | None = None,
    on_step: Callable[[int], None] | None = None,
) -> Recorder:
    """Let an agent act in a batched environment and record it.

    Parameters
    ----------
    env : gymnasium.vector.VectorEnv
        A batched environment of R replicates, with autoreset in the same step.
    agent : Agent
        The agent, which is reset first.
    ends : array of int, shape (windows,)
        The last step of each recorded window, counted from 1, increasing; the last entry is the number of steps.
    seeds : list of int
        R seeds for the environment.
    rng : numpy.random.Generator
        The agent's generator.
    engine : {"auto", "lockstep", "compiled"}
        Whether steps run as compiled loops: by default where these know the environment, the learner and the policy,
        and numba is installed. Both engines choose the same actions from the same random numbers, except where the last
        bit of a soft, mellowmax or expectation backup breaks a tie. Lockstep raises at the step at which a number is
        out of bounds, the loops before or after the stretch of that step. The loops leave Sarsa without a drawn next
        action.
    record : {"windows", "log"}
        What is recorded: means over windows, or also every decision in a :class:`LogRecorder`, in lockstep.
    recorder : callable, optional
        ``recorder(ends, R)`` returns a :class:`Recorder`. A subclass may record more, or less, in ``add``, which is
        called for each lockstep step, and ``add_windows``, which is called for some compiled windows at once. One that
        overrides ``add`` without ``add_windows`` runs in lockstep.
    on_step : callable, optional
        ``on_step(steps)`` receives the number of steps taken so far, after each step in lockstep or cut and each
        compiled stretch of up to 65 536 steps.

    Returns
    -------
    Recorder
        The recorder; its ``engine`` is the engine that ran: "lockstep", "compiled", or "cut" where policy,
        learner or environment have no law and are called between compiled parts of each step, by "auto" alone. A
        learner without a law in an environment without one runs in lockstep: nothing of it could be compiled.

    Raises
    ------
    UnsupportedError
        For "compiled" where there is no compiled form; the message names the part without one. It is a ValueError.
    ValueError, TypeError
        For an environment that is not batched or resets in another step, and for an action mask in its info that is not
        0 and 1 for each action or allows nothing. For rewards that are not finite, and for
        values that do not stay finite: the compiled loops raise after the stretch, lockstep when NaN acts.
    """
    checks.one_of("engine", engine, ENGINES)
    ends = checked_ends(ends)
    require_players(env, agent)
    checks.one_of("record", record, tuple(_RECORDERS))
    recorder = _RECORDERS[record] if recorder is None else recorder
    if not callable(recorder):
        raise TypeError(
            f"recorder must be called with ends and replicates, such as Recorder, got {checks.shown(recorder)}"
        )
    made = recorder(ends, env.num_envs)
    if not isinstance(made, Recorder):
        raise TypeError(f"recorder must make a Recorder, got {checks.shown(made)}")
    made.begin(env)
    seeds = checked_seeds(seeds, env.num_envs)
    agent.reset(env.num_envs, env.single_observation_space, env.single_action_space, rng)
    observations, info = env.reset(seed=seeds)
    if not isinstance(observations, np.ndarray):
        raise TypeError(
            f"observations must be an array with a row for each replicate, got {type(observations).__name__} from "
            f"{env.single_observation_space}: flatten them first, or let envs.make number them, observe='hash' for any "
            "space"
        )
    mask = mask_of(env, info)
    if engine != "lockstep":
        try:
            _require_windows(made)
            cell = _cell(env, agent, int(ends[-1]), (observations, mask), engine)
            return _record_windows(cell, made, on_step)
        except UnsupportedError:
            if engine == "compiled":
                raise
    keep_freed_memory()
    for step in range(1, int(ends[-1]) + 1):
        decision = agent.act(observations, where=mask)
        answer = answer_of(env, decision.actions)
        rewards, terminated, truncated = answer.rewards, answer.terminated, answer.truncated
        reached, next_where = answer.reached, answer.reached_mask
        agent.update(Transition(observations, decision.actions, rewards, reached, terminated, truncated, next_where))
        made.see(observations)
        made.add(step, decision, rewards, terminated, truncated, answer.gaps)
        observations, mask = answer.observations, answer.mask
        if on_step is not None:
            on_step(step)
    return made


@cache
def keep_freed_memory() -> None:
    """Let the C library reuse freed memory for later arrays instead of returning it to the system; once a process.

    On Linux it returns pieces larger than the largest one freed so far, so free a large array, whose untouched pages
    cost nothing.
    """
    np.empty(2**24, dtype=np.uint8)


def _require_windows(record: Recorder) -> None:
    """Refuse a recorder that overrides ``add`` alone: compiled loops call ``add_windows`` instead."""
    classes, methods = type(record).__mro__, ("add", "add_windows")
    add, add_windows = (next(depth for depth, kind in enumerate(classes) if name in vars(kind)) for name in methods)
    if add < add_windows or not vars(record).keys().isdisjoint(methods):
        raise UnsupportedError(f"{classes[0].__name__} overrides add without add_windows, which compiled loops call")


def _cell(env: Any, agent: Agent, steps: int, first: tuple[Any, Any], engine: Engine) -> Cell:
    """Return the whole cell as a kernel, or for "auto" its parts with laws."""
    try:
        return CompiledCell(env, agent, steps)
    except UnsupportedError:
        if engine == "compiled":
            raise
    with suppress(UnsupportedError):
        return CutCell(env, agent, steps, first, partial(answer_of, env))
    return CalledLearnerCell(env, agent, first)


def _record_windows(cell: Cell, recorder: Recorder, on_step: Callable[[int], None] | None) -> Recorder:
    recorder.engine = cell.engine
    for sums, distribution in cell.windows(recorder.lengths, on_step):
        recorder.add_windows(sums, distribution)
    return recorder
