"""Learners for bandits with very many arms, in O(log K) a step.

- ``updatable_decision``: the decision and the distributions of arms that can be updated
- ``updatable_average``: an average of the rewards of each arm
- ``tree_average``: the averages in a tree, for one temperature; ``bucket_average``: in buckets, for any
"""

from agents.large.bucket_average import BucketAverage
from agents.large.tree_average import TreeAverage
from agents.large.updatable_decision import UpdatableDecision, UpdatableRows

__all__ = ["BucketAverage", "TreeAverage", "UpdatableDecision", "UpdatableRows"]
