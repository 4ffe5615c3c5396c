"""A folder a run: its description as JSON and a file a block, each written whole or not at all."""

from __future__ import annotations

import io
import json
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from boltzmann.experiments.errors import DamagedBlockError, RefusedError
from boltzmann.experiments.layout import Block, Layout
from boltzmann.experiments.resolution import Resolved, difference, versions
from boltzmann.experiments.rollout import METRICS

__all__ = ["Store"]

_FORMAT = 2
_TEMPORARY = re.compile(r"(experiment\.json|task\d+-agent\d+-block\d+\.npz)\.(?P<process>\d+)\.tmp")

_UNREADABLE = (OSError, ValueError, KeyError, EOFError, RuntimeError, struct.error, zipfile.BadZipFile, zlib.error)
"""What zipfile and NumPy raise for bytes that are no archive of arrays."""


class Store:
    """The folder of one run.

    Parameters
    ----------
    folder : path
        Made by :meth:`begin`; nothing is written before.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)
        self.description_file = self.folder / "experiment.json"

    def begin(
        self, layout: Layout, environments: Sequence[Resolved] = (), engines: Sequence[Sequence[str]] = ()
    ) -> None:
        """Make the folder and write the description, or check that the one there is the same.

        What the environments turned out to be is written beside the description: it is no part of the hash, which
        tells what was asked for, but has to stay the same.

        Raises
        ------
        RefusedError
            Where the folder holds another experiment, other environments under the same names, or files that are no
            results, or cannot be written.
        """
        if self.description_file.exists():
            self._require_same(layout, environments)
        elif self.folder.is_dir() and any(not _TEMPORARY.fullmatch(path.name) for path in self.folder.iterdir()):
            raise RefusedError(f"{self.folder} is not empty and holds no experiment: choose another folder")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._remove_leftovers()
            if not self.description_file.exists():
                self._write_description(layout, environments, engines)
            # Of two runs that begin at once the first has written it, and the other reads that here.
            self._require_same(layout, environments)
        except OSError as error:
            raise RefusedError(f"{self.folder} cannot be written: {error.strerror}") from error

    def _remove_leftovers(self) -> None:
        """Remove what killed processes left half written; that of a living one is left to it."""
        for path in self.folder.iterdir():
            found = _TEMPORARY.fullmatch(path.name)
            if found and not _alive(int(found["process"])):
                path.unlink(missing_ok=True)

    def other_versions(self, engines: Sequence[Sequence[str]] = ()) -> str:
        """Say which versions and engines the run was begun with that are others now; nothing where all are the same."""
        begun = self.versions()
        others = [f"{name} {begun.get(name)}" for name, now in versions().items() if begun.get(name) != now]
        before = self.engines()
        if engines and before and before != [list(row) for row in engines]:
            others.append(f"engines {', '.join(sorted({one for row in before for one in row}))}")
        return ", ".join(others)

    def versions(self) -> dict[str, str]:
        """Read the versions that the run was begun with, of Python and of what decides the bytes."""
        stored = json.loads(self.description_file.read_text()).get("versions", {})
        return {str(name): str(which) for name, which in stored.items()}

    def engines(self) -> list[list[str]]:
        """Tell which engine each agent of each task was begun on."""
        found: list[list[str]] = json.loads(self.description_file.read_text()).get("engines", [])
        return found

    def environments(self) -> list[Resolved]:
        """Tell what the environments turned out to be when the run was begun, one a task where it is known."""
        found: list[Resolved] = json.loads(self.description_file.read_text()).get("environments", [])
        return found

    def _require_same(self, layout: Layout, environments: Sequence[Resolved]) -> None:
        there = self.read_layout()
        if there != layout:
            raise RefusedError(
                f"{self.folder} holds another experiment ({there.hash}, not {layout.hash}): choose another folder"
            )
        if changed := difference(self.environments(), environments):
            raise RefusedError(
                f"{self.folder} was begun with another environment: {changed}; name the version that is meant, or "
                "choose another folder"
            )

    def _write_description(
        self, layout: Layout, environments: Sequence[Resolved], engines: Sequence[Sequence[str]]
    ) -> None:
        described = {
            "format": _FORMAT,
            "hash": layout.hash,
            "experiment": layout.to_json(),
            "environments": list(environments),
            "engines": [list(row) for row in engines],
            "versions": versions(),
        }
        text = json.dumps(described, indent=2) + "\n"
        _write_whole(self.description_file, text.encode(), replace=False)

    def read_layout(self) -> Layout:
        """Read the description; a RefusedError says what is wrong with it."""
        try:
            described = json.loads(self.description_file.read_text())
            if described["format"] != _FORMAT:
                raise ValueError(f"its format is {described['format']}, this reads {_FORMAT}")
            layout = Layout.from_json(described["experiment"])
            if layout.hash != described["hash"]:
                raise ValueError("its hash does not fit its content")
        except FileNotFoundError:
            raise RefusedError(f"{self.folder} holds no results: there is no {self.description_file.name}") from None
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise RefusedError(f"{self.description_file} cannot be read as an experiment: {error}") from error
        return layout

    def missing(self, layout: Layout) -> tuple[list[Block], list[str]]:
        """List the blocks still to be computed, and say of the damaged ones among them what is wrong."""
        missing, damaged = [], []
        for block in layout.blocks():
            try:
                self.read(layout, block)
            except FileNotFoundError:
                missing.append(block)
            except DamagedBlockError as error:
                missing.append(block)
                damaged.append(str(error))
        return missing, damaged

    def write(self, layout: Layout, block: Block, arrays: Mapping[str, NDArray[np.float64]]) -> None:
        """Store a block's arrays under its name, marked with its experiment and place; nothing else is in its bytes."""
        content = io.BytesIO()
        np.savez(content, **{name: arrays[name] for name in METRICS}, place=_place(layout, block))  # type: ignore[arg-type]
        _write_whole(self.folder / block.name, content.getvalue())

    def read(self, layout: Layout, block: Block) -> dict[str, NDArray[np.float64]]:
        """Read a block, arrays of shape (windows, R), every byte against its checksum.

        Raises
        ------
        FileNotFoundError
            Where there is none.
        DamagedBlockError
            Where it is not whole.
        """
        path = self.folder / block.name
        content = path.read_bytes()
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                # All checksums before any header is believed: a flipped bit in a shape asks for terabytes.
                if (bad := archive.testzip()) is not None:
                    raise DamagedBlockError(f"{path} is damaged: {bad} fails its checksum")
            with np.load(io.BytesIO(content), allow_pickle=False) as stored:
                arrays = {metric: stored[metric] for metric in stored.files}
        except _UNREADABLE as error:
            if isinstance(error, DamagedBlockError):
                raise
            raise DamagedBlockError(f"{path} is damaged: {error}") from error
        place = arrays.pop("place", None)
        if place is None or str(place) != str(_place(layout, block)):
            raise DamagedBlockError(f"{path} is not that block of this experiment")
        windows = len(layout.recorded_steps(block.task))
        shapes = {metric: array.shape for metric, array in arrays.items() if array.dtype == np.float64}
        if shapes != dict.fromkeys(METRICS, (windows, block.replicates)):
            raise DamagedBlockError(
                f"{path} is damaged: it does not hold {windows} windows of {block.replicates} replicates"
            )
        return arrays


def _write_whole(path: Path, content: bytes, *, replace: bool = True) -> None:
    """Write under a temporary name, flush to the disk, then rename: a reader sees all of it or nothing.

    Without ``replace`` a file that is there by then stays as it is.
    """
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    with open(temporary, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if replace:
        os.replace(temporary, path)
    else:
        try:
            os.link(temporary, path)
        except FileExistsError:
            pass
        except OSError:
            # A file system without hard links: two runs that begin there in the same moment are told apart no more.
            os.replace(temporary, path)
        temporary.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _place(layout: Layout, block: Block) -> NDArray[np.str_]:
    return np.array(f"{layout.hash} {block.name}")


def _alive(process: int) -> bool:
    if os.name != "posix":
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
