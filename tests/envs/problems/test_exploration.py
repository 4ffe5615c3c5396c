"""Exploration problems: their tables against their papers, and their known answers by plain dynamic programming."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import envs
from envs.problems.grids import WALLS
from tests.support import models


@pytest.mark.parametrize(
    ("table", "paper"),
    [
        (envs.river_swim(), models.river_swim),
        (envs.chain(), models.chain),
        (envs.loop(), models.loop),
        (envs.double_chain(), models.double_chain),
        (envs.deep_sea(), models.deep_sea),
        (envs.deep_sea_stochastic(), models.deep_sea_stochastic),
        (envs.two_state(), models.two_state),
        (envs.grid_world(), lambda s, a: models.grid_world(s, a, WALLS)),
        (envs.grid_world(["#.G", ".#.", "S.."]), lambda s, a: models.grid_world(s, a, ["#.G", ".#.", "S.."])),
    ],
    ids=["river", "chain", "loop", "double", "sea", "stochastic sea", "two", "grid", "small grid"],
)
def test_tables_are_those_of_the_papers(table, paper):
    states, actions, _ = table.probs.shape
    for s, a in itertools.product(range(states), range(actions)):
        written, held = paper(s, a), models.outcomes_of(table, s, a)
        assert written.keys() == held.keys(), (s, a)
        assert held == pytest.approx(written, rel=1e-12), (s, a)


def test_episodes_start_where_the_papers_say():
    np.testing.assert_array_equal(envs.river_swim().initial, [0, 0.5, 0.5, 0, 0, 0])
    for table in (envs.chain(), envs.loop(), envs.double_chain(), envs.deep_sea(), envs.two_state(), envs.grid_world()):
        assert table.initial[0] == 1
    assert envs.grid_world(["G.S"]).initial[2] == 1


def test_river_swim_upstream_gains():
    table = envs.river_swim()
    assert models.gain(table, np.ones(6, dtype=int)) == pytest.approx(668.8073394, abs=5e-8)
    others = [models.gain(table, np.array(policy)) for policy in itertools.product((0, 1), repeat=6)]
    assert max(others) == pytest.approx(668.8073394, abs=5e-8)
    assert models.gain(table, np.zeros(6, dtype=int)) == pytest.approx(5.0)


def test_chain_known_answers():
    table = envs.chain()
    gains = {policy: models.gain(table, np.array(policy)) for policy in itertools.product((0, 1), repeat=5)}
    assert gains[0, 0, 0, 0, 0] == max(gains.values()) == pytest.approx(3.6768, abs=1e-10)
    assert models.best_total(table, 1000)[0] == pytest.approx(3665.83, abs=0.005)


@given(st.integers(2, 12), st.floats(0, 1), st.floats(-10, 10), st.floats(-10, 10))
@settings(max_examples=50)
def test_the_gain_of_going_forward_on_a_chain(states, slip, small, large):
    # The agent is in the last state when the last states - 1 steps have not slipped.
    table = envs.chain(states, slip, small, large)
    gain = slip * small + (1 - slip) ** states * large
    assert models.gain(table, np.zeros(states, dtype=int)) == pytest.approx(gain, rel=1e-9, abs=1e-9)


@given(st.integers(3, 9), st.floats(0.01, 100))
@settings(max_examples=20)
def test_gaps_scale_with_the_rewards(states, factor):
    plain, scaled = (envs.river_swim(states, 5 * scale, 100 * scale) for scale in (1, factor))
    np.testing.assert_allclose(envs.optimal_gaps(scaled, 0.9), factor * envs.optimal_gaps(plain, 0.9), rtol=1e-6)


@st.composite
def layouts(draw):
    rows, columns = draw(st.integers(1, 6)), draw(st.integers(2, 6))
    cells = draw(st.lists(st.sampled_from("..#"), min_size=rows * columns, max_size=rows * columns))
    start, goal = draw(st.lists(st.integers(0, rows * columns - 1), min_size=2, max_size=2, unique=True))
    cells[start], cells[goal] = "S", "G"
    return ["".join(cells[row * columns : (row + 1) * columns]) for row in range(rows)]


def distance(layout):
    """Steps from S to G, by breadth-first search; infinite where a wall is between them."""
    text, steps = "".join(layout), 0
    frontier, seen = {text.index("S")}, set()
    while frontier and text.index("G") not in frontier:
        seen |= frontier
        reached = {target for s in frontier for a in range(4) for target, _, _ in models.grid_world(s, a, layout)}
        frontier, steps = reached - seen, steps + 1
    return steps if frontier else np.inf


@given(layouts())
@settings(max_examples=50)
def test_the_value_of_a_grid_counts_the_steps_to_its_goal(layout):
    table = envs.grid_world(layout)
    for s, a in itertools.product(range(len(table.initial)), range(4)):
        assert models.outcomes_of(table, s, a) == models.grid_world(s, a, layout)
    V, _ = envs.optimal_values(table, 0.9)
    assert V @ table.initial == pytest.approx(0.9 ** (distance(layout) - 1))


def test_loop_pays_400_in_1000_steps():
    assert models.best_total(envs.loop(), 1000)[0] == 400
    # An agent that stays on the first loop gets half of that.
    easy = envs.TabularVectorEnv(envs.loop(), 1)
    easy.reset(seed=0)
    assert sum(float(easy.step([0])[1][0]) for _ in range(1000)) == 200


def test_double_chain_known_answers():
    # Four steps to the end of the first chain, then 10 a step; always forward on the second pays 2 + 996 x 5.
    assert models.best_total(envs.double_chain(), 1000)[0] == 9960
    second = envs.TabularVectorEnv(envs.double_chain(), 1)
    second.reset(seed=0)
    assert sum(float(second.step([int(step == 0)])[1][0]) for step in range(1000)) == 2 + 996 * 5
    # With slips, by renewal at state 0: six steps a cycle (1 + 1 / 0.2), which pay 2 for the slip back, 2 with
    # probability 0.2 on entering, and at an end, reached with 0.8^3, on average 0.8 / 0.2 times 0.8 x 10 + 0.2 x 5.
    slipping = models.gain(envs.double_chain(slip=0.2), np.zeros(9, dtype=int))
    assert slipping == pytest.approx((2 + 0.2 * 2 + 0.8**3 * 4 * 9) / 6)


@pytest.mark.parametrize(("size", "always_right", "optimum"), [(10, 0.37742, 0.38091), (20, 0.36735, 0.37094)])
def test_deep_sea_known_answers(size, always_right, optimum):
    assert models.best_total(envs.deep_sea(size), size)[0] == pytest.approx(0.99)
    table = envs.deep_sea_stochastic(size)
    transition, reward = models.dense(table)
    V = np.zeros(size * size)
    for _ in range(size):
        V = reward[:, 1] + transition[:, 1] @ V
    assert V[0] == pytest.approx(always_right, abs=5e-6)
    assert V[0] == pytest.approx((1 - 1 / size) ** (size - 1) - 0.01)
    # The published optimum is that of always going right; the true one stops paying once the wind has won.
    assert models.best_total(table, size)[0] == pytest.approx(optimum, abs=5e-6)


def test_deep_sea_scrambles_actions_as_bsuite_does():
    plain, scrambled = envs.deep_sea(5), envs.deep_sea(5, mapping_seed=42)
    mapping = np.random.RandomState(42).binomial(1, 0.5, [5, 5])  # the line of bsuite's DeepSea
    for s, right in enumerate(mapping.ravel()):
        for part in ("next_states", "rewards"):
            np.testing.assert_array_equal(getattr(scrambled, part)[s, right], getattr(plain, part)[s, 1])
            np.testing.assert_array_equal(getattr(scrambled, part)[s, 1 - right], getattr(plain, part)[s, 0])
    assert models.best_total(scrambled, 5)[0] == pytest.approx(0.99)


def test_two_state_boltzmann_fixed_points():
    # Asadi & Littman 2017, figure 1: fixed points of V -> boltzmann(Q(V)), where the difference changes sign.
    table = envs.two_state()
    transition, reward = models.dense(table)

    def excess(beta, V):
        Q = reward[[0]] + 0.98 * transition[[0], :, 0] * V
        return float(models.boltzmann(lambda _: beta)(Q, 1)[0] - V)

    for beta, known in [
        (16.55, [0.550401857958]),
        (16.95, [0.5944980499, 0.7230835107, 0.8613611490]),
    ]:
        grid = np.linspace(0, 1.2, 20_001)
        signs = np.sign([excess(beta, V) for V in grid])
        crossings = np.flatnonzero(signs[:-1] != signs[1:])
        assert len(crossings) == len(known)
        for index, value in zip(crossings, known, strict=True):
            assert grid[index] <= value <= grid[index + 1]
            assert excess(beta, value) == pytest.approx(0, abs=1e-10)


def boltzmann_loss(beta, sweeps):
    """Sup-norm distance of Boltzmann value iteration from the optimal values after ``sweeps`` sweeps."""
    table = envs.grid_world()
    best, _ = models.iterated(table, 0.9, lambda Q, _: Q.max(axis=1), 400)
    values, _ = models.iterated(table, 0.9, models.boltzmann(beta), sweeps)
    return np.abs(values - best).max()


@pytest.mark.parametrize(("beta", "loss", "digits"), [(1, 0.6353, 5e-5), (10, 0.3274, 5e-5), (100, 0.02461, 5e-6)])
def test_grid_losses_of_boltzmann_value_iteration(beta, loss, digits):
    # The walls were searched for to match these numbers. The test guards the walls and confirms no published number.
    assert boltzmann_loss(lambda _: beta, 400) == pytest.approx(loss, abs=digits)


def test_grid_losses_of_dynamic_boltzmann_value_iteration():
    # The walls were not searched for these two numbers, which follow from them.
    assert boltzmann_loss(lambda sweep: sweep, 100) == pytest.approx(2.6e-2, abs=5e-4)
    assert boltzmann_loss(lambda sweep: sweep**2, 50) < 1e-6
