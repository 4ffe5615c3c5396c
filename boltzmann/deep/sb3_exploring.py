"""What ExploringDQN and ExploringQRDQN share: a policy draws the actions of an algorithm of Stable-Baselines3.

The algorithm asks for actions in ``_sample_action``; everything else here keeps that reproducible, saved and logged.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boltzmann import checks
from boltzmann.deep.exploration_step import ExplorationStep, Floats, Mask, explored_in, require_exploration
from boltzmann.deep.installation import needs
from boltzmann.policies import Policy, Uniform

with needs("stable_baselines3", "sb3"):
    import torch
    from gymnasium.spaces import Dict
    from stable_baselines3.common.off_policy_algorithm import OffPolicyAlgorithm

MASK = "action_mask"
"""The key of the mask in a ``Dict`` observation, as PettingZoo and RLlib name it."""
REPLACED = ("exploration_fraction", "exploration_initial_eps", "exploration_final_eps")
"""Parameters of the epsilon-greedy policy that ``exploration`` replaces."""


_WARM_UP: Policy = Uniform()
_COUNTED_AT_ONCE = 100


class Exploring(OffPolicyAlgorithm):
    """The part of an algorithm that explores; it comes before the algorithm among the bases of a class."""

    def __init__(
        self,
        policy: Any,
        env: Any,
        *,
        exploration: Policy | None = None,
        log_every: int = 100,
        _init_setup_model: bool = True,
        **algorithm: Any,
    ) -> None:
        _refuse_epsilon(algorithm)
        own = self.policy_aliases["MlpPolicy"]
        # Only loading gives the class of a file's networks before anything is set up.
        if not _init_setup_model and isinstance(policy, type) and not issubclass(policy, own):
            raise ValueError(
                f"path must be a file whose networks are a {own.__name__}, as {type(self).__name__} needs, got one "
                f"with {policy.__name__}: load it with the class that wrote it"
            )
        self.exploration = exploration
        self.log_every = checks.whole_number("log_every", log_every, least=1)
        self._steps_to_measure, self._explored, self._warms_up = 0, [0, 0], True
        self._uncounted: list[ExplorationStep] = []
        self._measured: dict[str, float] = {}
        super().__init__(policy, env, _init_setup_model=_init_setup_model, **algorithm)

    @classmethod
    def load(cls, path: Any, env: Any = None, *arguments: Any, **changed: Any) -> Any:
        """Load a model; ``exploration=`` replaces its policy, and parameters of epsilon are refused."""
        _refuse_epsilon(changed)
        return super().load(path, env, *arguments, **changed)

    @property
    def exploration(self) -> Any:
        """The policy, which may be assigned anew: at once it draws, at the step that the model has reached."""
        return self.__dict__["exploration"]

    @exploration.setter
    def exploration(self, policy: Any) -> None:
        # The constructor gives the policy before there are actions; _setup_model checks it then.
        if "action_space" in self.__dict__:
            require_exploration(policy, int(self.action_space.n))
            self._steps_to_measure = 0
        # Where Stable-Baselines3 looks for what it saves, and puts what it loads.
        self.__dict__["exploration"] = policy

    @property
    def exploration_step(self) -> int:
        """The step of the policy's schedules: the steps of all environments since ``learning_starts``."""
        return max(int(self.num_timesteps - self.learning_starts), 0)

    def set_random_seed(self, seed: int | None = None) -> None:
        """Seed everything that Stable-Baselines3 seeds, and the generators of exploration and of evaluation."""
        super().set_random_seed(seed)
        if seed is not None or "_generators" not in self.__dict__:
            self.seed_exploration(seed)

    def seed_exploration(self, seed: int | None = None) -> None:
        """Seed the generators of exploration and of evaluation alone; None takes fresh entropy."""
        # What an evaluation draws does not change what training draws.
        acting, predicting = np.random.SeedSequence(seed).spawn(2)
        self._generators = np.random.default_rng(acting), np.random.default_rng(predicting)

    def _setup_model(self) -> None:
        require_exploration(self.exploration, int(self.action_space.n))
        self._masked = isinstance(self.observation_space, Dict) and MASK in self.observation_space.spaces
        if self._masked and self.observation_space[MASK].shape != (self.action_space.n,):
            raise ValueError(
                f"{MASK} of the observations must have shape ({self.action_space.n},), a number for each action, got "
                f"{self.observation_space[MASK]}"
            )
        # Loading seeds anew with the seed of the beginning, which would repeat the first draws.
        generators = self.__dict__.get("_generators")
        # Another policy may have come with the loading.
        self._steps_to_measure = 0
        super()._setup_model()
        self._generators = generators or self._generators
        if self._masked:
            for network in self._networks():
                network.register_forward_hook(_forbid)

    def _setup_learn(self, *args: Any, **options: Any) -> Any:
        total, callback = super()._setup_learn(*args, **options)
        if total <= self.learning_starts:
            warnings.warn(
                f"nothing is learnt: total_timesteps should be more than learning_starts = {self.learning_starts}, got "
                f"{total}",
                stacklevel=4,
            )
        return total, callback

    def _networks(self) -> tuple[torch.nn.Module, torch.nn.Module]:
        """Return the online and the target network."""
        raise NotImplementedError

    def _values_of(self, observations: Any) -> Any:
        """Return the values of all actions, a tensor of shape (N, K)."""
        raise NotImplementedError

    def _row_values(self, observations: Any) -> Floats:
        with torch.no_grad():
            return np.asarray(self._values_of(observations).cpu().numpy(), dtype=np.float64)

    def _allowed(self, observations: Any) -> Mask | None:
        return checks.mask_array(MASK, observations[MASK].cpu().numpy()) if self._masked else None

    def _sample_action(
        self, learning_starts: int, action_noise: Any = None, n_envs: int = 1
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Draw an action for each environment: uniformly until learning starts, then by ``exploration``."""
        seen, _ = self.policy.obs_to_tensor(self._last_obs)
        where, step, warm_up = self._allowed(seen), self.exploration_step, self.num_timesteps < learning_starts
        policy: Any = _WARM_UP if warm_up else self.exploration
        values = np.zeros((n_envs, int(self.action_space.n))) if warm_up else self._row_values(seen)
        actions = drawn(policy, values, self._generators[0], step, where)
        compute = (lambda: self._row_values(seen)) if warm_up else (lambda: values)
        taken = ExplorationStep(actions, policy, step, where, compute, warm_up)
        self._watch(taken, warm_up)
        return actions, actions

    def _watch(self, taken: ExplorationStep, warm_up: bool) -> None:
        """Show a step to the callbacks, and measure its distribution every ``log_every`` calls."""
        self._callback.update_locals({"exploration": taken})
        if not warm_up:
            self._uncounted.append(taken)
            if len(self._uncounted) == _COUNTED_AT_ONCE:
                self._count_explored()
        if self._steps_to_measure == 0 or warm_up != self._warms_up:
            self._measured = taken.means()
            self._steps_to_measure, self._warms_up = self.log_every, warm_up
            self._record_exploration()
        self._steps_to_measure -= 1

    def _count_explored(self) -> None:
        """Count the exploring actions since the last count, all of them at once: one by one it would be felt."""
        if self._uncounted:
            explored = explored_in(self._uncounted)
            self._explored = [self._explored[0] + int(explored.sum()), self._explored[1] + len(explored)]
            self._uncounted = []

    def _record_exploration(self) -> None:
        self._count_explored()
        for name, mean in self._measured.items():
            self.logger.record(f"exploration/{name}", mean)
        if self._explored[1]:
            self.logger.record("exploration/explored", self._explored[0] / self._explored[1])

    def collect_rollouts(self, env: Any, callback: Any, *arguments: Any, **named: Any) -> Any:
        """Collect steps as Stable-Baselines3 does; ``locals["exploration"]`` of callbacks is the exploration's step."""
        self._callback = callback
        return super().collect_rollouts(env, callback, *arguments, **named)

    def _on_step(self) -> None:
        super()._on_step()
        self.exploration_rate = self._measured["exploration_probability"]
        self.logger.record("rollout/exploration_rate", self.exploration_rate)

    def dump_logs(self) -> None:
        """Write the log, the latest measurement of exploration included, since each writing empties it."""
        self._record_exploration()
        self._explored = [0, 0]
        super().dump_logs()

    def predict(
        self, observation: Any, state: Any = None, episode_start: Any = None, deterministic: bool = False
    ) -> tuple[NDArray[np.int64], Any]:
        """Return the greedy actions, or draw from the policy at the present step; training is not changed by it."""
        if deterministic:
            predicted: tuple[NDArray[np.int64], Any] = super().predict(observation, state, episode_start, True)
            return predicted
        self.policy.set_training_mode(False)
        seen, is_batch = self.policy.obs_to_tensor(observation)
        values, where = self._row_values(seen), self._allowed(seen)
        actions = drawn(self.exploration, values, self._generators[1], self.exploration_step, where)
        return (actions if is_batch else actions[0]), state

    def _excluded_save_params(self) -> list[str]:
        return [*super()._excluded_save_params(), "_callback", "_uncounted"]


def _refuse_epsilon(given: Mapping[str, Any]) -> None:
    for name in REPLACED:
        if name in given:
            raise TypeError(
                f"{name} does not go with exploration, which says how to explore: "
                "EpsilonGreedy(Linear(1.0, 0.05, 10_000)) falls from 1 to 0.05 within 10 000 steps"
            )


def drawn(policy: Any, values: Floats, rng: np.random.Generator, step: int, where: Mask | None) -> NDArray[np.int64]:
    """Draw an action for each row of values; a policy that only makes distributions is asked for one."""
    act = getattr(policy, "act", None)
    if act is None:
        return np.asarray(policy(values, step=step, where=where).sample(rng))
    return np.asarray(act(values, rng, step=step, where=where))


def _forbid(network: torch.nn.Module, inputs: tuple[Any, ...], values: Any) -> Any:
    """Give forbidden actions the value -inf, in targets too; a state without any action keeps its values.

    Nothing is allowed in the terminal states of some environments, and -inf times 0 would be NaN.
    """
    allowed = inputs[0][MASK] != 0
    forbidden = ~allowed & allowed.any(dim=-1, keepdim=True)
    return values.masked_fill(forbidden if values.ndim == 2 else forbidden.unsqueeze(1), -torch.inf)
