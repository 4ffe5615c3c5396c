"""Gymnasium environments and their batched form; importing this package registers ``ENVIRONMENTS`` and ``CONTEXTS``.

- ``entries``, ``batched``, ``canvas``: one entry for each environment; the shared batched form and checks; pictures
- ``bandits``, ``contexts``, ``problems``: the environments; a new one is a file and an entry in the face of its folder
- ``tables``: models as arrays, stepped in batches and solved
- ``physics``: CartPole, MountainCar and Acrobot with numbered observations, in batches
- ``spaces``: observations and actions as numbers of a table's rows and columns
- ``forms``, ``making``: the fastest batched form of any environment
"""

from envs import bandits, contexts, problems
from envs.bandits import *
from envs.batched import SameStepVectorEnv
from envs.contexts import *
from envs.entries import Entry
from envs.making import TIME_LIMIT, TimeLimitWarning, make, make_raw
from envs.problems import *
from envs.spaces import (
    BoundObservation,
    HashObservation,
    NumberAction,
    NumberObservation,
    OutsideSpaceError,
    number_observations,
)
from envs.tables import Table, TableEnv, TabularVectorEnv, compile_table, optimal_gaps, optimal_values

__all__ = [
    *bandits.__all__,
    *contexts.__all__,
    *problems.__all__,
    "CONTEXTS",
    "CONTEXT_IDS",
    "ENVIRONMENTS",
    "ENV_IDS",
    "MDP_IDS",
    "TIME_LIMIT",
    "BoundObservation",
    "Entry",
    "HashObservation",
    "NumberAction",
    "NumberObservation",
    "OutsideSpaceError",
    "SameStepVectorEnv",
    "Table",
    "TableEnv",
    "TabularVectorEnv",
    "TimeLimitWarning",
    "compile_table",
    "make",
    "make_raw",
    "number_observations",
    "optimal_gaps",
    "optimal_values",
]

ENVIRONMENTS: tuple[Entry, ...] = (*bandits.BANDITS, *problems.PROBLEMS)
"""An entry for each bandit and each problem: its id, classes and limits."""
CONTEXTS: tuple[Entry, ...] = contexts.CONTEXTS
"""An entry for each contextual bandit."""
for entry in (*ENVIRONMENTS, *CONTEXTS):
    entry.register()

ENV_IDS = tuple(entry.id for entry in ENVIRONMENTS)
"""The ids of ``ENVIRONMENTS``."""
MDP_IDS = tuple(entry.id for entry in problems.PROBLEMS)
"""The ids of the problems alone, without the bandits."""
CONTEXT_IDS = tuple(entry.id for entry in CONTEXTS)
"""The ids of ``CONTEXTS``."""
