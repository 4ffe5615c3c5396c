"""Gymnasium's CartPole, MountainCar and Acrobot with numbered observations, stepped in batches.

- ``motions``: what all of them state: a start, a step and what is observed, as functions of numbers
- ``cart_pole``, ``mountain_car``, ``acrobot``: one file for each
- ``motion_env``: the batched environment
"""

from envs.physics.motion_env import MotionVectorEnv
from envs.physics.motions import motion_of

__all__ = ["MotionVectorEnv", "motion_of"]
