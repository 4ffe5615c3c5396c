"""Play agents on environments and record what happens.

- ``rollout``: all replicates of one block, in lockstep or compiled
- ``recorder``: means over windows of steps
- ``arguments``: checks of the arguments of ``rollout``
- ``compiled``: the same steps as machine code
"""

from boltzmann.experiments.engine.compiled import has_numba, held_bytes, load_loops
from boltzmann.experiments.engine.recorder import Recorder
from boltzmann.experiments.engine.rollout import ENGINES, Engine, keep_freed_memory, rollout

__all__ = ["ENGINES", "Engine", "Recorder", "has_numba", "held_bytes", "keep_freed_memory", "load_loops", "rollout"]
