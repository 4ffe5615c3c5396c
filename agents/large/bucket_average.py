"""An average of each arm's rewards and Boltzmann exploration, with the averages in buckets."""

from __future__ import annotations

from dataclasses import dataclass

from agents.large.updatable_average import UpdatableAverage
from boltzmann.large import GibbsBuckets


@dataclass(repr=False)
class BucketAverage(UpdatableAverage):
    """Boltzmann exploration over the averages of very many arms, at a temperature that changes at every step.

    It follows the law of ``SampleAverage(Boltzmann(temperature))``, or ``ConstantStep`` with a ``step_size``, for
    environments of one state that tell no masks. A step does not depend on the number of arms, for a schedule, an
    ``EntropyTarget`` or an ``EffectiveActionsTarget``; other thermostats read all values, in O(K). It takes O(K) where
    the temperature has changed by a factor of 4, and while the best averages are still without rivals.

    Parameters
    ----------
    temperature : float, callable of the step, or Thermostat
        In [0, inf], in the units of the rewards.
    step_size : float or None
        In (0, 1]. None, the default, is one over the number of visits: the average.
    initial_value : float
        The value of every arm at first, in (-inf, inf). An average forgets it at the first reward.

    Attributes
    ----------
    distributions : list of GibbsBuckets
        The averages of each replicate, made by ``reset``.
    visits : array of int, shape (R, K)
        How often each arm was pulled.
    step : int
        The number of updates so far, which the schedule reads.

    Examples
    --------
    >>> import numpy as np
    >>> from gymnasium.spaces import Discrete
    >>> from boltzmann import EntropyTarget, Linear, Transition
    >>> agent = BucketAverage(EntropyTarget(Linear(1.0, 0.0, 2)))
    >>> agent.reset(1, Discrete(1), Discrete(1000), np.random.default_rng(0))
    >>> temperatures = []
    >>> for reward in (1.0, 2.0, 3.0):
    ...     temperatures.append(float(agent.act([0]).temperature[0]))
    ...     agent.update(Transition([0], [7], [reward], [0], [False], [False]))
    >>> np.round(temperatures, 4)
    array([  inf, 0.137, 0.   ])
    """

    structure = GibbsBuckets
