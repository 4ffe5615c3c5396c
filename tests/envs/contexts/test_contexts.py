"""Contextual bandits: the contract of all environments, their laws, and what an agent learns in them."""

import gymnasium
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode

import envs
from agents import RidgeBandit
from boltzmann import Boltzmann, Greedy, Uniform
from boltzmann.experiments import rollout
from boltzmann.offpolicy import evaluate, log_of_arrays
from tests.support.frequencies import agrees, counts_of, fresh_rng


@pytest.fixture(params=envs.CONTEXT_IDS)
def name(request):
    if "Digit" in request.param:
        pytest.importorskip("sklearn")
    return request.param


def test_both_forms_have_one_contract(name):
    many, one = envs.make_raw(name, 3), gymnasium.make(name)
    assert many.metadata["autoreset_mode"] is AutoresetMode.SAME_STEP
    assert many.unwrapped.one_step
    assert one.unwrapped.one_step
    assert many.single_observation_space == one.observation_space
    features, info = many.reset(seed=[1, 2, 3])
    assert features in many.observation_space
    assert not info
    feature, _ = one.reset(seed=4)
    assert feature in one.observation_space
    for action in (0, 1, 2, 1):
        features, rewards, terminated, truncated, info = many.step([action] * 3)
        assert features in many.observation_space
        assert rewards.shape == info["gap"].shape == (3,)
        assert info["_gap"].all()
        assert (info["gap"] >= 0).all()
        assert not np.any([terminated, truncated])
        feature, reward, *ended, told = one.step(action)
        assert isinstance(reward, float)
        assert ended == [False, False]
        assert told["gap"] >= 0


def test_one_seed_gives_one_sequence_and_the_action_changes_no_context(name):
    def seen(action):
        env = envs.make_raw(name, 4)
        contexts = [env.reset(seed=[1, 2, 3, 4])[0]]
        contexts += [env.step(np.full(4, action))[0] for _ in range(5)]
        return np.array(contexts)

    assert np.array_equal(seen(0), seen(0))
    assert np.array_equal(seen(0), seen(1))


def test_stepping_before_a_reset_is_refused(name):
    with pytest.raises(RuntimeError, match="reset must be called before step"):
        envs.make_raw(name, 2).step([0, 0])
    with pytest.raises(RuntimeError, match="reset must be called before step"):
        gymnasium.make(name).unwrapped.step(0)
    env = envs.make_raw(name, 2)
    env.reset(seed=0)
    with pytest.raises(ValueError, match="actions must be in"):
        env.step([0, 99])


@pytest.mark.parametrize(
    ("argument", "bound"), [({"arms": 0}, "arms"), ({"features": 0}, "features"), ({"noise": -1.0}, "noise")]
)
def test_parameters_out_of_bounds_are_refused(argument, bound):
    with pytest.raises(ValueError, match=bound):
        envs.LinearContexts(**argument)


def test_linear_rewards_are_linear_and_the_gap_is_what_is_lost():
    env = envs.LinearContextsVector(20_000, arms=3, features=2, noise=0.5)
    features, _ = env.reset(seed=1)
    weights = env._rounds._problems
    means = np.einsum("rkd,rd->rk", weights, features)
    actions = np.random.default_rng(0).integers(3, size=20_000)
    _, rewards, _, _, info = env.step(actions)
    taken = means[np.arange(20_000), actions]
    assert info["gap"] == pytest.approx(means.max(axis=1) - taken)
    noise = rewards - taken
    assert noise.mean() == pytest.approx(0.0, abs=6 * 0.5 / 20_000**0.5)
    assert noise.std() == pytest.approx(0.5, rel=0.05)
    assert means.std() == pytest.approx(1.0, rel=0.05)


def played(name, policy, steps, rows=5, **arguments):
    env = envs.make_raw(name, rows, **arguments)
    return rollout(
        env, RidgeBandit(policy), [steps // 2, steps], list(range(rows)), np.random.default_rng(0), record="log"
    )


def test_a_ridge_learner_learns_and_its_log_is_of_single_steps():
    record = played("boltzmann/LinearContexts-v0", Boltzmann(0.1), 400, arms=4)
    early, late = record.arrays["gap"].mean(axis=1)
    assert late < 0.5 * early
    log = log_of_arrays([record.log])
    assert not log.has_several_steps
    assert log.contexts.shape == (2000, 5)
    assert evaluate(log, 0.1).value == pytest.approx(log.rewards.mean())


def test_digits_are_learnt():
    pytest.importorskip("sklearn")
    record = played("boltzmann/DigitContexts-v0", Greedy(), 1000)
    assert record.arrays["reward"][1].mean() > 0.7
    counts = counts_of(played("boltzmann/DigitContexts-v0", Uniform(), 200).log["rewards"].astype(int), 2)
    assert agrees(counts, [0.9, 0.1])


def test_digits_come_as_often_as_scikit_learn_has_them():
    datasets = pytest.importorskip("sklearn.datasets")
    env = envs.DigitContextsVector(20_000)
    env.reset(seed=int(fresh_rng().integers(2**31)))
    digits = env._rounds._means.argmax(axis=1)
    shares = np.bincount(datasets.load_digits().target)
    assert agrees(counts_of(digits, 10), shares / shares.sum())
    assert not agrees(counts_of(np.minimum(digits, 8), 10), shares / shares.sum())


def test_scikit_learn_is_not_loaded_before_digits_are_asked_for():
    import subprocess
    import sys

    code = (
        "import envs, agents, boltzmann.offpolicy, sys; print({'sklearn', 'pyarrow', 'matplotlib'} & set(sys.modules))"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip()
        == "set()"
    )


def test_without_scikit_learn_the_message_says_what_is_missing(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    envs.contexts.digit_contexts._load.cache_clear()
    with pytest.raises(ModuleNotFoundError, match="DigitContexts-v0 needs the module sklearn"):
        envs.make_raw("boltzmann/DigitContexts-v0")
