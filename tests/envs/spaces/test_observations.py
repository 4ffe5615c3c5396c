"""Observations numbered for a table: finite spaces one to one, boxes by the bins that are stated."""

import itertools

import gymnasium
import numpy as np
import pytest
from gymnasium.envs.registration import EnvSpec
from gymnasium.spaces import Box, Dict, Discrete, Graph, MultiBinary, MultiDiscrete, OneOf, Sequence, Text, Tuple
from gymnasium.vector import AutoresetMode, SyncVectorEnv, VectorEnv

import envs
from envs import BoundObservation, NumberObservation, number_observations
from envs.spaces import NumberedSyncVectorEnv
from tests.support.shown import Shows

FINITE = [
    (Discrete(5, start=-2), range(-2, 3)),
    (MultiDiscrete([2, 3]), map(np.array, itertools.product(range(2), range(3)))),
    (MultiDiscrete([[2], [2]], start=[[1], [5]]), map(np.array, itertools.product([[1], [2]], [[5], [6]]))),
    (MultiBinary(3), map(np.array, itertools.product(range(2), repeat=3))),
    (Tuple([Discrete(3), Discrete(2, start=7)]), itertools.product(range(3), [7, 8])),
    (
        Tuple([Discrete(2), Tuple([MultiBinary(1), Discrete(2)])]),
        ((a, (np.array([b]), c)) for a, b, c in itertools.product(range(2), repeat=3)),
    ),
    (Dict(x=Discrete(2), y=MultiBinary(2)), ({"x": a, "y": (b, c)} for a, b, c in itertools.product((0, 1), repeat=3))),
    (Discrete(1, start=1), [1]),
    (
        Dict(agent=Box(0, 1, (2,), np.int64), goal=Box(-3, -1, (1,), np.int8)),
        (
            {"agent": np.array([a, b]), "goal": np.array([c])}
            for a, b, c in itertools.product((0, 1), (0, 1), (-3, -2, -1))
        ),
    ),
    (MultiBinary((2, 1)), ([[a], [b]] for a, b in itertools.product((0, 1), repeat=2))),
    (MultiDiscrete([2, 3], dtype=np.uint8, start=[250, 0]), itertools.product((250, 251), range(3))),
    (
        OneOf([Discrete(2), Tuple([Discrete(2), Discrete(1)]), MultiBinary(1)]),
        [(0, 0), (0, 1), (1, (0, 0)), (1, (1, 0)), (2, [0]), (2, np.array([1]))],
    ),
]


@pytest.mark.parametrize(("space", "everything"), FINITE, ids=[str(space)[:40] for space, _ in FINITE])
def test_finite_observations_are_numbered_one_to_one(space, everything):
    env = NumberObservation(Shows(space))
    numbers = [env.observation(observation) for observation in everything]
    # Numbers count up with the last part fastest, without gaps or repeats.
    assert numbers == list(range(env.observation_space.n))
    assert isinstance(numbers[0], np.int64)
    env.reset(seed=0)
    for _ in range(20):
        assert env.step(0)[0] in env.observation_space


def test_an_environment_whose_observations_are_numbers_already_stays_as_it_is():
    env = Shows(Discrete(4))
    assert number_observations(env) is env


ENDLESS = [
    Text(3),
    Graph(Discrete(2), None),
    Sequence(Discrete(2)),
    Tuple([Discrete(2), Box(0, 1)]),
    Dict(a=Text(2)),
    OneOf([Discrete(2), Text(2)]),
]


@pytest.mark.parametrize("space", ENDLESS, ids=lambda space: type(space).__name__)
def test_spaces_that_cannot_be_numbered_ahead_are_refused_with_what_to_do(space):
    message = r"observations must be of a finite space or a box, got .* of Shows: observe='hash' numbers them as they"
    with pytest.raises(ValueError, match=message):
        number_observations(Shows(space))
    with pytest.raises(ValueError, match=message):
        NumberObservation(Shows(space))


