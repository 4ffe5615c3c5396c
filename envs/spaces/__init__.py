"""Observations and actions of single environments as the numbers of a table.

- ``finite``: elements of finite spaces as numbers, and back
- ``boxes``, ``hashing``: boxes cut into bins; observations numbered as they are met
- ``observations``, ``actions``: wrappers that number an environment's observations and actions
- ``rows``: one environment of a batch
"""

from envs.spaces.actions import NumberAction, number_actions
from envs.spaces.boxes import BoundObservation
from envs.spaces.finite import OutsideSpaceError, is_finite, is_table_index
from envs.spaces.hashing import HashObservation
from envs.spaces.observations import NumberObservation, number_observations
from envs.spaces.rows import CheckRow

__all__ = [
    "BoundObservation",
    "CheckRow",
    "HashObservation",
    "NumberAction",
    "NumberObservation",
    "OutsideSpaceError",
    "is_finite",
    "is_table_index",
    "number_actions",
    "number_observations",
]
