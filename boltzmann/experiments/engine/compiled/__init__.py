"""Whole windows of steps as machine code; needs numba, the extra ``fast``.

An agent and an environment state what they do as laws (``boltzmann.laws``). Their laws are called with symbols, which
leaves the text of one function that takes all steps: a kernel. numba compiles it, and keeps it in the user's folder for
caches under a name that its text determines. Both engines take the same random numbers in the same order, so they
choose the same actions, except where the last bit of an exponential or of a sum in a backup breaks a tie.

- ``symbols``: laws become text; ``kernels``: a kernel while it is written
- ``folds``: the laws of policies and backups; ``worlds``: tables and bandits; ``stepping``: the loop over the steps
- ``learning``: backup, learning and move of a row; ``entries``: many entries; ``transfers``: what enters memory
- ``loading``: from text to machine code; ``machine``: what kernels import
- ``rates``: schedules read in advance; ``cell``: an agent in an environment
"""

from boltzmann.experiments.engine.compiled.cell import CompiledCell, held_bytes
from boltzmann.experiments.engine.compiled.loading import has_numba, load_loops
from boltzmann.experiments.engine.compiled.stepping import SUMS

__all__ = ["SUMS", "CompiledCell", "has_numba", "held_bytes", "load_loops"]
