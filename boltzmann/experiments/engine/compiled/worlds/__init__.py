"""Worlds as parts of a kernel.

- ``draws``: their random numbers
- ``table_world``, ``bandit_world``, ``motion_world``: tables of transitions; bandits; positions that move
"""
