"""Gibbs distributions that can be updated.

- ``gibbs_tree``: a tree of values at one temperature; ``tree_steps``: its steps, number by number;
  ``tree_levels``: all of it at once
- ``machine_code``: steps as machine code; ``action_arguments``: checks
"""

from boltzmann.large.updatable.gibbs_tree import GibbsTree

__all__ = ["GibbsTree"]
