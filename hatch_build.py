"""Builds the wheel: ``boltzmann/lab`` gets the folders that lie beside ``boltzmann`` in a checkout."""

from __future__ import annotations

import runpy
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface


def _rewriting(root: str) -> dict[str, Any]:
    # `boltzmann` itself cannot be imported here: a build has none of its dependencies.
    return runpy.run_path(str(Path(root) / "boltzmann" / "lab" / "rewriting.py"))


class ReadmeHook(MetadataHookInterface):
    """Gives the metadata a README whose links lead somewhere: the project has no public address for the others."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Set the readme, which ``pyproject.toml`` declares dynamic."""
        text = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        metadata["readme"] = {"content-type": "text/markdown", "text": _rewriting(self.root)["without_links"](text)}


class LabHook(BuildHookInterface):  # type: ignore[type-arg]
    """Adds the learners, environments and commands to a wheel; an editable installation reads the checkout."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the rewritten files beside the checkout, and have them included."""
        if version == "editable":
            return
        self._written = tempfile.TemporaryDirectory()
        lab = Path(self._written.name)
        _rewriting(self.root)["write_lab"](Path(self.root), lab)
        for path in sorted(lab.rglob("*")):
            if path.is_file():
                build_data["force_include"][str(path)] = f"boltzmann/lab/{path.relative_to(lab).as_posix()}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what was written."""
        if version != "editable":
            self._written.cleanup()
