"""Where no error can be raised, an action that does not exist is -1, and the log-probability of one is NaN."""

import math

import numpy as np
import pytest

import boltzmann
from boltzmann import Boltzmann, Categorical, EpsilonBoltzmann, EpsilonGreedy, Gibbs, MaxBoltzmann
from tests.support.frequencies import agrees, fresh_rng
from tests.support.libraries import JAX, NUMPY, STRICT, TORCH, TORCH_GRAD

INF, NAN = math.inf, math.nan
VALUES = np.array([0.0, 1.0, -INF, 0.5])
OUTSIDE = np.array([-1, 1, 4, 0, -5, 3])
INSIDE = np.array([False, True, False, True, False, True])
EAGER = [NUMPY, TORCH, TORCH_GRAD, JAX, STRICT]
# Policies are made before anything is compiled.
POLICIES = {
    "EpsilonGreedy": EpsilonGreedy(0.2),
    "EpsilonBoltzmann": EpsilonBoltzmann(0.2, 0.7),
    "MaxBoltzmann": MaxBoltzmann(0.2, 0.7),
    "Boltzmann": Boltzmann(0.7),
}
LOG_PROBS = {
    "Gibbs": lambda q, a: Gibbs(q, 0.7).log_prob(a),
    "Categorical": lambda q, a: Categorical(boltzmann.softmax(q, 0.7)).log_prob(a),
    "EpsilonGreedy": lambda q, a: POLICIES["EpsilonGreedy"](q).log_prob(a),
    "EpsilonBoltzmann": lambda q, a: POLICIES["EpsilonBoltzmann"](q).log_prob(a),
    "MaxBoltzmann": lambda q, a: POLICIES["MaxBoltzmann"](q).log_prob(a),
    "Boltzmann": lambda q, a: POLICIES["Boltzmann"](q).log_prob(a),
    "cross_entropy": lambda q, a: -boltzmann.cross_entropy(q, a[0], 0.7),
}
each = pytest.mark.parametrize("name", LOG_PROBS)


def compiled(library, function):
    """What the library compiles, without the optimiser of PyTorch, which would need a C++ compiler."""
    if library is JAX:
        return pytest.importorskip("jax").jit(function)
    return pytest.importorskip("torch").compile(function, backend="eager")


def mapped(library, function):
    return (
        pytest.importorskip("jax").vmap(function)
        if library is JAX
        else pytest.importorskip("torch").func.vmap(function)
    )


def expected(name):
    logs = np.array([LOG_PROBS[name](VALUES, np.array([a])).sum() for a in OUTSIDE[INSIDE]])
    result = np.full(len(OUTSIDE), NAN)
    result[INSIDE] = logs
    return result


@each
@pytest.mark.parametrize("library", [JAX, TORCH], ids=repr)
def test_a_compiled_log_probability_of_no_action_is_nan(library, name):
    library.xp  # noqa: B018
    function = compiled(library, LOG_PROBS[name])
    found = [library.back(function(library.array(VALUES), library.array([a], "int64"))).sum() for a in OUTSIDE]
    np.testing.assert_allclose(found, expected(name), rtol=1e-12)


@each
@pytest.mark.parametrize("library", [JAX, TORCH], ids=repr)
def test_a_mapped_log_probability_of_no_action_is_nan(library, name):
    library.xp  # noqa: B018
    rows = library.array(np.tile(VALUES, (len(OUTSIDE), 1)))
    found = library.back(mapped(library, LOG_PROBS[name])(rows, library.array(OUTSIDE[:, np.newaxis], "int64")))
    np.testing.assert_allclose(found.ravel(), expected(name), rtol=1e-12)


