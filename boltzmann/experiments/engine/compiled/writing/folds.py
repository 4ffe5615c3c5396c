"""The laws of policies and backups as loops over the actions and rows of a block."""

from __future__ import annotations

import re
from collections.abc import Mapping

from boltzmann.experiments.engine.compiled.writing.kernels import UNROLLED, Kernel, Numbers
from boltzmann.laws import Pass, PolicyLaw, Symbol, text_of

Places = Mapping[str, str | Symbol]

_GROUP = 16
"""Rows that repeat a pass together: more than a vector, so that its operations overlap, but few wait for others."""


class Fold:
    """Passes over the values of a block, at one place of a kernel.

    Parameters
    ----------
    kernel : Kernel
        The kernel that is written.
    name : str
        The prefix of its places in the working memory.
    inputs : mapping
        The texts of an action's inputs by the names that laws use, ``q`` among them.
    numbers : mapping
        The places of the numbers of the step.
    """

    def __init__(self, kernel: Kernel, name: str, inputs: Mapping[str, str], numbers: Places) -> None:
        self._kernel, self._code, self._name = kernel, kernel.code, name
        self._actions: dict[str, str | Symbol] = dict(inputs)
        self._rows: dict[str, str | Symbol] = dict(numbers)
        self._largest_value()

    def action(self, **more: str) -> Numbers:
        """Return the numbers of action a of row i."""
        return Numbers(self._code, {**self._actions, **more})

    def row(self, **more: str | Symbol) -> Numbers:
        """Return the numbers of row i."""
        return Numbers(self._code, {**self._rows, **more})

    def place(self, name: str) -> str:
        """Return the text of a number of row i."""
        return str(self._rows[name])

    def run(self, passes: tuple[Pass, ...]) -> None:
        """Write passes; their results are numbers of the row afterwards."""
        for each in passes:
            if each.from_guess and not self._kernel.remembers:
                continue
            if each.times > 1:
                self._repeat(each)
            elif each.until:
                self._write_waiting(each.until, "n")
                with self._code.under("if waiting:"):
                    self._pass(each)
            else:
                self._pass(each)

    def _repeat(self, each: Pass) -> None:
        """Write a pass that is repeated until all rows of a group stand still; the other groups do not wait."""
        code, known = self._code, each.until in self._rows
        with code.under(f"for group in range(0, padded, {_GROUP}):"):
            code.line(f"padded_group, n_group = min({_GROUP}, padded - group), min({_GROUP}, n - group)")
            before = len(code.lines)
            with code.under(f"for _ in range({each.times}):"):
                if known:
                    self._write_end(each.until)
                self._pass(each, "padded_group")
                if not known:
                    self._write_end(each.until)
            # Rows count from 0 in their group's part of the working memory.
            code.lines[before:] = [re.sub(r"\bf\[", "f[group + ", line) for line in code.lines[before:]]

    def _write_waiting(self, until: str, rows: str) -> None:
        """Note whether a row does not stand still yet."""
        self._code.line("waiting = False")
        with self._code.under(f"for i in range({rows}):"), self._code.under(f"if {self._rows[until]} == 0.0:"):
            self._code.line("waiting = True", "break")

    def _write_end(self, until: str) -> None:
        self._write_waiting(until, "n_group")
        with self._code.under("if not waiting:"):
            self._code.line("break")

    def _largest_value(self) -> None:
        self._kernel.memory(f"{self._name}top")
        self._rows["top"] = top = self._kernel.at(f"{self._name}top")
        code, q = self._code, self._actions["q"]
        if self._kernel.actions <= UNROLLED:
            with code.under("for i in range(padded):"):
                values = [str(q).replace("slot", f"{a * self._kernel.block} + i") for a in range(self._kernel.actions)]
                code.line(f"top_here = {values[0]}", *(f"top_here = max(top_here, {value})" for value in values[1:]))
                code.line(f"{top} = top_here")
            return
        with code.under("for i in range(padded):"):
            code.line(f"{top} = -np.inf")
        with self._kernel.each(str(self._kernel.actions)):
            code.line(f"{top} = max({top}, {q})")

    def _pass(self, each: Pass, rows: str = "padded") -> None:
        kernel, lines = self._kernel, self._code.lines
        before = len(lines)
        places = self._add(each, rows)
        if not (places or each.keeps):
            self._code.lines = lines[:before]
        if places:
            # What the law adds is known after it was written.
            summing, self._code.lines = lines[before:], lines[:before]
            with self._code.under(f"for i in range({rows}):"):
                self._code.line(
                    *(f"{place} = {'-np.inf' if name in each.largest else '0.0'}" for name, place in places.items())
                )
            self._code.lines += summing
        self._actions.update({name: kernel.at(self._name + name, "i", "a") for name in each.keeps})
        self._rows.update(places)
        if each.moves is not None:
            self._move(each, rows)

    def _add(self, each: Pass, rows: str) -> dict[str, str]:
        """Write what all actions of a row add, and return the places of the sums."""
        code, kernel = self._code, self._kernel
        # Not unrolled: a copy of a law for every action takes long to compile, and runs no faster.
        with kernel.each(rows=rows):
            results = each.adds(code, self.action(), self.row())
            for name in results:
                kernel.memory(self._name + name, per_action=name in each.keeps)
            places = {name: kernel.at(self._name + name) for name in results if name not in each.keeps}
            for name, of in each.first.items():
                # Read before the choice: a choice of whether to read loses vector code.
                largest, before = code.read(places[of]), code.read(places[name])
                larger = code.where(code.read(f"{text_of(results[of])} > {largest.text}"), results[name], before)
                code.line(f"{places[name]} = {larger.text}")
            for name, result in results.items():
                text = text_of(result)
                if name in each.keeps:
                    code.line(f"{kernel.at(self._name + name, 'i', 'a')} = {text}")
                elif name in each.largest:
                    code.line(f"{places[name]} = max({places[name]}, {text})")
                elif name not in each.first:
                    code.line(f"{places[name]} += {text}")
        return places

    def _move(self, each: Pass, rows: str) -> None:
        assert each.moves is not None
        with self._code.under(f"for i in range({rows}):"):
            results = each.moves(self._code, self.row())
            for name, result in results.items():
                self._kernel.memory(self._name + name)
                place = self._kernel.at(self._name + name)
                value = f"1.0 if {text_of(result)} else 0.0" if name.startswith("is_") else text_of(result)
                if name == each.guess and self._kernel.remembers:
                    continue
                self._code.line(f"{place} = {value}")
        self._rows.update({name: self._kernel.at(self._name + name) for name in results})


