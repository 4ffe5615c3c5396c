"""PyTorch and JAX: derivatives, tracing, dtypes and devices; each library's answer beside NumPy's."""

import math
from functools import cache

import numpy as np
import pytest

import boltzmann
from boltzmann import Gibbs
from tests.support.libraries import (
    JAX,
    PRIOR,
    TEMPERATURES,
    TORCH,
    VALUES,
    WHERE,
    every_differentiating,
    every_library,
)

INF = math.inf
ROWS = ("log_partition", "soft_value", "mellowmax", "entropy", "mean", "variance", "heat_capacity")
ALL = ("probs", "log_probs", *ROWS, "greedy_probability", "exploration_probability", "mode")
FUNCTIONS = (
    *(boltzmann.softmax, boltzmann.log_softmax, boltzmann.log_partition, boltzmann.soft_value, boltzmann.mellowmax),
    *(boltzmann.entropy, boltzmann.expected_value, boltzmann.variance, boltzmann.heat_capacity),
)


@every_library
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
def test_every_library_gives_numpys_answers(library, masked, weighted):
    library.xp  # noqa: B018
    chosen = {"where": WHERE} if masked else {}
    chosen |= {"prior": PRIOR} if weighted else {}
    ours = {name: library.array(part, str(part.dtype)) for name, part in chosen.items()}
    expected, found = (
        Gibbs(VALUES, TEMPERATURES, **chosen),
        Gibbs(library.array(VALUES), library.array(TEMPERATURES), **ours),
    )
    for name in ALL:
        np.testing.assert_allclose(
            library.back(getattr(found, name)), getattr(expected, name), rtol=1e-12, atol=1e-14, err_msg=name
        )
    actions = np.array([2 if not weighted else 1] * 5)
    np.testing.assert_allclose(
        library.back(found.log_prob(library.array(actions, "int64"))), expected.log_prob(actions), rtol=1e-12
    )
    np.testing.assert_allclose(library.back(found.jacobian()), expected.jacobian(), rtol=1e-9, atol=1e-14)
    np.testing.assert_allclose(
        library.back(found.temperature_derivative()), expected.temperature_derivative(), rtol=1e-9, atol=1e-14
    )
    np.testing.assert_array_equal(library.back(found.top_k(2)), expected.top_k(2))
    other = Gibbs(VALUES[::-1].copy(), INF, **chosen)
    ours_other = Gibbs(library.array(VALUES[::-1].copy()), INF, **ours)
    np.testing.assert_allclose(
        library.back(found.kl_divergence(ours_other)), expected.kl_divergence(other), rtol=1e-9, atol=1e-14
    )
    target = np.full((5, 4), 0.25)
    np.testing.assert_allclose(
        library.back(found.cross_entropy(library.array(target))), expected.cross_entropy(target), rtol=1e-12
    )


@every_library
@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__name__)
def test_functions_take_any_axis(library, function):
    library.xp  # noqa: B018
    for axis in (0, 1, -1):
        expected = function(VALUES, 0.5, axis=axis)
        np.testing.assert_allclose(
            library.back(function(library.array(VALUES), 0.5, axis=axis)), expected, rtol=1e-12, atol=1e-14
        )


@every_library
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_dtype_is_kept(library, dtype):
    library.xp  # noqa: B018
    gibbs = Gibbs(library.array(VALUES, dtype), 0.5)
    for name in ALL[:-1]:
        assert str(getattr(gibbs, name).dtype).endswith(dtype), name
    assert str(Gibbs(library.array([1, 2], "int64"), 1).probs.dtype).endswith("float64")


@every_library
def test_inverse_temperatures_of_both_signs(library):
    library.xp  # noqa: B018
    beta = np.array([-INF, -2.0, 0.0, 2.0, INF])
    values = np.tile(VALUES[0], (5, 1))
    gibbs = Gibbs.from_beta(library.array(values), library.array(beta))
    expected = [Gibbs(-VALUES[0], 0), Gibbs(-VALUES[0], 0.5), Gibbs(VALUES[0], INF), Gibbs(VALUES[0], 0.5)]
    expected.append(Gibbs(VALUES[0], 0))
    for row, (one, sign) in enumerate(zip(expected, (-1, -1, 1, 1, 1), strict=True)):
        np.testing.assert_allclose(library.back(gibbs.probs)[row], one.probs, rtol=1e-13)
        np.testing.assert_allclose(library.back(gibbs.mean)[row], sign * one.mean, rtol=1e-12)
        np.testing.assert_allclose(library.back(gibbs.mellowmax)[row], sign * one.mellowmax, rtol=1e-12)
        np.testing.assert_allclose(library.back(gibbs.log_partition)[row], one.log_partition, rtol=1e-12)
    base = Gibbs.from_base(library.array(values), library.array(np.exp(beta)))
    np.testing.assert_allclose(library.back(base.probs), library.back(gibbs.probs), rtol=1e-12)


# An action so far off that it underflows, a masked one of value 1e30, and a tie.
AWKWARD = np.array([[0.0, -5000.0, 1e30, 2.0], [1.0, 1.0, 1e30, -1.0]])
ALLOWED = np.array([[True, True, False, True]] * 2)


