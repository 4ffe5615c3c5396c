"""Probabilities and weights that are none are refused in every library, and are NaN or -1 where they are traced."""

import numpy as np
import pytest

from boltzmann import Categorical, Gibbs, sample_categorical
from tests.support.libraries import JAX, STRICT, TORCH, every_library

WRONG = [
    ([0.5, 0.6], "sum of probs must be 1"),
    ([0.5, -0.1, 0.6], "probs must be in \\[0, 1\\], got -0.1 for action 1"),
    ([np.nan, 1.0], "probs must be in \\[0, 1\\], got nan"),
    ([2.0, -1.0], "probs must be in \\[0, 1\\], got 2.0"),
    ([np.inf, 0.0], "probs must be in \\[0, 1\\], got inf"),
    ([[0.5, 0.5], [0.5, 0.4]], "sum of probs must be 1, got 0.9.* in row 1"),
    ([0.0, 0.0], "sum of probs must be 1"),
]
WRONG_WEIGHTS = [[0.0, 0.0], [-1.0, 2.0], [np.nan, 1.0], [np.inf, 1.0], [[1.0, 1.0], [0.0, 0.0]]]


@every_library
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("probs", "message"), WRONG)
def test_wrong_probabilities_are_refused(library, probs, message, dtype):
    library.xp  # noqa: B018
    with pytest.raises(ValueError, match=message if dtype == "float64" else message.split(",")[0]):
        Categorical(library.array(probs, dtype))


@every_library
@pytest.mark.parametrize("weights", WRONG_WEIGHTS, ids=str)
def test_wrong_weights_are_refused(library, weights):
    library.xp  # noqa: B018
    with pytest.raises(ValueError, match="weights must be"):
        sample_categorical(library.rng(0), library.array(weights))


@every_library
def test_others_are_taken_as_they_are(library):
    library.xp  # noqa: B018
    for probs in ([[0.2, 0.8], [1.0, 0.0]], [1.0]):
        np.testing.assert_array_equal(library.back(Categorical(library.array(probs)).probs), probs)
    rounded = np.full(3000, 1 / 3000, dtype=np.float32)
    assert Categorical(library.array(rounded, "float32")).probs.shape == (3000,)
    assert int(sample_categorical(library.rng(0), library.array([0.0, 3.0, 0.0]))) == 1


@pytest.mark.parametrize("library", [TORCH, STRICT, JAX], ids=repr)
def test_shapes_and_kinds_are_checked_too(library):
    xp = library.xp
    with pytest.raises(ValueError, match="at least one action"):
        Categorical(xp.zeros((2, 0)))
    with pytest.raises(TypeError, match="real numbers"):
        Categorical(xp.asarray([True, False]))


def test_traced_rows_that_are_wrong_are_nan():
    import_jax = JAX.xp
    import jax

    probs = import_jax.asarray([[0.5, 0.5], [0.5, 0.4], [-0.5, 1.5], [np.nan, 1.0]])
    logs = jax.jit(lambda p: Categorical(p).log_prob(import_jax.zeros(4, dtype=int)))(probs)
    assert logs[0] == pytest.approx(np.log(0.5))
    assert np.isnan(np.asarray(logs[1:])).all()
    weights = import_jax.asarray([[0.0, 2.0], [0.0, 0.0], [-0.5, 1.5], [np.nan, 1.0]])
    drawn = jax.jit(lambda w: sample_categorical(jax.random.key(0), w))(weights)
    np.testing.assert_array_equal(drawn, [1, -1, -1, -1])


def test_compiled_rows_that_are_wrong_are_nan():
    torch = TORCH.xp
    compiled = torch.compile(lambda p: Categorical(p).entropy, backend="eager", fullgraph=True)
    entropies = compiled(torch.tensor([[0.5, 0.5], [0.5, 0.4]]))
    assert float(entropies[0]) == pytest.approx(np.log(2))
    assert torch.isnan(entropies[1])


@every_library
def test_probabilities_answer_what_a_gibbs_distribution_does(library):
    library.xp  # noqa: B018
    gibbs, other = (Gibbs(library.array([[0.0, 1.0, 3.0], [2.0, 2.5, -1.0]]), T) for T in (1.0, 2.0))
    same, others = Categorical(gibbs.probs), Categorical(other.probs)
    target = library.array([[0.2, 0.3, 0.5], [1.0, 0.0, 0.0]])
    for found, expected in (
        (same.cross_entropy(target), gibbs.cross_entropy(target)),
        (same.kl_divergence(others), gibbs.kl_divergence(other)),
        (same.top_k(2), gibbs.top_k(2)),
    ):
        np.testing.assert_allclose(library.back(found), library.back(expected), rtol=1e-12)


def test_others_of_another_shape_or_library_are_refused():
    gibbs = Gibbs(np.zeros((2, 3)))
    with pytest.raises(ValueError, match=r"target must have K = 3 on its last axis, got shape \(2,\)"):
        gibbs.cross_entropy([0.5, 0.5])
    with pytest.raises(ValueError, match=r"other must fit shape \(2, 3\), got \(4, 3\)"):
        gibbs.kl_divergence(Gibbs(np.zeros((4, 3))))
    with pytest.raises(ValueError, match="other must have K = 3 actions, got 1"):
        gibbs.kl_divergence(Gibbs(np.zeros((2, 1))))
    with pytest.raises(TypeError, match="other must be of the same array library"):
        gibbs.kl_divergence(Gibbs(STRICT.array(np.zeros((2, 3)))))
