"""Large softmaxes as PyTorch modules; importing this folder imports PyTorch.

- ``tree_module``: the hierarchical softmax
- ``block_module``: the differentiated and the block softmax
"""

from boltzmann.large.modules.block_module import BlockSoftmaxModule, DifferentiatedSoftmaxModule
from boltzmann.large.modules.tree_module import HierarchicalSoftmaxModule

__all__ = ["BlockSoftmaxModule", "DifferentiatedSoftmaxModule", "HierarchicalSoftmaxModule"]
