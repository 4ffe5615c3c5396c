"""Rows with different numbers of actions, stored one after the other as in a sparse matrix.

- ``segments``: reductions over the rows, in NumPy and PyTorch
- ``row_arguments``: checks of the arguments
- ``ragged_formulas``: scores and quantities, once for both libraries
- ``ragged_gibbs``: the distribution
"""

from boltzmann.large.ragged.ragged_gibbs import RaggedGibbs

__all__ = ["RaggedGibbs"]
