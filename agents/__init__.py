"""Learners that hold action values and ask a policy; all replicates advance in one call."""

from agents.adversarial import Exp3, Exp3IX
from agents.backups import (
    Backup,
    BoltzmannExpectation,
    Maximum,
    MellowmaxValue,
    PolicyExpectation,
    SoftValue,
)
from agents.bandits import ConstantStep, SampleAverage, SampleAverageWithInitial, ScheduledStep
from agents.comparison import ReinforcementComparison
from agents.control import BackupLearning, ExpectedSarsa, QLearning, TemporalDifference
from agents.decision import Decision
from agents.double import DoubleQ
from agents.preferences import (
    GradientBandit,
    GradientBanditIncludingCurrent,
    GradientBanditWithoutBaseline,
)
from agents.sarsa import Sarsa
from agents.soft import DynamicBoltzmannQ, MellowmaxQ, SoftQ
from agents.speedy import SpeedyQ
from agents.tabular import PolicyAgent, TabularAgent
from agents.traces import QLambda, QLambdaReplacing, SarsaLambda, SarsaLambdaReplacing
from agents.tsallis import TsallisINF, tsallis_probs

__all__ = [
    "Backup",
    "BackupLearning",
    "BoltzmannExpectation",
    "ConstantStep",
    "Decision",
    "DoubleQ",
    "DynamicBoltzmannQ",
    "Exp3",
    "Exp3IX",
    "ExpectedSarsa",
    "GradientBandit",
    "GradientBanditIncludingCurrent",
    "GradientBanditWithoutBaseline",
    "Maximum",
    "MellowmaxQ",
    "MellowmaxValue",
    "PolicyAgent",
    "PolicyExpectation",
    "QLambda",
    "QLambdaReplacing",
    "QLearning",
    "ReinforcementComparison",
    "SampleAverage",
    "SampleAverageWithInitial",
    "Sarsa",
    "SarsaLambda",
    "SarsaLambdaReplacing",
    "ScheduledStep",
    "SoftQ",
    "SoftValue",
    "SpeedyQ",
    "TabularAgent",
    "TemporalDifference",
    "TsallisINF",
    "tsallis_probs",
]
