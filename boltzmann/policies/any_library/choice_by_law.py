"""The distribution that the law of a policy gives where some numbers are unknown; a bad row is NaN."""

from __future__ import annotations

from typing import Any

import numpy as np

from boltzmann import checks
from boltzmann._numerics import LawOnArrays, beside, finite_rows_traced, numbers_of_actions
from boltzmann.arrays import LARGEST, Input, Mask, Values
from boltzmann.categorical import Categorical
from boltzmann.laws import PolicyLaw
from boltzmann.schedules import numbers_of

_MOST = {"visits": checks.MOST_VISITS, "variances": LARGEST}


def choice_by_law(
    name: str, law: PolicyLaw, values: Values, *, step: Any, visits: Input, where: Mask, variances: Input
) -> Categorical:
    """Return the distribution of each row, without derivatives, in the library that traces one of the inputs."""
    given = {"visits": visits, "variances": variances}
    for part in sorted(law.inputs):
        if given[part] is None:
            raise ValueError(f"{part} must be given: {name} reads them")
    numbers = numbers_of(law.numbers, step)
    xp, rows, bad = finite_rows_traced(beside(values, step, visits, where, variances, *numbers.values()), where)
    inputs = {}
    for part in sorted(law.inputs):
        inputs[part], odd = numbers_of_actions(xp, part, given[part], rows, _MOST[part])
        bad = bad | odd
    weights = LawOnArrays(law, xp, rows, numbers, inputs).weights()
    probs: Any = xp.where(bad, xp.nan, weights / xp.sum(weights, axis=-1, keepdims=True))
    best: Any = rows == xp.max(rows, axis=-1, keepdims=True)
    dtype = values.dtype if hasattr(values, "dtype") and not isinstance(values, np.ndarray) else rows.dtype
    if xp.isdtype(dtype, "real floating"):
        probs = xp.astype(probs, dtype)
    return Categorical.computed(probs, xp, greedy=best)
