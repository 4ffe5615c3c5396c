"""The folder of one run: its description as JSON and a file for each block, each written whole or not at all."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boltzmann.experiments.describe import Block, Plan
from boltzmann.experiments.errors import DamagedBlockError, RefusedError
from boltzmann.experiments.store.archive import MOST_BESIDES, Shapes, read_archive, write_archive
from boltzmann.experiments.store.atomic import irregular, is_alive, read_whole, write_first, write_whole
from boltzmann.experiments.store.block_logs import LOG_SHAPE, bytes_of, log_shape, log_shapes
from boltzmann.experiments.store.lock import LOCK_NAME
from boltzmann.experiments.store.marks import SUFFIX, marked, read_marks
from boltzmann.experiments.store.provenance import (
    Beginning,
    EnvironmentRecord,
    changed_code,
    code_of,
    difference,
    versions,
)
from boltzmann.experiments.store.stored import Arrays, reduce_block, stored_shapes

_IDENTITY = "place"
"""Name of the array that identifies the block and the experiment of a file."""
_CELL = r"task\d+-agent\d+"
_TEMPORARY = re.compile(rf"(experiment\.json|{_CELL}-block\d+(\.log)?\.npz|{_CELL}\.error\.txt)\.(?P<process>\d+)\.tmp")
_MARK = re.compile(rf"{_CELL}-block\d+{re.escape(SUFFIX)}")
_TIMEOUT = re.compile(rf"{_CELL}-block\d+\.timeout")
_FAILURE = re.compile(rf"{_CELL}\.error\.txt")
_REMAINS = (_TEMPORARY, _MARK, _TIMEOUT, _FAILURE)


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
        self.require_usable(plan)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if not self.description_file.exists():
                self._write_description(plan, environments, engines)
            # Of two runs that begin at once, the first writes the description and the second finds it here.
            self.require_usable(plan)
            self._require_same_environments(environments)
        except OSError as error:
            raise RefusedError(f"{self.folder} cannot be written: {error.strerror}") from error

    def require_usable(self, plan: Plan) -> None:
        """Refuse a folder that holds another experiment or foreign files, which needs no environment to be known."""
        if self.description_file.exists():
            stored = self.read_plan()
            if stored != plan:
                which = f"{stored.hash}, not {plan.hash}"
                raise RefusedError(f"{self.folder} holds another experiment ({which}): choose another folder")
        elif self.folder.is_dir() and any(not _is_left_by_a_run(path.name) for path in self.folder.iterdir()):
            raise RefusedError(f"{self.folder} is not empty and holds no experiment: choose another folder")

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
        begun = self.beginning()
        others = [
            f"{name} {begun.versions.get(name)}" for name, now in versions().items() if begun.versions.get(name) != now
        ]
        if engines and begun.engines and begun.engines != [list(row) for row in engines]:
            others.append(f"engines {', '.join(sorted({engine for row in begun.engines for engine in row}))}")
        return ", ".join(others)

    def changed_code(self, plan: Plan) -> list[str]:
        """Return the modules of a user's classes whose files are not those that the run was begun with."""
        return changed_code(self.beginning().versions, code_of(plan))

    def beginning(self) -> Beginning:
        """Read what the run was begun with; a RefusedError says what is wrong with the description."""
        return Beginning.read(self.description_file)

    def read_plan(self) -> Plan:
        """Read the plan in the description; a RefusedError says what is wrong with it."""
        return self.beginning().plan

    def _require_same_environments(self, environments: Sequence[EnvironmentRecord]) -> None:
        if changed := difference(self.beginning().environments, environments):
            raise RefusedError(
                f"{self.folder} was begun with another environment: {changed}; name the version that you mean, or "
                "choose another folder"
            )

    def _write_description(
        self, plan: Plan, environments: Sequence[EnvironmentRecord], engines: Sequence[Sequence[str]]
    ) -> None:
        text = Beginning(plan, environments, engines, versions() | code_of(plan)).to_text()
        write_first(self.description_file, text.encode())

    def stored(self, plan: Plan) -> list[Block]:
        """List the blocks whose files are there, by looking at the names alone."""
        try:
            names = os.listdir(self.folder)
        except (FileNotFoundError, NotADirectoryError):
            return []
        return [block for block in map(plan.find_block, names) if block is not None]

    def write(
        self,
        plan: Plan,
        block: Block,
        arrays: Mapping[str, NDArray[np.float64]],
        log: Mapping[str, NDArray[Any]] | None = None,
    ) -> None:
        """Store a block's arrays and its identity under its name; the bytes depend on nothing else.

        Its log is written first, so that a block that is there has one.
        """
        identity, stored = {_IDENTITY: _identity(plan, block)}, reduce_block(plan, arrays)
        if log is not None:
            write_whole(self.folder / block.log_name, write_archive({**log, **identity}))
            stored[LOG_SHAPE] = log_shape(log)
        write_whole(self.folder / block.name, write_archive({**stored, **identity}))

    def read(self, plan: Plan, block: Block) -> Arrays:
        """Read a block's stored arrays, and check every byte.

        Raises
        ------
        FileNotFoundError
            Where the block is not stored.
        DamagedBlockError
            Where the file is damaged or holds another block, or something else stands in its place.
        RefusedError
            Where a folder stands in its place, which cannot be replaced.
        """
        arrays = self._read_block(plan, block)
        arrays.pop(LOG_SHAPE, None)
        return arrays

    def read_log(self, plan: Plan, block: Block) -> dict[str, NDArray[Any]]:
        """Read the log of a block, and check every byte; errors are those of :meth:`read`."""
        path, widths = self.folder / block.log_name, self._read_block(plan, block)[LOG_SHAPE]
        try:
            shapes = log_shapes(plan, block, widths)
        except ValueError as error:
            raise DamagedBlockError(f"{self.folder / block.name} is damaged: {error}") from error
        return self._read_archive(path, shapes, _identity(plan, block))

    def _read_block(self, plan: Plan, block: Block) -> Arrays:
        shapes = {name: (np.dtype(np.float64), shape) for name, shape in stored_shapes(plan, block).items()}
        return self._read_archive(self.folder / block.name, shapes, _identity(plan, block))

    def _read_archive(self, path: Path, shapes: Shapes, identity: NDArray[np.str_]) -> dict[str, NDArray[Any]]:
        if irregular(path) == "a folder":
            raise RefusedError(f"{path} is a folder and not a file: remove it")
        try:
            content = read_whole(path, bytes_of(shapes) + MOST_BESIDES)
            arrays = read_archive(content, {**shapes, _IDENTITY: (identity.dtype, ())})
        except ValueError as error:
            raise DamagedBlockError(f"{path} is damaged: {error}") from error
        if arrays.pop(_IDENTITY) != identity:
            raise DamagedBlockError(f"{path} is not that block of this experiment")
        return arrays


def _is_left_by_a_run(name: str) -> bool:
    return name == LOCK_NAME or any(pattern.fullmatch(name) for pattern in _REMAINS)


def _identity(plan: Plan, block: Block) -> NDArray[np.str_]:
    return np.array(f"{plan.hash} {block.name}")
