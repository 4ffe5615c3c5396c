"""Many draws of a row: the indices that the exact cumulative sum gives, in O(K + draws) memory."""

import math
import tracemalloc

import numpy as np
import pytest

from boltzmann import Categorical, EpsilonGreedy, Gibbs, sample_categorical
from boltzmann._numerics import libraries, tensors
from tests.support.frequencies import agrees, counts_of, fresh_rng
from tests.support.libraries import JAX, JIT, LIBRARIES, NUMPY, TORCH, TORCH_GRAD

INF = math.inf
ALL = [*LIBRARIES, JIT]
SHAPES = [((), (7,)), ((3,), ()), ((2, 3), (2, 20))]
TOP = 1 - 2.0**-53


def run(library, draw, values):
    """Draw from values of a library, compiled if the library is jax.jit."""
    if library.jit:
        import jax

        return library.back(jax.jit(draw)(library.array(values)))
    return library.back(draw(library.array(values)))


class Planted(np.random.Generator):
    """A generator whose uniforms are known."""

    def __init__(self, uniforms):
        super().__init__(np.random.PCG64(0))
        self.uniforms = uniforms

    def random(self, size=None):
        return np.broadcast_to(self.uniforms, size or ())[()]


def plant(monkeypatch, library, uniforms):
    """Make every draw of a library come from known uniforms; return the generator to pass."""
    uniforms = np.asarray(uniforms)
    if library.module == "torch":
        torch = library.xp
        monkeypatch.setattr(
            libraries, "torch_uniforms", lambda rng, shape: torch.tensor(np.broadcast_to(uniforms, shape).copy())
        )
    if library.name.startswith("jax"):
        jnp = library.xp
        monkeypatch.setattr(
            libraries, "uniform", lambda xp, rng, shape, like: jnp.asarray(np.broadcast_to(uniforms, shape))
        )
    return library.rng(0) if library.module == "torch" or library.name.startswith("jax") else Planted(uniforms)


def inverted(weights, uniforms):
    """The first action whose exact cumulative sum exceeds u times the total, one draw after another."""
    rows = weights.shape[:-1]
    actions = np.empty(uniforms.shape, dtype=int)
    for index in np.ndindex(uniforms.shape):
        row = weights[index[len(index) - len(rows) :]]
        sums = [math.fsum(row[: action + 1]) for action in range(len(row))]
        actions[index] = next(action for action, total in enumerate(sums) if total > uniforms[index] * sums[-1])
    return actions


@pytest.mark.parametrize("library", ALL, ids=repr)
@pytest.mark.parametrize(("rows", "shape"), SHAPES)
@pytest.mark.parametrize("count", [1, 300])
def test_draws_are_those_of_the_exact_cumulative_sum(monkeypatch, library, rows, shape, count):
    library.xp  # noqa: B018
    weights = np.random.default_rng(count).integers(0, 3, (*rows, count)) + 0.0
    weights[..., -1] = 1.0
    uniforms = np.random.default_rng(1).random(shape + rows)
    rng = plant(monkeypatch, library, uniforms)
    drawn = run(library, lambda array: sample_categorical(rng, array, shape), weights)
    np.testing.assert_array_equal(drawn, inverted(weights, uniforms))


@pytest.mark.parametrize("library", ALL, ids=repr)
@pytest.mark.parametrize("uniform", [0.0, TOP])
@pytest.mark.parametrize("shape", [(), (2000,)])
def test_no_draw_at_an_edge_is_impossible(monkeypatch, library, uniform, shape):
    library.xp  # noqa: B018
    rng = plant(monkeypatch, library, uniform)
    values = np.tile([-INF, 1.0, 0.1, 1.0, -INF], (3, 1))
    masks = library.array(np.tile([True, True, True, False, True], (3, 1)), "bool")
    temperatures = library.array([0.0, 1.0, INF])
    for make in (
        lambda array: Gibbs(array, temperatures, where=masks),
        lambda array: Gibbs(array, temperatures),
        lambda array: EpsilonGreedy(0.25)(array, where=masks),
    ):
        drawn = run(library, lambda array, make=make: make(array).sample(rng, shape), values)
        probs = run(library, lambda array, make=make: make(array).probs, values)
        assert (probs[np.arange(3), drawn] > 0).all()
        first, last = (probs > 0).argmax(axis=-1), 4 - (probs > 0)[:, ::-1].argmax(axis=-1)
        assert (drawn == (first if uniform == 0.0 else last)).all()


