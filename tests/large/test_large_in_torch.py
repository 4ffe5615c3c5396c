"""Ragged rows, candidate losses and large softmaxes in PyTorch: the numbers of NumPy, and derivatives."""

import math
from itertools import pairwise

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from boltzmann.large.candidates import sampled_log_loss, target_log_loss  # noqa: E402
from boltzmann.large.hierarchy import BlockSoftmax, DifferentiatedSoftmax, HierarchicalSoftmax  # noqa: E402
from boltzmann.large.modules import BlockSoftmaxModule, DifferentiatedSoftmaxModule, HierarchicalSoftmaxModule  # noqa: E402
from boltzmann.large.ragged import RaggedGibbs  # noqa: E402
from tests.support.frequencies import agrees, counts_of, fresh_rng  # noqa: E402

INF = math.inf
VALUES = [1.0, -2.0, 0.5, 3.0, -INF, 3.0, 0.0, INF, 1.0, 1e308, -1e308]
INDPTR = [0, 2, 2, 6, 7, 9, 11, 11]


def tensor(numbers, **others):
    return torch.tensor(numbers, dtype=torch.float64, **others)


def generator():
    return torch.Generator().manual_seed(int(fresh_rng().integers(2**62)))


@pytest.mark.parametrize("temperature", [1.0, 0.0, INF, 1e308, [0.5, 1.0, 0.0, INF, 1.0, 1e308, 2.0]])
def test_ragged_rows_have_the_numbers_of_numpy(temperature):
    plain, ours = (
        RaggedGibbs(VALUES, INDPTR, temperature),
        RaggedGibbs(tensor(VALUES), torch.tensor(INDPTR), temperature),
    )
    for name in ("probs", "log_probs", "log_partition", "entropy"):
        np.testing.assert_allclose(getattr(ours, name).numpy(), getattr(plain, name), rtol=1e-14, atol=1e-300)
    draws = ours.sample(generator(), (4000,)).numpy()
    assert draws.shape == (4000, 7)
    for row, (start, end) in enumerate(pairwise(INDPTR)):
        if start == end:
            assert (draws[:, row] == -1).all()
        else:
            assert agrees(counts_of(draws[:, row] - start, end - start), plain.probs[start:end])
    np.testing.assert_array_equal(ours.actions(ours.sample(generator())) >= 0, np.diff(INDPTR) > 0)


@pytest.mark.filterwarnings("ignore:Sparse CSR tensor support is in beta")
def test_rows_of_the_sparse_softmax_where_that_of_torch_is_not_a_number():
    values = tensor([math.e, 1.0, math.e, math.e, math.e, -INF, 2.0], requires_grad=True)
    rows = RaggedGibbs(values, [0, 1, 2, 3, 5, 7])
    assert rows.probs.tolist() == [1, 1, 1, 0.5, 0.5, 0, 1]
    (rows.entropy.sum() + (rows.probs * torch.arange(7.0)).sum()).backward()
    assert torch.isfinite(values.grad).all()
    sparse = torch.sparse_csr_tensor(
        [0, 1, 1, 3], [4, 0, 7], tensor([0.0, 2.0, 0.0]), size=(3, 9), check_invariants=True
    )
    stored = RaggedGibbs.from_csr(sparse, 2.0)
    assert stored.actions(stored.sample(torch.Generator().manual_seed(0)))[:2].tolist() == [4, -1]
    # An empty row in front changes nothing of the others.
    np.testing.assert_array_equal(RaggedGibbs(values, [0, 0, 1, 2, 3, 5, 7]).probs.detach(), rows.probs.detach())


def test_derivatives_of_ragged_rows_are_those_of_finite_differences():
    def quantities(values, temperature):
        rows = RaggedGibbs(values, [0, 3, 3, 5, 6], temperature)
        full = torch.tensor([True, False, True, True])
        return torch.cat([rows.probs, rows.log_probs, rows.log_partition[full], rows.entropy[full]])

    values = tensor([1.0, 1.0, -2.0, 0.3, 0.9, 4.0], requires_grad=True)
    temperatures = tensor([0.7, 1.0, 2.0, 1.5], requires_grad=True)
    assert torch.autograd.gradcheck(quantities, (values, temperatures))


def test_ragged_rows_refuse_what_does_not_fit():
    with pytest.raises(TypeError, match=r"data must be a tensor of floats, got torch\.int64"):
        RaggedGibbs(torch.tensor([1]), [0, 1])
    with pytest.raises(TypeError, match=r"rng must be a torch\.Generator"):
        RaggedGibbs(tensor([1.0]), [0, 1]).sample(np.random.default_rng(0))


def test_candidate_losses_pass_derivatives():
    numbers = np.array([2.0, 1.0, 0.0, -1.0, -2.0, 0.5])
    samples, log_q = np.array([[0, 2, 3], [1, 1, 5]]), np.log([0.1, 0.2, 0.3, 0.1, 0.1, 0.2])
    for loss, q in [
        (sampled_log_loss, -1.5),
        (sampled_log_loss, lambda a: log_q[a]),
        (target_log_loss, lambda a: log_q[a]),
    ]:
        logits = tensor(numbers, requires_grad=True)
        ours = loss(logits.__getitem__, torch.tensor([2, 4]), torch.tensor(samples), q)
        np.testing.assert_allclose(ours.detach(), loss(numbers.__getitem__, [2, 4], samples, q), rtol=1e-14)
        assert torch.autograd.gradcheck(lambda x, loss=loss, q=q: loss(x.__getitem__, [2, 4], samples, q), (logits,))


