"""Temperatures of targets under jax.jit, vmap and grad, torch.func and torch.compile, and their derivatives."""

import math

import numpy as np
import pytest

from boltzmann import (
    Boltzmann,
    EffectiveActionsTarget,
    EntropyTarget,
    GreedyProbabilityTarget,
    LossBudget,
    Mellowmax,
    temperature_for_entropy,
    temperature_for_expected_loss,
    temperature_for_greedy_probability,
    temperature_for_kl,
)
from tests.support.awkward import awkward_rows, shares

INF = math.inf
VALUES = np.random.default_rng(0).normal(size=(5, 4))
PRIOR = np.array([0.5, 2.0, 1.0, 0.1])
FOUND = {
    "entropy": EntropyTarget(0.5),
    "nearly uniform": EntropyTarget(1 - 1e-6),
    "actions": EffectiveActionsTarget(2.5),
    "probability": GreedyProbabilityTarget(0.6),
    "loss": LossBudget(0.2),
    "kl": lambda values: temperature_for_kl(values, 0.05, prior=PRIOR).temperature,
    "mellowmax": lambda values: Mellowmax(1.5)(values).temperature,
}
every_target = pytest.mark.parametrize("find", FOUND.values(), ids=FOUND)


@pytest.fixture
def jax():
    module = pytest.importorskip("jax")
    module.config.update("jax_enable_x64", True)
    return module


@pytest.fixture
def torch():
    return pytest.importorskip("torch")


def slopes(find, row):
    """Derivatives by differences of fourth order."""
    steps = 1e-4 * np.eye(len(row))
    return np.array(
        [(8 * (find(row + h) - find(row - h)) - (find(row + 2 * h) - find(row - 2 * h))) / 12e-4 for h in steps]
    )


@every_target
def test_jax_finds_the_same_temperatures_and_their_derivatives(jax, find):
    values = jax.numpy.asarray(VALUES)
    found, slope = jax.jit(jax.vmap(jax.value_and_grad(find)))(values)
    np.testing.assert_allclose(found, find(VALUES), rtol=1e-13)
    np.testing.assert_allclose(slope, [slopes(find, row) for row in VALUES], rtol=1e-7, atol=1e-8)
    if find is FOUND["loss"]:
        np.testing.assert_allclose(find(values), find(VALUES), rtol=1e-13)
        np.testing.assert_allclose(jax.jit(find)(values), find(VALUES), rtol=1e-13)


@every_target
def test_pytorch_finds_the_same_temperatures_and_their_derivatives(torch, find):
    values = torch.tensor(VALUES, requires_grad=True)
    found = find(values)
    np.testing.assert_allclose(found.detach(), find(VALUES), rtol=1e-13)
    found.sum().backward()
    expected = np.array([slopes(find, row) for row in VALUES])
    np.testing.assert_allclose(values.grad, expected, rtol=1e-7, atol=1e-8)
    plain = values.detach()
    np.testing.assert_allclose(torch.func.vmap(find)(plain), find(VALUES), rtol=1e-13)
    np.testing.assert_allclose(torch.func.grad(find)(plain[0]), expected[0], rtol=1e-7, atol=1e-8)
    assert not find(plain).requires_grad
    with torch.no_grad():
        assert not find(values).requires_grad


def test_second_derivatives(torch):
    from torch.autograd import gradcheck, gradgradcheck

    values = torch.tensor(VALUES[:2], requires_grad=True)
    target = torch.tensor([0.5, 0.9], dtype=torch.float64, requires_grad=True)
    prior = torch.tensor(PRIOR, requires_grad=True)
    for find in (
        lambda q, t, p: temperature_for_entropy(q, t).temperature,
        lambda q, t, p: temperature_for_greedy_probability(q, t, prior=p).temperature,
        lambda q, t, p: temperature_for_expected_loss(q, t / 4, prior=p).temperature,
        lambda q, t, p: temperature_for_kl(q, t / 9, prior=p).temperature,
    ):
        assert gradcheck(find, (values, target, prior))
        assert gradgradcheck(find, (values, target, prior))


