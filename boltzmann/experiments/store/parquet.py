"""Results as one Parquet file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from boltzmann.experiments.store.atomic import replace_whole, sync_file, temporary_path
from boltzmann.experiments.store.extras import require

if TYPE_CHECKING:
    import pandas as pd


def write_parquet(table: pd.DataFrame, description: str, path: str | os.PathLike[str]) -> None:
    """Write a table of results as one Parquet file; needs the extra ``parquet``.

    Its pages carry checksums, which a reader verifies on request:
    ``pyarrow.parquet.read_table(path, page_checksum_verification=True)``. The file is written whole or not at all.

    Parameters
    ----------
    table : pandas.DataFrame
        As ``Results.table()`` returns it.
    description : str
        Text for the file's metadata, under the key ``boltzmann_experiment``.
    path : path
        A path in a folder that exists or can be made.

    Raises
    ------
    RefusedError
        Where pyarrow is not installed.
    OSError
        Where the file cannot be written.
    """
    arrow, parquet = require("pyarrow", "parquet"), require("pyarrow.parquet", "parquet")
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = arrow.Table.from_pandas(table, preserve_index=False)
    metadata = {**(columns.schema.metadata or {}), b"boltzmann_experiment": description.encode()}
    columns = columns.replace_schema_metadata(metadata)
    temporary = temporary_path(path)
    parquet.write_table(columns, temporary, write_page_checksum=True)
    sync_file(temporary)
    replace_whole(temporary, path)
