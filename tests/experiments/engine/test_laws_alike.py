"""Each law of a policy and a thermostat beside itself: on NumPy, in Python floats, in a kernel, on PyTorch and JAX.

The rows have ties, masks, sizes from 1e-300 to 1e300, and numbers of the step at both ends. Weights below
1e-300 count as equal: kernels round exp(x) to 0 below x = -708, and the loss that they tell may be subnormal.
"""

import numpy as np
import pytest

from boltzmann import Boltzmann, Entmax, EntropyTarget, Maillard, MaxBoltzmann, Sparsemax
from boltzmann.acting.law_in_floats import weigh_in_floats
from boltzmann.arrays import NUMPY
from boltzmann.laws import PolicyLaw, TemperatureLaw, own_law
from tests.support.law_runners import as_policy, given, on_arrays, on_floats, on_jax, on_kernel, on_torch, with_weight
from tests.support.lists import POLICIES, THERMOSTATS

ULP, LEAST = 2.0**-52, 1e-300
MOST = 4.0
OF_LOGS = ("GLIE", "StandardError")
"""Exponents that have a logarithm as a factor, of which kernels have one of their own."""
NOISE = 8.0
FLUSHED = 700.0
ROOTS = ("EntropyTarget", "EffectiveActionsTarget", "GreedyProbabilityTarget", "LossBudget", "Mellowmax")
QUICK, MANY = 400, 100_000
WAYS = {"floats": on_floats, "kernel": on_kernel, "torch": on_torch, "jax": on_jax}


def lawful():
    """Return one owner of each law: those that differ in numbers alone get all numbers anyway."""
    kinds = {}
    for owner in POLICIES + [Boltzmann(thermostat) for thermostat in THERMOSTATS] + THERMOSTATS:
        law = own_law(owner)
        if law is None or (isinstance(law, PolicyLaw) and law.weight is None):
            continue
        parts = [type(part).__name__ for part in vars(owner).values() if hasattr(part, "law")]
        alpha = getattr(owner, "alpha", "") if isinstance(owner, Entmax) else ""
        kinds.setdefault(
            (
                type(owner).__name__,
                *parts,
                alpha,
                callable(getattr(owner, "C", None)),
                tuple(law.numbers),
                len(law.passes),
            ),
            owner,
        )
    return list(kinds.values())


LAWFUL = lawful()
every_law = pytest.mark.parametrize("owner", LAWFUL, ids=repr)


def units(owner, way, found, expected):
    """Return how far weights of each row are apart, in units of what the way to run them may keep.

    - A weight keeps 4 ulp. PyTorch and JAX add and divide in other orders, so that an exponent x has 4 ulp of its own,
      and exp(x) |x| times as many.
    - The weights of sparsemax and entmax are differences from a threshold, which keep 4 ulp of the largest one.
    - The scores of noisy policies are in units of the noise.
    - A target's temperature is a root, as exact as the target tells it apart from others.
    """
    same = (
        (found == expected) | (np.isnan(found) & np.isnan(expected)) | (np.maximum(abs(found), abs(expected)) < LEAST)
    )
    largest = np.maximum(abs(found), abs(expected))
    row = np.max(np.where(np.isfinite(largest), largest, 0.0), axis=-1, keepdims=True)
    with np.errstate(all="ignore"):
        exponent = np.log(np.maximum(row, LEAST)) - np.log(np.maximum(largest, LEAST))
        kept = np.spacing(np.maximum(largest, LEAST))
        if isinstance(owner, Sparsemax | Entmax):
            kept = kept + row * ULP
        elif law_of(owner).noise:
            kept = kept + NOISE * ULP
        elif (
            way in {"torch", "jax"}
            or is_root(owner)
            or (way == "kernel" and any(name in repr(owner) for name in OF_LOGS))
        ):
            kept = kept * (1.0 + exponent)
        apart = np.where(same, 0.0, abs(found - expected) / kept)
    return np.where(np.isnan(apart), np.inf, apart).max(axis=-1)


def law_of(owner):
    return as_policy(own_law(owner))


def is_root(owner):
    return any(name in repr(owner) for name in ROOTS)


def kept_apart(owner, way):
    """Return how many units two ways may be apart.

    Where a target is met about alike by a range of temperatures, such as an entropy of log 2 by two near ties and two
    far actions, rounding decides; the mellowmax's loss, from which its temperature is found, is a rounded number too.
    """
    if way in {"torch", "jax"}:
        # The exponent of Maillard's is a square, and a posterior's mean a sum, in units of a much smaller deviation.
        for name, most in (("Maillard", 2 * MOST), ("GaussianThompson", 2.0**10)):
            if name in repr(owner):
                return most
    if not is_root(owner):
        return MOST
    return 2.0**28 if "Mellowmax" in repr(owner) else 2.0**16


def is_normal(asked):
    """Return the rows without subnormal differences and numbers, which XLA rounds to 0."""
    with np.errstate(all="ignore"):
        gaps = asked.q.max(axis=-1, keepdims=True) - asked.q
    parts = [
        gaps,
        asked.q,
        *(part.reshape(len(gaps), -1) for part in (*asked.numbers.values(), *asked.inputs.values())),
    ]
    return np.all([((part == 0) | (abs(part) > 1e-280)).all(axis=-1) for part in parts], axis=0)


