"""Boltzmann exploration: softmax policies and the log-partition, exact from T = 0 to T = inf."""

from boltzmann import gibbs, policies, schedules, thermostats
from boltzmann.calibration import (
    Calibration,
    temperature_for_entropy,
    temperature_for_expected_loss,
    temperature_for_greedy_probability,
    temperature_for_kl,
)
from boltzmann.categorical import Categorical
from boltzmann.gibbs import *
from boltzmann.policies import *
from boltzmann.sampling import (
    log_prob_without_replacement,
    sample_categorical,
    sample_gumbel,
    sample_without_replacement,
)
from boltzmann.schedules import *
from boltzmann.thermostats import *
from boltzmann.transition import Transition

__version__ = "0.2.0"

__all__ = [
    *gibbs.__all__,
    *policies.__all__,
    *schedules.__all__,
    *thermostats.__all__,
    "Calibration",
    "Categorical",
    "Transition",
    "__version__",
    "log_prob_without_replacement",
    "sample_categorical",
    "sample_gumbel",
    "sample_without_replacement",
    "temperature_for_entropy",
    "temperature_for_expected_loss",
    "temperature_for_greedy_probability",
    "temperature_for_kl",
]
