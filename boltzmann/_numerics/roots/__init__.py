"""The temperature at which a row of values has a wanted effect, by Newton's method. Read it in this order.

- ``moves``: the rule and the start of each kind of target, and a step in a bracket, as laws of numbers
- ``polish``: the step of a row whose number is nearly known
- ``goals``: what a target means for a row: which end meets it, or what a rule seeks
- ``rows``: rows of values in units of their range, and their sums
- ``newton``: the steps of many rows at once
- ``extremes``: rows that need logarithms
- ``few``: a few rows in plain Python floats
- ``solving``: from checked values and targets to temperatures
- ``traced``: the same where numbers are unknown, or have derivatives
"""

from boltzmann._numerics.roots.few import few_temperatures
from boltzmann._numerics.roots.goals import GOALS, RULE_OF
from boltzmann._numerics.roots.moves import RULES, step
from boltzmann._numerics.roots.polish import polish
from boltzmann._numerics.roots.solving import known_temperatures
from boltzmann._numerics.roots.traced import differentiable_temperatures

__all__ = [
    "GOALS",
    "RULES",
    "RULE_OF",
    "differentiable_temperatures",
    "few_temperatures",
    "known_temperatures",
    "polish",
    "step",
]
