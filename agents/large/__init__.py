"""Learners for bandits with very many arms, in O(log K) a step.

- ``tree_decision``: the decision and the distribution of arms that lie in trees
- ``tree_average``: an average of the rewards of each arm
"""

from agents.large.tree_average import TreeAverage
from agents.large.tree_decision import TreeDecision, TreeDistribution

__all__ = ["TreeAverage", "TreeDecision", "TreeDistribution"]
