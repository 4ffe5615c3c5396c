"""An agent in an environment as a kernel: windows of steps, and what is recorded of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boltzmann.experiments.engine.compiled.loading import kernel_of, require_numba
from boltzmann.experiments.engine.compiled.players import learner_of, without_law, world_of
from boltzmann.experiments.engine.compiled.rates import VisitRates, read_schedule, require_readable
from boltzmann.experiments.engine.compiled.sizes import most_windows, stretches_of
from boltzmann.experiments.engine.compiled.stepping import SUMS, Steps, World
from boltzmann.experiments.engine.compiled.worlds import DrawnAhead
from boltzmann.experiments.engine.compiled.writing import key_of_text, make_memory
from boltzmann.experiments.errors import UnsupportedError
from boltzmann.laws import LearnerLaw
from boltzmann.policies import Distribution

Values = NDArray[np.float64]

MOST_ACTIONS = 4096
"""With more actions the working memory, a place for every row of a block and action, takes many megabytes."""
_MANY_ROWS = 64
"""From this number of rows on, lockstep reduces rows over actions that lie apart."""


def require_actions(count: int) -> None:
    """Refuse more actions than a working memory is made for."""
    if count > MOST_ACTIONS:
        raise UnsupportedError(f"more than {MOST_ACTIONS} actions")


class Cell:
    """Windows of steps of an agent and a batched environment, both reset: what all cells share.

    A subclass sets ``_world``, ``_arguments``, the kernel's by name, ``_drawn``, its random numbers, and ``_rows``. Its
    ``engine`` is the name of the engine.
    """

    engine: str
    _world: World
    _arguments: dict[str, Any]
    _drawn: DrawnAhead
    _rows: int
    _stepped = 0

    def windows(
        self, lengths: Iterable[int], on_step: Callable[[int], None] | None = None
    ) -> Iterator[tuple[dict[str, Values], Distribution]]:
        """Take the steps of windows; yield some of them at once, as :meth:`Recorder.add_windows` takes them.

        ``on_step(steps)`` receives the steps taken so far after each stretch.
        """
        unfinished: Values | None = None
        try:
            for ends, complete in stretches_of(lengths, self._most_windows()):
                sums = np.zeros((len(SUMS), len(ends), self._rows))
                if unfinished is not None:
                    sums[:, 0] = unfinished
                self._arguments.update(ends=ends, sums=sums.reshape(-1))
                self._advance(ends, sums, on_step)
                self._stepped += int(ends[-1])
                if on_step is not None:
                    on_step(self._stepped)
                done = len(ends) if complete else len(ends) - 1
                unfinished = None if complete else sums[:, -1]
                if done:
                    yield dict(zip(SUMS, sums[:, :done], strict=True)), self._distribution(ends[:done])
        finally:
            self._world.leave()

    def _most_windows(self) -> int:
        """Return the most windows of one stretch; of a policy that is called only the last distribution is kept."""
        return 1

    def _advance(self, ends: NDArray[np.int64], sums: Values, on_step: Callable[[int], None] | None) -> None:
        """Take the steps of windows with these ends, and add them to the sums, shape (6, W, R)."""
        arguments, total = self._arguments, int(ends[-1])
        for begin in range(0, total, self._drawn.steps):
            end = min(begin + self._drawn.steps, total)
            self._world.before(arguments, begin, end)
            self._drawn.fill(end - begin)
            arguments.update(begin=begin, end=end)
            self._take(begin, end, on_step)
        self._world.after(arguments, total)

    def _take(self, begin: int, end: int, on_step: Callable[[int], None] | None) -> None:
        """Take some steps of a stretch, whose random numbers are drawn."""
        raise NotImplementedError

    def _tell(self, on_step: Callable[[int], None] | None, step: int) -> None:
        """Tell of a step of a stretch; ``windows`` tells of the last one."""
        if on_step is not None and step < self._arguments["ends"][-1] - 1:
            on_step(self._stepped + step + 1)

    def _distribution(self, ends: NDArray[np.int64]) -> Distribution:
        """Return the distribution of the last steps of windows."""
        raise NotImplementedError


class CompiledCell(Cell):
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

    engine = "compiled"

    def __init__(self, env: Any, agent: Any, steps: int) -> None:
        require_numba()
        self._agent = agent
        world, learner = self._world, self._learner = self._players(env, agent)
        self._rows, states, self._count = learner.tables["values"].shape
        require_actions(self._count)
        self._by_action = self._rows > 1 and (states == 1 or self._rows >= _MANY_ROWS)
        self._copies: list[tuple[Values, Values]] = []
        key = key_of_text(agent, world.form, learner.tables["values"].shape)
        self._steps = Steps(learner, world, self._flat, key, steps)
        self._drawn = self._steps.drawn
        for name, number in self._steps.numbers().items():
            require_readable(name.partition("_")[2], number.source, agent.step)
        counts = {**learner.tables, **learner.states}[learner.counts]
        self._rates = VisitRates(learner.rate, counts, steps, learner.rate_interval)
        self._returns = np.zeros(self._rows)
        self._arguments = {**self._steps.kernel.arguments, **self._load(), "returns": self._returns}

    def _players(self, env: Any, agent: Any) -> tuple[World, LearnerLaw]:
        """Return the world and the law of the agent, all of whose parts have laws."""
        world, learner = world_of(env), learner_of(agent)
        if learner.policy.weight is None:
            raise without_law(getattr(agent, "policy", agent))
        return world, learner

    def _load(self) -> dict[str, Any]:
        """Load the kernel, and return its working memory."""
        self._kernel = kernel_of(self._steps.written.text)
        return make_memory(self._steps.written.sizes)

    def _most_windows(self) -> int:
        return most_windows(self._rows, self._count)

    def _advance(self, ends: NDArray[np.int64], sums: Values, on_step: Callable[[int], None] | None) -> None:
        agent, rows, arguments, total = self._agent, self._rows, self._arguments, int(ends[-1])
        for table, copy in self._copies:
            copy[:] = table.ravel()
        for name in self._steps.handed_out:
            per_row = self._count if name in self._steps.per_action else 1
            arguments[f"last_{name}"] = np.empty(len(ends) * rows * per_row)
        # The action that follows a step is drawn at the temperature of the next step.
        steps = agent.step + np.arange(total + self._steps.sampled)
        for name, number in self._steps.numbers().items():
            arguments[f"{name}_at"] = read_schedule(name.partition("_")[2], number.source, steps, number.interval)
        if self._learner.rate is not None:
            arguments["rates"] = self._rates.until(total)
        poison, failed = np.zeros(rows), np.zeros((2, rows))
        given = {"poison": poison, "first_step": agent.step, "failed": failed[0], "failed_number": failed[1]}
        arguments.update({name: given[name] for name in given.keys() & arguments.keys()})
        super()._advance(ends, sums, on_step)
        self._require_finite(poison, sums[0], failed)
        agent.step += total
        for table, copy in self._copies:
            table[:] = copy.reshape(table.shape)
        allowed = self._world.allowed()
        if allowed is not None:
            agent.allowed = allowed

    def _take(self, begin: int, end: int, on_step: Callable[[int], None] | None) -> None:
        self._kernel(*self._arguments.values())

    def _distribution(self, ends: NDArray[np.int64]) -> Distribution:
        # From the inputs that they were decided on.
        steps = self._agent.step - self._arguments["ends"][-1] + ends - 1
        rows = len(steps) * self._rows
        inputs = {name: self._arguments[f"last_{name}"][: rows * self._count] for name in self._steps.per_action}
        # The agent's memory order, since sums over another order may differ in their last bit.
        order: Any = "F" if self._by_action else "C"
        inputs = {name: np.asarray(last.reshape(rows, self._count), order=order) for name, last in inputs.items()}
        given: dict[str, Any] = {"values": inputs.pop("values")}
        if "squares" in inputs:
            given["variances"] = inputs.pop("squares") / np.maximum(inputs["visits"], 1.0)
        given.update(inputs)
        of_rows = [name for name in self._steps.handed_out if name not in self._steps.per_action]
        given.update({name: self._arguments[f"last_{name}"][:rows] for name in of_rows})
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
            requirement = self._steps.written.requirements[int(failed[0, row]) - 1]
            number = "none" if np.isnan(failed[1, row]) else failed[1, row]
            raise ValueError(f"{requirement}, got {number} in row {row}")
        self._rates.require_valid(row)
        raise ValueError(
            f"values must stay finite, but a learnt value in row {row} is not: its rewards, or the temperature of its "
            "backup, are too large"
        )
