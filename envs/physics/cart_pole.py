"""Gymnasium's CartPole (Barto, Sutton & Anderson, "Neuronlike adaptive elements", 1983) as a law."""

from __future__ import annotations

from typing import Any

from envs.physics.motions import MotionLaw, Numbers

_NAMES = ("x", "speed", "angle", "turning")
_LOW, _HIGH = -0.05, 0.05


def _start(m: Any, uniforms: Any, row: Any) -> Numbers:
    return {name: _LOW + (_HIGH - _LOW) * uniform for name, uniform in zip(_NAMES, uniforms, strict=True)}


def _advance(m: Any, state: Any, action: Any, row: Any) -> Numbers:
    force = m.where(action == 1, row.force, -row.force)
    cos, sin = m.cos(state.angle), m.sin(state.angle)
    pushed = (force + row.pole_moment * (state.turning * state.turning) * sin) / row.total_mass
    bent = (row.gravity * sin - cos * pushed) / (
        row.length * (4.0 / 3.0 - row.pole_mass * (cos * cos) / row.total_mass)
    )
    pulled = pushed - row.pole_moment * bent * cos / row.total_mass
    x, angle = state.x + row.tau * state.speed, state.angle + row.tau * state.turning
    ended = (x < -row.most_x) | (x > row.most_x) | (angle < -row.most_angle) | (angle > row.most_angle)
    return {
        "x": x,
        "speed": state.speed + row.tau * pulled,
        "angle": angle,
        "turning": state.turning + row.tau * bent,
        "reward": m.where(row.sutton_barto_reward == 0, 1.0, m.where(ended, -1.0, 0.0)),
        "ended": ended,
    }


def _observe(m: Any, state: Any) -> tuple[Any, ...]:
    return state.x, state.speed, state.angle, state.turning


CART_POLE = MotionLaw(
    names=_NAMES,
    uniforms=4,
    start=_start,
    advance=_advance,
    observe=_observe,
    constants={
        "gravity": "gravity",
        "pole_mass": "masspole",
        "total_mass": "total_mass",
        "length": "length",
        "pole_moment": "polemass_length",
        "force": "force_mag",
        "tau": "tau",
        "most_angle": "theta_threshold_radians",
        "most_x": "x_threshold",
        "sutton_barto_reward": "_sutton_barto_reward",
    },
    usual={"kinematics_integrator": "euler"},
)
