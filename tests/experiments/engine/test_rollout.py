"""The step loop and its record, against a plain loop that keeps everything."""

from dataclasses import fields
from types import SimpleNamespace

import numpy as np
import pytest
from gymnasium.spaces import Discrete

import envs
from agents import QLearning, SampleAverage
from boltzmann import Boltzmann, EpsilonGreedy, Linear, Uniform
from boltzmann.experiments import RECORDED, Recorder, rollout

ENDS = np.array([3, 7, 20, 41, 60])


class Spy:
    """An agent that records everything that it exchanges with the environment."""

    def __init__(self, agent):
        self.agent, self.seen = agent, []

    def reset(self, *arguments):
        self.agent.reset(*arguments)

    def act(self, observations, where=None):
        self.observations, self.decision = observations, self.agent.act(observations, where)
        return self.decision

    def update(self, transition):
        parts = [getattr(transition, field.name) for field in fields(transition)]
        np.testing.assert_array_equal(transition.observations, self.observations)
        np.testing.assert_array_equal(transition.actions, self.decision.actions)
        self.agent.update(transition)
        self.seen.append([np.array(part) for part in (*parts, self.decision.entropy, self.decision.values)])


@pytest.mark.parametrize("make", ["table", "sync"])
def test_the_record_is_what_happened(make):
    R = 6
    table = envs.make("FrozenLake-v1", R, discount=0.9, max_episode_steps=5)
    if make == "table":
        env = table
    else:
        import gymnasium
        from gymnasium.vector import AutoresetMode, SyncVectorEnv

        makers = [lambda: gymnasium.make("FrozenLake-v1", max_episode_steps=5)] * R
        env = SyncVectorEnv(makers, autoreset_mode=AutoresetMode.SAME_STEP)
    spy = Spy(QLearning(Boltzmann(Linear(1.0, 0.5, 60)), discount=0.9))
    arrays = rollout(env, spy, ENDS, list(range(R)), np.random.default_rng(0)).arrays
    assert set(arrays) == set(RECORDED)
    observations, actions, rewards, reached, terminated, truncated, _, entropies, values = map(
        np.array, zip(*spy.seen, strict=True)
    )
    assert len(rewards) == 60
    ended = terminated | truncated
    assert ended.any()
    # The next observation is the last step's next state, or a start where the episode ended; none is skipped.
    np.testing.assert_array_equal(observations[1:], np.where(ended[:-1], 0, reached[:-1]))
    assert (reached[ended] != 0).any()
    gaps = envs.optimal_gaps(table.table, 0.9)[observations, actions]
    for window, (start, end) in enumerate(zip(np.append(0, ENDS), ENDS, strict=False)):
        span = slice(start, end)
        np.testing.assert_allclose(arrays["reward"][window], rewards[span].mean(axis=0))
        np.testing.assert_array_equal(arrays["episodes"][window], ended[span].sum(axis=0))
        np.testing.assert_array_equal(arrays["entropy"][window], entropies[end - 1])
        chosen = np.take_along_axis(values[span], actions[span, :, np.newaxis], axis=-1)[..., 0]
        np.testing.assert_allclose(arrays["greedy"][window], (chosen == values[span].max(axis=-1)).mean(axis=0))
        assert arrays["temperature"][window] == pytest.approx(1.0 - 0.5 * (end - 1) / 60)
        if make == "table":
            np.testing.assert_allclose(arrays["gap"][window], gaps[span].mean(axis=0), atol=1e-15)
            np.testing.assert_allclose(arrays["optimal"][window], (gaps[span] == 0).mean(axis=0))
        else:
            assert np.isnan(arrays["gap"]).all()
            assert np.isnan(arrays["optimal"]).all()
    for row in range(R):
        returns, total = np.zeros(len(ENDS)), 0.0
        for step in range(60):
            total += rewards[step, row]
            if ended[step, row]:
                returns[np.searchsorted(ENDS, step + 1)] += total
                total = 0.0
        np.testing.assert_allclose(arrays["return_sum"][:, row], returns)


def test_bandits_have_no_episodes_and_epsilon_greedy_no_temperature():
    env = envs.make("boltzmann/GaussianBandit-v0", 4, arms=3)
    arrays = rollout(env, SampleAverage(EpsilonGreedy(0.5)), ENDS, [1, 2, 3, 4], np.random.default_rng(0)).arrays
    assert not arrays["episodes"].any()
    assert np.isnan(arrays["temperature"]).all()
    assert (arrays["gap"] > 0).any()
    np.testing.assert_allclose(arrays["entropy"][-1], arrays["entropy"][-1][0])


def test_masks_reach_the_agent():
    spy = Spy(QLearning(Uniform()))
    env = envs.make("Taxi-v4", 8)
    rollout(env, spy, np.array([40]), list(range(8)), np.random.default_rng(0))
    for observations, actions, *_ in spy.seen:
        assert env.table.action_mask[observations, actions].all()
    assert spy.agent.allowed.shape == (8, 500, 6)


