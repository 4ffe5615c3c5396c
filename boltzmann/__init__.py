"""Boltzmann exploration: softmax policies and the log-partition, exact from T = 0 to T = inf."""

from boltzmann.categorical import Categorical
from boltzmann.gibbs import Gibbs, entropy, log_partition, log_softmax, soft_value, softmax
from boltzmann.policies import Boltzmann, Distribution, EpsilonGreedy, Greedy, Policy, Uniform
from boltzmann.sampling import sample_categorical
from boltzmann.schedules import Constant, Exponential, InverseTime, Linear, Schedule

__all__ = [
    "Boltzmann",
    "Categorical",
    "Constant",
    "Distribution",
    "EpsilonGreedy",
    "Exponential",
    "Gibbs",
    "Greedy",
    "InverseTime",
    "Linear",
    "Policy",
    "Schedule",
    "Uniform",
    "entropy",
    "log_partition",
    "log_softmax",
    "sample_categorical",
    "soft_value",
    "softmax",
]
