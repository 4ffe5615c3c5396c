"""Dynamic programming on tables.

- ``model``: the arrays of a table, and its expected rewards and transitions
- ``dynamic_programming``: value iteration and finite horizons, with any backup
- ``evaluation``: the values of a given policy
"""

from agents.planning.dynamic_programming import action_values, finite_horizon, value_iteration, value_sweeps
from agents.planning.evaluation import policy_evaluation, policy_gain

__all__ = ["action_values", "finite_horizon", "policy_evaluation", "policy_gain", "value_iteration", "value_sweeps"]
