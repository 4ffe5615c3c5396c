"""A log as one Parquet file with checksums; needs the extra ``parquet``."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boltzmann.offpolicy.log import Log

_METADATA = "boltzmann_log"
_FLAT, _TABLES = ("actions", "log_prob", "rewards", "temperature", "episodes"), ("values", "log_probs", "where")


def write_log_parquet(log: Log, path: str | os.PathLike[str]) -> None:
    """Write a log as one Parquet file, whole or not at all; its pages carry checksums.

    The columns are those of :class:`Log`, a list a row for values, log-probabilities, masks and features; bounds stand
    in the metadata under ``boltzmann_log``.

    Raises
    ------
    RefusedError
        Where pyarrow is not installed.
    OSError
        Where the file cannot be written; the error names it.
    """
    from boltzmann.experiments.store import require, write_columns

    arrow = require("pyarrow", "parquet")
    columns: dict[str, Any] = {}
    for name in _FLAT:
        value = getattr(log, name)
        if value is not None:
            columns[name] = arrow.array(np.broadcast_to(value, (log.n,)))
    for name in _TABLES:
        table = getattr(log, name)
        if table is not None:
            lengths = np.full(log.n, table.shape[1]) if log.lengths is None else log.lengths
            columns[name] = _lists(arrow, table.reshape(-1), lengths)
    if log.contexts is not None and log.contexts.ndim == 1:
        columns["contexts"] = arrow.array(log.contexts)
    elif log.contexts is not None:
        columns["contexts"] = _lists(arrow, log.contexts.reshape(-1), np.full(log.n, log.contexts.shape[1]))
    described = {"bounds": log.bounds, "ragged": log.lengths is not None}
    write_columns(arrow.table(columns), {_METADATA: json.dumps(described)}, path)


def read_log_parquet(path: str | os.PathLike[str]) -> Log:
    """Read a log that :func:`write_log_parquet` wrote, or any file with such columns; checksums are verified.

    Raises
    ------
    RefusedError
        Where pyarrow is not installed.
    ValueError
        For a file that lacks a column or has rows that a log refuses; the row is named.
    """
    from boltzmann.experiments.store import require

    parquet = require("pyarrow.parquet", "parquet")
    try:
        with open(path, "rb") as file:
            read = parquet.read_table(file, page_checksum_verification=True)
    except OSError as error:
        # Arrow reports a failed checksum as an OSError without a number.
        if error.errno is not None:
            raise
        raise ValueError(f"{Path(path)} is damaged: {error}") from error
    except ValueError as error:
        raise ValueError(f"{Path(path)} is no Parquet file: {error}") from error
    missing = [name for name in ("actions", "log_prob", "rewards") if name not in read.column_names]
    if missing:
        raise ValueError(f"{Path(path)} must have the columns {', '.join(missing)}, got {', '.join(read.column_names)}")
    described = json.loads((read.schema.metadata or {}).get(_METADATA.encode(), b"{}"))
    columns: dict[str, Any] = {name: read[name].to_numpy() for name in _FLAT if name in read.column_names}
    for name in (*_TABLES, "contexts"):
        if name in read.column_names:
            columns[name], lengths = _flat(read[name])
            if name in _TABLES and described.get("ragged"):
                columns["lengths"] = lengths
            elif lengths is not None:
                columns[name] = _rectangle(columns[name], lengths, name)
    bounds = described.get("bounds")
    return Log(**columns, bounds=None if bounds is None else (bounds[0], bounds[1]))


def _lists(arrow: Any, flat: NDArray[Any], lengths: NDArray[np.int64]) -> Any:
    """Return flat numbers as a column of lists."""
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    return arrow.LargeListArray.from_arrays(arrow.array(offsets, arrow.int64()), arrow.array(flat))


def _flat(column: Any) -> tuple[NDArray[Any], NDArray[np.int64] | None]:
    """Return the numbers of a column, and the lengths of its lists; None where it has none."""
    whole = column.combine_chunks()
    if not hasattr(whole, "value_lengths"):
        return whole.to_numpy(zero_copy_only=False), None
    return whole.flatten().to_numpy(zero_copy_only=False), whole.value_lengths().to_numpy(zero_copy_only=False)


def _rectangle(flat: NDArray[Any], lengths: NDArray[np.int64], name: str) -> Any:
    """Return rows of equal length as a rectangle, and others as a list of rows."""
    if len(lengths) and (lengths == lengths[0]).all():
        return flat.reshape(len(lengths), int(lengths[0]))
    return np.split(flat, np.cumsum(lengths)[:-1])
