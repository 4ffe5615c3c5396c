"""Worlds as parts of a kernel.

- ``random_words``, ``ziggurat``, ``draws``: NumPy's random numbers, drawn faster than NumPy does, and some steps ahead
- ``table_world``, ``bandit_world``, ``motion_world``: tables of transitions; bandits; positions that move
- ``called_world``: environments without a law
"""

from boltzmann.experiments.engine.compiled.worlds.bandit_world import BanditWorld
from boltzmann.experiments.engine.compiled.worlds.called_world import CalledWorld, fill
from boltzmann.experiments.engine.compiled.worlds.draws import Draw, fill_together
from boltzmann.experiments.engine.compiled.worlds.motion_world import MotionWorld
from boltzmann.experiments.engine.compiled.worlds.table_world import TableWorld

__all__ = ["BanditWorld", "CalledWorld", "Draw", "MotionWorld", "TableWorld", "fill", "fill_together"]
