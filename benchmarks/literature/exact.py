"""Known answers that are computed: planning on tables of environments, and gains of policies there."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import islice

import gymnasium
import numpy as np

import envs
from agents import BoltzmannExpectation, Maximum, MellowmaxValue, SoftValue, tsallis_probs
from agents.planning import action_values, finite_horizon, policy_evaluation, policy_gain, value_iteration, value_sweeps
from benchmarks.literature.claims import Exact
from boltzmann import InverseTime, Schedule

_TWO_STATES = "Asadi & Littman 2017, two states"
_WALLS = "the walls are a stand-in from a search for these numbers"
_FOLLOWS = "on the stand-in walls; the search did not use this number"
_NOT_BEST = "published as the optimum, which is larger: off the diagonal, further steps to the right only cost"


def _compiled(name: str) -> envs.Table:
    return envs.compile_table(gymnasium.make(name))


def _start(table: envs.Table, V: np.ndarray) -> float:
    """Return the mean value of the states in which episodes start."""
    return float(V @ table.initial)


def _fixed_point(inverse_temperature: float, rank: int) -> float:
    """Return a fixed point of Boltzmann value iteration, found by a change of sign; the smallest has rank 0."""
    from scipy.optimize import brentq

    table, backup = envs.two_state(), BoltzmannExpectation(1 / inverse_temperature)

    def change_of(V: float) -> float:
        values = np.zeros(len(table.probs))
        values[0] = V
        return float(backup(action_values(table, values, 0.98))[0] - V)

    grid = np.linspace(0.0, 2.0, 202)
    signs = np.sign([change_of(V) for V in grid])
    (changes,) = np.nonzero(signs[:-1] != signs[1:])
    return float(brentq(change_of, grid[changes[rank]], grid[changes[rank] + 1], xtol=1e-14))


def _mellowmax_fixed_point() -> float:
    return float(value_iteration(envs.two_state(), MellowmaxValue(1 / 16.55), 0.98).V[0])


def _soft_lake(temperature: float) -> float:
    return float(value_iteration(_compiled("FrozenLake-v1"), SoftValue(temperature), 0.99).V[0])


def _soft_grid(size: int, temperature: float) -> float:
    """Solve a grid with moves down and right that cost 1 and end in the corner; other moves are masked."""
    row, column = np.divmod(np.arange(size * size), size)
    mask = np.stack([row < size - 1, column < size - 1], axis=1)
    mask[-1] = True
    following = np.minimum(np.arange(size * size)[:, np.newaxis] + [size, 1], size * size - 1)[..., np.newaxis]
    shape = following.shape
    start = np.eye(size * size)[0]
    table = envs.Table(np.ones(shape), following, -np.ones(shape), following == size * size - 1, start, mask)
    return float(value_iteration(table, SoftValue(temperature), 1.0).V[0])


def _always(table: envs.Table, action: int) -> np.ndarray:
    probs = np.zeros(table.probs.shape[:2])
    probs[:, action] = 1.0
    return probs


def _gain_of_always(table: envs.Table, action: int) -> float:
    return policy_gain(table, _always(table, action))


def _best_total(table: envs.Table, steps: int) -> float:
    return _start(table, finite_horizon(table, Maximum(), steps))


def _always_right_at_sea(size: int) -> float:
    table = envs.deep_sea_stochastic(size)
    return _start(table, policy_evaluation(table, _always(table, 1), 1.0, horizon=size)[0])


def _optimal(name: str) -> float:
    table = _compiled(name)
    return _start(table, value_iteration(table, Maximum(), 1.0).V)


def _blackjack() -> float:
    table = envs.blackjack_table()
    return _start(table, value_iteration(table, Maximum(), 1.0).V)


def _grid_loss(temperature: float | Schedule, sweeps: int) -> float:
    """Return the largest difference from the optimal values after some sweeps of Boltzmann value iteration."""
    table = envs.grid_world()
    best = value_iteration(table, Maximum(), 0.9).V
    values = next(islice(value_sweeps(table, BoltzmannExpectation(temperature), 0.9), sweeps - 1, None))
    return float(np.abs(values - best).max())


def _inverse_square(step: int) -> float:
    return 1 / (1 + step) ** 2


def _tsallis(arm: int) -> float:
    return float(tsallis_probs([0.0, 1.0, 3.0])[arm])


def _of(name: str, function: Callable[..., float], *rows: tuple[str, str, *tuple[object, ...]]) -> tuple[Exact, ...]:
    """Return the rows of one problem: the case, the published number, and the arguments of the function."""
    return tuple(
        Exact(f"{name}, {case}", published, partial(function, *arguments)) for case, published, *arguments in rows
    )


EXACT = (
    *_of(
        f"{_TWO_STATES}, discount .98: fixed point of Boltzmann value iteration",
        _fixed_point,
        ("beta = 16.55", "0.550401857958", 16.55, 0),
        ("beta = 16.95, stable, low", "0.5944980499", 16.95, 0),
        ("beta = 16.95, unstable", "0.7230835107", 16.95, 1),
        ("beta = 16.95, stable, high", "0.8613611490", 16.95, 2),
    ),
    Exact(f"{_TWO_STATES}: mellowmax, omega = 16.55", "0.431548048177", _mellowmax_fixed_point),
    *_of(
        "FrozenLake 4x4, discount .99: soft value of the start",
        _soft_lake,
        ("T = 1", "23.9181271952", 1.0),
        ("T = .1", "2.4710324780", 0.1),
        ("T = .01", "0.5989242013", 0.01),
        ("T = .001", "0.5422714256", 0.001),
    ),
    Exact(
        "6 x 6 grid, right and down: soft value counts paths, T = .3", "-8.341171273747", partial(_soft_grid, 6, 0.3)
    ),
    Exact("RiverSwim: gain of always right", "668.8073394", lambda: _gain_of_always(envs.river_swim(), 1)),
    Exact("Chain: gain of always forward", "3.6768", lambda: _gain_of_always(envs.chain(), 0)),
    Exact("Chain: best total of 1000 steps", "3665.83", lambda: _best_total(envs.chain(), 1000)),
    Exact("Loop: best total of 1000 steps", "400", lambda: _best_total(envs.loop(), 1000)),
    *(
        Exact(
            f"DeepSea, stochastic: always right, N = {size}", published, partial(_always_right_at_sea, size), _NOT_BEST
        )
        for size, published in ((10, "0.37742"), (20, "0.36735"))
    ),
    Exact("CliffWalking: optimum", "-13", partial(_optimal, "CliffWalking-v1")),
    Exact("Taxi: optimum, mean over starts", "7.93", partial(_optimal, "Taxi-v4")),
    Exact("Blackjack (`sab=True`): optimum", "-0.0431131", _blackjack),
    *(
        Exact(f"Pan et al. 2020, grid: loss of Boltzmann value iteration, {part}", published, compute, note)
        for part, published, compute, note in (
            ("beta = 1", "0.6353", partial(_grid_loss, 1.0, 400), _WALLS),
            ("beta = 10", "0.3274", partial(_grid_loss, 0.1, 400), _WALLS),
            ("beta = 100", "0.02461", partial(_grid_loss, 0.01, 400), _WALLS),
            ("beta = t, 100 sweeps", "0.026", partial(_grid_loss, InverseTime(1.0, 1.0), 100), _FOLLOWS),
            ("beta = t^2, 50 sweeps", "0.000000", partial(_grid_loss, _inverse_square, 50), _FOLLOWS),
        )
    ),
    *_of(
        "Tsallis-INF, losses 0, 1, 3, eta = 1: probability",
        _tsallis,
        ("arm 0", "0.57286656", 0),
        ("arm 1", "0.30149346", 1),
        ("arm 2", "0.12563998", 2),
    ),
)
