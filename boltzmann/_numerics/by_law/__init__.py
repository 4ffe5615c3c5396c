"""Laws of numbers, run on the arrays of any library.

- ``maths``: the functions that laws call
- ``on_arrays``: the passes of a law over rows of actions
- ``each_action``: numbers of each action beside the values
- ``drawn_again``: draws of log Gamma
- ``traced_rows``: what a law reads where the numbers are unknown
"""

from boltzmann._numerics.by_law.drawn_again import log_gamma_draws
from boltzmann._numerics.by_law.each_action import finite_variances, visit_counts
from boltzmann._numerics.by_law.maths import OF_FLOATS, OF_NUMPY, OF_SINGLE, Maths, maths_of
from boltzmann._numerics.by_law.on_arrays import LawOnArrays
from boltzmann._numerics.by_law.traced_rows import (
    any_traced,
    beside,
    finite_rows_traced,
    numbers_of_actions,
    quiet_where_known,
)

__all__ = [
    "OF_FLOATS",
    "OF_NUMPY",
    "OF_SINGLE",
    "LawOnArrays",
    "Maths",
    "any_traced",
    "beside",
    "finite_rows_traced",
    "finite_variances",
    "log_gamma_draws",
    "maths_of",
    "numbers_of_actions",
    "quiet_where_known",
    "visit_counts",
]
