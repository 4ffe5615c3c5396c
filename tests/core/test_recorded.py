"""Tensors with derivatives: what NumPy computes for them is what PyTorch would, and changes nothing for users."""

import pickle
import time

import numpy as np
import pytest

pytest.importorskip("torch")

import torch

import boltzmann
from boltzmann import Boltzmann, Gibbs, RangeScaled, soft_value
from boltzmann._numerics import Recorded
from boltzmann._numerics.traced_scores import standardise_traceably

NAMES = [
    "probs",
    "log_probs",
    "log_partition",
    "soft_value",
    "mellowmax",
    "entropy",
    "mean",
    "variance",
    "heat_capacity",
    "greedy_probability",
    "exploration_probability",
]
# Many rows of few actions and single rows have layouts of their own.
SHAPES = [(4,), (1, 4), (2, 3, 4), (70, 3)]


def problem(shape, dtype=torch.float64):
    rng = np.random.default_rng(sum(shape))
    values = torch.tensor(rng.normal(size=shape), dtype=dtype, requires_grad=True)
    temperature = torch.tensor(rng.uniform(0.3, 2.0, shape[:-1]), dtype=dtype, requires_grad=True)
    where = rng.random(shape) < 0.7
    where[..., 0] = True
    return values, temperature, where


def by_pytorch(name, values, temperature, where):
    """The same quantity, computed by PyTorch throughout."""
    made = Gibbs.__new__(Gibbs)
    made.__dict__.update(_scores=standardise_traceably(values, temperature, where, None), _temperature=temperature)
    return getattr(made, name)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_quantities_and_derivatives_are_those_of_pytorch(name, shape):
    values, temperature, where = problem(shape)
    for mask in (None, where):
        for at in (temperature, temperature.detach().reshape(-1)[:1].reshape(()).requires_grad_(), 0.7):
            gibbs = Gibbs(values, at, where=mask)
            assert isinstance(gibbs._scores, Recorded)
            found, expected = getattr(gibbs, name), by_pytorch(name, values, at, mask)
            torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-14)
            # Masked log-probabilities are constant, which PyTorch's own derivatives do not say.
            g = torch.tensor(np.random.default_rng(1).normal(size=found.shape)) * found.isfinite()
            inputs = (values, at) if isinstance(at, torch.Tensor) else (values,)
            slopes = [torch.autograd.grad(result, inputs, g) for result in (found, expected)]
            torch.testing.assert_close(*slopes, rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("name", NAMES)
def test_derivatives_are_those_of_differences(name):
    values, temperature, where = problem((3, 4))

    def function(values, temperature):
        # The logarithm of a masked action's probability is infinite.
        return getattr(Gibbs(values, temperature, where=None if name == "log_probs" else where), name)

    assert torch.autograd.gradcheck(function, (values, temperature))
    assert torch.autograd.gradgradcheck(function, (values, temperature))


def test_float32_is_rounded_once():
    values, temperature, _ = problem((32, 4), torch.float32)
    value = soft_value(values, temperature)
    exact = soft_value(values.detach().double().numpy(), temperature.detach().double().numpy())
    np.testing.assert_array_equal(value.detach().numpy(), exact.astype(np.float32))
    value.sum().backward()
    assert values.grad.dtype == temperature.grad.dtype == torch.float32


def test_who_writes_to_the_values_changes_nothing():
    values, temperature, where = problem((5, 4))
    mask = torch.tensor(where)
    gibbs, same = (Gibbs(values, temperature, where=mask) for _ in range(2))
    expected = torch.autograd.grad(same.entropy.sum(), values, create_graph=True)[0].detach(), same.probs.detach()
    with torch.no_grad():
        values += 1.5 * torch.arange(4)
        temperature *= 2.0
    mask[:] = True
    torch.testing.assert_close(torch.autograd.grad(gibbs.entropy.sum(), values, create_graph=True)[0], expected[0])
    torch.testing.assert_close(gibbs.probs, expected[1])


def test_what_is_read_without_derivatives_is_not_kept():
    values, temperature, _ = problem((5, 4))
    gibbs = Gibbs(values, temperature)
    for mode in (torch.no_grad, torch.inference_mode):
        with mode():
            assert not gibbs.entropy.requires_grad
            assert not gibbs.kl_divergence(Gibbs(values, 1.0)).requires_grad
    assert gibbs.entropy.requires_grad
    assert gibbs.kl_divergence(Gibbs(values, 1.0)).requires_grad
    inside = torch.func.grad(lambda x: (x * gibbs.entropy).sum())(torch.ones(5, dtype=torch.float64))
    torch.testing.assert_close(inside, gibbs.entropy.detach())
    assert torch.equal(pickle.loads(pickle.dumps(gibbs)).probs, gibbs.probs)


def test_policies_and_draws_of_tensors_with_derivatives():
    values, _, where = problem((5, 4))
    for policy in (Boltzmann(0.5), Boltzmann(RangeScaled(0.3))):
        with_derivatives, without = policy(values, where=where), policy(values.detach(), where=where)
        draws = [it.sample(torch.Generator().manual_seed(1), (9,)) for it in (with_derivatives, without)]
        assert torch.equal(*draws)
        torch.testing.assert_close(with_derivatives.log_prob(draws[0]), without.log_prob(draws[0]))
        assert torch.equal(with_derivatives.temperature.detach(), without.temperature)


# Beside other programs, which take the caches, the largest shape took four times once; it is for a quiet machine.
@pytest.mark.parametrize("shape", [(1, 4), (256, 18), pytest.param((1024, 100), marks=pytest.mark.slow)], ids=str)
def test_a_soft_value_costs_at_most_three_times_the_hand_written_one(shape):
    values, T = torch.randn(shape, generator=torch.Generator().manual_seed(0), requires_grad=True), 0.5
    g, turns = torch.ones(shape[:-1]), max(3, 20_000 // values.numel())
    threads = torch.get_num_threads()
    torch.set_num_threads(1)

    def seconds(function):
        begin = time.process_time()
        for _ in range(turns):
            values.grad = None
            function(values).backward(g)
        return time.process_time() - begin

    def ours(q):
        return boltzmann.soft_value(q, T)

    def by_hand(q):
        return T * torch.logsumexp(q / T, -1)

    seconds(ours), seconds(by_hand)
    # Other programs slow down what touches more memory, so one quiet moment of several has to show the ratio.
    for _ in range(8):
        took = [(seconds(ours), seconds(by_hand)) for _ in range(15)]
        ratio = min(own for own, _ in took) / min(hand for _, hand in took)
        if ratio <= 3.0:
            break
    torch.set_num_threads(threads)
    print(f"{shape}: {ratio:.2f}")
    assert ratio <= 3.0
