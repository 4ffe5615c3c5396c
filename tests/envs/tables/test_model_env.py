"""The exploration problems as environments: single and batched have the law of their table, and can be looked at."""

import subprocess
import sys

import gymnasium
import numpy as np
import pytest
from scipy import stats

import envs
from envs import MDP_IDS, Table, TableEnv, TabularVectorEnv
from envs.spaces import NumberedSyncVectorEnv
from envs.tables.table import cumulative
from tests.support import models
from tests.support.frequencies import FALSE_ALARM, agrees, fresh_rng
from tests.support.paths import ROOT

every_mdp = pytest.mark.parametrize("name", MDP_IDS)


def test_the_list_of_problems_is_registered():
    assert set(MDP_IDS) < set(envs.ENV_IDS)
    assert len(MDP_IDS) == 12


@every_mdp
def test_make_steps_the_table_of_the_single_form(name):
    single, batched = gymnasium.make(name), envs.make(name, 3)
    assert type(batched) is TabularVectorEnv
    assert isinstance(single.unwrapped, TableEnv)
    assert batched.max_episode_steps == single.spec.max_episode_steps
    for part in ("probs", "next_states", "rewards", "terminated", "initial"):
        np.testing.assert_array_equal(getattr(batched.table, part), getattr(single.unwrapped.table, part))
    sees_boards = batched.table.boards is not None
    assert (envs.make_raw(name) if sees_boards else batched).single_observation_space == single.observation_space
    assert batched.single_action_space == single.action_space


@pytest.mark.parametrize(
    ("name", "limit"),
    [("RiverSwim", 5000), ("Chain", 1000), ("Loop", 1000), ("GridWorld", 300), ("DeepSea", None)],
)
def test_phases_are_those_of_the_papers(name, limit):
    assert envs.make(f"boltzmann/{name}-v0", 2).max_episode_steps == limit
    assert envs.make(f"boltzmann/{name}-v0", 2, max_episode_steps=7).max_episode_steps == 7


def test_parameters_go_through_make():
    assert envs.make("boltzmann/RiverSwim-v0", 2, states=12).single_observation_space.n == 12
    assert envs.make("boltzmann/Garnet-v0", 2, states=7, actions=3, seed=2).single_action_space.n == 3
    np.testing.assert_array_equal(
        envs.make("boltzmann/RandomMDP-v0", 2, seed=9).table.probs, envs.random_mdp(seed=9).probs
    )
    with pytest.raises(TypeError, match="unexpected keyword argument 'length'"):
        envs.make("boltzmann/RiverSwim-v0", 2, length=12)


@every_mdp
def test_gaps_are_those_of_plain_value_iteration(name):
    env = envs.make(name, 50, discount=0.9)
    V, Q = models.iterated(env.table, 0.9, lambda Q, _: Q.max(axis=1), 600)
    observations, _ = env.reset(seed=0)
    rng = np.random.default_rng(1)
    for _ in range(20):
        actions = rng.integers(env.single_action_space.n, size=50)
        following, _, _, _, info = env.step(actions)
        scale = np.abs(V).max()
        expected = V[observations] - Q[observations, actions]
        if env.table.action_mask is not None:
            expected = np.where(env.table.action_mask[observations, actions], expected, np.nan)
        np.testing.assert_allclose(info["gap"], expected, rtol=1e-9, atol=2e-9 * scale)
        observations = following


def seen_singly(env, steps):
    """Transitions under uniform actions: states, actions, rewards, next states, terminated."""
    rng, seen = fresh_rng(), []
    env.reset(seed=int(rng.integers(2**62)))
    for action in rng.integers(env.action_space.n, size=steps):
        # Boards do not tell all states apart once the ball is down.
        state = env.unwrapped._state
        _, reward, terminated, truncated, _ = env.step(action)
        seen.append((state, action, reward, env.unwrapped._state, terminated))
        if terminated or truncated:
            env.reset()
    return [np.array(column) for column in zip(*seen, strict=True)]


