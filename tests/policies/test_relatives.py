"""The relatives of Boltzmann: golden numbers, independent oracles, and what they refuse."""

import itertools
import math
import warnings

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import integrate, stats

from boltzmann import (
    UCB1,
    VDBE,
    BernoulliThompson,
    BoltzmannGumbel,
    Entmax,
    GaussianThompson,
    Gibbs,
    KLBoltzmann,
    Maillard,
    MaxBoltzmann,
    Mellowmax,
    Sparsemax,
    UCB1Tuned,
    VDBESoftmax,
    next_epsilons,
)
from tests.support.frequencies import agrees, counts_of, fresh_rng

INF = math.inf
MEANS, COUNTS = np.array([0.5, 0.4, 0.3]), np.array([100, 10, 1])
rows_of_values = arrays(np.float64, 4, elements=st.floats(-50, 50).map(lambda x: round(x, 2)))


def chances(laws):
    """P(a) as the integral over u of the others' distribution functions at a's quantile u, piece by piece."""
    found = []
    for mine in laws:
        others = [law for law in laws if law is not mine]
        cuts = {float(mine.cdf(law.mean() + z * law.std())) for law in laws for z in (-6, -3, -1, 0, 1, 3, 6)}
        cuts = [0.0, *sorted(cut for cut in cuts if 1e-12 < cut < 1 - 1e-12), 1.0]

        def product(u, mine=mine, others=others):
            return math.prod(law.cdf(mine.ppf(u)) for law in others)

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", integrate.IntegrationWarning)
            pieces = [integrate.quad(product, *ends, epsabs=1e-13) for ends in itertools.pairwise(cuts)]
        found.append(sum(piece[0] for piece in pieces))
    return np.array(found)


def problem(rng):
    counts = rng.integers(1, 10 ** rng.integers(1, 6), size=4)
    return rng.normal(size=4) / np.sqrt(counts.mean()), counts


@pytest.mark.parametrize("turn", [0, *(pytest.param(turn, marks=pytest.mark.slow) for turn in (1, 2, 3))])
def test_probabilities_of_the_largest_draw_are_those_of_an_adaptive_quadrature(turn):
    rng = fresh_rng()
    means, counts = problem(rng)
    widths = 1 / np.sqrt(counts)
    gumbel = [stats.gumbel_r(*law) for law in zip(means, 0.7 * widths, strict=True)]
    np.testing.assert_allclose(BoltzmannGumbel(0.7)(means, visits=counts).probs, chances(gumbel), atol=1e-9)
    normal = [stats.norm(*law) for law in zip(means, 0.7 * widths, strict=True)]
    np.testing.assert_allclose(GaussianThompson(0.7)(means, visits=counts).probs, chances(normal), atol=1e-9)
    # A prior of deviation 1 counts as 0.49 rewards of value 2.
    shrunk = (means * counts + 2 * 0.49) / (counts + 0.49)
    normal = [stats.norm(*law) for law in zip(shrunk, 0.7 / np.sqrt(counts + 0.49), strict=True)]
    np.testing.assert_allclose(GaussianThompson(0.7, 2.0, 1.0)(means, visits=counts).probs, chances(normal), atol=1e-9)
    wins = rng.binomial(counts, rng.random())
    beta = [stats.beta(1 + won, 2 + lost) for won, lost in zip(wins, counts - wins, strict=True)]
    found = BernoulliThompson(1.0, 2.0)(wins / counts, visits=counts).probs
    np.testing.assert_allclose(found, chances(beta), atol=1e-9)


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


def test_bernoulli_thompson_of_two_arms_has_a_closed_form():
    # P(Beta(a, b) > Beta(c, d)) = sum_{i < a} B(c + i, b + d) / ((b + i) B(1 + i, b) B(c, d)), for whole a.
    a, b, c, d = 8, 4, 5, 9
    terms = [mpmath.beta(c + i, b + d) / ((b + i) * mpmath.beta(1 + i, b) * mpmath.beta(c, d)) for i in range(a)]
    found = BernoulliThompson()([7 / 10, 4 / 12], visits=[10, 12]).probs
    assert found[0] == pytest.approx(float(mpmath.fsum(terms)), abs=1e-11)


def test_gaussian_thompson_of_two_arms_has_a_closed_form():
    found = GaussianThompson(2.0)([1.0, 0.0], visits=[4, 1]).probs
    assert found[0] == pytest.approx(stats.norm.cdf(1 / math.sqrt(1 + 4)), abs=1e-12)


