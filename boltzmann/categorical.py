"""A distribution over actions given by its probabilities, for policies that are not Gibbs distributions."""

from __future__ import annotations

from typing import Any

import numpy as np

from boltzmann import checks
from boltzmann._numerics import Frozen, InNamespace, Scores, answer, each_row, held, libraries, shared
from boltzmann.arrays import NUMPY, QUIET, Array, Namespace, Reals, Rng, Values, read_only
from boltzmann.hints import with_hints
from boltzmann.inversion import sample_weights
from boltzmann.pictured import Pictured, mask_text
from boltzmann.sampling import sample_without_replacement

_ROUNDING = 1e-6
"""Probabilities may miss a sum of 1 by so much, or by the rounding of their dtype."""


class Categorical(InNamespace, Frozen, Pictured):
    """The distribution with given probabilities, one row or many.

    Parameters
    ----------
    probs : array of shape (..., K)
        Probabilities, actions last, of any array library; each row sums to 1 but for the rounding of its dtype.
    temperature : float or array, optional
        The temperature that the probabilities come from, one for each row; without it ``temperature`` is NaN.
    greedy : array of bool or of 0 and 1, broadcasting against ``probs``, optional
        The actions of a largest value; without it ``greedy_probability`` and ``exploration_probability`` are NaN.

    Raises
    ------
    ValueError
        For K = 0, a probability outside [0, 1] or NaN, and a row of another sum. Under a tracer (``jax.jit``,
        ``torch.compile``) numbers cannot raise errors: such a row is NaN.
    TypeError
        For probabilities that are not real numbers.

    Examples
    --------
    >>> float(Categorical([0.5, 0.5, 0.0]).entropy)
    0.6931471805599453
    >>> Categorical([1.0, 0.0]).log_probs
    array([  0., -inf])
    >>> explored = Categorical([0.9, 0.1], temperature=0.5, greedy=[True, False])
    >>> float(explored.temperature), float(explored.greedy_probability), float(explored.exploration_probability)
    (0.5, 0.9, 0.1)
    >>> Categorical([[1.0, 0.0], [0.5, 0.4]])
    Traceback (most recent call last):
        ...
    ValueError: sum of probs must be 1, got 0.9 in row 1
    """

    probs: Any
    """Probabilities, shape (..., K)."""
    _temperature: Any = None
    _greedy: Any = None

    @with_hints
    def __init__(self, probs: Values, *, temperature: Values | None = None, greedy: Values | None = None) -> None:
        xp = libraries.library(probs)
        if xp is NUMPY:
            array = checks.numeric_array("probs", probs)
            _require_probabilities(array, float(np.finfo(array.dtype).eps))
            # A very large array is not copied, and its owner may go on writing to it.
            probs = read_only(array if isinstance(probs, list) else held(array).view())
        else:
            probs = _checked_foreign(xp, probs)
        self.__dict__.update(probs=probs, xp=xp, _temperature=temperature, _greedy=greedy)

    @classmethod
    def computed(
        cls, probs: Array, xp: Namespace, temperature: Values | None = None, greedy: Scores | Array | None = None
    ) -> Categorical:
        """Make the distribution of probabilities that this library has just computed: no check and no copy.

        The greedy actions may be given by the scores that the probabilities were computed from.
        """
        made = cls.__new__(cls)
        # `read_only` without its call, which small questions would feel.
        if isinstance(probs, np.ndarray):
            probs.setflags(False)  # type: ignore[call-arg]
        made.__dict__.update(probs=probs, xp=xp, _temperature=temperature, _greedy=greedy)
        return made

    def __repr__(self) -> str:
        return f"Categorical({self.probs!r}{mask_text(self)})"

    @property
    def origin(self) -> Array:
        """The array that all quantities are computed from."""
        probs: Array = self.probs
        return probs

    @answer
    def log_probs(self) -> Array:
        """Log-probabilities, shape (..., K), -inf where the probability is 0."""
        return _logs(self.xp, self.probs)

    @answer
    def entropy(self) -> Array:
        """-sum_a p(a) log p(a) in nats, shape (...), from 0 to log K."""
        return (
            _own_entropy(self.probs) if self.xp is NUMPY else shared.cross_entropy(self.xp, self.log_probs, self.probs)
        )

    @answer
    def temperature(self) -> Array:
        """Temperature of each row, shape (...), in the library of the probabilities; NaN without one."""
        return each_row(self.xp, self._temperature, self.probs[..., 0])

    @answer
    def greedy_probability(self) -> Array:
        """Mass on the actions of a largest value, shape (...); NaN where these are not known."""
        return _mass(self.xp, self.probs, self._marks())

    @answer
    def exploration_probability(self) -> Array:
        """Mass off the actions of a largest value, shape (...), without cancellation; NaN where these are not known."""
        return _mass(self.xp, self.probs, 1.0 - self._marks())

    def _marks(self) -> Any:
        """Return 1 for the actions of a largest value, else 0."""
        if isinstance(self._greedy, Scores):
            return self._greedy.best_marks
        if self._greedy is None:
            return self.probs * 0.0 + self.xp.nan
        marks = self._greedy
        if libraries.is_native(marks):
            marks = np.asarray(marks, dtype=np.float64)
        elif self.xp.isdtype(marks.dtype, "bool"):
            marks = self.xp.astype(marks, self.probs.dtype)
        if self.xp is NUMPY:
            return marks.astype(self.probs.dtype, copy=False)
        return libraries.to_float(self.xp, "greedy", marks, self.probs)

    def log_prob(self, actions: Values) -> Array:
        """Log-probability of actions of shape ``shape + batch``; see :meth:`boltzmann.Gibbs.log_prob`."""
        return shared.picked(self.xp, self.log_probs, actions)

    def cross_entropy(self, target: Values) -> Array:
        """-sum_a target(a) log p(a); see :meth:`boltzmann.Gibbs.cross_entropy`."""
        return shared.cross_entropy(self.xp, self.log_probs, target)

    def kl_divergence(self, other: Any) -> Array:
        """KL(p || other) in nats; see :meth:`boltzmann.Gibbs.kl_divergence`."""
        return shared.kl_divergence(self.xp, self.probs, self.log_probs, other.log_probs)

    def top_k(self, k: int) -> Array:
        """Return the k most probable actions, most probable first; see :meth:`boltzmann.Gibbs.top_k`."""
        return shared.top_k(self.xp, self.log_probs, k)

    @with_hints
    def sample(self, rng: Rng, shape: int | tuple[int, ...] = ()) -> Any:
        """Draw actions, with one uniform each; see :meth:`boltzmann.Gibbs.sample`."""
        return sample_weights(self.xp, rng, self.probs, -1, shape)

    def sample_without_replacement(self, rng: Rng, k: int, shape: int | tuple[int, ...] = ()) -> Array:
        """Draw k different actions in order; see :meth:`boltzmann.Gibbs.sample_without_replacement`."""
        return sample_without_replacement(rng, self.log_probs, k, shape)


