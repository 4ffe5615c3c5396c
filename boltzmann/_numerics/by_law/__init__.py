"""Laws of numbers, run on the arrays of any library.

- ``maths``: the functions that laws call
"""

from boltzmann._numerics.by_law.maths import OF_FLOATS, OF_NUMPY, OF_SINGLE, Maths, maths_of

__all__ = ["OF_FLOATS", "OF_NUMPY", "OF_SINGLE", "Maths", "maths_of"]
