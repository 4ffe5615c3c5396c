"""A law on many rows by each of the four ways to run it, with its inputs and the numbers of each row given."""

import importlib
from dataclasses import dataclass, replace

import numpy as np

from boltzmann._numerics import LawOnArrays, libraries
from boltzmann.acting.law_in_floats import weigh_in_floats
from boltzmann.laws import PolicyLaw, TemperatureLaw
from tests.support.awkward import awkward_rows

COUNT = 4
"""Actions of a row, as many as the priors of tests/support/lists.py have."""
BOUND_TOGETHER = {"alpha", "power"}
"""Numbers of a law of which one follows from another."""


@dataclass
class Given:
    """What a law reads: values and inputs of shape (R, K), -inf for masked actions, and numbers of shape (R,)."""

    q: np.ndarray
    inputs: dict
    numbers: dict


def as_policy(law):
    """Return a law whose weights are what a law of temperatures finds, once for each action."""
    if isinstance(law, TemperatureLaw):
        return PolicyLaw(lambda m, action, row: row.temperature, law.passes, law.numbers, law.inputs)
    return law


def given(law, rows, seed, *, reads_rates=False):
    """Return awkward rows: ties, equal values, masks, sizes from 1e-300 to 1e300, and numbers at both ends."""
    rng = np.random.default_rng(seed)
    values, where = awkward_rows(rng, rows, COUNT)
    values[::23] = values[::23, :1]
    where[1::29] = np.arange(COUNT) == rng.integers(COUNT, size=(len(where[1::29]), 1))
    values = np.where(where, values, -np.inf)
    visits = rng.choice([0.0, 1.0, 2.0, 9.0, 1e6, 2.0**53], size=values.shape)
    visits = np.where(rng.random((rows, 1)) < 0.7, np.maximum(visits, 1.0), visits)
    inputs = {"visits": visits, "variances": rng.random(values.shape) * 10 ** rng.uniform(-300, 300, size=(rows, 1))}
    if law.noise:
        drawn = rng.logistic if law.shapes is not None else getattr(rng, f"standard_{law.noise}")
        inputs["noise"] = drawn(size=values.shape)
    inputs = {name: part for name, part in inputs.items() if name in {*law.inputs, "noise"}}
    ranges = np.ptp(np.where(where, values, values[np.arange(rows), where.argmax(axis=1)][:, None]) / 2, axis=1)
    # A noise law whose number is fixed is another law at its ends.
    fixed = {name for name, each in law.numbers.items() if law.noise and not callable(each.source)} | BOUND_TOGETHER
    numbers = {name: _number(rng, each, ranges, name in fixed) for name, each in law.numbers.items()}
    if "confidence" in numbers:
        # That of UCB1 is finite.
        numbers["confidence"] = np.where(numbers["confidence"] < np.inf, numbers["confidence"], 1.0)
    # Rates of exploration are numbers of the state that some policies read.
    return Given(values, inputs, {**numbers, "epsilons": rng.random(rows)} if reads_rates else numbers)


def _number(rng, each, ranges, is_fixed):
    """Return a number for each row: its ends, those near the row's range, and all sizes."""
    rows, own = len(ranges), each.source if isinstance(each.source, float | int) else 0.5
    if is_fixed:
        return np.full(rows, float(own))
    share = rng.random(rows)
    if each.interval == "[0, 1]":
        choices = [np.zeros(rows), np.ones(rows), share, share]
    elif each.interval == "[1, inf]":
        choices = [np.ones(rows), np.full(rows, np.inf), 1 + (COUNT - 1) * share, 1 + (COUNT - 1) * share]
    elif each.interval == "[0, inf]":
        sizes, near = 10 ** rng.uniform(-300, 300, rows), ranges * 10 ** rng.uniform(-3, 3, rows)
        choices = [np.zeros(rows), np.full(rows, np.inf), sizes, np.minimum(near, 1e300), share]
    else:
        choices = [np.full(rows, float(own))]
    return np.choose(rng.integers(len(choices), size=rows), choices)


def on_arrays(law, xp, asked, convert=np.asarray):
    """Return the weights by the arrays of a library."""
    parts = ({name: convert(part) for name, part in parts.items()} for parts in (asked.numbers, asked.inputs))
    with np.errstate(all="ignore"):
        return np.asarray(LawOnArrays(law, xp, convert(asked.q), *parts).weights())


def on_torch(law, asked):
    """Return the weights by PyTorch."""
    torch = importlib.import_module("torch")
    return on_arrays(law, libraries.namespace(torch.ones(1)), asked, torch.as_tensor)


def on_jax(law, asked):
    """Return the weights by JAX under ``jit``."""
    jax = importlib.import_module("jax")
    jax.config.update("jax_enable_x64", True)
    xp = libraries.namespace(jax.numpy.ones(1))
    compiled = jax.jit(lambda q, numbers, inputs: LawOnArrays(law, xp, q, numbers, inputs).weights())
    return np.asarray(compiled(asked.q, asked.numbers, asked.inputs))


def on_floats(law, asked):
    """Return the weights by Python floats."""
    weigh = weigh_in_floats(law)
    empty = [()] * len(asked.q)
    inputs = [
        asked.inputs[name].tolist() if name in asked.inputs else empty for name in ("noise", "visits", "variances")
    ]
    numbers = np.stack(list(asked.numbers.values()), axis=1).tolist() if asked.numbers else empty
    return np.array([weigh(*parts) for parts in zip(asked.q.tolist(), *inputs, numbers, strict=True)])


def on_kernel(law, asked):
    """Return the weights by a generated kernel, which takes the passes and the weights of a step and no more."""
    from boltzmann.experiments.engine.compiled.loading import kernel_of
    from boltzmann.experiments.engine.compiled.writing import BLOCK, VECTOR, Fold, Kernel, make_memory, write_weights

    kernel, (rows, count) = Kernel(asked.q.shape[1]), asked.q.shape
    code, parts = kernel.code, {"q": asked.q, **asked.inputs}
    for name, part in {"rows": rows, **parts, **asked.numbers, **law.constants}.items():
        given = part if name == "rows" else np.ascontiguousarray(part, dtype=np.float64).reshape(-1)
        kernel.argument(f"own_{name}", given)
    out = kernel.arguments[kernel.argument("out", np.empty(rows * count))] = np.empty(rows * count)
    for name in parts:
        kernel.memory(f"here.{name}", per_action=True)
    with code.under(f"for first in range(0, own_rows, {BLOCK}):"):
        code.line(f"n = min({BLOCK}, own_rows - first)", f"padded = (n + {VECTOR - 1}) // {VECTOR} * {VECTOR}")
        with kernel.each():
            # The padding repeats a row of the block.
            code.line(f"here = (first + min(i, n - 1)) * {count} + a")
            code.line(*(f"{kernel.at(f'here.{name}', 'i', 'a')} = own_{name}[here]" for name in parts))
        inputs = {name: kernel.at(f"here.{name}", "i", "a") for name in parts}
        inputs |= {name: f"own_{name}[a]" for name in law.constants}
        numbers = {name: f"own_{name}[first + min(i, n - 1)]" for name in asked.numbers}
        write_weights(Fold(kernel, "policy.", inputs, numbers), law, kernel, "weights")
        with kernel.each(rows="n"):
            code.line(f"out[(first + i) * {count} + a] = {kernel.at('weights', 'i', 'a')}")
    kernel_of(kernel.text())(*kernel.arguments.values(), *make_memory(kernel.sizes).values())
    return out.reshape(rows, count)


def with_weight(law, weight):
    """Return a law with another weight."""
    return replace(law, weight=weight)
