"""One step of exploration: the actions, and what is known of the distribution that they were drawn from.

N is the number of environments, K that of actions.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boltzmann import checks
from boltzmann.policies import Distribution, Policy, inputs_read_by

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


def require_exploration(policy: Any, actions: int) -> None:
    """Refuse what is no policy, and a policy that needs more than the values of a network.

    Raises
    ------
    TypeError
        For an object that is no policy, a schedule and a thermostat included, and for a callable that does not take
        ``policy(values, step=..., where=...)`` or returns no distribution.
    ValueError
        For a policy that reads visits, variances or rates of its own, and for one that fails with this number of
        actions.
    """
    require_values_alone("exploration", policy)
    try:
        made = policy(np.zeros((1, actions)), step=0, where=np.ones((1, actions), dtype=np.bool_))
    except Exception as error:
        raise ValueError(
            f"exploration must be a policy that needs the values of {actions} actions alone, got "
            f"{checks.shown(policy)}, which fails: {error}"
        ) from error
    if not hasattr(made, "probs"):
        raise TypeError(
            f"exploration must return a distribution, such as Boltzmann(0.1)(values), got {checks.shown(made)} from "
            f"{checks.shown(policy)}"
        )


def require_values_alone(name: str, policy: Any) -> None:
    """Refuse, before the number of actions is known, what is no policy or a policy that needs what a network has not.

    Raises
    ------
    TypeError
        For an object that is no policy, and for a callable that does not take ``policy(values, step=..., where=...)``.
    ValueError
        For a policy that cannot do without visits or variances, and for one with rates for each state.

    Examples
    --------
    >>> from boltzmann import Boltzmann, Exponential
    >>> require_values_alone("policy", Boltzmann(Exponential(1.0, 0.01, 100)))
    >>> require_values_alone("policy", Exponential(1.0, 0.01, 100))
    Traceback (most recent call last):
        ...
    TypeError: policy must be a policy, got the schedule Exponential(1.0, 0.01, 100): write Boltzmann(Exponential(1.0, \
0.01, 100))
    """
    shown = checks.shown(policy)
    if not callable(policy) or isinstance(policy, type):
        raise TypeError(f"{name} must be a policy, such as Boltzmann(0.1), got {shown}")
    if "values" in getattr(policy, "reads", ()):
        raise TypeError(f"{name} must be a policy, got the thermostat {shown}: write Boltzmann({shown})")
    _require_signature(name, policy)
    if "epsilons" in inputs_read_by(policy):
        raise ValueError(
            f"{name} must need values alone, got {shown}, whose rates of exploration a table keeps for each state, a "
            "network does not"
        )
    if not {"visits", "variances"} & set(getattr(policy, "reads", ())):
        return
    values = np.zeros((1, 2))
    try:
        policy(values, step=0)
    except ValueError as error:
        raise ValueError(
            f"{name} must be a policy that needs the values alone, since a network counts no visits, got {shown}: "
            f"{error}"
        ) from error


def _require_signature(name: str, policy: Callable[..., Any]) -> None:
    try:
        signature = inspect.signature(policy)
    except ValueError:  # some callables of extensions do not tell
        return
    shown = checks.shown(policy)
    if list(signature.parameters) == ["step"]:
        raise TypeError(f"{name} must be a policy, got the schedule {shown}: write Boltzmann({shown})")
    try:
        signature.bind(None, step=0, where=None)
    except TypeError as error:
        raise TypeError(
            f"{name} must take the values and the keywords step and where, as in "
            f"def policy(values, *, step, where), got {shown} with the parameters {signature}: {error}"
        ) from error


@dataclass(frozen=True, eq=False)
class ExplorationStep:
    """The actions of one step, shape (N,), and on demand the numbers of their distribution; reading changes nothing.

    Attributes
    ----------
    actions : array of int, shape (N,)
        The actions.
    policy : Policy
        The policy that drew them, ``Uniform()`` during the warm-up.
    step : int
        The step of its schedules.
    where : array of bool, shape (N, K), or None
        The allowed actions.
    compute_values : callable
        Returns the values of the network, shape (N, K).
    warm_up : bool
        Whether the step is one of the uniform ones before ``learning_starts``.

    Examples
    --------
    >>> from boltzmann import EpsilonGreedy
    >>> values = np.array([[0.0, 1.0], [1.0, 0.0]])
    >>> seen = ExplorationStep(np.array([0, 0]), EpsilonGreedy(0.2), 0, None, lambda: values)
    >>> seen.explored, seen.greedy_probability, seen.exploration_probability, seen.temperature
    (array([ True, False]), array([0.9, 0.9]), array([0.1, 0.1]), array([nan, nan]))
    """

    actions: NDArray[np.int64]
    policy: Policy
    step: int
    where: Mask | None
    compute_values: Callable[[], Floats]
    warm_up: bool = False

    @cached_property
    def values(self) -> Floats:
        """The values of all actions, shape (N, K)."""
        return self.compute_values()

    @cached_property
    def distribution(self) -> Distribution:
        """The distribution of each row."""
        return self.policy(self.values, step=self.step, where=self.where)

    @cached_property
    def greedy(self) -> Mask:
        """Whether an action has a largest allowed value, shape (N, K)."""
        return _is_largest(self.values, self.where)

    @cached_property
    def explored(self) -> Mask:
        """Whether the action that was taken has a smaller value than another, shape (N,)."""
        return ~self.greedy[np.arange(len(self.actions)), self.actions]

    @cached_property
    def greedy_probability(self) -> Floats:
        """The probability of an action with a largest value, shape (N,)."""
        return np.asarray(np.where(self.greedy, self.distribution.probs, 0.0).sum(axis=-1))

    @cached_property
    def exploration_probability(self) -> Floats:
        """The probability of an action with a smaller value, shape (N,)."""
        return np.asarray(np.where(self.greedy, 0.0, self.distribution.probs).sum(axis=-1))

    @cached_property
    def entropy(self) -> Floats:
        """The entropy in nats, shape (N,)."""
        return np.asarray(self.distribution.entropy, dtype=np.float64)

    @cached_property
    def temperature(self) -> Floats:
        """The temperature in the units of the values, shape (N,); NaN where there is none."""
        temperature = np.asarray(getattr(self.distribution, "temperature", np.nan), dtype=np.float64)
        return np.broadcast_to(temperature, self.actions.shape)

    def means(self) -> dict[str, float]:
        """Return the means over the environments, by name; a temperature that there is not is left out."""
        names = ("temperature", "entropy", "greedy_probability", "exploration_probability")
        means = {name: float(getattr(self, name).mean()) for name in names}
        return {name: mean for name, mean in means.items() if not np.isnan(mean)}


def explored_in(steps: Sequence[ExplorationStep]) -> Mask:
    """Return whether each action of some steps has a smaller value than another allowed one, one after the other.

    Examples
    --------
    >>> from boltzmann import Greedy
    >>> values = np.array([[0.0, 1.0]])
    >>> explored_in([ExplorationStep(np.array([action]), Greedy(), 0, None, lambda: values) for action in (0, 1)])
    array([ True, False])
    """
    values = np.concatenate([step.values for step in steps])
    actions = np.concatenate([step.actions for step in steps])
    where = None if steps[0].where is None else np.concatenate([step.where for step in steps if step.where is not None])
    return np.asarray(~_is_largest(values, where)[np.arange(len(actions)), actions])


def _is_largest(values: Floats, where: Mask | None) -> Mask:
    allowed = values if where is None else np.where(where, values, -np.inf)
    return np.asarray(allowed == allowed.max(axis=-1, keepdims=True))