def write_weights(fold: Fold, law: PolicyLaw, kernel: Kernel, weights: str) -> None:
    """Write a policy's weights into a place of the working memory."""
    assert law.weight is not None
    code = kernel.code
    kernel.memory(weights, per_action=True)
    fold.run(law.passes)
    with kernel.each():
        code.line(f"{kernel.at(weights, 'i', 'a')} = {text_of(law.weight(code, fold.action(), fold.row()))}")


def write_probabilities(kernel: Kernel, weights: str) -> None:
    """Write the probabilities of actions from their weights."""
    code = kernel.code
    kernel.memory("total")
    kernel.memory("probability", per_action=True)
    total, weight = kernel.at("total"), kernel.at(weights, "i", "a")
    with code.under("for i in range(padded):"):
        code.line(f"{total} = 0.0")
    with kernel.each():
        code.line(f"{total} += {weight}")
    with kernel.each():
        code.line(f"{kernel.at('probability', 'i', 'a')} = {weight} / {total}")


def write_choice(kernel: Kernel, weights: str, uniform: str, actions: str) -> None:
    """Draw an action for each row by inverting the cumulative sum of its weights, which may replace the weights."""
    code, last = kernel.code, kernel.actions - 1
    kernel.memory("threshold")
    kernel.memory(actions, "g")
    threshold, chosen, weight = kernel.at("threshold"), kernel.at(actions), kernel.at(weights, "i", "a")
    if kernel.actions <= UNROLLED:
        with code.under("for i in range(padded):"):
            threshold = "drawn_weight"
            places = [kernel.at(weights, "i", str(a)) for a in range(kernel.actions)]
            code.line(
                f"up_to_0 = {places[0]}",
                *(f"up_to_{a} = up_to_{a - 1} + {places[a]}" for a in range(1, kernel.actions)),
            )
            code.line(f"{threshold} = {uniform} * up_to_{last}")
            code.line(
                f"{chosen} = " + (" + ".join(f"(1 if up_to_{a} <= {threshold} else 0)" for a in range(last)) or "0")
            )
        return
    with kernel.each(f"1, {kernel.actions}"):
        code.line(f"{weight} += {kernel.at(weights, 'i', '(a - 1)')}")
    with code.under("for i in range(padded):"):
        code.line(f"{threshold} = {uniform} * {kernel.at(weights, 'i', str(last))}", f"{chosen} = 0")
    # The action indexes tables, so no weights may move it beyond the last one.
    with kernel.each(str(last)):
        code.line(f"{chosen} += 1 if {weight} <= {threshold} else 0")
