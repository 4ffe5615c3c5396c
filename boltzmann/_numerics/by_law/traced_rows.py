"""Values, and numbers of each action, as a law reads them where some of the numbers are unknown."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast

from boltzmann._numerics import libraries
from boltzmann._numerics.by_law.each_action import require_actions
from boltzmann._numerics.traced_scores import refuse, standardise_traceably
from boltzmann.arrays import QUIET, Mask, Namespace, Values, varies

Call = TypeVar("Call", bound=Callable[..., Any])


def any_traced(*arrays: Any) -> bool:
    """Return whether the numbers of one of the inputs are not known yet."""
    return any(not libraries.is_native(array) and libraries.is_traced(array) for array in arrays)


def quiet_where_known(compute: Call) -> Call:
    """Decorate a call of values, with inputs by keyword, to silence NumPy where no number is traced."""
    by_numpy = QUIET(compute)

    @functools.wraps(compute)
    def called(self: Any, values: Any, **inputs: Any) -> Any:
        return (compute if any_traced(values, *inputs.values()) else by_numpy)(self, values, **inputs)

    return cast(Call, called)


def beside(values: Values, *others: Any) -> Values:
    """Return NumPy's values in the library of the first of the others that is traced or has a derivative."""
    if not libraries.is_native(values):
        return values
    for other in others:
        if not libraries.is_native(other) and varies(other):
            xp = libraries.namespace(other)
            like = xp.ones((), dtype=libraries.widest_float(xp), device=libraries.device(other))
            return libraries.to_float(xp, "values", values, like)
    return values


def finite_rows_traced(values: Any, where: Mask) -> tuple[Namespace, Any, Any]:
    """Return the library, the rows with -inf for masked actions, and marks of the bad rows, shape (..., 1).

    The rows have no derivatives. Known numbers that are bad raise an error.
    """
    xp = libraries.namespace(values)
    scores = standardise_traceably(values, xp.ones((), device=libraries.device(values)), where, None)
    bad: Any = ~(scores.maximum < xp.inf)
    refuse(xp, bad, "values must be finite where allowed, got inf")
    rows = xp.where(scores.live, scores.values, -xp.inf)
    return xp, libraries.detached(xp, rows), bad


def numbers_of_actions(xp: Namespace, name: str, given: Any, rows: Any, most: float) -> tuple[Any, Any]:
    """Return numbers of each action in [0, most], 0 for masked ones, and marks of the rows where one is not."""
    array: Any = libraries.to_float(xp, name, given, rows)
    require_actions(name, tuple(array.shape), tuple(rows.shape))
    array = libraries.detached(xp, xp.broadcast_to(array, tuple(rows.shape)))
    allowed = rows > -xp.inf
    bad: Any = xp.any(allowed & ~((array >= 0) & (array <= most)), axis=-1, keepdims=True)
    refuse(xp, bad, f"{name} must be in [0, {most:g}]", array)
    return xp.where(allowed & (array >= 0) & (array <= most), array, 0.0), bad
