"""The steps of a kernel: a loop over blocks of rows, and for each a loop over its steps.

Random numbers come from the same Generators in the same order as in lockstep. They are drawn some steps ahead. A block
of rows then takes these steps one after another, and its data stays in the caches.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any

from boltzmann.experiments.engine.compiled.learning import write_backup, write_learning
from boltzmann.experiments.engine.compiled.residence import declare, loaded_inputs, write_beginning, write_end
from boltzmann.experiments.engine.compiled.worlds import (
    BanditWorld,
    CalledWorld,
    DrawnAhead,
    LawfulWorld,
)
from boltzmann.experiments.engine.compiled.writing import (
    Fold,
    Kernel,
    Written,
    keep_text,
    known_text,
    text_of,
    write_choice,
    write_noisy_choice,
    write_probabilities,
    write_weights,
)
from boltzmann.experiments.errors import UnsupportedError
from boltzmann.laws import LearnerLaw

SUMS = ("reward", "gap", "optimal", "greedy", "episodes", "return_sum")
"""What is summed over the steps of a window, in the order of the array ``sums``, shape (6, W, R)."""
World = LawfulWorld | CalledWorld

_MANY_STEPS = 2**16
"""From so many steps on, a single row has a kernel of its own; shorter runs take the one that other rows have too."""


class Steps:
    """The steps of an agent in a world, as a kernel; cut into parts where policy or world are called in Python.

    Parameters
    ----------
    learner : LearnerLaw
        The law of the agent.
    world : TableWorld, BanditWorld, MotionWorld or CalledWorld
        The world.
    flat : callable
        ``flat(table, resident)`` returns the memory of a table as the kernel indexes it.
    key
        What the text follows from, as ``key_of_text`` returns it.
    steps : int
        How many steps will be taken, at most.

    Attributes
    ----------
    written : Written
        The kernel's text, or the parts of a cut step: two where the world is called, else one.
    """

    def __init__(
        self, learner: LearnerLaw, world: World, flat: Callable[[Any, bool], Any], key: Hashable = None, steps: int = 0
    ) -> None:
        self.policy, self.learner, self.world = learner.policy, learner, world
        rows, _, count = learner.tables["values"].shape
        self.sampled = learner.backup == "next action"
        # Whether a step changes other values than that of the action taken.
        self.changes_others = bool(learner.traces or learner.rounds)
        # Whether actions are given: those of a policy that is called in Python.
        self.given = self.policy.weight is None
        unequal = [name for name, numbers in self.policy.constants.items() if len(numbers) != count]
        if unequal:
            raise UnsupportedError(f"{unequal[0]} of the policy has not {count} numbers, one for each action")
        self.known = () if self.given else tuple(sorted(learner.known))
        self.cut = self.given or isinstance(world, CalledWorld)
        single = rows == 1 and steps >= _MANY_STEPS and not self.cut
        self.rows, self.kernel = rows, Kernel(count, single=single)
        self._parts: list[tuple[str, list[str]]] = []
        # The tables of bandits stay in the working memory, unless actions are drawn from earlier values.
        self._requirements: tuple[str, ...] = ()
        self.resident = isinstance(world, BanditWorld) and not (self.sampled or self.changes_others or self.given)
        self.kernel.remembers = self.resident
        by_backup: frozenset[str] = getattr(learner.backup, "inputs", frozenset())
        self.by_backup = tuple(sorted(by_backup & set(learner.tables) - {"visits"}))
        self.loaded = loaded_inputs(learner)
        self.drawn: DrawnAhead
        declare(self, flat)
        key = key and (key, single, self.cut, self.given)
        written = known_text(key)
        if written is None:
            self._write()
            written = Written(self.kernel.text(), self._parts, self.kernel.sizes, self._requirements)
            keep_text(key, written)
        self.written = written

    @property
    def handed_out(self) -> tuple[str, ...]:
        """The names of the inputs of a window's last step that a kernel hands out in ``last_`` arrays."""
        return (*self.loaded, *self.learner.states, *self.known)

    @property
    def per_action(self) -> tuple[str, ...]:
        """Those of them that every action has."""
        return (*self.loaded, *(name for name in self.known if name == "weights"))

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
        # The environment is called when the agent has acted.
        splits = isinstance(self.world, CalledWorld)
        parts = [[self._act], [self._go_on]] if splits else [[self._act, self._go_on]]
        for number, stages in enumerate(parts):
            with self.kernel.blocks(self.cut):
                if number == 0:
                    write_beginning(self)
                with self.kernel.steps(self.cut):
                    self.kernel.code.line(f"choice = (t - begin) * rows * {2 if self.sampled else 1} + first")
                    for stage in stages:
                        stage()
                if stages is parts[-1]:
                    write_end(self)
            if self.cut:
                self._parts.append(self.kernel.end_part())

    def inputs(self, prefix: str = "here.") -> dict[str, str]:
        """Return the texts of the inputs of action a of row i: in its state, or in the next with prefix "next."."""
        at = self.kernel.at
        texts = {name: at(prefix + name, "i", "a") for name in self._names(prefix)}
        if "squares" in texts:
            texts["variances"] = f"{texts['squares']} / max({texts['visits']}, 1.0)"
        return {**texts, "q": texts["values"], **{name: f"each_{name}[a]" for name in self.policy.constants}}

    def row_inputs(self, prefix: str = "here.") -> dict[str, str]:
        """Return the texts of the numbers of row i's state, or of its next state."""
        learner, places = self.learner, {name: self.kernel.at(prefix + name) for name in self.learner.states}
        if learner.rate is not None and learner.counts in places:
            places["step_size"] = f"rates[np.int64({places[learner.counts]})]"
        return places | ({learner.uniform: self.kernel.at("coin")} if learner.uniform else {})

    def _names(self, prefix: str) -> tuple[str, ...]:
        """Return the inputs of each action of the present or the next state; the backup reads tables of its own."""
        own = self.by_backup if prefix == "next." or self.resident else ()
        return (*self.loaded, *(name for name in own if name not in self.loaded))

    def declare_inputs(self, prefix: str = "here.") -> None:
        """Make places for the inputs of a state."""
        for name in self._names(prefix):
            self.kernel.memory(prefix + name, per_action=True)
        for name in self.learner.states:
            self.kernel.memory(prefix + name)

    def load_row(self, prefix: str = "here.", names: tuple[str, ...] | None = None) -> None:
        """Read the inputs of row i's state, or of the next one, within a loop over rows; -inf for masked actions."""
        code, kernel, names = self.kernel.code, self.kernel, self._names(prefix) if names is None else names
        following = prefix == "next."
        row = self.world.reached(kernel) if following else kernel.at("here")
        code.line(f"start = {row} * {kernel.actions}")
        mask = self.world.load_mask(kernel, following) if "values" in names else ""
        with code.under(f"for a in range({kernel.copied if names else 0}):"):
            code.line(kernel.slot)
            for name in names:
                text = f"own_{name}[start + a]{mask if name == 'values' else ''}"
                code.line(f"{kernel.at(prefix + name, 'i', 'a')} = {text}")
        for name in self.learner.states:
            code.line(f"{kernel.at(prefix + name)} = own_{name}[{row}]")

    def _act(self) -> None:
        code, kernel = self.kernel.code, self.kernel
        self._hand_out({name: kernel.at(f"here.{name}", "i", "a") for name in self.loaded}, per_action=True)
        self._hand_out({name: kernel.at(f"here.{name}") for name in self.learner.states})
        self.world.note_masks(kernel)
        fold = Fold(kernel, "policy.", self.inputs(), {**self.hoisted("policy_"), **self.row_inputs()})
        if self.given:
            kernel.memory("action", "g")
        else:
            self.choose(fold, "choice", "action")
            if "temperature" in self.known:
                self._hand_out({"temperature": fold.place("temperature")})
        with code.under("for i in range(n):"):
            if self.policy.requires is not None:
                code.line("r = first + i")
                self.require(self.policy.requires(code, fold.row()))
            if self.given:
                code.line(f"{kernel.at('action')} = taken[first + i]")
            if self.sampled:
                drawn_now = kernel.at("action")
                code.line(f"drawn_now = {drawn_now}", "drawn_before = upcoming[first + i]")
                code.line(f"{drawn_now} = drawn_before if has_upcoming[first + i] else drawn_now")
            chosen = kernel.at("here.values", "i", kernel.at("action"))
            code.line(f"{kernel.at('greedy')} = 1.0 if {chosen} == {fold.place('top')} else 0.0")
            code.line(f"sums[3 * size + at_first + i] += {kernel.at('greedy')}")
            if self.cut and not self.given:
                code.line(f"taken[first + i] = {kernel.at('action')}")

    def _hand_out(self, places: Mapping[str, str], *, per_action: bool = False) -> None:
        """Write numbers of each row, or of each of its actions, into the arrays of the last steps of windows."""
        code, kernel = self.kernel.code, self.kernel
        if not places:
            return
        at = f"(at_first + i) * {kernel.actions} + a" if per_action else "at_first + i"
        with (
            code.under("if t == ends[window] - 1:"),
            kernel.each(rows="n") if per_action else code.under("for i in range(n):"),
        ):
            code.line(*(f"last_{name}[{at}] = {place}" for name, place in places.items()))

    def require(self, required: Mapping[str, tuple[Any, Any]]) -> None:
        """Note what first does not hold for row r, and the number that its error names."""
        for text, (holds, number) in required.items():
            self._requirements += (text,)
            with self.kernel.code.under(f"if failed[r] == 0.0 and not {text_of(holds)}:"):
                noted = f"{len(self._requirements)}.0, {text_of(number)}"
                self.kernel.code.line(f"failed[r], failed_number[r] = {noted}")

    def _go_on(self) -> None:
        if not self.resident:
            self.world.advance(self.kernel)
        write_backup(self)
        write_learning(self)

    def choose(self, fold: Fold, draws: str, actions: str) -> None:
        """Choose an action for each row by the policy, with the random numbers from index ``draws`` on."""
        if self.policy.noise:
            write_noisy_choice(self.kernel, self.policy, fold, draws, actions)
            return
        write_weights(fold, self.policy, self.kernel, "weights")
        if "weights" in self.known and actions == "action":
            self._hand_out({"weights": self.kernel.at("weights", "i", "a")}, per_action=True)
        if "probability" in self.learner.inputs:
            write_probabilities(self.kernel, "weights")
        write_choice(self.kernel, "weights", f"uniforms[{draws} + i]", actions)
