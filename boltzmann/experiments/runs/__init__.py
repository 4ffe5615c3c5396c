"""Run an experiment to its end.

- ``running``: the whole of it, which starts, continues and finishes a results folder
- ``rehearsal``: a few steps of everything before anything is stored
- ``worker``: compute and store one block
- ``pool``: spread blocks over processes; ``backends``: over Dask or Ray
- ``progress``: how far a run is
- ``memory_and_time``, ``disk``: what a run will need
"""

from boltzmann.experiments.runs.backends import BACKENDS, BackendName, dask_backend, ray_backend
from boltzmann.experiments.runs.disk import disk_text
from boltzmann.experiments.runs.memory_and_time import (
    Estimate,
    estimate,
    memory_text,
    processes,
    processes_text,
    worker_memory,
)
from boltzmann.experiments.runs.progress import Progress, Status
from boltzmann.experiments.runs.rehearsal import rehearse
from boltzmann.experiments.runs.running import run
from boltzmann.experiments.runs.worker import make_environment, play

__all__ = [
    "BACKENDS",
    "BackendName",
    "Estimate",
    "Progress",
    "Status",
    "dask_backend",
    "disk_text",
    "estimate",
    "make_environment",
    "memory_text",
    "play",
    "processes",
    "processes_text",
    "ray_backend",
    "rehearse",
    "run",
    "worker_memory",
]
