"""What PyTorch and JAX do to functions: derivatives off and on again, constants, traces, copies and pickles."""

import copy
import math
import pickle

import numpy as np
import pytest

from boltzmann import (
    UCB1,
    BernoulliThompson,
    Boltzmann,
    BoltzmannGumbel,
    Categorical,
    Entmax,
    EpsilonGreedy,
    GaussianThompson,
    Gibbs,
    RangeScaled,
    Sparsemax,
    UCB1Tuned,
    log_prob_without_replacement,
    sample_gumbel,
    sample_without_replacement,
    soft_value,
    softmax,
    temperature_for_entropy,
)

QUANTITIES = ("probs", "log_probs", "log_partition", "soft_value", "mellowmax", "entropy", "mean", "variance")


@pytest.fixture
def torch():
    return pytest.importorskip("torch")


@pytest.fixture
def jax():
    return pytest.importorskip("jax")


def test_a_value_of_0_has_a_derivative_in_jax(jax):
    jnp = jax.numpy
    expected = np.array([2, -1, -1]) / 9
    np.testing.assert_allclose(jax.grad(lambda q: softmax(q)[0])(jnp.zeros(3)), expected, atol=1e-6)
    np.testing.assert_allclose(jax.jit(jax.grad(lambda q: softmax(q)[0]))(jnp.zeros(3)), expected, atol=1e-6)
    values = jnp.array([0.0, 1.0, 2.0])
    np.testing.assert_allclose(jax.grad(soft_value)(values), softmax(values), rtol=1e-6)
    tiny = jnp.array([1e-39, 0.0, 1.0])
    np.testing.assert_array_equal(softmax(tiny), softmax(jnp.array([0.0, 0.0, 1.0])))


@pytest.mark.parametrize("first", QUANTITIES)
@pytest.mark.parametrize("off", ["no_grad", "inference_mode"])
def test_what_is_read_without_derivatives_takes_none_away(torch, first, off):
    def gradients(reads):
        values = torch.tensor([0.0, 1.0, 3.0], dtype=torch.float64, requires_grad=True)
        distribution = Gibbs(values, 0.7)
        if reads:
            with getattr(torch, off)():
                assert not getattr(distribution, first).requires_grad
        return [
            torch.autograd.grad(getattr(distribution, name).sum(), values, retain_graph=True)[0] for name in QUANTITIES
        ]

    for found, right in zip(gradients(True), gradients(False), strict=True):
        torch.testing.assert_close(found, right, rtol=0, atol=0)


def test_what_a_policy_loss_needs_is_there_after_acting_without_derivatives(torch):
    def loss(acts):
        values = torch.tensor([[0.0, 1.0, 3.0]], dtype=torch.float64, requires_grad=True)
        distribution = EpsilonGreedy(0.1)(values) if acts == "mixture" else Boltzmann(0.7)(values)
        if acts:
            with torch.no_grad():
                distribution.sample(torch.Generator())
                assert distribution.entropy.item() > 0
        (-distribution.log_prob(torch.tensor([1])) - 0.5 * distribution.entropy).sum().backward()
        return values.grad

    torch.testing.assert_close(loss(True), loss(False), rtol=0, atol=0)
    assert loss("mixture") is not None


def test_no_tracer_is_kept(jax, torch):
    for distribution in (Gibbs(jax.numpy.zeros(3), 0.5), EpsilonGreedy(0.1)(jax.numpy.zeros(3))):
        jax.jit(lambda x, it=distribution: x * it.entropy + it.log_probs.sum())(1.0)
        assert float(distribution.entropy) == pytest.approx(math.log(3))
    for values in (torch.zeros(3), torch.zeros(3, requires_grad=True)):
        distribution = Gibbs(values, 0.5)
        torch.func.grad(lambda x, it=distribution: (x * it.probs).sum())(torch.ones(3))
        assert pickle.loads(pickle.dumps(distribution)).probs.tolist() == pytest.approx([1 / 3] * 3)


def test_constants_of_a_function_that_is_differentiated(torch):
    values = torch.tensor([[0.0, 1.0, 3.0], [1.0, 1.0, 0.0]])
    probs = Gibbs(values, 0.5).probs
    x = torch.ones(2, 3)
    torch.testing.assert_close(torch.func.grad(lambda x: (x * Gibbs(values, 0.5).probs).sum())(x), probs)
    torch.testing.assert_close(
        torch.func.grad(lambda x: (x * EpsilonGreedy(0.1)(values).probs).sum())(x), EpsilonGreedy(0.1)(values).probs
    )
    for policy in (Boltzmann(RangeScaled(0.5)), Sparsemax(0.5), BoltzmannGumbel(1.0)):
        more = {"visits": torch.ones(2, 3)}
        right = policy(values, **more).probs
        torch.testing.assert_close(
            torch.func.grad(lambda x, p=policy, m=more: (x * p(values, **m).probs).sum())(x), right
        )
    outside = Gibbs(values, 0.5)
    drawn = []
    torch.func.grad(lambda x: drawn.append(outside.sample(torch.Generator())) or x.sum())(x)
    assert drawn[0].tolist() == outside.sample(torch.Generator()).tolist()


def test_a_trace_takes_no_answer_for_a_constant(torch):
    from torch.fx.experimental.proxy_tensor import make_fx

    with pytest.raises(RuntimeError, match="tracing tensor"):
        make_fx(lambda x: softmax(x, 0.5), tracing_mode="real")(torch.tensor([0.0, 1.0, 3.0]))


