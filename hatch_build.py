"""Builds the wheel: ``boltzmann/lab`` gets the folders that lie beside ``boltzmann`` in a checkout."""

from __future__ import annotations

import runpy
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class LabHook(BuildHookInterface):  # type: ignore[type-arg]
    """Adds the learners, environments and commands to a wheel; an editable installation reads the checkout."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the rewritten files beside the checkout, and have them included."""
        if version == "editable":
            return
        root = Path(self.root)
        self._written = tempfile.TemporaryDirectory()
        lab = Path(self._written.name)
        # `boltzmann` itself cannot be imported here: a build has none of its dependencies.
        rewriting = runpy.run_path(str(root / "boltzmann" / "lab" / "rewriting.py"))
        rewriting["write_lab"](root, lab)
        for path in sorted(lab.rglob("*")):
            if path.is_file():
                build_data["force_include"][str(path)] = f"boltzmann/lab/{path.relative_to(lab).as_posix()}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what was written."""
        if version != "editable":
            self._written.cleanup()