def test_the_derivative_of_a_row_without_an_action_is_0():
    jnp = JAX.xp
    import jax

    def loss(q, a):
        return Gibbs(q).log_prob(a)

    rows, actions = jnp.zeros((3, 2)), jnp.array([-1, 0, 2])
    value, slope = jax.jit(jax.vmap(jax.value_and_grad(loss)))(rows, actions)
    np.testing.assert_array_equal(np.isnan(value), [True, False, True])
    np.testing.assert_allclose(slope, [[0.0, 0.0], [0.5, -0.5], [0.0, 0.0]])
    torch = TORCH.xp
    slope, value = torch.func.vmap(torch.func.grad_and_value(loss))(torch.zeros(3, 2), torch.tensor([-1, 0, 2]))
    np.testing.assert_array_equal(value.isnan(), [True, False, True])
    np.testing.assert_allclose(slope, [[0.0, 0.0], [0.5, -0.5], [0.0, 0.0]])
    # Known actions are refused, although the values are traced.
    with pytest.raises(ValueError, match=r"actions must be in \[0, 2\), got -1 in row 0"):
        jax.grad(lambda q: loss(q, actions).sum())(rows)


@each
@pytest.mark.parametrize("library", EAGER, ids=repr)
def test_known_actions_are_refused_by_row(library, name):
    library.xp  # noqa: B018
    rows = library.array(np.tile(VALUES, (3, 1)))
    function = LOG_PROBS[name]
    if name == "cross_entropy":
        function = lambda q, a: boltzmann.cross_entropy(q, a)  # noqa: E731
    for actions, message in (([0, -1, 1], "got -1 in row 1"), ([0, 1, 4], "got 4 in row 2")):
        with pytest.raises(ValueError, match=rf"actions must be in \[0, 4\), {message}"):
            function(rows, library.array(actions, "int64"))
    if name != "cross_entropy":
        with pytest.raises(TypeError, match="actions must be integers"):
            function(rows, library.array([0.0, 1.0, 1.5]))
        with pytest.raises(TypeError, match="actions must be integers"):
            function(rows, [0.0, 1.0, 1.5])


@pytest.mark.parametrize("library", EAGER, ids=repr)
def test_actions_of_a_narrow_dtype_are_not_wrapped(library):
    library.xp  # noqa: B018
    values = library.array(np.arange(300.0))
    for dtype in ("int8", "uint8"):
        found = library.back(Gibbs(values, 50.0).log_prob(library.array([100, 44], dtype)))
        np.testing.assert_allclose(found, Gibbs(np.arange(300.0), 50.0).log_prob([100, 44]), rtol=1e-12)


@pytest.mark.parametrize("library", [JAX, TORCH], ids=repr)
def test_draws_without_replacement_end_where_nothing_is_left(library):
    library.xp  # noqa: B018
    logs = np.array([[0.0, -INF, 0.0, -INF], [-INF, 0.0, -INF, -INF], [-INF, -INF, -INF, -INF], [0.0, NAN, 0.0, 0.0]])
    if library is JAX:
        draw = compiled(library, lambda key, q: boltzmann.sample_without_replacement(key, q, 3, (500,)))
        drawn = library.back(draw(library.rng(0), library.array(logs)))
    else:
        torch = library.xp
        draw = torch.func.vmap(
            lambda q: boltzmann.sample_without_replacement(library.rng(0), q, 3, (500,)), randomness="different"
        )
        drawn = np.moveaxis(library.back(draw(library.array(logs))), 0, 1)
    assert (np.sort(drawn[:, 0, :2], axis=-1) == [0, 2]).all()
    assert (drawn[:, 0, 2] == -1).all()
    assert (drawn[:, 1] == [1, -1, -1]).all()
    assert (drawn[:, 2:] == -1).all()


def test_a_compiled_draw_from_a_bad_row_is_no_action():
    jnp = JAX.xp
    import jax

    bad = jnp.array([[-INF, -INF], [0.0, NAN], [0.0, 1.0]])
    for function in (
        lambda key, q: Gibbs(q).sample(key, (50,)),
        lambda key, q: boltzmann.sample_gumbel(key, q, (50,)),
        lambda key, q: boltzmann.sample_categorical(key, jnp.exp(q), (50,)),
        lambda key, q: jnp.broadcast_to(Gibbs(q).mode, (50, 3)),
        lambda key, q: jnp.broadcast_to(Gibbs(q).top_k(1)[:, 0], (50, 3)),
    ):
        drawn = np.asarray(jax.jit(function)(JAX.rng(0), bad))
        assert (drawn[:, :2] == -1).all()
        assert np.isin(drawn[:, 2], [0, 1]).all()


