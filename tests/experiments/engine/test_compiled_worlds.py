"""Every world on both engines: the same actions, rewards, values and masks, and an environment that goes on alike."""

import gymnasium
import numpy as np
import pytest

import envs
from agents import QLearning, SampleAverage, Sarsa
from boltzmann import Boltzmann
from boltzmann.experiments import RECORDED, rollout
from envs.bandits import (
    Bandit,
    BanditLaw,
    BanditVector,
    GaussianBandit,
    GaussianBanditVector,
    Problems,
    pay_normal,
    pay_one_or_zero,
)

pytest.importorskip("numba")

WITHOUT_LAW: set[str] = set()
"""Worlds of this package that only lockstep knows."""
GYMNASIUM = ("FrozenLake-v1", "Taxi-v4", "Blackjack-v1", "CartPole-v1", "MountainCar-v0", "Acrobot-v1")
FEWER = {"boltzmann/LeverBandit-v0": {"arms": 12}, "boltzmann/CatalogueBandit-v0": {"arms": 12}}
STEPS, ENDS = 240, np.array([1, 60, 240])


def played(env, agent, engine, ends=ENDS):
    rows = env.num_envs
    record = rollout(env, agent, ends, list(range(rows)), np.random.default_rng(1), engine=engine)
    assert record.engine == engine
    return record


def assert_alike(make, make_agent, ends=ENDS):
    """Play on both engines, and let lockstep take more steps of both environments."""
    slow_env, fast_env, slow_agent, fast_agent = make(), make(), make_agent(), make_agent()
    slow, fast = played(slow_env, slow_agent, "lockstep", ends), played(fast_env, fast_agent, "compiled", ends)
    for name in RECORDED:
        np.testing.assert_allclose(fast.arrays[name], slow.arrays[name], rtol=1e-13, atol=1e-13, err_msg=name)
    for name in ("values", "visits", "allowed"):
        np.testing.assert_array_equal(getattr(fast_agent, name), getattr(slow_agent, name), err_msg=name)
    generator = np.random.default_rng(2)
    for _ in range(30):
        actions = generator.integers(slow_env.single_action_space.n, size=slow_env.num_envs)
        (*left, _), (*right, _) = slow_env.step(actions), fast_env.step(actions)
        for one, other in zip(left, right, strict=True):
            np.testing.assert_array_equal(one, other)
    return slow_env, fast_env


def learner(name):
    return SampleAverage(Boltzmann(0.3)) if "Bandit" in name else QLearning(Boltzmann(0.3), discount=0.9)


QUICK = ("boltzmann/DriftingBandit-v0", "boltzmann/ZeroedStartBandit-v0", "CartPole-v1")


@pytest.mark.parametrize(
    "name",
    [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in (*envs.ENV_IDS, *GYMNASIUM)],
)
def test_every_world_runs_compiled(name):
    kwargs = {"discount": 0.9, **FEWER.get(name, {})}
    if name in WITHOUT_LAW:
        with pytest.raises(ValueError, match="no compiled form"):
            played(envs.make(name, 2, **kwargs), learner(name), "compiled")
        return
    for rows in (1, 65):
        assert_alike(lambda rows=rows: envs.make(name, rows, **kwargs), lambda: learner(name))


CHANGES = {
    "drawn in periods": {"period": 7},
    "drawn in listed rounds": {"changes": [3, 50, 51]},
    "given in periods": {"means": [[1.0, 0.0, 3.0], [0.0, 1.0, 2.0], [4.0, 2.0, 2.0]], "period": 5},
    "never": {"changes": []},
}


@pytest.mark.slow
@pytest.mark.parametrize("kwargs", CHANGES.values(), ids=CHANGES)
def test_means_change_in_the_same_rounds(kwargs):
    slow, fast = assert_alike(
        lambda: envs.make("boltzmann/AbruptBandit-v0", 3, **kwargs), lambda: SampleAverage(Boltzmann(0.3))
    )
    np.testing.assert_array_equal(slow.means, fast.means)


def test_a_bandit_shows_the_same_afterwards():
    def make():
        return envs.make("boltzmann/DriftingBandit-v0", 70, arms=3, render_mode="ansi")

    shown = []
    for engine in ("lockstep", "compiled"):
        env = make()
        played(env, SampleAverage(Boltzmann(0.3)), engine)
        shown.append(env.render())
    assert shown[0] == shown[1]
    assert shown[0][69].startswith(f"round {STEPS}: arm")


