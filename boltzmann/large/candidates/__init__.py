"""Losses over very many actions from a few sampled candidates.

- ``proposals``: distributions that candidates are drawn from, ``LogUniform``, ``Alias`` and ``OwnSoftmax``
- ``sampled_losses``: the losses, which correct for the proposal
"""

from boltzmann.large.candidates.proposals import Alias, LogUniform, OwnSoftmax, Proposal
from boltzmann.large.candidates.sampled_losses import sampled_log_loss, target_log_loss

__all__ = ["Alias", "LogUniform", "OwnSoftmax", "Proposal", "sampled_log_loss", "target_log_loss"]