@pytest.mark.parametrize("library", [JAX, JIT, TORCH_GRAD], ids=repr)
def test_a_sum_that_falls_by_rounding_draws_nothing_impossible(monkeypatch, library):
    # Sums in parallel differ in the last bit from sums in order. Every sum is tried as threshold.
    library.xp  # noqa: B018
    weights = np.random.default_rng(3).random(3000) * (np.arange(3000) % 3 == 1)
    sums = np.add.accumulate(weights)
    bits = np.arange(-8, 9)[:, np.newaxis] * np.finfo(float).eps
    uniforms = np.clip((sums / sums[-1]) * (1 + bits), 0.0, TOP)
    rng = plant(monkeypatch, library, uniforms)
    drawn = run(library, lambda array: sample_categorical(rng, array, uniforms.shape), weights)
    assert (weights[drawn] > 0).all()


def test_ties_at_both_ends_of_the_temperature_are_shared():
    rng, values = fresh_rng(), np.tile([0.0, 2.0, -INF, 2.0], (2, 1))
    for temperature, probs in ((0.0, [0, 0.5, 0, 0.5]), (INF, [1 / 3, 1 / 3, 0, 1 / 3])):
        drawn = Gibbs(values, [temperature, temperature]).sample(rng, (50_000,))
        assert agrees(counts_of(drawn, 4), probs)


@pytest.mark.parametrize("library", [NUMPY, TORCH, TORCH_GRAD, JAX], ids=repr)
def test_frequencies_of_many_draws_of_several_rows(library):
    library.xp  # noqa: B018
    probs = np.random.default_rng(9).dirichlet(np.full(700, 0.05), 3)
    probs[:, ::5] = 0.0
    probs /= probs.sum(axis=-1, keepdims=True)
    seed = int(fresh_rng().integers(2**31))
    drawn = library.back(Categorical(library.array(probs)).sample(library.rng(seed), (40_000,)))
    assert drawn.shape == (40_000, 3)
    for row in range(3):
        assert agrees(counts_of(drawn[:, row], 700), probs[row])
        # Planted wrong samplers: another row's indices, and indices that are one too large.
        assert not agrees(counts_of(drawn[:, row - 1], 700), probs[row])
        assert not agrees(counts_of((drawn[:, row] + 1) % 700, 700), probs[row])


def traced_peak(draw):
    tracemalloc.start()
    draw()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


@pytest.mark.parametrize("rows", [(), (1,), (3,)])
def test_memory_grows_by_the_sum_of_actions_and_draws(rows):
    count, draws = 20_000, 4000
    values = np.random.default_rng(0).normal(size=(*rows, count))
    size = 8 * math.prod(rows) * (count + draws)
    for distribution in (Gibbs(values), Gibbs(values, where=values < 3), Categorical(Gibbs(values).probs)):
        assert traced_peak(lambda d=distribution: d.sample(np.random.default_rng(0), (draws,))) < 6 * size
    if rows:
        sums = np.cumsum(Gibbs(values).probs, axis=-1)
        assert traced_peak(lambda: sums[0] <= np.random.default_rng(0).random(draws)[:, np.newaxis]) > 6 * 8 * count


def sizes_in(jaxpr):
    """The sizes of all intermediate arrays of a JAX expression."""
    for equation in jaxpr.eqns:
        yield from (math.prod(getattr(made.aval, "shape", ())) for made in equation.outvars)
        for part in equation.params.values():
            if hasattr(part, "jaxpr"):
                yield from sizes_in(part.jaxpr)


def test_no_array_of_jax_holds_every_action_of_every_draw():
    jnp = JAX.xp
    import jax

    count, draws = 2000, 500
    traced = jax.make_jaxpr(lambda key, q: Gibbs(q).sample(key, (draws,)))(JAX.rng(0), jnp.zeros((2, count)))
    assert max(sizes_in(traced.jaxpr)) <= 2 * count


def test_no_tensor_holds_every_action_of_every_draw():
    torch = TORCH.xp
    from torch.utils._python_dispatch import TorchDispatchMode

    sizes = []

    class Watch(TorchDispatchMode):
        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            made = func(*args, **(kwargs or {}))
            sizes.extend(
                part.numel() for part in (made if isinstance(made, tuple) else (made,)) if hasattr(part, "numel")
            )
            return made

    with Watch():
        drawn = Gibbs(torch.zeros((2, 2000), requires_grad=True)).sample(torch.Generator().manual_seed(0), (500,))
    assert drawn.shape == (500, 2)
    assert max(sizes) <= 2 * 2000


def test_a_draw_keeps_no_graph_of_derivatives():
    torch = TORCH_GRAD.xp
    values = torch.zeros(3, requires_grad=True)
    assert not Gibbs(values).sample(torch.Generator().manual_seed(0), (4,)).requires_grad
    assert not tensors.has_derivative(Gibbs(values).top_k(2))
