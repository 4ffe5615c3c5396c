"""A distribution in the form that all its quantities start from.

A score is log prior(a) + (Q(a) - max Q) / T minus the largest of its row. The likeliest action has the score 0, and an
action that cannot be drawn has -inf. Everything else about the distribution follows from the scores. ``numpy_scores``
makes them for NumPy, ``traced_scores`` for libraries that differentiate or compile.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from boltzmann._numerics import libraries, tensors
from boltzmann._numerics.exponents import centred_over_temperature, sum_of_others
from boltzmann._numerics.lazy import InNamespace, lazy
from boltzmann.arrays import LARGEST, NUMPY, OVERFLOW_RAISES, Array, Namespace

_SAFE_SCALE = 0.25
"""A power of two loses no digit, and no difference of two floats times this one overflows."""

_LARGE = 2**16
"""From this number of entries on, memory bandwidth dominates."""


class Scores(InNamespace):
    """A distribution in the form that all its quantities start from.

    Inside, the actions lie on ``axis``, and quantities of a row keep that axis with length 1, so that all arrays
    broadcast as they are. With many rows of few actions that axis is the first: NumPy reduces ten times slower over a
    short last axis.
    """

    axis: int
    """0 or -1."""
    dtype: Any
    """The dtype of the answers."""
    tensors: Any = None
    """The torch.dtype of the answers where NumPy computes for PyTorch, else None."""
    temperature: Array | float
    """One number, or rows."""
    values: Array
    """The allowed values, -inf elsewhere. A row with values of +inf holds 0 for these and -inf for the others."""
    peak: Array
    """Rows; the largest of ``values``, always finite."""
    maximum: Array
    """Rows; the largest value, which may be +inf."""
    likeliest: Array
    """Rows; the value of the likeliest action, which with a prior may be below ``peak``."""
    its_prior: Array | float = 1.0
    """Rows; the prior of the likeliest action."""
    prior: Array | None = None
    """Weights, 0 where an action is not allowed."""
    mask: Array | None = None
    """The actions that ``where`` allows, actions last; None if all are allowed."""
    ends: bool = True
    """Whether a temperature may be 0 or inf, or a maximum infinite."""
    equal: bool = False
    """Whether all weights are 0 or 1: at one temperature of 0 or inf, without a prior."""
    batch: tuple[int, ...] | None = None
    """The outer shape of a single row. Inside, such a row has no axis, and its quantities are scalars."""
    best: int
    """The index of the largest value of such a row."""
    flat_best: Any = None
    """The indices of the largest value of each row in the flattened array, if the rows are contiguous, else None."""
    normalised: Any = None
    """The probabilities of a large array, which nobody writes to; None if they were not the first to be asked for."""

    @property
    def origin(self) -> Array:
        """The array that all quantities have their derivatives from."""
        return self.scores

    @property
    def answer_xp(self) -> Namespace:
        """The namespace of the answers."""
        return self.xp if self.tensors is None else libraries.torch_namespace()

    @lazy
    @OVERFLOW_RAISES
    def exponents(self) -> Array:
        """(Q - max Q) / T."""
        return centred_over_temperature(self.values, self.peak, self.temperature, self.ends)

    @lazy
    @OVERFLOW_RAISES
    def exponents_around(self) -> Array:
        """(Q - Q(likeliest)) / T: the scores without the prior."""
        if self.prior is None:
            return self.exponents
        return centred_over_temperature(self.values, self.likeliest, self.temperature, self.ends)

    @lazy
    def scores(self) -> Array:
        """Log-weights, in [-inf, 0]; set at once if there is a prior."""
        return self.exponents

    @lazy
    @OVERFLOW_RAISES
    def weights(self) -> Array:
        """exp(scores), 1 for the best action."""
        return self._new_weights()

    def _new_weights(self) -> Array:
        if "scores" in self.__dict__:
            return NUMPY.exp(self.scores)
        if self.equal:
            ones = self.maximisers if self.temperature == 0.0 else self.live
            return np.asarray(ones).astype(np.float64)
        # The scores are seldom needed afterwards, so the weights overwrite their memory.
        scores = centred_over_temperature(self.values, self.peak, self.temperature, self.ends)
        return NUMPY.exp(scores, out=scores)

    @lazy
    @OVERFLOW_RAISES
    def rest(self) -> Array:
        """Rows; the sum of the weights without the best action's."""
        if "weights" in self.__dict__:
            return sum_of_others(self, self.weights, shared=True)
        weights = self._new_weights()
        rest = sum_of_others(self, weights, shared=False)
        self.__dict__["weights"] = weights
        return rest

    def normalised_weights(self) -> Array:
        """Return the probabilities. Called under OVERFLOW_RAISES, but for weights of 0 and 1, which raise no flag."""
        if "weights" in self.__dict__:
            return self.weights / (1.0 + self.rest)
        weights: Any = self._new_weights()
        rest = sum_of_others(self, weights, shared=False)
        self.__dict__["rest"] = rest
        if weights.size < _LARGE:
            self.__dict__["weights"] = weights
            return weights / (1.0 + rest)  # type: ignore[no-any-return]
        # A second large array would cost more than the division, so the probabilities overwrite the weights, which no
        # other thread has seen. They are computed again if they are needed.
        self.normalised = NUMPY.divide(weights, 1.0 + rest, out=weights)
        return self.normalised  # type: ignore[no-any-return]

    quietly_normalised_weights = OVERFLOW_RAISES(normalised_weights)

    @lazy
    def live(self) -> Array:
        """Mark the allowed actions with a value above -inf."""
        return self.values > -np.inf

    @lazy
    def maximisers(self) -> Array:
        """Mark the actions of the largest value."""
        return self.values == self.peak

    @lazy
    def scale(self) -> Array | float:
        """1, or a power of two at which differences of finite values do not overflow; rows if they differ."""
        least = np.min(self.values, axis=self.axis, where=np.asarray(self.live), initial=np.inf, keepdims=True)
        wide = self.peak / 2 - (least[0] if self.batch is not None else least) / 2 >= LARGEST / 2
        return NUMPY.where(wide, _SAFE_SCALE, 1.0) if np.any(wide) else 1.0

    @lazy
    def centred(self) -> Array:
        """Q - max Q where live, else 0; times ``scale``."""
        return self._differences(self.peak)

    @lazy
    def around(self) -> Array:
        """Q - Q(likeliest) where live, else 0; times ``scale``. Its mean is small, so that deviations lose no digit."""
        return self.centred if self.prior is None else self._differences(self.likeliest)

    def _differences(self, origin: Array) -> Array:
        if isinstance(self.scale, float):
            return NUMPY.where(self.live, self.values - origin, 0.0)
        return NUMPY.where(self.live, self.values * self.scale - origin * self.scale, 0.0)

    @lazy
    def safe_scores(self) -> Array:
        """Scores, with 0 instead of -inf where the weight is 0."""
        return NUMPY.where(self.weights > 0, self.scores, 0.0)

    @lazy
    def total(self) -> Array:
        """Rows; the sum of the weights."""
        return 1.0 + self.rest

    @lazy
    def log_mass(self) -> Array:
        """Rows; log of the sum of prior(a) exp((Q(a) - Q(likeliest)) / T)."""
        logs = self.xp.log1p(self.rest)
        return logs if self.prior is None else logs + self.xp.log(self.its_prior)

    def sum(self, terms: Array) -> Array:
        """Sum over the actions; return rows."""
        return self.xp.sum(terms, axis=self.axis, keepdims=True)

    def from_rows(self, rows: Array) -> Array:
        """Bring an array of shape (...) to the inner form of rows."""
        if self.batch is not None:
            return NUMPY.reshape(rows, ())
        if self.axis == -1:
            return rows[..., None]
        return NUMPY.reshape(rows, (1,) * (self.values.ndim - rows.ndim) + tuple(rows.shape))

    def allowed(self) -> Array:
        """Return the mask, which must not be None, in the inner form of values."""
        shape = tuple(self.values.shape)
        mask = self.xp.broadcast_to(self.mask, shape if self.axis == -1 else (*shape[1:], shape[0]))
        return mask if self.axis == -1 else NUMPY.moveaxis(mask, -1, 0)

    def row_answer(self, rows: Array) -> Array:
        """Return rows as users see them: without the axis of the actions, in the dtype of the answers."""
        if self.batch is not None:
            return self._cast(np.reshape(rows, self.batch))
        return self._cast(rows[0] if self.axis == 0 else rows[..., 0])

    @property
    def like_row(self) -> Any:
        """An array as users see rows, in their shape, dtype and library; its numbers have no meaning."""
        rows = self.row_answer(self.peak)
        return rows if self.tensors is None else tensors.as_tensor(rows, self.tensors)

    @property
    def best_marks(self) -> Any:
        """1 for the actions of a largest value, else 0, as users see actions; shape (..., K)."""
        marks = self.action_answer(self.xp.astype(self.maximisers, self.peak.dtype))
        return marks if self.tensors is None else tensors.as_tensor(marks, self.tensors)

    def action_answer(self, entries: Any) -> Array:
        """Return an array of all actions as users see it: actions last, in the dtype of the answers."""
        if self.batch is not None:
            entries = entries.reshape(*self.batch, -1) if self.batch else entries
        elif self.axis == 0:
            entries = entries.transpose((*range(1, entries.ndim), 0))
        result: Array = entries if entries.dtype == self.dtype else self._cast(entries)
        return result

    def _cast(self, result: Any) -> Array:
        if self.xp is not NUMPY:
            return result if result.dtype == self.dtype else self.xp.astype(result, self.dtype)
        if result.dtype != self.dtype:
            with np.errstate(over="ignore", under="ignore"):
                result = result.astype(self.dtype)
        scalar: Array = result[()]
        return scalar