def test_masks_and_temperatures_of_another_library_leave_numpys_values_numpys(torch, jax):
    values = np.array([[1e9 + 1, 1e9], [0.0, 1.0]])
    right = softmax(values)
    for one in (torch.tensor, jax.numpy.asarray):
        for found in (
            softmax(values, where=one(np.array([True, True]).tolist())),
            softmax(values, one(1.0)),
            softmax(values, prior=one([1.0, 1.0])),
        ):
            assert isinstance(found, np.ndarray)
            np.testing.assert_array_equal(found, right)
        assert isinstance(EpsilonGreedy(0.1)(values, where=one([True, False])).probs, np.ndarray)
    temperature = torch.tensor(1.0, requires_grad=True)
    torch.testing.assert_close(softmax(values, temperature).detach(), torch.as_tensor(right))
    softmax(values, temperature)[0, 0].backward()
    assert temperature.grad.item() != 0


def test_temperatures_and_probabilities_written_to_later_change_nothing(torch):
    for values in (torch.tensor([[0.0, 1.0]] * 2), torch.tensor([[0.0, 1.0]] * 2, requires_grad=True)):
        for temperature in (torch.ones(2), np.ones(2)):
            distribution = Gibbs(values, temperature)
            before = distribution.jacobian().detach().clone()
            temperature[0] = 100.0
            torch.testing.assert_close(distribution.jacobian().detach(), before)
            assert np.asarray(distribution.temperature).tolist() == [1.0, 1.0]
    probs = torch.tensor([0.25, 0.75])
    categorical = Categorical(probs)
    probs[0], probs[1] = 1.0, 0.0
    assert categorical.probs.tolist() == [0.25, 0.75]


# PyTorch's own way to forward-mode derivatives scripts some of its functions on first use.
@pytest.mark.filterwarnings("ignore:.torch.jit.script. is deprecated:DeprecationWarning")
@pytest.mark.parametrize("policy", [Sparsemax(2.0), Entmax(2.0, 1.5), Boltzmann(0.5)], ids=repr)
def test_forward_mode_is_reverse_mode(torch, policy):
    forward = torch.autograd.forward_ad
    values, along = torch.tensor([0.0, 0.5, 1.0], dtype=torch.float64), torch.tensor([1.0, 0.0, 0.0]).double()
    rows = torch.autograd.functional.jacobian(lambda q: policy(q).probs, values)
    with forward.dual_level():
        tangent = forward.unpack_dual(policy(forward.make_dual(values, along)).probs).tangent
    torch.testing.assert_close(tangent, rows @ along)


@pytest.mark.parametrize(
    "policy",
    [Sparsemax(), Entmax(), UCB1(), UCB1Tuned(), GaussianThompson(), BernoulliThompson(), BoltzmannGumbel()],
    ids=repr,
)
@pytest.mark.parametrize("shape", [(0, 4), (0, 2, 4)])
def test_no_rows_have_a_shape(torch, policy, shape):
    nothing = torch.zeros(shape)
    found = policy(nothing, visits=nothing, variances=nothing)
    assert tuple(found.probs.shape) == shape
    assert tuple(temperature_for_entropy(torch.zeros(shape), 0.5).temperature.shape) == shape[:-1]


def test_a_conjugate_part_is_read_as_it_is(torch):
    part = torch.complex(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 3.0])).conj().imag
    assert part.is_neg()
    torch.testing.assert_close(Gibbs(part).probs, Gibbs(part.clone().requires_grad_()).probs.detach())


def test_a_parameter_without_derivatives_goes_the_short_way(torch):
    parameter = torch.nn.Parameter(torch.tensor([0.0, 1.0]))
    with torch.no_grad():
        assert Gibbs(parameter)._scores.tensors is not None
    assert Gibbs(parameter)._scores.tensors is None


def test_distributions_of_every_library_are_pickled_and_copied(torch, jax):
    made = [Gibbs(torch.zeros(2**18)), Gibbs(jax.numpy.array([0.0, 1.0])), Gibbs(torch.tensor([0.0, 1.0]))]
    for distribution in made:
        for other in (pickle.loads(pickle.dumps(distribution)), copy.deepcopy(distribution)):
            np.testing.assert_array_equal(np.asarray(other.probs), np.asarray(distribution.probs))
            assert type(other.entropy) is type(distribution.entropy)
    differentiable = Gibbs(torch.tensor([0.0, 1.0], requires_grad=True))
    other = pickle.loads(pickle.dumps(differentiable))
    assert other.probs.tolist() == differentiable.probs.tolist()


def test_ordered_draws_are_told_alike(torch, jax):
    logs = np.log([0.5, 0.3, 0.2])
    right = math.log(0.2 * 0.5 / 0.8)
    for library in (np.asarray, torch.tensor, jax.numpy.asarray):
        for actions in ([2, 0], np.array([2, 0]), library([2, 0])):
            assert float(log_prob_without_replacement(library(logs.tolist()), actions)) == pytest.approx(right)


def test_what_cannot_be_drawn_in_order_has_the_logarithm_of_0():
    assert log_prob_without_replacement(np.log([0.5, 0.5]), [0, 1, 0]) == -math.inf
    assert log_prob_without_replacement([0.0, -math.inf], [0, 1]) == -math.inf
    assert log_prob_without_replacement([0.0, -math.inf], [0]) == 0.0
    np.testing.assert_allclose(
        log_prob_without_replacement(np.log([0.5, 0.5]), [[0, 1], [1, 1]]), [math.log(0.5), -math.inf]
    )
    for wrong, error in (([5], ValueError), ([-1], ValueError), ([0.5], TypeError)):
        with pytest.raises(error, match="actions must be"):
            log_prob_without_replacement(np.log([0.5, 0.5]), wrong)


def test_a_number_of_draws_is_a_shape():
    logs = np.log([0.5, 0.3, 0.2])
    assert sample_gumbel(np.random.default_rng(0), logs, 3).shape == (3,)
    assert sample_without_replacement(np.random.default_rng(0), logs, 2, 3).shape == (3, 2)
