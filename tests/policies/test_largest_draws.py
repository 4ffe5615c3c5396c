"""Boltzmann-Gumbel and Thompson sampling: golden numbers, independent oracles, and draws."""

import itertools
import math
import warnings
from collections.abc import Callable
from typing import NamedTuple

import mpmath
import numpy as np
import pytest
from scipy import integrate, special, stats

from boltzmann import (
    UCB1,
    BernoulliThompson,
    BoltzmannGumbel,
    GaussianThompson,
    Gibbs,
    Maillard,
    Mellowmax,
)
from boltzmann.policies._noise import ScaledNoise
from boltzmann.policies.thompson import _BetaLaw
from tests.support.frequencies import agrees, counts_of, fresh_rng
from tests.support.libraries import JAX, STRICT, TORCH

INF = math.inf
MEANS, COUNTS = np.array([0.5, 0.4, 0.3]), np.array([100, 10, 1])


class Law(NamedTuple):
    """A distribution by scalar functions, which SciPy's frozen ones would evaluate a hundred times slower."""

    mean: float
    std: float
    cdf: Callable
    ppf: Callable


def gumbel_law(location, scale):
    return Law(
        location + scale * np.euler_gamma,
        scale * math.pi / math.sqrt(6),
        lambda x: math.exp(-math.exp(min((location - x) / scale, 700.0))),
        lambda u: location - scale * math.log(-math.log(min(u, 1 - 2.0**-53))),
    )


def normal_law(mean, std):
    return Law(mean, std, lambda x: special.ndtr((x - mean) / std), lambda u: mean + std * special.ndtri(u))


def beta_law(a, b):
    std = math.sqrt(a * b / (a + b + 1)) / (a + b)
    # Points of the cuts may lie outside [0, 1].
    return Law(
        a / (a + b), std, lambda x: special.betainc(a, b, min(max(x, 0.0), 1.0)), lambda u: special.betaincinv(a, b, u)
    )


def test_the_laws_of_the_oracle_are_those_of_scipy():
    for law, frozen in (
        (gumbel_law(0.3, 0.7), stats.gumbel_r(0.3, 0.7)),
        (normal_law(0.3, 0.7), stats.norm(0.3, 0.7)),
        (beta_law(3, 40), stats.beta(3, 40)),
    ):
        assert (law.mean, law.std) == pytest.approx((frozen.mean(), frozen.std()), rel=1e-12)
        for u in (1e-12, 0.01, 0.5, 0.999):
            assert law.ppf(u) == pytest.approx(frozen.ppf(u), rel=1e-10)
            assert law.cdf(frozen.ppf(u)) == pytest.approx(u, rel=1e-9)


def chances(laws):
    """P(a) as the integral over u of the others' distribution functions at a's quantile u, piece by piece."""
    integrals = []
    for mine in laws:
        others = [law for law in laws if law is not mine]
        cuts = {float(mine.cdf(law.mean + z * law.std)) for law in laws for z in (-6, -3, -1, 0, 1, 3, 6)}
        cuts = [0.0, *sorted(cut for cut in cuts if 1e-12 < cut < 1 - 1e-12), 1.0]

        def product(u, mine=mine, others=others):
            return math.prod(law.cdf(mine.ppf(u)) for law in others)

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", integrate.IntegrationWarning)
            pieces = [integrate.quad(product, *ends, epsabs=1e-13) for ends in itertools.pairwise(cuts)]
        integrals.append(sum(piece[0] for piece in pieces))
    return np.array(integrals)


def problem(rng):
    counts = rng.integers(1, 10 ** rng.integers(1, 6), size=4)
    return rng.normal(size=4) / np.sqrt(counts.mean()), counts


@pytest.mark.parametrize("turn", range(4))
def test_probabilities_of_the_largest_draw_are_those_of_an_adaptive_quadrature(turn):
    rng = fresh_rng()
    means, counts = problem(rng)
    widths = 1 / np.sqrt(counts)
    gumbel = [gumbel_law(*law) for law in zip(means.tolist(), (0.7 * widths).tolist(), strict=True)]
    np.testing.assert_allclose(BoltzmannGumbel(0.7)(means, visits=counts).probs, chances(gumbel), atol=1e-9)
    normal = [normal_law(*law) for law in zip(means.tolist(), (0.7 * widths).tolist(), strict=True)]
    np.testing.assert_allclose(GaussianThompson(0.7)(means, visits=counts).probs, chances(normal), atol=1e-9)
    # A prior of deviation 1 counts as 0.49 rewards of value 2.
    shrunk = (means * counts + 2 * 0.49) / (counts + 0.49)
    normal = [normal_law(*law) for law in zip(shrunk.tolist(), (0.7 / np.sqrt(counts + 0.49)).tolist(), strict=True)]
    np.testing.assert_allclose(GaussianThompson(0.7, 2.0, 1.0)(means, visits=counts).probs, chances(normal), atol=1e-9)
    wins = rng.binomial(counts, rng.random())
    beta = [beta_law(1 + won, 2 + lost) for won, lost in zip(wins.tolist(), (counts - wins).tolist(), strict=True)]
    probs = BernoulliThompson(1.0, 2.0)(wins / counts, visits=counts).probs
    np.testing.assert_allclose(probs, chances(beta), atol=1e-9)


