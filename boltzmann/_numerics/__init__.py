"""TODO face."""

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
