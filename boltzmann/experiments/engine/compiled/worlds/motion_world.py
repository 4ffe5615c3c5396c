"""Environments of a few numbers, cut into bins, as parts of a kernel; each row draws starts from its own generator."""

from __future__ import annotations

from typing import Any

import numpy as np

from boltzmann.experiments.engine.compiled.worlds.unmasked import UnmaskedWorld
from boltzmann.experiments.engine.compiled.writing import Kernel, Numbers, text_of

_WORD = 64
_WORDS = 4
"""Words of the state of a PCG64: its state and its increment, the high word first."""
_FEW_THRESHOLDS = 32
"""Up to so many thresholds, counting those that are not above a number is faster than bisection."""


class MotionWorld(UnmaskedWorld):
    """Bodies in motion, one for each row; ``form`` is the ``law`` of the environment."""

    def __init__(self, form: dict[str, Any]) -> None:
        self.form = form
        self.rows = len(form["elapsed"])
        self._few = all(thresholds.size <= _FEW_THRESHOLDS for thresholds in form["thresholds"])
        self._streams = np.zeros(self.rows * _WORDS, dtype=np.uint64)
        for row, generator in enumerate(form["generators"]):
            state = generator.bit_generator.state["state"]
            words = [state[name] >> shift & (1 << _WORD) - 1 for name in ("state", "inc") for shift in (_WORD, 0)]
            self._streams[row * _WORDS : (row + 1) * _WORDS] = words

    def leave(self) -> None:
        """Leave each row's generator as lockstep would; its state takes some microseconds."""
        for row, generator in enumerate(self.form["generators"]):
            high, low, *_ = (int(word) for word in self._streams[row * _WORDS : (row + 1) * _WORDS])
            whole = generator.bit_generator.state
            whole["state"]["state"] = high << _WORD | low
            generator.bit_generator.state = whole

    def declare(self, kernel: Kernel) -> None:
        """Add the arguments and the working memory."""
        form = self.form
        for place, name in enumerate(form["names"]):
            kernel.argument(f"state_{name}", form["state"][place])
            kernel.memory(f"left.{name}")
            kernel.memory(f"reached.{name}")
        for name, number in form["numbers"].items():
            kernel.argument(f"world_{name}", number)
        for place, thresholds in enumerate(form["thresholds"]):
            if thresholds.size:
                kernel.argument(f"thresholds_{place}", thresholds)
        kernel.argument("streams", self._streams)
        for name in ("elapsed", "limit"):
            kernel.argument(name, form[name])
        kernel.memory("reward")
        kernel.memory("ended")
        for name in ("here", "next"):
            kernel.memory(name, "g")

    def _row(self, kernel: Kernel) -> Numbers:
        return Numbers(kernel.code, {name: f"world_{name}" for name in self.form["numbers"]})

    def _edges(self, kernel: Kernel) -> None:
        """Read the few thresholds, so that loops over rows do not read other arrays."""
        for place, thresholds in enumerate(self.form["thresholds"]):
            if thresholds.size <= _FEW_THRESHOLDS:
                kernel.code.line(
                    *(f"edge_{place}_{m} = np.float64(thresholds_{place}[{m}])" for m in range(thresholds.size))
                )

    def _number(self, kernel: Kernel, state: Numbers, row: str) -> str:
        """Write the number of the observation of a state; return the text of its table row."""
        code = kernel.code
        code.line(f"observation = {row}")
        for place, observed in enumerate(self.form["observe"](code, state)):
            size = self.form["thresholds"][place].size
            if not size:
                continue
            code.line(f"number = np.float64(np.float32({text_of(observed)}))")
            if size > _FEW_THRESHOLDS:
                bins = f"count_up_to(thresholds_{place}, number)"
            else:
                bins = " + ".join(f"(1 if edge_{place}_{m} <= number else 0)" for m in range(size))
            code.line(f"observation = observation * {size + 1} + ({bins})")
        return "observation"

    def _state(self, kernel: Kernel, row: str) -> Numbers:
        return Numbers(kernel.code, {name: f"state_{name}[{row}]" for name in self.form["names"]})

    def begin(self, kernel: Kernel) -> None:
        """Find the table row of each row's state."""
        self._edges(kernel)
        with kernel.code.under("for i in range(n):"):
            number = self._number(kernel, self._state(kernel, "first + i"), "first + i")
            kernel.code.line(f"{kernel.at('here')} = {number}")

    def advance(self, kernel: Kernel) -> None:
        """Write each row's next state, its reward, and the table row of the next observation."""
        code, form, names = kernel.code, self.form, self.form["names"]
        # In the working memory, since loops over several arrays lose vector code.
        for name in names:
            with code.under("for i in range(n):"):
                code.line(f"{kernel.at(f'left.{name}')} = state_{name}[first + i]")
        with code.under("for i in range(padded):"):
            left = Numbers(code, {name: kernel.at(f"left.{name}") for name in names})
            reached = form["advance"](code, left, code.read(kernel.at("action")), self._row(kernel))
            for name in names:
                code.line(f"{kernel.at(f'reached.{name}')} = {text_of(reached[name])}")
            code.line(f"{kernel.at('reward')} = {text_of(reached['reward'])}")
            code.line(f"{kernel.at('ended')} = 1.0 if {text_of(reached['ended'])} else 0.0")
            if self._few:
                # In the same loop, since steps and observations share sines and cosines.
                state = Numbers(code, {name: reached[name] for name in names})
                code.line(f"{kernel.at('next')} = {self._number(kernel, state, 'first + i')}")
        if not self._few:
            with code.under("for i in range(n):"):
                state = Numbers(code, {name: kernel.at(f"reached.{name}") for name in names})
                code.line(f"{kernel.at('next')} = {self._number(kernel, state, 'first + i')}")

    def pay(self, kernel: Kernel) -> None:
        """Write the lines that give a row's reward and end, within a loop over rows; there is no gap."""
        kernel.code.line(f"reward, ended, gap = {kernel.at('reward')}, {kernel.at('ended')} == 1.0, np.nan")

    def move(self, kernel: Kernel) -> None:
        """Move each row to its next state, within a loop over rows."""
        code, names = kernel.code, self.form["names"]
        code.line("elapsed[r] += 1", f"{kernel.at('here')} = {kernel.at('next')}")
        code.line(*(f"state_{name}[r] = {kernel.at(f'reached.{name}')}" for name in names))
        code.line("cut_off = elapsed[r] == limit", "over = ended or cut_off")

    def start(self, kernel: Kernel) -> None:
        """Start an episode of row i."""
        code, form = kernel.code, self.form
        code.line("elapsed[r] = 0")
        uniforms = tuple(code.read(f"next_uniform(streams, r * {_WORDS})") for _ in range(form["uniforms"]))
        for name, number in form["start"](code, uniforms, self._row(kernel)).items():
            code.line(f"state_{name}[r] = {text_of(number)}")
        code.line(f"{kernel.at('here')} = {self._number(kernel, self._state(kernel, 'r'), 'r')}")