@pytest.mark.parametrize("frequencies", [None, [8.0, 4.0, 2.0, 2.0, 0.5, 0.5, 0.1]])
def test_the_hierarchical_module_has_the_numbers_of_numpy(frequencies):
    plain, rng = HierarchicalSoftmax(7, 3, frequencies=frequencies), np.random.default_rng(0)
    plain.weights[:], plain.bias[:] = rng.normal(size=(6, 3)), rng.normal(size=6)
    module = HierarchicalSoftmaxModule(7, 3, frequencies=frequencies).double()
    with torch.no_grad():
        module.parameters_of_nodes.weight[:] = torch.tensor(np.column_stack([plain.weights, plain.bias]))
    rows, chosen = rng.normal(size=(5, 3)), np.array([0, 3, 6, 6, 2])
    np.testing.assert_allclose(module.all_log_probs(tensor(rows)).detach(), plain.all_log_probs(rows), rtol=1e-13)
    features = tensor(rows, requires_grad=True)
    log_prob = module(features, torch.tensor(chosen))
    np.testing.assert_allclose(log_prob.detach(), plain.log_prob(rows, chosen), rtol=1e-13)
    log_prob.sum().backward()
    np.testing.assert_allclose(features.grad, plain.gradient(rows, chosen).features, rtol=1e-12)
    before = np.column_stack([plain.weights, plain.bias])
    plain.step(rows, chosen, 1.0)
    np.testing.assert_allclose(
        module.parameters_of_nodes.weight.grad, np.column_stack([plain.weights, plain.bias]) - before, atol=1e-12
    )
    draws = module.sample(generator(), tensor(np.repeat(rows[:1], 20_000, axis=0)))
    probs = module.all_log_probs(tensor(rows[:2])).exp().detach().numpy()
    assert agrees(counts_of(draws, 7), probs[0])
    assert not agrees(counts_of(draws, 7), probs[1])


def test_sparse_derivatives_touch_the_paths_alone():
    module = HierarchicalSoftmaxModule(1000, 2, sparse=True)
    module(torch.ones(1, 2), torch.tensor([7])).sum().backward()
    assert module.parameters_of_nodes.weight.grad.is_sparse
    assert module.parameters_of_nodes.weight.grad._nnz() <= 10
    alone = HierarchicalSoftmaxModule(1, 2)
    assert alone.log_prob(torch.ones(3, 2), torch.zeros(3, dtype=torch.int64)).tolist() == [0, 0, 0]
    assert alone.sample(generator(), torch.ones(3, 2)).tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("plain_kind", "kind"), [(DifferentiatedSoftmax, DifferentiatedSoftmaxModule), (BlockSoftmax, BlockSoftmaxModule)]
)
def test_modules_of_blocks_have_the_numbers_of_numpy(plain_kind, kind):
    plain, rng = plain_kind([2, 5, 3], [3, 2, 1]), np.random.default_rng(0)
    module = kind([2, 5, 3], [3, 2, 1]).double()
    if kind is BlockSoftmaxModule:
        plain.block_weights, plain.block_bias = module.above.weight.detach().numpy(), module.above.bias.detach().numpy()
    for weights, block in zip(plain.weights, module.blocks, strict=True):
        weights[:] = block.weight.detach()
    plain.bias[:] = torch.cat([block.bias for block in module.blocks]).detach()
    rows, chosen = rng.normal(size=(4, 6)), np.array([0, 4, 9, 6])
    np.testing.assert_allclose(module.all_log_probs(tensor(rows)).detach(), plain.all_log_probs(rows), rtol=1e-13)
    np.testing.assert_allclose(
        module(tensor(rows), torch.tensor(chosen)).detach(), plain.log_prob(rows, chosen), rtol=1e-13
    )
    features = tensor(rows, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: module(x, torch.tensor(chosen)), (features,))
    draws = module.sample(generator(), 3 * tensor(np.repeat(rows[:1], 20_000, axis=0)))
    probs = plain.all_log_probs(3 * rows[:2])
    assert agrees(counts_of(draws, 10), np.exp(probs[0]))
    assert not agrees(counts_of(draws, 10), np.exp(probs[1]))


@pytest.mark.parametrize("kind", [HierarchicalSoftmaxModule, DifferentiatedSoftmaxModule, BlockSoftmaxModule])
def test_modules_refuse_what_does_not_fit(kind):
    module = kind(5, 2) if kind is HierarchicalSoftmaxModule else kind([2, 3], [1, 1])
    for features, actions, message in [
        (torch.ones(1, 3), torch.tensor([0]), r"features must have shape \(B, 2\), got \(1, 3\)"),
        (torch.ones(1, 2), torch.tensor([5]), r"actions must be in \[0, 5\), got 5 to 5"),
        (torch.ones(1, 2), torch.tensor([0, 1]), r"actions must be integers of shape \(1,\), got \(2,\)"),
    ]:
        with pytest.raises(ValueError, match=message):
            module.log_prob(features, actions)
    with pytest.raises(TypeError, match=r"generator must be a torch\.Generator, got 3"):
        module.sample(3, torch.ones(1, 2))
