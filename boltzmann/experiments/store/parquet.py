"""Results, or other columns, as one Parquet file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from boltzmann.experiments.store.atomic import replace_whole, temporary_path
from boltzmann.experiments.store.extras import require

if TYPE_CHECKING:
    import pandas as pd


def write_parquet(table: pd.DataFrame, description: str, path: str | os.PathLike[str]) -> None:
    """Write a table of results as one Parquet file, whole or not at all; needs the extra ``parquet``.

    Its pages carry checksums, which a reader verifies on request:
    ``pyarrow.parquet.read_table(path, page_checksum_verification=True)``. The file's metadata holds the description
    under the key ``boltzmann_experiment``. Folders of the path are made.

    Raises
    ------
    RefusedError
        Where pyarrow is not installed.
    OSError
        Where the file cannot be written; the error names it.
    """
    arrow = require("pyarrow", "parquet")
    write_columns(arrow.Table.from_pandas(table, preserve_index=False), {"boltzmann_experiment": description}, path)


def write_columns(columns: Any, metadata: Mapping[str, str], path: str | os.PathLike[str]) -> None:
    """Write an Arrow table with metadata as :func:`write_parquet` writes results."""
    parquet, path = require("pyarrow.parquet", "parquet"), Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    added = {name.encode(): text.encode() for name, text in metadata.items()}
    columns = columns.replace_schema_metadata({**(columns.schema.metadata or {}), **added})
    temporary = temporary_path(path)
    try:
        # Arrow itself opens no path with bytes that are not UTF-8.
        with open(temporary, "wb") as file:
            parquet.write_table(columns, file, write_page_checksum=True)
            file.flush()
            os.fsync(file.fileno())
        replace_whole(temporary, path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        # Neither Arrow nor a write names the file.
        raise OSError(error.errno, error.strerror or str(error), str(path)) from error
