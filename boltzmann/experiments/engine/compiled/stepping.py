"""The steps of a kernel: a loop over blocks of rows, and for each a loop over its steps.

Random numbers come from the same Generators in the same order as in lockstep. They are drawn some steps ahead. A block
of rows then takes these steps one after another, and its data stays in the caches.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from boltzmann.experiments.engine.compiled.learning import declare_learning, write_backup, write_learning
from boltzmann.experiments.engine.compiled.residence import write_beginning, write_end
from boltzmann.experiments.engine.compiled.worlds import BanditWorld, Draw, MotionWorld, TableWorld, fill_together
from boltzmann.experiments.engine.compiled.writing import (
    BLOCK,
    SLOT,
    VECTOR,
    Fold,
    Kernel,
    write_choice,
    write_largest_draw,
    write_probabilities,
    write_weights,
)
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
    world : TableWorld, BanditWorld or MotionWorld
        The world.
    flat : callable
        ``flat(table, resident)`` returns the memory of a table as the kernel indexes it.
    """

    def __init__(
        self,
        learner: LearnerLaw,
        world: TableWorld | BanditWorld | MotionWorld,
        flat: Callable[[Any, bool], Any],
    ) -> None:
        self.policy, self.learner, self.world = learner.policy, learner, world
        rows, _, count = learner.tables["values"].shape
        self.rows, self.kernel = rows, Kernel(count)
        self.sampled = learner.backup == "next action"
        # Whether a step changes other values than that of the action taken.
        self.changes_others = bool(learner.traces or learner.rounds)
        # The tables of bandits stay in the working memory, unless actions are drawn from earlier values.
        self.requirements: tuple[str, ...] = ()
        self.resident = isinstance(world, BanditWorld) and not self.sampled and not self.changes_others
        self.by_backup = tuple(
            sorted(getattr(learner.backup, "inputs", frozenset()) & set(learner.tables) - {"visits"})
        )
        read = learner.policy.inputs | getattr(learner.backup, "inputs", frozenset())
        if learner.beside is not None:
            read |= learner.beside.inputs
        self.loaded: tuple[str, ...] = ("q",)
        if read & {"visits", "variances"}:
            self.loaded += ("visits",)
        if "variances" in read:
            # The learner's own variances, or sums of squares, which are divided by the visits.
            self.loaded += ("variances" if "variances" in learner.tables else "squares",)
        choices, noise = 2 if self.sampled else 1, self.policy.noise
        drawn = Draw("noise_of_actions", f"standard_{noise}", learner.rng, choices * count)
        self.draws = [drawn if noise else Draw("uniforms", "random", learner.rng, choices), *world.draws()]
        if learner.uniform:
            self.draws.insert(1, Draw("coins", "random", learner.rng))
        self._declare(flat)
        self._write()

    def _declare(self, flat: Callable[[Any, bool], Any]) -> None:
        kernel, learner, world = self.kernel, self.learner, self.world
        most = max(draw.count for draw in self.draws)
        self.draw_steps = min(max(_DRAWN_NUMBERS // (self.rows * most), 1), _MOST_DRAWN_STEPS)
        always = ("ends", "rows", "begin", "end", "sums", "returns", "poison")
        for name in (*always, *(f"last_{name}" for name in self.handed_out)):
            kernel.argument(name, None)
        kernel.arguments.update(rows=self.rows)
        self._drawn: dict[int, list[tuple[Draw, Any]]] = {}
        for draw in self.draws:
            numbers = np.zeros(self.draw_steps * self.rows * draw.count + BLOCK)
            self._drawn.setdefault(id(draw.rng), []).append((draw, numbers))
            kernel.argument(draw.name, numbers)
        for name, constants in self.policy.constants.items():
            kernel.argument(f"policy_{name}", np.array(constants))
        for name in self.numbers():
            kernel.argument(f"{name}_at", None)
        for name, table in {**learner.tables, **learner.states}.items():
            kernel.argument(name, flat(table, self.resident))
        for name, constant in learner.constants.items():
            kernel.argument(name, float(constant))
        declare_learning(self, flat)
        world.declare(kernel)
        self.declare_inputs()
        if self.resident:
            for name in learner.tables:
                kernel.memory("q" if name == "values" else name, per_action=True)
        else:
            kernel.argument("observation_count", learner.tables["values"].shape[1])
        if self.sampled:
            kernel.argument("upcoming", np.zeros(self.rows, dtype=np.int64))
            kernel.argument("has_upcoming", np.zeros(self.rows, dtype=np.bool_))
            for name in self.handed_out:
                kernel.argument(f"upcoming_{name}", np.zeros(self.rows * kernel.actions))

    @property
    def handed_out(self) -> tuple[str, ...]:
        """The names of the inputs of a window's last step that a kernel hands out in ``last_`` arrays."""
        return (*self.loaded, *self.learner.states)

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

    def hoisted(self, prefix: str, step: str = "t") -> dict[str, Any]:
        """Read the numbers of a step of the laws whose names begin with a prefix."""
        return {name: self.kernel.code.read(text) for name, text in self._numbers_of(prefix, step).items()}

    def _write(self) -> None:
        code = self.kernel.code
        code.line("size = len(ends) * rows")
        with code.under(f"for first in range(0, rows, {BLOCK}):"):
            code.line(f"n = min({BLOCK}, rows - first)", f"padded = (n + {VECTOR - 1}) // {VECTOR} * {VECTOR}")
            code.line("window = count_up_to(ends, begin)")
            write_beginning(self)
            with code.under("for t in range(begin, end):"):
                self._step()
            write_end(self)

    def fill(self, steps: int) -> None:
        """Draw the random numbers of the next steps."""
        for draws in self._drawn.values():
            fill_together(draws, steps, self.rows)

    def inputs(self, prefix: str = "") -> dict[str, str]:
        """Return the texts of the inputs of action a of row i: in its state, or in the next with prefix "next_"."""
        at = self.kernel.at
        texts = {name: at(prefix + name, "i", "a") for name in self._names(prefix)}
        if "squares" in texts:
            texts["variances"] = f"{texts['squares']} / max({texts['visits']}, 1.0)"
        return {**texts, **{name: f"policy_{name}[a]" for name in self.policy.constants}}

    def row_inputs(self, prefix: str = "") -> dict[str, str]:
        """Return the texts of the numbers of row i's state, or of its next state."""
        learner, places = self.learner, {name: self.kernel.at(prefix + name) for name in self.learner.states}
        if learner.rate is not None and learner.counts in places:
            places["step_size"] = f"rates[np.int64({places[learner.counts]})]"
        return places | ({learner.uniform: self.kernel.at("coin")} if learner.uniform else {})

    def _names(self, prefix: str) -> tuple[str, ...]:
        """Return the inputs of each action of the present or the next state; the backup reads tables of its own."""
        own = self.by_backup if prefix or self.resident else ()
        return (*self.loaded, *(name for name in own if name not in self.loaded))

    def declare_inputs(self, prefix: str = "") -> None:
        """Make places for the inputs of a state."""
        for name in self._names(prefix):
            self.kernel.memory(prefix + name, per_action=True)
        for name in self.learner.states:
            self.kernel.memory(prefix + name)

    def load_row(self, prefix: str = "", names: tuple[str, ...] | None = None) -> None:
        """Read the inputs of row i's state, or of the next one, within a loop over rows; -inf for masked actions."""
        code, kernel, names = self.kernel.code, self.kernel, self._names(prefix) if names is None else names
        row = kernel.at("next" if prefix and not isinstance(self.world, BanditWorld) else "here")
        code.line(f"start = {row} * {kernel.actions}")
        mask = self.world.load_mask(kernel, prefix != "") if "q" in names else ""
        with code.under(f"for a in range({'actions' if names else 0}):"):
            code.line(SLOT)
            for name in names:
                text = f"values[start + a]{mask}" if name == "q" else f"{name}[start + a]"
                code.line(f"{kernel.at(prefix + name, 'i', 'a')} = {text}")
        for name in self.learner.states:
            code.line(f"{kernel.at(prefix + name)} = {name}[{row}]")

    def _step(self) -> None:
        code, kernel, world = self.kernel.code, self.kernel, self.world
        with code.under("if t == ends[window]:"):
            code.line("window += 1")
        code.line("drawn, at_first = (t - begin) * rows + first, window * rows + first")
        with code.under("if t == ends[window] - 1:"), kernel.each(rows="n"):
            for name in self.loaded:
                code.line(f"last_{name}[(at_first + i) * {kernel.actions} + a] = {kernel.at(name, 'i', 'a')}")
        if self.learner.states:
            with code.under("if t == ends[window] - 1:"), code.under("for i in range(n):"):
                code.line(*(f"last_{name}[at_first + i] = {kernel.at(name)}" for name in self.learner.states))
        world.note_masks(kernel)
        fold = Fold(kernel, "", self.inputs(), {**self.hoisted("policy_"), **self.row_inputs()})
        code.line(f"choice = (t - begin) * rows * {2 if self.sampled else 1} + first")
        self.choose(fold, "choice", "action")
        with code.under("for i in range(n):"):
            if self.sampled:
                with code.under("if has_upcoming[first + i]:"):
                    code.line(f"{kernel.at('action')} = upcoming[first + i]")
            chosen = kernel.at("q", "i", kernel.at("action"))
            code.line(f"{kernel.at('greedy')} = 1.0 if {chosen} == {fold.place('top')} else 0.0")
            code.line(f"sums[3 * size + at_first + i] += {kernel.at('greedy')}")
        if not self.resident:
            world.advance(kernel)
        write_backup(self)
        write_learning(self)

    def choose(self, fold: Fold, draws: str, actions: str) -> None:
        """Choose an action for each row by the policy, with the random numbers from index ``draws`` on."""
        if self.policy.noise:
            noise = f"noise_of_actions[({draws} + i) * {self.kernel.actions} + a]"
            write_largest_draw(self.kernel, self.policy, fold, noise, actions)
            return
        write_weights(fold, self.policy, self.kernel, "weights")
        if "probability" in self.learner.inputs:
            write_probabilities(self.kernel, "weights")
        write_choice(self.kernel, "weights", f"uniforms[{draws} + i]", actions)