@pytest.mark.parametrize("name", ["probs", "log_probs", *ROWS])
def test_torch_derivatives(name):
    torch = TORCH.xp
    values = torch.tensor(VALUES, dtype=torch.float64, requires_grad=True)
    temperature = torch.tensor([0.3, 0.8, 1.0, 2.0, 40.0], dtype=torch.float64, requires_grad=True)
    prior = torch.tensor([0.5, 2.0, 1.5, 1.0], dtype=torch.float64)

    def function(values, temperature):
        return getattr(Gibbs(values, temperature, prior=prior), name)

    assert torch.autograd.gradcheck(function, (values, temperature))
    assert torch.autograd.gradgradcheck(function, (values, temperature))


@cache
def total_of(library, name):
    """A weighted sum of a quantity, and its derivative as JAX compiles it, once for all temperatures."""
    where = library.array(ALLOWED, "bool")

    def total(values, temperature):
        result = getattr(Gibbs(values, temperature, where=where), name)
        return (result * library.array(np.arange(1.0, 1 + result.shape[-1]))).sum()

    if library is TORCH:
        return total, None
    import jax

    return total, jax.jit(jax.grad(total, argnums=(0, 1)))


@every_differentiating
@pytest.mark.parametrize("temperature", [0.0, 1e-310, 1e-300, 1e-160, 1e-8, 1.0, 1e300, INF])
@pytest.mark.parametrize("name", ["probs", "log_partition", "soft_value", "mellowmax", "entropy", "mean", "variance"])
def test_no_derivative_is_nan(library, name, temperature):
    library.xp  # noqa: B018
    total, compiled = total_of(library, name)
    if library is TORCH:
        values = library.array(AWKWARD).requires_grad_()
        scalar = library.array(temperature).requires_grad_()
        slopes = library.xp.autograd.grad(total(values, scalar), (values, scalar), allow_unused=True)
    else:
        import jax

        slopes = jax.grad(total, argnums=(0, 1))(library.array(AWKWARD), library.array(temperature))
        found = compiled(library.array(AWKWARD), library.array(temperature))
        assert not any(np.isnan(library.back(slope)).any() for slope in found)
    for slope in slopes:
        assert slope is None or not np.isnan(library.back(slope)).any()
    assert not library.back(slopes[0])[:, 2].any()


@every_differentiating
def test_the_gradient_of_log_z_is_the_softmax_over_t(library):
    library.xp  # noqa: B018
    if library is TORCH:
        values = library.array(VALUES).requires_grad_()
        boltzmann.soft_value(values, 0.3).sum().backward()
        slope = values.grad
    else:
        import jax

        slope = jax.grad(lambda values: boltzmann.soft_value(values, 0.3).sum())(library.array(VALUES))
    np.testing.assert_allclose(library.back(slope), Gibbs(VALUES, 0.3).probs, rtol=1e-13)


def test_jax_jit_vmap_and_float32_far_out():
    jnp = JAX.xp
    import jax

    values = jnp.asarray([[-1e30, 1e30, 0.0], [1e30, 1e30, -1e30], [3.0, 2.0, 1e-30]], dtype=jnp.float32)
    for temperature in (1.0, 1e-8, 1e8):
        probs, log_z = jax.jit(lambda v, t: (Gibbs(v, t).probs, Gibbs(v, t).log_partition))(
            values, jnp.float32(temperature)
        )
        assert probs.dtype == jnp.float32
        assert not np.isnan(probs).any()
        assert not np.isnan(log_z).any()
    temperatures = jnp.asarray(TEMPERATURES)
    mapped = jax.vmap(lambda v, t: Gibbs(v, t).probs)(jnp.asarray(VALUES), temperatures)
    np.testing.assert_allclose(mapped, Gibbs(VALUES, TEMPERATURES).probs, rtol=1e-12, atol=1e-14)


def test_torch_compile_and_vmap():
    torch = TORCH.xp
    values, temperatures = torch.tensor(VALUES), torch.tensor(TEMPERATURES)
    mapped = torch.vmap(lambda v, t: Gibbs(v, t).probs)(values, temperatures)
    np.testing.assert_allclose(mapped, Gibbs(VALUES, TEMPERATURES).probs, rtol=1e-12, atol=1e-14)
    compiled = torch.compile(lambda v, t: boltzmann.softmax(v, t), backend="eager", fullgraph=True)
    np.testing.assert_allclose(
        compiled(values, temperatures), Gibbs(VALUES, TEMPERATURES).probs, rtol=1e-12, atol=1e-14
    )


@every_differentiating
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(
    ("values", "dtype"), [([1e4, 0.0], "float32"), ([1e10, 0.0], "float64"), ([1e30, -1e30], "float32")]
)
def test_no_derivative_with_respect_to_a_tiny_temperature_is_nan(library, values, dtype, weighted):
    library.xp  # noqa: B018
    prior = library.array([0.5, 0.5], dtype) if weighted else None
    for temperature in (1e-10, 1e-18, 1e-30, 1e-150):
        if dtype == "float32" and temperature < 1e-40:
            continue
        for name in ("probs", "log_probs", "log_partition", "entropy", "mean", "soft_value"):

            def total(values, temperature, name=name):
                return getattr(Gibbs(values, temperature, prior=prior), name).sum()

            if library is TORCH:
                q, t = library.array(values, dtype).requires_grad_(), library.array(temperature, dtype).requires_grad_()
                slopes = library.xp.autograd.grad(total(q, t), (q, t), allow_unused=True)
            else:
                import jax

                slopes = jax.grad(total, argnums=(0, 1))(
                    library.array(values, dtype), library.array(temperature, dtype)
                )
            for slope in slopes:
                assert slope is None or not np.isnan(library.back(slope)).any(), (name, temperature)
