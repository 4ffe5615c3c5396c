"""One contract for all schedules, and the golden numbers of each."""

import itertools
import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from boltzmann import (
    Boltzmann,
    BoltzmannGumbel,
    Clip,
    Constant,
    Cosine,
    Cyclic,
    EpsilonGreedy,
    Exponential,
    ExponentialDecay,
    InverseSqrt,
    InverseTime,
    Join,
    Linear,
    Logarithmic,
    LogOverTime,
    Mellowmax,
    Piecewise,
    Polynomial,
    RangeScaled,
    Scale,
    Sparsemax,
    SqrtLogOverTime,
    Warmup,
)
from boltzmann.notation import parse
from boltzmann.schedules import value_at
from scripts.support.names import NAMES
from tests.support.lists import SCHEDULES

INF = math.inf
every_schedule = pytest.mark.parametrize("schedule", SCHEDULES, ids=repr)


@every_schedule
def test_a_schedule_is_a_function_of_the_step(schedule):
    steps = np.array([[0, 1, 2, 5], [10, 999, 1000, 10**9]])
    temperatures = schedule(steps)
    assert temperatures.shape == steps.shape
    assert (temperatures >= 0).all()
    np.testing.assert_array_equal(temperatures, schedule(steps))
    for step, temperature in zip(steps.ravel(), temperatures.ravel(), strict=True):
        assert schedule(int(step)) == temperature
        assert schedule(step) == temperature
    assert schedule(np.zeros((0,), dtype=int)).shape == (0,)


@every_schedule
def test_a_schedule_prints_reads_back_pickles_and_hashes(schedule):
    assert parse(repr(schedule), NAMES) == schedule
    assert repr(parse(repr(schedule), NAMES)) == repr(schedule)
    assert pickle.loads(pickle.dumps(schedule)) == schedule
    assert hash(schedule) == hash(parse(repr(schedule), NAMES))
    with pytest.raises(AttributeError):
        schedule.start = 3.0


@every_schedule
def test_a_schedule_refuses_invalid_steps(schedule):
    for wrong in (0.5, "1", None, [1.0], True):
        with pytest.raises(TypeError, match="step must be an integer"):
            schedule(wrong)
    with pytest.raises(ValueError, match="step must be at least 0, got -1"):
        schedule([3, -1])


@given(st.floats(1e-6, 1e6), st.floats(1e-6, 1e6), st.integers(1, 10_000))
def test_ramps_meet_their_ends_exactly_and_run_between_them(start, end, steps):
    inside = np.arange(steps + 1)
    kinds = (Linear, Exponential, Cosine, Polynomial, lambda *ramp: Polynomial(*ramp, power=0.3))
    for schedule in (kind(start, end, steps) for kind in kinds):
        temperatures = schedule(inside)
        assert temperatures[0] == start
        assert temperatures[-1] == end
        assert schedule(steps + 12345) == end
        slack = 1e-12 * max(start, end)
        assert (temperatures >= min(start, end) - slack).all()
        assert (temperatures <= max(start, end) + slack).all()


def test_formulas():
    # Half way: the arithmetic and the geometric mean.
    assert Linear(1.0, 0.01, 1000)(500) == pytest.approx(0.505, rel=1e-15)
    assert Exponential(1.0, 0.01, 1000)(500) == pytest.approx(0.1, rel=1e-15)
    assert InverseTime(3.0, 0.25)(8) == 1.0
    assert Exponential(1e300, 1e-300, 100)(50) == pytest.approx(1.0, rel=1e-13)
    assert Polynomial(1.0, 0.2, 10, power=3)(5) == pytest.approx(0.2 + 0.8 / 8, rel=1e-15)
    assert Cosine(1.0, 0.2, 12)(4) == pytest.approx(0.2 + 0.8 * (1 + math.cos(math.pi / 3)) / 2, rel=1e-15)
    assert InverseSqrt(3.0, 0.5)(16) == pytest.approx(1.0, rel=1e-15)
    assert ExponentialDecay(3.0, 0.5)(4) == pytest.approx(3 * math.exp(-2), rel=1e-15)
    assert Logarithmic(2.0)(100) == pytest.approx(2 / math.log(100 + math.e), rel=1e-15)
    assert SqrtLogOverTime(10, scale=2.0)(99) == pytest.approx(2 * math.sqrt(math.log(10) / 1000), rel=1e-15)
    assert LogOverTime(2.0)(99) == pytest.approx(2 * math.log(100) / 100, rel=1e-15)


