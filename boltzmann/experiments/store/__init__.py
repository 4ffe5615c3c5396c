"""TODO face."""

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
