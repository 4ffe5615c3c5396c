"""The battery: awkward inputs with their one right answer, on every array library."""

import tomllib
from functools import cache

import numpy as np
import pytest

from boltzmann import Gibbs
from tests.support.libraries import JIT, LIBRARIES
from tests.support.paths import ROOT

CASES = tomllib.loads((ROOT / "tests" / "data" / "battery.toml").read_text())["case"]
QUANTITIES = ("probs", "log_partition", "soft_value", "entropy")
# Relative, in units of the dtype's rounding; the exponents here reach a few hundred.
TOLERANCE = {"float32": 1e-5, "float64": 2e-14}
every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])


def arguments(library, case):
    dtype = case.get("dtype", "float64")
    if dtype == "object":
        values = np.array(case["values"], dtype=object)
    else:
        values = library.array(np.array(case["values"]).astype(dtype).tolist(), dtype)
    extra = {}
    if "where" in case:
        extra["where"] = library.array(case["where"], "bool")
    if "prior" in case:
        extra["prior"] = library.array(case["prior"], "float64")
    return values, case["temperature"], extra


def quantities(values, temperature, extra):
    gibbs = Gibbs(values, temperature, **extra)
    return [getattr(gibbs, name) for name in QUANTITIES]


@cache
def compiled():
    """The compiled function, one for all cases, since JAX takes half a second for each new shape."""
    import jax

    return jax.jit(quantities)


def run(library, values, temperature, extra):
    return (compiled() if library.jit else quantities)(values, temperature, extra)


def test_the_battery_is_large_enough():
    assert len(CASES) >= 60
    assert len({case["name"] for case in CASES}) == len(CASES)


@every_case
@pytest.mark.parametrize("library", [*LIBRARIES, JIT], ids=repr)
def test_battery(library, case):
    library.xp  # noqa: B018 (skips where it is not installed)
    if "only" in case and case["only"] != library.name:
        pytest.skip(f"only {case['only']} has this kind of array")
    if case.get("subnormal") and library.name.startswith("jax"):
        pytest.skip("JAX flushes subnormal numbers to 0")
    if "error" in case:
        if library.jit:
            return refused_under_jit(library, case)
        with pytest.raises({"ValueError": ValueError, "TypeError": TypeError}[case["error"]]) as caught:
            Gibbs(*arguments(library, case)[:2], **arguments(library, case)[2])
        assert len(str(caught.value)) > 10
        return None
    results = run(library, *arguments(library, case))
    dtype = case.get("dtype", "float64")
    answer = dtype if dtype.startswith("float") else "float64"
    for name, found in zip(QUANTITIES, results, strict=True):
        back = library.back(found)
        assert back.dtype == answer, name
        with np.errstate(over="ignore", under="ignore"):
            expected = np.array(case[name]).astype(answer)
        tiny = float(np.finfo(answer).smallest_normal)
        np.testing.assert_allclose(back, expected, rtol=TOLERANCE[answer], atol=tiny, err_msg=name)
    return None


def refused_under_jit(library, case):
    """Shapes and kinds are refused under a tracer too, and a bad number makes its row NaN."""
    try:
        values, temperature, extra = arguments(library, case)
        results = run(library, values, temperature, extra)
    except (TypeError, ValueError):
        return
    assert np.isnan(library.back(results[0])).all()
    assert np.isnan(library.back(results[1])).all()
