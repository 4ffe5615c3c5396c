"""Every policy and thermostat under the transforms of JAX and PyTorch: NumPy's numbers, and NaN for bad rows.

``torch.compile`` traces with the backend "eager" here, which needs no C++ compiler.
"""

import numpy as np
import pytest

from boltzmann import (
    GLIE,
    Boltzmann,
    EntropyTarget,
    EpsilonGreedy,
    Linear,
    Mellowmax,
    RangeScaled,
    Thermostat,
    Uniform,
)
from boltzmann.laws import Pass, TemperatureLaw
from tests.support.libraries import JAX, TORCH, VALUES, WHERE
from tests.support.lists import POLICIES, THERMOSTATS

DRAWS = ("BoltzmannGumbel", "GaussianThompson", "BernoulliThompson")
"""The largest of draws has no closed form; its probabilities are NumPy's."""
EVERY = [policy for policy in POLICIES if type(policy).__name__ not in DRAWS]
# The policies have a thermostat of each kind.
EVERY += [pytest.param(Boltzmann(thermostat), marks=pytest.mark.slow) for thermostat in THERMOSTATS]
every_policy = pytest.mark.parametrize("policy", EVERY, ids=repr)
RECORDED = ("probs", "log_probs", "temperature", "entropy", "greedy_probability", "exploration_probability")
GOOD = len(VALUES)
# After the good rows, one with a NaN and one where nothing is allowed.
ROWS = np.concatenate([VALUES, [[0.0, np.nan, 1.0, 2.0], VALUES[0]]])
MASKS = np.concatenate([WHERE, [[True] * 4, [False] * 4]])
VISITS = np.arange(1, 4 * len(ROWS) + 1).reshape(-1, 4)
VARIANCES = np.random.default_rng(2).random(ROWS.shape)
STEP = 7


def recorded(policy):
    def quantities(values, step, where, visits, variances):
        distribution = policy(values, step=step, where=where, visits=visits, variances=variances)
        return {name: getattr(distribution, name) for name in RECORDED}

    return quantities


def weighed(policy):
    """A number that depends on every probability, for derivatives."""

    def total(values, *inputs):
        probs = recorded(policy)(values, *inputs)["probs"]
        return (probs * (values * 0 + 1)).sum() + (probs[..., 0] - 2 * probs[..., 1]).sum()

    return total


def arguments(library):
    inputs = library.array(MASKS, "bool"), library.array(VISITS, "int64"), library.array(VARIANCES)
    return library.array(ROWS), library.array(STEP, "int64"), *inputs


def require_numpys(found, policy):
    # Uniform reads no value, so that a NaN is none of its business.
    good, bad = slice(None, GOOD), GOOD + isinstance(policy, Uniform)
    inputs = {"where": WHERE, "visits": VISITS[good], "variances": VARIANCES[good]}
    expected = policy(VALUES, step=STEP, **inputs)
    for name in RECORDED:
        array = np.asarray(found[name])
        np.testing.assert_allclose(array[good], getattr(expected, name), rtol=1e-12, atol=1e-14, err_msg=name)
        # A constant temperature is not that of the row.
        assert name == "temperature" or np.isnan(array[bad:]).all(), name


@every_policy
def test_jax_compiles_maps_and_differentiates(policy):
    jax = pytest.importorskip("jax")
    values, step, *inputs = arguments(JAX)
    axes = (0, None, 0, 0, 0)

    def row(*arguments):
        return recorded(policy)(*arguments), jax.grad(weighed(policy))(*arguments)

    found, slopes = jax.jit(jax.vmap(row, axes))(values, step, *inputs)
    require_numpys(found, policy)
    assert np.isfinite(np.asarray(slopes)[:GOOD]).all()


@every_policy
def test_torch_func_maps_and_differentiates(policy):
    torch = pytest.importorskip("torch")
    values, step, *inputs = arguments(TORCH)
    axes = (0, None, 0, 0, 0)
    found = torch.func.vmap(recorded(policy), axes)(values, step, *inputs)
    require_numpys({name: part.numpy() for name, part in found.items()}, policy)
    slopes = torch.func.vmap(torch.func.grad(weighed(policy)), axes)(values, step, *inputs)
    assert torch.isfinite(slopes[:GOOD]).all()


