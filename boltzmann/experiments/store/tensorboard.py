"""Results as event files of TensorBoard."""

from __future__ import annotations

import os
import re
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
    """
    tensorboard = require("tensorboardX", "tensorboard")
    folder = Path(folder)
    if folder.exists() and any(folder.iterdir()):
        raise RefusedError(f"{folder} is not empty: TensorBoard would draw its files too, choose another folder")
    folders = []
    for number, cell in enumerate(results.cells()):
        folders.append(folder / _folder_name(number, cell))
        with tensorboard.SummaryWriter(str(folders[-1])) as writer:
            writer.add_text("description", results.description())
            for metric, curves in {**cell.metrics, "return": cell.mean_return}.items():
                _add_mean(writer, metric, cell, curves)
    return folders


def _add_mean(writer: Any, metric: str, cell: Cell, curves: NDArray[np.float64]) -> None:
    known = ~np.isnan(curves)
    for window in np.flatnonzero(known.any(axis=0)):
        mean = float(curves[known[:, window], window].mean())
        writer.add_scalar(metric, mean, int(cell.steps[window]))


def _folder_name(number: int, cell: Cell) -> str:
    """Return the name of a cell's folder; a dash replaces characters that some file systems refuse."""
    plain = re.sub(r"[^\w.,()=+-]+", "-", f"{cell.task} {cell.agent}").strip("-")
    return f"{number:02d}-{plain[:_LONGEST_NAME]}"
