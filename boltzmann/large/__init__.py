"""Distributions over very many actions: catalogues, ragged rows, and actions described by features.

- ``updatable``: values that change one by one, at a cost of O(log K)
- ``buckets``: the same where the temperature changes at every draw
- ``restricted``: the best actions alone: top-k, nucleus, min-p
- ``ragged``: rows that differ in their number of actions
- ``hierarchy``: a tree of decisions; blocks with feature vectors of their own length
- ``candidates``: losses from a few sampled actions
- ``modules``: the same as layers in PyTorch, imported by itself
"""

from boltzmann.large import buckets, candidates, hierarchy, ragged, restricted, updatable
from boltzmann.large.buckets import *  # noqa: F403 (the faces of the folders list their names)
from boltzmann.large.candidates import *  # noqa: F403
from boltzmann.large.hierarchy import *  # noqa: F403
from boltzmann.large.ragged import *  # noqa: F403
from boltzmann.large.restricted import *  # noqa: F403
from boltzmann.large.updatable import *  # noqa: F403

__all__ = [
    *buckets.__all__,
    *candidates.__all__,
    *hierarchy.__all__,
    *ragged.__all__,
    *restricted.__all__,
    *updatable.__all__,
]
