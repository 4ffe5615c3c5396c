"""Deep Q-learning on raw observations, with any policy, network and backup: the interface is that of every agent.

Every replicate has its own network, memory, batches and optimiser; all of them are computed together, as tensors whose
first axis is the replicate. R counts replicates, B the transitions of a batch, K actions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

import numpy as np
import torch
from gymnasium.spaces import Discrete, Space
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from boltzmann import checks
from boltzmann.bounds import Real, Whole
from boltzmann.deep.exploration_step import require_values_alone
from boltzmann.deep.networks import Dense, Network
from boltzmann.deep.replay import Replay
from boltzmann.deep.tensor_backups import Backup, DoubleMaximum
from boltzmann.deep.tensor_work import at, device_named, one_thread, shape_of, shorten
from boltzmann.notation import Expression
from boltzmann.policies import Distribution, Policy, Uniform
from boltzmann.schedules import Schedule, Scheduled
from boltzmann.transition import Transition

Mask = NDArray[np.bool_]
STEP_SIZE = Scheduled("[0, inf)")


@dataclass(frozen=True, eq=False)
class DeepDecision:
    """The actions of all replicates, shape (R,), their distribution, and the values (R, K) that it was made from."""

    actions: NDArray[np.int64]
    distribution: Distribution
    values: NDArray[np.float64]
    greedy: Mask


@dataclass(repr=False)
class DQN(Expression):
    """Deep Q-learning (Mnih et al., "Human-level control through deep reinforcement learning", 2015).

    The first ``warm_up`` actions are uniform. Afterwards the policy acts, at the step counted from the first one, and
    every ``steps_per_update`` steps each network takes a step of Adam on the Huber loss of a batch of its own memory.
    The target network follows at ``target_rate``. Termination cuts the bootstrap, truncation does not.

    Parameters
    ----------
    policy : Policy
        Maps the values to a distribution over actions, such as ``Boltzmann(RangeScaled(0.3))``. One that
        cannot do without visits is refused, since a network does not count them.
    backup : callable
        Maps the target network's values of the next observations to what is bootstrapped from: the backups of
        ``agents`` or of ``boltzmann.deep.tensor_backups``.
    network : Network
        ``Dense((64, 64))`` by default; ``boltzmann.deep.networks`` has others and takes any ``torch.nn.Module``.
    discount : float
        In [0, 1], per step.
    step_size : float or callable of the step
        Adam's, in [0, inf).
    batch : int
        Transitions of a batch, at least 1.
    memory : int
        Steps that each replicate remembers, at least 1.
    warm_up : int
        Steps before the first update, at least 1.
    steps_per_update : int
        At least 1.
    target_rate : float
        In (0, 1]: the part of the way that the target network goes to the online network with each update.
    largest_norm : float
        In (0, inf]: longer gradients are shortened to this length, for each replicate.
    device : str
        A device of PyTorch, such as "cpu" or "cuda". On the CPU one thread computes: other numbers of threads add in
        another order, and gain nothing in networks of this size.

    Examples
    --------
    >>> from boltzmann import Boltzmann
    >>> agent = DQN(Boltzmann(0.1), warm_up=1, steps_per_update=1)
    >>> agent
    DQN(Boltzmann(0.1), warm_up=1, steps_per_update=1)
    >>> from gymnasium.spaces import Box
    >>> agent.reset(2, Box(0.0, 1.0, (3,)), Discrete(2), np.random.default_rng(0))
    >>> seen = np.zeros((2, 3), dtype=np.float32)
    >>> ends = {"terminated": [True, True], "truncated": [False, False]}
    >>> for _ in range(400):
    ...     agent.update(Transition(seen, [0, 1], [0.5, 2.0], seen, **ends))
    >>> agent.values(seen)[[0, 1], [0, 1]].round(2)
    array([0.5, 2. ])
    """

    policy: Policy
    backup: Backup = field(default=DoubleMaximum(), kw_only=True)
    network: Network = field(default=Dense(), kw_only=True)
    discount: Annotated[float, Real("[0, 1]")] = field(default=0.99, kw_only=True)
    step_size: Annotated[float | Schedule, STEP_SIZE] = field(default=1e-3, kw_only=True)
    batch: Annotated[int, Whole(1)] = field(default=32, kw_only=True)
    memory: Annotated[int, Whole(1)] = field(default=10_000, kw_only=True)
    warm_up: Annotated[int, Whole(1)] = field(default=200, kw_only=True)
    steps_per_update: Annotated[int, Whole(1)] = field(default=4, kw_only=True)
    target_rate: Annotated[float, Real("(0, 1]")] = field(default=0.05, kw_only=True)
    largest_norm: Annotated[float, Real("(0, inf]")] = field(default=10.0, kw_only=True)
    device: str = field(default="cpu", kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        require_values_alone("policy", self.policy)
        if not callable(self.backup) or isinstance(self.backup, type):
            raise TypeError(f"backup must be a backup, such as DoubleMaximum(), got {checks.shown(self.backup)}")

    def reset(
        self, num_envs: int, observation_space: Space[Any], action_space: Space[Any], rng: np.random.Generator
    ) -> None:
        """Forget everything, and draw the networks of ``num_envs`` replicates.

        Raises
        ------
        TypeError, ValueError
            For observations that are not a ``Box`` or ``Discrete``, actions that are not ``Discrete`` from 0, an
            ``rng`` that is not a Generator, and a device that there is not.
        """
        if not isinstance(rng, np.random.Generator):
            raise TypeError(f"rng must be a numpy.random.Generator, got {checks.shown(rng)}")
        if not isinstance(action_space, Discrete) or action_space.start != 0:
            raise TypeError(f"action_space must be Discrete from 0, got {action_space}")
        shape, self._states = shape_of(observation_space)
        self._rng, self.step = rng, 0
        self._rows, self._actions = np.arange(checks.whole_number("num_envs", num_envs, least=1)), int(action_space.n)
        # Whatever the policy refuses of this number of actions, it refuses before the warm-up.
        self.policy(np.zeros((1, self._actions)), step=0)
        self._memory = Replay(self.memory)
        self._where: Mask | None = None
        drawn, self._forward = self.network.build(rng, num_envs, shape, self._actions)
        self.parameters = [part.to(device_named(self.device)).requires_grad_() for part in drawn]
        self.targets = [part.detach().clone() for part in self.parameters]
        self._optimiser = torch.optim.Adam(self.parameters, fused=True)

    def _require_reset(self, method: str) -> None:
        if "parameters" not in self.__dict__:
            raise RuntimeError(f"reset must be called before {method}")

    def values(self, observations: ArrayLike) -> NDArray[np.float64]:
        """Return the online networks' values, shape (R, K), of an observation of each replicate, shape (R, ...)."""
        self._require_reset("values")
        with one_thread(), torch.no_grad():
            seen = self._encoded(torch.as_tensor(np.asarray(observations)).unsqueeze(1))
            return np.asarray(self._forward(self.parameters, seen).squeeze(1).double().cpu().numpy())

    def act(self, observations: ArrayLike, where: ArrayLike | None = None) -> DeepDecision:
        """Draw one action for each replicate, uniformly during the warm-up; nothing is learnt.

        ``where``, shape (R, K), masks the allowed actions.
        """
        self._require_reset("act")
        values = self.values(observations)
        self._where = None if where is None else checks.mask_array("where", where)
        policy = Uniform() if self.step < self.warm_up else self.policy
        distribution = policy(values, step=self.step, where=self._where)
        actions = distribution.sample(self._rng)
        allowed = values if self._where is None else np.where(self._where, values, -np.inf)
        return DeepDecision(actions, distribution, values, allowed[self._rows, actions] == allowed.max(axis=1))

    def update(self, transition: Transition) -> None:
        """Remember one step of all replicates, and learn from a batch every ``steps_per_update`` steps."""
        self._require_reset("update")
        self._memory.add(self._remembered(transition))
        self.step += 1
        if self.step >= self.warm_up and self.step % self.steps_per_update == 0:
            with one_thread():
                self._learn(self._memory.sample(self._rng, self.batch))

    def _remembered(self, transition: Transition) -> dict[str, NDArray[Any]]:
        """Return the arrays of a step; masks are remembered from the first one on."""
        terminated = np.asarray(transition.terminated, dtype=np.bool_)
        step = {
            "seen": np.asarray(transition.observations),
            "actions": np.asarray(transition.actions, dtype=np.int64),
            "rewards": np.asarray(transition.rewards, dtype=np.float32),
            "reached": np.asarray(transition.next_observations),
            "terminated": terminated,
        }
        masks = {"where": self._where, "next_where": transition.next_where}
        if "where" in self._memory.arrays or any(mask is not None for mask in masks.values()):
            everything = np.ones((len(self._rows), self._actions), dtype=np.bool_)
            step |= {
                name: everything if mask is None else checks.mask_array(name, mask) for name, mask in masks.items()
            }
            # Nothing is bootstrapped from a terminal state, where nothing need be allowed.
            step["next_where"] = step["next_where"] | terminated[:, np.newaxis]
        return step

    def _learn(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Take one step of Adam on the batches of all replicates, and move the target networks."""
        batch = {name: torch.from_numpy(array).to(self.targets[0].device) for name, array in arrays.items()}
        batch |= {name: self._encoded(batch[name]) for name in ("seen", "reached")}
        with torch.no_grad():
            aims = self._aims(batch)
        taken = at(self._forward(self.parameters, batch["seen"]), batch["actions"])
        # The sum over the replicates keeps their gradients apart.
        loss = torch.nn.functional.smooth_l1_loss(taken, aims, reduction="none").mean(-1).sum()
        self._optimiser.zero_grad()
        torch.autograd.backward(loss)
        shorten(self.parameters, self.largest_norm)
        self._optimiser.param_groups[0]["lr"] = STEP_SIZE.read("step_size", self.step_size, self.step)
        self._optimiser.step()
        with torch.no_grad():
            for target, parameter in zip(self.targets, self.parameters, strict=True):
                target.lerp_(parameter, self.target_rate)

    def _aims(self, batch: Mapping[str, Tensor]) -> Tensor:
        """Return what the values of the actions taken move towards, shape (R, B)."""
        rewards, told = batch["rewards"], {}
        if "online" in getattr(self.backup, "reads", ()):
            told = {"online": self._forward(self.parameters, batch["reached"])}
        if (bonus := getattr(self.backup, "bonus", None)) is not None:
            before = self._forward(self.targets, batch["seen"])
            rewards = rewards + bonus(before, batch["actions"], where=batch.get("where"), step=self.step)
        after = self._forward(self.targets, batch["reached"])
        bootstrap = self.backup(after, where=batch.get("next_where"), step=self.step, **told)
        return rewards + self.discount * bootstrap.masked_fill(batch["terminated"], 0.0)

    def _encoded(self, observations: Tensor) -> Tensor:
        """Return observations, shape (R, B, ...), as numbers of single precision; states become unit vectors."""
        moved = observations.to(self.targets[0].device)
        return torch.nn.functional.one_hot(moved.long(), self._states).float() if self._states else moved.float()
