"""The Gibbs distribution, p(a) proportional to prior(a) exp(Q(a) / T).

- ``functions``: softmax, log_partition and the other quantities as functions
- ``distribution``: the class ``Gibbs``, which computes each quantity once
- ``axis``: the same with the actions along any axis
- ``energies``: distributions of other numbers than the values
- ``inverse``: distributions given by beta = 1 / T or by a base
"""

from boltzmann.gibbs.distribution import Gibbs
from boltzmann.gibbs.energies import OfEnergies as OfEnergies
from boltzmann.gibbs.energies import greedy_marks as greedy_marks
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

# Other folders read the names with `as`; `__all__` holds the names for users alone.
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
