"""Learners that hold action values and ask a policy; all replicates advance in one call."""

from agents.bandits import SampleAverage
from agents.control import QLearning
from agents.decision import Decision
from agents.tabular import TabularAgent

__all__ = ["Decision", "QLearning", "SampleAverage", "TabularAgent"]
