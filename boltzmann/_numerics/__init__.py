"""How any distribution is computed. Read it in this order.

- ``dispatch``: which of three ways a distribution is computed: NumPy, plain tensors, or traced
- ``numpy_scores``: check the arguments and compute scores by looking at the numbers
- ``traced_scores``: compute scores without looking at the numbers
- ``scores``: the form that both produce and that all quantities start from
- ``exponents``: (Q - max Q) / T; sums and means under weights that underflow
- ``formulas``: one formula for each quantity
- ``derivatives``: a folder: tensors whose derivatives PyTorch records, computed by NumPy
- ``quantities``: the properties of a distribution
- ``shared``: quantities that follow from probabilities: log_prob, cross-entropy, Kullback-Leibler divergence, top_k
- ``by_law``: a folder: laws of numbers on arrays of any library
- ``roots``: a folder: the temperature at which a quantity has a given value
- ``libraries``: where array libraries differ
- ``tensors``: PyTorch without derivatives, and which results may be cached
- ``randomness``: generators and keys of other libraries, as NumPy's code draws from them
- ``lazy``: properties that are computed on first use
"""

from boltzmann._numerics.by_law import (
    OF_NUMPY,
    OF_SINGLE,
    LawOnArrays,
    Maths,
    any_traced,
    beside,
    finite_rows_traced,
    finite_variances,
    log_gamma_draws,
    maths_of,
    numbers_of_actions,
    quiet_where_known,
    visit_counts,
)
from boltzmann._numerics.derivatives import Recorded
from boltzmann._numerics.dispatch import reduced, scored
from boltzmann._numerics.lazy import Frozen, InNamespace, answer, lazy
from boltzmann._numerics.numpy_scores import held, standardise
from boltzmann._numerics.quantities import GivenTemperature, Quantity, each_row, per_action
from boltzmann._numerics.randomness import TorchRandom, as_numpys
from boltzmann._numerics.scores import Scores
from boltzmann._numerics.shared import cumulative_sum
from boltzmann._numerics.traced_scores import standardise_traceably

__all__ = [
    "OF_NUMPY",
    "OF_SINGLE",
    "Frozen",
    "GivenTemperature",
    "InNamespace",
    "LawOnArrays",
    "Maths",
    "Quantity",
    "Recorded",
    "Scores",
    "TorchRandom",
    "answer",
    "any_traced",
    "as_numpys",
    "beside",
    "cumulative_sum",
    "each_row",
    "finite_rows_traced",
    "finite_variances",
    "held",
    "lazy",
    "log_gamma_draws",
    "maths_of",
    "numbers_of_actions",
    "per_action",
    "quiet_where_known",
    "reduced",
    "scored",
    "standardise",
    "standardise_traceably",
    "visit_counts",
]
