"""Results on disk.

- ``folder``: the folder of one run: its description, a file for each block, and errors; ``marks``: blocks in progress
- ``stored``: the arrays of a block; ``archive``: the file of a block; ``block_logs``: its decisions
- ``results``: reading a folder back
- ``atomic``: write a file whole or not at all; ``lock``: one run at a time in a folder
- ``provenance``: the description, with the versions and environments of a run
- ``extras``: optional libraries; ``parquet``, ``tensorboard``: export to other formats
"""

from boltzmann.experiments.store.atomic import temporary_path, write_whole
from boltzmann.experiments.store.extras import require
from boltzmann.experiments.store.folder import Store
from boltzmann.experiments.store.lock import lock_folder
from boltzmann.experiments.store.parquet import write_columns
from boltzmann.experiments.store.provenance import EnvironmentRecord, describe_environment
from boltzmann.experiments.store.results import Cell, Results
from boltzmann.experiments.store.stored import Arrays, stored_bytes, total_stored_bytes
from boltzmann.experiments.store.tensorboard import write_tensorboard

__all__ = [
    "Arrays",
    "Cell",
    "EnvironmentRecord",
    "Results",
    "Store",
    "describe_environment",
    "lock_folder",
    "require",
    "stored_bytes",
    "temporary_path",
    "total_stored_bytes",
    "write_columns",
    "write_tensorboard",
    "write_whole",
]
