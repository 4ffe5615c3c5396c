"""The folder of one run: its description as JSON and a file for each block, each written whole or not at all."""

from __future__ import annotations

import io
import json
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boltzmann.experiments.describe import Block, Plan
from boltzmann.experiments.errors import DamagedBlockError, RefusedError
from boltzmann.experiments.metrics import RECORDED
from boltzmann.experiments.store.atomic import is_alive, write_first, write_whole
from boltzmann.experiments.store.lock import LOCK_NAME
from boltzmann.experiments.store.marks import SUFFIX, marked, read_marks
from boltzmann.experiments.store.provenance import EnvironmentRecord, difference, versions
from boltzmann.experiments.store.stored import Arrays, reduce_block, stored_shapes

_FORMAT = 3
_IDENTITY = "place"
"""Name of the array that identifies the block and the experiment of a file."""
_CELL = r"task\d+-agent\d+"
_TEMPORARY = re.compile(rf"(experiment\.json|{_CELL}-block\d+\.npz|{_CELL}\.error\.txt)\.(?P<process>\d+)\.tmp")
_MARK = re.compile(rf"{_CELL}-block\d+{re.escape(SUFFIX)}")
_TIMEOUT = re.compile(rf"{_CELL}-block\d+\.timeout")
_FAILURE = re.compile(rf"{_CELL}\.error\.txt")
_REMAINS = (_TEMPORARY, _MARK, _TIMEOUT, _FAILURE)

_UNREADABLE = (OSError, ValueError, KeyError, EOFError, RuntimeError, struct.error, zipfile.BadZipFile, zlib.error)
"""Errors that zipfile and NumPy raise for bytes that are not an archive of arrays."""


