"""One contract for all thermostats, and what each holds."""

import math
import pickle
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from boltzmann import (
    GLIE,
    Boltzmann,
    EffectiveActionsTarget,
    EntropyTarget,
    Gibbs,
    GreedyProbabilityTarget,
    Linear,
    LossBudget,
    RangeScaled,
    StdScaled,
    Thermostat,
)
from boltzmann.notation import parse
from scripts.support.names import NAMES
from tests.support.lists import THERMOSTATS

INF = math.inf
every_thermostat = pytest.mark.parametrize("thermostat", THERMOSTATS, ids=repr)
scaling = pytest.mark.parametrize("thermostat", [t for t in THERMOSTATS if not isinstance(t, LossBudget)], ids=repr)
VISITS = np.array([[3, 4, 2, 1], [0, 0, 0, 0], [100, 0, 7, 9]])
values_of = arrays(np.float64, (3, 4), elements=st.floats(-1e3, 1e3).map(lambda x: round(x, 2)))


@every_thermostat
@given(values=values_of, where=arrays(np.bool_, (3, 4)), step=st.integers(0, 150), row=st.integers(0, 2))
def test_each_row_has_its_own_temperature(thermostat, values, where, step, row):
    where[:, 0] = True
    hidden = np.where(where, values, np.nan)
    temperatures = thermostat(hidden, step=step, visits=VISITS, where=where)
    assert temperatures.shape == (3,)
    assert (temperatures >= 0).all()
    np.testing.assert_array_equal(
        Boltzmann(thermostat)(values, step=step, visits=VISITS, where=where).temperature, temperatures
    )
    alone = thermostat(hidden[row], step=step, visits=VISITS[row], where=where[row])
    np.testing.assert_allclose(alone, temperatures[row], rtol=1e-9)


@scaling
@given(values=values_of, factor=st.sampled_from([1e-3, 10.0, 3.7e5]))
def test_values_in_other_units_have_the_temperature_in_these_units(thermostat, values, factor):
    np.testing.assert_allclose(
        thermostat(values * factor, step=30, visits=VISITS),
        thermostat(values, step=30, visits=VISITS) * factor,
        rtol=1e-8,
    )


@every_thermostat
def test_a_thermostat_prints_reads_back_pickles_and_hashes(thermostat):
    assert parse(repr(thermostat), NAMES) == thermostat
    assert pickle.loads(pickle.dumps(thermostat)) == thermostat
    assert hash(thermostat) == hash(parse(repr(thermostat), NAMES))


@every_thermostat
def test_bad_values_are_named(thermostat):
    bad = np.array([[0.0, 1.0], [0.0, math.nan]])
    with pytest.raises(ValueError, match="NaN for action 1 in row 1"):
        thermostat(bad, step=0, visits=VISITS[:2, :2])
    with pytest.raises(ValueError, match="values must be finite"):
        thermostat([INF, 1.0], step=0, visits=[1, 1])
    with pytest.raises(ValueError, match="at least one action must be allowed"):
        thermostat([0.0, 1.0], step=0, visits=[1, 1], where=[False, False])


@given(values=values_of, fraction=st.floats(0.05, 0.95))
def test_targets_are_met_where_they_can_be(values, fraction):
    values = values + np.arange(4) * 0.001
    # Ties of the maximum have more entropy than some targets.
    values = values[np.count_nonzero(values == values.max(axis=-1, keepdims=True), axis=-1) == 1]

    def reached(thermostat):
        return Gibbs(values, thermostat(values))

    np.testing.assert_allclose(reached(EntropyTarget(fraction)).entropy, fraction * math.log(4), rtol=1e-9)
    number = 1 + 3 * fraction
    np.testing.assert_allclose(np.exp(reached(EffectiveActionsTarget(number)).entropy), number, rtol=1e-9)
    share = 0.25 + 0.75 * fraction
    np.testing.assert_allclose(reached(GreedyProbabilityTarget(share)).greedy_probability, share, rtol=1e-9)
    for row in values:
        loss = fraction * (row.max() - row.mean())
        assert row.max() - Gibbs(row, LossBudget(loss)(row)).mean == pytest.approx(loss, rel=1e-6)


@given(values=values_of, visits=arrays(np.int64, (3, 4), elements=st.integers(0, 10**6)))
def test_glie_makes_the_worst_action_one_nth_as_probable_as_the_best(values, visits):
    # Singh et al. 2000, appendix B.2.2: P_min / P_max = exp(-beta C) = 1 / n.
    visits[:, 0] += 1
    probs = Gibbs(values, GLIE()(values, visits=visits)).probs
    tied = np.ptp(values, axis=-1) == 0
    ratio = np.where(tied, 1, visits.sum(axis=-1)) * probs.min(axis=-1) / probs.max(axis=-1)
    np.testing.assert_allclose(ratio, 1, rtol=1e-12)


