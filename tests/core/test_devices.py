"""The whole core on a device that is not the default: array-api-strict's second one."""

import numpy as np
import pytest

import boltzmann
from boltzmann import Categorical, Gibbs
from tests.support.libraries import PRIOR, STRICT, VALUES, WHERE
from tests.support.lists import POLICIES, THERMOSTATS
from tests.support.oracles import named

QUANTITIES = (
    *("probs", "log_probs", "log_partition", "soft_value", "mellowmax", "entropy", "mean", "variance"),
    *("heat_capacity", "greedy_probability", "exploration_probability", "mode"),
)
VISITS = np.array([3, 5, 1, 7])


@pytest.fixture
def put():
    """Put an array on the second device."""
    xp = STRICT.xp
    return lambda array: xp.asarray(np.asarray(array).tolist(), device=xp.Device("device1"))


def assert_there(found, expected):
    assert found.device == STRICT.xp.Device("device1")
    back = np.from_dlpack(found, device="cpu")
    np.testing.assert_allclose(back, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("temperature", [0.0, 0.5, np.inf, np.array([0.0, 1e-3, 0.7, 50.0, np.inf])], ids=str)
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
def test_quantities(put, temperature, masked, weighted):
    chosen = ({"where": WHERE} if masked else {}) | ({"prior": PRIOR} if weighted else {})
    ours = {name: put(part) for name, part in chosen.items()}
    there = temperature if isinstance(temperature, float) else put(temperature)
    found, expected = Gibbs(put(VALUES), there, **ours), Gibbs(VALUES, temperature, **chosen)
    for name in QUANTITIES:
        assert_there(getattr(found, name), getattr(expected, name))
    assert_there(found.jacobian(), expected.jacobian())
    assert_there(found.temperature_derivative(), expected.temperature_derivative())
    assert_there(found.top_k(2), expected.top_k(2))
    actions = np.array([1] * 5)
    assert_there(found.log_prob(put(actions)), expected.log_prob(actions))
    assert_there(found.kl_divergence(found), expected.kl_divergence(expected))
    assert_there(found.cross_entropy(put(np.full((5, 4), 0.25))), expected.cross_entropy(np.full((5, 4), 0.25)))


def test_draws(put):
    for draw in (
        lambda: Gibbs(put(VALUES), 0.5).sample(np.random.default_rng(0), (3,)),
        lambda: boltzmann.sample_categorical(np.random.default_rng(0), put(np.exp(VALUES)), (3,)),
        lambda: boltzmann.sample_gumbel(np.random.default_rng(0), put(VALUES), (3,)),
    ):
        drawn = draw()
        assert drawn.shape == (3, 5)
        assert drawn.device == STRICT.xp.Device("device1")
    drawn = boltzmann.sample_without_replacement(np.random.default_rng(0), put(VALUES), 2)
    assert_there(
        boltzmann.log_prob_without_replacement(put(VALUES), drawn),
        boltzmann.log_prob_without_replacement(VALUES, np.from_dlpack(drawn, device="cpu")),
    )


@pytest.mark.parametrize("name", ["entropy", "greedy_probability", "expected_loss", "kl"])
def test_calibrations(put, name):
    function = getattr(boltzmann, f"temperature_for_{name}")
    found, expected = function(put(VALUES), 0.5), function(VALUES, 0.5)
    assert_there(found.temperature, expected.temperature)
    assert_there(found.attainable, expected.attainable)


@pytest.mark.parametrize("policy", POLICIES, ids=named)
def test_policies(put, policy):
    values = np.abs(VALUES) / 4
    variances = np.full(4, 0.1)
    found = policy(put(values), step=3, visits=put(VISITS), variances=put(variances), where=put(WHERE))
    expected = policy(values, step=3, visits=VISITS, variances=variances, where=WHERE)
    for name in ("probs", "log_probs", "entropy"):
        assert_there(getattr(found, name), getattr(expected, name))
    assert found.sample(np.random.default_rng(0)).shape == (5,)


@pytest.mark.parametrize("thermostat", THERMOSTATS, ids=named)
def test_thermostats(put, thermostat):
    expected = thermostat(VALUES, step=3, visits=VISITS)
    found = thermostat(put(VALUES), step=3, visits=put(VISITS))
    back = found if isinstance(found, np.ndarray) else np.from_dlpack(found, device="cpu")
    np.testing.assert_allclose(back, expected, rtol=1e-12)


def test_functions_and_distributions(put):
    for axis in (0, -1):
        assert_there(boltzmann.softmax(put(VALUES), 0.5, axis=axis), boltzmann.softmax(VALUES, 0.5, axis=axis))
    assert_there(Gibbs.from_beta(put(VALUES), -2.0).probs, Gibbs.from_beta(VALUES, -2.0).probs)
    assert_there(Gibbs.from_base(put(VALUES), 2.0).probs, Gibbs.from_base(VALUES, 2.0).probs)
    assert_there(Categorical(put([0.2, 0.8])).entropy, Categorical([0.2, 0.8]).entropy)
