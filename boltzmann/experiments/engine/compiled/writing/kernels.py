"""The text of a kernel while it is written: its lines, its arguments and its working memory."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from boltzmann.laws import Code, Symbol

BLOCK = 64
"""Rows that pass through all stages together: few enough to stay in the first-level cache."""

VECTOR = 8
"""Numbers in a processor's vector, at most: stages pad their rows to a multiple; the padding's results are not used."""

UNROLLED = 16
"""With so many actions at most, maximum and choice are written out: what they sum stays in registers."""


class Numbers:
    """Numbers at one place of the code, read where a law asks for them."""

    def __init__(self, code: Code, places: Mapping[str, str | Symbol]) -> None:
        self.__dict__.update(_code=code, _places=dict(places))

    def __getattr__(self, name: str) -> Any:
        if name not in self._places:
            raise AttributeError(f"a law reads {name}, which is not here: there are {', '.join(sorted(self._places))}")
        place = self._places[name]
        symbol = place if isinstance(place, Symbol) else self._code.read(place)
        self.__dict__[name] = symbol
        return symbol


class Kernel:
    """A kernel for K actions: ``arguments`` are its arrays and numbers by name, in the order of its parameters.

    The working memory is two arrays, ``f`` of floats and ``g`` of integers, in which each name has a place for every
    row of a block, or for every row and action. Constant distances let the compiler see that they do not overlap.
    Searches begin where that of the step before ended if the kernel ``remembers``, which pays where each row stays in
    one state.

    A kernel for a ``single`` row has the numbers of its actions side by side, and their number as a constant, so that
    vectors hold actions: seven eighths of each vector of rows would be padding.

    Attributes
    ----------
    block : int
        Rows that pass through all stages together.
    slot : str
        Where the numbers of row i and action a are. It is computed once, since each operation adds to compiling.
    """

    def __init__(self, actions: int, *, single: bool = False) -> None:
        self.code, self.actions, self.single, self.remembers = Code(), actions, single, False
        self.block = 1 if single else BLOCK
        self.slot = f"slot = a * {self.block} + i"
        self.arguments: dict[str, Any] = {"actions": actions}
        self._places: dict[str, tuple[str, int]] = {}
        self._taken: dict[str, int] = {}
        self.sizes = {"f": 0, "g": 0}

    def argument(self, name: str, value: Any) -> str:
        """Add an argument: an array, a number or a generator."""
        self.arguments[name] = value
        return name

    def memory(self, name: str, array: str = "f", *, per_action: bool = False) -> None:
        """Give a name a place in the working memory."""
        size = self.block * (self.actions if per_action else 1)
        if name not in self._places:
            self._places[name] = (array, self.sizes[array])
            self._taken[name] = size
            self.sizes[array] += size
        elif self._taken[name] != size:
            raise ValueError(f"{name} is a number of the row and of its actions: laws that meet need other names")

    @property
    def copied(self) -> int | str:
        """The text of how many actions a loop copies, which is unrolled where they are few."""
        return self.actions if self.actions <= UNROLLED else "actions"

    @contextmanager
    def each(self, actions: str = "actions", rows: str = "padded") -> Iterator[None]:
        """Write a loop over rows i within a loop over actions a."""
        if self.single and self.actions <= UNROLLED and actions == "actions":
            actions = str(self.actions)
        with self.code.under(f"for a in range({actions}):"), self.code.under(f"for i in range({rows}):"):
            self.code.line(self.slot)
            yield

    @contextmanager
    def blocks(self, cut: bool) -> Iterator[None]:
        """Write a loop over blocks of rows, for all steps of a call or, where they are cut, for one of them."""
        code = self.code
        code.line("size = len(ends) * rows")
        with code.under(f"for first in range(0, rows, {self.block}):"):
            padded = f"(n + {VECTOR - 1}) // {VECTOR} * {VECTOR}"
            code.line(
                *(("n = 1", "padded = 1") if self.single else (f"n = min({BLOCK}, rows - first)", f"padded = {padded}"))
            )
            if cut:
                code.line(*(f"{name} = pointer_to({name}_blocks[first // {BLOCK}])" for name in "fg"))
            code.line(f"window = count_up_to(ends, {'step' if cut else 'begin'})")
            yield

    @contextmanager
    def steps(self, cut: bool) -> Iterator[None]:
        """Write a loop over the steps of a block."""
        code = self.code
        with code.under(f"for t in range({'step, step + 1' if cut else 'begin, end'}):"):
            with code.under("if t == ends[window]:"):
                code.line("window += 1")
            code.line("drawn, at_first = (t - begin) * rows + first, window * rows + first")
            yield

    def record(self, *, episodes: bool = True) -> None:
        """Add row r's reward and gap to the sums of its window, and its reward to the return of its episode."""
        self.code.line("sums[at] += reward", "sums[size + at] += gap")
        self.code.line("sums[2 * size + at] += 1.0 if gap == 0.0 else 0.0")
        if episodes:
            self.code.line("returns[r] += reward")

    def record_episode(self) -> None:
        """Count the episode of row r that has ended, and begin the return of the next one."""
        self.code.line("sums[4 * size + at] += 1.0", "sums[5 * size + at] += returns[r]", "returns[r] = 0.0")

    def places(self, prefix: str) -> dict[str, str]:
        """Return the texts of row i's numbers whose names in the working memory begin with a prefix, without it."""
        names = [name for name in self._places if name.startswith(prefix)]
        return {name.removeprefix(prefix): self.at(name) for name in names}

    def at(self, name: str, row: str = "i", action: str | None = None) -> str:
        """Return the text of the number of a row, or of a row and an action; for row i and action a after ``slot``."""
        array, place = self._places[name]
        if (row, action) == ("i", "a"):
            terms = ["slot"]
        else:
            terms = ([f"{action} * {self.block}"] if action is not None else []) + [row]
        return f"{array}[{' + '.join(terms + ([str(place)] if place else []))}]"

    def text(self) -> str:
        """Return the whole function, ``kernel``."""
        memory = ("    f = pointer_to(f_memory)", "    g = pointer_to(g_memory)")
        return "\n".join(
            [f"def kernel({', '.join(self.arguments)}, f_memory, g_memory):", *memory, *self.code.lines, ""]
        )

    def end_part(self) -> tuple[str, list[str]]:
        """Return what was written as a function of a step, and the names of its arguments; begin another one.

        Each block has a working memory of its own, which the parts of a step share.
        """
        lines, self.code = "\n".join(self.code.lines), Code()
        used = set(re.findall(r"\w+", lines))
        names = [name for name in (*self.arguments, "f_blocks", "g_blocks") if name in used]
        return f"def kernel({', '.join(names)}, step):\n{lines}\n", names


def make_memory(sizes: Mapping[str, int], blocks: int = 0) -> dict[str, Any]:
    """Make a working memory of these sizes; that of ``blocks`` blocks, if given, as ``f_blocks`` and ``g_blocks``."""
    kinds: dict[str, Any] = {"f": np.float64, "g": np.int64}
    counts = {name: max(sizes[name], 1) for name in kinds}
    if blocks:
        return {f"{name}_blocks": np.zeros((blocks, counts[name]), kind) for name, kind in kinds.items()}
    return {name: np.zeros(counts[name], kind) for name, kind in kinds.items()}
