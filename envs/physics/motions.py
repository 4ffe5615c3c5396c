"""What an environment of a few numbers states: how it starts, steps and is observed, written once for all engines.

The laws are functions of numbers and of a namespace ``m`` of functions of numbers, as those of bandits are: see
``envs.bandits.paying``. Here ``m`` has ``sin`` and ``cos`` too, of angles up to 8e8 in size.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import gymnasium

Numbers = Mapping[str, Any]


@dataclass(frozen=True)
class MotionLaw:
    """The law of an environment of Gymnasium.

    Attributes
    ----------
    names : tuple of str
        The numbers of a state.
    uniforms : int
        How many uniforms on [0, 1) a start takes.
    start : callable
        ``start(m, uniforms, row)`` returns the numbers of the first state by name.
    advance : callable
        ``advance(m, state, action, row)`` returns those of the next state, the ``reward``, and whether the episode
        ``ended``.
    observe : callable
        ``observe(m, state)`` returns a tuple of the numbers observed, which are then rounded to single precision.
    constants : mapping
        The names that ``row`` has in the laws, and those of the attributes of Gymnasium's environment.
    usual : mapping
        The attributes that the law takes for granted, and their values.
    """

    names: tuple[str, ...]
    uniforms: int
    start: Callable[[Any, Any, Any], Numbers]
    advance: Callable[[Any, Any, Any, Any], Numbers]
    observe: Callable[[Any, Any], tuple[Any, ...]]
    constants: Mapping[str, str]
    usual: Mapping[str, Any]


def motion_of(env: gymnasium.Env[Any, Any]) -> MotionLaw | None:
    """Return the law of a single environment; None for one of another class, or with another setting."""
    from gymnasium.envs.classic_control import AcrobotEnv, CartPoleEnv, MountainCarEnv

    from envs.physics.acrobot import ACROBOT
    from envs.physics.cart_pole import CART_POLE
    from envs.physics.mountain_car import MOUNTAIN_CAR

    model = env.unwrapped
    law = {CartPoleEnv: CART_POLE, MountainCarEnv: MOUNTAIN_CAR, AcrobotEnv: ACROBOT}.get(type(model))
    if law is None or any(getattr(model, name, None) != value for name, value in law.usual.items()):
        return None
    return law
