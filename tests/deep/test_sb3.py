"""Stable-Baselines3's algorithms with policies of this package: seeds, saving, masks, logs and refusals."""

import math

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("stable_baselines3")
pytest.importorskip("sb3_contrib")

import torch
from gymnasium.spaces import Box, Dict, MultiBinary
from scipy.stats import binom
from stable_baselines3 import DQN
from stable_baselines3.common.callbacks import BaseCallback, EvalCallback
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.vec_env import DummyVecEnv

from boltzmann import (
    GLIE,
    UCB1,
    VDBE,
    Boltzmann,
    BoltzmannGumbel,
    EntropyTarget,
    EpsilonGreedy,
    GaussianThompson,
    GreedyProbabilityTarget,
    KLBoltzmann,
    Linear,
    LossBudget,
    MaxBoltzmann,
    Mellowmax,
    RangeScaled,
    Sparsemax,
    StdScaled,
    UCB1Tuned,
    Uniform,
)
from boltzmann.deep.sb3 import ExploringDQN, ExploringQRDQN
from tests.support.deep_spaces import ACTIONS, MaskedEnv
from tests.support.frequencies import agrees, counts_of, fresh_rng

POLICIES = [
    EpsilonGreedy(Linear(1.0, 0.05, 400)),
    Boltzmann(0.1),
    Boltzmann(Linear(1.0, 0.01, 400)),
    Boltzmann(RangeScaled(0.3)),
    Boltzmann(StdScaled(0.5)),
    Boltzmann(EntropyTarget(0.5)),
    Boltzmann(GreedyProbabilityTarget(0.9)),
    Boltzmann(LossBudget(0.05)),
    MaxBoltzmann(0.3, RangeScaled(0.5)),
    Sparsemax(0.5),
    Mellowmax(5.0),
]
SMALL = {"learning_starts": 100, "buffer_size": 1000, "policy_kwargs": {"net_arch": [16]}}