def test_boltzmann_gumbel_golden():
    # Quadrature with mpmath of the integral of f_a times the product of F_b, at 30 digits.
    probs = BoltzmannGumbel(1.0)(MEANS, visits=COUNTS).probs
    np.testing.assert_allclose(probs, [0.25153366, 0.26481020, 0.48365614], atol=5e-9)
    wrong = Gibbs(MEANS * np.sqrt(COUNTS)).probs
    assert abs(wrong - probs).max() > 0.5
    with mpmath.workdps(20):
        for arm, probability in enumerate(probs):
            scale = [1 / mpmath.sqrt(int(count)) for count in COUNTS]

            def integrand(z, arm=arm, scale=scale):
                x = MEANS[arm] + scale[arm] * z
                others = [mpmath.exp(-mpmath.exp(-(x - MEANS[b]) / scale[b])) for b in range(3) if b != arm]
                return mpmath.exp(-z - mpmath.exp(-z)) * mpmath.fprod(others)

            assert float(mpmath.quad(integrand, [-5, -2, 0, 1, 2, 4, 8, 40])) == pytest.approx(probability, abs=1e-11)


def test_a_wrong_law_of_the_draws_is_caught():
    # The planted fault is the commonest misreading: a softmax with a temperature for each arm.
    distribution = BoltzmannGumbel(1.0)(MEANS, visits=COUNTS)
    counts = counts_of(distribution.sample(fresh_rng(), (100_000,)), 3)
    assert agrees(counts, distribution.probs)
    assert not agrees(counts, Gibbs(MEANS * np.sqrt(COUNTS)).probs)


@pytest.mark.parametrize("library", [TORCH, JAX, STRICT], ids=repr)
@pytest.mark.parametrize(
    "policy",
    [
        BoltzmannGumbel(1.0),
        GaussianThompson(1.0),
        GaussianThompson(1.0, 0.2, 0.5),
        BernoulliThompson(),
        BernoulliThompson(0.02, 3.0),
    ],
    ids=repr,
)
def test_draws_in_every_library_follow_the_probabilities_and_need_none(library, policy, monkeypatch):
    values, visits = library.array(MEANS), library.array(COUNTS, "int64")
    distribution = policy(values, visits=visits)
    with monkeypatch.context() as patch:
        for law in (ScaledNoise, _BetaLaw):
            patch.setattr(law, "probabilities", None)
        drawn = distribution.sample(library.rng(int(fresh_rng().integers(2**31))), (20_000,))
        one = policy.act(values, library.rng(0), visits=visits)
    assert type(drawn) is type(one) is type(values)
    assert library.back(one).shape == ()
    counts = counts_of(library.back(drawn), 3)
    assert agrees(counts, policy(MEANS, visits=COUNTS).probs)
    # The planted fault is the noise of another law.
    wrong = GaussianThompson(1.0) if isinstance(policy, BoltzmannGumbel) else BoltzmannGumbel(1.0)
    assert not agrees(counts, wrong(MEANS, visits=COUNTS).probs)


def test_a_traced_key_draws_by_the_probabilities():
    jax = pytest.importorskip("jax")
    distribution = BoltzmannGumbel(1.0)(JAX.array(MEANS), visits=COUNTS)
    drawn = jax.jit(jax.vmap(distribution.sample))(jax.random.split(JAX.rng(int(fresh_rng().integers(2**31))), 20_000))
    assert agrees(counts_of(np.asarray(drawn), 3), distribution.probs)


