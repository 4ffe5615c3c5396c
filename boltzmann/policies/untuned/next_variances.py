"""The variances that policies read, learnt one number at a time: of rewards in a bandit, of returns in control."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from boltzmann import checks
from boltzmann.arrays import QUIET, Floats


def moved_variance(variance: Any, mean: Any, number: Any, rate: Any, carried: Any = 0.0) -> tuple[Any, Any]:
    """Return :func:`next_variances` without checks; a law."""
    after = mean + rate * (number - mean)
    target = (number - mean) * (number - after) + carried
    return variance + rate * (target - variance), after


@QUIET
def next_variances(
    variances: ArrayLike, means: ArrayLike, numbers: ArrayLike, rates: ArrayLike, *, carried: ArrayLike = 0.0
) -> tuple[Floats, Floats]:
    """Return the variances and the means of entries after one more number of each.

    ``m' = m + rate (x - m)`` and ``v' = v + rate ((x - m)(x - m') + carried - v)``. At rates of 1 / n, n counting the
    numbers with this one, these are the mean and the variance (1/n) of all numbers (Welford, "Note on a method for
    calculating corrected sums of squares and products", 1962); at a constant rate older numbers are forgotten.

    - In a bandit the numbers are rewards, and the means are the values of a sample average.
    - In control the numbers are errors of the values, ``r + discount max Q(s') - Q(s, a)``, whose means are kept beside
      the values. ``carried = discount^2 v(s', greedy)``, 0 after a termination, makes v the variance of the return
      (Sobel, "The variance of discounted Markov decision processes", 1982). The learners here carry 0.9 of it.

    Parameters
    ----------
    variances : float or array
        In [0, inf), 0 before the first number, in the squared units of the numbers.
    means : float or array
        Finite; any number before the first one at a rate of 1.
    numbers : float or array
        The new numbers, finite.
    rates : float or array
        In [0, 1].
    carried : float or array
        In [0, inf), what is added to the squares.

    Returns
    -------
    variances, means : float or array
        In the shape that all arguments broadcast to.

    Raises
    ------
    TypeError, ValueError
        For arguments that are not numbers within these bounds, or that do not broadcast.

    Examples
    --------
    >>> variance = mean = 0.0
    >>> for n, reward in enumerate([1.0, 3.0, 8.0], 1):
    ...     variance, mean = next_variances(variance, mean, reward, 1 / n)
    >>> round(float(mean), 6), round(float(variance), 6)
    (4.0, 8.666667)
    >>> next_variances([1.0, 1.0], [0.0, 2.0], [4.0, 2.0], [0.0, 1.0], carried=0.5)
    (array([1. , 0.5]), array([0., 2.]))
    """
    given = {"variances": variances, "means": means, "numbers": numbers, "rates": rates, "carried": carried}
    bounds = ("[0, inf)", "(-inf, inf)", "(-inf, inf)", "[0, 1]", "[0, inf)")
    checked = [checks.numbers_in(name, part, bound) for (name, part), bound in zip(given.items(), bounds, strict=True)]
    try:
        np.broadcast_shapes(*(part.shape for part in checked))
    except ValueError:
        shapes = ", ".join(f"{name} {part.shape}" for name, part in zip(given, checked, strict=True))
        raise ValueError(f"variances, means, numbers, rates and carried must broadcast, got {shapes}") from None
    return moved_variance(*checked)
