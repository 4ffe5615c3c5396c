"""From action values to a distribution over actions.

A policy is a frozen dataclass and a callable: ``policy(values, step=..., visits=..., where=..., variances=...)`` is a
distribution with ``probs``, ``log_prob``, ``entropy`` and ``sample``. Its fields are its configuration; it remembers
nothing, so asking for a probability changes nothing. Values have shape (..., K), actions last, and each row is
independent of the others.

A temperature is a number, a schedule (any callable of the step) or a thermostat; an epsilon is a number or a schedule.
"""

from boltzmann.policies.gumbel import BoltzmannGumbel
from boltzmann.policies.indices import UCB1, Maillard, UCB1Tuned
from boltzmann.policies.mellow import Mellowmax
from boltzmann.policies.plain import EpsilonGreedy, Greedy, Uniform
from boltzmann.policies.protocol import Distribution, Policy, inputs_read_by
from boltzmann.policies.softmax import Boltzmann, EpsilonBoltzmann, KLBoltzmann, MaxBoltzmann
from boltzmann.policies.sparse import Entmax, Sparsemax
from boltzmann.policies.thompson import BernoulliThompson, GaussianThompson
from boltzmann.policies.untuned import StandardError, StandardErrorToHorizon, UntakenFirst, next_variances

# Learners read this; `as` exports it to type checkers, and `__all__` holds the names for users alone.
from boltzmann.policies.untuned import moved_variance as moved_variance
from boltzmann.policies.value_difference import VDBE, VDBESoftmax, next_epsilons

__all__ = [
    "UCB1",
    "VDBE",
    "BernoulliThompson",
    "Boltzmann",
    "BoltzmannGumbel",
    "Distribution",
    "Entmax",
    "EpsilonBoltzmann",
    "EpsilonGreedy",
    "GaussianThompson",
    "Greedy",
    "KLBoltzmann",
    "Maillard",
    "MaxBoltzmann",
    "Mellowmax",
    "Policy",
    "Sparsemax",
    "StandardError",
    "StandardErrorToHorizon",
    "UCB1Tuned",
    "Uniform",
    "UntakenFirst",
    "VDBESoftmax",
    "inputs_read_by",
    "next_epsilons",
    "next_variances",
]