def test_a_policy_passes_the_derivative_of_its_temperature(torch, jax):
    # At a fixed entropy H the derivative of E[Q] is T dH = 0 plus the probabilities.
    values = torch.tensor(VALUES, requires_grad=True)
    distribution = Boltzmann(EntropyTarget(0.5))(values)
    distribution.entropy.sum().backward(retain_graph=True)
    np.testing.assert_allclose(values.grad, 0.0, atol=1e-13)
    distribution.mean.sum().backward()
    np.testing.assert_allclose(values.grad, distribution.probs.detach(), rtol=1e-10, atol=1e-12)
    probs = jax.jit(lambda q: Boltzmann(EntropyTarget(0.5))(q).probs)(jax.numpy.asarray(VALUES))
    np.testing.assert_allclose(probs, distribution.probs.detach(), rtol=1e-12)


def test_ends_are_exact_and_bad_rows_are_nan_under_a_trace(jax, torch):
    values, target = np.array([[0.0, 1.0], [1.0, 1.0], [0.0, math.nan], [0.0, INF], [0.0, 1.0]]), [0.0, 1.0, 1, 1, -1]
    for find, expected in (
        (temperature_for_entropy, [0.0, INF, math.nan, math.nan, math.nan]),
        (temperature_for_greedy_probability, [INF, 0.0, math.nan, math.nan, math.nan]),
        (temperature_for_expected_loss, [0.0, INF, math.nan, math.nan, math.nan]),
        (temperature_for_kl, [INF, 0.0, math.nan, math.nan, math.nan]),
    ):
        for found in (
            jax.jit(lambda q, t, f=find: f(q, t))(jax.numpy.asarray(values), jax.numpy.asarray(target)),
            torch.func.vmap(find)(torch.tensor(values), torch.tensor(target).double()),
        ):
            np.testing.assert_array_equal(np.asarray(found.temperature), expected)
            assert not np.asarray(found.attainable)[2:].any()
    slope = jax.grad(lambda q: temperature_for_entropy(q, 0.0).temperature)(jax.numpy.asarray([0.0, 1.0]))
    assert slope.tolist() == [0.0, 0.0]
    for bad, message in (([0.0, math.nan], "NaN"), ([0.0, INF], "values must be finite")):
        with pytest.raises(ValueError, match=message):
            temperature_for_entropy(torch.tensor(bad, requires_grad=True), 0.5)
    with pytest.raises(ValueError, match=r"kl must be in \[0, inf\], got -1.0"):
        temperature_for_kl(torch.tensor([0.0, 1.0]), torch.tensor(-1.0, requires_grad=True))
    with pytest.raises(ValueError, match="the target's shape"):
        jax.jit(temperature_for_kl)(jax.numpy.zeros((2, 2)), jax.numpy.ones(3))


def test_temperatures_of_awkward_rows_agree_between_libraries(jax, torch):
    rng = np.random.default_rng(1)
    for count in (3, 18):
        values, where = awkward_rows(rng, 300, count)
        mild = (np.abs(values).max(axis=1) > 1e-290) & (np.abs(values).max(axis=1) < 1e290)
        values, where = values[mild], where[mild]
        target = shares(rng, len(values)) * math.log(count)
        expected = temperature_for_entropy(values, target, where=where)
        parts = (jax.numpy.asarray(part) for part in (values, target, where))
        found = jax.jit(lambda q, t, w: temperature_for_entropy(q, t, where=w))(*parts)
        np.testing.assert_allclose(found.temperature, expected.temperature, rtol=2e-13)
        np.testing.assert_array_equal(found.attainable, expected.attainable)
    single = jax.jit(LossBudget(0.2))(jax.numpy.asarray(VALUES, "float32"))
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, LossBudget(0.2)(VALUES), rtol=1e-5)


@pytest.mark.slow
def test_pytorch_compiles_the_search_in_one_graph(torch):
    values = torch.tensor(VALUES)
    for find in (LossBudget(0.2), EntropyTarget(0.5)):
        compiled = torch.compile(lambda q, f=find: f(q), backend="eager", fullgraph=True)
        np.testing.assert_allclose(compiled(values), find(VALUES), rtol=1e-13)
