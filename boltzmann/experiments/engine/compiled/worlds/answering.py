"""A world alone as a kernel: what an environment answers to a learner that is called in Python."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from boltzmann.experiments.engine.compiled.worlds.bandit_world import BanditWorld
from boltzmann.experiments.engine.compiled.worlds.draws import DrawnAhead
from boltzmann.experiments.engine.compiled.worlds.motion_world import MotionWorld
from boltzmann.experiments.engine.compiled.worlds.table_world import TableWorld
from boltzmann.experiments.engine.compiled.writing import BLOCK, Kernel, make_memory

LawfulWorld = TableWorld | BanditWorld | MotionWorld

_KINDS: dict[str, Any] = {
    "observed": np.int64,
    "reached": np.int64,
    "reward": np.float64,
    "ended": np.bool_,
    "cut_off": np.bool_,
}


class Answering:
    """The steps of a world whose actions are given.

    Parameters
    ----------
    world : TableWorld, BanditWorld or MotionWorld
        The world.
    states, actions : int
        The numbers of observations and actions.

    Attributes
    ----------
    arguments : dict
        The arguments of the kernel by name; ``taken`` holds the actions, and ``begin``, ``end``, ``ends`` and ``sums``
        are to be given.
    part : tuple of str and list of str
        The kernel of one step and the names of its arguments, as ``Kernel.end_part`` returns them.
    """

    def __init__(self, world: LawfulWorld, states: int, actions: int) -> None:
        self._world, rows, kernel = world, world.rows, Kernel(actions)
        for name in ("ends", "begin", "end", "sums"):
            kernel.argument(name, None)
        self.drawn = DrawnAhead(world.draws(), rows, kernel)
        own: dict[str, Any] = {"rows": rows, "observation_count": states, "returns": np.zeros(rows)}
        self._answers = {name: np.zeros(rows, dtype=kind) for name, kind in _KINDS.items()}
        own |= {"taken": np.zeros(rows, dtype=np.int64), **{f"answer_{n}": array for n, array in self._answers.items()}}
        for name, value in own.items():
            kernel.argument(name, value)
        world.declare(kernel)
        kernel.memory("action", "g")
        self._write(kernel)
        self.part = kernel.end_part()
        self.arguments = {**kernel.arguments, **make_memory(kernel.sizes, -(-rows // BLOCK))}

    def _write(self, kernel: Kernel) -> None:
        code, world, here = kernel.code, self._world, kernel.at("here")
        with kernel.blocks(cut=True):
            world.begin(kernel)
            with kernel.steps(cut=True):
                with code.under("for i in range(n):"):
                    code.line(f"{kernel.at('action')} = taken[first + i]")
                world.advance(kernel)
                with code.under("for i in range(n):"):
                    code.line(f"r, at, a = first + i, at_first + i, {kernel.at('action')}")
                    world.pay(kernel)
                    code.line(f"answer_reached[r] = {world.reached(kernel)} - r * observation_count")
                    world.note_reached(kernel)
                    kernel.record()
                    world.move(kernel)
                    with code.under("if over:"):
                        kernel.record_episode()
                        world.start(kernel)
                    code.line(f"answer_observed[r] = {here} - r * observation_count")
                    code.line(*(f"answer_{name}[r] = {name}" for name in ("reward", "ended", "cut_off")))

    def answers(self) -> tuple[NDArray[Any], ...]:
        """Return copies of the last step's answers: what is observed next and was reached, rewards, and both ends."""
        return tuple(answer.copy() for answer in self._answers.values())
