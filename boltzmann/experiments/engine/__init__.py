"""TODO face."""

from boltzmann.experiments.engine.compiled import has_numba, held_bytes
from boltzmann.experiments.engine.recorder import METRICS, Recorder
from boltzmann.experiments.engine.rollout import ENGINES, Engine, keep_freed_memory, rollout

__all__ = ["ENGINES", "METRICS", "Engine", "Recorder", "has_numba", "held_bytes", "keep_freed_memory", "rollout"]