@pytest.mark.parametrize("policy", [Boltzmann(RangeScaled(Linear(1.0, 0.0, 100))), Boltzmann(GLIE())], ids=repr)
def test_jax_scans_over_steps_and_visits(policy):
    jax = pytest.importorskip("jax")
    values, _, where, visits, variances = (part[:GOOD] if part.ndim else part for part in arguments(JAX))

    def step(carry, number):
        visits = carry + 1
        return visits, policy(values, step=number, where=where, visits=visits, variances=variances).probs

    _, found = jax.lax.scan(step, visits, jax.numpy.arange(3))
    for number in range(3):
        expected = policy(VALUES, step=number, where=WHERE, visits=VISITS[:GOOD] + number + 1).probs
        np.testing.assert_allclose(found[number], expected, rtol=1e-12, atol=1e-15)


def test_pytorch_compiles_a_thermostat_in_one_graph():
    torch = pytest.importorskip("torch")
    values, step, where, *_ = arguments(TORCH)
    thermostat = RangeScaled(Linear(1.0, 0.0, 100))
    compiled = torch.compile(lambda q, t, w: thermostat(q, step=t, where=w), backend="eager", fullgraph=True)
    found = compiled(values, step, where)
    np.testing.assert_allclose(found[:GOOD], thermostat(VALUES, step=STEP, where=WHERE), rtol=1e-13)
    assert torch.isnan(found[GOOD:]).all()


@pytest.mark.slow
@every_policy
def test_pytorch_compiles(policy):
    torch = pytest.importorskip("torch")
    torch._dynamo.reset()
    values, step, *inputs = arguments(TORCH)
    compiled = torch.compile(lambda *given: recorded(policy)(*given)["probs"], backend="eager")
    found = compiled(values[:GOOD], step, *(part[:GOOD] for part in inputs))
    expected = policy(VALUES, step=STEP, where=WHERE, visits=VISITS[:GOOD], variances=VARIANCES[:GOOD])
    np.testing.assert_allclose(found, expected.probs, rtol=1e-12, atol=1e-14)


def test_values_may_be_known_where_the_step_is_not():
    jax = pytest.importorskip("jax")
    falling = Linear(1.0, 0.1, 10)
    for policy in (Boltzmann(falling), EpsilonGreedy(falling), Mellowmax(falling), Boltzmann(RangeScaled(falling))):
        found = jax.jit(lambda step, p=policy: p(VALUES, step=step).probs)(JAX.array(5, "int64"))
        np.testing.assert_allclose(found, policy(VALUES, step=5).probs, rtol=1e-12)
        below = jax.jit(lambda step, p=policy: p(VALUES, step=step).probs)(JAX.array(-1, "int64"))
        assert np.isnan(below).all()


def test_a_thermostat_of_ones_own_is_traced_by_its_law_alone():
    jax = pytest.importorskip("jax")

    class Mean(Thermostat):
        @property
        def law(self):
            adds = Pass(lambda m, action, row: {"sum": row.top - action.q}, lambda m, row: {"temperature": row.sum / 4})
            return TemperatureLaw((adds,))

    class Half(Thermostat):
        def __call__(self, values, *, step=0, visits=None, where=None):
            return np.full(np.shape(values)[:-1], 0.5)

    expected = (VALUES.max(axis=1, keepdims=True) - VALUES).mean(axis=1)
    np.testing.assert_allclose(Mean()(VALUES), expected, rtol=1e-14)
    np.testing.assert_allclose(jax.jit(lambda q: Boltzmann(Mean())(q).temperature)(JAX.array(VALUES)), expected)
    with pytest.raises(TypeError, match="values must be known numbers, got a traced array"):
        jax.jit(lambda q: Boltzmann(Half())(q).probs)(JAX.array(VALUES))
    with pytest.raises(NotImplementedError, match="neither __call__ nor a law"):
        Thermostat()(VALUES)


def test_visits_that_are_missing_are_refused_and_wrong_ones_are_nan():
    jax = pytest.importorskip("jax")
    values = JAX.array(VALUES)
    with pytest.raises(ValueError, match="visits must be given"):
        jax.jit(lambda q: Boltzmann(GLIE())(q).probs)(values)
    negative = jax.jit(lambda q: Boltzmann(GLIE())(q, visits=-VISITS[:GOOD]).probs)(values)
    assert np.isnan(negative).all()
    with pytest.raises(ValueError, match="visits must have the shape of the values"):
        jax.jit(lambda q: Boltzmann(GLIE())(q, visits=VISITS).probs)(values)
    single = jax.jit(lambda q: Boltzmann(EntropyTarget(0.5))(q).probs)(values.astype("float32"))
    assert single.dtype == np.float32
