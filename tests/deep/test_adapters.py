"""The adapters of docs/deep/adapters.md, each in its library: the policy acts while data are collected, and only then.

`make test-adapters` runs them, in an environment for each group of libraries; a test whose library is missing is
skipped. `Recording` chooses the worst action, which greedy actions and random ones would not do.
"""

import math

import gymnasium
import numpy as np
import pytest

pytest.importorskip("torch")

import torch

from boltzmann import Boltzmann, Categorical, Linear
from tests.support.page_code import code_of

PAGE = "deep/adapters.md"


class Recording:
    """Chooses the worst action, and keeps its steps, values and masks."""

    reads = frozenset()

    def __init__(self):
        self.steps, self.values, self.masks = [], [], []

    def __call__(self, values, *, step=0, visits=None, where=None, variances=None):
        self.steps.append(step)
        self.values.append(np.array(values))
        self.masks.append(where)
        low = values if where is None else np.where(np.asarray(where), values, math.inf)
        return Categorical(np.eye(values.shape[-1])[low.argmin(axis=-1)])

    @property
    def worst(self):
        return np.concatenate([np.atleast_1d(values.argmin(axis=-1)) for values in self.values])


def adapted(mark, **names):
    """Run the block of a library, and return all that it defines."""
    scope = {"np": np, "torch": torch, **names}
    exec(compile(code_of(PAGE, mark), f"{PAGE}:{mark}", "exec"), scope)
    return scope


def lines_of(mark):
    return [line for line in code_of(PAGE, mark).splitlines() if line.strip()]


def fixed_values(values):
    """A network with the same values for every observation of four numbers."""
    layer = torch.nn.Linear(4, len(values))
    torch.nn.init.zeros_(layer.weight)
    layer.bias.data = torch.tensor(values)
    return layer


@pytest.mark.parametrize(
    ("mark", "most"),
    [("cleanrl", 2), ("pfrl", 5), ("torchrl", 14), ("tianshou", 12), ("rllib", 14), ("skrl", 12)],
)
def test_the_adapters_are_short(mark, most):
    assert len(lines_of(mark)) <= most


def test_cleanrl():
    envs = gymnasium.vector.SyncVectorEnv([lambda: gymnasium.make("CartPole-v1")] * 4)
    obs, _ = envs.reset(seed=0)
    code, rng = compile(code_of(PAGE, "cleanrl"), PAGE, "exec"), np.random.default_rng(0)
    policy, q_network = Boltzmann(Linear(0.0, 1.0, 500)), fixed_values([0.0, 1.0])
    drawn = []
    for global_step in range(2000):
        scope = {"torch": torch, "device": "cpu", "policy": policy, "q_network": q_network, "obs": obs, "rng": rng}
        scope["global_step"] = global_step
        exec(code, scope)
        drawn.append(scope["actions"])
        obs, *_ = envs.step(scope["actions"])
    assert np.all(drawn[0] == 1)
    expected = 1 / (1 + math.exp(-1))
    late = np.mean(drawn[500:])
    assert abs(late - expected) < 6 * math.sqrt(expected * (1 - expected) / 6000)


def test_pfrl():
    pfrl = pytest.importorskip("pfrl")
    policy, rng = Recording(), np.random.default_rng(0)
    explorer = adapted("pfrl", pfrl=pfrl)["PolicyExplorer"](policy, rng)
    network = torch.nn.Sequential(torch.nn.Linear(4, 2), pfrl.q_functions.DiscreteActionValueHead())
    agent = pfrl.agents.DoubleDQN(
        network,
        torch.optim.Adam(network.parameters()),
        pfrl.replay_buffers.ReplayBuffer(1000),
        0.99,
        explorer,
        replay_start_size=50,
        target_update_interval=20,
        phi=lambda seen: np.asarray(seen, dtype=np.float32),
    )
    env = gymnasium.make("CartPole-v1")
    seen, _ = env.reset(seed=0)
    acted = []
    for _ in range(200):
        acted.append(agent.act(seen))
        seen, reward, terminated, truncated, _ = env.step(int(acted[-1]))
        agent.observe(seen, reward, terminated, truncated)
        if terminated or truncated:
            seen, _ = env.reset()
    assert np.array_equal(acted, policy.worst)
    assert policy.steps == list(range(200))
    calls = len(policy.steps)
    with agent.eval_mode():
        greedy = network(torch.as_tensor(seen)[None]).greedy_actions.item()
        assert agent.act(seen) == greedy
    assert len(policy.steps) == calls


