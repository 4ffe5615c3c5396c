"""The interfaces of policies and distributions, and which inputs a policy reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from boltzmann.acting import explained
from boltzmann.arrays import Input, Mask, Values
from boltzmann.checks import shown


class Distribution(Protocol):
    """What a policy returns: one distribution over actions a row."""

    @property
    def probs(self) -> NDArray[np.floating[Any]]:
        """Probabilities, shape (..., K)."""

    @property
    def entropy(self) -> Any:
        """Entropy in nats, shape (...)."""

    @property
    def temperature(self) -> Any:
        """Temperature of each row, shape (...); NaN for a distribution without one."""

    @property
    def greedy_probability(self) -> Any:
        """Probability of an action with a largest value, shape (...)."""

    @property
    def exploration_probability(self) -> Any:
        """Probability of any other action, shape (...)."""

    def log_prob(self, actions: ArrayLike) -> Any:
        """Log-probability of given actions."""

    def sample(self, rng: np.random.Generator, shape: tuple[int, ...] = ()) -> NDArray[np.int64]:
        """Draw actions, shape ``shape + (...)``."""


class Policy(Protocol):
    """A map from values to a distribution over actions.

    A policy declares which inputs it reads beside values, step and mask in its class attribute ``reads``; see
    :func:`inputs_read_by`.
    """

    @explained
    def __call__(
        self, values: Values, *, step: int = 0, visits: Input = None, where: Mask = None, variances: Input = None
    ) -> Distribution:
        """Return the distribution for each row of ``values``; nothing is remembered.

        Returns
        -------
        Distribution
            With ``probs`` of shape (..., K), the other numbers of shape (...), and ``sample(rng)``.
        """


INPUTS = frozenset({"visits", "variances", "epsilons"})
"""The inputs that a policy may read beside values, step and mask."""


def inputs_read_by(policy: Callable[..., Any]) -> frozenset[str]:
    """Return which inputs a policy reads beside values, step and mask.

    Agents collect these inputs alone. A policy declares them in its attribute ``reads``, a set of names:

    - "visits": how often each action was taken, shape (..., K)
    - "variances": the variance (1/n) of each action's rewards, shape (..., K)
    - "epsilons": one rate of exploration for each row; the policy then has ``initial_epsilon`` and ``next_epsilons``

    A callable that declares nothing is given visits.

    Raises
    ------
    TypeError, ValueError
        If ``reads`` is not a set, or names another input.

    Examples
    --------
    >>> from boltzmann import Boltzmann, UCB1Tuned
    >>> sorted(inputs_read_by(UCB1Tuned())), sorted(inputs_read_by(Boltzmann(1.0)))
    (['variances', 'visits'], [])
    >>> sorted(inputs_read_by(lambda values, **inputs: Boltzmann(1.0)(values)))
    ['visits']
    """
    reads = getattr(policy, "reads", frozenset({"visits"}))
    if not isinstance(reads, set | frozenset):
        raise TypeError(f"reads of a policy must be a set of names, got {shown(reads)} from {shown(policy)}")
    if "values" in reads:
        raise TypeError(f"policy must be a policy, such as Boltzmann(1.0), got the thermostat {shown(policy)}")
    if not reads <= INPUTS:
        raise ValueError(f"reads of a policy must be among {sorted(INPUTS)}, got {sorted(reads)} from {shown(policy)}")
    return frozenset(reads)
