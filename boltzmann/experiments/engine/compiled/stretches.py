"""An agent in an environment as a kernel: windows of steps, and what is recorded of them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boltzmann.experiments.engine.compiled.loading import kernel_of, require_numba
from boltzmann.experiments.engine.compiled.rates import VisitRates, read_schedule, require_readable
from boltzmann.experiments.engine.compiled.stepping import SUMS, Steps
from boltzmann.experiments.engine.compiled.worlds import BanditWorld, MotionWorld, TableWorld
from boltzmann.experiments.errors import UnsupportedError
from boltzmann.laws import LearnerLaw, own_law
from boltzmann.policies import Distribution
from boltzmann.thermostats import Thermostat

Values = NDArray[np.float64]

MOST_ACTIONS = 4096
"""With more actions the working memory, a place for every row of a block and action, takes many megabytes."""
_MOST_STEPS, _MOST_WINDOWS, _MOST_BYTES = 2**16, 256, 2**22
"""Bounds of one call: the steps whose temperatures are read in advance, the windows, and the bytes of their sums."""
_FLOAT_BYTES = 8
World = TableWorld | BanditWorld | MotionWorld
_WORLDS: dict[str, type[World]] = {"table": TableWorld, "bandit": BanditWorld, "motion": MotionWorld}
_MANY_ROWS = 64
"""From this number of rows on, lockstep reduces rows over actions that lie apart."""


class CompiledCell:
    """An agent and a batched environment, both reset, as a kernel.

    Parameters
    ----------
    env : gymnasium.vector.VectorEnv
        An environment with a ``law``.
    agent : Agent
        An agent with a ``law``.
    steps : int
        The most steps that will be taken.

    Raises
    ------
    UnsupportedError
        Where environment, learner or policy has no law, or numba is not installed.
    """

    def __init__(self, env: Any, agent: Any, steps: int) -> None:
        require_numba()
        self._agent = agent
        world = self._world = _world_of(env)
        learner = self._learner = _learner_of(agent)
        self._rows, states, self._count = learner.tables["values"].shape
        if self._count > MOST_ACTIONS:
            raise UnsupportedError(f"more than {MOST_ACTIONS} actions")
        self._by_action = self._rows > 1 and (states == 1 or self._rows >= _MANY_ROWS)
        self._copies: list[tuple[Values, Values]] = []
        self._steps = Steps(learner, world, self._flat)
        for name, number in self._steps.numbers().items():
            require_readable(name.partition("_")[2], number.source, agent.step)
        counts = {**learner.tables, **learner.states}[learner.counts]
        self._rates = VisitRates(learner.rate, counts, steps, learner.rate_interval)
        self._returns = np.zeros(self._rows)
        kernel = self._steps.kernel
        self._arguments = {**kernel.arguments, **kernel.make_memory(), "returns": self._returns}
        self._kernel = kernel_of(kernel.text())

    def windows(
        self, lengths: Iterable[int], on_step: Callable[[int], None] | None = None
    ) -> Iterator[tuple[dict[str, Values], Distribution]]:
        """Take the steps of windows; yield some of them at once, as :meth:`Recorder.add_windows` takes them.

        ``on_step(steps)`` receives the steps taken so far after each stretch.
        """
        unfinished: Values | None = None
        for ends, complete in _stretches(lengths, _most_windows(self._rows, self._count)):
            first_step = self._agent.step
            sums = self._advance(ends, unfinished)
            if on_step is not None:
                on_step(self._agent.step)
            done = len(ends) if complete else len(ends) - 1
            unfinished = None if complete else sums[:, -1]
            if done:
                yield (
                    dict(zip(SUMS, sums[:, :done], strict=True)),
                    self._distribution(first_step + ends[:done] - 1),
                )

    def _advance(self, ends: NDArray[np.int64], unfinished: Values | None) -> Values:
        """Take the steps of windows with these ends; the first window continues from the sums of an unfinished one."""
        agent, rows, arguments = self._agent, self._rows, self._arguments
        for table, copy in self._copies:
            copy[:] = table.ravel()
        sums = np.zeros((len(SUMS), len(ends), rows))
        for name in self._steps.handed_out:
            per_row = self._count if name in self._steps.loaded else 1
            arguments[f"last_{name}"] = np.empty(len(ends) * rows * per_row)
        poison, failed = np.zeros(rows), np.zeros((2, rows))
        if unfinished is not None:
            sums[:, 0] = unfinished
        # The action that follows a step is drawn at the temperature of the next step.
        steps = agent.step + np.arange(int(ends[-1]) + self._steps.sampled)
        for name, number in self._steps.numbers().items():
            arguments[f"{name}_at"] = read_schedule(name.partition("_")[2], number.source, steps, number.interval)
        if self._learner.rate is not None:
            arguments["rates"] = self._rates.until(int(ends[-1]))
        given = {"ends": ends, "sums": sums.reshape(-1), "poison": poison, "first_step": agent.step}
        given |= {"failed": failed[0], "failed_number": failed[1]}
        arguments.update({name: given[name] for name in given.keys() & arguments.keys()})
        total = int(ends[-1])
        for begin in range(0, total, self._steps.draw_steps):
            end = min(begin + self._steps.draw_steps, total)
            self._world.before(arguments, begin, end)
            self._steps.fill(end - begin)
            arguments.update(begin=begin, end=end)
            self._kernel(*arguments.values())
        self._world.after(arguments, total)
        self._require_finite(poison, sums[0], failed)
        agent.step += int(ends[-1])
        for table, copy in self._copies:
            table[:] = copy.reshape(table.shape)
        allowed = self._world.allowed()
        if allowed is not None:
            agent.allowed = allowed
        return sums

    def _distribution(self, steps: NDArray[np.int64]) -> Distribution:
        """Return the distribution of the last steps of windows, from the inputs that they were decided on."""
        rows = len(steps) * self._rows
        inputs = {name: self._arguments[f"last_{name}"][: rows * self._count] for name in self._steps.loaded}
        # The agent's memory order, since sums over another order may differ in their last bit.
        order: Any = "F" if self._by_action else "C"
        inputs = {name: np.asarray(last.reshape(rows, self._count), order=order) for name, last in inputs.items()}
        given: dict[str, Any] = {"values": inputs.pop("q")}
        if "squares" in inputs:
            given["variances"] = inputs.pop("squares") / np.maximum(inputs["visits"], 1.0)
        given.update(inputs)
        given.update({name: self._arguments[f"last_{name}"][:rows] for name in self._learner.states})
        allowed = given["values"] != -np.inf
        mask = None if allowed.all() else allowed
        distribution: Distribution = self._learner.distribution(given, mask, np.repeat(steps, self._rows))
        return distribution

    def _flat(self, table: NDArray[Any], resident: bool) -> NDArray[Any]:
        """Return the memory of a table as the kernel indexes it, or a copy that is copied back after each call.

        Where the tables of bandits are resident, the numbers of one action lie side by side.
        """
        if resident:
            table = table[:, 0].T
        if table.flags.c_contiguous:
            return table.reshape(-1)
        copy = np.ascontiguousarray(table).reshape(-1)
        self._copies.append((table, copy))
        return copy

    def _require_finite(self, poison: Values, rewards: Values, failed: Values) -> None:
        """Raise if any replicate produced NaN or infinity during a stretch, or what its learner refuses."""
        bad = np.flatnonzero((poison != 0) | (failed[0] != 0))
        if not len(bad):
            return
        row = int(bad[0])
        reward = rewards[:, row].sum()
        if not np.isfinite(reward):
            raise ValueError(f"rewards must be finite, got a sum of {reward} in row {row}")
        if failed[0, row]:
            requirement = self._steps.requirements[int(failed[0, row]) - 1]
            raise ValueError(f"{requirement}, got {failed[1, row]} in row {row}")
        self._rates.require_valid(row)
        raise ValueError(
            f"values must stay finite, but a learnt value in row {row} is not: its rewards, or the temperature of its "
            "backup, are too large"
        )


def _require_own_methods(owner: Any) -> None:
    """Refuse an object of which a method was replaced, which a law would not call."""
    for name in getattr(owner, "__dict__", ()):
        if inspect.isfunction(getattr(type(owner), name, None)):
            raise UnsupportedError(f"no compiled form of a {type(owner).__name__} with a custom {name}")


def _learner_of(agent: Any) -> LearnerLaw:
    _require_own_methods(agent)
    law: LearnerLaw | None = own_law(agent)
    if law is not None:
        return law
    parts = (getattr(agent, name, None) for name in ("policy", "backup"))
    raise UnsupportedError(_reason(next((part for part in parts if part is not None and own_law(part) is None), agent)))


def _reason(without: Any) -> str:
    """Name what has no law: a policy's thermostat or prior, or the policy, learner or environment itself."""
    temperature = getattr(without, "temperature", None)
    if isinstance(temperature, Thermostat) and own_law(temperature) is None:
        without = temperature
    return f"no compiled form of {type(without).__name__}"


