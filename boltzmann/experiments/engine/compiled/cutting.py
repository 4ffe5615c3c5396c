"""A policy, a learner or an environment without a law is called in Python, between two kernels or before one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boltzmann.experiments.engine.compiled.loading import kernel_of, require_numba
from boltzmann.experiments.engine.compiled.players import learner_of, world_of
from boltzmann.experiments.engine.compiled.stepping import SUMS, World
from boltzmann.experiments.engine.compiled.stretches import Cell, CompiledCell, require_actions
from boltzmann.experiments.engine.compiled.worlds import Answering, CalledWorld, LawfulWorld, fill
from boltzmann.experiments.engine.compiled.writing import BLOCK, make_memory
from boltzmann.experiments.errors import UnsupportedError
from boltzmann.laws import LearnerLaw, own_law
from boltzmann.policies import Distribution
from boltzmann.transition import Transition


class CutCell(CompiledCell):
    """An agent and an environment whose steps are cut around what has no law.

    Parameters
    ----------
    env, agent, steps
        As for :class:`CompiledCell`; the environment, the agent's policy or both may have no law.
    first : tuple
        The observations of the first step and their mask, or None.
    answer : callable
        ``answer(actions)`` takes a step in the environment and returns its ``Answer``.

    Raises
    ------
    UnsupportedError
        Where the learner has no law, or draws from a policy without one while it learns.
    """

    engine = "cut"

    def __init__(self, env: Any, agent: Any, steps: int, first: tuple[Any, Any], answer: Callable[[Any], Any]) -> None:
        self._first, self._answer = first, answer
        super().__init__(env, agent, steps)

    def _players(self, env: Any, agent: Any) -> tuple[World, LearnerLaw]:
        learner = learner_of(agent)
        if learner.policy.weight is None and learner.backup == "next action":
            raise UnsupportedError(f"{type(agent).__name__} asks its policy, which has no law, while it learns")
        if own_law(env) is not None:
            return world_of(env), learner
        return CalledWorld(learner.tables["values"].shape, self._answer, *self._first), learner

    def _load(self) -> dict[str, Any]:
        kernel, (observations, _) = self._steps.kernel, self._first
        self._parts = [(kernel_of(text), names) for text, names in self._steps.written.parts]
        memory = make_memory(self._steps.written.sizes, -(-self._rows // BLOCK))
        states = self._learner.tables["values"].shape[1]
        kernel.arguments["places"][:] = np.arange(self._rows) * states + observations
        return memory

    def _most_windows(self) -> int:
        return 1 if self._steps.given else super()._most_windows()

    def _take(self, begin: int, end: int, on_step: Callable[[int], None] | None) -> None:
        arguments, world, taken = self._arguments, self._world, self._arguments["taken"]
        *act, go_on = (partial(kernel, *(arguments[name] for name in names)) for kernel, names in self._parts)
        for step in range(begin, end):
            if self._steps.given:
                self._decide(self._agent.step + step)
            if isinstance(world, CalledWorld):
                act[0](step)
                world.step(taken.copy())
            go_on(step)
            self._tell(on_step, step)

    def _decide(self, step: int) -> None:
        """Let the policy act, which reads what lockstep would tell it."""
        learner, reads = self._learner, self._learner.policy.inputs
        inputs = {"values": self._rows_of("values")}
        for name in ("visits", "variances"):
            if name in reads and name in learner.tables:
                inputs[name] = self._rows_of(name)
        if "variances" in reads and "variances" not in inputs:
            inputs["variances"] = self._rows_of("squares") / np.maximum(self._rows_of("visits"), 1)
        self._distributed = distribution = learner.distribution(inputs, self._world.mask(), step)
        fill(self._arguments["taken"], "actions", distribution.sample(learner.rng), self._count)
        if learner.uniform:
            learner.rng.random(out=self._arguments["coins"][: self._rows])

    def _rows_of(self, name: str) -> NDArray[Any]:
        """Return the rows of a table for the present states, read-only and in the memory order of lockstep."""
        rows = self._arguments[f"own_{name}"].reshape(-1, self._count).take(self._arguments["places"], axis=0)
        if self._by_action:
            rows = np.asfortranarray(rows)
        rows.flags.writeable = False
        return np.asarray(rows)

    def _distribution(self, ends: NDArray[np.int64]) -> Distribution:
        return self._distributed if self._steps.given else super()._distribution(ends)


class CalledLearnerCell(Cell):
    """A learner without a law, which is called for each step, in an environment with one, which is a kernel.

    The learner is told what lockstep would tell it.

    Parameters
    ----------
    env : gymnasium.vector.VectorEnv
        An environment with a ``law``.
    agent : Agent
        Any agent.
    first : tuple
        The observations of the first step and their mask, or None.

    Raises
    ------
    UnsupportedError
        Where the environment has no law.
    """

    engine = "cut"
    _world: LawfulWorld

    def __init__(self, env: Any, agent: Any, first: tuple[Any, Any]) -> None:
        require_numba()
        require_actions(int(env.single_action_space.n))
        self._agent, self._world, self._count = agent, world_of(env), int(env.single_action_space.n)
        self._observed, self._mask = first
        self._steps = Answering(self._world, int(env.single_observation_space.n), self._count)
        self._rows = self._world.rows
        self._arguments, self._drawn = self._steps.arguments, self._steps.drawn
        text, self._names = self._steps.part
        self._kernel = kernel_of(text)

    def _take(self, begin: int, end: int, on_step: Callable[[int], None] | None) -> None:
        agent, arguments = self._agent, self._arguments
        play = partial(self._kernel, *(arguments[name] for name in self._names))
        greedy = arguments["sums"].reshape(len(SUMS), -1)[SUMS.index("greedy")]
        for step in range(begin, end):
            decision = agent.act(self._observed, where=self._mask)
            fill(arguments["taken"], "actions", decision.actions, self._count)
            play(step)
            observed, reached, *paid_and_ended = self._steps.answers()
            rewards, terminated, truncated = paid_and_ended
            where = self._world.mask_reached()
            transition = (self._observed, decision.actions, rewards, reached, terminated, truncated, where)
            agent.update(Transition(*transition))
            greedy += getattr(decision, "greedy", np.nan)
            self._observed, self._mask = observed, self._world.mask()
            self._distributed: Distribution = decision.distribution
            self._tell(on_step, step)

    def _distribution(self, ends: NDArray[np.int64]) -> Distribution:
        return self._distributed
