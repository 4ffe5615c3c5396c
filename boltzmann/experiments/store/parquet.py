"""Results as one Parquet file."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

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
    arrow, parquet = require("pyarrow", "parquet"), require("pyarrow.parquet", "parquet")
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = arrow.Table.from_pandas(table, preserve_index=False)
    metadata = {**(columns.schema.metadata or {}), b"boltzmann_experiment": description.encode()}
    columns = columns.replace_schema_metadata(metadata)
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
