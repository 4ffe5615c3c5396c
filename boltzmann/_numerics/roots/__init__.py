"""The temperature at which a row of values has a wanted effect, by Newton's method. Read it in this order.

- ``moves``: the rule and the start of each kind of target, and a step in a bracket, as laws of numbers
- ``bracketed``: a root of any formula in a bracket
"""

from boltzmann._numerics.roots.bracketed import Formula, formula_at, scaled, temperature_roots

__all__ = ["Formula", "formula_at", "scaled", "temperature_roots"]
