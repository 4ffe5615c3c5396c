"""Gymnasium's Acrobot (Sutton, "Generalization in reinforcement learning", 1996) as a law."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

from envs.physics.motions import MotionLaw, Numbers

_NAMES = ("angle_1", "angle_2", "turning_1", "turning_2")
_LOW, _HIGH = -0.1, 0.1
_GRAVITY = 9.8
_MOST_TURNS = 4
"""An angle passes a half turn by less than this number of turns in a step."""


def _start(m: Any, uniforms: Any, row: Any) -> Numbers:
    return {name: m.float32(_LOW + (_HIGH - _LOW) * uniform) for name, uniform in zip(_NAMES, uniforms, strict=True)}


def _changes(m: Any, state: Any, torque: Any, row: Any) -> tuple[Any, ...]:
    """Return the derivatives of a state with respect to time, in the order of the terms of Gymnasium."""
    theta1, theta2, turning1, turning2 = state
    m1, m2, l1, lc1, lc2 = row.m1, row.m2, row.l1, row.lc1, row.lc2
    cos1, sin1, cos2, sin2 = m.cos(theta1), m.sin(theta1), m.cos(theta2), m.sin(theta2)
    d1 = m1 * (lc1 * lc1) + m2 * (l1 * l1 + lc2 * lc2 + 2 * l1 * lc2 * cos2) + row.moi + row.moi
    d2 = m2 * (lc2 * lc2 + l1 * lc2 * cos2) + row.moi
    # Gymnasium's cosines of a quarter turn less are sines, here of two angles and of their sum.
    phi2 = m2 * lc2 * _GRAVITY * (sin1 * cos2 + cos1 * sin2)
    phi1 = (
        -m2 * l1 * lc2 * (turning2 * turning2) * sin2
        - 2 * m2 * l1 * lc2 * turning2 * turning1 * sin2
        + (m1 * lc1 + m2 * l1) * _GRAVITY * sin1
        + phi2
    )
    pulled2 = (torque + d2 / d1 * phi1 - m2 * l1 * lc2 * (turning1 * turning1) * sin2 - phi2) / (
        m2 * (lc2 * lc2) + row.moi - d2 * d2 / d1
    )
    return turning1, turning2, -(d2 * pulled2 + phi1) / d1, pulled2


def _moved(state: tuple[Any, ...], time: Any, changes: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(number + time * change for number, change in zip(state, changes, strict=True))


def _wrapped(m: Any, angle: Any) -> Any:
    for _ in range(_MOST_TURNS):
        angle = m.where(angle > math.pi, angle - 2 * math.pi, angle)
    for _ in range(_MOST_TURNS):
        angle = m.where(angle < -math.pi, angle + 2 * math.pi, angle)
    return angle


def _advance(m: Any, state: Any, action: Any, row: Any) -> Numbers:
    torque = m.where(action == 0, -1.0, m.where(action == 1, 0.0, 1.0))
    here, half = (state.angle_1, state.angle_2, state.turning_1, state.turning_2), row.dt / 2.0
    # Runge and Kutta's method of the fourth order.
    k1 = _changes(m, here, torque, row)
    k2 = _changes(m, _moved(here, half, k1), torque, row)
    k3 = _changes(m, _moved(here, half, k2), torque, row)
    k4 = _changes(m, _moved(here, row.dt, k3), torque, row)
    total = tuple(a + 2 * b + 2 * c + d for a, b, c, d in zip(k1, k2, k3, k4, strict=True))
    angle_1, angle_2, turning_1, turning_2 = _moved(here, row.dt / 6.0, total)
    reached = {
        "angle_1": _wrapped(m, angle_1),
        "angle_2": _wrapped(m, angle_2),
        "turning_1": m.minimum(m.maximum(turning_1, -row.most_1), row.most_1),
        "turning_2": m.minimum(m.maximum(turning_2, -row.most_2), row.most_2),
    }
    cos1, sin1, cos2, sin2 = _observe(m, SimpleNamespace(**reached))[:4]
    ended = -cos1 - (cos1 * cos2 - sin1 * sin2) > 1.0
    return {**reached, "reward": m.where(ended, 0.0, -1.0), "ended": ended}


def _observe(m: Any, state: Any) -> tuple[Any, ...]:
    first, second = state.angle_1, state.angle_2
    return m.cos(first), m.sin(first), m.cos(second), m.sin(second), state.turning_1, state.turning_2


ACROBOT = MotionLaw(
    names=_NAMES,
    uniforms=4,
    start=_start,
    advance=_advance,
    observe=_observe,
    constants={
        "dt": "dt",
        "l1": "LINK_LENGTH_1",
        "m1": "LINK_MASS_1",
        "m2": "LINK_MASS_2",
        "lc1": "LINK_COM_POS_1",
        "lc2": "LINK_COM_POS_2",
        "moi": "LINK_MOI",
        "most_1": "MAX_VEL_1",
        "most_2": "MAX_VEL_2",
    },
    usual={"torque_noise_max": 0.0, "book_or_nips": "book", "AVAIL_TORQUE": [-1.0, 0.0, 1]},
)