def test_bernoulli_thompson_of_two_arms_has_a_closed_form():
    # P(Beta(a, b) > Beta(c, d)) = sum_{i < a} B(c + i, b + d) / ((b + i) B(1 + i, b) B(c, d)), for whole a.
    a, b, c, d = 8, 4, 5, 9
    terms = [mpmath.beta(c + i, b + d) / ((b + i) * mpmath.beta(1 + i, b) * mpmath.beta(c, d)) for i in range(a)]
    probs = BernoulliThompson()([7 / 10, 4 / 12], visits=[10, 12]).probs
    assert probs[0] == pytest.approx(float(mpmath.fsum(terms)), abs=1e-11)


def test_gaussian_thompson_of_two_arms_has_a_closed_form():
    probs = GaussianThompson(2.0)([1.0, 0.0], visits=[4, 1]).probs
    assert probs[0] == pytest.approx(stats.norm.cdf(1 / math.sqrt(1 + 4)), abs=1e-12)


def test_many_arms_of_one_law_share_alike():
    values = np.random.default_rng(1).normal(size=40)
    probs = BoltzmannGumbel(3.0)(values, visits=np.full(40, 9)).probs
    np.testing.assert_allclose(probs, Gibbs(values).probs, rtol=1e-10)
    # With one scale for all actions, the largest draw follows the softmax.
    values = np.random.default_rng(0).normal(size=(5, 6))
    probs = BoltzmannGumbel(2.0)(values, visits=np.full((5, 6), 16)).probs
    np.testing.assert_allclose(probs, Gibbs(values, 0.5).probs, rtol=1e-10)
    hot = BoltzmannGumbel(INF)(values, visits=np.arange(1, 7) + np.zeros((5, 1))).probs
    np.testing.assert_allclose(
        hot, BoltzmannGumbel(1e12)(values, visits=np.arange(1, 7) + np.zeros((5, 1))).probs, 1e-9
    )


@pytest.mark.parametrize("visits", [1e8, 1e12, 1e15])
def test_bernoulli_thompson_of_many_visits_is_the_normal_law(visits):
    deviation = 0.5 / math.sqrt(visits)
    probs = BernoulliThompson()([0.5, 0.5 + deviation], visits=[visits, visits]).probs
    assert probs[1] == pytest.approx(stats.norm.cdf(math.sqrt(0.5)), abs=1e-7)


def test_thompson_draws_of_faint_priors_are_those_of_their_probabilities():
    for policy, values, visits in (
        (BernoulliThompson(0.01, 0.01), [0.0, 0.0, 0.0], [0, 0, 0]),
        (BernoulliThompson(0.1, 1.0), [1.0, 1.0], [5, 3]),
        (BernoulliThompson(0.02, 3.0), [0.0, 0.5], [0, 2]),
    ):
        distribution = policy(values, visits=visits)
        counts = counts_of(distribution.sample(fresh_rng(), (100_000,)), len(values))
        assert agrees(counts, distribution.probs)


def test_scales_at_the_edge_of_the_range():
    assert BoltzmannGumbel(1e308)([0.0, 1.0, 2.0], visits=[1, 1, 1]).probs == pytest.approx([1 / 3] * 3)
    np.testing.assert_array_equal(BoltzmannGumbel(1e-310)([0.0, 1.0, 0.0], visits=[1, 1, 1]).probs, [0, 1, 0])
    np.testing.assert_array_equal(BoltzmannGumbel(1.0)([1e308, -1e308], visits=[1, 1]).probs, [1, 0])
    for policy in (
        GaussianThompson(1.0, 0.0, 1e170),
        GaussianThompson(1.0, 0.0, 1e-160),
        GaussianThompson(1e160, 0, 0.1),
    ):
        np.testing.assert_allclose(policy([5.0, 0.0], visits=[10, 0]).probs, [0.5, 0.5], atol=1e-9)
    for omega in (1e-20, 1e-14, 1e-10, 1e-6):
        assert 1 / Mellowmax(omega)([0.0, 1.0, 2.0]).temperature == pytest.approx(omega / 2, rel=1e-6)


@pytest.mark.parametrize("policy", [UCB1(), Maillard(0.5), BoltzmannGumbel(1.0), GaussianThompson(1.0)], ids=repr)
def test_untaken_actions_come_first(policy):
    distribution = policy([9.0, 1.0, 2.0, 3.0], visits=[5, 0, 2, 0], where=[True, True, True, True])
    np.testing.assert_allclose(distribution.probs, [0, 0.5, 0, 0.5], rtol=1e-12)
    assert set(distribution.sample(fresh_rng(), (200,)).tolist()) == {1, 3}
    masked = policy([9.0, 1.0, 2.0], visits=[5, 0, 2], where=[True, False, False])
    np.testing.assert_array_equal(masked.probs, [1, 0, 0])
