"""One contract for all schedules, and the golden numbers of each."""

import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import boltzmann
from boltzmann import Constant, Exponential, InverseTime, Linear
from boltzmann.notation import parse
from boltzmann.schedules import value_at

INF = math.inf
NAMES = {name: getattr(boltzmann, name) for name in ("Constant", "Exponential", "InverseTime", "Linear")}
SCHEDULES = [
    Constant(0.5),
    Constant(0),
    Constant(INF),
    Linear(1.0, 0.01, 1000),
    Linear(0.0, 2.0, 7),
    Linear(INF, 1.0, 10),
    Linear(1.0, INF, 10),
    Exponential(1.0, 0.01, 1000),
    Exponential(1.0, 0.0, 10),
    Exponential(1e300, 1e-300, 100),
    Exponential(INF, 1.0, 10),
    InverseTime(1.0, 0.1),
    InverseTime(INF, 0.1),
    InverseTime(0.0, 3.0),
    InverseTime(INF, 1e308),
    InverseTime(2.0, 0.0),
]
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
def test_a_schedule_refuses_what_is_no_step(schedule):
    for wrong in (0.5, "1", None, [1.0], True):
        with pytest.raises(TypeError, match="step must be an integer"):
            schedule(wrong)
    with pytest.raises(ValueError, match="step must be at least 0, got -1"):
        schedule([3, -1])


@given(st.floats(1e-6, 1e6), st.floats(1e-6, 1e6), st.integers(1, 10_000))
def test_ramps_meet_their_ends_exactly_and_run_between_them(start, end, steps):
    inside = np.arange(steps + 1)
    for schedule in (Linear(start, end, steps), Exponential(start, end, steps)):
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
        (lambda: InverseTime(1, INF), ValueError, "rate must be"),
    ],
)
def test_wrong_arguments_are_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_numbers_and_plain_callables_serve_as_schedules():
    assert value_at(0.25, 7) == 0.25
    assert value_at(lambda step: 1 / (step + 1), 3) == 0.25
