"""Boltzmann-Gumbel exploration: Boltzmann exploration with a temperature for each action."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np

from boltzmann.acting import Acting
from boltzmann.arrays import QUIET, Floats, Input, Mask, Step, Values
from boltzmann.categorical import Categorical
from boltzmann.laws import Functions, Named, Number, PolicyLaw, StepNumber, greedy_law, noise_law
from boltzmann.policies._noise import ScaledNoise
from boltzmann.policies.indices import PolicyInputs
from boltzmann.schedules import NONNEGATIVE, Schedule

_TINY = float(np.finfo(np.float64).tiny)
_KNOTS = np.array([-3.7, -3.0, -2.3, -1.6, -0.9, -0.2, 0.5, 1.3, 2.3, 3.6, 5.5, 8.5, 13.0, 20.0, 28.0, 38.0])
"""Points along the standard Gumbel law, from its doubly exponential left tail to its end, dense where it bends."""


def _noise(rng: Any, shape: tuple[int, ...]) -> Floats:
    return np.asarray(-np.log(np.maximum(rng.standard_exponential(shape), _TINY)))


def _log_density(z: Floats) -> Any:
    return -z - np.exp(-z)


def _narrowed(m: Functions, action: Named, scale: Number | float) -> Number:
    return scale / m.sqrt(m.maximum(action.visits, 1.0))


def _scheduled_mean(m: Functions, action: Named, row: Named) -> Number:
    """Return the value of an action; at C = 0 the best actions alone draw, at C = inf all do alike."""
    best = m.where(action.q == row.top, 0.0, -np.inf)
    return m.where(row.C == 0.0, best, m.where(np.inf == row.C, 0.0, action.q))


def _scheduled_scale(m: Functions, action: Named, row: Named) -> Number:
    finite = m.where(np.inf == row.C, 1.0, row.C)
    return m.where(row.C == 0.0, 1.0, _narrowed(m, action, finite))


@dataclass(frozen=True, repr=False)
class BoltzmannGumbel(Acting):
    """The largest of Q(a) + sqrt(C^2 / N(a)) Z(a), Z(a) independent standard Gumbel draws.

    Cesa-Bianchi, Gentile, Lugosi & Neu, "Boltzmann exploration done right", 2017, algorithm 1: each action has a
    temperature of its own. The probabilities are not a softmax; they are computed by quadrature. Untaken actions come
    first.

    Parameters
    ----------
    C : float or callable of the step
        In [0, inf], in the units of the values: 0 is greedy; inf is the limit where the values cease to matter. For
        sub-Gaussian rewards of deviation sigma, C = sigma.

    Raises
    ------
    ValueError
        In a call without visits, or with values that are not finite.

    Examples
    --------
    >>> policy = BoltzmannGumbel(1.0)
    >>> policy([0.5, 0.4, 0.3], visits=[100, 10, 1]).probs.round(8)
    array([0.25153366, 0.2648102 , 0.48365614])
    >>> policy([0.5, 0.4, 0.3], visits=[1, 0, 0]).probs
    array([0. , 0.5, 0.5])
    """

    reads: ClassVar[frozenset[str]] = frozenset({"visits"})

    C: Annotated[float | Schedule, NONNEGATIVE] = 1.0

    @QUIET
    def __call__(
        self, values: Values, *, step: Step = None, visits: Input = None, where: Mask = None, variances: Input = None
    ) -> Categorical:
        """Return the distribution of each row of ``values``, shape (..., K), at ``step``."""
        inputs = PolicyInputs(values, visits, where)
        scale = NONNEGATIVE.read("C", self.C, step)
        if not callable(self.C) and scale == 0:
            return inputs.greedy_over(inputs.values)
        # A schedule may give each row a scale of its own, and takes as many random numbers at 0 as elsewhere.
        column = np.expand_dims(scale, -1)
        cold, hot = column == 0, column == np.inf
        means = np.where(cold, np.where(inputs.best(), 0.0, -np.inf), np.where(hot, 0.0, inputs.values))
        narrowed = np.where(hot, 1.0, column) / np.sqrt(np.maximum(inputs.visits, 1.0))
        scales = np.where(cold, 1.0, narrowed)
        return inputs.largest_draw(ScaledNoise(inputs, means, scales, _noise, _KNOTS, _log_density))

    @property
    def law(self) -> PolicyLaw:
        """The policy as a law."""
        if callable(self.C):
            return noise_law(_scheduled_mean, _scheduled_scale, "exponential", {"C": StepNumber(self.C)})
        if self.C == 0:
            return greedy_law(lambda m, action, row: action.q, {"visits"}, {})
        if np.isinf(self.C):
            return noise_law(
                lambda m, action, row: 0.0 * action.visits,
                lambda m, action, row: _narrowed(m, action, 1.0),
                "exponential",
                {},
            )
        return noise_law(
            lambda m, action, row: action.q,
            lambda m, action, row: _narrowed(m, action, row.C),
            "exponential",
            {"C": StepNumber(self.C)},
        )
