"""A contextual bandit learner: ridge regression of the rewards of each arm on the features of the context."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

import numpy as np
from gymnasium import Space
from gymnasium.spaces import Box
from numpy.typing import ArrayLike, NDArray

from agents.decision import Decision
from agents.inputs import checked_indices, checked_mask, checked_rewards
from agents.memory import Indices
from agents.parameters import count_of
from boltzmann import Policy, Transition, checks
from boltzmann.arrays import AS_USUAL, Floats
from boltzmann.bounds import Instance, Real
from boltzmann.notation import Expression
from boltzmann.policies import inputs_read_by


@dataclass(repr=False)
class RidgeBandit(Expression):
    """Values x . theta_a, where theta_a is the ridge regression of the rewards of arm a on their contexts.

    theta_a = (penalty I + sum x x')^-1 sum x r over the rounds in which arm a was pulled, kept up to date by the
    rank-one update of Sherman & Morrison ("Adjustment of an inverse matrix", 1950), as in the disjoint model of LinUCB
    (Li et al., "A contextual-bandit approach to personalized news article recommendation", 2010, algorithm 1), but
    under any policy. A feature of 1 is added, so that an arm may pay without any. All replicates advance in one call.
    There is no bootstrap: contexts come whatever was done.

    Parameters
    ----------
    policy : Policy
        Maps the values to a distribution over arms, such as ``Boltzmann(0.1)``; it reads values and visits alone.
    penalty : float
        In (0, inf), in squared units of the features: the weight of the prior, by which all values are 0.

    Attributes
    ----------
    weights : array of shape (R, K, d + 1)
        theta of each arm, the last of them that of the added feature; made by ``reset``.
    visits : array of int, shape (R, K)
        How often each arm was pulled.
    step : int
        The number of updates so far, which schedules read.

    Examples
    --------
    >>> from boltzmann import Greedy
    >>> from gymnasium.spaces import Discrete
    >>> agent = RidgeBandit(Greedy(), penalty=1e-9)
    >>> agent.reset(1, Box(-1.0, 1.0, (1,)), Discrete(2), np.random.default_rng(0))
    >>> for x, reward in ((0.0, 1.0), (1.0, 3.0), (-1.0, -1.0)):
    ...     context = np.array([[x]])
    ...     agent.update(Transition(context, [0], [reward], context, [False], [False]))
    >>> agent.weights[0].round(6), agent.act(np.array([[0.5]])).values.round(6)
    (array([[2., 1.],
           [0., 0.]]), array([[2., 0.]]))
    """

    policy: Annotated[Policy, Instance("a policy", "Boltzmann(0.1)")]
    penalty: Annotated[float, Real("(0, inf)")] = field(default=1.0, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        others = inputs_read_by(self.policy) - {"visits"}
        if others:
            raise ValueError(
                f"policy must read values and visits alone, got {checks.shown(self.policy)}, which reads "
                f"{' and '.join(sorted(others))}"
            )

    def reset(
        self, num_envs: int, observation_space: Space[Any], action_space: Space[Any], rng: np.random.Generator
    ) -> None:
        """Forget everything and make the arrays for ``num_envs`` replicates.

        Raises
        ------
        TypeError, ValueError
            For observations that are not a box of numbers, for actions that are not ``Discrete`` from 0, and for an
            ``rng`` that is not a Generator.
        """
        if not isinstance(rng, np.random.Generator):
            raise checks.no_generator(rng)
        if not isinstance(observation_space, Box):
            raise TypeError(
                f"observation_space must be a Box of features, got {observation_space}: leave observations as they "
                "are, observe='raw', as in LinearContexts-v0(observe='raw')"
            )
        count = count_of("action_space", action_space)
        rows, width = checks.whole_number("num_envs", num_envs, least=1), int(np.prod(observation_space.shape)) + 1
        self._rng, self._rows = rng, np.arange(rows)
        self.weights = np.zeros((rows, count, width))
        self.visits: Indices = np.zeros((rows, count), dtype=np.int64)
        self._inverses = np.tile(np.eye(width) / self.penalty, (rows, count, 1, 1))
        self.step = 0

    @AS_USUAL
    def act(self, observations: ArrayLike, where: ArrayLike | None = None) -> Decision:
        """Draw one arm for each replicate; nothing is learnt.

        Parameters
        ----------
        observations : array of shape (R, ...)
            The contexts, as many numbers each as the space has.
        where : array of bool, or of 0 and 1, that broadcasts to (R, K), optional
            The allowed arms.
        """
        features = self._features("observations", observations)
        mask = None if where is None else checked_mask("where", where, self.visits.shape)
        values = np.asarray(np.matmul(self.weights, features[:, :, np.newaxis])[:, :, 0])
        values.setflags(write=False)
        inputs: dict[str, Any] = {"visits": self.visits.copy()} if "visits" in inputs_read_by(self.policy) else {}
        distribution = self.policy(values, step=self.step, where=mask, **inputs)
        return Decision(distribution.sample(self._rng), distribution, values, mask)

    @AS_USUAL
    def update(self, transition: Transition) -> None:
        """Learn from the rewards of all replicates.

        Raises
        ------
        ValueError
            For a transition that does not fit; the row is named, and no array has changed.
        """
        features = self._features("observations", transition.observations)
        rewards = checked_rewards(transition.rewards, self._rows.shape)
        actions = checked_indices("actions", transition.actions, self._rows.shape, self.visits.shape[1])
        entries = self._rows, actions
        inverses, weights = self._inverses[entries], self.weights[entries]
        gains = np.matmul(inverses, features[:, :, np.newaxis])[:, :, 0]
        scaled = gains / (1.0 + _dot(gains, features))[:, np.newaxis]
        self._inverses[entries] = inverses - gains[:, :, np.newaxis] * scaled[:, np.newaxis, :]
        self.weights[entries] = weights + scaled * (rewards - _dot(weights, features))[:, np.newaxis]
        self.visits[entries] += 1
        self.step += 1

    def _features(self, name: str, observations: ArrayLike) -> Floats:
        """Return the numbers of each observation, and a 1 behind them."""
        if "weights" not in self.__dict__:
            raise RuntimeError("reset must be called before act and update")
        array = checks.numeric_array(name, observations).astype(np.float64, copy=False)
        rows, _, width = self.weights.shape
        if len(array) != rows or array.size != rows * (width - 1):
            raise ValueError(f"{name} must be {rows} rows of {width - 1} numbers, got shape {array.shape}")
        array = array.reshape(rows, width - 1)
        checks.require_all(np.asarray(np.isfinite(array).all(axis=1)), name, "finite", array)
        return np.concatenate([array, np.ones((rows, 1))], axis=1)


def _dot(first: Floats, second: Floats) -> NDArray[np.float64]:
    return np.asarray(np.einsum("ri,ri->r", first, second))