@pytest.mark.slow
@pytest.mark.parametrize("arms", [65, 1000])
def test_many_levers_run_compiled(arms):
    for rows in (1, 65):
        assert_alike(
            lambda rows=rows: envs.make("boltzmann/LeverBandit-v0", rows, arms=arms),
            lambda: SampleAverage(Boltzmann(0.3)),
        )


class Seasons(Bandit):
    """The means swing, each at its own pace, and the arm pulled pays 0 or 1: uniforms, then normals."""

    @property
    def law(self):
        def moves(m, arm, row):
            moved = arm.mean + row.pull * (0.5 - arm.mean) + row.noise * arm.noise * m.sqrt(arm.index + 1.0)
            return m.minimum(m.maximum(moved, 0.0), 1.0)

        return BanditLaw(
            pay_one_or_zero, noise="uniform", moves=moves, moving="normal", numbers={"pull": 0.1, "noise": 0.02}
        )

    def draw(self, rng, count):
        return Problems(rng.random((count, self.arms)))


class SeasonsVector(BanditVector):
    single = Seasons


class Doubled(GaussianBandit):
    """A bandit that replaces what a law would say."""

    def pay(self, rng, problems, arms):
        rewards, gaps = super().pay(rng, problems, arms)
        return 2 * rewards, 2 * gaps


class DoubledVector(GaussianBanditVector):
    single = Doubled


def test_a_law_of_a_users_own_runs_compiled():
    slow, fast = assert_alike(lambda: SeasonsVector(5, arms=4), lambda: SampleAverage(Boltzmann(0.3)))
    np.testing.assert_array_equal(slow.means, fast.means)
    assert pay_normal is not pay_one_or_zero


def test_a_bandit_that_pays_in_its_own_way_runs_in_lockstep():
    with pytest.raises(ValueError, match="no compiled form of DoubledVector"):
        played(DoubledVector(2), SampleAverage(Boltzmann(0.3)), "compiled")
    played(DoubledVector(2), SampleAverage(Boltzmann(0.3)), "lockstep")


def hidden_states(rows):
    """A table in which states with different masks look alike."""
    rng = np.random.default_rng(0)
    states, actions, outcomes = 7, 3, 3
    mask = rng.random((states, actions)) < 0.6
    mask[np.arange(states), rng.integers(actions, size=states)] = True
    shape = (states, actions, outcomes)
    table = envs.Table(
        rng.dirichlet(np.ones(outcomes), (states, actions)),
        rng.integers(states, size=shape),
        rng.normal(size=shape),
        rng.random(shape) < 0.1,
        np.full(states, 1 / states),
        action_mask=mask,
        observations=np.array([0, 1, 2, 0, 1, 2, 0]),
        noise=rng.random((states, actions)),
    )
    return envs.TabularVectorEnv(table, rows, max_episode_steps=9)


@pytest.mark.parametrize("agent", [QLearning, Sarsa])
def test_masks_of_hidden_states(agent):
    for rows in (1, 65):
        assert_alike(lambda rows=rows: hidden_states(rows), lambda: agent(Boltzmann(0.3), discount=0.9))


def test_generators_of_rows_stand_where_lockstep_leaves_them():
    slow, fast = assert_alike(
        lambda: envs.make("CartPole-v1", 65, bins=(1, 1, 6, 12)),
        lambda: Sarsa(Boltzmann(0.3), discount=0.9),
        np.array([700, 1400]),
    )
    states = [[generator.bit_generator.state for generator in env.law["generators"]] for env in (slow, fast)]
    assert states[0] == states[1]


def test_rows_with_generators_of_another_kind_run_in_lockstep(monkeypatch):
    other = np.random.Generator(np.random.MT19937(0))
    monkeypatch.setattr("envs.physics.motion_env.seeding.np_random", lambda seed: (other, seed))
    with pytest.raises(ValueError, match="no compiled form of MotionVectorEnv"):
        played(envs.make("CartPole-v1", 2), QLearning(Boltzmann(0.3)), "compiled")
    assert gymnasium.spec("CartPole-v1").max_episode_steps == 500
