"""TODO face."""

from boltzmann.experiments.runs.backends import BACKENDS
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
from boltzmann.experiments.runs.run import run
from boltzmann.experiments.runs.worker import make_environment, play

__all__ = [
    "BACKENDS",
    "Estimate",
    "Progress",
    "Status",
    "disk_text",
    "estimate",
    "make_environment",
    "memory_text",
    "play",
    "processes",
    "processes_text",
    "rehearse",
    "run",
    "worker_memory",
]
