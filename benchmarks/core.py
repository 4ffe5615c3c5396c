"""The core beside plain NumPy and SciPy: ``python -m benchmarks.core``.

The work is probabilities, one draw a row and the log-partition, of float64 values at T = 0.5. For each shape several
forms run that one could write by hand, without any check; the fastest of them is the yardstick.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from scipy import special

from benchmarks.timing import compare, ratios
from boltzmann import Gibbs

SHAPES = ((1, 4), (64, 18), (1024, 10), (1000, 1000), (1, 1_000_000))
TARGETS = {(1, 4): 2.0, (1024, 10): 1.3, (1000, 1000): 1.3, (1, 1_000_000): 1.3}
T = 0.5


def ours(values: Any, rng: np.random.Generator) -> Any:
    """Probabilities, a draw and the log-partition by the public class."""
    gibbs = Gibbs(values, T)
    return gibbs.probs, gibbs.sample(rng), gibbs.log_partition


def last_axis(values: Any, rng: np.random.Generator) -> Any:
    """Reduce over the last axis as it stands."""
    top = values.max(axis=-1, keepdims=True)
    weights = np.exp((values - top) / T)
    cumulative = np.cumsum(weights, axis=-1)
    total = cumulative[:, -1:]
    if len(values) == 1:
        actions = np.searchsorted(cumulative[0], rng.random() * total[0])
    else:
        actions = (cumulative < rng.random((len(values), 1)) * total).sum(axis=-1)
    return weights / total, actions, top[:, 0] / T + np.log(total[:, 0])


def triangular(values: Any, rng: np.random.Generator) -> Any:
    """Cumulative sums by a product with a triangular matrix."""
    top = values.max(axis=-1, keepdims=True)
    weights = np.exp((values - top) / T)
    cumulative = weights @ np.triu(np.ones((values.shape[-1],) * 2))
    total = cumulative[:, -1:]
    actions = (cumulative < rng.random((len(values), 1)) * total).sum(axis=-1)
    return weights / total, actions, top[:, 0] / T + np.log(total[:, 0])


def first_axis(values: Any, rng: np.random.Generator) -> Any:
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


def blocks(values: Any, rng: np.random.Generator) -> Any:
    """Sum blocks of a thousand, and look into the one that is drawn from."""
    top = values.max(axis=-1, keepdims=True)
    weights = values - top
    weights /= T
    np.exp(weights, out=weights)
    width = 1000 if values.shape[-1] > 1000 else 40
    sums = weights.reshape(len(values), -1, width).sum(axis=-1)
    cumulative = np.cumsum(sums, axis=-1)
    total = cumulative[:, -1:]
    levels = rng.random((len(values), 1)) * total
    chosen = (cumulative < levels).sum(axis=-1)
    rows = np.arange(len(values))
    left = levels[:, 0] - np.where(chosen > 0, cumulative[rows, chosen - 1], 0.0)
    inner = np.cumsum(weights.reshape(len(values), -1, width)[rows, chosen], axis=-1)
    actions = chosen * width + (inner < left[:, None]).sum(axis=-1)
    weights /= total
    return weights, actions, top[:, 0] / T + np.log(total[:, 0])


def scipy_and_choice(values: Any, rng: np.random.Generator) -> Any:
    """Do what SciPy's documentation leads to: softmax, logsumexp, and a choice a row."""
    probs = special.softmax(values / T, axis=-1)
    actions = [rng.choice(len(row), p=row) for row in probs]
    return probs, actions, special.logsumexp(values / T, axis=-1)


def _hand_written(shape: tuple[int, int]) -> dict[str, Callable[[Any, np.random.Generator], Any]]:
    if shape[1] >= 1000:
        return {"last axis": last_axis, "blocks": blocks}
    return {"last axis": last_axis, "triangular": triangular, "first axis": first_axis}


def measure(rounds: int = 15) -> list[dict[str, Any]]:
    """Time all shapes; one row a shape, with the ratio to the fastest form by hand as quartiles."""
    rows = []
    for shape in SHAPES:
        values = np.random.default_rng(0).normal(size=shape)
        rng = np.random.default_rng(1)
        forms = {"ours": ours, **_hand_written(shape), "scipy": scipy_and_choice}
        times = compare({name: partial(form, values, rng) for name, form in forms.items()}, rounds=rounds)
        median = {name: float(np.median(found)) for name, found in times.items()}
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
    """Write the rows of :func:`measure` below each other."""
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


def main() -> None:
    """Print a table of ratios."""
    print("probabilities + one draw a row + log-partition, float64, median of 15 interleaved rounds (quartiles)")
    print(table(measure()))


if __name__ == "__main__":
    main()
