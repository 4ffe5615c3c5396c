"""Shared by worlds: what most of them need not do, and the worlds in which every action is allowed."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from boltzmann.experiments.engine.compiled.worlds.draws import Draw
from boltzmann.experiments.engine.compiled.writing import Kernel


class World:
    """A world that is the same at every step, and whose state the kernel or the environment itself writes.

    ``form`` is the ``law`` of the environment; it is empty where that is called.
    """

    form: Mapping[str, Any] = MappingProxyType({})

    def before(self, arguments: dict[str, Any], begin: int, end: int) -> None:
        """Prepare the next steps of a stretch."""

    def after(self, arguments: dict[str, Any], steps: int) -> None:
        """Count the steps of a stretch."""

    def leave(self) -> None:
        """Leave the environment as lockstep would, after the last stretch."""

    def draws(self) -> list[Draw]:
        """Return the random numbers of a step that are drawn ahead."""
        return []

    def start(self, kernel: Kernel) -> None:
        """Write how row i starts an episode, where this is not what ``move`` does."""

    def reached(self, kernel: Kernel) -> str:
        """Return the text of the table row that row i's step has led to."""
        return kernel.at("next")


class UnmaskedWorld(World):
    """A world without masks: it tells the agent nothing and adds nothing to a value."""

    def mask(self) -> None:
        """Return no mask."""

    def mask_reached(self) -> None:
        """Return no mask."""

    def allowed(self) -> None:
        """Return no masks."""

    def allowed_count(self, kernel: Kernel, row: str) -> str:
        """Return the text of the number of allowed actions: all of them."""
        return f"{kernel.actions}.0"

    def note_masks(self, kernel: Kernel) -> None:
        """Do nothing: there are no masks."""

    def note_reached(self, kernel: Kernel) -> None:
        """Do nothing: there are no masks."""

    def load_mask(self, kernel: Kernel, following: bool) -> str:
        """Return nothing to add to a value."""
        return ""