def test_targets_are_met_among_the_allowed_actions():
    values, where = np.array([0.3, 9.0, 1.0, 0.0]), np.array([True, False, True, True])
    inner = values[where]
    for thermostat in THERMOSTATS:
        for step in (0, 40):
            seen = {"step": step, "visits": VISITS[0][where]}
            expected = thermostat(inner, **seen)
            masked = thermostat(values, step=step, visits=VISITS[0], where=where)
            np.testing.assert_allclose(masked, expected, rtol=1e-12, err_msg=repr(thermostat))
    temperature = EntropyTarget(0.5)(values, where=where)
    assert Gibbs(values, temperature, where=where).entropy == pytest.approx(0.5 * math.log(3), rel=1e-9)


def test_a_thermostat_is_not_a_schedule():
    for make in (RangeScaled, EntropyTarget, LossBudget):
        with pytest.raises(TypeError, match="got the thermostat RangeScaled"):
            make(RangeScaled(0.5))
    with pytest.raises(TypeError, match="got the class"):
        Boltzmann(GLIE)


def test_golden_glie():
    # ln(10) / 3, from the definition.
    assert 1 / GLIE()([0.0, 1.0, 3.0], visits=[2, 3, 5]) == pytest.approx(0.7675283643, rel=1e-9)
    for seldom in ([0, 0, 0], [1, 0, 0]):
        np.testing.assert_array_equal(Gibbs([0.0, 1.0, 3.0], GLIE()([0.0, 1.0, 3.0], visits=seldom)).probs, [1 / 3] * 3)


def test_units_at_the_edge_of_the_range():
    huge = np.array([1.7e308, -1.7e308, 0.0])
    assert RangeScaled(0.1)(huge) == pytest.approx(3.4e307, rel=1e-12)
    assert RangeScaled(1.0)(huge) == INF
    assert StdScaled(0.1)(huge) == pytest.approx(0.1 * 1.7e308 * math.sqrt(2 / 3), rel=1e-12)
    assert GLIE()(huge, visits=[50, 50, 50]) == pytest.approx(1.7e308 / math.log(150) * 2, rel=1e-12)
    assert RangeScaled(0.5)([5e-324, 0.0]) in (0.0, 5e-324)
    assert StdScaled(1.0)([2.0, -INF, 4.0]) == 1.0
    assert RangeScaled(INF)([2.0, 2.0]) == INF


@dataclass(frozen=True, repr=False)
class Spread(Thermostat):
    """A thermostat of one's own."""

    share: float

    def __call__(self, values, *, step=0, visits=None, where=None):
        return self.share * np.ptp(values, axis=-1)


@dataclass(frozen=True, repr=False)
class Wide(Thermostat):
    """A thermostat that reduces over the wrong axis."""

    def __repr__(self):
        return "Wide()"

    def __call__(self, values, *, step=0, visits=None, where=None):
        return np.abs(values)


def test_a_thermostat_of_ones_own_is_a_subclass():
    values = np.array([[0.0, 2.0], [0.0, 20.0]])
    np.testing.assert_array_equal(Boltzmann(Spread(0.5))(values).temperature, [1.0, 10.0])
    with pytest.raises(NotImplementedError):
        Thermostat()([0.0])
    with pytest.raises(ValueError, match=r"Wide\(\) must give temperatures of shape \(2,\), got \(2, 2\)"):
        Boltzmann(Wide())(values)
    # A policy and a thermostat without its base class are not schedules.
    for wrong in (Boltzmann(1.0), lambda values, *, step=0, visits=None, where=None: 1.0):
        with pytest.raises(TypeError, match=r"a subclass of Thermostat: .* is called with values"):
            Boltzmann(wrong)
    assert Boltzmann(max).temperature is max
    with pytest.raises(TypeError, match=r"temperature must be one number or a callable, .*Gibbs takes one for each"):
        Boltzmann(np.array([0.1, 1.0]))


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: EntropyTarget(1.5), ValueError, r"fraction must be in \[0, 1\], got 1.5"),
        (lambda: EntropyTarget("1"), TypeError, "fraction must be a number"),
        (
            lambda: EntropyTarget(Linear(2.0, 0.0, 10))([0.0, 1.0], step=0),
            ValueError,
            r"fraction must be in \[0, 1\], got 2.0",
        ),
        (lambda: EffectiveActionsTarget(0.5), ValueError, r"actions must be in \[1, inf\], got 0.5"),
        (lambda: GreedyProbabilityTarget(-0.1), ValueError, "probability must be"),
        (lambda: LossBudget(-1), ValueError, "loss must be"),
        (lambda: RangeScaled(math.nan), ValueError, "scale must be"),
        (lambda: StdScaled(-1), ValueError, "scale must be"),
        (lambda: GLIE()([0.0, 1.0]), ValueError, "visits must be given"),
        (lambda: GLIE()([0.0, 1.0], visits=[1, -1]), ValueError, "visits must be .* got -1.0 for action 1"),
        (lambda: GLIE()([0.0, 1.0], visits=[1, 1, 1]), ValueError, r"visits must have the shape of the values, \(2,\)"),
    ],
)
def test_wrong_arguments_are_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()