def _world_of(env: Any) -> World:
    _require_own_methods(env)
    form = own_law(env)
    if form is None:
        raise UnsupportedError(f"no compiled form of {type(env).__name__}")
    return _WORLDS[form["kind"]](form)


def held_bytes(rows: int, states: int, count: int) -> int:
    """Return the bytes that a kernel holds for R = ``rows`` replicates, besides the agent and the environment."""
    windows = _most_windows(rows, count) * rows * _numbers_per_window(count)
    # Returns, and at least one step of the random numbers of four kinds.
    returns_and_draws = 5 * rows
    return _FLOAT_BYTES * (windows + returns_and_draws)


def _most_windows(rows: int, count: int) -> int:
    return max(1, min(_MOST_WINDOWS, _MOST_BYTES // (_FLOAT_BYTES * rows * _numbers_per_window(count))))


def _numbers_per_window(count: int) -> int:
    # The values of the last step, and their distribution.
    return 3 * count + len(SUMS)


def _stretches(lengths: Iterable[int], most: int) -> Iterator[tuple[NDArray[np.int64], bool]]:
    """Join windows for one call, as many as steps and memory allow, and split those that are too long.

    Yields the end of each window of a stretch, and whether the last window is complete then.
    """
    stretch: list[int] = []
    for length in lengths:
        remaining = int(length)
        while remaining > 0:
            piece = min(remaining, _MOST_STEPS)
            if stretch and (sum(stretch) + piece > _MOST_STEPS or len(stretch) == most):
                yield np.cumsum(stretch), True
                stretch = []
            stretch.append(piece)
            remaining -= piece
            if remaining > 0:
                yield np.cumsum(stretch), False
                stretch = []
    if stretch:
        yield np.cumsum(stretch), True
