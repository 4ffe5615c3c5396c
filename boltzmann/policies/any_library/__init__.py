"""What policies compute in the library of their values, where numbers may not be known yet, as under ``jax.jit``.

- ``choice_by_law``: the distribution that a policy's law gives
- ``sparse_roots``: the probabilities of sparsemax and entmax
"""

from boltzmann.policies.any_library.choice_by_law import choice_by_law
from boltzmann.policies.any_library.sparse_roots import entmax_rows, sparsemax_rows

__all__ = ["choice_by_law", "entmax_rows", "sparsemax_rows"]
