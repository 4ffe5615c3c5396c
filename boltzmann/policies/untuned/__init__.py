"""Policies that need no number of the rewards' unit or origin.

- ``standard_error``: temperatures in proportion to the standard error of each action's value
- ``to_horizon``: the same, with a known last step
- ``next_variances``: the variances that these policies read, learnt in a loop of one's own
- ``untaken_first``: every action once before another policy compares their values
"""

from boltzmann.policies.untuned.next_variances import moved_variance as moved_variance
from boltzmann.policies.untuned.next_variances import next_variances
from boltzmann.policies.untuned.standard_error import StandardError
from boltzmann.policies.untuned.to_horizon import StandardErrorToHorizon
from boltzmann.policies.untuned.untaken_first import UntakenFirst

__all__ = ["StandardError", "StandardErrorToHorizon", "UntakenFirst", "next_variances"]
