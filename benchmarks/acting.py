"""``policy.act`` beside ``policy(...).sample(rng)`` for every policy in microseconds: ``python -m benchmarks.acting``.

Processor time, one thread, NumPy values; the two forms are timed in turn.
"""

from __future__ import annotations

import statistics
import time
from functools import partial
from typing import Any

import numpy as np

import boltzmann
from benchmarks.timing import compare
from boltzmann import Boltzmann, RangeScaled
from boltzmann.acting import Acting
from boltzmann.notation import Expression

SHAPES = ((1, 4), (8, 4), (64, 18))
STEP = 50
ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "KLBoltzmann": ((0.4, 0.3, 0.2, 0.1), 0.5),
    "VDBE": (1.0,),
    "VDBESoftmax": (1.0,),
    "StandardErrorToHorizon": (1000,),
    "UntakenFirst": (Boltzmann(0.5),),
    "Linear": (1.0, 0.1, 100),
    "Exponential": (1.0, 0.1, 100),
    "Polynomial": (1.0, 0.1, 100),
    "Cosine": (1.0, 0.1, 100),
    "InverseTime": (1.0, 0.1),
    "InverseSqrt": (1.0, 0.1),
    "ExponentialDecay": (1.0, 0.01),
    "Staircase": (1.0, 0.5, 100),
    "SqrtLogOverTime": (10,),
    "Piecewise": ((1.0, 0.1), (30,)),
    "Join": ((boltzmann.Linear(1.0, 0.1, 5), 0.3), (30,)),
    "Cyclic": (boltzmann.Linear(1.0, 0.1, 4), 5),
    "Warmup": (boltzmann.Linear(1.0, 0.1, 100), 5),
    "Scale": (boltzmann.Linear(1.0, 0.1, 100), 2.0),
    "Clip": (boltzmann.Linear(1.0, 0.1, 100), 0.2, 0.5),
}
"""The arguments of classes that are not made with one number, or with none."""


def made(kind: Any) -> Any:
    """Return an object of a class."""
    if kind.__name__ in ARGUMENTS:
        return kind(*ARGUMENTS[kind.__name__])
    try:
        return kind()
    except TypeError:
        return kind(0.5 if kind.__name__ != "EffectiveActionsTarget" else 2.0)


def listed(folder: Any, base: type) -> list[Any]:
    """Return an object of each public class of a folder that has a base."""
    kinds = [getattr(folder, name) for name in folder.__all__]
    return [made(kind) for kind in kinds if isinstance(kind, type) and kind is not base and issubclass(kind, base)]


def policies() -> list[Any]:
    """Return a policy of each class, and the softmax with each schedule and thermostat."""
    sources = [*listed(boltzmann.schedules, Expression), *listed(boltzmann.thermostats, boltzmann.Thermostat)]
    scaled = [boltzmann.MaxBoltzmann(0.1, RangeScaled(0.3)), boltzmann.Sparsemax(RangeScaled(0.3))]
    return [*listed(boltzmann.policies, Acting), *scaled, *(Boltzmann(source) for source in sources)]


def forms(policy: Any, shape: tuple[int, int]) -> dict[str, Any]:
    """Return both forms, each drawing one action for each row."""
    rng = np.random.default_rng(0)
    inputs = {
        "step": STEP,
        "visits": rng.integers(1, 9, shape),
        "variances": rng.random(shape) / 4,
    }
    values = rng.random(shape)
    return {
        "act": partial(policy.act, values, rng, **inputs),
        "sample": lambda: policy(values, **inputs).sample(rng),
    }


def measure(policies: list[Any], *, rounds: int = 5) -> dict[str, dict[tuple[int, int], tuple[float, float]]]:
    """Return the median microseconds of both forms by policy and shape."""
    found: dict[str, dict[tuple[int, int], tuple[float, float]]] = {}
    for policy in policies:
        row = found[repr(policy)] = {}
        for shape in SHAPES:
            # A policy of four weights has no more actions.
            if isinstance(policy, boltzmann.KLBoltzmann) and shape[1] != 4:
                continue
            times = compare(forms(policy, shape), rounds=rounds, least_seconds=0.003, clock=time.process_time)
            act, sample = (1e6 * statistics.median(times[name]) for name in ("act", "sample"))
            row[shape] = (act, sample)
    return found


def main() -> None:
    """Measure and print."""
    print("act / sample in us:", *(str(shape).rjust(16) for shape in SHAPES))
    for name, row in measure(policies()).items():
        texts = (f"{row[shape][0]:7.1f} /{row[shape][1]:7.0f}" if shape in row else "-" for shape in SHAPES)
        print(" ".join(text.rjust(16) for text in texts), name)


if __name__ == "__main__":
    main()