@pytest.fixture(autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


class Watch(BaseCallback):
    """Keeps the actions, and what each step tells of its exploration."""

    def __init__(self):
        super().__init__()
        self.actions, self.steps, self.rates = [], [], []

    def _on_step(self):
        self.actions.append(self.locals["actions"].copy())
        self.steps.append(self.locals["exploration"])
        self.rates.append(self.model.exploration_rate)
        return True


def make(policy=POLICIES[3], kind=ExploringDQN, env="CartPole-v1", seed=1, net="MlpPolicy", **more):
    return kind(net, env, exploration=policy, seed=seed, **{**SMALL, **more})


def learnt(steps=800, callback=None, **more):
    """Return a trained model, and the actions that it took."""
    model, watch = make(**more), Watch()
    model.learn(steps, callback=[watch, *([callback] if callback else [])])
    return model, np.concatenate(watch.actions), watch


def weights(model):
    return torch.cat([part.flatten() for part in model.policy.state_dict().values()]).numpy()


@pytest.mark.parametrize("policy", POLICIES, ids=repr)
def test_seeds_reproduce_to_the_bit(policy):
    (first, actions, _), (second, again, _) = learnt(policy=policy), learnt(policy=policy)
    assert np.array_equal(actions, again)
    assert np.array_equal(weights(first), weights(second))
    assert 0.0 < first.exploration_rate < 0.6
    assert first.exploration_step == 700
    _, others, _ = learnt(policy=policy, steps=200, seed=2)
    assert not np.array_equal(actions[:200], others)


def test_a_stochastic_evaluation_changes_nothing_in_training():
    env = make_vec_env("CartPole-v1", 1, seed=9)
    quiet, actions, _ = learnt(400)
    evaluate = EvalCallback(env, n_eval_episodes=2, eval_freq=50, deterministic=False, verbose=0)
    noisy, others, _ = learnt(400, evaluate)
    assert evaluate.n_calls == 400
    assert np.isfinite(evaluate.last_mean_reward)
    assert np.array_equal(actions, others)
    assert np.array_equal(weights(quiet), weights(noisy))


def test_a_stochastic_evaluation_would_change_the_training_of_the_stock_algorithm():
    def actions(callbacks):
        watch = Stock()
        DQN("MlpPolicy", "CartPole-v1", seed=1, exploration_final_eps=0.5, **SMALL).learn(
            400, callback=[watch, *callbacks]
        )
        return np.concatenate(watch.actions)

    class Stock(BaseCallback):
        def __init__(self):
            super().__init__()
            self.actions = []

        def _on_step(self):
            self.actions.append(self.locals["actions"].copy())
            return True

    env = make_vec_env("CartPole-v1", 1, seed=9)
    evaluate = EvalCallback(env, n_eval_episodes=2, eval_freq=50, deterministic=False, verbose=0)
    assert not np.array_equal(actions([]), actions([evaluate]))


def test_greedy_evaluation_is_that_of_the_stock_algorithm(tmp_path):
    model, _, _ = learnt(200)
    stock = DQN("MlpPolicy", "CartPole-v1", **SMALL)
    stock.policy.load_state_dict(model.policy.state_dict())
    seen = np.random.default_rng(0).normal(size=(50, 4)).astype(np.float32)
    before = [generator.bit_generator.state for generator in model._generators]
    assert np.array_equal(model.predict(seen, deterministic=True)[0], stock.predict(seen, deterministic=True)[0])
    assert [generator.bit_generator.state for generator in model._generators] == before


def test_saving_keeps_policy_step_and_generator(tmp_path):
    policy = Boltzmann(Linear(5.0, 0.5, 1000))
    model, _, _ = learnt(300, policy=policy)
    model.save(tmp_path / "model")
    loaded = ExploringDQN.load(tmp_path / "model", env=model.get_env())
    assert loaded.exploration == policy
    assert loaded.exploration_step == model.exploration_step == 200
    assert loaded.exploration_rate == model.exploration_rate
    seen = np.zeros((500, 4), dtype=np.float32)
    for _ in range(2):
        assert np.array_equal(loaded.predict(seen)[0], model.predict(seen)[0])
    states = [[g.bit_generator.state for g in one._generators] for one in (model, loaded)]
    assert states[0] == states[1]
    loaded.learn(100, reset_num_timesteps=False)
    assert loaded.exploration_step == 300
    other = ExploringDQN.load(tmp_path / "model", exploration=Boltzmann(math.inf))
    assert other.exploration == Boltzmann(math.inf)
    assert abs(other.predict(seen)[0].mean() - 0.5) < 0.12
    with pytest.raises(ValueError, match="exploration must be a policy that needs the values"):
        ExploringDQN.load(tmp_path / "model", exploration=UCB1())


def test_a_file_of_the_stock_algorithm_takes_a_policy(tmp_path):
    DQN("MlpPolicy", "CartPole-v1", seed=0, **SMALL).save(tmp_path / "stock")
    with pytest.raises(TypeError, match="exploration must be a policy, such as Boltzmann"):
        ExploringDQN.load(tmp_path / "stock")
    loaded = ExploringDQN.load(tmp_path / "stock", env=make_vec_env("CartPole-v1", 1), exploration=Boltzmann(1.0))
    assert loaded.learn(152).exploration_step == 52


def test_exploration_starts_with_learning():
    schedule = Linear(0.0, 10.0, 10)
    _, _, watch = learnt(130, policy=Boltzmann(schedule), learning_starts=100, log_every=1, train_freq=1)
    assert all(step.policy == Uniform() for step in watch.steps[:100])
    assert [step.warm_up for step in watch.steps] == [True] * 100 + [False] * 30
    assert [step.step for step in watch.steps[100:]] == list(range(30))
    assert [step.temperature[0] for step in watch.steps[100:]] == [schedule(step) for step in range(30)]
    assert np.isinf(watch.steps[99].temperature[0])
    # At T = 0 nothing is explored, and the rate that the next callback sees says so.
    assert watch.rates[99] == 0.5
    assert watch.rates[101] == 0.0


def test_each_environment_gets_its_own_draw():
    env = make_vec_env("CartPole-v1", 8, seed=0)
    seed = int(fresh_rng().integers(2**31))
    _, actions, watch = learnt(4000, seed=seed, policy=Uniform(), env=env, learning_starts=80, train_freq=100)
    of_eight = actions.reshape(-1, 8).sum(axis=1)
    probs = binom.pmf(np.arange(9), 8, 0.5)
    assert agrees(counts_of(of_eight, 9), probs)
    one_for_all = 8 * (of_eight > 4)
    assert not agrees(counts_of(one_for_all, 9), probs)
    assert [step.step for step in watch.steps[10:13]] == [0, 8, 16]


def test_callbacks_read_the_distribution_that_acted():
    seed = int(fresh_rng().integers(2**31))
    model, _, watch = learnt(800, seed=seed, policy=Boltzmann(RangeScaled(0.7)), log_every=7)
    for step in watch.steps[100:]:
        low, high = np.sort(step.values[0])
        assert step.temperature[0] == pytest.approx(0.7 * (high - low))
        assert step.greedy_probability[0] == pytest.approx(1 / (1 + math.exp(-1 / 0.7)))
        assert step.exploration_probability[0] == pytest.approx(1 - step.greedy_probability[0])
        assert step.entropy[0] == pytest.approx(-step.distribution.probs @ np.log(step.distribution.probs).T)
        assert step.explored[0] == (step.values[0, step.actions[0]] == low)
    explored = np.array([step.explored[0] for step in watch.steps[100:]])
    probs = [1 / (1 + math.exp(-1 / 0.7)), 1 / (1 + math.exp(1 / 0.7))]
    assert agrees(counts_of(explored, 2), probs)
    assert not agrees(counts_of(np.zeros_like(explored), 2), probs)
    assert model.exploration_rate == pytest.approx(1 / (1 + math.exp(1 / 0.7)))


def test_each_writing_of_the_log_holds_the_exploration():
    written = []

    class Reads(BaseCallback):
        def _on_training_start(self):
            dump = self.model.logger.dump
            self.model.logger.dump = lambda step: (written.append(dict(self.model.logger.name_to_value)), dump(step))

        def _on_step(self):
            return True

    learnt(500, Reads(), policy=Boltzmann(0.5), log_every=1000)
    assert len(written) > 5
    for values in written:
        assert {"exploration/entropy", "exploration/greedy_probability", "rollout/exploration_rate"} <= values.keys()
    assert all(values["exploration/temperature"] == 0.5 for values in written[-3:])
    assert 0 < np.mean([values["exploration/explored"] for values in written[-3:]]) < 1
    written.clear()
    learnt(500, Reads(), policy=EpsilonGreedy(0.3))
    assert "exploration/temperature" not in written[-1]
    assert written[-1]["exploration/exploration_probability"] == pytest.approx(0.15)


@pytest.mark.parametrize("kind", [ExploringDQN, ExploringQRDQN])
def test_no_forbidden_action_is_taken(kind):
    envs = [MaskedEnv() for _ in range(2)]
    vector = DummyVecEnv([lambda env=env: env for env in envs])
    model, actions, watch = learnt(600, policy=Boltzmann(1.0), kind=kind, env=vector, net="MultiInputPolicy")
    assert sum(env.taken for env in envs) == 600
    assert sum(env.forbidden for env in envs) == 0
    assert len(set(actions.ravel())) == ACTIONS
    assert all(step.where.shape == (2, ACTIONS) for step in watch.steps)
    assert np.isfinite(weights(model)).all()
    seen = envs[0].reset(seed=3)[0]
    for _ in range(9):
        action = model.predict(seen, deterministic=True)[0]
        assert seen["action_mask"][action] == 1
        seen = envs[0].step(action)[0]


def test_targets_use_no_forbidden_action():
    model = make(env=DummyVecEnv([MaskedEnv]), net="MultiInputPolicy")
    seen = {"seen": torch.zeros(2, 3), "action_mask": torch.tensor([[0, 1, 1, 0, 0], [0, 0, 0, 0, 0]])}
    values = model.q_net_target(seen).detach().numpy()
    assert np.array_equal(np.isinf(values[0]), [True, False, False, True, True])
    assert np.isfinite(values[1]).all()


def test_wrong_masks_are_refused():
    class Short(MaskedEnv):
        def __init__(self):
            super().__init__()
            self.observation_space = Dict({"seen": Box(-1.0, 1.0, (3,)), "action_mask": MultiBinary(ACTIONS - 1)})

    with pytest.raises(ValueError, match=r"action_mask of the observations must have shape \(5,\)"):
        make(env=DummyVecEnv([Short]), net="MultiInputPolicy")
    model = make(env=DummyVecEnv([MaskedEnv]), net="MultiInputPolicy")
    with pytest.raises(ValueError, match="action_mask must"):
        model.predict({"seen": np.zeros(3, np.float32), "action_mask": np.full(ACTIONS, 3, np.int8)})


@pytest.mark.parametrize("name", ["exploration_fraction", "exploration_initial_eps", "exploration_final_eps"])
def test_the_parameters_of_epsilon_are_refused(name):
    with pytest.raises(TypeError, match=f"{name} does not go with exploration"):
        make(**{name: 0.1})


@pytest.mark.parametrize(
    "policy", [UCB1(), UCB1Tuned(), BoltzmannGumbel(), GaussianThompson(), VDBE(1.0), Boltzmann(GLIE())], ids=repr
)
def test_policies_that_count_are_refused(policy):
    with pytest.raises(ValueError, match="exploration must") as caught:
        make(policy)
    assert repr(policy) in str(caught.value)


def test_what_is_no_policy_is_refused():
    for wrong in (None, 0.1, Boltzmann, RangeScaled(0.3)):
        with pytest.raises(TypeError, match="must be a policy"):
            make(wrong)
    with pytest.raises(ValueError, match="values of 2 actions"):
        make(KLBoltzmann((0.2, 0.3, 0.5)))
    with pytest.raises(ValueError, match="log_every must be at least 1"):
        make(log_every=0)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (Linear(1.0, 0.1, 9), r"got the schedule Linear\(1.0, 0.1, 9\): write Boltzmann\(Linear\(1.0, 0.1, 9\)\)"),
        (RangeScaled(0.3), r"got the thermostat RangeScaled\(0.3\): write Boltzmann\(RangeScaled\(0.3\)\)"),
        (lambda values: Boltzmann(1.0)(values), "the keywords step and where.* unexpected keyword argument 'step'"),
        (lambda values, **_: 0.5, "return a distribution.* got 0.5 from"),
    ],
    ids=["schedule", "thermostat", "signature", "result"],
)
def test_the_error_says_what_to_write(wrong, message):
    with pytest.raises(TypeError, match=f"exploration must .*{message}"):
        make(wrong)
    model = make(Boltzmann(0.1))
    with pytest.raises(TypeError, match=f"exploration must .*{message}"):
        model.exploration = wrong
    assert model.exploration == Boltzmann(0.1)


