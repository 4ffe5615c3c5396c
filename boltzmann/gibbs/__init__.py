"""TODO face."""

from boltzmann.gibbs.distribution import Gibbs
from boltzmann.gibbs.functions import (
    cross_entropy,
    entropy,
    expected_value,
    heat_capacity,
    log_partition,
    log_softmax,
    mellowmax,
    soft_value,
    softmax,
    variance,
)

__all__ = [
    "Gibbs",
    "cross_entropy",
    "entropy",
    "expected_value",
    "heat_capacity",
    "log_partition",
    "log_softmax",
    "mellowmax",
    "soft_value",
    "softmax",
    "variance",
]
