"""Worlds as parts of a kernel.

- ``draws``: their random numbers
- ``table_world``, ``bandit_world``, ``motion_world``: tables of transitions; bandits; positions that move
"""

from boltzmann.experiments.engine.compiled.worlds.bandit_world import BanditWorld
from boltzmann.experiments.engine.compiled.worlds.draws import Draw, fill_together
from boltzmann.experiments.engine.compiled.worlds.motion_world import MotionWorld
from boltzmann.experiments.engine.compiled.worlds.table_world import TableWorld

__all__ = ["BanditWorld", "Draw", "MotionWorld", "TableWorld", "fill_together"]
