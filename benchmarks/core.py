"""The core beside plain NumPy and SciPy: ``python -m benchmarks.core``.

The work is probabilities, one draw a row and the log-partition, for float64 values at T = 0.5. Each shape runs several
hand-written forms without any check; the fastest of them is the yardstick. A second table compares epsilon-greedy with
Boltzmann, in NumPy and, if PyTorch is installed, in tensors without gradients.
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from scipy import special

from benchmarks.timing import compare, ratios
from boltzmann import Boltzmann, EpsilonGreedy, Gibbs
from boltzmann.arrays import Floats

SHAPES = ((1, 4), (64, 18), (1024, 10), (1000, 1000), (1, 1_000_000))
TARGETS = {(1, 4): 2.0, (1024, 10): 1.3, (1000, 1000): 1.3, (1, 1_000_000): 1.3}
T = 0.5
POLICY_SHAPES = ((4,), (64, 18), (1024, 10))
POLICY_TARGET = 1.3
ROUNDS = 15
_MANY_ACTIONS, _BLOCK, _SHORT_BLOCK = 1000, 1000, 40


def ours(values: Floats, rng: np.random.Generator) -> Any:
    """Compute probabilities, a draw and the log-partition by the public class."""
    gibbs = Gibbs(values, T)
    return gibbs.probs, gibbs.sample(rng), gibbs.log_partition


def last_axis(values: Floats, rng: np.random.Generator) -> Any:
    """Reduce over the last axis in place."""
    top = values.max(axis=-1, keepdims=True)
    weights = np.exp((values - top) / T)
    cumulative = np.cumsum(weights, axis=-1)
    total = cumulative[:, -1:]
    if len(values) == 1:
        actions = np.searchsorted(cumulative[0], rng.random() * total[0])
    else:
        actions = (cumulative < rng.random((len(values), 1)) * total).sum(axis=-1)
    return weights / total, actions, top[:, 0] / T + np.log(total[:, 0])


def triangular(values: Floats, rng: np.random.Generator) -> Any:
    """Compute cumulative sums by a product with a triangular matrix."""
    top = values.max(axis=-1, keepdims=True)
    weights = np.exp((values - top) / T)
    cumulative = weights @ np.triu(np.ones((values.shape[-1],) * 2))
    total = cumulative[:, -1:]
    actions = (cumulative < rng.random((len(values), 1)) * total).sum(axis=-1)
    return weights / total, actions, top[:, 0] / T + np.log(total[:, 0])


def first_axis(values: Floats, rng: np.random.Generator) -> Any:
    """Copy with the actions first, and add whole rows."""
    work = np.ascontiguousarray(values.T)
    top = work.max(axis=0)
    np.subtract(work, top, out=work)
    work /= T
    np.exp(work, out=work)
    cumulative = np.empty_like(work)
    cumulative[0] = work[0]
    for action in range(1, len(work)):
        np.add(cumulative[action - 1], work[action], out=cumulative[action])
    total = cumulative[-1]
    actions = (cumulative < rng.random(len(values)) * total).view(np.uint8).sum(axis=0)
    return (work / total).T, actions, top / T + np.log(total)


def blocks(values: Floats, rng: np.random.Generator) -> Any:
    """Sum blocks of a thousand, then sum within the drawn block."""
    top = values.max(axis=-1, keepdims=True)
    weights = values - top
    weights /= T
    np.exp(weights, out=weights)
    width = _BLOCK if values.shape[-1] > _BLOCK else _SHORT_BLOCK
    sums = weights.reshape(len(values), -1, width).sum(axis=-1)
    cumulative = np.cumsum(sums, axis=-1)
    total = cumulative[:, -1:]
    levels = rng.random((len(values), 1)) * total
    chosen = (cumulative < levels).sum(axis=-1)
    rows = np.arange(len(values))
    remaining = levels[:, 0] - np.where(chosen > 0, cumulative[rows, chosen - 1], 0.0)
    inner = np.cumsum(weights.reshape(len(values), -1, width)[rows, chosen], axis=-1)
    actions = chosen * width + (inner < remaining[:, None]).sum(axis=-1)
    weights /= total
    return weights, actions, top[:, 0] / T + np.log(total[:, 0])


def scipy_and_choice(values: Floats, rng: np.random.Generator) -> Any:
    """Follow SciPy's documentation: softmax, logsumexp, and a choice for each row."""
    probs = special.softmax(values / T, axis=-1)
    actions = [rng.choice(len(row), p=row) for row in probs]
    return probs, actions, special.logsumexp(values / T, axis=-1)


