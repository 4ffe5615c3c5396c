"""A folder a run: its description as JSON and a file a block, each written whole or not at all."""

from __future__ import annotations

import io
import json
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from boltzmann.experiments.describe import Block, Plan
from boltzmann.experiments.errors import DamagedBlockError, RefusedError
from boltzmann.experiments.metrics import RECORDED
from boltzmann.experiments.store.atomic import is_alive, write_whole
from boltzmann.experiments.store.lock import LOCK_NAME
from boltzmann.experiments.store.provenance import Resolved, difference, versions
from boltzmann.experiments.store.stored import kept, kept_shapes

_FORMAT = 3
_CELL = r"task\d+-agent\d+"
_TEMPORARY = re.compile(rf"(experiment\.json|{_CELL}-block\d+\.npz|{_CELL}\.error\.txt)\.(?P<process>\d+)\.tmp")
_MARK = re.compile(rf"{_CELL}-block\d+\.running")
_FAILURE = re.compile(rf"{_CELL}\.error\.txt")

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

    def begin(self, plan: Plan, environments: Sequence[Resolved] = (), engines: Sequence[Sequence[str]] = ()) -> None:
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
            self._require_same(plan, environments)
        elif self.folder.is_dir() and any(not _left_by_a_run(path.name) for path in self.folder.iterdir()):
            raise RefusedError(f"{self.folder} is not empty and holds no experiment: choose another folder")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if not self.description_file.exists():
                self._write_description(plan, environments, engines)
            # Of two runs that begin at once the first has written it, and the other reads that here.
            self._require_same(plan, environments)
        except OSError as error:
            raise RefusedError(f"{self.folder} cannot be written: {error.strerror}") from error

    def clear(self) -> None:
        """Remove what earlier runs left: what ``sweep`` does, and what failed then."""
        self.sweep()
        for path in (path for path in self.folder.iterdir() if _FAILURE.fullmatch(path.name)):
            path.unlink(missing_ok=True)

    def sweep(self) -> None:
        """Remove what workers that are gone have left: half-written files, and marks of the blocks at work.

        The folder is held, so that a block's temporary file is of no run that counts, whoever has the number now: a
        worker that has outlived its run finds it gone. Only the description may be of a run about to be refused.
        """
        for path in self.folder.iterdir():
            found = _TEMPORARY.fullmatch(path.name)
            kept = found and path.name.startswith(self.description_file.name) and is_alive(int(found["process"]))
            if _MARK.fullmatch(path.name) or (found and not kept):
                path.unlink(missing_ok=True)

    @contextmanager
    def marked(self, block: Block) -> Iterator[None]:
        """Mark a block as at work: the mark of one whose process was killed stays, and tells which it was."""
        mark = self._mark(block)
        mark.touch()
        try:
            yield
        finally:
            mark.unlink(missing_ok=True)

    def has_mark(self, block: Block) -> bool:
        """Whether a block is at work, or its process has died at it."""
        return self._mark(block).exists()

    def remove_mark(self, block: Block) -> None:
        """Remove the mark of a block where it has one."""
        self._mark(block).unlink(missing_ok=True)

    def _mark(self, block: Block) -> Path:
        return self.folder / f"{block.name.removesuffix('.npz')}.running"

    def failure_file(self, block: Block) -> Path:
        """Where it is said why the cell of a block has failed."""
        return self.folder / f"{block.cell}.error.txt"

    def write_failure(self, block: Block, text: str) -> None:
        """Say why the cell of a block has failed; what was said first stays."""
        write_whole(self.failure_file(block), text.encode(errors="backslashreplace"), replace=False)

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

    def _require_same(self, plan: Plan, environments: Sequence[Resolved]) -> None:
        there = self.read_plan()
        if there != plan:
            raise RefusedError(
                f"{self.folder} holds another experiment ({there.hash}, not {plan.hash}): choose another folder"
            )
        if changed := difference(self.environments(), environments):
            raise RefusedError(
                f"{self.folder} was begun with another environment: {changed}; name the version that is meant, or "
                "choose another folder"
            )

    def _write_description(
        self, plan: Plan, environments: Sequence[Resolved], engines: Sequence[Sequence[str]]
    ) -> None:
        described = {
            "format": _FORMAT,
            "hash": plan.hash,
            "experiment": plan.to_json(),
            "environments": list(environments),
            "engines": [list(row) for row in engines],
            "versions": versions(),
        }
        text = json.dumps(described, indent=2) + "\n"
        write_whole(self.description_file, text.encode(), replace=False)

    def read_plan(self) -> Plan:
        """Read the description; a RefusedError says what is wrong with it."""
        try:
            described = json.loads(self.description_file.read_text())
            if described["format"] != _FORMAT:
                raise ValueError(f"its format is {described['format']}, this reads {_FORMAT}")
            plan = Plan.from_json(described["experiment"])
            if plan.hash != described["hash"]:
                raise ValueError("its hash does not fit its content")
        except (FileNotFoundError, NotADirectoryError):
            raise RefusedError(f"{self.folder} holds no results: there is no {self.description_file.name}") from None
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise RefusedError(f"{self.description_file} cannot be read as an experiment: {error}") from error
        return plan

    def missing(self, plan: Plan) -> tuple[list[Block], list[str]]:
        """List the blocks still to be computed, and say of the damaged ones among them what is wrong."""
        missing, damaged = [], []
        for block in plan.blocks():
            try:
                self.read(plan, block)
            except FileNotFoundError:
                missing.append(block)
            except DamagedBlockError as error:
                missing.append(block)
                damaged.append(str(error))
        return missing, damaged

    def write(self, plan: Plan, block: Block, arrays: Mapping[str, NDArray[np.float64]]) -> None:
        """Store a block's arrays under its name, marked with its experiment and place; nothing else is in its bytes."""
        content = io.BytesIO()
        np.savez(content, **kept(plan, arrays), place=_place(plan, block))  # type: ignore[arg-type]
        write_whole(self.folder / block.name, content.getvalue())

    def read(self, plan: Plan, block: Block) -> dict[str, NDArray[np.float64]]:
        """Read a block as it was stored, see ``recording``, every byte against its checksum.

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
        if place is None or str(place) != str(_place(plan, block)):
            raise DamagedBlockError(f"{path} is not that block of this experiment")
        expected = kept_shapes(plan, block)
        if expected != {metric: array.shape for metric, array in arrays.items() if array.dtype == np.float64}:
            windows, samples = expected[RECORDED[0]]
            raise DamagedBlockError(f"{path} is damaged: it does not hold {windows} windows of {samples} {plan.record}")
        return arrays


def _left_by_a_run(name: str) -> bool:
    return name == LOCK_NAME or any(kind.fullmatch(name) for kind in (_TEMPORARY, _MARK, _FAILURE))


def _place(plan: Plan, block: Block) -> NDArray[np.str_]:
    return np.array(f"{plan.hash} {block.name}")
