"""The DQN of Stable-Baselines3 as an agent of comparisons, one model for each replicate.

Its own loop is taken apart: ``act`` asks the model for an action, ``update`` stores the transition and trains, in the
steps of ``ExploringDQN.learn``, to the bit. R counts replicates.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from boltzmann import checks
from boltzmann.bounds import Real, Whole
from boltzmann.deep.exploration_step import ExplorationStep, Mask
from boltzmann.deep.installation import needs
from boltzmann.deep.sb3 import ExploringDQN
from boltzmann.notation import Expression
from boltzmann.policies import Distribution, Policy
from boltzmann.transition import Transition

with needs("stable_baselines3", "sb3"):
    import gymnasium
    import torch
    from stable_baselines3.common.logger import Logger
    from stable_baselines3.common.vec_env import DummyVecEnv

from boltzmann.deep.tensor_work import one_thread

_SHARED = (
    *("learning_rate", "buffer_size", "learning_starts", "batch_size", "tau", "gamma", "train_freq", "gradient_steps"),
    "target_update_interval",
)
"""The parameters that go to the model by the same name."""


@dataclass(frozen=True, eq=False)
class StackedDecision:
    """The actions of all replicates, shape (R,), and on demand the distribution that they come from."""

    actions: NDArray[np.int64]
    steps: list[ExplorationStep]

    @cached_property
    def distribution(self) -> Distribution:
        """The distribution of all rows, of the one policy at the one step."""
        first = self.steps[0]
        return first.policy(np.concatenate([step.values for step in self.steps]), step=first.step)

    @cached_property
    def greedy(self) -> Mask:
        """Whether each action has a largest value, shape (R,)."""
        return np.concatenate([~step.explored for step in self.steps])


class _Globals:
    """The states of the global generators, from which Stable-Baselines3 draws: each model has its own."""

    def __init__(self, seed: int) -> None:
        self._numpy = np.random.RandomState(seed).get_state()
        self._torch = torch.Generator().manual_seed(seed).get_state()

    @contextmanager
    def used(self) -> Iterator[None]:
        """Let the code inside draw from these, and leave the global generators as they were."""
        before = np.random.get_state(), torch.get_rng_state()  # noqa: NPY002
        np.random.set_state(self._numpy)  # noqa: NPY002
        torch.set_rng_state(self._torch)
        try:
            yield
        finally:
            self._numpy, self._torch = np.random.get_state(), torch.get_rng_state()  # noqa: NPY002
            np.random.set_state(before[0])  # noqa: NPY002
            torch.set_rng_state(before[1])


class _Seen:
    """Stands where a callback would, and keeps the step that the model has just explored."""

    step: ExplorationStep

    def update_locals(self, told: dict[str, ExplorationStep]) -> None:
        self.step = told["exploration"]


class _Spaces(gymnasium.Env[Any, Any]):
    """The spaces of an environment that somebody else steps."""

    def __init__(self, observation_space: Any, action_space: Any) -> None:
        self.observation_space, self.action_space = observation_space, action_space

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        return self.observation_space.sample(), {}


@dataclass(repr=False)
class SB3DQN(Expression):
    """The DQN of Stable-Baselines3; parameters have its names and, but for the memory, its defaults.

    Parameters
    ----------
    policy : Policy
        As ``exploration`` of :class:`boltzmann.deep.sb3.ExploringDQN`.
    units : tuple of int
        Units of the hidden layers of "MlpPolicy", each at least 1.
    learning_rate : float
        Adam's, in [0, inf).
    buffer_size, learning_starts, batch_size, train_freq, gradient_steps, target_update_interval : int
        At least 1.
    tau : float
        In (0, 1].
    gamma : float
        The discount, in [0, 1].

    Examples
    --------
    >>> from boltzmann import Boltzmann
    >>> SB3DQN(Boltzmann(0.1), learning_rate=0.001)
    SB3DQN(Boltzmann(0.1), learning_rate=0.001)
    """

    policy: Policy
    units: tuple[int, ...] = field(default=(64, 64), kw_only=True)
    learning_rate: Annotated[float, Real("[0, inf)")] = field(default=1e-4, kw_only=True)
    buffer_size: Annotated[int, Whole(1)] = field(default=50_000, kw_only=True)
    learning_starts: Annotated[int, Whole(1)] = field(default=100, kw_only=True)
    batch_size: Annotated[int, Whole(1)] = field(default=32, kw_only=True)
    tau: Annotated[float, Real("(0, 1]")] = field(default=1.0, kw_only=True)
    gamma: Annotated[float, Real("[0, 1]")] = field(default=0.99, kw_only=True)
    train_freq: Annotated[int, Whole(1)] = field(default=4, kw_only=True)
    gradient_steps: Annotated[int, Whole(1)] = field(default=1, kw_only=True)
    target_update_interval: Annotated[int, Whole(1)] = field(default=10_000, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.units = tuple(checks.whole_number("units", count, least=1) for count in self.units)

    @property
    def discount(self) -> float:
        """The discount, by the name of all agents."""
        return self.gamma

    def reset(self, num_envs: int, observation_space: Any, action_space: Any, rng: np.random.Generator) -> None:
        """Forget everything, and make a model for each of ``num_envs`` replicates."""
        if not isinstance(rng, np.random.Generator):
            raise TypeError(f"rng must be a numpy.random.Generator, got {checks.shown(rng)}")
        self.seeds = [int(seed) for seed in rng.integers(2**31, size=num_envs)]
        self._globals = [_Globals(seed) for seed in self.seeds]
        with one_thread():
            self.models = [
                self._model(seed, own, observation_space, action_space)
                for seed, own in zip(self.seeds, self._globals, strict=True)
            ]

    def _model(self, seed: int, own: _Globals, observation_space: Any, action_space: Any) -> ExploringDQN:
        env = DummyVecEnv([lambda: _Spaces(observation_space, action_space)])
        with own.used():
            model = ExploringDQN(
                "MlpPolicy",
                env,
                exploration=self.policy,
                policy_kwargs={"net_arch": list(self.units)},
                device="cpu",
                **{name: getattr(self, name) for name in _SHARED},
            )
            # Seeding by the model would move the global generators of everybody.
            model.seed_exploration(seed)
            # A logger by default makes a folder for each model.
            model.set_logger(Logger(None, []))
            model._setup_learn(10**9)
        model._callback = _Seen()
        return model

    def _require_reset(self, method: str) -> None:
        if "models" not in self.__dict__:
            raise RuntimeError(f"reset must be called before {method}")

    def act(self, observations: Any, where: Any = None) -> StackedDecision:
        """Draw one action for each replicate."""
        if where is not None:
            raise ValueError("where must be None: Stable-Baselines3 reads a mask as the part action_mask of a Dict")
        self._require_reset("act")
        steps = []
        with one_thread():
            for row, model in enumerate(self.models):
                model.policy.set_training_mode(False)
                model._last_obs = np.asarray(observations[row : row + 1])
                model._sample_action(model.learning_starts)
                steps.append(model._callback.step)
        return StackedDecision(np.concatenate([step.actions for step in steps]), steps)

    def update(self, transition: Transition) -> None:
        """Store one step of all replicates, and train every ``train_freq`` steps."""
        self._require_reset("update")
        actions, reached = np.asarray(transition.actions), np.asarray(transition.next_observations)
        rewards = np.asarray(transition.rewards, dtype=np.float32)
        terminated = np.asarray(transition.terminated, dtype=np.bool_)
        truncated = np.asarray(transition.truncated, dtype=np.bool_)
        ended = terminated | truncated
        with one_thread():
            for row, (model, own) in enumerate(zip(self.models, self._globals, strict=True)):
                part = slice(row, row + 1)
                cut = bool(truncated[row] and not terminated[row])
                info = {"terminal_observation": reached[row], "TimeLimit.truncated": cut}
                with own.used():
                    self._learn(model, actions[part], reached[part], rewards[part], ended[part], [info])

    def _learn(self, model: Any, actions: Any, reached: Any, rewards: Any, ended: Any, infos: Any) -> None:
        model.num_timesteps += 1
        model._store_transition(model.replay_buffer, actions, reached, rewards, ended, infos)
        model._on_step()
        if model.num_timesteps % self.train_freq == 0 and model.num_timesteps > self.learning_starts:
            model.train(batch_size=self.batch_size, gradient_steps=self.gradient_steps)
