"""Observations and actions of single environments as the numbers of a table.

- ``stacking``: elements of many rows numbered in one call
- ``finite``: elements of finite spaces as numbers, and back
- ``boxes``, ``thresholds``: boxes cut into bins; where bins begin
- ``plain_values``, ``hashing``: observations as plain values, numbered as they are met
- ``observations``, ``actions``: wrappers that number an environment's observations and actions
- ``rows``: one environment of a batch, and the batch whose observations are numbered in one call
"""

from envs.spaces.actions import NumberAction, number_actions
from envs.spaces.boxes import BoundObservation
from envs.spaces.finite import OutsideSpaceError, is_finite, is_table_index
from envs.spaces.hashing import HashObservation
from envs.spaces.observations import NumberObservation, number_observations
from envs.spaces.rows import CheckRow, NumberedSyncVectorEnv
from envs.spaces.thresholds import Thresholds, thresholds_of

__all__ = [
    "BoundObservation",
    "CheckRow",
    "HashObservation",
    "NumberAction",
    "NumberObservation",
    "NumberedSyncVectorEnv",
    "OutsideSpaceError",
    "Thresholds",
    "is_finite",
    "is_table_index",
    "number_actions",
    "number_observations",
    "thresholds_of",
]
