"""Results for other tools: one Parquet file, or TensorBoard's event files."""

from __future__ import annotations

import importlib
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from boltzmann.experiments.errors import RefusedError
from boltzmann.experiments.files import sync_file, sync_folder

if TYPE_CHECKING:
    from boltzmann.experiments.results import Cell, Results

__all__ = ["write_parquet", "write_tensorboard"]


def write_parquet(results: Results, path: str | os.PathLike[str]) -> None:
    """Write the table of results as one Parquet file; needs the extra ``parquet``.

    Its pages carry checksums, which a reader has to be asked to look at:
    ``pyarrow.parquet.read_table(path, page_checksum_verification=True)``. The file is there whole or not at all.

    Parameters
    ----------
    results : Results
        Columns and rows are those of ``results.table()``; the description is in the file's metadata, under the key
        ``boltzmann_experiment``, as JSON.
    path : path
        In a folder that exists or can be made.

    Raises
    ------
    RefusedError
        Where pyarrow is not installed.
    OSError
        Where the file cannot be written.
    """
    arrow, parquet = _require("pyarrow", "parquet"), _require("pyarrow.parquet", "parquet")
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    table = arrow.Table.from_pandas(results.table(), preserve_index=False)
    described = {b"boltzmann_experiment": results.description().encode()}
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), **described})
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    parquet.write_table(table, temporary, write_page_checksum=True)
    sync_file(temporary)
    os.replace(temporary, path)
    sync_folder(path.parent)


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
    tensorboard = _require("tensorboardX", "tensorboard")
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


def _require(module: str, extra: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise RefusedError(
            f"{module} is not installed ({error}): pip install 'boltzmann-exploration[{extra}]'"
        ) from error
