"""Shared by the worlds in which every action is allowed."""

from __future__ import annotations

from boltzmann.experiments.engine.compiled.writing import Kernel


class UnmaskedWorld:
    """A world without masks: it tells the agent nothing and adds nothing to a value."""

    def mask(self) -> None:
        """Return no mask."""

    def mask_reached(self) -> None:
        """Return no mask."""

    def reached(self, kernel: Kernel) -> str:
        """Return the text of the table row that row i's step has led to."""
        return kernel.at("next")

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
