"""Actions alone, for loops that take one step at a time.

- ``law_in_floats``: the law of a policy as a function of plain Python floats
- ``fewer_operations``: the lines of that function, made shorter
- ``few_actions``: whether a call has few plain numbers, and the draws from them
- ``call_text``: what the calls of policies say of their inputs
- ``act``: the method ``act`` of all policies
"""

from boltzmann.acting.act import Acting
from boltzmann.acting.call_text import explained as explained

__all__ = ["Acting"]