@given(st.integers(1, 50), st.integers(2, 5))
def test_cycles_begin_where_they_should(period, growth):
    # The inner schedule returns the step that it gets.
    cyclic = Cyclic(lambda step: np.asarray(step, dtype=float), period, growth=growth)
    plain = [step // growth**cycle for cycle in range(4) for step in range(period * growth**cycle)]
    np.testing.assert_array_equal(cyclic(np.arange(len(plain))), plain)
    assert Cyclic(lambda step: float(step), period)(10**12 + 7) == (10**12 + 7) % period


@given(st.lists(st.integers(1, 30), min_size=1, max_size=5), st.integers(0, 200))
def test_joined_schedules_count_from_their_own_start(lengths, step):
    boundaries = tuple(itertools.accumulate(lengths))
    parts = tuple(lambda step, part=part: 1000.0 * part + step for part in range(len(lengths) + 1))
    part = sum(boundary <= step for boundary in boundaries)
    begun = boundaries[part - 1] if part else 0
    assert Join(parts, boundaries)(step) == 1000 * part + step - begun
    assert Piecewise(tuple(map(float, range(len(parts)))), boundaries)(step) == part


def test_a_warmup_leads_to_where_the_schedule_begins():
    warm = Warmup(Linear(1.0, 0.0, 10), 4, start=3.0)
    np.testing.assert_allclose(warm(np.arange(7)), [3.0, 2.5, 2.0, 1.5, 1.0, 0.9, 0.8], rtol=1e-14)
    assert Warmup(INF, 4, start=0.0)(np.arange(6)).tolist() == [0.0, INF, INF, INF, INF, INF]


def test_steps_at_the_edges():
    with pytest.raises(ValueError, match=r"step must be at most 2\^62"):
        Linear(1.0, 0.0, 10)(np.array([2**63], dtype=np.uint64))
    for make in (
        lambda: Linear(1.0, 0.0, 10**400),
        lambda: Cyclic(1.0, 10**400),
        lambda: Piecewise((1, 2), (10**400,)),
    ):
        with pytest.raises(ValueError, match="must be at most"):
            make()
    assert Linear(1.0, 0.0, 10)([]).shape == (0,)
    # With one end at 0, the other end appears without rounding: sin(pi / 2e9)^2, and twice 1e-9.
    assert Cosine(0, 1, 10**9)(1) == pytest.approx(math.sin(math.pi / 2e9) ** 2, rel=1e-14)
    assert Polynomial(0, 1, 10**9)(1) == pytest.approx(2e-9 - 1e-18, rel=1e-14)
    largest = float(np.finfo(np.float64).max)
    assert Exponential(largest, largest, 7)(3) == pytest.approx(largest, rel=1e-12)
    assert Exponential(1.0, 0.0, 10)(1) == 0.0
    assert Clip(2.0, 0.0, 1.0)(0) == 1.0


def test_plain_callables_serve_as_parts_for_one_step():
    def steep(step):
        return 1.0 if step < 3 else 0.0

    assert Scale(steep, 2.0)(2) == 2.0
    assert Join((0.5, steep), (10,))(13) == 0.0
    assert Boltzmann(Clip(steep, 0.1))([0.0, 1.0], step=5).temperature == 0.1
    with pytest.raises(ValueError, match=r"temperature of schedule must be in \[0, inf\], got -1.0"):
        Scale(lambda step: -1.0, 2.0)(0)
    with pytest.raises(ValueError, match=r"one temperature a step, got shape \(3, 2\)"):
        Scale(lambda step: np.ones(2), 2.0)(np.arange(3))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_optax_schedules_serve():
    optax = pytest.importorskip("optax")
    steps = np.array([0, 250, 1000])
    falling = optax.linear_schedule(1.0, 0.1, 1000)
    np.testing.assert_allclose(Scale(falling, 2.0)(steps), Linear(2.0, 0.2, 1000)(steps), rtol=1e-6)
    cosine = Join((0.5, optax.cosine_decay_schedule(1.0, 1000)), (10,))
    np.testing.assert_allclose(cosine(510), 0.5, rtol=1e-6)
    values = np.array([[0.0, 1.0, 3.0], [2.0, 1.0, 0.0]])
    visits = np.array([[1, 2, 3], [4, 5, 6]])
    half = optax.constant_schedule(0.5)
    for kind in (EpsilonGreedy, Mellowmax, BoltzmannGumbel, lambda T: Boltzmann(RangeScaled(T)), Sparsemax):
        ours, theirs = (kind(part)(values, step=3, visits=visits).probs for part in (0.5, half))
        np.testing.assert_allclose(theirs, ours, rtol=1e-6)
    ours, theirs = Boltzmann(Linear(1.0, 0.1, 1000)), Boltzmann(falling)
    values = np.array([[0.0, 1.0], [2.0, 1.0]])
    result = theirs(values, step=250)
    np.testing.assert_allclose(result.probs, ours(values, step=250).probs, rtol=1e-6)
    assert isinstance(result.probs, np.ndarray)
    assert result.sample(np.random.default_rng(0)).shape == (2,)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Constant(-1), ValueError, r"temperature must be in \[0, inf\], got -1.0"),
        (lambda: Constant(math.nan), ValueError, "got nan"),
        (lambda: Constant("1"), TypeError, "temperature must be a number"),
        (lambda: Constant(True), TypeError, "temperature must be a number"),
        (lambda: Linear(-1, 0, 10), ValueError, "start must be"),
        (lambda: Linear(1, -1e-9, 10), ValueError, "end must be"),
        (lambda: Linear(1, 0, 0), ValueError, "steps must be at least 1, got 0"),
        (lambda: Linear(1, 0, 10.0), TypeError, "steps must be a whole number"),
        (lambda: Exponential(INF, 0, 10), ValueError, "0 and inf together"),
        (lambda: Exponential(0, INF, 10), ValueError, "0 and inf together"),
        (lambda: InverseTime(1, -0.1), ValueError, "rate must be"),
        (lambda: InverseTime(1, INF), ValueError, r"rate must be in \[0, inf\), got inf"),
        (lambda: ExponentialDecay(1, INF), ValueError, r"rate must be in \[0, inf\), got inf"),
        (lambda: Polynomial(1, 0, 10, power=0), ValueError, r"power must be in \(0"),
        (lambda: Polynomial(1, 0, 10, power=INF), ValueError, "power must be"),
        (lambda: Logarithmic(-1), ValueError, "scale must be"),
        (lambda: LogOverTime(INF), ValueError, "scale must be"),
        (lambda: SqrtLogOverTime(0), ValueError, "actions must be at least 1, got 0"),
        (lambda: Piecewise((), ()), TypeError, "temperatures must be a tuple of at least one"),
        (lambda: Piecewise((1.0, 2.0), ()), ValueError, "boundaries must be one fewer than the 2 parts, got 0"),
        (lambda: Piecewise((1.0, 2.0, 3.0), (5, 5)), ValueError, r"boundaries must increase, got \(5, 5\)"),
        (lambda: Piecewise((1.0, -2.0), (5,)), ValueError, "temperatures must be"),
        (lambda: Piecewise((1.0, 2.0), 5), TypeError, "boundaries must be a tuple of steps, each at least 1, got 5"),
        (lambda: Piecewise((1.0, 2.0), (0,)), ValueError, "boundaries must be at least 1, got 0"),
        (lambda: Join((), ()), TypeError, "schedules must be a tuple of at least one"),
        (lambda: Join((1.0, "x"), (5,)), TypeError, "schedules must be a number"),
        (lambda: Cyclic(1.0, 0), ValueError, "period must be at least 1"),
        (lambda: Cyclic(1.0, 2, growth=0), ValueError, "growth must be at least 1"),
        (lambda: Warmup(1.0, 0), ValueError, "steps must be at least 1"),
        (lambda: Warmup(1.0, 5, start=-1), ValueError, "start must be"),
        (lambda: Scale(1.0, 0), ValueError, "factor must be"),
        (lambda: Scale(1.0, INF), ValueError, "factor must be"),
        (lambda: Clip(1.0, 2.0, 1.0), ValueError, r"most must be in \[2, inf\], got 1.0"),
    ],
)
def test_wrong_arguments_are_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_numbers_and_plain_callables_serve_as_schedules():
    assert value_at(0.25, 7) == 0.25
    assert value_at(lambda step: 1 / (step + 1), 3) == 0.25
