"""Softmax over very many actions that are described by features or frequencies.

- ``code_lengths``, ``code_tree``: the depths of a balanced or a Huffman tree; the tree that they determine
- ``decisions``: walks down a tree
- ``row_inputs``: checks of features and actions
- ``hierarchical_softmax``: a decision at each inner node
- ``differentiated``, ``block_softmax``: blocks of actions with feature vectors of their own length, normalised together
  or one at a time
"""

from boltzmann.large.hierarchy.block_softmax import BlockSoftmax
from boltzmann.large.hierarchy.code_lengths import DepthWarning, balanced_lengths, huffman_lengths
from boltzmann.large.hierarchy.differentiated import DifferentiatedSoftmax
from boltzmann.large.hierarchy.hierarchical_softmax import HierarchicalSoftmax, PathGradient

__all__ = [
    "BlockSoftmax",
    "DepthWarning",
    "DifferentiatedSoftmax",
    "HierarchicalSoftmax",
    "PathGradient",
    "balanced_lengths",
    "huffman_lengths",
]
