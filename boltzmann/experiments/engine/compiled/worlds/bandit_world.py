"""Bandits as parts of a kernel: what their arms pay, and how the means move."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from boltzmann.experiments.engine.compiled.worlds.draws import Draw
from boltzmann.experiments.engine.compiled.worlds.unmasked import UnmaskedWorld
from boltzmann.experiments.engine.compiled.worlds.ziggurat import draw_numbers, draw_pieces
from boltzmann.experiments.engine.compiled.writing import Kernel, Numbers, text_of


class MovingDraw(Draw):
    """Random numbers of pulls, and of the arms that move after them, in the order of the generator.

    ``moves`` tells for each of the next steps whether the arms move then.
    """

    def __init__(self, rng: Any, pulls: str, moving: str, count: int) -> None:
        super().__init__("outcomes", pulls or moving, rng, count + bool(pulls))
        self._pulls, self._moving, self._arms = pulls, moving, count
        self.moves: NDArray[np.bool_] = np.zeros(0, dtype=np.bool_)

    def offsets(self, rows: int) -> NDArray[np.int64]:
        """Return where the numbers of each step begin, and where those of the last one end."""
        sizes = rows * (bool(self._pulls) + self._arms * self.moves)
        return np.append(0, np.cumsum(sizes))

    def fill(self, numbers: NDArray[np.float64], steps: int, rows: int) -> None:
        """Draw the numbers of the next steps."""
        offsets = self.offsets(rows)
        if self._pulls in ("", self._moving):
            draw_numbers(self.rng, self.kind, numbers[: offsets[-1]])
            return
        ends = np.column_stack([offsets[:-1] + rows, offsets[1:]]).ravel()
        draw_pieces(self.rng, (self._pulls, self._moving), ends, numbers[: offsets[-1]])


class BanditWorld(UnmaskedWorld):
    """Bandits, one for each row: one state, and no episode ends.

    ``form`` is the ``law`` of the environment: what ``envs.bandits.paying.BanditLaw`` holds, and the arrays.
    """

    def __init__(self, form: dict[str, Any]) -> None:
        self.form = form
        self.rows, self._count = form["means"].shape
        self._round = self._left = form["round"]
        self._pulled, self._paid = np.zeros(self.rows, dtype=np.int64), np.zeros(self.rows)
        self._pulls = form["noise"]
        moving = form["moving"] if form["moves"] is not None else ""
        self._moving = MovingDraw(form["rng"], self._pulls, moving, self._count) if moving else None

    def before(self, arguments: dict[str, Any], begin: int, end: int) -> None:
        """Count the rounds, and find the stretches that begin in the next ones."""
        form = self.form
        arguments["round"] = self._round
        if form["moves"] is None:
            return
        rounds = self._round + 1 + np.arange(begin, end)
        if form["segments"] is not None:
            rounds = np.ascontiguousarray(form["segments"](rounds), dtype=np.int64)
        arguments["segment_at"] = rounds
        if self._moving is not None:
            self._moving.moves = rounds > 0
            arguments["offset_at"] = self._moving.offsets(self.rows)

    def after(self, arguments: dict[str, Any], steps: int) -> None:
        """Count the rounds."""
        self._round += steps

    def leave(self) -> None:
        """Leave the problems as lockstep would."""
        if self._round > self._left:
            last = (self._pulled.copy(), self._paid.copy())
            self.form["resume"](self._round - self._left, self.form["means"].copy(), last)
            self._left = self._round

    def draws(self) -> list[Draw]:
        """Return the random numbers of a step: one of each pull, then one of each arm that moves."""
        if self._moving is not None:
            return [self._moving]
        return [Draw("outcomes", self._pulls, self.form["rng"])] if self._pulls else []

    def declare(self, kernel: Kernel) -> None:
        """Add the arguments."""
        form = self.form
        for name in ("means", "deviations", "best"):
            kernel.argument(name, form[name].reshape(-1))
        kernel.argument("pulled", self._pulled)
        kernel.argument("paid", self._paid)
        kernel.argument("round", None)
        if form["moves"] is not None:
            kernel.argument("segment_at", None)
        if self._moving is not None:
            kernel.argument("offset_at", None)
        if form["given"] is not None:
            kernel.argument("given", np.ascontiguousarray(form["given"]).reshape(-1))
            kernel.argument("given_rows", len(form["given"]))
        for name, number in form["numbers"].items():
            kernel.argument(f"bandit_{name}", number)
        kernel.memory("here", "g")

    def begin(self, kernel: Kernel) -> None:
        """Find the table row of each row's only state."""
        with kernel.code.under("for i in range(n):"):
            kernel.code.line(f"{kernel.at('here')} = first + i")

    def advance(self, kernel: Kernel) -> None:
        """Do nothing: the next state is the present one."""

    def reached(self, kernel: Kernel) -> str:
        """Return the text of the table row that row i's step has led to."""
        return kernel.at("here")

    def pay(self, kernel: Kernel) -> None:
        """Write the lines that give a row's reward and gap and move its means, within a loop over rows."""
        code, form = kernel.code, self.form
        code.line(f"arm = r * {kernel.actions} + a", "ended = False")
        numbers = {name: f"bandit_{name}" for name in form["numbers"]}
        row = Numbers(code, {"round": "round + t", "best": "best[r]", **numbers})
        places = {"index": "a", "mean": "means[arm]", "deviation": "deviations[arm]"}
        if form["noise"]:
            drawn = "drawn + i" if self._moving is None else "offset_at[t - begin] + r"
            places["noise"] = f"outcomes[{drawn}]"
        reward, gap = form["pay"](code, Numbers(code, places), row)
        code.line(f"reward = {text_of(reward)}", f"gap = {text_of(gap)}")
        with code.under("if t == end - 1:"):
            code.line("pulled[r], paid[r] = a, reward")
        if form["moves"] is None:
            return
        code.line("segment = segment_at[t - begin]")
        with code.under("if segment > 0:"):
            self._move(kernel, row)

    def _move(self, kernel: Kernel, row: Numbers) -> None:
        code, form = kernel.code, self.form
        code.line(f"start, largest = r * {kernel.actions}, -np.inf")
        if form["given"] is not None:
            code.line(f"given_start = segment % given_rows * {kernel.actions}")
        if self._moving is not None:
            skipped = "rows + " if self._pulls else ""
            code.line(f"moving_start = offset_at[t - begin] + {skipped}start")
        with code.under("for k in range(actions):"):
            places = {"index": "k", "mean": "means[start + k]", "given": "given[given_start + k]"}
            places["noise"] = "outcomes[moving_start + k]"
            code.line(f"moved = {text_of(form['moves'](code, Numbers(code, places), row))}")
            code.line("means[start + k] = moved", "largest = max(largest, moved)")
        against = form["against"]
        code.line("best[r] = " + ("largest" if against is None else f"means[start + {against}]"))

    def move(self, kernel: Kernel) -> None:
        """Write that no episode ends, within a loop over rows."""
        kernel.code.line("over = cut_off = False")
