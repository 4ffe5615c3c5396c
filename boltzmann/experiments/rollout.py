"""The step loop of one block, and what is recorded on the way."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from boltzmann import _checks
from boltzmann.experiments.compiled import CompiledCell, UnsupportedError
from boltzmann.experiments.interfaces import Agent, Decision
from boltzmann.policies import Distribution

__all__ = ["ENGINES", "METRICS", "Engine", "Recorder", "rollout"]

Engine = Literal["auto", "lockstep", "compiled"]
ENGINES = ("auto", "lockstep", "compiled")

METRICS = ("reward", "gap", "optimal", "greedy", "entropy", "temperature", "episodes", "return_sum")
"""What is recorded, each an array of shape (windows, R):

reward, gap
    Means over the steps of the window; the gap is NaN where the environment does not tell all of them.
optimal
    Fraction of the window's steps with gap 0; NaN likewise.
greedy
    Fraction of the window's steps whose action had a largest value, by what the agent held when it acted; NaN where
    its decisions do not tell.
entropy, temperature
    Of the distribution that acted in the last step of the window; the temperature is NaN where it has none.
episodes, return_sum
    How many episodes ended in the window, and the sum of their undiscounted returns.
"""


def rollout(
    env: Any,
    agent: Agent,
    ends: NDArray[np.int64],
    seeds: list[int],
    rng: np.random.Generator,
    *,
    engine: Engine = "auto",
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
        the policy, and numba is installed. Both choose the same actions from the same random numbers.

    Returns
    -------
    Recorder
        Its ``engine`` says which it was.

    Raises
    ------
    UnsupportedError
        For "compiled" where there is no such form; the message says of what.
    """
    _checks.one_of("engine", engine, ENGINES)
    recorder = Recorder(ends, env.num_envs)
    agent.reset(env.num_envs, env.single_observation_space, env.single_action_space, rng)
    observations, info = env.reset(seed=seeds)
    if not isinstance(observations, np.ndarray):
        raise TypeError(
            f"observations must be an array with a row for each replicate, got {type(observations).__name__} from "
            f"{env.single_observation_space}: flatten them first, as envs.make does"
        )
    if engine != "lockstep":
        try:
            return _compiled(CompiledCell(env, agent), recorder)
        except UnsupportedError:
            if engine == "compiled":
                raise
    for step in range(1, int(ends[-1]) + 1):
        decision = agent.act(observations, where=_allowed(info))
        next_observations, rewards, terminated, truncated, info = env.step(decision.actions)
        reached = _before_reset(next_observations, info)
        agent.update(observations, decision.actions, rewards, reached, terminated, truncated)
        recorder.add(step, decision, rewards, terminated | truncated, _gaps(info, env.num_envs))
        observations = next_observations
    return recorder


def _compiled(cell: CompiledCell, recorder: Recorder) -> Recorder:
    recorder.engine = "compiled"
    for sums, distribution in cell.windows(recorder.lengths):
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


class Recorder:
    """Sums over windows of steps, one column a replicate; see ``METRICS``."""

    def __init__(self, ends: NDArray[np.int64], num_envs: int) -> None:
        self._ends = ends
        self.lengths = np.diff(ends, prepend=0)
        self.engine = "lockstep"
        self._window = 0
        self._return = np.zeros(num_envs)
        self.arrays = {name: np.zeros((len(ends), num_envs)) for name in METRICS}

    def add(
        self, step: int, decision: Decision, rewards: NDArray[Any], ended: NDArray[np.bool_], gaps: NDArray[np.float64]
    ) -> None:
        """Add one step, counted from 1, of all replicates."""
        row = self._window
        self.arrays["reward"][row] += rewards
        # A gap that is not known makes its whole window unknown.
        self.arrays["gap"][row] += gaps
        self.arrays["optimal"][row] += gaps == 0
        self.arrays["greedy"][row] += getattr(decision, "greedy", np.nan)
        self._return += rewards
        if ended.any():
            self.arrays["episodes"][row] += ended
            self.arrays["return_sum"][row] += np.where(ended, self._return, 0.0)
            self._return *= ~ended
        if step == self._ends[row]:
            self._close(decision.distribution)

    def add_window(self, sums: dict[str, NDArray[np.float64]], distribution: Distribution) -> None:
        """Add a whole window: the sums of its steps, and what the last of them was drawn from."""
        for name, values in sums.items():
            self.arrays[name][self._window] = values
        self._close(distribution)

    def _close(self, distribution: Distribution) -> None:
        row = self._window
        unknown = np.isnan(self.arrays["gap"][row])
        self.arrays["optimal"][row] = np.where(unknown, np.nan, self.arrays["optimal"][row])
        for name in ("reward", "gap", "optimal", "greedy"):
            self.arrays[name][row] /= self.lengths[row]
        self.arrays["entropy"][row] = distribution.entropy
        self.arrays["temperature"][row] = getattr(distribution, "temperature", np.nan)
        self._window += 1
