"""The agent of comparisons beside the loop of Stable-Baselines3 itself."""

import gymnasium
import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("stable_baselines3")

import torch
from stable_baselines3.common.vec_env import DummyVecEnv

import envs
from boltzmann import UCB1, Boltzmann, EpsilonGreedy, RangeScaled
from boltzmann.deep.sb3 import ExploringDQN
from boltzmann.deep.sb3_agent import SB3DQN
from boltzmann.experiments import Experiment, Task, rollout, run

PARAMETERS = {"learning_starts": 50, "learning_rate": 0.01, "buffer_size": 500, "target_update_interval": 40}


class Walk(gymnasium.Env):
    """A walk whose steps are given, so that two loops meet the same; it ends by a wall or a limit of time."""

    def __init__(self):
        self.observation_space = gymnasium.spaces.Box(-9.0, 9.0, (2,), dtype=np.float32)
        self.action_space = gymnasium.spaces.Discrete(3)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.place, self.time = np.zeros(2, dtype=np.float32), 0
        return self.place.copy(), {}

    def step(self, action):
        self.place[0] += action - 1
        self.place[1] = self.time % 3
        self.time += 1
        ended = abs(self.place[0]) > 3
        return self.place.copy(), float(action == 2), bool(ended), self.time == 15, {}


@pytest.mark.parametrize("policy", [Boltzmann(RangeScaled(0.3)), EpsilonGreedy(0.3)], ids=repr)
def test_its_steps_are_those_of_learn(policy):
    agent = SB3DQN(policy, **PARAMETERS)
    env = gymnasium.vector.SyncVectorEnv([Walk] * 2, autoreset_mode=gymnasium.vector.AutoresetMode.SAME_STEP)
    rollout(env, agent, np.array([400]), [0, 0], np.random.default_rng(3))
    assert agent.seeds[0] != agent.seeds[1]
    for seed, model in zip(agent.seeds, agent.models, strict=True):
        timed = DummyVecEnv([lambda: gymnasium.wrappers.TimeLimit(Walk(), 10**6)])
        alone = ExploringDQN("MlpPolicy", timed, exploration=policy, seed=seed, device="cpu", **PARAMETERS)
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        alone.learn(400)
        torch.set_num_threads(threads)
        assert np.array_equal(alone.replay_buffer.actions[:400], model.replay_buffer.actions[:400])
        for name, part in alone.policy.state_dict().items():
            assert torch.equal(part, model.policy.state_dict()[name]), name


def test_global_generators_stay_as_they_are():
    before = np.random.get_state()[1].copy(), torch.get_rng_state()  # noqa: NPY002
    agent = SB3DQN(Boltzmann(0.1), **PARAMETERS)
    rollout(envs.make_raw("boltzmann/Catch-v0", 2), agent, np.array([80]), [0, 1], np.random.default_rng(0))
    assert np.array_equal(before[0], np.random.get_state()[1])  # noqa: NPY002
    assert torch.equal(before[1], torch.get_rng_state())


def test_a_run_stores_it_as_any_agent(tmp_path):
    agents = [SB3DQN(Boltzmann(0.1), **PARAMETERS), SB3DQN(EpsilonGreedy(0.1), **PARAMETERS)]
    task = Task("boltzmann/Catch-v0(observe='raw')", agents, 120)
    results = run(Experiment((task,), 2, 0, block=1, points=4), tmp_path / "a", make=envs.make)
    cells = list(results.cells())
    assert [cell.agent for cell in cells] == [repr(agent) for agent in agents]
    assert np.all(cells[0].metrics["temperature"][:, -1] == 0.1)
    assert np.all(np.isinf(cells[0].metrics["temperature"][:, 0]))
    assert np.all((cells[1].metrics["greedy"] >= 0) & (cells[1].metrics["greedy"] <= 1))
    again = run(Experiment((task,), 2, 0, block=1, points=4), tmp_path / "b", make=envs.make)
    for one, other in zip(cells, again.cells(), strict=True):
        np.testing.assert_array_equal(one.metrics["reward"], other.metrics["reward"])


@pytest.mark.parametrize("method", ["act", "update"])
def test_reset_comes_first(method):
    with pytest.raises(RuntimeError, match=f"^reset must be called before {method}$"):
        getattr(SB3DQN(Boltzmann(0.1)), method)(np.zeros((1, 3)))


def test_wrong_parameters_are_refused():
    for name, value in (("gamma", 1.5), ("tau", 0.0), ("train_freq", 0), ("units", (0,)), ("learning_rate", -1.0)):
        with pytest.raises(ValueError, match=name):
            SB3DQN(Boltzmann(0.1), **{name: value})
    agent, env = SB3DQN(UCB1()), envs.make_raw("boltzmann/Catch-v0", 1)
    spaces = env.single_observation_space, env.single_action_space
    with pytest.raises(ValueError, match="needs the values alone"):
        agent.reset(1, *spaces, np.random.default_rng(0))
    with pytest.raises(TypeError, match="rng must be"):
        agent.reset(1, *spaces, 0)
    agent = SB3DQN(Boltzmann(0.1))
    agent.reset(1, *spaces, np.random.default_rng(0))
    with pytest.raises(ValueError, match="action_mask"):
        agent.act(env.reset(seed=[0])[0], where=np.ones((1, 3), dtype=bool))