class Store:
    """The folder of one run.

    Parameters
    ----------
    folder : path
        The folder, which :meth:`begin` makes; nothing is written before.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)
        self.description_file = self.folder / "experiment.json"

    def begin(
        self, plan: Plan, environments: Sequence[EnvironmentRecord] = (), engines: Sequence[Sequence[str]] = ()
    ) -> None:
        """Make the folder and write the description, or check that the stored one is the same.

        The records of the environments stand beside the description. The hash leaves them out, since it identifies
        what was asked for, but they must not change.

        Raises
        ------
        RefusedError
            Where the folder holds another experiment, other environments under the same names, or foreign files, or
            cannot be written.
        """
        if self.description_file.exists():
            self._require_same(plan, environments)
        elif self.folder.is_dir() and any(not _is_left_by_a_run(path.name) for path in self.folder.iterdir()):
            raise RefusedError(f"{self.folder} is not empty and holds no experiment: choose another folder")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if not self.description_file.exists():
                self._write_description(plan, environments, engines)
            # Of two runs that begin at once, the first writes the description and the second finds it here.
            self._require_same(plan, environments)
        except OSError as error:
            raise RefusedError(f"{self.folder} cannot be written: {error.strerror}") from error

    def clear(self) -> None:
        """Remove the remains of earlier runs: everything that ``sweep`` removes, and error files."""
        self.sweep()
        for path in self.folder.iterdir():
            if _FAILURE.fullmatch(path.name):
                path.unlink(missing_ok=True)

    def sweep(self) -> None:
        """Remove the remains of workers that are gone: half-written files, and marks of blocks in progress.

        The caller holds the folder's lock, so a block's temporary file belongs to no other run, even if its process
        number is in use: a worker that outlives its run finds its file gone. A temporary description may belong to a
        living run that is about to be refused, and stays.
        """
        for path in self.folder.iterdir():
            temporary = _TEMPORARY.fullmatch(path.name)
            is_description = path.name.startswith(self.description_file.name)
            in_use = temporary and is_description and is_alive(int(temporary["process"]))
            if _MARK.fullmatch(path.name) or _TIMEOUT.fullmatch(path.name) or (temporary and not in_use):
                path.unlink(missing_ok=True)

    def marked(self, block: Block) -> AbstractContextManager[Callable[[int], None]]:
        """Mark a block as in progress, and yield a function that writes its steps; see ``marks``."""
        return marked(self._mark(block))

    def steps_in_progress(self) -> dict[str, int]:
        """Return the steps that the blocks in progress have taken, by the names of the blocks."""
        return {f"{name}.npz": steps for name, steps in read_marks(self.folder).items()}

    def has_mark(self, block: Block) -> bool:
        """Return whether a block is in progress, or its process has died during it."""
        return self._mark(block).exists()

    def remove_mark(self, block: Block) -> None:
        """Remove the mark of a block if it has one."""
        self._mark(block).unlink(missing_ok=True)

    def _mark(self, block: Block) -> Path:
        return self.folder / f"{block.name.removesuffix('.npz')}{SUFFIX}"

    def timeout_file(self, block: Block) -> Path:
        """Return the path of the file in which a block with a time limit shows where it was when its time was over."""
        return self.folder / f"{block.name.removesuffix('.npz')}.timeout"

    def failure_file(self, block: Block) -> Path:
        """Return the path of the error file of a block's cell."""
        return self.folder / f"{block.cell}.error.txt"

    def write_failure(self, block: Block, text: str) -> None:
        """Write why the cell of a block has failed; the first text stays."""
        write_first(self.failure_file(block), text.encode(errors="backslashreplace"))

    def other_versions(self, engines: Sequence[Sequence[str]] = ()) -> str:
        """Return the versions and engines that the run was begun with and that differ now; empty where all agree."""
        begun = self.versions()
        others = [f"{name} {begun.get(name)}" for name, now in versions().items() if begun.get(name) != now]
        before = self.engines()
        if engines and before and before != [list(row) for row in engines]:
            others.append(f"engines {', '.join(sorted({engine for row in before for engine in row}))}")
        return ", ".join(others)

    def versions(self) -> dict[str, str]:
        """Return the versions that the run was begun with, of Python and of the libraries that the bytes depend on."""
        return {str(name): str(version) for name, version in self._read_description().get("versions", {}).items()}

    def engines(self) -> list[list[str]]:
        """Return the engine that each agent of each task was begun on."""
        engines: list[list[str]] = self._read_description().get("engines", [])
        return engines

    def environments(self) -> list[EnvironmentRecord]:
        """Return the record of each task's environment from when the run was begun; empty in older folders."""
        environments: list[EnvironmentRecord] = self._read_description().get("environments", [])
        return environments

    def _read_description(self) -> Any:
        return json.loads(self.description_file.read_text())

    def _require_same(self, plan: Plan, environments: Sequence[EnvironmentRecord]) -> None:
        stored = self.read_plan()
        if stored != plan:
            raise RefusedError(
                f"{self.folder} holds another experiment ({stored.hash}, not {plan.hash}): choose another folder"
            )
        if changed := difference(self.environments(), environments):
            raise RefusedError(
                f"{self.folder} was begun with another environment: {changed}; name the version that you mean, or "
                "choose another folder"
            )

    def _write_description(
        self, plan: Plan, environments: Sequence[EnvironmentRecord], engines: Sequence[Sequence[str]]
    ) -> None:
        description = {
            "format": _FORMAT,
            "hash": plan.hash,
            "experiment": plan.to_json(),
            "environments": list(environments),
            "engines": [list(row) for row in engines],
            "versions": versions(),
        }
        text = json.dumps(description, indent=2) + "\n"
        write_first(self.description_file, text.encode())

    def read_plan(self) -> Plan:
        """Read the description; a RefusedError says what is wrong with it."""
        try:
            description = self._read_description()
            if description["format"] != _FORMAT:
                raise ValueError(f"its format is {description['format']}, this reads {_FORMAT}")
            plan = Plan.from_json(description["experiment"])
            if plan.hash != description["hash"]:
                raise ValueError("its hash does not fit its content")
        except (FileNotFoundError, NotADirectoryError):
            raise RefusedError(f"{self.folder} holds no results: there is no {self.description_file.name}") from None
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise RefusedError(f"{self.description_file} cannot be read as an experiment: {error}") from error
        return plan

    def write(self, plan: Plan, block: Block, arrays: Mapping[str, NDArray[np.float64]]) -> None:
        """Store a block's arrays and its identity under its name; the bytes depend on nothing else."""
        content = io.BytesIO()
        contents: dict[str, Any] = {**reduce_block(plan, arrays), _IDENTITY: _identity(plan, block)}
        np.savez(content, **contents)
        write_whole(self.folder / block.name, content.getvalue())

    def read(self, plan: Plan, block: Block) -> Arrays:
        """Read a block's stored arrays, and check every byte against its checksum.

        Raises
        ------
        FileNotFoundError
            Where the block is not stored.
        DamagedBlockError
            Where the file is damaged or holds another block.
        """
        path = self.folder / block.name
        content = path.read_bytes()
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                # Check all checksums before parsing any header: a flipped bit in a shape asks for terabytes.
                if (damaged := archive.testzip()) is not None:
                    raise DamagedBlockError(f"{path} is damaged: {damaged} fails its checksum")
            with np.load(io.BytesIO(content), allow_pickle=False) as stored:
                arrays = {name: stored[name] for name in stored.files}
        except _UNREADABLE as error:
            if isinstance(error, DamagedBlockError):
                raise
            raise DamagedBlockError(f"{path} is damaged: {error}") from error
        identity = arrays.pop(_IDENTITY, None)
        if identity is None or str(identity) != str(_identity(plan, block)):
            raise DamagedBlockError(f"{path} is not that block of this experiment")
        expected = stored_shapes(plan, block)
        if expected != {name: array.shape for name, array in arrays.items() if array.dtype == np.float64}:
            windows, samples = expected[RECORDED[0]]
            raise DamagedBlockError(f"{path} is damaged: it does not hold {windows} windows of {samples} {plan.record}")
        return arrays


def _is_left_by_a_run(name: str) -> bool:
    return name == LOCK_NAME or any(pattern.fullmatch(name) for pattern in _REMAINS)


def _identity(plan: Plan, block: Block) -> NDArray[np.str_]:
    return np.array(f"{plan.hash} {block.name}")
