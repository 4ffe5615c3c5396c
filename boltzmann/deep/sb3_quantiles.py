"""The QR-DQN of sb3-contrib with any policy."""

from __future__ import annotations

from typing import Any

from boltzmann.deep.installation import needs
from boltzmann.deep.sb3_exploring import Exploring

with needs("sb3_contrib", "sb3"):
    from sb3_contrib import QRDQN


class ExploringQRDQN(Exploring, QRDQN):
    """The QR-DQN of sb3-contrib, whose actions are drawn from a policy of the mean of the quantiles.

    See :class:`boltzmann.deep.sb3.ExploringDQN`, which has the same parameters beside those of the algorithm.

    Examples
    --------
    >>> from boltzmann import Boltzmann
    >>> model = ExploringQRDQN("MlpPolicy", "CartPole-v1", exploration=Boltzmann(0.1), seed=0)
    >>> model.learn(120).exploration_step
    20
    """

    def _networks(self) -> tuple[Any, Any]:
        return self.quantile_net, self.quantile_net_target

    def _values_of(self, observations: Any) -> Any:
        return self.quantile_net(observations).mean(dim=1)
