"""What policies compute in the library of their values, where numbers may not be known yet, and from known results.

- ``choice_by_law``: the distribution that a policy's law gives
- ``sparse_roots``: the probabilities of sparsemax and entmax
- ``known``: policies of rows of which kernels have found the temperatures or weights
"""

from boltzmann.policies.any_library.choice_by_law import choice_by_law
from boltzmann.policies.any_library.known import known_exponentials, known_temperatures, known_weights
from boltzmann.policies.any_library.sparse_roots import entmax_rows, sparsemax_rows

__all__ = [
    "choice_by_law",
    "entmax_rows",
    "known_exponentials",
    "known_temperatures",
    "known_weights",
    "sparsemax_rows",
]