def test_many_arms_of_one_law_share_alike():
    values = np.random.default_rng(1).normal(size=40)
    found = BoltzmannGumbel(3.0)(values, visits=np.full(40, 9)).probs
    np.testing.assert_allclose(found, Gibbs(values).probs, rtol=1e-10)
    # Of one scale for all, Gumbel noise is the softmax.
    values = np.random.default_rng(0).normal(size=(5, 6))
    found = BoltzmannGumbel(2.0)(values, visits=np.full((5, 6), 16)).probs
    np.testing.assert_allclose(found, Gibbs(values, 0.5).probs, rtol=1e-10)
    hot = BoltzmannGumbel(INF)(values, visits=np.arange(1, 7) + np.zeros((5, 1))).probs
    np.testing.assert_allclose(
        hot, BoltzmannGumbel(1e12)(values, visits=np.arange(1, 7) + np.zeros((5, 1))).probs, 1e-9
    )


@pytest.mark.parametrize("visits", [1e8, 1e12, 1e15])
def test_bernoulli_thompson_of_many_visits_is_the_normal_law(visits):
    deviation = 0.5 / math.sqrt(visits)
    found = BernoulliThompson()([0.5, 0.5 + deviation], visits=[visits, visits]).probs
    assert found[1] == pytest.approx(stats.norm.cdf(math.sqrt(0.5)), abs=1e-7)


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


@pytest.mark.parametrize("scale", [1e-300, 1e-8, 1.0, 1e8, 1e300])
def test_mellowmax_policy_golden_at_any_scale(scale):
    # Brent's root of sum exp(beta (x - mm)) (x - mm), with mpmath at 30 digits.
    found = Mellowmax(1.5 / scale)(np.array([1.0, 2.0, 4.0]) * scale)
    np.testing.assert_allclose(found.probs, [0.10173355, 0.19389914, 0.70436731], atol=5e-9)
    assert scale / found.temperature == pytest.approx(0.644980933884, rel=1e-11)
    assert found.mean / scale == pytest.approx(3.307001071070, rel=1e-12)
    found = Mellowmax(100 / scale)(np.array([0.0, 0.01, 0.02]) * scale)
    assert scale / found.temperature == pytest.approx(48.117266683, rel=1e-9)


@given(values=rows_of_values, omega=st.floats(1e-3, 1e3))
@settings(max_examples=40)
def test_the_mellowmax_policy_has_the_mellowmax_as_its_mean(values, omega):
    found = Mellowmax(omega)(values)
    assert found.mean == pytest.approx(float(Gibbs(values, 1 / omega).mellowmax), rel=1e-10, abs=1e-10)


@given(values=rows_of_values, alpha=st.floats(1.001, 6), heat=st.floats(0.01, 100))
@settings(max_examples=60)
def test_entmax_meets_its_optimality_conditions(values, alpha, heat):
    # Of max p.z + H_alpha(p): p^(alpha - 1) = (alpha - 1) z - tau on the support, and (alpha - 1) z <= tau off it.
    probs = Entmax(heat, alpha)(values).probs
    scores = (alpha - 1) * (values - values.max()) / heat
    support = probs > 0
    threshold = scores[values.argmax()] - probs.max() ** (alpha - 1)
    rounding = 1e-11 * (1 + abs(scores).max())
    np.testing.assert_allclose(probs[support] ** (alpha - 1), (scores - threshold)[support], atol=rounding, rtol=1e-9)
    # Off it, but for what underflows.
    above = np.maximum(scores - threshold - rounding, 0.0)
    assert (above[~support] ** (1 / (alpha - 1)) < 1e-300).all()


@pytest.mark.parametrize(
    ("alpha", "gap"), [(3.0, 0.4), (4.0, 0.3), (6.0, 0.1), (10.0, 0.1), (30.0, 0.001), (200.0, 0.004)]
)
def test_entmax_of_two_actions_at_large_alpha(alpha, gap):
    # p^(alpha - 1) - (1 - p)^(alpha - 1) = (alpha - 1) gap, solved by bisection at 400 digits.
    with mpmath.workdps(400):
        power, low, high = mpmath.mpf(alpha) - 1, mpmath.mpf("0.5"), mpmath.mpf(1)
        for _ in range(1200):
            middle = (low + high) / 2
            above = middle**power - (1 - middle) ** power > power * mpmath.mpf(gap)
            low, high = (low, middle) if above else (middle, high)
        expected = [float(low), float(1 - low)]
    np.testing.assert_allclose(Entmax(1.0, alpha)([gap, 0.0]).probs, expected, rtol=1e-12)
    np.testing.assert_allclose(Entmax(1.0, alpha)([0.0, gap, -50.0]).probs, [*expected[::-1], 0.0], rtol=1e-12)