def test_more_observations_than_integers_are_refused():
    with pytest.raises(ValueError, match="must be at most 9223372036854775807 in all, got 9223372036854775808"):
        NumberObservation(Shows(MultiBinary(63)))
    screens = Dict(screen=Box(0, 255, (210, 160, 3), np.uint8))
    with pytest.raises(ValueError, match=r"in all, got about 10\^242751: observe='hash' numbers those that occur"):
        number_observations(Shows(screens))
    with pytest.raises(ValueError, match="bins must be at most 9223372036854775807"):
        number_observations(Shows(Box(0, 1, (64,))), bins=2)


def plainly(observation, edges):
    """The number of an observation, from the inner edges of its bins alone."""
    number = 0
    for value, inner in zip(observation, edges, strict=True):
        number = number * (len(inner) + 1) + sum(value >= edge for edge in inner)
    return number


def test_cartpole_falls_into_the_bins_that_are_stated():
    bins, bounds = (3, 4, 5, 6), [(-2.4, 2.4), None, None, (-3.5, 3.5)]
    numbered = envs.make("CartPole-v1", 3, bins=bins, bounds=bounds)
    raw = envs.make_raw("CartPole-v1", 3)
    angle = float(raw.single_observation_space.high[2])
    edges = [
        np.linspace(-2.4, 2.4, 4)[1:-1],
        np.tan(np.linspace(-np.pi / 2, np.pi / 2, 5)[1:-1]),
        np.linspace(-angle, angle, 6)[1:-1],
        np.linspace(-3.5, 3.5, 7)[1:-1],
    ]
    assert numbered.single_observation_space.n == 360
    (number, _), (seen, _) = numbered.reset(seed=[1, 2, 3]), raw.reset(seed=[1, 2, 3])
    rng, visited = np.random.default_rng(0), set()
    for _ in range(300):
        assert number.tolist() == [plainly(row, edges) for row in seen]
        visited.update(number.tolist())
        actions = rng.integers(2, size=3)
        number, _, _, _, info = numbered.step(actions)
        seen, _, _, _, raw_info = raw.step(actions)
        for row in np.flatnonzero(info.get("_final_obs", [])):
            assert info["final_obs"][row] == plainly(raw_info["final_obs"][row], edges)
    assert len(visited) > 15


@pytest.mark.parametrize(
    ("name", "count"),
    [("MountainCar-v0", 20**2), ("CartPole-v1", 10**4), ("Acrobot-v1", 4**6), ("Pendulum-v1", 20**3)],
)
def test_the_usual_bins_make_at_most_ten_thousand_states(name, count):
    env = number_observations(gymnasium.make(name))
    assert env.observation_space == Discrete(count)
    assert count <= 10_000


def test_the_edges_of_unbounded_numbers_are_those_stated():
    def numbers(env, *seen):
        # Through both wrappers, the inner one first.
        return [int(env.observation(env.env.observation(np.array([x])))) for x in seen]

    for largest in (np.inf, np.finfo(np.float32).max):
        env = number_observations(Shows(Box(-largest, largest, (1,))), bins=10)
        inner = np.tan(env.bin_edges[0])
        np.testing.assert_allclose(inner[4:], [0, 0.325, 0.727, 1.376, 3.078], atol=5e-4)
        # Very large and infinite numbers do not overflow.
        assert numbers(env, -np.inf, -1e30, -3.1, -3.0, -0.1, 0.1, 1e30, np.inf) == [0, 0, 0, 1, 4, 5, 9, 9]
    half = number_observations(Shows(Box(0, np.inf, (1,))), bins=2)
    assert numbers(half, 0.0, 0.99, 1.01, np.inf) == [0, 0, 1, 1]


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("CartPole-v1", {"bins": (2, 2)}, r"bins must be one number or one for each of the 4 numbers, got \(2, 2\)"),
        ("CartPole-v1", {"bins": 0}, "bins must be a whole number of at least 1, got 0"),
        ("CartPole-v1", {"bins": 1_000_001}, "bins must be at most 1000000 for each number, got 1000001"),
        ("CartPole-v1", {"bins": "8"}, "bins must be a whole number of at least 1, got '8'"),
        ("CartPole-v1", {"bins": (2, 2, 2, 1.5)}, "bins must be a whole number of at least 1, got 1.5"),
        ("CartPole-v1", {"bounds": [(0, 1)]}, "bounds must be a pair for each of the 4 numbers"),
        ("MountainCar-v0", {"bounds": [None, (1, 1)]}, r"bounds\[1\] must have low < high, got \(1, 1\)"),
        ("MountainCar-v0", {"bounds": [None, 3]}, r"bounds\[1\] must be a pair \(low, high\) or None, got 3"),
        ("MountainCar-v0", {"bounds": [(0, np.inf), None]}, r"bounds\[0\] must be in \(-inf, inf\)"),
        (
            "FrozenLake-v1",
            {"bins": 8},
            r"bins must be left out where observations are not a box, got 8",
        ),
        ("Blackjack-v1", {"bounds": [(0, 1)]}, "bounds must be left out where observations are not a box"),
        ("boltzmann/GaussianBandit-v0", {"bins": 2}, "bins must be left out where observations are not a box"),
    ],
)
def test_bins_and_bounds_that_do_not_fit_are_refused(name, arguments, message):
    with pytest.raises(ValueError, match=message):
        envs.make(name, 2, **arguments)


