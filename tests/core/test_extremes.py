"""Numbers at the ends of the range of floats, against mpmath, alone and beside other rows, with every flag raising."""

import math

import mpmath
import numpy as np
import pytest

from boltzmann import Gibbs, mellowmax, soft_value, variance
from tests.support.exact import DIGITS, as_float, quantities
from tests.support.libraries import every_differentiating

INF, MOST = math.inf, float(np.finfo(np.float64).max)
EDGES = [
    0.0,
    -0.0,
    5e-324,
    -5e-324,
    1e-310,
    -1e-308,
    1e-200,
    1.0,
    -1.0,
    1e160,
    -1e160,
    1e200,
    -1e200,
    1.7e308,
    -1.7e308,
]
EDGES += [MOST, -MOST, 8.9e307]
TEMPERATURES = [5e-324, 1e-308, 1e-200, 1e-10, 0.5, 1e10, 1e157, 1e200, 1e300, 1e307, 1e308, 1.7e308]
NAMES = (
    *("log_partition", "soft_value", "mellowmax", "entropy", "mean", "variance", "heat_capacity"),
    *("greedy_probability", "exploration_probability"),
)


def random_row(rng):
    count, kind = int(rng.integers(1, 7)), rng.integers(3)
    with np.errstate(all="ignore"):
        if kind == 0:
            values = rng.choice(EDGES, size=count)
        elif kind == 1:
            values = rng.choice([-1, 1], size=count) * 10 ** rng.uniform(-323, 308, size=count)
        else:
            values = rng.normal(size=count) * 10 ** rng.uniform(-320, 307)
        spread = min(np.ptp(values / 4), MOST / 4) * 4
        near = float(np.clip(spread * 10 ** rng.uniform(-3.2, 4), 5e-324, MOST))
    temperature = rng.choice([near, near, rng.choice(TEMPERATURES), 10 ** rng.uniform(-323, 308)])
    prior = None
    if rng.random() < 0.5:
        width = rng.choice([1, 10, 100])
        prior = np.where(rng.random(count) < 0.2, 0.0, 10 ** rng.uniform(-width, width, size=count))
        prior[rng.integers(count)] = 1.0
        if rng.random() < 0.5:
            with np.errstate(under="ignore"):
                prior = prior / prior.sum()
    return values, float(temperature), prior


def forms(values, temperature, prior):
    """Yield the same row alone, beside one of the widest range, beside one at T = inf, and among many."""
    others = np.where(np.arange(len(values) + 2) % 2, -1.7e308, 1.7e308)
    rows = np.stack([np.append(values, [0.0, 0.0]), others])
    where = np.ones(rows.shape, dtype=bool)
    where[0, -2:] = False
    weights = None if prior is None else np.stack([np.append(prior, [1.0, 1.0]), np.ones(len(others))])
    yield "alone", Gibbs(values, temperature, prior=prior)
    yield "beside T = 0", Gibbs(rows, [temperature, 0.0], where=where, prior=weights)
    yield "beside T = inf", Gibbs(rows, [temperature, INF], where=where, prior=weights)
    yield (
        "among many",
        Gibbs(np.tile(rows, (40, 1)), temperature, where=np.tile(where, (40, 1)), prior=prior_of(weights)),
    )


def prior_of(weights):
    return None if weights is None else np.tile(weights, (40, 1))


def agrees(found, exact, bound):
    if not math.isfinite(found):
        return abs(exact) + bound > MOST and (exact > 0) == (found > 0)
    return abs(mpmath.mpf(float(found)) - exact) <= bound


def check_rows(count, seed):
    rng = np.random.default_rng(seed)
    with mpmath.workdps(DIGITS), np.errstate(all="raise"):
        for _ in range(count):
            row = random_row(rng)
            exact = quantities(*row)
            for form, gibbs in forms(*row):
                for name in NAMES:
                    found = float(np.ravel(getattr(gibbs, name))[0])
                    assert agrees(found, *exact[name]), (seed, name, form, row, found, as_float(exact[name][0]))


def test_every_quantity_of_random_rows_at_the_ends_of_the_range():
    check_rows(60, seed=1)


@pytest.mark.slow
def test_every_quantity_of_thousands_of_such_rows():
    check_rows(3000, seed=2)


def test_an_error_of_1e9_of_the_largest_term_is_caught():
    rng = np.random.default_rng(0)
    with mpmath.workdps(DIGITS):
        for _ in range(30):
            values, prior = rng.normal(size=4), 10 ** rng.uniform(-10, 10, size=4)
            temperature = 10 ** rng.uniform(-1, 4)
            for weights in (None, prior, prior / prior.sum()):
                for name, (exact, bound) in quantities(values, temperature, weights).items():
                    # T log mass is a term of the soft value and, about the likeliest action, of the mellowmax.
                    in_units = {"soft_value": temperature, "mellowmax": temperature}.get(name, 0) * (
                        weights is not None
                    )
                    planted = mpmath.mpf("1e-9") * max(abs(exact), *abs(values * (name == "mean")), in_units)
                    assert agrees(float(exact), exact, bound), name
                    assert not agrees(float(exact + planted), exact, bound), name
                    assert not agrees(float(exact - planted), exact, bound), name


