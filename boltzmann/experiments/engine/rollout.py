"""The step loop of one block, and what is recorded on the way."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from boltzmann import checks
from boltzmann.experiments.engine.arguments import checked_ends, checked_seeds, require_players
from boltzmann.experiments.engine.compiled import CompiledCell, UnsupportedError
from boltzmann.experiments.engine.recorder import Recorder
from boltzmann.experiments.interfaces import Agent
from boltzmann.transition import Transition

Engine = Literal["auto", "lockstep", "compiled"]
ENGINES = ("auto", "lockstep", "compiled")


def rollout(
    env: Any,
    agent: Agent,
    ends: NDArray[np.int64],
    seeds: list[int],
    rng: np.random.Generator,
    *,
    engine: Engine = "auto",
    recorder: Callable[[NDArray[np.int64], int], Recorder] = Recorder,
) -> Recorder:
    """Let an agent act in a batched environment and record it.

    Parameters
    ----------
    env : gymnasium.vector.VectorEnv
        Of R replicates, with autoreset in the same step.
    agent : Agent
        It is reset first.
    ends : array of int, shape (windows,)
        After how many steps each recorded window ends, increasing; the last is the number of steps.
    seeds : list of int
        R seeds for the environment.
    rng : numpy.random.Generator
        What the agent draws from.
    engine : {"auto", "lockstep", "compiled"}
        Whether stretches of steps run as compiled loops: by default where these know the environment, the learner and
        the policy, and numba is installed. Both choose the same actions from the same random numbers, but
        where the last bit of a soft, mellowmax or expectation backup breaks a tie. Lockstep raises at the step at which
        a number is out of bounds, the loops before or after the stretch that it is in. After them Sarsa has kept no
        action drawn for its next step.
    recorder : callable
        ``recorder(ends, R)`` makes what is told of each step by its ``add``, or of each compiled window by its
        ``add_window``: a subclass of :class:`Recorder` may note more, or less. One that has an ``add`` of its own and
        no ``add_window`` runs in lockstep.

    Returns
    -------
    Recorder
        What ``recorder`` made; its ``engine`` says which it was.

    Raises
    ------
    UnsupportedError
        For "compiled" where there is no such form; the message says of what. It is a ValueError.
    ValueError, TypeError
        For ends that are no increasing whole numbers from 1 on, seeds that are not R whole numbers of at least 0, an
        environment that is not batched or resets in another step, and what is no agent or recorder. For rewards that
        are not finite; where values do not stay finite, at once in the compiled loops, and in lockstep when NaN acts.
    """
    checks.one_of("engine", engine, ENGINES)
    ends = checked_ends(ends)
    require_players(env, agent)
    if not callable(recorder):
        raise TypeError(f"recorder must be called with ends and replicates, such as Recorder, got {recorder!r}")
    record = recorder(ends, env.num_envs)
    if not isinstance(record, Recorder):
        raise TypeError(f"recorder must make a Recorder, got {record!r}")
    seeds = checked_seeds(seeds, env.num_envs)
    agent.reset(env.num_envs, env.single_observation_space, env.single_action_space, rng)
    observations, info = env.reset(seed=seeds)
    if not isinstance(observations, np.ndarray):
        raise TypeError(
            f"observations must be an array with a row for each replicate, got {type(observations).__name__} from "
            f"{env.single_observation_space}: flatten them first, as envs.make does"
        )
    if engine != "lockstep":
        try:
            _require_windows(record)
            return _compiled(CompiledCell(env, agent, int(ends[-1])), record, ends)
        except UnsupportedError:
            if engine == "compiled":
                raise
    keep_freed_memory()
    for step in range(1, int(ends[-1]) + 1):
        decision = agent.act(observations, where=_allowed(info))
        next_observations, rewards, terminated, truncated, info = env.step(decision.actions)
        reached = _before_reset(next_observations, info)
        agent.update(Transition(observations, decision.actions, rewards, reached, terminated, truncated))
        record.add(step, decision, rewards, terminated, truncated, _gaps(info, env.num_envs))
        observations = next_observations
    return record


@cache
def keep_freed_memory() -> None:
    """Let the C library keep what is freed for the next arrays, which then need no new pages; once a process.

    That of Linux gives back pieces as large as the largest freed so far; one that is never touched costs nothing.
    """
    np.empty(2**24, dtype=np.uint8)


def _require_windows(record: Recorder) -> None:
    """Refuse a recorder that wants every step: the loops tell of whole windows."""
    kind = type(record)
    adds, tells = (next(place for place, one in enumerate(kind.__mro__) if name in vars(one)) for name in _TOLD)
    if adds < tells or not vars(record).keys().isdisjoint(_TOLD):
        raise UnsupportedError(f"{kind.__name__} has an add of its own and no add_window, which compiled loops call")


_TOLD = ("add", "add_window")


def _compiled(cell: CompiledCell, recorder: Recorder, ends: NDArray[np.int64]) -> Recorder:
    recorder.engine = "compiled"
    for sums, distribution in cell.windows(np.diff(ends, prepend=0)):
        recorder.add_window(sums, distribution)
    return recorder


def _allowed(info: dict[str, Any]) -> NDArray[np.bool_] | None:
    mask = info.get("action_mask")
    return None if mask is None else np.asarray(mask, dtype=np.bool_)


def _before_reset(observations: NDArray[Any], info: dict[str, Any]) -> NDArray[Any]:
    """Put back the last observations of the episodes that ended, which the autoreset has replaced."""
    ended = info.get("_final_obs")
    if ended is None:
        return observations
    if info["final_obs"].dtype != object and observations.ndim == 1:
        return np.where(ended, info["final_obs"], observations)
    final = info["final_obs"][ended]
    reached = observations.copy()
    # SyncVectorEnv gives an object array of single observations.
    reached[ended] = np.stack(list(final)) if final.dtype == object else final
    return reached


def _gaps(info: dict[str, Any], num_envs: int) -> NDArray[np.float64]:
    """Give the gap of each replicate's action, NaN where the environment does not tell it."""
    gaps = info.get("gap")
    final = info.get("final_info", {})
    if gaps is not None and "_gap" not in info and "gap" not in final:
        return np.asarray(gaps)
    # Gymnasium marks the rows that told something, and keeps what an ended episode told last apart.
    result = np.full(num_envs, np.nan)
    for part, told in ((info, info.get("_gap")), (final, final.get("_gap"))):
        if "gap" in part:
            rows = np.ones(num_envs, dtype=np.bool_) if told is None else told
            result[rows] = part["gap"][rows]
    return result
