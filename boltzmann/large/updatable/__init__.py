"""A Gibbs distribution of values that change one by one.

- ``updatable_values``: single values, and draws without replacement, whatever the structure
- ``gibbs_tree``: a tree of values at one temperature; ``tree_steps``: its steps, number by number;
  ``tree_levels``: all of it at once
- ``machine_code``: steps as machine code; ``action_arguments``: checks
"""

# Other folders read the names with `as`; `__all__` holds the names for users alone.
from boltzmann.large.updatable.action_arguments import checked_actions as checked_actions
from boltzmann.large.updatable.action_arguments import checked_values as checked_values
from boltzmann.large.updatable.gibbs_tree import GibbsTree
from boltzmann.large.updatable.machine_code import steps_of as steps_of
from boltzmann.large.updatable.updatable_values import UpdatableValues as UpdatableValues

__all__ = ["GibbsTree"]
