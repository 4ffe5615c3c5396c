"""TODO face."""

from agents.control.double import DoubleQ
from agents.control.one_step import BackupLearning, ExpectedSarsa, QLearning, TemporalDifference
from agents.control.sarsa import Sarsa
from agents.control.soft import DynamicBoltzmannQ, MellowmaxQ, SoftQ
from agents.control.speedy import SpeedyQ
from agents.control.traces import QLambda, QLambdaReplacing, SarsaLambda, SarsaLambdaReplacing

__all__ = [
    "BackupLearning",
    "DoubleQ",
    "DynamicBoltzmannQ",
    "ExpectedSarsa",
    "MellowmaxQ",
    "QLambda",
    "QLambdaReplacing",
    "QLearning",
    "Sarsa",
    "SarsaLambda",
    "SarsaLambdaReplacing",
    "SoftQ",
    "SpeedyQ",
    "TemporalDifference",
]