@given(values=rows_of_values, heat=st.floats(0.01, 100))
def test_sparsemax_is_the_nearest_point_of_the_simplex(values, heat):
    probs = Sparsemax(heat)(values).probs
    np.testing.assert_allclose(probs, Entmax(heat, 2.0)(values).probs, rtol=1e-9, atol=1e-12)
    # Nearest: no step towards a corner shortens the distance.
    scores = (values - values.max()) / heat
    towards = (scores - probs) @ (np.eye(4) - probs).T
    assert (towards <= 1e-9 * (1 + abs(scores).max())).all()


def test_maillard_golden():
    # exp(-N gap^2 / (2 * 0.25)) normalised, with mpmath.
    np.testing.assert_allclose(
        Maillard(0.5)(MEANS, visits=COUNTS).probs, [0.36471764, 0.29860555, 0.33667681], atol=5e-9
    )
    with mpmath.workdps(30):
        weights = [
            mpmath.exp(-count * (mpmath.mpf(0.5) - mean) ** 2 / 2)
            for mean, count in zip(MEANS, COUNTS.tolist(), strict=True)
        ]
        expected = [float(weight / mpmath.fsum(weights)) for weight in weights]
    np.testing.assert_allclose(Maillard(1.0)(MEANS, visits=COUNTS).probs, expected, rtol=1e-13)
    extreme = Maillard(1e-300)([1e308, -1e308, 1e308], visits=[5, 5, 5]).probs
    np.testing.assert_array_equal(extreme, [0.5, 0.0, 0.5])


def test_indices_by_hand():
    # The default is sqrt(2): 0.4 + 1.4142 sqrt(log(8) / 4) = 1.4197 against 0.1 + 1.4142 sqrt(log(8) / 2) = 1.5421.
    assert UCB1()([0.4, 0.1, 0.4], visits=[4, 2, 2], where=[True, True, False]).probs.argmax() == 1
    assert UCB1()([0.85, 0.2], visits=[6, 2]).probs.argmax() == 0
    assert UCB1(2.0)([0.85, 0.2], visits=[6, 2]).probs.argmax() == 1
    # log 16 = 2.7726: 0.6 + c sqrt(2.7726 / 12), 0.5 + c sqrt(2.7726 / 3), 0.2 + c sqrt(2.7726 / 1).
    values, visits = [0.6, 0.5, 0.2], [12, 3, 1]
    assert [UCB1(c)(values, visits=visits).probs.argmax() for c in (0.1, 0.3, 1.0)] == [0, 1, 2]
    # Tuned: widths .2310, .9242, 2.7726; min(1/4, variance + sqrt(2 w)) is 1/4 in all but where the counts are large.
    assert UCB1Tuned()(values, visits=visits, variances=[0.2, 0.2, 0.0]).probs.argmax() == 2
    many = [10**6, 10**6]
    # sqrt(2 w) = .00539: bonuses sqrt(w .25) = .0019 and sqrt(w .0154) = .00047.
    assert UCB1Tuned()([0.5, 0.501], visits=many, variances=[0.25, 0.01]).probs.argmax() == 0
    assert UCB1Tuned()([0.5, 0.501], visits=many, variances=[0.0, 0.01]).probs.argmax() == 1


@given(values=rows_of_values, heat=st.floats(0.01, 100), other=arrays(np.float64, 4, elements=st.floats(0.01, 1)))
def test_kl_boltzmann_maximises_its_objective(values, heat, other):
    prior = np.array([0.4, 0.3, 0.2, 0.1])
    other = other / other.sum()

    def objective(probs):
        terms = np.where(probs > 0, probs * np.log(np.where(probs > 0, probs, 1.0) / prior), 0.0)
        return probs @ values - heat * terms.sum()

    best = objective(KLBoltzmann(tuple(prior.tolist()), heat)(values).probs)
    assert best >= objective(other) - 1e-9 * (1 + abs(best))
    assert best == pytest.approx(float(Gibbs(values, heat, prior=prior).soft_value), rel=1e-9, abs=1e-9)


@given(st.floats(0, 1), st.floats(-1e3, 1e3), st.floats(0, 1), st.floats(1e-3, 1e3))
def test_the_rule_of_value_differences(epsilon, change, weight, sensitivity):
    # As printed by Tokic (2010), with f = (1 - exp(-|change| / sensitivity)) / (1 + exp(-|change| / sensitivity)).
    factor = math.exp(-abs(change) / sensitivity)
    expected = weight * (1 - factor) / (1 + factor) + (1 - weight) * epsilon
    found = next_epsilons([epsilon], [change], weight, sensitivity)
    assert found[0] == pytest.approx(expected, rel=1e-12, abs=1e-15)
    assert 0 <= found[0] <= 1