def _mass(xp: Namespace, probs: Array, marks: Array) -> Array:
    total = xp.sum(probs * marks, axis=-1)
    # A bad row under a trace is NaN, but XLA's product of NaN and a mark of 0 is 0.
    return total if xp is NUMPY else xp.where(xp.isnan(probs[..., 0]), xp.nan, total)


@QUIET
def _own_entropy(probs: Array) -> Array:
    """Return the entropy of NumPy's rows; logarithms of 0, which most rows of some policies hold, are slow."""
    logs = np.log(probs, out=np.zeros_like(probs), where=probs > 0)
    total: Array = (0.0 - np.sum(probs * logs, axis=-1))[()]
    return total


@libraries.quietly
def _logs(xp: Namespace, probs: Array) -> Array:
    if xp is NUMPY:
        return xp.log(probs)
    # No infinity reaches the logarithm's derivative.
    impossible = probs == 0
    return xp.where(impossible, -xp.inf, xp.log(xp.where(impossible, 1.0, probs)))


@QUIET
def _require_probabilities(array: Reals, eps: float) -> None:
    """Raise unless each row has probabilities that sum to 1, but for the rounding of a dtype."""
    if array.ndim == 0 or array.shape[-1] == 0:
        raise ValueError(f"probs must hold at least one action on its last axis, got shape {array.shape}")
    tolerance = max(_ROUNDING, array.shape[-1] * eps)
    checks.require_entries((array >= 0) & (array <= 1 + tolerance), "probs", "in [0, 1]", array)
    total = array.sum(axis=-1)
    checks.require_all(np.abs(total - 1) <= tolerance, "sum of probs", "1", total)


def _checked_foreign(xp: Namespace, probs: Any) -> Array:
    """Check probabilities of another library and copy what others may write to; traced rows that are wrong are NaN."""
    made = libraries.to_float(xp, "probs", probs)
    eps = float(xp.finfo(made.dtype).eps)
    if not libraries.is_traced(made):
        _require_probabilities(libraries.to_numpy("probs", made), eps)
        return made.clone() if libraries.is_torch(xp) else made  # type: ignore[attr-defined]
    if made.ndim == 0 or made.shape[-1] == 0:
        raise ValueError(f"probs must hold at least one action on its last axis, got shape {tuple(made.shape)}")
    tolerance = max(_ROUNDING, made.shape[-1] * eps)
    within = xp.all((made >= 0) & (made <= 1 + tolerance), axis=-1, keepdims=True)
    valid = within & (xp.abs(xp.sum(made, axis=-1, keepdims=True) - 1) <= tolerance)
    return xp.where(valid, made, xp.nan)
