"""Tensors of which no derivative is wanted, for which NumPy computes: the same answers, and never a derivative lost."""

import math
import pickle

import numpy as np
import pytest

from benchmarks import tensors
from boltzmann import Boltzmann, Gibbs, RangeScaled, softmax
from tests.support.frequencies import fresh_rng
from tests.support.libraries import TORCH, TORCH_GRAD

pytest.importorskip("torch")

INF = math.inf
EVERYTHING = (
    *("probs", "log_probs", "log_partition", "soft_value", "mellowmax", "entropy", "mean", "variance", "heat_capacity"),
    *("greedy_probability", "exploration_probability", "mode"),
)
SHAPES = [(4,), (1, 4), (5, 4), (100, 4), (2, 3, 50), (3, 300)]


def both(shape, dtype="float64"):
    """The same values for both ways, and temperatures of all kinds."""
    rng = fresh_rng()
    values = rng.normal(size=shape).round(3)
    temperatures = rng.choice([0.0, 0.1, 1.0, INF], size=shape[:-1])
    return [(library.array(values, dtype), library.array(temperatures, dtype)) for library in (TORCH, TORCH_GRAD)]


@pytest.mark.parametrize("shape", SHAPES, ids=repr)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_both_ways_answer_alike(shape, dtype):
    torch = TORCH.xp
    plain, general = (Gibbs(values, temperature) for values, temperature in both(shape, dtype))
    assert plain._scores.tensors is not None
    assert general._scores.tensors is None
    tolerance = 1e-12 if dtype == "float64" else 2e-6
    for name in EVERYTHING:
        found, expected = getattr(plain, name), getattr(general, name)
        assert type(found) is torch.Tensor
        assert found.dtype == expected.dtype, name
        assert found.shape == expected.shape, name
        # Var Q / T^2 at T = 0.1.
        scale = 100 if name == "heat_capacity" else 1
        torch.testing.assert_close(found, expected.detach(), rtol=scale * tolerance, atol=scale * tolerance, msg=name)
    seed = int(fresh_rng().integers(2**31))
    for shape_drawn in ((), (3,)):
        drawn = [one.sample(torch.Generator().manual_seed(seed), shape_drawn) for one in (plain, general)]
        assert drawn[0].dtype == drawn[1].dtype == torch.int64
        # One uniform each, at the same place of the stream; rounding may tell two ways apart only in float32.
        assert (drawn[0] == drawn[1]).double().mean() >= (1.0 if dtype == "float64" else 0.9)
        torch.testing.assert_close(plain.log_prob(drawn[0]), general.log_prob(drawn[0]).detach(), rtol=1e-5, atol=1e-6)


def test_inverse_temperatures_and_both_derivatives_of_the_formulas():
    torch = TORCH.xp
    values = torch.tensor([0.0, 1.0, 3.0], dtype=torch.float64)
    for beta in (-INF, -0.5, 0.0, 2.0, INF):
        found, expected = Gibbs.from_beta(values, beta), Gibbs.from_beta(values.numpy(), beta)
        for name in ("probs", "soft_value", "mean"):
            np.testing.assert_allclose(np.asarray(getattr(found, name)), getattr(expected, name), rtol=1e-12)
    found, expected = Gibbs(values, 0.7), Gibbs(values.numpy(), 0.7)
    np.testing.assert_allclose(found.temperature_derivative().numpy(), expected.temperature_derivative(), rtol=1e-12)
    np.testing.assert_allclose(found.jacobian().numpy(), expected.jacobian(), rtol=1e-12)


# PyTorch's own forward mode says so of itself.
@pytest.mark.filterwarnings("ignore:.*torch.jit.script.*:DeprecationWarning")
def test_no_derivative_is_lost():
    torch = TORCH.xp
    values = torch.tensor([0.0, 1.0, 3.0], dtype=torch.float64)
    temperature = torch.tensor(0.5, dtype=torch.float64, requires_grad=True)
    assert Gibbs(values, temperature).entropy.requires_grad
    assert Gibbs(values, 0.5, prior=torch.ones(3, dtype=torch.float64, requires_grad=True)).probs.requires_grad
    with torch.no_grad():
        assert not Gibbs(values, temperature).entropy.requires_grad
    slope = Gibbs(values, 0.5).jacobian() @ torch.ones(3, dtype=torch.float64)
    with torch.autograd.forward_ad.dual_level():
        dual = torch.autograd.forward_ad.make_dual(values, torch.tensor([1.0, 1.0, 0.0], dtype=torch.float64))
        tangent = torch.autograd.forward_ad.unpack_dual(softmax(dual, 0.5)).tangent
    expected = Gibbs(values, 0.5).jacobian() @ torch.tensor([1.0, 1.0, 0.0], dtype=torch.float64)
    torch.testing.assert_close(tangent, expected)
    assert slope.abs().max() < 1e-15
    jacobian = torch.func.jacfwd(lambda q: softmax(q, 0.5))(values)
    torch.testing.assert_close(jacobian, Gibbs(values, 0.5).jacobian())


def test_a_tensor_may_be_written_to_and_answers_are_of_its_kind():
    torch = TORCH.xp
    values = torch.zeros(4)
    # More than are copied are computed at once, by PyTorch.
    many = torch.zeros(1, 2**17 + 1)
    early = Gibbs(many)
    many[0, 0] = 1e3
    assert float(early.entropy[0]) == pytest.approx(math.log(2**17 + 1), rel=1e-6)
    late = Boltzmann(RangeScaled(0.5))(values)
    values[2] = 1.0
    assert late.probs.tolist() == [0.25] * 4
    assert late.probs.dtype == torch.float32
    for kind in (torch.bfloat16, torch.float16, torch.float32):
        assert Gibbs(torch.tensor([1, 2, 3], dtype=kind)).probs.dtype == kind
    assert Gibbs(torch.tensor([1, 2, 3])).probs.dtype == torch.float64
    with torch.inference_mode():
        again = pickle.loads(pickle.dumps(Gibbs(torch.tensor([[0.0, 1.0]]), torch.tensor([0.5]))))
    assert again.entropy.shape == (1,)
    mask = torch.tensor([True, False, True])
    assert softmax(torch.tensor([1.0, math.nan, 1.0]), where=mask).tolist() == [0.5, 0.0, 0.5]
    assert softmax(torch.zeros(3, 2), torch.tensor([0.1, 1.0]), axis=0).shape == (3, 2)


def test_the_benchmark_times_every_form():
    found = tensors.measure(rounds=1)
    assert {shape: len(row) for shape, row in found.items()} == dict.fromkeys(tensors.SHAPES, 5)
    assert all(taken > 0 for row in found.values() for taken in row.values())


def test_errors_name_what_is_wrong_and_randomness_is_the_librarys():
    torch = TORCH.xp
    with pytest.raises(ValueError, match=r"values must not be NaN where allowed, got NaN for action 1 in row 1"):
        Gibbs(torch.tensor([[0.0, 1.0], [0.0, math.nan]]))
    with pytest.raises(ValueError, match=r"temperature must be in \[0, inf\], got -1.0 in row 1"):
        Gibbs(torch.zeros(2, 2), torch.tensor([1.0, -1.0]))
    with pytest.raises(TypeError, match="rng must be a torch"):
        Gibbs(torch.zeros(2)).sample(np.random.default_rng(0))
    before = torch.random.get_rng_state()
    Gibbs(torch.zeros(1000, 4)).sample(torch.Generator().manual_seed(0), (2,))
    assert torch.equal(before, torch.random.get_rng_state())