def apart(owner, way, rows, *, planted=None):
    """Return how far apart the weights of each row are, in units."""
    law = law_of(owner)
    asked = given(law, rows, 1, reads_rates="epsilons" in getattr(owner, "reads", ()))
    found = WAYS[way](law if planted is None else planted(law), asked)
    expected = on_arrays(law, NUMPY, asked)
    if way == "jax":
        found, expected = found[is_normal(asked)], expected[is_normal(asked)]
    result = units(owner, way, found, expected)
    if way == "kernel" and isinstance(own_law(owner), TemperatureLaw):
        # Kernels round exp(x) to 0 below x = -708, and a temperature that such a weight decides is another one.
        gaps = asked.q.max(axis=-1, keepdims=True) - asked.q
        with np.errstate(all="ignore"):
            nearest = np.where(gaps > 0, gaps, np.inf).min(axis=-1) / expected[:, 0]
        result = np.where((nearest > FLUSHED) & (nearest < np.inf), 0.0, result)
    if "index" in {name for each in law.passes for name in each.keeps}:
        # A choice of the largest index may differ where two of them are the same but for rounding.
        index = on_arrays(with_weight(law, lambda m, action, row: action.index), NUMPY, asked)
        two = np.sort(np.where(np.isnan(index), -np.inf, index), axis=-1)[:, -2:]
        with np.errstate(all="ignore"):
            size = np.max(
                np.where(np.isfinite(index), abs(index), 0.0) + np.where(np.isfinite(asked.q), abs(asked.q), 0.0),
                axis=-1,
            )
            near = two[:, 1] - two[:, 0] <= MOST * ULP * size
        result = np.where((near[is_normal(asked)] if way == "jax" else near), 0.0, result)
    return result


def in_floats(owner):
    law = law_of(owner)
    return "epsilons" not in getattr(owner, "reads", ()) and weigh_in_floats(law) is not None


@pytest.mark.parametrize("rows", [QUICK, pytest.param(MANY, marks=pytest.mark.slow)])
@pytest.mark.parametrize("owner", [owner for owner in LAWFUL if in_floats(owner)], ids=repr)
def test_floats_weigh_as_arrays_do(owner, rows):
    assert apart(owner, "floats", rows).max() <= kept_apart(owner, "floats")


@pytest.mark.slow
@every_law
def test_kernels_weigh_as_arrays_do(owner):
    pytest.importorskip("numba")
    assert apart(owner, "kernel", MANY).max() <= kept_apart(owner, "kernel")


@pytest.mark.parametrize(
    ("way", "rows"), [("torch", QUICK), pytest.param("torch", MANY, marks=pytest.mark.slow), ("jax", QUICK)]
)
@every_law
def test_libraries_weigh_as_numpy_does(owner, way, rows):
    """Of 100 000 rows JAX rounds some subnormal results to 0 on the way, of numbers that are none."""
    pytest.importorskip(way)
    assert apart(owner, way, rows).max() <= kept_apart(owner, way)


def test_a_law_that_is_wrong_by_some_ulp_is_caught():
    def planted(law):
        return with_weight(law, lambda m, action, row: law.weight(m, action, row) * (1.0 + 8 * ULP))

    for owner in (Boltzmann(1.0), MaxBoltzmann(0.3, 0.5), Maillard(0.5)):
        assert apart(owner, "floats", QUICK, planted=planted).max() > MOST


def test_a_wrong_temperature_is_caught():
    def planted(law):
        return with_weight(law, lambda m, action, row: m.exp((action.q - row.top) / (row.temperature * (1 + 1e-7))))

    assert apart(Boltzmann(EntropyTarget(0.5)), "floats", QUICK, planted=planted).max() > 2.0**16


@pytest.mark.parametrize("thermostat", THERMOSTATS, ids=repr)
def test_the_three_libraries_agree_on_temperatures(thermostat):
    jax, torch = pytest.importorskip("jax"), pytest.importorskip("torch")
    jax.config.update("jax_enable_x64", True)
    rng = np.random.default_rng(3)
    values, visits, where = rng.normal(size=(2000, 4)), rng.integers(0, 9, (2000, 4)), rng.random((2000, 4)) < 0.8
    where[:, :2] = True
    expected = thermostat(values, step=7, visits=visits, where=where)
    asked = jax.jit(lambda values: thermostat(values, step=7, visits=jax.numpy.asarray(visits), where=where))
    if thermostat.every_library:
        by_torch = thermostat(torch.as_tensor(values), step=7, where=torch.as_tensor(where))
    else:
        by_torch = Boltzmann(thermostat)(
            torch.as_tensor(values), step=7, visits=torch.as_tensor(visits), where=torch.as_tensor(where)
        ).temperature
    for found in (asked(values), by_torch):
        np.testing.assert_allclose(np.asarray(found), expected, rtol=1e-12)
