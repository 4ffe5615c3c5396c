"""Whether a call has few plain numbers, and the draws from the weights that a law gives them."""

from __future__ import annotations

import itertools
import math
import sys
import threading
from bisect import bisect_right
from functools import lru_cache
from typing import Any
from weakref import ref

import numpy as np

from boltzmann._numerics import TorchRandom, tensors
from boltzmann.acting.law_in_floats import Weigh, weigh_in_floats
from boltzmann.arrays import Rng
from boltzmann.checks import MOST_VISITS
from boltzmann.laws import PolicyLaw, own_law
from boltzmann.schedules import Scheduled

_MOST_NUMBERS = 40
_MOST_OF_A_SOFTMAX = 16
"""A distribution that needs no pass over its rows takes so few calls of NumPy that these are quicker sooner."""
_NUMBERS = frozenset("fiu")
_SINGLE, _DOUBLE = np.dtype(np.float32), np.dtype(np.float64)
_NONE: list[Any] = [()]


class Plan:
    """A policy's law, its function of floats, and what else of it a call needs."""

    def __init__(self, law: PolicyLaw, weigh: Weigh) -> None:
        self.law, self.weigh = law, weigh
        self.most = _MOST_NUMBERS if law.passes else _MOST_OF_A_SOFTMAX
        sources = [each.source for each in law.numbers.values()]
        self.fixed = sources if all(type(source) is float for source in sources) else None

    def numbers(self, step: int | None) -> list[float] | None:
        """Return the numbers of the law at a step; None if one of them is wrong."""
        if self.fixed is not None:
            return self.fixed
        try:
            return [
                float(_scheduled(number.interval).read(name, number.source, step))
                for name, number in self.law.numbers.items()
            ]
        # The call of the policy raises the error again, with the name of its own parameter.
        except (TypeError, ValueError, ArithmeticError):
            return None


_scheduled = lru_cache(Scheduled)
"""The few intervals of numbers are read once, not at every step."""

_PLANS: dict[int, tuple[Any, Plan | None]] = {}
"""The laws of policies in use, by identity: a policy may have no hash."""


def plan_of(policy: Any) -> Plan | None:
    """Return a policy's plan, made on first use; None without a law that passes in floats."""
    known = _PLANS.get(id(policy))
    if known is not None and known[0]() is policy:
        return known[1]
    law = own_law(policy)
    lacks_inputs = law is None or law.shapes is not None or "epsilons" in getattr(policy, "reads", ())
    weigh = None if law is None or lacks_inputs else weigh_in_floats(law)
    plan = None if law is None or weigh is None else Plan(law, weigh)
    key = id(policy)
    _PLANS[key] = (ref(policy, lambda _: _PLANS.pop(key, None)), plan)
    return plan


def few_actions(policy: Any, values: Any, rng: Any, step: Any, visits: Any, variances: Any, where: Any) -> Any:
    """Return the actions of few plain numbers; None for a call that needs a closer look, or that raises an error.

    No random number is drawn before the call is found to be plain.
    """
    plan = plan_of(policy)
    if step is not None and type(step) is not int:
        step = int(step) if isinstance(step, np.integer) else -1
    if plan is None or (step is not None and step < 0):
        return None
    law, weigh, is_tensor = plan.law, plan.weigh, type(values) is not np.ndarray
    others = [where, visits, variances] if law.inputs else [where]
    if is_tensor and not tensors.is_plain(values, *(part for part in others if part is not None)):
        return None
    axes = values.ndim
    if not 0 < (values.numel() if is_tensor else values.size) <= plan.most or not 1 <= axes <= 2:
        return None
    if not _draws(rng, is_tensor):
        return None
    rows, numbers = _rows(values, is_tensor, where), plan.numbers(step)
    if rows is None or numbers is None:
        return None
    if law.noise or law.inputs:
        given = (("visits", visits), ("variances", variances))
        inputs: list[Any] = [_inputs(part, values) if name in law.inputs else _NONE for name, part in given]
        if None in inputs:
            return None
        noise = _noise(law.noise, TorchRandom(rng) if is_tensor else rng, tuple(values.shape)) if law.noise else _NONE
        cycles: list[Any] = [itertools.cycle(part) for part in (noise, *inputs)]
        weighed = [weigh(*part, numbers) for part in zip(rows, *cycles, strict=False)]
    else:
        weighed = [weigh(row, (), (), (), numbers) for row in rows]
    drawn = [scores.index(max(scores)) for scores in weighed] if law.noise else _inverted(weighed, rng, is_tensor)
    if drawn is None:
        return None
    if is_tensor:
        # A tensor takes three times as long to make from a list.
        return sys.modules["torch"].from_numpy(np.array(drawn if axes == 2 else drawn[0]))
    return np.array(drawn) if axes == 2 else np.int64(drawn[0])


def _draws(rng: Rng, is_tensor: bool) -> bool:
    if not is_tensor:
        return isinstance(rng, np.random.Generator)
    return isinstance(rng, sys.modules["torch"].Generator) and rng.device.type == "cpu"


def _rows(values: Any, is_tensor: bool, where: Any) -> list[list[float]] | None:
    """Return the rows as lists, with -inf for masked actions; None unless all allowed numbers are finite."""
    kind: Any = values.dtype
    if is_tensor:
        torch = sys.modules["torch"]
        if kind is not torch.float32 and kind is not torch.float64:
            return None
    elif kind is not _DOUBLE and kind is not _SINGLE:
        return None
    if where is not None:
        where = where.numpy() if not isinstance(where, np.ndarray) and hasattr(where, "numpy") else where
        if type(where) is not np.ndarray or where.dtype.kind not in "biu" or where.shape != tuple(values.shape):
            return None
    rows: list[list[float]] = values.tolist() if values.ndim == 2 else [values.tolist()]
    if where is None:
        for row in rows:
            if not math.isfinite(sum(row)):
                return None
        return rows
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


def _inverted(weighed: list[list[float]], rng: Rng, is_tensor: bool) -> list[int] | None:
    """Draw the first action of each row whose sum of weights exceeds a uniform share; None for sums out of range."""
    sums = [list(itertools.accumulate(weights)) for weights in weighed]
    for each in sums:
        if not 0.0 < each[-1] < math.inf:
            return None
    drawn = []
    for each, uniform in zip(sums, _uniforms(rng, len(sums), is_tensor), strict=True):
        threshold = uniform * each[-1]
        # The product may be rounded up to the sum.
        drawn.append(bisect_right(each, threshold) if threshold < each[-1] else each.index(each[-1]))
    return drawn


class _Scratch(threading.local):
    """A place for one uniform number of PyTorch, which a thread makes once: a tensor takes longer than its number."""

    number: Any = None


_scratch = _Scratch()


def _uniforms(rng: Any, count: int, is_tensor: bool) -> list[float]:
    """Return the numbers of ``rng.random`` or of ``torch.rand``, in less time."""
    if not is_tensor:
        # A single number takes a third of the time of an array of one.
        return [rng.random()] if count == 1 else rng.random(count).tolist()
    torch = sys.modules["torch"]
    if count > 1:
        drawn: list[float] = torch.rand(count, generator=rng, dtype=torch.float64, device="cpu").tolist()
        return drawn
    if _scratch.number is None:
        # A tensor of inference cannot be written to elsewhere.
        with torch.inference_mode(False):
            _scratch.number = torch.empty(1, dtype=torch.float64, device="cpu")
    return [_scratch.number.uniform_(generator=rng).item()]