def test_torchrl():
    pytest.importorskip("torchrl")
    from tensordict import TensorDict
    from tensordict.nn import TensorDictModule, TensorDictModuleBase, TensorDictSequential
    from torchrl.collectors import Collector
    from torchrl.envs import GymEnv
    from torchrl.envs.utils import ExplorationType, exploration_type, set_exploration_type
    from torchrl.modules import QValueModule

    policy = Recording()
    scope = adapted(
        "torchrl",
        TensorDictModuleBase=TensorDictModuleBase,
        ExplorationType=ExplorationType,
        exploration_type=exploration_type,
    )
    explores = scope["PolicyModule"](policy, np.random.default_rng(0))
    network = TensorDictModule(torch.nn.Linear(4, 2), in_keys=["observation"], out_keys=["action_value"])
    acts = TensorDictSequential(network, QValueModule(action_space="categorical"), explores)
    env = GymEnv("CartPole-v1", categorical_action_encoding=True)
    collector = Collector(env, acts, frames_per_batch=50, total_frames=100)
    taken = torch.cat([batch["action"] for batch in collector]).numpy()
    collector.shutdown()
    assert policy.steps[-100:] == list(range(policy.steps[-100], policy.steps[-100] + 100))
    assert np.array_equal(taken.ravel(), policy.worst[-100:])
    seen, calls = TensorDict({"observation": torch.zeros(3, 4)}, batch_size=[3]), len(policy.steps)
    with set_exploration_type(ExplorationType.DETERMINISTIC):
        acts(seen)
    assert torch.equal(seen["action"], seen["action_value"].argmax(-1))
    assert len(policy.steps) == calls
    before = int(explores.step)
    seen["action_mask"] = torch.tensor([[True, False], [False, True], [True, True]])
    with set_exploration_type(ExplorationType.RANDOM):
        acts(seen)
    assert seen["action"][:2].tolist() == [0, 1]
    assert explores.state_dict()["step"] == before + 3


def test_skrl(tmp_path):
    pytest.importorskip("skrl")
    from skrl.agents.torch.dqn import DQN, DQN_CFG
    from skrl.envs.wrappers.torch import wrap_env
    from skrl.memories.torch import RandomMemory
    from skrl.models.torch import DeterministicMixin, Model
    from skrl.trainers.torch import SequentialTrainer

    class Network(DeterministicMixin, Model):
        def __init__(self, observation_space, action_space, device):
            Model.__init__(self, observation_space=observation_space, action_space=action_space, device=device)
            DeterministicMixin.__init__(self)
            self.layer = torch.nn.Linear(4, 2)

        def compute(self, inputs, role=""):
            return self.layer(inputs["observations"]), {}

    env = wrap_env(gymnasium.make("CartPole-v1"), verbose=False)
    policy, spaces = Recording(), {"observation_space": env.observation_space, "action_space": env.action_space}
    models = {name: Network(**spaces, device=env.device) for name in ("q_network", "target_q_network")}
    memory = RandomMemory(memory_size=500, num_envs=1, device=env.device)
    config = DQN_CFG(learning_starts=50)
    config.experiment.directory = str(tmp_path)
    config.experiment.write_interval = config.experiment.checkpoint_interval = 0
    agent = adapted("skrl", DQN=DQN)["ExploringDQN"](
        exploration=policy,
        rng=np.random.default_rng(0),
        models=models,
        memory=memory,
        cfg=config,
        device=env.device,
        **spaces,
    )
    trainer = SequentialTrainer(
        env=env, agents=agent, cfg={"timesteps": 120, "headless": True, "disable_progressbar": True}
    )
    trainer.train()
    assert policy.steps == list(range(120))
    stored = memory.get_tensor_by_name("actions")[:120].numpy().ravel()
    assert np.array_equal(stored, policy.worst)
    trainer.eval()
    assert len(policy.steps) == 120


