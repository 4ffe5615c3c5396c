"""Numbers of a policy that PyTorch or JAX differentiates or traces: refused as parameters, right as schedules."""

import numpy as np
import pytest

from boltzmann import (
    Boltzmann,
    Entmax,
    EntropyTarget,
    EpsilonBoltzmann,
    EpsilonGreedy,
    Exponential,
    GreedyProbabilityTarget,
    KLBoltzmann,
    Maillard,
    MaxBoltzmann,
    Mellowmax,
    RangeScaled,
    Sparsemax,
    StdScaled,
)

Q = [0.0, 0.4, 1.0]
AT = 0.5
SCHEDULED = {
    "Boltzmann": Boltzmann,
    "EpsilonGreedy": EpsilonGreedy,
    "both of MaxBoltzmann": lambda T: MaxBoltzmann(T, T),
    "both of EpsilonBoltzmann": lambda T: EpsilonBoltzmann(T, T),
    "KLBoltzmann": lambda T: KLBoltzmann([1, 2, 3], T),
    "Mellowmax": Mellowmax,
    "Sparsemax": Sparsemax,
    "Entmax": lambda T: Entmax(T, 1.5),
    "RangeScaled": lambda T: Boltzmann(RangeScaled(T)),
    "StdScaled": lambda T: Boltzmann(StdScaled(T)),
    "EntropyTarget": lambda T: Boltzmann(EntropyTarget(T)),
    "GreedyProbabilityTarget": lambda T: Boltzmann(GreedyProbabilityTarget(T)),
}
scheduled = pytest.mark.parametrize("make", SCHEDULED.values(), ids=SCHEDULED)


@pytest.fixture
def torch():
    return pytest.importorskip("torch")


@pytest.fixture
def jax():
    return pytest.importorskip("jax")


def entropy(make, number, values=Q):
    return make(lambda step: number)(values, step=0).entropy.sum()


def slope(make):
    """The derivative of the entropy by central differences in NumPy."""
    wide = 1e-5
    return (entropy(make, AT + wide) - entropy(make, AT - wide)) / (2 * wide)


@scheduled
def test_a_parameter_with_a_derivative_is_refused_with_the_remedy(make, torch):
    number = torch.nn.Parameter(torch.tensor(AT))
    with pytest.raises(TypeError, match=r"must be a known number in \[.*has a derivative: .*lambda step: T"):
        make(number)
    assert repr(make(number.detach())) == repr(make(AT))


def test_a_temperature_with_a_derivative_is_told_of_gibbs(torch):
    with pytest.raises(TypeError, match=r"^temperature must be .*: use Gibbs\(values, T\), or .*, lambda step: T$"):
        Boltzmann(torch.tensor(AT, requires_grad=True))
    with pytest.raises(TypeError, match=r"^epsilon must be .*: write epsilon as a schedule, lambda step: T$"):
        EpsilonGreedy(torch.tensor(AT, requires_grad=True))


@pytest.mark.parametrize("make", [Maillard, lambda T: Entmax(0.5, T), lambda T: Exponential(T, 0.1, 9)])
def test_numbers_that_are_no_schedules_are_refused_too(make, torch):
    with pytest.raises(TypeError, match=r"must be a known number in .*has a derivative$"):
        make(torch.tensor(1.5, requires_grad=True))


@scheduled
@pytest.mark.parametrize("transform", ["grad", "jit", "vmap"])
def test_a_traced_parameter_is_refused_with_the_remedy(make, transform, jax):
    given = jax.numpy.array([AT, 0.6]) if transform == "vmap" else AT
    with pytest.raises(TypeError, match=r"must be a known number in \[.*is traced .*: .*lambda step: T"):
        getattr(jax, transform)(lambda T: make(T)(jax.numpy.array(Q)).entropy.sum())(given)


@scheduled
def test_a_schedule_carries_the_derivative_in_pytorch(make, torch):
    for values in (Q, torch.tensor(Q), torch.tensor(Q, dtype=torch.float64, requires_grad=True)):
        number = torch.nn.Parameter(torch.tensor(AT, dtype=torch.float64))
        entropy(make, number, values).backward()
        np.testing.assert_allclose(number.grad, slope(make), rtol=1e-5, atol=1e-6)


@scheduled
def test_a_schedule_carries_the_derivative_in_jax(make, jax):
    jax.config.update("jax_enable_x64", True)
    for values in (Q, jax.numpy.array(Q)):
        found = jax.grad(lambda T, values=values: entropy(make, T, values))(AT)
        np.testing.assert_allclose(found, slope(make), rtol=1e-6, atol=1e-8)
    swept = jax.jit(jax.vmap(lambda T: entropy(make, T, jax.numpy.array(Q))))(jax.numpy.array([AT, 0.6]))
    np.testing.assert_allclose(swept, [entropy(make, AT), entropy(make, 0.6)], rtol=1e-9)