def seen_in_a_batch(env, steps):
    rng, seen = fresh_rng(), []
    states, _ = env.reset(seed=int(rng.integers(2**62)))
    for _ in range(steps // env.num_envs):
        actions = rng.integers(env.single_action_space.n, size=env.num_envs)
        following, rewards, terminated, _, info = env.step(actions)
        reached = np.where(info["_final_obs"], info["final_obs"], following) if "final_obs" in info else following
        seen.append((states, actions, rewards, reached, terminated))
        states = following
    return [np.concatenate(column) for column in zip(*seen, strict=True)]


def follows(table, seen):
    """Whether transitions have the law of a table; the false-alarm rate is FALSE_ALARM, shared among the pairs."""
    states, actions, rewards, reached, terminated = seen
    pairs = np.unique(np.stack([states, actions]), axis=1).T
    noises = []
    for s, a in pairs:
        here = (states == s) & (actions == a)
        outcomes = models.outcomes_of(table, s, a)
        noise = 0.0 if table.noise is None else table.noise[s, a]
        counts = np.zeros(len(outcomes))
        for outcome, (target, paid, ends) in enumerate(outcomes):
            match = here & (reached == target) & (terminated == ends)
            # With noisy rewards, the next state and the end identify an outcome.
            match &= np.abs(rewards - paid) < (1e-12 if noise == 0 else np.inf)
            counts[outcome] = match.sum()
            if noise:
                noises.append((rewards[match] - paid) / noise)
        if counts.sum() != here.sum() or not agrees(counts, list(outcomes.values()), FALSE_ALARM / len(pairs)):
            return False
    return not noises or bool(stats.kstest(np.concatenate(noises), "norm").pvalue > FALSE_ALARM)


@every_mdp
def test_single_and_batched_stepping_have_the_law_of_the_table(name):
    single, batched = gymnasium.make(name, disable_env_checker=True), envs.make(name, 500)
    assert follows(batched.table, seen_singly(single, 3000))
    assert follows(batched.table, seen_in_a_batch(batched, 40_000))


def test_the_test_of_laws_finds_planted_faults():
    table = envs.river_swim()
    single = TableEnv(table)
    single._cumulative = cumulative(table.probs) * [0.9, 0.9, 1.0]
    assert not follows(table, seen_singly(single, 6000))
    batched = TabularVectorEnv(table, 500)
    batched._levels *= 0.9
    assert not follows(table, seen_in_a_batch(batched, 40_000))
    noisy = envs.garnet(states=5)
    batched = TabularVectorEnv(noisy, 500)
    batched._noise = batched._noise * 1.1
    assert not follows(noisy, seen_in_a_batch(batched, 40_000))


def test_single_and_batched_episodes_start_alike():
    single, batched = TableEnv(envs.river_swim()), envs.make("boltzmann/RiverSwim-v0", 20_000)
    single.reset(seed=int(fresh_rng().integers(2**62)))
    starts = np.bincount([single.reset()[0] for _ in range(3000)], minlength=6)
    assert agrees(starts, single.table.initial)
    starts = np.bincount(batched.reset(seed=int(fresh_rng().integers(2**62)))[0], minlength=6)
    assert agrees(starts, single.table.initial)
    assert not agrees(starts, [0, 0.45, 0.55, 0, 0, 0])


def test_noise_leaves_the_transitions_as_they_are():
    table = envs.garnet(noise=0.0)
    quiet, loud = (TabularVectorEnv(envs.garnet(noise=noise), 20) for noise in (0.0, 5.0))
    for env in (quiet, loud):
        env.reset(seed=3)
    for _ in range(50):
        quiet_step, loud_step = quiet.step(np.zeros(20, dtype=int)), loud.step(np.zeros(20, dtype=int))
        np.testing.assert_array_equal(quiet_step[0], loud_step[0])
        assert np.isin(quiet_step[1], table.rewards).all()
        assert (quiet_step[1] != loud_step[1]).all()


def test_a_single_environment_shows_the_mask_of_its_table():
    plain = envs.chain(states=2)
    mask = np.array([[True, False], [True, True]])
    parts = {part: getattr(plain, part) for part in ("probs", "next_states", "rewards", "terminated", "initial")}
    env = TableEnv(Table(**parts, action_mask=mask))
    observation, info = env.reset(seed=0)
    for _ in range(20):
        np.testing.assert_array_equal(info["action_mask"], mask[observation])
        observation, _, _, _, info = env.step(0)


def test_single_environments_refuse_wrong_calls():
    env = TableEnv(envs.loop())
    with pytest.raises(RuntimeError, match="reset must be called before step"):
        env.step(0)
    with pytest.raises(ValueError, match="options of reset are not supported"):
        env.reset(options={"state": 3})
    env.reset(seed=0)
    for action, message in ((2, r"actions must be in \[0, 2\), got 2"), (-1, "got -1"), (0.5, "must be integers")):
        with pytest.raises(ValueError, match=message):
            env.step(action)
    assert env.step(1)[0] == 5  # what was refused has changed nothing
    assert env.render() is None
    with pytest.raises(ValueError, match="render_mode must be None or 'rgb_array', got 'human'"):
        TableEnv(envs.loop(), render_mode="human")
    with pytest.raises(RuntimeError, match="reset must be called before render"):
        envs.Loop(render_mode="rgb_array").render()


@every_mdp
def test_pictures_show_the_state_and_change_nothing(name):
    env = gymnasium.make(name, render_mode="rgb_array").unwrapped
    env.reset(seed=0)
    before = env.np_random.bit_generator.state
    picture = env.render()
    assert picture.dtype == np.uint8
    assert picture.ndim == 3
    assert picture.shape[2] == 3
    assert min(picture.shape[:2]) > 100
    np.testing.assert_array_equal(env.render(), picture)
    assert env.np_random.bit_generator.state == before
    # The colour marks the current state and moves when the state changes.
    marked = (picture == [0xF2, 0xB1, 0x34]).all(axis=2)
    assert 50 < marked.sum() < 4000
    start = env._state
    for step in range(1000):
        env.step(step % env.action_space.n)
        if env._state != start:
            break
    assert env._state != start
    moved = (env.render() == [0xF2, 0xB1, 0x34]).all(axis=2)
    assert (moved & ~marked).sum() > 50


def test_a_table_of_ones_own_is_drawn_on_a_ring():
    env = TableEnv(envs.garnet(states=3), render_mode="rgb_array")
    env.reset(seed=0)
    assert env.render().std() > 0


def test_a_render_mode_makes_single_environments():
    env = envs.make("boltzmann/Chain-v0", 2, render_mode="rgb_array")
    assert type(env) is NumberedSyncVectorEnv
    env.reset(seed=[1, 2])
    assert len(env.render()) == 2
    env.close()


def test_matplotlib_waits_until_something_is_drawn():
    code = "import envs, sys; envs.make('boltzmann/Loop-v0', 2).reset(seed=0); print('matplotlib' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT)
    assert run.stdout.strip() == "False"
