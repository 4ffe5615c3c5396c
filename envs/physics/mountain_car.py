"""Gymnasium's MountainCar (Moore, "Efficient memory-based learning for robot control", 1990) as a law."""

from __future__ import annotations

from typing import Any

from envs.physics.motions import MotionLaw, Numbers

_LOW, _HIGH = -0.6, -0.4


def _start(m: Any, uniforms: Any, row: Any) -> Numbers:
    (uniform,) = uniforms
    return {"position": _LOW + (_HIGH - _LOW) * uniform, "velocity": 0.0 * uniform}


def _advance(m: Any, state: Any, action: Any, row: Any) -> Numbers:
    pushed = state.velocity + ((action - 1) * row.force + m.cos(3 * state.position) * (-row.gravity))
    velocity = m.minimum(m.maximum(pushed, -row.max_speed), row.max_speed)
    position = m.minimum(m.maximum(state.position + velocity, row.min_position), row.max_position)
    velocity = m.where((position == row.min_position) & (velocity < 0), 0.0, velocity)
    ended = (position >= row.goal_position) & (velocity >= row.goal_velocity)
    return {"position": position, "velocity": velocity, "reward": m.where(ended, -1.0, -1.0), "ended": ended}


def _observe(m: Any, state: Any) -> tuple[Any, ...]:
    return state.position, state.velocity


_CONSTANTS = (
    "min_position",
    "max_position",
    "max_speed",
    "goal_position",
    "goal_velocity",
    "force",
    "gravity",
)

MOUNTAIN_CAR = MotionLaw(
    names=("position", "velocity"),
    uniforms=1,
    start=_start,
    advance=_advance,
    observe=_observe,
    constants={name: name for name in _CONSTANTS},
    usual={},
)
