"""Learners for bandits.

- ``average_learner``: shared by the learners of averages; ``step_sizes``: the learners, which differ in the step size
- ``variances``: the variance of each action's rewards
- ``preferences``: gradient bandits; ``comparison``: reinforcement comparison
- ``adversarial``: Exp3 and Exp3-IX; ``tsallis``: Tsallis-INF
"""

from agents.bandits.adversarial import Exp3, Exp3IX
from agents.bandits.comparison import ReinforcementComparison
from agents.bandits.preferences import GradientBandit, GradientBanditIncludingCurrent, GradientBanditWithoutBaseline
from agents.bandits.step_sizes import ConstantStep, SampleAverage, SampleAverageWithInitial, ScheduledStep
from agents.bandits.tsallis import TsallisINF, tsallis_probs

__all__ = [
    "ConstantStep",
    "Exp3",
    "Exp3IX",
    "GradientBandit",
    "GradientBanditIncludingCurrent",
    "GradientBanditWithoutBaseline",
    "ReinforcementComparison",
    "SampleAverage",
    "SampleAverageWithInitial",
    "ScheduledStep",
    "TsallisINF",
    "tsallis_probs",
]
