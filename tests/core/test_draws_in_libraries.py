"""PyTorch and JAX: draws from each library's own randomness follow the weights."""

import math

import numpy as np
import pytest

import boltzmann
from boltzmann import Gibbs
from tests.support.frequencies import agrees, counts_of, fresh_rng
from tests.support.libraries import (
    JAX,
    LIBRARIES,
    STRICT,
    TORCH,
)

INF = math.inf
DRAWS = 100_000
PROBS = [0.5, 0.3, 0.2]


def fresh(library):
    return library.rng(int(fresh_rng().integers(2**31)))


@pytest.mark.parametrize("library", [*LIBRARIES], ids=repr)
@pytest.mark.parametrize("weights", [[0.5, 0.3, 0.2], [0.0, 0.7, 0.0, 0.3, 0.0], [1e-12, 1.0], [1.0, 1e-12], [1.0]])
def test_draws_of_every_library_follow_the_weights(library, weights):
    library.xp  # noqa: B018
    array = library.array(weights)
    for draw in (
        lambda: boltzmann.sample_categorical(fresh(library), array, (DRAWS,)),
        lambda: boltzmann.sample_gumbel(fresh(library), library.array(np.log(np.maximum(weights, 1e-320))), (DRAWS,)),
        lambda: Gibbs(library.array(np.log(np.maximum(weights, 1e-320)))).sample(fresh(library), (DRAWS,)),
    ):
        drawn = library.back(draw())
        assert drawn.shape == (DRAWS,)
        assert agrees(counts_of(drawn, len(weights)), np.array(weights) / sum(weights))


def test_jax_float32_draws_find_small_weights_that_stand_first():
    jnp = JAX.xp
    weights = jnp.asarray([1e-12, 1.0], dtype=jnp.float32)
    # With uniforms that are multiples of 2^-23 one draw in 8 million would be the first: here, a zero is planted.
    assert agrees(counts_of(boltzmann.sample_categorical(fresh(JAX), weights, (10**6,)), 2), [1e-12, 1.0])


@pytest.mark.parametrize("library", [*LIBRARIES], ids=repr)
def test_draws_without_replacement_follow_plackett_and_luce(library):
    library.xp  # noqa: B018
    gibbs = Gibbs(library.array(np.log(PROBS)))
    drawn = library.back(gibbs.sample_without_replacement(fresh(library), 2, (DRAWS,)))
    assert drawn.shape == (DRAWS, 2)
    pairs = [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)]
    law = [0.3, 0.2, 3 / 14, 0.6 / 7, 0.125, 0.075]
    np.testing.assert_allclose(law, [0.3, 0.2, 0.2142857, 0.0857143, 0.125, 0.075], atol=5e-8)
    assert agrees([np.count_nonzero((drawn == pair).all(axis=1)) for pair in pairs], law)
    logs = boltzmann.log_prob_without_replacement(
        library.array(np.tile(np.log(PROBS), (6, 1))), library.array(pairs, "int64")
    )
    np.testing.assert_allclose(np.exp(library.back(logs)), law, rtol=1e-13)


def test_draws_without_replacement_at_the_edges():
    logs = np.log([0.5, 0.5]), np.array([-INF, 0.0, 1.0])
    assert sorted(boltzmann.sample_without_replacement(fresh_rng(), logs[0], 2)) == [0, 1]
    assert set(boltzmann.sample_without_replacement(fresh_rng(), logs[1], 2)) == {1, 2}
    with pytest.raises(ValueError, match="the number of possible actions must be at least k = 3, got 2"):
        boltzmann.sample_without_replacement(fresh_rng(), logs[1], 3)
    with pytest.raises(ValueError, match="k must be at least 1"):
        boltzmann.sample_without_replacement(fresh_rng(), logs[1], 0)
    assert boltzmann.log_prob_without_replacement(logs[0], [0, 0]) == -INF


@pytest.mark.parametrize("wrong", [np.random.default_rng(0), 0], ids=["generator", "number"])
def test_a_wrong_key_of_jax_is_named(wrong):
    values = JAX.array([1.0, 2.0])
    message = r"^rng must be a JAX key, such as jax\.random\.key\(0\), got "
    for draw in (Gibbs(values).sample, lambda rng: boltzmann.BoltzmannGumbel(1.0)(values, visits=[1, 1]).sample(rng)):
        with pytest.raises(TypeError, match=message):
            draw(wrong)
    with pytest.raises(TypeError, match=message):
        boltzmann.Boltzmann(0.5).act(values, wrong)


@pytest.mark.parametrize("library", [TORCH, STRICT], ids=repr)
def test_the_randomness_must_be_the_librarys_own(library):
    library.xp  # noqa: B018
    wrong = np.random.default_rng(0) if library is TORCH else 3
    with pytest.raises(TypeError, match="rng must be a"):
        Gibbs(library.array([1.0, 2.0])).sample(wrong)
