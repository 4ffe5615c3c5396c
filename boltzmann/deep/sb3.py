"""Stable-Baselines3's DQN and QR-DQN with any policy of this package: ``ExploringDQN``, ``ExploringQRDQN``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from boltzmann.deep.installation import needs
from boltzmann.deep.sb3_exploring import Exploring

with needs("stable_baselines3", "sb3"):
    from stable_baselines3 import DQN

if TYPE_CHECKING:
    from boltzmann.deep.sb3_quantiles import ExploringQRDQN

__all__ = ["ExploringDQN", "ExploringQRDQN"]


class ExploringDQN(Exploring, DQN):
    """The DQN of Stable-Baselines3, whose actions are drawn from a policy.

    The policy acts from ``learning_starts`` on, at the step counted from there, which is ``exploration_step``; the
    actions before are uniform. Each environment gets a draw of its own. A ``Dict`` observation with the key
    ``"action_mask"``, K numbers 0 or 1, masks actions: neither the warm-up, nor the policy, nor greedy actions, nor the
    targets use a forbidden one.

    ``exploration_rate`` is the probability of an action that is not greedy, measured every ``log_every`` steps, when
    ``exploration/temperature``, ``entropy``, ``greedy_probability`` and ``exploration_probability`` are logged, beside
    ``explored``, the share of actions that were not greedy. ``locals["exploration"]`` of a callback is the
    :class:`~boltzmann.deep.exploration_step.ExplorationStep` with these numbers for each environment.

    ``save`` and ``load`` keep the policy, the step and the state of its generator; ``load(path, exploration=...)``
    replaces the policy, and so does ``model.exploration = ...``. The state of the environment is not saved, so a run
    that is continued differs from one that was never stopped. ``learn`` counts steps from 0 again, as it does without a
    policy, unless told ``reset_num_timesteps=False``.

    Parameters
    ----------
    policy : str or class
        The network's kind, such as "MlpPolicy".
    env : environment
        As for DQN.
    exploration : Policy
        A policy that needs values alone, such as ``Boltzmann(RangeScaled(0.3))``.
    log_every : int
        Steps of the vector environment between two measurements, at least 1.
    **dqn
        The other parameters of DQN, except those of its epsilon.

    Raises
    ------
    TypeError
        For an ``exploration`` that is no policy, or a callable without the keywords ``step`` and ``where``; and for
        parameters of epsilon, in ``load`` too.
    ValueError
        For a policy that needs visits, variances or rates for each state, such as ``UCB1()``; for a mask of another
        shape; and for a file with the networks of another algorithm.

    Examples
    --------
    >>> from boltzmann import Boltzmann, RangeScaled
    >>> model = ExploringDQN("MlpPolicy", "Acrobot-v1", exploration=Boltzmann(RangeScaled(0.3)), seed=0)
    >>> model.learn(140).exploration_step
    40
    >>> 0.03 < model.exploration_rate < 0.5                 # between one value far below the largest and two near it
    True
    """

    def _networks(self) -> tuple[Any, Any]:
        return self.q_net, self.q_net_target

    def _values_of(self, observations: Any) -> Any:
        return self.q_net(observations)


def __getattr__(name: str) -> Any:
    # Only QR-DQN needs sb3-contrib.
    if name == "ExploringQRDQN":
        from boltzmann.deep.sb3_quantiles import ExploringQRDQN

        return ExploringQRDQN
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
