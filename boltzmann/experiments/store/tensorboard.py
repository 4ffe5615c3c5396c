"""Results as event files of TensorBoard."""

from __future__ import annotations

import os
import re
import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boltzmann.experiments.errors import RefusedError
from boltzmann.experiments.store.extras import require
from boltzmann.experiments.store.results import Cell, Results

_LONGEST_NAME = 150


def write_tensorboard(results: Results, folder: str | os.PathLike[str]) -> list[Path]:
    """Write the mean of every metric over the replicates as TensorBoard's event files; needs the extra ``tensorboard``.

    Parameters
    ----------
    results : Results
        Each cell becomes a run of TensorBoard; windows in which no replicate has a value are left out.
    folder : path
        The folder for a subfolder of each cell, named by its number, task and agent.

    Returns
    -------
    list of Path
        The subfolders, by task, then agent.

    Raises
    ------
    RefusedError
        Where tensorboardX is not installed, or the folder is not empty: TensorBoard would draw its files too.
    OSError
        Where a file cannot be written; the error names its folder, and nothing that was written stays.
    """
    tensorboard = require("tensorboardX", "tensorboard")
    folder = Path(folder)
    if folder.exists() and any(folder.iterdir()):
        raise RefusedError(f"{folder} is not empty: TensorBoard would draw its files too, choose another folder")
    folders = []
    for number, cell in enumerate(results.cells()):
        folders.append(folder / _folder_name(number, cell))
        folders[-1].mkdir(parents=True)
        try:
            _write_run(tensorboard, folders[-1], results.description(), cell)
        except OSError as error:
            for written in folders:
                shutil.rmtree(written, ignore_errors=True)
            raise OSError(error.errno, error.strerror or str(error), str(folders[-1])) from error
    return folders


def _write_run(tensorboard: Any, folder: Path, description: str, cell: Cell) -> None:
    # SummaryWriter writes in a thread, and waits for ever for one that a full disk has stopped.
    name = f"events.out.tfevents.{int(time.time())}.{socket.gethostname()}"
    writer = tensorboard.record_writer.RecordWriter(str(folder / name))

    def write(**fields: Any) -> None:
        event = tensorboard.proto.event_pb2.Event(wall_time=time.time(), **fields)
        writer.write(event.SerializeToString())

    try:
        write(file_version="brain.Event:2")
        write(summary=tensorboard.summary.text("description", description))
        for metric, curves in {**cell.metrics, "return": cell.mean_return}.items():
            for step, mean in _means(cell, curves):
                write(step=step, summary=tensorboard.summary.scalar(metric, mean))
    finally:
        writer.close()


def _means(cell: Cell, curves: NDArray[np.float64]) -> Iterator[tuple[int, float]]:
    """Yield the last step of each window and the mean over the replicates that have a value there."""
    known = ~np.isnan(curves)
    for window in np.flatnonzero(known.any(axis=0)):
        yield int(cell.steps[window]), float(curves[known[:, window], window].mean())


def _folder_name(number: int, cell: Cell) -> str:
    """Return the name of a cell's folder; a dash replaces characters that some file systems refuse."""
    plain = re.sub(r"[^\w.,()=+-]+", "-", f"{cell.task} {cell.agent}").strip("-")
    return f"{number:02d}-{plain[:_LONGEST_NAME]}"
