"""The properties of a distribution: its quantities, and a temperature that was given for all rows or for each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from boltzmann._numerics import libraries, tensors
from boltzmann._numerics.derivatives import Recorded, Slope, gradients, recorded_answer
from boltzmann._numerics.scores import Scores
from boltzmann.arrays import NUMPY, QUIET, Array, Namespace, Values

_PER_ACTION = ("probs", "log_probs")


class Quantity:
    """A property of a distribution: a formula over its scores, computed on first use and cached.

    A formula that raises no flag of NumPy is ``quiet``; another is computed with all flags ignored. Its derivatives
    have the formula's name in ``gradients``; integers have none.
    """

    def __init__(self, formula: Callable[[Scores], Array], *, signed: bool = False, quiet: bool = False) -> None:
        self.formula, self.signed, self.__doc__ = formula, signed, formula.__doc__
        self.slope: Slope | None = getattr(gradients, formula.__name__, None)
        self.quiet_formula = formula if quiet else QUIET(formula)

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, distribution: Any, owner: type | None = None) -> Any:
        if distribution is None:
            return self
        scores = distribution._scores
        result = self.of(scores)
        if self.signed and distribution._sign is not None:
            result = result * distribution._sign
        native = scores.xp is NUMPY
        # NumPy's results for PyTorch have no derivative to lose.
        source = result if native else scores.origin
        if (native and scores.tensors is None) or tensors.lasting(scores.answer_xp, result, source):
            # This descriptor defines no __set__, so that the instance's entry is found before it.
            distribution.__dict__[self.name] = result
            # `read_only` without its call, which small questions would feel.
            if isinstance(result, np.ndarray):
                result.setflags(False)  # type: ignore[call-arg]
        return result

    def of(self, scores: Scores | Recorded) -> Any:
        """Compute the quantity as users see it."""
        if isinstance(scores, Recorded):
            return recorded_answer(scores, self)
        result: Any
        if scores.xp is NUMPY:
            result = self.quiet_formula(scores)
        else:
            with libraries.quiet(scores.xp):
                result = self.formula(scores)
        if self.name in _PER_ACTION:
            # One row of float64 needs no change of axes or dtype.
            if scores.batch != () or scores.dtype != np.float64:
                result = scores.action_answer(result)
        elif self.name != "mode":
            result = scores.row_answer(result)
        elif scores.batch is not None:
            result = result.reshape(scores.batch)[()]
        elif scores.xp is not NUMPY:
            # A bad row under a trace is NaN; it has no action.
            result = scores.xp.where(scores.xp.isnan(scores.rest[..., 0]), -1, result)
        return result if scores.tensors is None else tensors.as_tensor(result, scores.tensors)


def per_action(scores: Scores | Recorded, formula: Callable[[Scores], Array]) -> Array:
    """Compute a number for each action as users see it."""
    if isinstance(scores, Recorded):
        scores = scores.traced
    with libraries.quiet(scores.xp):
        result: Array = scores.action_answer(formula(scores))
    return result if scores.tensors is None else tensors.as_tensor(result, scores.tensors)


def each_row(xp: Namespace, number: Values | None, rows: Array) -> Array:
    """Return a number, or one for each row, in the shape, dtype and library of ``rows``; NaN for None."""
    if xp is NUMPY:
        like = np.asarray(rows)
        with np.errstate(over="ignore", under="ignore"):
            given = np.asarray(np.nan if number is None else number).astype(like.dtype)
        shape = np.broadcast_shapes(given.shape, like.shape)
        whole: Array = np.array(np.broadcast_to(given, shape))[()]
        return whole
    array = libraries.to_float(xp, "temperature", np.nan if number is None else number, rows)
    return xp.broadcast_to(array, np.broadcast_shapes(tuple(array.shape), tuple(rows.shape)))


class GivenTemperature:
    """The temperature of each row, shape (...), in the library of the values; 1 / beta where beta was given."""

    def __get__(self, distribution: Any, owner: type | None = None) -> Any:
        if distribution is None:
            return self
        scores = distribution._scores
        return each_row(scores.answer_xp, distribution._temperature, scores.like_row)
