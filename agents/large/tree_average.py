"""An average of each arm's rewards and Boltzmann exploration, with the averages in a tree."""

from __future__ import annotations

from dataclasses import dataclass

from agents.large.updatable_average import UpdatableAverage
from boltzmann.large import GibbsTree


@dataclass(repr=False)
class TreeAverage(UpdatableAverage):
    """Boltzmann exploration over the averages of very many arms: O(log K) to act and to learn.

    It is ``SampleAverage(Boltzmann(temperature))``, or ``ConstantStep`` with a ``step_size``, for environments of one
    state that tell no masks. A change of temperature makes the tree anew, in O(K), so a ``Staircase`` suits it better
    than a schedule that changes at every step; for these, and for thermostats, there is ``BucketAverage``.

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
    distributions : list of GibbsTree
        The averages of each replicate, made by ``reset``.
    visits : array of int, shape (R, K)
        How often each arm was pulled.
    step : int
        The number of updates so far, which the schedule reads.

    Examples
    --------
    >>> import numpy as np
    >>> from gymnasium.spaces import Discrete
    >>> from boltzmann import Transition
    >>> agent = TreeAverage(0.0)
    >>> agent.reset(1, Discrete(1), Discrete(1_000_000), np.random.default_rng(0))
    >>> agent.update(Transition([0], [7], [0.5], [0], [False], [False]))
    >>> decision = agent.act([0])
    >>> decision.actions, decision.greedy, decision.entropy
    (array([7]), array([ True]), array([0.]))
    """

    structure = GibbsTree