@pytest.mark.parametrize("library", EAGER, ids=repr)
def test_known_weights_are_refused_by_row(library):
    library.xp  # noqa: B018
    rng = library.rng(0)
    short = library.array([[0.0, 0.0, 0.0], [0.0, -INF, 0.0]])
    with pytest.raises(ValueError, match="the number of possible actions must be at least k = 3, got 2 in row 1"):
        boltzmann.sample_without_replacement(rng, short, 3)
    for wrong in (NAN, INF):
        logs = library.array([[0.0, 0.0], [0.0, wrong]])
        for draw in (boltzmann.sample_gumbel, lambda rng, q: boltzmann.sample_without_replacement(rng, q, 1)):
            with pytest.raises(
                ValueError, match=r"log_weights must be below inf and not NaN, got .* for action 1 in row 1"
            ):
                draw(rng, logs)
    with pytest.raises(ValueError, match="log_weights must hold at least one action"):
        boltzmann.sample_gumbel(rng, library.array(0.0))


def test_more_draws_than_actions_are_refused_in_a_trace_too():
    JAX.xp  # noqa: B018
    import jax

    with pytest.raises(ValueError, match="k must be at most K = 2, got 3"):
        jax.jit(lambda key, q: boltzmann.sample_without_replacement(key, q, 3))(JAX.rng(0), JAX.array([0.0, 0.0]))


def test_the_log_probability_of_an_order_with_no_action_is_nan():
    jnp = JAX.xp
    import jax

    logs, orders = jnp.log(jnp.array([0.5, 0.3, 0.2])), jnp.array([[2, 0], [2, -1], [3, 0], [1, 1]])
    found = jax.jit(boltzmann.log_prob_without_replacement)(jnp.tile(logs, (4, 1)), orders)
    np.testing.assert_allclose(found, [math.log(0.125), NAN, NAN, -INF], rtol=1e-6)


@pytest.mark.parametrize("library", EAGER, ids=repr)
@pytest.mark.parametrize("count", [20, 2000])
def test_the_largest_stand_in_order_and_equals_by_index(library, count):
    library.xp  # noqa: B018
    values = np.random.default_rng(count).normal(size=(3, count)).round(1)
    values[2] = 0.0
    found = library.back(Gibbs(library.array(values)).top_k(15))
    np.testing.assert_array_equal(found, np.argsort(-values, axis=-1, kind="stable")[:, :15])
    with pytest.raises(ValueError, match=f"k must be at most K = {count}, got {count + 1}"):
        Gibbs(library.array(values)).top_k(count + 1)


@pytest.mark.parametrize("library", [NUMPY, TORCH, JAX], ids=repr)
def test_draws_without_replacement_from_many_actions_follow_their_law(library):
    library.xp  # noqa: B018
    # Action 700 has weight 1, all others together too; a second draw meets those that the first one left.
    weights = np.full(1001, 1e-3)
    weights[700] = 1.0
    logs, seed = np.log(weights), int(fresh_rng().integers(2**31))
    drawn = library.back(boltzmann.sample_without_replacement(library.rng(seed), library.array(logs), 2, (4000,)))
    assert (drawn[:, 0] != drawn[:, 1]).all()
    law = [0.5, 0.5 / 1.999, 0.5 - 0.5 / 1.999]
    hits = drawn == 700
    counts = [hits[:, 0].sum(), hits[:, 1].sum(), (~hits).all(axis=1).sum()]
    assert agrees(counts, law)
    # A planted wrong sampler draws action 700 too seldom as the second one.
    pairs = fresh_rng().random((4000, 2)) < [0.5, 0.3]
    wrong = [pairs[:, 0].sum(), (~pairs[:, 0] & pairs[:, 1]).sum(), (~pairs).all(axis=1).sum()]
    assert not agrees(wrong, law)