def test_an_assigned_policy_draws_at_once():
    model, _, _ = learnt(200, policy=Boltzmann(0.1))
    model.exploration = Boltzmann(math.inf)
    watch = Watch()
    model.learn(20, callback=watch, reset_num_timesteps=False)
    assert {step.temperature[0] for step in watch.steps} == {math.inf}
    assert model.exploration_rate == 0.5


def test_what_does_not_go_with_loading_is_refused(tmp_path):
    make().save(tmp_path / "values")
    make(kind=ExploringQRDQN).save(tmp_path / "quantiles")
    with pytest.raises(TypeError, match="exploration_fraction does not go with exploration"):
        ExploringDQN.load(tmp_path / "values", exploration_fraction=0.1)
    for kind, name, held in (
        (ExploringDQN, "quantiles", "QRDQNPolicy"),
        (ExploringQRDQN, "values", "DQNPolicy"),
    ):
        with pytest.raises(ValueError, match=f"as {kind.__name__} needs, got one with {held}: load it with the class"):
            kind.load(tmp_path / name)


def test_a_callable_is_a_policy():
    model, _, watch = learnt(200, policy=lambda values, **_: Boltzmann(0.3)(values))
    assert watch.steps[-1].temperature[0] == 0.3
    assert model.exploration_step == 100


def test_quantiles_explore_by_their_mean(tmp_path):
    model, actions, watch = learnt(300, kind=ExploringQRDQN, policy=Boltzmann(EntropyTarget(0.5)))
    _, again, _ = learnt(300, kind=ExploringQRDQN, policy=Boltzmann(EntropyTarget(0.5)))
    assert np.array_equal(actions, again)
    assert watch.steps[-1].entropy[0] == pytest.approx(0.5 * math.log(2), rel=1e-6)
    model.save(tmp_path / "model")
    loaded = ExploringQRDQN.load(tmp_path / "model")
    seen = np.zeros((20, 4), dtype=np.float32)
    assert np.array_equal(loaded.predict(seen)[0], model.predict(seen)[0])
