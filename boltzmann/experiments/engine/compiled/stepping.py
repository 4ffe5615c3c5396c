"""The steps of a kernel: a loop over blocks of rows, and for each a loop over its steps.

Random numbers come from the same Generators in the same order as in lockstep. They are drawn some steps ahead. A block
of rows then takes these steps one after another, and its data stays in the caches.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from boltzmann.experiments.engine.compiled.folds import Fold, write_choice, write_weights
from boltzmann.experiments.engine.compiled.kernels import BLOCK, VECTOR, Kernel, Numbers
from boltzmann.experiments.engine.compiled.symbols import text_of
from boltzmann.experiments.engine.compiled.worlds import BanditWorld, Draw, TableWorld
from boltzmann.laws import LearnerLaw

SUMS = ("reward", "gap", "optimal", "greedy", "episodes", "return_sum")
"""What is summed over the steps of a window, in the order of the array ``sums``, shape (6, W, R)."""
_DRAWN_NUMBERS, _MOST_DRAWN_STEPS = 2**17, 2**11
"""Random numbers of each kind that are drawn in advance, and the most steps that they serve."""


class Steps:
    """The steps of an agent in a world, as a kernel.

    Parameters
    ----------
    learner : LearnerLaw
        The law of the agent.
    world : TableWorld or BanditWorld
        The world.
    flat : callable
        ``flat(table, resident)`` returns the memory of a table as the kernel indexes it.
    """

    def __init__(
        self,
        learner: LearnerLaw,
        world: TableWorld | BanditWorld,
        flat: Callable[[Any, bool], Any],
    ) -> None:
        self.policy, self.learner, self.world = learner.policy, learner, world
        rows, _, count = learner.tables["values"].shape
        self.rows, self.kernel = rows, Kernel(count)
        self.sampled = learner.backup == "next action"
        # The tables of bandits stay in the working memory, unless actions are drawn from earlier values.
        self.resident = isinstance(world, BanditWorld) and not self.sampled
        self.read_inputs = learner.policy.inputs | getattr(learner.backup, "inputs", frozenset())
        uniforms = [Draw("uniforms", "random", learner.rng, 2 if self.sampled else 1)]
        self.draws = [*uniforms, *world.draws()]
        self._declare(flat)
        self._write()

    def _declare(self, flat: Callable[[Any, bool], Any]) -> None:
        kernel, learner, world = self.kernel, self.learner, self.world
        self.draw_steps = min(max(_DRAWN_NUMBERS // self.rows, 1), _MOST_DRAWN_STEPS)
        for name in ("ends", "rows", "draw_steps", "sums", "returns", "poison", "last"):
            kernel.argument(name, None)
        kernel.arguments.update(rows=self.rows, draw_steps=self.draw_steps)
        for draw in self.draws:
            kernel.argument(draw.name, np.zeros(self.draw_steps * self.rows * draw.count + BLOCK))
            kernel.argument(f"{draw.name}_rng", draw.rng)
        for name in self.numbers():
            kernel.argument(f"{name}_at", None)
        for name, table in {**learner.tables, **learner.states}.items():
            kernel.argument(name, flat(table, self.resident))
        for name, constant in learner.constants.items():
            kernel.argument(name, float(constant))
        if learner.rate is not None:
            kernel.argument("rates", None)
        world.declare(kernel)
        kernel.memory("q", per_action=True)
        if self.resident:
            for name in learner.tables:
                kernel.memory("q" if name == "values" else name, per_action=True)
        else:
            kernel.argument("observation_count", learner.tables["values"].shape[1])
        if world.masked:
            kernel.argument("seen", np.zeros(learner.tables["values"].shape[:2], dtype=np.bool_).reshape(-1))
        if self.sampled:
            kernel.argument("upcoming", np.zeros(self.rows, dtype=np.int64))
            kernel.argument("has_upcoming", np.zeros(self.rows, dtype=np.bool_))
            kernel.argument("upcoming_q", np.zeros((self.rows, kernel.actions)).reshape(-1))

    def numbers(self) -> dict[str, Any]:
        """Return the numbers that are read at every step, by the names of their arguments."""
        numbers = {f"policy_{name}": number for name, number in self.policy.numbers.items()}
        backup = self.learner.backup
        if backup is not None and not isinstance(backup, str):
            numbers |= {f"backup_{name}": number for name, number in backup.numbers.items()}
        return numbers

    def _numbers_of(self, prefix: str, step: str = "t") -> dict[str, str]:
        length = len(prefix)
        return {name[length:]: f"{name}_at[{step}]" for name in self.numbers() if name.startswith(prefix)}

    def _hoisted(self, prefix: str, step: str = "t") -> dict[str, Any]:
        return {name: self.kernel.code.read(text) for name, text in self._numbers_of(prefix, step).items()}

    def _write(self) -> None:
        code = self.kernel.code
        code.line("total, size = ends[-1], len(ends) * rows")
        with code.under("for begin in range(0, total, draw_steps):"):
            code.line("end = min(begin + draw_steps, total)")
            for draw in self.draws:
                with code.under(f"for i in range((end - begin) * rows * {draw.count}):"):
                    code.line(f"{draw.name}[i] = {draw.name}_rng.{draw.kind}()")
            with code.under(f"for first in range(0, rows, {BLOCK}):"):
                code.line(f"n = min({BLOCK}, rows - first)", f"padded = (n + {VECTOR - 1}) // {VECTOR} * {VECTOR}")
                code.line("window = np.searchsorted(ends, begin, side='right')")
                self._begin()
                with code.under("for t in range(begin, end):"):
                    self._step()
                self._end()

    def _begin(self) -> None:
        code, kernel = self.kernel.code, self.kernel
        if not self.resident:
            self.world.begin(kernel)
            with code.under("for i in range(n):"):
                self._load_row("q")
            if self.sampled:
                with code.under("for i in range(n):"), code.under("if has_upcoming[first + i]:"):
                    with code.under(f"for a in range({kernel.actions}):"):
                        code.line(f"{kernel.at('q', 'i', 'a')} = upcoming_q[(first + i) * {kernel.actions} + a]")
            return
        with code.under(f"for a in range({kernel.actions}):"), code.under("for i in range(n):"):
            for name in self.learner.tables:
                place = kernel.at("q" if name == "values" else name, "i", "a")
                code.line(f"{place} = {name}[a * rows + first + i]")

    def _end(self) -> None:
        code, kernel = self.kernel.code, self.kernel
        if self.resident:
            with code.under(f"for a in range({kernel.actions}):"), code.under("for i in range(n):"):
                for name in self.learner.tables:
                    place = kernel.at("q" if name == "values" else name, "i", "a")
                    value = f"np.int64({place})" if name == "visits" else place
                    code.line(f"{name}[a * rows + first + i] = {value}")
        if self.sampled:
            with code.under("for i in range(n):"), code.under(f"for a in range({kernel.actions}):"):
                code.line(f"upcoming_q[(first + i) * {kernel.actions} + a] = {kernel.at('q', 'i', 'a')}")

    def _load_row(self, into: str, following: bool = False) -> None:
        """Read the values of row i's state, or of the next one, within a loop over rows; -inf for masked actions."""
        code, kernel = self.kernel.code, self.kernel
        row = kernel.at("next" if following and isinstance(self.world, TableWorld) else "here")
        code.line(f"start = {row} * {kernel.actions}")
        mask = self.world.load_mask(kernel, following)
        with code.under(f"for a in range({kernel.actions}):"):
            code.line(f"{kernel.at(into, 'i', 'a')} = values[start + a]{mask}")

    def _step(self) -> None:
        code, kernel, world = self.kernel.code, self.kernel, self.world
        with code.under("if t == ends[window]:"):
            code.line("window += 1")
        code.line("drawn, at_first = (t - begin) * rows + first, window * rows + first")
        with code.under("if t == ends[window] - 1:"), code.under(f"for a in range({kernel.actions}):"):
            with code.under("for i in range(n):"):
                code.line(f"last[(at_first + i) * {kernel.actions} + a] = {kernel.at('q', 'i', 'a')}")
        if world.masked:
            with code.under("for i in range(n):"):
                code.line(f"seen[{kernel.at('here')}] = True")
        fold = Fold(kernel, "", self._inputs(), self._hoisted("policy_"))
        write_weights(fold, self.policy, kernel, "weights")
        uniform = "uniforms[drawn + i]"
        if self.sampled:
            code.line("drawn_twice = (t - begin) * rows * 2 + first")
            uniform = "uniforms[drawn_twice + i]"
        write_choice(kernel, "weights", uniform, "action")
        with code.under("for i in range(n):"):
            if self.sampled:
                with code.under("if has_upcoming[first + i]:"):
                    code.line(f"{kernel.at('action')} = upcoming[first + i]")
            chosen = kernel.at("q", "i", kernel.at("action"))
            code.line(f"sums[3 * size + at_first + i] += 1.0 if {chosen} == {fold.place('top')} else 0.0")
        if not self.resident:
            world.advance(kernel)
        self._back_up()
        self._learn()

    def _inputs(self, q: str = "q") -> Mapping[str, str]:
        return {"q": q, **{name: name for name in self.read_inputs}}

    def _back_up(self) -> None:
        code, kernel, backup = self.kernel.code, self.kernel, self.learner.backup
        if backup is None:
            return
        following = "q" if self.resident else "next_q"
        if not self.resident:
            kernel.memory("next_q", per_action=True)
            with code.under("for i in range(n):"):
                self._load_row("next_q", following=True)
        kernel.memory("backed_up")
        backed_up = kernel.at("backed_up")
        if isinstance(backup, str):
            fold = Fold(kernel, "next_", self._inputs(following), self._hoisted("policy_", "t + 1"))
            write_weights(fold, self.policy, kernel, "weights")
            write_choice(kernel, "weights", "uniforms[drawn_twice + rows + i]", "next_action")
            with code.under("for i in range(n):"):
                code.line(f"upcoming[first + i] = {kernel.at('next_action')}")
                code.line(f"{backed_up} = {kernel.at(following, 'i', kernel.at('next_action'))}")
        else:
            fold = Fold(kernel, "next_", self._inputs(following), self._hoisted("backup_"))
            fold.run(backup.passes)
            with code.under("for i in range(padded):"):
                code.line(f"{backed_up} = {text_of(backup.value(code, fold.row()))}")
        if not self.resident:
            with code.under(f"for a in range({kernel.actions}):"), code.under("for i in range(padded):"):
                code.line(f"{kernel.at('q', 'i', 'a')} = {kernel.at('next_q', 'i', 'a')}")

    def _learn(self) -> None:
        """Learn, record and move, row by row."""
        code, kernel, learner, world = self.kernel.code, self.kernel, self.learner, self.world
        with code.under("for i in range(n):"):
            code.line(f"r, at, a = first + i, at_first + i, {kernel.at('action')}")
            world.pay(kernel)
            places = self._entry_places()
            code.line(f"visited = {places['visits']} + 1")
            here = Numbers(code, {**places, "visits": "np.float64(visited)", "rate": "rates[np.int64(visited) - 1]"})
            row = Numbers(code, {name: name for name in learner.constants})
            future: Any = 0.0
            if learner.backup is not None:
                code.line(f"future = discount * {kernel.at('backed_up')}")
                future = code.read("future" if self.resident else "0.0 if ended else future")
            results = learner.learn(code, here, code.read("reward"), future, row)
            for name, result in results.items():
                code.line(f"{places[name]} = {text_of(result)}")
            code.line(f"{places['visits']} = visited", f"learnt = {text_of(results['values'])}")
            code.line("poison[r] += learnt - learnt", "sums[at] += reward", "sums[size + at] += gap")
            code.line("sums[2 * size + at] += 1.0 if gap == 0.0 else 0.0", "returns[r] += reward")
            if not self.resident:
                self._follow()

    def _entry_places(self) -> dict[str, str]:
        kernel, learner = self.kernel, self.learner
        if self.resident:
            return {name: kernel.at("q" if name == "values" else name, "i", "a") for name in learner.tables}
        kernel.code.line(f"entry_here = {kernel.at('here')} * {kernel.actions} + a")
        return {name: f"{name}[entry_here]" for name in learner.tables}

    def _follow(self) -> None:
        """Move row i to its next state, and read the values there."""
        code, kernel = self.kernel.code, self.kernel
        code.line(f"left = {kernel.at('here')}")
        self.world.move(kernel)
        if self.learner.backup is None:
            self._load_row("q")
            return
        with code.under("if over:"):
            self._load_row("q")
            if self.sampled:
                code.line("has_upcoming[r] = False")
        if self.sampled:
            with code.under("else:"):
                code.line("has_upcoming[r] = True")
        else:
            with code.under(f"elif {kernel.at('here')} == left:"):
                code.line(f"{kernel.at('q', 'i', 'a')} = learnt")