def _hand_written(shape: tuple[int, int]) -> dict[str, Callable[[Floats, np.random.Generator], Any]]:
    if shape[1] >= _MANY_ACTIONS:
        return {"last axis": last_axis, "blocks": blocks}
    return {"last axis": last_axis, "triangular": triangular, "first axis": first_axis}


def measure(rounds: int = ROUNDS) -> list[dict[str, Any]]:
    """Time all shapes; return one row a shape, with the ratio to the fastest hand-written form as quartiles."""
    rows = []
    for shape in SHAPES:
        values = np.random.default_rng(0).normal(size=shape)
        rng = np.random.default_rng(1)
        forms = {"ours": ours, **_hand_written(shape), "scipy": scipy_and_choice}
        times = compare({name: partial(form, values, rng) for name, form in forms.items()}, rounds=rounds)
        median = {name: float(np.median(seconds)) for name, seconds in times.items()}
        best = min(_hand_written(shape), key=lambda name: median[name])
        rows.append(
            {
                "shape": list(shape),
                "microseconds": 1e6 * median["ours"],
                "fastest": best,
                "ratio": list(ratios(times, "ours", best)),
                "target": TARGETS.get(shape),
                "scipy": ratios(times, "scipy", "ours")[1],
            }
        )
    return rows


def table(rows: list[dict[str, Any]]) -> str:
    """Format the rows of :func:`measure`."""
    lines = [
        f"{'shape':>15} {'microseconds':>13}  {'to the fastest by hand':>30}  {'target':>7}  {'SciPy to ours':>14}"
    ]
    for row in rows:
        low, middle, high = row["ratio"]
        text = f"{middle:.2f} ({low:.2f}-{high:.2f}), {row['fastest']}"
        bound = f"<= {row['target']}" if row["target"] else ""
        shape = str(tuple(row["shape"]))
        lines.append(f"{shape:>15} {row['microseconds']:13.1f}  {text:>30}  {bound:>7}  {row['scipy']:13.1f}x")
    return "\n".join(lines)


def measure_policies(rounds: int = ROUNDS) -> list[tuple[str, tuple[int, ...], tuple[float, float, float]]]:
    """Time probabilities of epsilon-greedy and Boltzmann; return library, shape, and ratio as quartiles of each case.

    The time is the processor time of this thread, so that other programs and PyTorch's idle threads do not count.
    """
    arrays: dict[str, Callable[[Floats], Any]] = {"NumPy": lambda values: values}
    if importlib.util.find_spec("torch"):
        arrays["PyTorch"] = importlib.import_module("torch").tensor
    greedy, boltzmann = EpsilonGreedy(0.1), Boltzmann(0.1)
    rows: list[tuple[str, tuple[int, ...], tuple[float, float, float]]] = []
    for library, array in arrays.items():
        for shape in POLICY_SHAPES:
            values = array(np.random.default_rng(0).normal(size=shape))
            forms: dict[str, Callable[[], Any]] = {
                "greedy": partial(_probabilities, greedy, values),
                "boltzmann": partial(_probabilities, boltzmann, values),
            }
            times = compare(forms, rounds=rounds, clock=time.thread_time)
            rows.append((library, shape, ratios(times, "greedy", "boltzmann")))
    return rows


def _probabilities(policy: EpsilonGreedy | Boltzmann, values: Any) -> Any:
    return policy(values).probs


def main() -> None:
    """Print both tables of ratios."""
    print(f"probabilities + one draw a row + log-partition, float64, median of {ROUNDS} interleaved rounds (quartiles)")
    print(table(measure()))
    print("\nEpsilonGreedy(0.1)(values).probs to Boltzmann(0.1)(values).probs, processor time")
    for library, shape, (low, middle, high) in measure_policies():
        print(f"{library:>8} {shape!s:>15} {middle:.2f} ({low:.2f}-{high:.2f}), target <= {POLICY_TARGET}")


if __name__ == "__main__":
    main()
