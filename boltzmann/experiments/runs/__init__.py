"""Run an experiment to its end.

- ``running``: start, continue and finish a results folder
- ``rehearsal``: one step of every cell before anything is stored
- ``worker``: compute and store one block
- ``pool``: spread blocks over processes; ``backends``: over Dask or Ray
- ``progress``: the progress of a run
- ``memory_and_time``, ``disk``: the needs of a run; ``machine``: this machine's memory and free disk
"""

from boltzmann.experiments.runs.backends import BACKENDS, BackendName, dask_backend, ray_backend
from boltzmann.experiments.runs.disk import disk_text
from boltzmann.experiments.runs.machine import MEGABYTE
from boltzmann.experiments.runs.memory_and_time import (
    LARGEST_TRIAL,
    Estimate,
    estimate,
    memory_text,
    processes_text,
    worker_memory,
)
from boltzmann.experiments.runs.pool import LocalWorkers
from boltzmann.experiments.runs.progress import Progress, Status
from boltzmann.experiments.runs.rehearsal import rehearse, try_environment
from boltzmann.experiments.runs.running import run
from boltzmann.experiments.runs.worker import play

__all__ = [
    "BACKENDS",
    "LARGEST_TRIAL",
    "MEGABYTE",
    "BackendName",
    "Estimate",
    "LocalWorkers",
    "Progress",
    "Status",
    "dask_backend",
    "disk_text",
    "estimate",
    "memory_text",
    "play",
    "processes_text",
    "ray_backend",
    "rehearse",
    "run",
    "try_environment",
    "worker_memory",
]
