"""Quantities of tensors whose derivatives PyTorch records. Read it in this order.

- ``recorded``: NumPy computes the quantities, and PyTorch records each as one operation
- ``gradients``: the derivatives of each quantity, as functions of its scores
"""

from boltzmann._numerics.derivatives import gradients
from boltzmann._numerics.derivatives.recorded import Recorded, Slope, recorded_answer, recorded_scores

__all__ = ["Recorded", "Slope", "gradients", "recorded_answer", "recorded_scores"]
