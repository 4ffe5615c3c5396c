"""Learners for control.

- ``one_step``: Q-learning, expected Sarsa, and one step with any backup
- ``soft``: soft Q-learning and its relatives
- ``double``, ``speedy``: two variants of Q-learning
- ``frontier``: Q-learning that first goes where some action was never taken
- ``sarsa``: the next action is drawn before the update
- ``traces``: eligibility traces
"""

from agents.control.double import DoubleQ
from agents.control.frontier import FrontierQ
from agents.control.one_step import BackupLearning, ExpectedSarsa, QLearning
from agents.control.sarsa import Sarsa
from agents.control.soft import DynamicBoltzmannQ, MellowmaxQ, SoftQ
from agents.control.speedy import SpeedyQ
from agents.control.traces import QLambda, QLambdaReplacing, SarsaLambda, SarsaLambdaReplacing

__all__ = [
    "BackupLearning",
    "DoubleQ",
    "DynamicBoltzmannQ",
    "ExpectedSarsa",
    "FrontierQ",
    "MellowmaxQ",
    "QLambda",
    "QLambdaReplacing",
    "QLearning",
    "Sarsa",
    "SarsaLambda",
    "SarsaLambdaReplacing",
    "SoftQ",
    "SpeedyQ",
]
