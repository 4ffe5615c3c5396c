"""Results as TensorBoard's event files."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import numpy as np

from boltzmann.experiments.errors import RefusedError
from boltzmann.experiments.store.extras import require
from boltzmann.experiments.store.results import Cell, Results


def write_tensorboard(results: Results, folder: str | os.PathLike[str]) -> list[Path]:
    """Write the mean over replicates of every metric as TensorBoard's event files; needs the extra ``tensorboard``.

    Parameters
    ----------
    results : Results
        Each cell becomes a run; a window in which no replicate has a value is left out.
    folder : path
        It gets a folder a cell, named by its place, task and agent.

    Returns
    -------
    list of Path
        The folders, by task, then agent.

    Raises
    ------
    RefusedError
        Where tensorboardX is not installed, or the folder has something in it: TensorBoard would draw both.
    """
    tensorboard = require("tensorboardX", "tensorboard")
    folder = Path(folder)
    if folder.exists() and any(folder.iterdir()):
        raise RefusedError(f"{folder} is not empty: TensorBoard would draw what is there too, choose another folder")
    written = []
    for number, cell in enumerate(results.cells()):
        written.append(folder / _name(number, cell))
        with tensorboard.SummaryWriter(str(written[-1])) as writer:
            writer.add_text("description", results.description())
            for metric, curves in {**cell.metrics, "return": cell.mean_return}.items():
                _add_mean(writer, metric, cell, curves)
    return written


def _add_mean(writer: Any, metric: str, cell: Cell, curves: Any) -> None:
    known = ~np.isnan(curves)
    for window in np.flatnonzero(known.any(axis=0)):
        mean = float(curves[known[:, window], window].mean())
        writer.add_scalar(metric, mean, int(cell.steps[window]))


def _name(number: int, cell: Cell) -> str:
    """Name a cell's folder: what file systems do not take becomes a dash."""
    plain = re.sub(r"[^\w.,()=+-]+", "-", f"{cell.task} {cell.agent}").strip("-")
    return f"{number:02d}-{plain[:150]}"
