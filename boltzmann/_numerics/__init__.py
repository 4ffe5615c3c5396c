"""How any distribution is computed. Read it in this order.

- ``dispatch``: which of three ways a distribution is computed: NumPy, plain tensors, or traced
- ``numpy_scores``: check the arguments and compute scores by looking at the numbers
- ``traced_scores``: compute scores without looking at the numbers
- ``scores``: the form that both produce and that all quantities start from
- ``formulas``: one formula for each quantity
- ``shared``: what needs probabilities alone: log_prob, cross-entropy, Kullback-Leibler divergence, top_k
- ``roots``: the temperature at which a formula has a given value
- ``libraries``: where array libraries differ
- ``tensors``: PyTorch without derivatives, and what may be cached
"""

from boltzmann._numerics.dispatch import scored
from boltzmann._numerics.numpy_scores import kept, standardise
from boltzmann._numerics.roots import Formula, formula_at, scaled, temperature_roots
from boltzmann._numerics.scores import Scores, lazy
from boltzmann._numerics.shared import Quantity, cross_entropy, jacobian, kl_divergence, ordered_log_prob, picked, top_k
from boltzmann._numerics.tensors import Uniforms, as_tensor

__all__ = [
    "Formula",
    "Quantity",
    "Scores",
    "Uniforms",
    "as_tensor",
    "cross_entropy",
    "formula_at",
    "jacobian",
    "kept",
    "kl_divergence",
    "lazy",
    "ordered_log_prob",
    "picked",
    "scaled",
    "scored",
    "standardise",
    "temperature_roots",
    "top_k",
]