class Countdown:
    """A batched environment of vectors whose final observations come as objects, as SyncVectorEnv returns them."""

    num_envs = 2
    metadata = {"autoreset_mode": "SAME_STEP"}  # noqa: RUF012 (as Gymnasium declares it)
    single_observation_space = single_action_space = Discrete(2)

    def reset(self, seed):
        return np.zeros((2, 3)), {}

    def step(self, actions):
        final = np.array([None, None], dtype=object)
        final[1] = np.full(3, 9.0)
        ended = np.array([False, True])
        info = {"final_obs": final, "_final_obs": ended}
        return np.ones((2, 3)), np.zeros(2), ended, ~ended & False, info


class Minimal:
    """An agent that reports nothing but an entropy, and holds the last next observations."""

    def reset(self, *arguments):
        pass

    def act(self, observations, where=None):
        return SimpleNamespace(actions=np.zeros(2, int), distribution=SimpleNamespace(entropy=np.zeros(2)))

    def update(self, transition):
        self.next_observations = transition.next_observations


def test_final_observations_of_any_shape_are_put_back():
    agent = Minimal()
    rollout(Countdown(), agent, np.array([1]), [0, 0], np.random.default_rng(0))
    np.testing.assert_array_equal(agent.next_observations, [[1, 1, 1], [9, 9, 9]])


def test_quantities_that_an_agent_does_not_report_are_recorded_as_unknown():
    arrays = rollout(Countdown(), Minimal(), np.array([2]), [0, 0], np.random.default_rng(0)).arrays
    assert np.isnan(arrays["greedy"]).all()
    assert np.isnan(arrays["temperature"]).all()


def test_greedy_may_be_reported_as_numbers():
    class GreedyAsNumbers(Minimal):
        def act(self, observations, where=None):
            return SimpleNamespace(**vars(super().act(observations)), greedy=np.array([0, 1]))

    arrays = rollout(Countdown(), GreedyAsNumbers(), np.array([2]), [0, 0], np.random.default_rng(0)).arrays
    np.testing.assert_array_equal(arrays["greedy"], [[0.0, 1.0]])


def test_a_recorder_of_ones_own_receives_every_step_or_every_window():
    class Steps(Recorder):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            self.actions = []

        def add(self, step, decision, *rest):
            super().add(step, decision, *rest)
            self.actions.append(decision.actions)

    class Windows(Recorder):
        def add_windows(self, sums, distribution):
            super().add_windows(sums, distribution)
            self.last = distribution

    def played(kind, engine="auto"):
        agent, env = QLearning(Boltzmann(0.1)), envs.make("FrozenLake-v1", 3)
        return rollout(env, agent, [4, 10], [1, 2, 3], np.random.default_rng(0), engine=engine, recorder=kind)

    steps, plain = played(Steps), played(Recorder)
    assert steps.engine == "lockstep"
    assert len(steps.actions) == 10
    for name in RECORDED:
        np.testing.assert_allclose(steps.arrays[name], plain.arrays[name], rtol=1e-12)
    pytest.importorskip("numba")
    assert plain.engine == "compiled"
    # Two windows of three replicates are told at once.
    assert played(Windows).last.probs.shape == (6, 4)
    with pytest.raises(ValueError, match="Steps overrides add without add_windows"):
        played(Steps, "compiled")


@pytest.mark.parametrize("R", [1, 2, 3, 30, 500, 3000])
def test_sums_are_those_of_adding_step_after_step_to_the_bit(R):
    rng, ends = np.random.default_rng(R), np.cumsum([1, 2, 63, 64, 65, 8, 200, 5])
    recorder, window = Recorder(ends, R), 0
    truth = {
        name: np.zeros((len(ends), R)) for name in ("reward", "gap", "optimal", "greedy", "episodes", "return_sum")
    }
    running = np.zeros(R)
    rewards, gaps = np.empty(R), np.empty(R)
    for step in range(1, ends[-1] + 1):
        # The environment may use the same memory again.
        rewards[:], gaps[:] = rng.normal(size=R) * 10.0 ** rng.integers(-9, 9), rng.integers(0, 3, R) * rng.random()
        terminated, truncated, greedy = rng.random(R) < 0.1, rng.random(R) < 0.05, rng.random(R) < 0.5
        decision = SimpleNamespace(greedy=greedy, distribution=SimpleNamespace(entropy=np.full(R, float(step))))
        recorder.add(step, decision, rewards, terminated, truncated, gaps)
        running += rewards
        ended = terminated | truncated
        for name, values in (("reward", rewards), ("gap", gaps), ("optimal", gaps == 0), ("greedy", greedy)):
            truth[name][window] += values
        truth["episodes"][window] += ended
        truth["return_sum"][window, ended] += running[ended]
        running[ended] = 0.0
        window += step == ends[window]
    lengths = np.diff(ends, prepend=0)[:, np.newaxis]
    for name, sums in truth.items():
        mean = name in ("reward", "gap", "optimal", "greedy")
        np.testing.assert_array_equal(recorder.arrays[name], sums / lengths if mean else sums, err_msg=name)
    np.testing.assert_array_equal(recorder.arrays["entropy"], np.repeat(ends[:, np.newaxis], R, axis=1))
