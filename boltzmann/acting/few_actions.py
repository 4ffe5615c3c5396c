"""Whether a call has few plain numbers, and the draws from the weights that a law gives them."""

from __future__ import annotations

import itertools
import math
import sys
from functools import lru_cache
from typing import Any
from weakref import ref

import numpy as np

from boltzmann._numerics import TorchRandom, tensors
from boltzmann.acting.law_in_floats import Weigh, weigh_in_floats
from boltzmann.checks import MOST_VISITS
from boltzmann.laws import PolicyLaw, own_law
from boltzmann.schedules import Scheduled

_MOST_NUMBERS = 40
_MOST_OF_A_SOFTMAX = 16
"""A distribution that needs no pass over its rows takes so few calls of NumPy that these are quicker sooner."""
_NUMBERS = frozenset("fiu")

Plan = tuple[PolicyLaw, Weigh]

_PLANS: dict[int, tuple[Any, Plan | None]] = {}
"""The laws of policies in use, by identity: a policy may have no hash."""


def plan_of(policy: Any) -> Plan | None:
    """Return a policy's law and its function of floats, made on first use; None without one."""
    known = _PLANS.get(id(policy))
    if known is not None and known[0]() is policy:
        return known[1]
    law = own_law(policy)
    lacks_inputs = law is None or law.shapes is not None or "epsilons" in getattr(policy, "reads", ())
    weigh = None if lacks_inputs else weigh_in_floats(law)
    plan = None if weigh is None else (law, weigh)
    key = id(policy)
    _PLANS[key] = (ref(policy, lambda _: _PLANS.pop(key, None)), plan)
    return plan


def few_actions(policy: Any, values: Any, rng: Any, step: Any, visits: Any, variances: Any, where: Any) -> Any:
    """Return the actions of few plain numbers; None for a call that needs a closer look, or that raises an error.

    No random number is drawn before the call is found to be plain.
    """
    plan = plan_of(policy)
    step = int(step) if isinstance(step, np.integer) else step
    if plan is None or type(step) is not int or step < 0:
        return None
    law, weigh = plan
    is_tensor = type(values) is not np.ndarray
    if is_tensor and not tensors.is_plain(values, *(part for part in (visits, variances, where) if part is not None)):
        return None
    count = values.numel() if is_tensor else values.size
    most = _MOST_NUMBERS if law.passes else _MOST_OF_A_SOFTMAX
    if not 0 < count <= most or not 1 <= values.ndim <= 2:
        return None
    if not _draws(rng, is_tensor):
        return None
    rows = _rows(values, is_tensor, where)
    if rows is None:
        return None
    inputs: list[Any] = [_NONE, _NONE]
    if law.inputs:
        given = (("visits", visits), ("variances", variances))
        inputs = [_inputs(part, values) if name in law.inputs else _NONE for name, part in given]
        if None in inputs:
            return None
    numbers = _numbers(law, step)
    if numbers is None:
        return None
    if law.noise or law.inputs:
        noise = _noise(law.noise, TorchRandom(rng) if is_tensor else rng, tuple(values.shape)) if law.noise else _NONE
        others: list[Any] = [itertools.cycle(part) for part in (noise, *inputs)]
        weighed = [weigh(*part, numbers) for part in zip(rows, *others, strict=False)]
    else:
        weighed = [weigh(row, (), (), (), numbers) for row in rows]
    if law.noise:
        drawn = [scores.index(max(scores)) for scores in weighed]
    else:
        sums = [list(itertools.accumulate(weights)) for weights in weighed]
        if not all(0.0 < each[-1] < math.inf for each in sums):
            return None
        uniforms = _uniforms(rng, values.shape[:-1], is_tensor)
        drawn = [_inverted(each, uniform * each[-1]) for each, uniform in zip(sums, uniforms, strict=True)]
    if is_tensor:
        # A tensor takes three times as long to make from a list.
        return sys.modules["torch"].from_numpy(np.array(drawn if values.ndim == 2 else drawn[0]))
    return np.array(drawn) if values.ndim == 2 else np.int64(drawn[0])


_NONE: list[Any] = [()]


_scheduled = lru_cache(Scheduled)
"""The few intervals of numbers are read once, not at every step."""


def _numbers(law: PolicyLaw, step: int) -> list[float] | None:
    try:
        return [
            number.source
            if type(number.source) is float
            else float(_scheduled(number.interval).read(name, number.source, step))
            for name, number in law.numbers.items()
        ]
    # The call of the policy raises the error again, with the name of its own parameter.
    except (TypeError, ValueError, ArithmeticError):
        return None


def _draws(rng: Any, is_tensor: bool) -> bool:
    kind: Any = sys.modules["torch"].Generator if is_tensor else np.random.Generator
    return isinstance(rng, kind) and (not is_tensor or rng.device.type == "cpu")


def _rows(values: Any, is_tensor: bool, where: Any) -> list[list[float]] | None:
    """Return the rows as lists, with -inf for masked actions; None unless all allowed numbers are finite."""
    if is_tensor:
        torch = sys.modules["torch"]
        if values.dtype is not torch.float32 and values.dtype is not torch.float64:
            return None
    elif values.dtype.kind != "f" or not 4 <= values.dtype.itemsize <= 8:
        return None
    if where is not None:
        where = where.numpy() if not isinstance(where, np.ndarray) and hasattr(where, "numpy") else where
        if type(where) is not np.ndarray or where.dtype.kind not in "biu" or where.shape != tuple(values.shape):
            return None
    rows: list[list[float]] = values.tolist() if values.ndim == 2 else [values.tolist()]
    if where is None:
        return rows if all(math.isfinite(sum(row)) for row in rows) else None
    masks = where.tolist() if where.ndim == 2 else [where.tolist()]
    for row, mask in zip(rows, masks, strict=True):
        # Gymnasium's masks are of small integers.
        if not any(mask) or not {0, 1}.issuperset(mask) or not math.isfinite(sum(itertools.compress(row, mask))):
            return None
        row[:] = [q if allowed else -math.inf for q, allowed in zip(row, mask, strict=True)]
    return rows


def _inputs(part: Any, values: Any) -> list[list[float]] | None:
    if part is not None and type(part) is not np.ndarray and hasattr(part, "numpy"):
        part = part.numpy()
    if type(part) is not np.ndarray or part.shape != tuple(values.shape) or part.dtype.kind not in _NUMBERS:
        return None
    numbers = part.reshape(-1, part.shape[-1]).tolist()
    plain = all(0 <= number <= MOST_VISITS for row in numbers for number in row)
    return numbers if plain else None


def _noise(kind: str, rng: Any, shape: tuple[int, ...]) -> list[list[float]]:
    drawn = rng.standard_exponential(shape) if kind == "exponential" else rng.standard_normal(shape)
    rows: list[list[float]] = drawn.reshape(-1, shape[-1]).tolist()
    return rows


def _uniforms(rng: Any, shape: Any, is_tensor: bool) -> list[float]:
    if is_tensor:
        torch = sys.modules["torch"]
        # The numbers of torch.rand, in half the time.
        drawn: list[float] = torch.empty(tuple(shape) or 1, dtype=torch.float64).uniform_(generator=rng).tolist()
        return drawn
    # A single number takes a third of the time of an array of one.
    return [rng.random()] if not shape or shape == (1,) else rng.random(shape).tolist()


def _inverted(sums: list[float], threshold: float) -> int:
    """Return the first action whose sum exceeds the threshold."""
    for action, total in enumerate(sums):
        if total > threshold:
            return action
    return sums.index(sums[-1])
