"""The passes of a law over rows of actions, as arrays of any library, traced ones too.

Actions lie on the last axis, and a number of a row keeps that axis with length 1. Laws find numbers without
derivatives.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from boltzmann._numerics import libraries
from boltzmann._numerics.by_law.maths import Maths, maths_of
from boltzmann.arrays import NUMPY, Namespace
from boltzmann.laws import Pass, PolicyLaw, TemperatureLaw

TRACED_STEPS = 40
"""PyTorch repeats a pass at most so often where the numbers are unknown."""

Numbers = dict[str, Any]


class _Named:
    """Numbers by name, as attributes; torch.compile cannot trace ``types.SimpleNamespace``."""

    def __init__(self, numbers: Numbers) -> None:
        self._numbers = numbers

    def __getattr__(self, name: str) -> Any:
        return self._numbers[name]


class LawOnArrays:
    """A law after its passes over rows of values, which are -inf where an action is masked.

    ``numbers`` are those of the step, shape (...) or single, ``inputs`` those of the actions, shape (..., K).
    """

    def __init__(
        self, law: PolicyLaw | TemperatureLaw, xp: Namespace, values: Any, numbers: Numbers, inputs: Numbers
    ) -> None:
        self.law, self.xp, self.q = law, xp, values
        device = None if xp is NUMPY else libraries.device(values)
        self.m: Maths = maths_of(xp, values.dtype, device)
        self.row: Numbers = {"top": xp.max(values, axis=-1, keepdims=True)}
        for name, number in numbers.items():
            known = libraries.is_native(number)
            array: Any = (
                xp.asarray(number, dtype=values.dtype, device=device) if known else xp.astype(number, values.dtype)
            )
            self.row[name] = array[..., None] if array.ndim else array
        constants: Mapping[str, Any] = getattr(law, "constants", {})
        given = {name: xp.asarray(part, dtype=values.dtype, device=device) for name, part in constants.items()}
        self.action: Numbers = {"q": values, **inputs, **given}
        for each in law.passes:
            if not each.from_guess:
                self._take(each)

    def weights(self) -> Any:
        """Return the weights that a policy's law gives the actions, shape (..., K)."""
        weight: Any = getattr(self.law, "weight")  # noqa: B009 (laws of temperatures have none)
        return self._of_actions(weight(self.m, _Named(self.action), _Named(self.row)))

    def of_rows(self, name: str) -> Any:
        """Return a number of the rows, shape (...)."""
        return self.xp.broadcast_to(self.row[name], (*self.q.shape[:-1], 1))[..., 0]

    def _of_actions(self, result: Any) -> Any:
        xp = self.xp
        if not hasattr(result, "ndim"):
            result = self.m.where(self.q == self.q, result, float(result))
        if result.dtype != self.q.dtype:
            result = xp.astype(result, self.q.dtype)
        shape = (*result.shape[:-1], self.q.shape[-1]) if result.ndim > self.q.ndim else tuple(self.q.shape)
        return xp.broadcast_to(result, shape)

    def _once(self, each: Pass, action: Numbers, row: Numbers) -> tuple[Numbers, Numbers]:
        """Return what a pass keeps of the actions, and the numbers that it adds to the row."""
        xp = self.xp
        results = each.adds(self.m, _Named(action), _Named(row))
        entries = {name: self._of_actions(result) for name, result in results.items()}
        kept = {name: entries.pop(name) for name in each.keeps}
        added: Numbers = {}
        for name, part in entries.items():
            if name in each.first:
                index = xp.argmax(entries[each.first[name]], axis=-1, keepdims=True)
                chosen = xp.arange(part.shape[-1], device=None if xp is NUMPY else libraries.device(part)) == index
                added[name] = xp.sum(xp.where(chosen, part, 0.0), axis=-1, keepdims=True)
            else:
                reduce = xp.max if name in each.largest else xp.sum
                added[name] = reduce(part, axis=-1, keepdims=True)
        if each.moves is not None:
            moved = each.moves(self.m, _Named({**row, **added}))
            added.update({name: self._of_a_row(part) for name, part in moved.items()})
        return kept, added

    def _of_a_row(self, part: Any) -> Any:
        if hasattr(part, "ndim"):
            return part
        return self.m.where(self.row["top"] == self.row["top"], part, float(part))

    def _take(self, each: Pass) -> None:
        kept, added = self._once(each, self.action, self.row)
        if each.times > 1:
            kept, added = self._repeated(each, kept, added)
        self.action.update(kept)
        self.row.update(added)

    def _repeated(self, each: Pass, kept: Numbers, added: Numbers) -> tuple[Numbers, Numbers]:
        """Repeat a pass until every row stands still; a row that does is frozen, whatever the others do."""
        xp = self.xp

        def again(state: tuple[Numbers, Numbers, Any]) -> Any:
            kept, added, count = state
            done = added[each.until]
            moved = self._once(each, {**self.action, **kept}, {**self.row, **added})
            frozen = [
                {name: xp.where(done, old[name], xp.astype(new[name], old[name].dtype)) for name in old}
                for old, new in zip((kept, added), moved, strict=True)
            ]
            return (*frozen, count + 1)

        state: Any = (kept, added, 1)
        if libraries.is_jax(xp) and libraries.is_traced(self.q):
            going = lambda state: (state[2] < each.times) & ~xp.all(state[1][each.until])  # noqa: E731
            kept, added, _ = sys.modules["jax"].lax.while_loop(going, again, state)
            return kept, added
        is_traced = libraries.is_traced(self.q)
        for _ in range(1, min(each.times, TRACED_STEPS) if is_traced else each.times):
            if not is_traced and bool(xp.all(added[each.until])):
                break
            kept, added, _ = again((kept, added, 0))
        return kept, added
