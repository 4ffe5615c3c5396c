"""The Gibbs distribution over actions: p(a) proportional to prior(a) exp(Q(a) / T).

Conventions. Actions are the last axis (the functions take any ``axis``). The temperature T is in [0, inf], both ends
included, in the units of the values; it broadcasts against the other axes, so that every row may have its own.
Logarithms are natural. ``where`` marks the allowed actions; what stands in a masked entry, NaN and inf too, is never
read. ``prior`` holds non-negative weights, 1 each by default; they need not sum to 1.

The ends are exact by value: T = 0 splits the mass among the maximisers in proportion to the prior, T = inf is the
prior over what is allowed. Values of +inf share the mass among themselves at every T, an allowed -inf has none at any.

Floating-point values keep their dtype and integers become float64; float16 and float32 are computed in float64 and
rounded once, at the end.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from boltzmann._gibbs import Gibbs

__all__ = ["Gibbs", "entropy", "log_partition", "log_softmax", "soft_value", "softmax"]


def softmax(
    values: ArrayLike,
    temperature: ArrayLike = 1.0,
    *,
    axis: int = -1,
    where: ArrayLike | None = None,
    prior: ArrayLike | None = None,
) -> NDArray[np.floating[Any]]:
    """Probabilities prior(a) exp(Q(a) / T) / Z; shape of ``values``.

    Parameters
    ----------
    values : array
        Action values, actions along ``axis``.
    temperature : float or array that broadcasts against ``values`` without that axis
        In [0, inf], in the units of the values. 0 splits the mass among the maximisers, inf gives the prior.
    axis : int
        Which axis holds the actions, the last by default.
    where, prior : arrays that broadcast against ``values``, optional
        Allowed actions (bool) and non-negative weights.

    Raises
    ------
    ValueError, TypeError
        As :class:`Gibbs` does.

    Examples
    --------
    >>> softmax([0.0, 1.0, 1.0], 0)
    array([0. , 0.5, 0.5])
    >>> softmax([0.0, 1.0, 1.0, 7.0], float("inf"))
    array([0.25, 0.25, 0.25, 0.25])
    >>> softmax([[0.0, 2.0], [0.0, 0.0]], [1.0, 0.5], axis=0)
    array([[0.5       , 0.98201379],
           [0.5       , 0.01798621]])
    """
    return np.asarray(_along(axis, "probs", values, temperature, where, prior))


def log_softmax(
    values: ArrayLike,
    temperature: ArrayLike = 1.0,
    *,
    axis: int = -1,
    where: ArrayLike | None = None,
    prior: ArrayLike | None = None,
) -> NDArray[np.floating[Any]]:
    """Log-probabilities; shape of ``values``, arguments and errors as for :func:`softmax`.

    Accurate where a probability underflows and where it rounds to 1.

    Examples
    --------
    >>> log_softmax([0.0, -40.0])
    array([-4.24835426e-18, -4.00000000e+01])
    >>> log_softmax([0.0, 1.0], 0)
    array([-inf,   0.])
    >>> log_softmax([0.0, 1.0], float("inf"))
    array([-0.69314718, -0.69314718])
    """
    return np.asarray(_along(axis, "log_probs", values, temperature, where, prior))


def log_partition(
    values: ArrayLike,
    temperature: ArrayLike = 1.0,
    *,
    axis: int = -1,
    where: ArrayLike | None = None,
    prior: ArrayLike | None = None,
) -> Any:
    """Log Z = log sum_a prior(a) exp(Q(a) / T); shape of ``values`` without ``axis``, otherwise as :func:`softmax`.

    At T = 0 it is the limit: inf with the sign of max Q, or the log of the maximisers' prior mass where max Q = 0.
    At T = inf it is the log of the prior mass of what is allowed.

    Examples
    --------
    >>> float(log_partition([0.0, 0.0]))
    0.6931471805599453
    >>> log_partition([[-1.0, -2.0], [0.0, -1.0], [0.0, 1.0]], 0)
    array([-inf,   0.,  inf])
    >>> float(log_partition([5.0, 7.0], float("inf")))
    0.6931471805599453
    """
    return _along(axis, "log_partition", values, temperature, where, prior)


def soft_value(
    values: ArrayLike,
    temperature: ArrayLike = 1.0,
    *,
    axis: int = -1,
    where: ArrayLike | None = None,
    prior: ArrayLike | None = None,
) -> Any:
    """T log Z, in the units of the values; shape of ``values`` without ``axis``, otherwise as :func:`softmax`.

    At T = 0 it is max Q. As T goes to inf it grows without bound, unless the priors sum to 1: then it tends to the
    prior mean of Q.

    Examples
    --------
    >>> float(soft_value([1.0, 3.0], 0))
    3.0
    >>> float(soft_value([1.0, 3.0], float("inf")))
    inf
    >>> float(soft_value([1.0, 3.0], float("inf"), prior=[0.5, 0.5]))
    2.0
    """
    return _along(axis, "soft_value", values, temperature, where, prior)


def entropy(
    values: ArrayLike,
    temperature: ArrayLike = 1.0,
    *,
    axis: int = -1,
    where: ArrayLike | None = None,
    prior: ArrayLike | None = None,
) -> Any:
    """Entropy in nats, from 0 to log K; shape of ``values`` without ``axis``, otherwise as :func:`softmax`.

    At T = 0 it is that of the prior over the maximisers, at T = inf that of the prior.

    Examples
    --------
    >>> float(entropy([1.0, 3.0], 0))
    0.0
    >>> float(entropy([1.0, 3.0], float("inf")))
    0.6931471805599453
    """
    return _along(axis, "entropy", values, temperature, where, prior)


_Property = Literal["probs", "log_probs", "log_partition", "soft_value", "entropy"]


def _along(
    axis: int,
    name: _Property,
    values: ArrayLike,
    temperature: ArrayLike,
    where: ArrayLike | None,
    prior: ArrayLike | None,
) -> Any:
    """Take one property of the distribution whose actions lie along ``axis``."""
    if axis == -1:
        return getattr(Gibbs(values, temperature, where=where, prior=prior), name)
    array = np.asarray(values)
    others = [None if part is None else np.asarray(part) for part in (where, prior)]
    shape = np.broadcast_shapes(array.shape, *(part.shape for part in others if part is not None))
    moved = [None if part is None else np.moveaxis(np.broadcast_to(part, shape), axis, -1) for part in (array, *others)]
    result = getattr(Gibbs(moved[0], temperature, where=moved[1], prior=moved[2]), name)  # type: ignore[arg-type]
    return np.moveaxis(result, -1, axis) if name in ("probs", "log_probs") else result
