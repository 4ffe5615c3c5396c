"""Worlds as parts of a kernel.

- ``random_words``, ``ziggurat``, ``draws``: NumPy's random numbers, drawn faster than NumPy does, and some steps ahead
- ``table_world``, ``bandit_world``, ``motion_world``: tables of transitions; bandits; positions that move
- ``called_world``: environments without a law; ``answering``: a world for a learner without one
"""

from boltzmann.experiments.engine.compiled.worlds.answering import Answering, LawfulWorld
from boltzmann.experiments.engine.compiled.worlds.bandit_world import BanditWorld
from boltzmann.experiments.engine.compiled.worlds.called_world import CalledWorld, fill
from boltzmann.experiments.engine.compiled.worlds.draws import Draw, DrawnAhead
from boltzmann.experiments.engine.compiled.worlds.motion_world import MotionWorld
from boltzmann.experiments.engine.compiled.worlds.table_world import TableWorld

__all__ = [
    "Answering",
    "BanditWorld",
    "CalledWorld",
    "Draw",
    "DrawnAhead",
    "LawfulWorld",
    "MotionWorld",
    "TableWorld",
    "fill",
]