def test_a_wrong_quantity_is_caught():
    with mpmath.workdps(DIGITS):
        exact = quantities([0.0, 1e-20], 1e308)["mellowmax"]
        assert agrees(5e-21, *exact)
        assert not agrees(1e-20, *exact)
        assert not agrees(INF, *exact)
        assert not agrees(math.nan, *exact)


@pytest.mark.parametrize(
    ("name", "values", "temperature", "prior"),
    [
        ("variance", [0.0, 0.0, 0.0, -1e200], 1e200 / 744.5, None),
        ("variance", [-1e160, 0.0], 2e157, None),
        ("variance", [-1e160, 0.0, 0.0, 0.0, 0.0, 0.0], 3.7395559394621483e158, None),
        # The largest value is all but impossible.
        ("variance", [1e10, 0.0, 1.0], 1e12, [1e-300, 1.0, 1.0]),
        ("mean", [1e10, 0.0, 1.0], 1e12, [1e-300, 1.0, 1.0]),
        ("heat_capacity", [1000.0, 0.0, 1e-3], 1.0, [1e-300, 1e300, 1e300]),
        ("mellowmax", [1000.0, 0.0, 1e-3], 1.0, [0.0, 1e300, 1e300]),
        ("mellowmax", [1e10, 0.0, 1.0], 1e12, [1e-300, 1.0, 1.0]),
        ("soft_value", [1e10, 0.0, 1.0], 1e12, [1e-300, 0.5, 0.5]),
        ("variance", [-1.7e308, 1.7e308], 1e306, None),
        ("mellowmax", [0.0, 1e-20], 1e308, None),
        ("mellowmax", [1e-323, 0.0], 1e-300, None),
        ("mellowmax", [5e-324, -1e-308, -MOST, -1e-308], 5e-324, [2.3e-28, 2e-13, 2.8e84, 1.0]),
        ("soft_value", [-1.7e308, -1.7e308], 1.7e308, [1.0, 4.0]),
        ("soft_value", [1e-310, -MOST, 1.0], 1.7e308, [0.36, 1.26, 1.3]),
    ],
)
def test_results_whose_parts_overflow_or_underflow(name, values, temperature, prior):
    with mpmath.workdps(DIGITS), np.errstate(all="raise"):
        exact = quantities(values, temperature, prior)[name]
        assert agrees(getattr(Gibbs(values, temperature, prior=prior), name), *exact)
        beside = Gibbs([values, values], [temperature, INF], prior=prior)
        assert agrees(getattr(beside, name)[0], *exact)


@every_differentiating
@pytest.mark.parametrize("name", NAMES)
def test_the_likeliest_action_may_be_far_below_the_largest_value_in_every_library(library, name):
    cases = [([1000.0, 0.0, 1e-3], 1.0, [1e-300, 1e300, 1e300]), ([1e10, 0.0, 1.0], 1e12, [1e-300, 0.5, 0.5])]
    for values, temperature, prior in cases:
        gibbs = Gibbs(library.array(values), temperature, prior=library.array(prior))
        with mpmath.workdps(DIGITS):
            exact, bound = quantities(values, temperature, prior)[name]
            # XLA flushes subnormal numbers to 0.
            assert agrees(float(library.back(getattr(gibbs, name))), exact, bound + mpmath.mpf("1e-307"))


@every_differentiating
@pytest.mark.parametrize("traced", [False, True])
def test_so_it_is_in_other_libraries(library, traced):
    xp = library.xp
    cases = [
        (variance, [-1e160, 0.0], 2e157, 7.1e102),
        (mellowmax, [0.0, 1e-20], 1e308, 5e-21),
        (soft_value, [-0.4e308, -0.4e308], 1.7e308, -0.4e308 + 1.7e308 * math.log(2)),
    ]
    for function, values, temperature, expected in cases:
        array = library.array(values)
        if library.name == "torch":
            array.requires_grad_(traced)
            found = function(array, temperature)
        else:
            import jax

            found = (jax.jit(function) if traced else function)(array, xp.asarray(temperature))
        assert float(library.back(found)) == pytest.approx(expected, rel=0.02), function.__name__


def test_a_row_has_the_same_numbers_alone_and_beside_another():
    tiny, wide = [0.0, 5e-324], [1.7e308, -1.7e308]
    for temperature in (5e-324, 1e-320, 1.0, 1e308):
        alone, beside = Gibbs(tiny, temperature), Gibbs([tiny, wide], temperature)
        for name in (*NAMES, "mode"):
            assert getattr(beside, name)[0] == getattr(alone, name), (name, temperature)
