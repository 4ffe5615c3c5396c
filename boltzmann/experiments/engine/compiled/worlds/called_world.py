"""Environments without a law: they are called in Python between two kernels, which read their answers from arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boltzmann import checks
from boltzmann.experiments.engine.compiled.worlds.unmasked import World
from boltzmann.experiments.engine.compiled.writing import Kernel

_KINDS = {np.dtype(np.int64): ("iu", "integers"), np.dtype(np.bool_): ("b", "booleans")}
_NUMBERS = ("biuf", "numbers")


def fill(place: NDArray[Any], name: str, value: Any, count: int = 0) -> None:
    """Write numbers of every row into an array, after a check of their shape and kind, and that they are below a count.

    Raises
    ------
    ValueError
        It names the numbers and the row.
    """
    kinds, text = _KINDS.get(place.dtype, _NUMBERS)
    array = checks.plain_array(name, value)
    if array.dtype.kind not in kinds or array.shape != place.shape:
        raise ValueError(f"{name} must be {text} of shape {place.shape}, got {array.dtype} of shape {array.shape}")
    place[:] = array
    if count:
        # A negative number reads as a huge unsigned one.
        unsigned = place.view(np.uint64)
        if unsigned.item(unsigned.argmax()) >= count:
            row = int(np.argmax(unsigned >= count))
            raise ValueError(f"{name} must be in [0, {count}), got {array[row]} in row {row}")


class CalledWorld(World):
    """An environment of R rows that is called in Python.

    Parameters
    ----------
    shape : tuple of int
        R, the number S of observations, and the number K of actions.
    answer : callable
        ``answer(actions)`` takes a step and returns the environment's ``Answer``.
    observations, mask
        What the first step acts on; ``mask`` is None where all actions are allowed.
    """

    def __init__(self, shape: tuple[int, int, int], answer: Callable[[Any], Any], observations: Any, mask: Any) -> None:
        self.rows, self.observation_count, self._actions = shape
        self._answer = answer
        self.observed, self._reached = (np.zeros(self.rows, dtype=np.int64) for _ in range(2))
        self._rewards, self._gaps = np.zeros(self.rows), np.zeros(self.rows)
        self._terminated, self._truncated = (np.zeros(self.rows, dtype=np.bool_) for _ in range(2))
        # No page of `_forbidden` is touched before there is a mask.
        self._forbidden = np.zeros(self.rows * self.observation_count * self._actions, dtype=np.bool_)
        self._counts = np.zeros(self.rows * self.observation_count)
        self._masks = [np.ones((self.rows, self._actions), dtype=np.bool_) for _ in range(2)]
        # Whether there is a mask of each kind at this step, and whether there was one at any step.
        self._told, self._masked = np.zeros(2, dtype=np.bool_), np.zeros(1, dtype=np.bool_)
        fill(self.observed, "observations", observations, self.observation_count)
        self._tell(0, mask)

    def step(self, actions: NDArray[np.int64]) -> None:
        """Take a step, and keep what the environment answers.

        Raises
        ------
        ValueError
            For answers of the wrong shape or kind, and for observations outside the agent's table; the row is named.
        """
        answer = self._answer(actions)
        fill(self._rewards, "rewards", answer.rewards)
        fill(self._terminated, "terminated", answer.terminated)
        fill(self._truncated, "truncated", answer.truncated)
        fill(self._reached, "next_observations", answer.reached, self.observation_count)
        fill(self.observed, "observations", answer.observations, self.observation_count)
        self._gaps[:] = answer.gaps
        self._tell(0, answer.mask)
        self._tell(1, answer.reached_mask)

    def mask(self) -> NDArray[np.bool_] | None:
        """Return the mask of the present observations, as the environment told it."""
        return self._masks[0] if self._told[0] else None

    def _tell(self, which: int, mask: NDArray[np.bool_] | None) -> None:
        if mask is None and not self._told[which]:
            return
        self._told[which] = mask is not None
        self._masks[which][:] = True if mask is None else mask
        self._masked[0] |= mask is not None

    def allowed(self) -> NDArray[np.bool_] | None:
        """Return the agent's view of the masks, if there were any."""
        return ~self._forbidden.reshape(self.rows, self.observation_count, -1) if self._masked[0] else None

    def allowed_count(self, kernel: Kernel, row: str) -> str:
        """Return the text of the number of actions that the agent knows to be allowed in a row of its table."""
        return f"({kernel.actions}.0 - forbidden_counts[{row}])"

    def declare(self, kernel: Kernel) -> None:
        """Add the arguments and the working memory."""
        arrays = {
            "observed": self.observed,
            "reached": self._reached,
            "rewards": self._rewards,
            "gaps": self._gaps,
            "terminated": self._terminated,
            "truncated": self._truncated,
            "forbidden": self._forbidden,
            "forbidden_counts": self._counts,
            "mask": self._masks[0].reshape(-1),
            "mask_reached": self._masks[1].reshape(-1),
            "told": self._told,
            "masked": self._masked,
        }
        for name, array in arrays.items():
            kernel.argument(name, array)
        for name in ("here", "next"):
            kernel.memory(name, "g")

    def begin(self, kernel: Kernel) -> None:
        """Find the table row of each row's observation."""
        with kernel.code.under("for i in range(n):"):
            kernel.code.line(f"{kernel.at('here')} = (first + i) * observation_count + observed[first + i]")

    def note_masks(self, kernel: Kernel) -> None:
        """Write that the agent sees the mask of each row's observation."""
        with kernel.code.under("if masked[0]:"), kernel.code.under("for i in range(n):"):
            self._note(kernel, "here", "mask")

    def advance(self, kernel: Kernel) -> None:
        """Find the table row that each row's step has led to; the agent sees its mask unless the episode is over."""
        code = kernel.code
        with code.under("for i in range(n):"):
            code.line(f"{kernel.at('next')} = (first + i) * observation_count + reached[first + i]")
        with code.under("if told[1]:"), code.under("for i in range(n):"), code.under("if not terminated[first + i]:"):
            self._note(kernel, "next", "mask_reached")

    def _note(self, kernel: Kernel, row: str, mask: str) -> None:
        code = kernel.code
        code.line(f"start, mask_start = {kernel.at(row)} * {kernel.actions}, (first + i) * {kernel.actions}")
        code.line("count = 0.0")
        with code.under("for a in range(actions):"):
            code.line(f"forbidden[start + a] = not {mask}[mask_start + a]", "count += forbidden[start + a]")
        code.line(f"forbidden_counts[{kernel.at(row)}] = count")

    def load_mask(self, kernel: Kernel, following: bool) -> str:
        """Find the mask of a row's observation, or the agent's of the next one; return what follows a value."""
        if following:
            kernel.code.line(f"mask_start = {kernel.at('next')} * {kernel.actions}")
            return " if not forbidden[mask_start + a] else -np.inf"
        kernel.code.line(f"mask_start = (first + i) * {kernel.actions}")
        return " if mask[mask_start + a] else -np.inf"

    def pay(self, kernel: Kernel) -> None:
        """Write the lines that give a row's reward, gap and end, within a loop over rows."""
        kernel.code.line("reward, ended, gap = rewards[r], terminated[r], gaps[r]")

    def move(self, kernel: Kernel) -> None:
        """Move each row to its next observation, within a loop over rows: that of the next episode, if this is over."""
        kernel.code.line("over = ended or truncated[r]", f"{kernel.at('here')} = r * observation_count + observed[r]")
