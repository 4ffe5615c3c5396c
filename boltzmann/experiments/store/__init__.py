"""Results on disk.

- ``folder``: the folder of one run: its description, a file for each block, marks and errors
- ``stored``: which arrays are stored of a block
- ``results``: reading a folder back
- ``atomic``: write a file whole or not at all; ``lock``: one run at a time in a folder
- ``provenance``: the versions and environments that a run used
- ``extras``: optional libraries; ``parquet``, ``tensorboard``: export to other formats
"""

from boltzmann.experiments.store.atomic import write_whole
from boltzmann.experiments.store.extras import require
from boltzmann.experiments.store.folder import Store
from boltzmann.experiments.store.lock import lock_folder
from boltzmann.experiments.store.provenance import Resolved, describe_environment
from boltzmann.experiments.store.results import Cell, Results
from boltzmann.experiments.store.stored import kept_shapes
from boltzmann.experiments.store.tensorboard import write_tensorboard

__all__ = [
    "Cell",
    "Resolved",
    "Results",
    "Store",
    "describe_environment",
    "kept_shapes",
    "lock_folder",
    "require",
    "write_tensorboard",
    "write_whole",
]
