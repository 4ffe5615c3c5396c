"""Schedules of steps of other libraries, traced or not: NumPy's temperatures, in the library of the step."""

import numpy as np
import pytest

from boltzmann import Clip, Join, Linear, Warmup
from boltzmann.schedules import UNIT_INTERVAL
from tests.support.libraries import JAX, TORCH
from tests.support.lists import SCHEDULES

STEPS = np.array([0, 1, 2, 3, 5, 9, 10, 13, 99, 100, 999, 1000, 1005, 10**6, 10**9, 2**53])
# A rate of 1e308 turns an ulp of a logarithm or a product into many.
ROUNDING = {"1e+308": 1e-9}


def close(found, schedule):
    rtol = max((tolerance for text, tolerance in ROUNDING.items() if text in repr(schedule)), default=1e-13)
    np.testing.assert_allclose(np.asarray(found), schedule(STEPS), rtol=rtol, atol=1e-307)


def test_jax_traces_every_schedule():
    jax = pytest.importorskip("jax")
    steps = JAX.array(STEPS, "int64")
    every = jax.jit(jax.vmap(lambda step: [schedule(step) for schedule in SCHEDULES]))(steps)
    for schedule, found in zip(SCHEDULES, every, strict=True):
        close(found, schedule)


def test_jax_scans_them_and_reads_known_steps():
    jax = pytest.importorskip("jax")
    steps = JAX.array(STEPS, "int64")
    for schedule in (Warmup(Linear(1.0, 0.0, 100), 5), Join((0.5, lambda step: 1.0 / (step + 1)), (10,))):
        _, found = jax.lax.scan(lambda carry, step, s=schedule: (carry, s(step)), None, steps)
        close(found, schedule)
        assert isinstance(schedule(steps), jax.Array)
        close(schedule(steps), schedule)


@pytest.mark.parametrize("schedule", SCHEDULES, ids=repr)
def test_pytorch_reads_and_traces_every_schedule(schedule):
    torch = pytest.importorskip("torch")
    steps = TORCH.array(STEPS, "int64")
    assert schedule(steps).dtype == torch.float64
    close(schedule(steps), schedule)
    close(torch.func.vmap(schedule)(steps), schedule)
    assert schedule(torch.tensor(3)) == pytest.approx(schedule(3), rel=1e-9)


@pytest.mark.parametrize("library", [TORCH, JAX], ids=repr)
def test_bad_steps_raise_where_they_are_known_and_are_nan_under_a_trace(library):
    schedule = Clip(Linear(1.0, 0.0, 10), 0.5)
    with pytest.raises(ValueError, match="step must be at least 0, got -1"):
        schedule(library.array([3, -1], "int64"))
    with pytest.raises(ValueError, match=r"step must be at most 2\^62"):
        schedule(library.array([3, 2**62 + 1], "int64"))
    with pytest.raises(TypeError, match="step must be an integer or an array of integers, got"):
        schedule(library.array([0.5]))
    steps = library.array([2, -1, 2**62 + 1, 10], "int64")
    vmap = library.xp.func.vmap if library is TORCH else pytest.importorskip("jax").vmap
    np.testing.assert_array_equal(np.asarray(vmap(schedule)(steps)), [0.8, np.nan, np.nan, 0.5])
    # A callable of one's own, and a number beyond its interval.
    part = Clip(lambda step: step - 5, 0.0)
    np.testing.assert_array_equal(np.asarray(vmap(part)(library.array([4, 5], "int64"))), [np.nan, 0.0])
    read = vmap(lambda step: UNIT_INTERVAL.read("epsilon", Linear(2.0, 0.0, 4), step))(library.array([1, 3], "int64"))
    np.testing.assert_array_equal(np.asarray(read), [np.nan, 0.5])


@pytest.mark.slow
def test_pytorch_compiles_them():
    """The backend "eager" traces alone, and needs no C++ compiler."""
    torch = pytest.importorskip("torch")
    steps = torch.tensor(STEPS)
    for schedule in SCHEDULES:
        torch._dynamo.reset()
        compiled = torch.compile(lambda step, s=schedule: s(step), backend="eager", fullgraph=True)
        close(compiled(steps), schedule)
