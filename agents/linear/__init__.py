"""Learners whose action values are linear in the features of an observation.

- ``ridge``: ridge regression of the rewards of each arm
"""

from agents.linear.ridge import RidgeBandit

__all__ = ["RidgeBandit"]