def test_rates_of_exploration_act_on_their_own_rows():
    values, epsilons = np.array([[0.0, 2.0], [0.0, 2.0], [0.0, 2.0]]), np.array([0.0, 0.4, 1.0])
    expected = [MaxBoltzmann(epsilon, 1.0)(values[0]).probs for epsilon in epsilons]
    np.testing.assert_allclose(VDBESoftmax(1.0)(values, epsilons=epsilons).probs, expected, rtol=1e-14)
    np.testing.assert_allclose(VDBE(1.0)(values, epsilons=epsilons).probs[:, 0], epsilons / 2, rtol=1e-14)
    moved = VDBE(1.0, weight=0.5).next_epsilons(epsilons, np.zeros(3), [2, 2, 2])
    np.testing.assert_array_equal(moved, epsilons / 2)
    assert VDBE(INF).next_epsilons([0.5], [1e300], [4])[0] == 0.375


def test_what_is_told_beside_the_probabilities():
    assert MaxBoltzmann(0.1, 0.7)([0.0, 1.0]).temperature == 0.7
    assert not hasattr(UCB1()([0.0, 1.0], visits=[1, 1]), "temperature")
    assert not hasattr(VDBE(1.0)([0.0, 1.0]), "temperature")


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Mellowmax(-1), ValueError, r"omega must be in \[0, inf\], got -1.0"),
        (lambda: Mellowmax()([INF, 1.0]), ValueError, "values must be finite"),
        (lambda: Entmax(1.0, 0.5), ValueError, r"alpha must be in \[1"),
        (lambda: Entmax(-1.0), ValueError, "temperature must be"),
        (lambda: Sparsemax(lambda step: -1.0)([0.0]), ValueError, "temperature must be"),
        (lambda: KLBoltzmann(3.0), TypeError, "prior must be a policy or a tuple of weights"),
        (lambda: KLBoltzmann((0.5, -0.5)), ValueError, "prior must be"),
        (lambda: KLBoltzmann((0.5, 0.5))([0.0, 1.0, 2.0]), ValueError, "shapes do not broadcast"),
        (lambda: MaxBoltzmann(2.0), ValueError, r"epsilon must be in \[0, 1\], got 2.0"),
        (lambda: UCB1(-1), ValueError, "confidence must be"),
        (lambda: UCB1()([0.0, 1.0]), ValueError, "visits must be given"),
        (lambda: UCB1()([0.0, INF], visits=[1, 1]), ValueError, "values must be finite where allowed, got inf"),
        (lambda: UCB1()([0.0, 1.0], visits=[1, math.nan]), ValueError, "visits must be in .* got nan for action 1"),
        (lambda: UCB1Tuned()([0.0, 1.0], visits=[1, 1]), ValueError, "variances must be given"),
        (lambda: UCB1Tuned()([0.0, 1.0], visits=[1, 1], variances=[0, -1]), ValueError, "variances must be"),
        (lambda: Maillard(-1), ValueError, "deviation must be"),
        (lambda: BoltzmannGumbel(-1), ValueError, "C must be"),
        (lambda: GaussianThompson(0), ValueError, r"deviation must be in \(0"),
        (lambda: GaussianThompson(1, prior_deviation=0), ValueError, "prior_deviation must be"),
        (lambda: BernoulliThompson(0), ValueError, "alpha must be"),
        (lambda: BernoulliThompson()([[0.5, 2.0]], visits=[[1, 1]]), ValueError, r"got 2.0 for action 1 in row 0"),
        (lambda: BoltzmannGumbel()([0.0, 1.0], visits=[1, 1]).sample(0), TypeError, "rng must be a numpy"),
        (lambda: KLBoltzmann((0.0, 0.0)), ValueError, "prior must have a weight above 0"),
        (lambda: KLBoltzmann(Gibbs), TypeError, "got the class Gibbs"),
        (
            lambda: UCB1Tuned()([0.0, 1.0], visits=[1, 1], variances=[1.0] * 3),
            ValueError,
            "variances must have the shape",
        ),
        (lambda: VDBE(1.0)([[0.0, 1.0]], epsilons=[0.5, 0.5]), ValueError, r"one a row, got shape \(2,\)"),
        (lambda: next_epsilons([1.0, 1.0], [0.0], [0.5] * 3, 1.0), ValueError, "must fit together"),
        (lambda: VDBE(0), ValueError, "sensitivity must be"),
        (
            lambda: VDBE(1.0)([[0.0, 1.0]], epsilons=[1.5]),
            ValueError,
            r"epsilons must be in \[0, 1\], got 1.5 in row 0",
        ),
        (lambda: VDBE(1.0).next_epsilons([1.0], [math.nan], [2]), ValueError, "value_changes must be finite"),
        (lambda: VDBE(1.0).next_epsilons([1.0], [0.0], [0]), ValueError, "actions_allowed must be"),
    ],
)
def test_wrong_arguments_are_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()
