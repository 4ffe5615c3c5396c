"""Whole windows of steps as machine code; needs numba.

An agent and an environment state what they do as laws (``boltzmann.laws``). Their laws are called with symbols, which
leaves the text of one function that takes all steps: a kernel. numba compiles it, and keeps it in the user's folder for
caches under a name that its text determines. Both engines take the same random numbers in the same order, so they
choose the same actions, except where the last bit of an exponential, a logarithm, a sine or a sum breaks a tie.

- ``writing``: laws become text; ``worlds``: tables, bandits and moving positions
- ``stepping``: the loop over the steps; ``residence``, ``learning``, ``entries``: its parts
- ``loading``: from text to machine code; ``scalars``: the functions that kernels call
- ``rates``: schedules read in advance; ``sizes``: windows in calls; ``players``: the laws of agent and environment
- ``stretches``: an agent in an environment, stretch by stretch; ``cutting``: the same where some of them have no law
"""

from boltzmann.experiments.engine.compiled.cutting import CalledLearnerCell, CutCell
from boltzmann.experiments.engine.compiled.loading import has_numba, load_loops
from boltzmann.experiments.engine.compiled.sizes import held_bytes
from boltzmann.experiments.engine.compiled.stepping import SUMS
from boltzmann.experiments.engine.compiled.stretches import Cell, CompiledCell

__all__ = ["SUMS", "CalledLearnerCell", "Cell", "CompiledCell", "CutCell", "has_numba", "held_bytes", "load_loops"]
