"""Play agents on environments and record what happens.

- ``rollout``: all replicates of one block, in lockstep or compiled
- ``recorder``: means over windows of steps
- ``arguments``: checks of the arguments of ``rollout``
- ``compiled``: the same steps as machine code
"""

from boltzmann.experiments.engine.compiled import has_numba, held_bytes
from boltzmann.experiments.engine.recorder import METRICS, Recorder
from boltzmann.experiments.engine.rollout import ENGINES, Engine, keep_freed_memory, rollout

__all__ = ["ENGINES", "METRICS", "Engine", "Recorder", "has_numba", "held_bytes", "keep_freed_memory", "rollout"]
