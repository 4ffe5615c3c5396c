"""Learners for bandits that may have an adversary: Exp3 and Exp3-IX; ``tsallis`` has a third.

They are policy and learner in one, and estimate the total reward of each arm: an arm pulled with probability p for a
reward r is credited with r / p, so the estimate is unbiased. The tables hold sums of estimates instead of products of
exponentials, so nothing overflows. Rewards are mapped from [lowest_reward, highest_reward] to [0, 1]; a reward outside
is an error. If there are several observations, each has its own estimates and its own round: the number of its visits,
0 at first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any

import numpy as np
from numpy.typing import ArrayLike

from agents.bandits.own_policy import OwnPolicyLearner, rounds_of
from agents.inputs import TableTransition
from agents.memory import PerRow, Values
from agents.parameters import FINITE, rates_at
from agents.tabular import PolicyInputs
from boltzmann import Categorical, Distribution, Gibbs, Schedule, checks
from boltzmann.bounds import OrNone, Real
from boltzmann.laws import LearnerLaw, Pass, PolicyLaw, Results, StepNumber, gibbs_weight, mixture, uniform_weight
from boltzmann.schedules import Scheduled

_SMALLEST_LOG = 1e-300


class AdversarialLearner(OwnPolicyLearner):
    """Estimated totals of all arms; each round adds to the total of the pulled arm."""

    # The subclasses declare these fields, so that their own parameters come first.
    lowest_reward: float
    highest_reward: float

    def __post_init__(self) -> None:
        super().__post_init__()
        # Halved as in the update, where the width of two neighbours near 0 would round to 0.
        if not self.highest_reward / 2 - self.lowest_reward / 2 > 0:
            raise ValueError(
                f"highest_reward must be above lowest_reward={self.lowest_reward}, got {self.highest_reward}"
            )

    def _learn(self, transition: TableTransition) -> None:
        """Credit the pulled arms with their rewards, divided by their probabilities."""
        rows, states, actions = entries = transition.entries
        rewards = transition.rewards
        inside = (rewards >= self.lowest_reward) & (rewards <= self.highest_reward)
        checks.require_all(inside, "rewards", f"in [{self.lowest_reward:g}, {self.highest_reward:g}]", rewards)
        # Halved, because the width of the widest range would overflow.
        width = self.highest_reward / 2 - self.lowest_reward / 2
        gains = (rewards / 2 - self.lowest_reward / 2) / width
        inputs = self._policy_inputs(states)
        probs = self._probs(inputs, self._acted_mask)[rows, actions]
        if not probs.all():
            row = int(np.argmin(probs))
            raise ValueError(f"actions must have a probability above 0, got {actions[row]} in row {row}")
        self.values[entries] += self._credit(gains, probs, inputs)
        self._count_visits(entries)

    def _probs(self, inputs: PolicyInputs, where: ArrayLike | None) -> Values:
        """Return the probabilities of all arms."""
        raise NotImplementedError

    def _distribution(self, inputs: PolicyInputs, where: ArrayLike | None, step: int) -> Distribution:
        return Categorical(self._probs(inputs, where))

    def _credit(self, gains: PerRow, probs: PerRow, inputs: PolicyInputs) -> PerRow:
        """Estimate the totals that the pulled arms gain, from rewards in [0, 1] and the probabilities of the arms."""
        raise NotImplementedError

    def _credit_law(self, policy: PolicyLaw, credit: Callable[[Any, Any, Any], Any], **others: Any) -> LearnerLaw:
        """Return the law of a learner that acts by a policy and adds ``credit(m, gain, row)`` to the pulled arm."""

        def learn(m: Any, here: Any, reward: Any, future: Any, row: Any) -> Results:
            width = row.highest_reward / 2 - row.lowest_reward / 2
            return {"values": here.values + credit(m, (reward / 2 - row.lowest_reward / 2) / width, row)}

        def requires(m: Any, action: Any, reward: Any, row: Any) -> dict[str, tuple[Any, Any]]:
            inside = (reward >= row.lowest_reward) & (reward <= row.highest_reward)
            return {
                f"rewards must be in [{self.lowest_reward:g}, {self.highest_reward:g}]": (inside, reward),
                "actions must have a probability above 0": (row.probability > 0.0, action),
            }

        bounds = {"lowest_reward": self.lowest_reward, "highest_reward": self.highest_reward}
        constants, inputs = {**bounds, **others.pop("constants", {})}, frozenset({"probability"})
        return self._law(policy, learn, constants=constants, inputs=inputs, requires=requires, **others)


@dataclass(repr=False)
class Exp3(AdversarialLearner):
    """Exp3: exponential weights of the estimated totals, mixed with uniform exploration.

    p(a) = (1 - gamma) exp(gamma G(a) / K) / Z + gamma / K, and G(a) <- G(a) + r / p(a) for the pulled arm (Auer,
    Cesa-Bianchi, Freund & Schapire, "The nonstochastic multiarmed bandit problem", 2002, figure 1). Gamma is
    ``exploration``, and K counts the allowed arms. The weights are a Boltzmann distribution of the estimates at the
    temperature K / gamma.

    Parameters
    ----------
    exploration : float
        In (0, 1].
    lowest_reward, highest_reward : float
        The range of rewards, in (-inf, inf). They are mapped to 0 and 1.

    Raises
    ------
    ValueError
        When learning, for rewards outside their range.

    Examples
    --------
    >>> from boltzmann import Transition
    >>> from gymnasium.spaces import Discrete
    >>> agent = Exp3(exploration=0.5)
    >>> agent.reset(1, Discrete(1), Discrete(2), np.random.default_rng(0))
    >>> agent.update(Transition([0], [0], [1.0], [0], [False], [False]))
    >>> agent.values[:, 0]
    array([[2., 0.]])
    >>> agent.act([0]).distribution.probs.round(4)
    array([[0.5612, 0.4388]])
    """

    exploration: Annotated[float, Real("(0, 1]")] = field(default=0.1, kw_only=True)
    lowest_reward: Annotated[float, FINITE] = field(default=0.0, kw_only=True)
    highest_reward: Annotated[float, FINITE] = field(default=1.0, kw_only=True)

    def _probs(self, inputs: PolicyInputs, where: ArrayLike | None) -> Values:
        totals = inputs["values"]
        allowed: Any = np.True_ if where is None else where
        count = np.count_nonzero(np.broadcast_to(allowed, totals.shape), axis=-1)
        # Gibbs refuses rows without an allowed arm.
        weights = Gibbs(totals, np.maximum(count, 1) / self.exploration, where=where).probs
        uniform = allowed / count[:, np.newaxis]
        return np.asarray((1 - self.exploration) * weights + self.exploration * uniform)

    def _credit(self, gains: PerRow, probs: PerRow, inputs: PolicyInputs) -> PerRow:
        return gains / probs

    @property
    def law(self) -> LearnerLaw:
        """The learner as a law."""
        numbers = {"epsilon": StepNumber(self.exploration, "[0, 1]")}
        policy = mixture(uniform_weight, gibbs_weight, passes=(_EXP3_TEMPERATURE,), numbers=numbers)
        return self._credit_law(policy, lambda m, gain, row: gain / row.probability)


_EXP3_TEMPERATURE = Pass(
    lambda m, action, row: {"count": m.where(action.q > -np.inf, 1.0, 0.0)},
    lambda m, row: {"temperature": row.count / row.epsilon},
)


@dataclass(repr=False)
class Exp3IX(AdversarialLearner):
    """Exp3-IX: exponential weights of estimated losses with a bias towards small ones (implicit exploration).

    p(a) = exp(-eta L(a)) / Z, and L(a) <- L(a) + (1 - r) / (p(a) + eta / 2) for the pulled arm (Neu, "Explore no
    more", 2015, algorithm 1 with gamma = eta / 2). ``values`` holds -L; the temperature is 1 / eta. No uniform
    exploration is mixed in: the eta / 2 beside p(a) limits the estimates.

    Parameters
    ----------
    step_size : float, callable of the round or None
        eta, in (0, inf). A callable is given the round, 0 at first, as an array. The default is
        sqrt(ln K / (K t)) with t = round + 1, which needs no horizon (corollary 1 of the paper).
    lowest_reward, highest_reward : float
        The range of rewards, in (-inf, inf). They are mapped to 0 and 1.

    Raises
    ------
    ValueError
        When learning, for rewards outside their range.

    Examples
    --------
    >>> from boltzmann import Transition
    >>> from gymnasium.spaces import Discrete
    >>> agent = Exp3IX(step_size=1.0)
    >>> agent.reset(1, Discrete(1), Discrete(2), np.random.default_rng(0))
    >>> agent.update(Transition([0], [0], [0.0], [0], [False], [False]))
    >>> agent.values[:, 0]
    array([[-1.,  0.]])
    >>> agent.act([0]).distribution.probs.round(4)
    array([[0.2689, 0.7311]])
    """

    step_size: Annotated[float | Schedule | None, OrNone(Scheduled("(0, inf)"))] = field(default=None, kw_only=True)
    lowest_reward: Annotated[float, FINITE] = field(default=0.0, kw_only=True)
    highest_reward: Annotated[float, FINITE] = field(default=1.0, kw_only=True)

    def _distribution(self, inputs: PolicyInputs, where: ArrayLike | None, step: int) -> Distribution:
        step_sizes = self._step_sizes(inputs)
        with np.errstate(divide="ignore", over="ignore"):
            return Gibbs(inputs["values"], 1.0 / step_sizes, where=where)

    def _probs(self, inputs: PolicyInputs, where: ArrayLike | None) -> Values:
        return np.asarray(self._distribution(inputs, where, self.step).probs)

    def _step_sizes(self, inputs: PolicyInputs) -> PerRow:
        rounds = rounds_of(inputs)
        if self.step_size is None:
            count = inputs["values"].shape[-1]
            # The logarithm of a single arm is 0, and a step size of 0 would make the temperature infinite.
            return np.asarray(np.sqrt(max(np.log(count), _SMALLEST_LOG) / (count * (rounds + 1.0))))
        return rates_at("step_size", self.step_size, rounds, "[0, inf)")

    def _credit(self, gains: PerRow, probs: PerRow, inputs: PolicyInputs) -> PerRow:
        return (gains - 1) / (probs + self._step_sizes(inputs) / 2)

    @property
    def law(self) -> LearnerLaw:
        """The learner as a law."""
        count = self.values.shape[-1]
        least = max(float(np.log(count)), _SMALLEST_LOG)

        def default(m: Any, row: Any) -> Any:
            return m.sqrt(least / (count * (row.rounds + 1.0)))

        size, numbers, others = step_size_law(self.step_size, default)
        temperature = Pass(lambda m, action, row: {}, lambda m, row: {"temperature": 1.0 / size(m, row)})
        policy = PolicyLaw(gibbs_weight, (temperature,), numbers)
        return self._credit_law(
            policy, lambda m, gain, row: (gain - 1) / (row.probability + size(m, row) / 2), **others
        )


def step_size_law(
    step_size: float | Schedule | None, default: Callable[[Any, Any], Any]
) -> tuple[Callable[[Any, Any], Any], dict[str, StepNumber], dict[str, Any]]:
    """Return the step size of a row as a law, and what policy and learner have for it: numbers, and other parts."""
    if step_size is None:
        return default, {}, {}
    if callable(step_size):
        return _own_step_size, {}, {"rate": step_size, "counts": "rounds", "rate_interval": "[0, inf)"}
    return _own_step_size, {"step_size": StepNumber(step_size)}, {"constants": {"step_size": step_size}}


def _own_step_size(m: Any, row: Any) -> Any:
    return row.step_size