def test_tianshou():
    pytest.importorskip("tianshou")
    from tianshou.algorithm.modelfree.dqn import DQN, DiscreteQLearningPolicy
    from tianshou.algorithm.optim import AdamOptimizerFactory
    from tianshou.data import Batch, Collector, CollectStats, VectorReplayBuffer
    from tianshou.env import DummyVectorEnv
    from tianshou.utils.net.common import Net
    from tianshou.utils.torch_utils import policy_within_training_step

    env, recorded = gymnasium.make("CartPole-v1"), Recording()
    kind = adapted("tianshou", DiscreteQLearningPolicy=DiscreteQLearningPolicy)["ExploringPolicy"]
    network = Net(state_shape=(4,), action_shape=2, hidden_sizes=[8])
    policy = kind(exploration=recorded, rng=np.random.default_rng(0), model=network, action_space=env.action_space)
    algorithm = DQN(policy=policy, optim=AdamOptimizerFactory(lr=1e-3), gamma=0.9, target_update_freq=10)
    vector = DummyVectorEnv([lambda: gymnasium.make("CartPole-v1") for _ in range(3)])
    buffer = VectorReplayBuffer(600, 3)
    collector = Collector[CollectStats](policy, vector, buffer, exploration_noise=True)
    collector.reset()
    with policy_within_training_step(policy):
        collector.collect(n_step=150)
        algorithm.update(buffer, sample_size=16)
    assert recorded.steps == list(range(0, 150, 3))
    taken = np.stack([part.act for part in buffer.buffers], axis=1)[:50]
    assert np.array_equal(taken.ravel(), recorded.worst)
    collector.reset()
    collector.collect(n_step=30)
    assert len(recorded.steps) == 50
    masked = Batch(obs=Batch(obs=np.zeros((2, 4)), mask=np.array([[True, False], [False, True]])), info={})
    with policy_within_training_step(policy):
        assert policy.add_exploration_noise(np.zeros(2, dtype=int), masked).tolist() == [0, 1]


def test_rllib():
    pytest.importorskip("ray.rllib")
    import ray
    from ray.rllib.algorithms.dqn import DQNConfig
    from ray.rllib.algorithms.dqn.default_dqn_rl_module import QF_PREDS
    from ray.rllib.algorithms.dqn.torch.default_dqn_torch_rl_module import DefaultDQNTorchRLModule
    from ray.rllib.core.columns import Columns
    from ray.rllib.core.rl_module.rl_module import RLModuleSpec

    names = {"DefaultDQNTorchRLModule": DefaultDQNTorchRLModule, "QF_PREDS": QF_PREDS, "Columns": Columns}
    module, policy = adapted("rllib", **names)["ExploringModule"], Recording()
    config = (
        DQNConfig()
        .environment("CartPole-v1")
        .env_runners(num_env_runners=0, rollout_fragment_length=4)
        .learners(num_learners=0)
        .training(num_steps_sampled_before_learning_starts=100, train_batch_size_per_learner=16)
        .rl_module(rl_module_spec=RLModuleSpec(module_class=module, model_config={"exploration": policy, "seed": 0}))
    )
    algorithm = config.build_algo()
    try:
        for _ in range(2):
            result = algorithm.train()
        acting = algorithm.env_runner.module
        steps, sampled = acting.exploration.steps, result["env_runners"]["num_env_steps_sampled_lifetime"]
        assert steps[:8] == [0, 1, 2, 3, 0, 1, 2, 3]
        # The count of steps reaches the module once an iteration, so `t` lags by up to one, as the page says.
        assert sampled == 2000
        assert 1000 <= steps[-1] < 1010
        seen = {Columns.OBS: torch.randn(50, 4)}
        drawn = acting.forward_exploration(seen, t=7)[Columns.ACTIONS]
        assert np.array_equal(drawn, acting.exploration.values[-1].argmin(axis=1))
        assert steps[-1] == 7
        greedy = acting.forward_inference(seen)[Columns.ACTIONS]
        assert np.array_equal(greedy, acting.exploration.values[-1].argmax(axis=1))
    finally:
        algorithm.stop()
        ray.shutdown()