def test_too_many_numbers_for_the_usual_bins_are_refused():
    with pytest.raises(ValueError, match=r"bins must be given for .*: its 28224 numbers in 2 bins each are too many"):
        number_observations(Shows(Box(0, 255, (84, 84, 4), np.uint8)))
    bounded = BoundObservation(gymnasium.make("CartPole-v1"))
    with pytest.raises(ValueError, match=r"observations of CartPole-v1 must be in Box.*, got \[0.0, nan, 0.0, 0.0\]"):
        bounded.observation([0.0, np.nan, 0.0, 0.0])
    with pytest.raises(ValueError, match="observations must be a box, got Discrete"):
        BoundObservation(Shows(Discrete(2)))


def test_numbered_observations_go_through_a_batch():
    space = Tuple([Discrete(3, start=1), MultiBinary(2)])
    env = SyncVectorEnv([lambda: number_observations(Shows(space))] * 5, autoreset_mode=AutoresetMode.SAME_STEP)
    observations, _ = env.reset(seed=list(range(5)))
    assert observations.dtype == np.int64
    assert observations.shape == (5,)


class Pairs(VectorEnv):
    """A batched form that resets in the same step, but whose observations cannot index a table."""

    metadata = {"autoreset_mode": AutoresetMode.SAME_STEP}  # noqa: RUF012 (as Gymnasium declares it)

    def __init__(self, num_envs=1, max_episode_steps=None):
        self.num_envs, self.limit = num_envs, max_episode_steps
        self.single_action_space = Discrete(2)
        self.single_observation_space = MultiBinary(2)


def test_an_own_form_serves_a_table_only_where_its_observations_do(monkeypatch):
    spec = EnvSpec("Pairs-v0", lambda: Shows(MultiBinary(2)), max_episode_steps=9, vector_entry_point=Pairs)
    monkeypatch.setitem(gymnasium.registry, "Pairs-v0", spec)
    assert type(envs.make_raw("Pairs-v0", 3)) is Pairs
    numbered = envs.make("Pairs-v0", 3)
    assert type(numbered) is NumberedSyncVectorEnv
    assert numbered.single_observation_space == Discrete(4)


def test_an_own_form_with_a_time_limit_takes_that_of_the_caller(monkeypatch):
    spec = EnvSpec("Pairs-v0", lambda: Shows(MultiBinary(2)), max_episode_steps=9, vector_entry_point=Pairs)
    monkeypatch.setitem(gymnasium.registry, "Pairs-v0", spec)
    for arguments, limit in (({}, 9), ({"max_episode_steps": 4}, 4)):
        env = envs.make_raw("Pairs-v0", 3, **arguments)
        assert (type(env), env.limit, env.spec.max_episode_steps, env.spec.kwargs) == (Pairs, limit, limit, {})
    unlimited = envs.make_raw("Pairs-v0", 3, max_episode_steps=-1)
    assert type(unlimited) is SyncVectorEnv
    assert unlimited.spec.max_episode_steps is None
