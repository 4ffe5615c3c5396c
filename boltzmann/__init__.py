"""Boltzmann exploration: softmax policies and the log-partition, exact from T = 0 to T = inf."""

from boltzmann.calibration import (
    Calibration,
    temperature_for_entropy,
    temperature_for_expected_loss,
    temperature_for_greedy_probability,
    temperature_for_kl,
)
from boltzmann.categorical import Categorical
from boltzmann.gibbs import (
    Gibbs,
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
from boltzmann.policies import Boltzmann, Distribution, EpsilonGreedy, Greedy, Policy, Uniform
from boltzmann.sampling import (
    log_prob_without_replacement,
    sample_categorical,
    sample_gumbel,
    sample_without_replacement,
)
from boltzmann.schedules import Constant, Exponential, InverseTime, Linear, Schedule

__all__ = [
    "Boltzmann",
    "Calibration",
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
    "cross_entropy",
    "entropy",
    "expected_value",
    "heat_capacity",
    "log_partition",
    "log_prob_without_replacement",
    "log_softmax",
    "mellowmax",
    "sample_categorical",
    "sample_gumbel",
    "sample_without_replacement",
    "soft_value",
    "softmax",
    "temperature_for_entropy",
    "temperature_for_expected_loss",
    "temperature_for_greedy_probability",
    "temperature_for_kl",
    "variance",
]
