"""Run an experiment to its end.

- ``running``: start, continue and finish a results folder
- ``rehearsal``: one step of every cell before anything is stored
- ``worker``: compute and store one block; ``guard``: the guard around the code of users; ``watchdog``: ends workers
- ``pool``: spread blocks over processes; ``backends``: over Dask or Ray
- ``progress``: the progress of a run, and the watch that reports it
- ``memory_and_time``, ``disk``: the needs of a run; ``machine``: this machine's memory and free disk
"""

from boltzmann.experiments.runs.backends import BACKENDS, BackendName, dask_backend, ray_backend
from boltzmann.experiments.runs.disk import disk_bytes_of_all, disk_text, disk_text_of_all
from boltzmann.experiments.runs.guard import run_or_refuse
from boltzmann.experiments.runs.machine import MEGABYTE, free_disk, require_available
from boltzmann.experiments.runs.memory_and_time import (
    LARGEST_TRIAL,
    Estimate,
    estimate,
    memory_text,
    processes_text,
    worker_memory,
)
from boltzmann.experiments.runs.pool import LocalWorkers, Workers
from boltzmann.experiments.runs.progress import Progress, Status
from boltzmann.experiments.runs.rehearsal import rehearse, try_environment
from boltzmann.experiments.runs.running import TIMEOUT, run
from boltzmann.experiments.runs.worker import play

__all__ = [
    "BACKENDS",
    "LARGEST_TRIAL",
    "MEGABYTE",
    "TIMEOUT",
    "BackendName",
    "Estimate",
    "LocalWorkers",
    "Progress",
    "Status",
    "Workers",
    "dask_backend",
    "disk_bytes_of_all",
    "disk_text",
    "disk_text_of_all",
    "estimate",
    "free_disk",
    "memory_text",
    "play",
    "processes_text",
    "ray_backend",
    "rehearse",
    "require_available",
    "run",
    "run_or_refuse",
    "try_environment",
    "worker_memory",
]
