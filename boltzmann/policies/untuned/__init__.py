"""Policies that need no number: they compute each action's temperature from what is known of its value.

- ``standard_error``: temperatures in proportion to the standard error of each action's value
"""

from boltzmann.policies.untuned.standard_error import StandardError

__all__ = ["StandardError"]
