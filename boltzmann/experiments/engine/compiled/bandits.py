"""Bandits as parts of a kernel: what their arms pay, and how the means move."""

from __future__ import annotations

from typing import Any

import numpy as np

from boltzmann.experiments.engine.compiled.kernels import Kernel, Numbers
from boltzmann.experiments.engine.compiled.symbols import text_of
from boltzmann.experiments.engine.compiled.worlds import Draw

_KINDS = {"normal": "standard_normal", "uniform": "random"}
"""The laws of random numbers, and the methods of a generator that draw them."""


class BanditWorld:
    """Bandits, one for each row: one state, and no episode ends.

    ``form`` is the ``law`` of the environment: what ``envs.bandits.paying.BanditLaw`` holds, and the arrays.
    """

    def __init__(self, form: dict[str, Any]) -> None:
        self._form = form
        self.rows, self._count = form["means"].shape
        self._round = form["round"]

    def before(self, arguments: dict[str, Any], steps: int) -> None:
        """Count the rounds, and find the stretches that begin in the next ones."""
        form = self._form
        arguments["round"] = self._round
        if form["segments"] is not None:
            segments = np.asarray(form["segments"](self._round + 1 + np.arange(steps)), dtype=np.int64)
            arguments["segment_at"] = np.ascontiguousarray(segments)

    def after(self, arguments: dict[str, Any], steps: int) -> None:
        """Leave the problems as lockstep would."""
        self._round += steps
        means = arguments["means"].reshape(self.rows, -1).copy()
        self._form["resume"](steps, means, (arguments["last_arms"].copy(), arguments["last_rewards"].copy()))

    def draws(self) -> list[Draw]:
        """Return the random numbers of a step: one of each pull, then one of each arm that moves."""
        form = self._form
        moving = _KINDS.get(form["moving"]) if form["moves"] is not None else None
        when = "" if form["segments"] is None else "segment_at"
        steps = None if moving is None else Draw("moving", moving, form["rng"], self._count, when=when)
        if form["noise"]:
            return [Draw("outcomes", _KINDS[form["noise"]], form["rng"], then=steps)]
        return [] if steps is None else [Draw("outcomes", "random", form["rng"], 0, then=steps)]

    def declare(self, kernel: Kernel) -> None:
        """Add the arguments."""
        form = self._form
        for name in ("means", "deviations", "best"):
            kernel.argument(name, form[name].reshape(-1))
        kernel.argument("last_arms", np.zeros(self.rows, dtype=np.int64))
        kernel.argument("last_rewards", np.zeros(self.rows))
        kernel.argument("round", None)
        if form["segments"] is not None:
            kernel.argument("segment_at", None)
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

    def pay(self, kernel: Kernel) -> None:
        """Write the lines that give a row's reward and gap and move its means, within a loop over rows."""
        code, form = kernel.code, self._form
        code.line(f"arm = r * {kernel.actions} + a", "ended = False")
        numbers = {name: f"bandit_{name}" for name in form["numbers"]}
        row = Numbers(code, {"round": "round + t", "best": "best[r]", **numbers})
        places = {"index": "a", "mean": "means[arm]", "deviation": "deviations[arm]"}
        if form["noise"]:
            places["noise"] = "outcomes[drawn + i]"
        reward, gap = form["pay"](code, Numbers(code, places), row)
        code.line(f"reward = {text_of(reward)}", f"gap = {text_of(gap)}", "last_arms[r], last_rewards[r] = a, reward")
        if form["moves"] is None:
            return
        code.line("segment = " + ("round + t + 1" if form["segments"] is None else "segment_at[t]"))
        with code.under("if segment > 0:"):
            self._move(kernel, row)

    def _move(self, kernel: Kernel, row: Numbers) -> None:
        code, form = kernel.code, self._form
        code.line(f"start, largest = r * {kernel.actions}, -np.inf")
        if form["given"] is not None:
            code.line(f"given_start = segment % given_rows * {kernel.actions}")
        with code.under(f"for k in range({kernel.actions}):"):
            places = {"index": "k", "mean": "means[start + k]", "given": "given[given_start + k]"}
            places["noise"] = f"moving[(drawn + i) * {kernel.actions} + k]"
            code.line(f"moved = {text_of(form['moves'](code, Numbers(code, places), row))}")
            code.line("means[start + k] = moved", "largest = max(largest, moved)")
        against = form["against"]
        code.line("best[r] = " + ("largest" if against is None else f"means[start + {against}]"))

    def allowed(self) -> None:
        """Return no masks."""

    def note_masks(self, kernel: Kernel) -> None:
        """Do nothing: there are no masks."""

    def load_mask(self, kernel: Kernel, following: bool) -> str:
        """Return nothing to add to a value: every arm is allowed."""
        return ""

    def move(self, kernel: Kernel) -> None:
        """Write that no episode ends, within a loop over rows."""
        kernel.code.line("over = False")
