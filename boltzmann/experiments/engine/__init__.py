"""Play agents on environments and record what happens.

- ``rollout``: all replicates of one block, in lockstep, compiled or cut
- ``answers``: what an environment answers to the actions of a step
- ``recorder``: means over windows of steps
- ``log_recorder``: every decision with its distribution, for questions about other policies
- ``arguments``: checks of the arguments of ``rollout``
- ``compiled``: the same steps as machine code
- ``agent_memory``: the memory of an agent of very many states, known before it is made
"""

from boltzmann.experiments.engine.agent_memory import agent_bytes, tracing
from boltzmann.experiments.engine.compiled import has_numba, held_bytes, load_loops
from boltzmann.experiments.engine.log_recorder import LOGGED, LogRecorder, decision_columns, log_row_bytes
from boltzmann.experiments.engine.recorder import Recorder
from boltzmann.experiments.engine.rollout import ENGINES, Engine, Record, keep_freed_memory, rollout

__all__ = [
    "ENGINES",
    "LOGGED",
    "Engine",
    "LogRecorder",
    "Record",
    "Recorder",
    "agent_bytes",
    "decision_columns",
    "has_numba",
    "held_bytes",
    "keep_freed_memory",
    "load_loops",
    "log_row_bytes",
    "rollout",
    "tracing",
]
