"""The code of the pages in docs/deep runs, and does what the pages say."""

import numpy as np
import pytest

from boltzmann import Boltzmann, EntropyTarget, Gibbs, GreedyProbabilityTarget
from tests.support.page_code import code_of, run_page


def test_a_policy_takes_nine_lines_in_pytorch():
    torch = pytest.importorskip("torch")
    scope = run_page("deep/pytorch.md")
    assert scope["actions"].shape == (8,)
    nine_lines = code_of("deep/pytorch.md").split("from boltzmann import Gibbs")[0]
    assert len([line for line in nine_lines.splitlines() if line.strip()]) == 9
    # The draws are those of the policy: two rows of one value differ from a third in 1 of exp(5) draws.
    table = torch.tensor([[0.0, 1.0]]).repeat(20_000, 1)
    drawn = scope["act"](lambda seen: table, None)
    assert abs(drawn.double().mean() - 1 / (1 + np.exp(-5))) < 6 * np.sqrt(0.0067 / 20_000)


def test_the_deep_learner_of_the_page_is_that_of_rollout():
    pytest.importorskip("torch")
    from boltzmann.deep.dqn import DQN
    from boltzmann.experiments import rollout

    scope = run_page("deep/pytorch.md")
    loop = run_page("deep/pytorch.md", names={})["env"]
    assert loop.num_envs == 5
    other = DQN(scope["policy"], steps_per_update=2)
    env = scope["envs"].make_raw("boltzmann/Catch-v0", 5)
    rollout(env, other, np.array([300]), [0, 1, 2, 3, 4], np.random.default_rng(0))
    boards = scope["observations"]
    np.testing.assert_array_equal(other.values(boards), scope["trained"].values(boards))
    agent = scope["agent"]
    agent.reset(2, env.single_observation_space, env.single_action_space, np.random.default_rng(0))
    assert agent.values(boards[:2]).shape == (2, 3)


@pytest.fixture(scope="module")
def jax_page():
    pytest.importorskip("jax")
    return run_page("deep/jax.md")


def test_a_policy_takes_nine_lines_in_jax(jax_page):
    nine_lines = code_of("deep/jax.md").split("from jax.experimental")[0]
    assert len([line for line in nine_lines.splitlines() if line.strip()]) == 9
    np.testing.assert_allclose(jax_page["temperatures"].shape, (64, 10_000))
    scope = {}
    exec(nine_lines, scope)
    np.testing.assert_allclose(scope["temperatures"], [1.0361, 103.6112], rtol=1e-4)
    assert scope["actions"].shape == (2,)


def test_a_temperature_is_swept_and_learnt_as_the_pages_say(jax_page):
    torch = pytest.importorskip("torch")
    row, fractions = [0.0, 1.0, 3.0], [0.1, 0.5, 0.9]
    np.testing.assert_allclose(jax_page["slope"], Gibbs(row, 0.5).heat_capacity / 0.5, rtol=1e-5)  # dH/dT = C / T
    swept = [EntropyTarget(fraction)(row) for fraction in fractions]
    np.testing.assert_allclose(jax_page["swept"], swept, rtol=1e-4)
    learnt = run_page("deep/pytorch.md")["T"].grad
    ranged = 3.0 * Gibbs(row, 1.5).heat_capacity / 1.5  # T = 0.5 times the range
    torch.testing.assert_close(learnt.item(), float(Gibbs(row, 0.5).heat_capacity / 0.5 + ranged), rtol=1e-5, atol=0.0)


@pytest.mark.parametrize("policy", [Boltzmann(0.01), EntropyTarget(0.5), GreedyProbabilityTarget(0.8)], ids=repr)
def test_64_seeds_of_soft_q_learning_cross_the_lake(jax_page, policy):
    import jax

    if policy == EntropyTarget(0.5):  # the policy of the page
        success = jax_page["success"]
    else:
        chosen = policy if isinstance(policy, Boltzmann) else Boltzmann(policy)
        values, _ = jax.jit(jax.vmap(lambda key: jax_page["train"](chosen, key)))(jax_page["keys"])
        success = jax.vmap(jax_page["reaches_the_goal"])(values).mean()
    print(f"{policy}: {float(success)}")
    assert success >= 0.99


def test_values_that_nothing_has_taught_do_not_cross_the_lake(jax_page):
    assert not jax_page["reaches_the_goal"](jax_page["jnp"].zeros((16, 4)))


def test_a_small_network_learns_catch_on_gymnax(jax_page):
    pytest.importorskip("gymnax")
    pytest.importorskip("optax")
    exec(code_of("deep/jax.md", "gymnax"), jax_page)
    episodes = np.asarray(jax_page["paid"]).reshape(3, -1, 500).sum(axis=2) / (500 / 9)
    print(episodes.round(2))
    assert episodes[:, 0].mean() < 0.0
    assert episodes[:, -1].mean() > 0.3


def test_the_three_libraries_agree_on_the_temperature():
    jax, torch = pytest.importorskip("jax"), pytest.importorskip("torch")
    values = np.random.default_rng(5).normal(size=(200, 6)) * np.logspace(-3, 3, 200)[:, np.newaxis]
    for thermostat in (EntropyTarget(0.5), EntropyTarget(0.02), GreedyProbabilityTarget(0.8)):
        expected = np.asarray(Boltzmann(thermostat)(values).temperature)
        on_tensors = Boltzmann(thermostat)(torch.from_numpy(values)).temperature
        with jax.enable_x64(True):
            traced = jax.jit(lambda q, chosen=thermostat: Boltzmann(chosen)(q).temperature)(values)
        assert isinstance(on_tensors, torch.Tensor)
        np.testing.assert_allclose(on_tensors, expected, rtol=1e-12)
        np.testing.assert_allclose(np.asarray(traced), expected, rtol=1e-12)
