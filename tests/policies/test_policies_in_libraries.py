"""Policies, thermostats and calibrations on every array library: its own arrays in, its own arrays out."""

import math

import numpy as np
import pytest

from boltzmann import (
    GLIE,
    UCB1,
    VDBE,
    BernoulliThompson,
    Boltzmann,
    BoltzmannGumbel,
    Entmax,
    EntropyTarget,
    EpsilonGreedy,
    Gibbs,
    Maillard,
    RangeScaled,
    Sparsemax,
    VDBESoftmax,
    softmax,
    temperature_for_entropy,
    temperature_for_expected_loss,
)
from tests.support.frequencies import agrees, counts_of
from tests.support.libraries import JAX, STRICT, TORCH, VALUES, WHERE, every_library
from tests.support.lists import POLICIES

INF = math.inf
VISITS = np.arange(1, 21).reshape(5, 4)
VARIANCES = np.random.default_rng(2).random((5, 4))

# Bernoulli Thompson sampling takes averages of 0 and 1, and has a test of its own.
LISTED = [policy for policy in POLICIES if not isinstance(policy, BernoulliThompson)]
AT_SPECIAL_ENDS = [Entmax(0.5, 1.0), BoltzmannGumbel(0.0)]


@every_library
@pytest.mark.parametrize("policy", LISTED + AT_SPECIAL_ENDS, ids=repr)
def test_policies_take_every_librarys_values(library, policy):
    values, where = library.array(VALUES), library.array(WHERE, str(WHERE.dtype))
    inputs = {"visits": library.array(VISITS, "int64"), "variances": library.array(VARIANCES)}
    result = policy(values, step=0, where=where, **inputs)
    expected = policy(VALUES, step=0, where=WHERE, visits=VISITS, variances=VARIANCES)
    assert type(result.probs) is type(values)
    assert result.probs.dtype == values.dtype
    if not isinstance(getattr(result, "temperature", 1.0), float | int):
        assert type(result.temperature) is type(values)
        np.testing.assert_allclose(library.back(result.temperature), expected.temperature, rtol=1e-12)
    np.testing.assert_allclose(library.back(result.probs), expected.probs, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(library.back(result.entropy), expected.entropy, rtol=1e-12)


@every_library
def test_rates_of_exploration_are_one_a_row_on_every_library(library):
    epsilons = np.array([0.0, 0.25, 0.5, 0.75, 1.0])
    for policy in (VDBE(1.0), VDBESoftmax(1.0, 0.5)):
        expected = policy(VALUES, epsilons=epsilons, where=WHERE).probs
        for given in (epsilons, library.array(epsilons)):
            result = policy(library.array(VALUES), epsilons=given, where=library.array(WHERE, str(WHERE.dtype)))
            np.testing.assert_allclose(library.back(result.probs), expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("library", [TORCH, JAX, STRICT], ids=repr)
@pytest.mark.parametrize("policy", [BoltzmannGumbel(1.0), UCB1(), Maillard(0.5), Sparsemax(0.5)], ids=repr)
def test_draws_are_of_the_librarys_own_randomness(library, policy):
    distribution = policy(library.array(VALUES[0]), visits=library.array(VISITS[0], "int64"))
    drawn = library.back(distribution.sample(library.rng(7), (20_000,)))
    assert agrees(counts_of(drawn, 4), library.back(distribution.probs))
    if library is TORCH:
        with pytest.raises(TypeError, match="rng must be a torch"):
            distribution.sample(np.random.default_rng(0))


@every_library
def test_bernoulli_thompson_takes_every_librarys_averages(library):
    rates = np.array([[0.2, 0.5, 0.6, 1.0]])
    result = BernoulliThompson()(library.array(rates), visits=library.array(VISITS[:1], "int64"))
    expected = BernoulliThompson()(rates, visits=VISITS[:1])
    assert type(result.probs) is type(library.array(rates))
    np.testing.assert_allclose(library.back(result.probs), expected.probs, rtol=1e-9)


@every_library
@pytest.mark.parametrize("dtype", ["int8", "int64", "uint8"])
def test_masks_of_0_and_1_are_masks(library, dtype):
    values, mask = library.array(VALUES), library.array(WHERE.astype(np.int64), dtype)
    same = softmax(values, where=library.array(WHERE, "bool"))
    np.testing.assert_array_equal(library.back(softmax(values, where=mask)), library.back(same))
    for policy in (Boltzmann(EntropyTarget(0.5)), Boltzmann(GLIE()), UCB1(), Sparsemax(0.5), EpsilonGreedy(0.2)):
        result = policy(values, where=mask, visits=library.array(VISITS, "int64"))
        expected = policy(VALUES, where=WHERE, visits=VISITS)
        np.testing.assert_allclose(library.back(result.probs), expected.probs, rtol=1e-12, atol=1e-15)
    wrong = np.array([1, 2, 0, 1])
    with pytest.raises(ValueError, match="where must be boolean, or 0 and 1, got"):
        Gibbs(values, where=library.array(wrong, dtype))
    with pytest.raises(ValueError, match="where must be boolean, or 0 and 1, got"):
        Gibbs(values, where=library.array(wrong))


@every_library
def test_calibrations_answer_in_the_library_of_the_values(library):
    values = library.array(VALUES)
    for find, target in ((temperature_for_entropy, 0.5), (temperature_for_expected_loss, 0.1)):
        expected = find(VALUES, target)
        for given in (target, library.array(np.full(5, target))):
            result = find(values, given)
            assert type(result.temperature) is type(result.attainable) is type(values)
            np.testing.assert_allclose(library.back(result.temperature), expected.temperature, rtol=1e-12)
            assert library.back(result.attainable).tolist() == expected.attainable.tolist()


def test_tensors_that_require_a_gradient_are_read_and_narrow_ones_too():
    torch = pytest.importorskip("torch")
    values = torch.tensor(VALUES, requires_grad=True)
    assert temperature_for_entropy(values, 0.5).temperature.requires_grad
    assert not temperature_for_entropy(values.detach(), 0.5).temperature.requires_grad
    soft = Boltzmann(RangeScaled(0.3))(values)
    (soft.mean + soft.temperature * soft.entropy).sum().backward()
    # T is a constant of the derivative. The derivative of the soft value is the softmax.
    np.testing.assert_allclose(values.grad.numpy(), soft.probs.detach().numpy(), rtol=1e-9, atol=1e-12)
    for policy in (Boltzmann(RangeScaled(0.3)), Sparsemax(0.5), UCB1()):
        narrow = policy(torch.tensor(VALUES, dtype=torch.bfloat16), visits=VISITS)
        assert narrow.probs.dtype == torch.bfloat16
    with pytest.raises(TypeError, match="values must be one array of numbers"):
        softmax([values[0], values[1]])


@pytest.mark.parametrize("alpha", [1.1, 1.5, 2.0, 2.5])
def test_sparse_policies_have_their_derivatives(alpha):
    torch = pytest.importorskip("torch")
    from torch.autograd import gradcheck, gradgradcheck

    values = torch.tensor([[0.0, 0.3, 0.5, -9.0], [1.0, 0.9, 0.8, 0.7]], dtype=torch.float64, requires_grad=True)
    temperature = torch.tensor([0.7, 1.1], dtype=torch.float64, requires_grad=True)
    kinds = [lambda at: Entmax(lambda step: at, alpha)] + [lambda at: Sparsemax(lambda step: at)] * (alpha == 2)
    for kind in kinds:
        for name in ("probs", "entropy"):
            # The entropy has no derivative where a probability reaches 0.
            rows = values if name == "probs" else values[1:]
            temperatures = temperature if name == "probs" else temperature[1:]
            rows, temperatures = (part.detach().clone().requires_grad_() for part in (rows, temperatures))
            assert gradcheck(lambda q, at, k=kind, n=name: getattr(k(at)(q, step=0), n), (rows, temperatures))
            assert gradgradcheck(lambda q, at, k=kind, n=name: getattr(k(at)(q, step=0), n), (rows, temperatures))
    # Probabilities are constant outside the support and at both ends of the temperature.
    for end in (0.0, INF):
        q = torch.tensor([[0.0, 1.0, 1.0, -5.0]], requires_grad=True)
        probs = Entmax(end, alpha)(q).probs
        (probs * torch.arange(4.0)).sum().backward()
        assert not q.grad.any()
