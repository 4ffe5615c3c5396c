"""Learners with a table of action values, or with linear ones; all replicates advance in one call.

To add a learner, write its module in ``bandits`` or ``control``, name it in the ``__init__`` of that folder, whose
names this file exports, and add it to the list in ``tests/support/lists.py``.
"""

from agents import bandits, control, large, linear
from agents.backups import (
    Backup,
    BoltzmannExpectation,
    Maximum,
    MellowmaxValue,
    PolicyExpectation,
    SoftValue,
)
from agents.bandits import *  # noqa: F403 (the face of the folder lists its learners)
from agents.control import *  # noqa: F403
from agents.decision import Decision
from agents.large import *  # noqa: F403
from agents.linear import *  # noqa: F403
from agents.policy_agent import PolicyAgent
from agents.tabular import TabularAgent
from agents.temporal_difference import TemporalDifference

__all__ = [
    "Backup",
    "BoltzmannExpectation",
    "Decision",
    "Maximum",
    "MellowmaxValue",
    "PolicyAgent",
    "PolicyExpectation",
    "SoftValue",
    "TabularAgent",
    "TemporalDifference",
]
__all__ += bandits.__all__
__all__ += control.__all__
__all__ += linear.__all__
__all__ += large.__all__
