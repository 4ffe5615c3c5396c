"""The Gibbs distribution over actions: p(a) proportional to prior(a) exp(Q(a) / T).

Conventions. Actions are the last axis (the functions take any ``axis``). The temperature T is in [0, inf], both ends
included, in the units of the values; it broadcasts against the other axes, so that every row may have its own.
Logarithms are natural. ``where`` marks the allowed actions; masked values are never read and may be NaN or infinite.
``prior`` holds non-negative weights, 1 each by default; they need not sum to 1.

The ends are exact by value: T = 0 splits the mass among the maximisers in proportion to the prior, T = inf is the prior
over the allowed actions. At every T values of +inf share all the mass, and an allowed value of -inf has none.

Values may be arrays of NumPy, PyTorch, JAX or any library that follows the array API standard. Answers have the same
library, dtype and device (integers become float64, or the library's default float). They are differentiable in values,
temperature and prior if the library differentiates. For NumPy, float16 and float32 are computed in float64 and rounded
once, at the end. Under ``jax.jit`` and ``torch.compile`` numbers raise no error: a bad row is NaN.
"""

from __future__ import annotations

from typing import Any

from boltzmann import checks
from boltzmann._numerics import libraries, shared
from boltzmann.arrays import Array, Mask, Values, Weights
from boltzmann.gibbs.axis import along
from boltzmann.hints import with_hints


@with_hints
def softmax(
    values: Values, temperature: Values = 1.0, *, axis: int = -1, where: Mask = None, prior: Weights = None
) -> Array:
    """Probabilities prior(a) exp(Q(a) / T) / Z; shape of ``values``.

    Adding a number to all values changes nothing. Multiplying them does, unless T is multiplied too. The softmax is the
    gradient of T log Z.

    Parameters
    ----------
    values : array
        Action values, actions along ``axis``.
    temperature : float or array that broadcasts against ``values`` without that axis
        In [0, inf], in the units of the values. 0 splits the mass among the maximisers, inf gives the prior.
    axis : int
        The axis of the actions, the last by default.
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
    >>> softmax([0.0, 1.0]) - softmax([100.0, 101.0])
    array([0., 0.])
    >>> softmax([0.0, 2.0]).round(4), softmax([0.0, 1.0], 0.5).round(4)
    (array([0.1192, 0.8808]), array([0.1192, 0.8808]))
    >>> assert abs((soft_value([0.0, 1 + 1e-6]) - soft_value([0.0, 1 - 1e-6])) / 2e-6 - softmax([0.0, 1.0])[1]) < 1e-8
    """
    return along(axis, "probs", values, temperature, where, prior)


@with_hints
def log_softmax(
    values: Values, temperature: Values = 1.0, *, axis: int = -1, where: Mask = None, prior: Weights = None
) -> Array:
    """Log-probabilities; shape of ``values``, arguments and errors as for :func:`softmax`.

    They are accurate for probabilities that underflow and for probabilities that round to 1.

    Examples
    --------
    >>> log_softmax([0.0, -40.0])
    array([-4.24835426e-18, -4.00000000e+01])
    >>> log_softmax([0.0, 1.0], 0)
    array([-inf,   0.])
    >>> log_softmax([0.0, 1.0], float("inf"))
    array([-0.69314718, -0.69314718])
    """
    return along(axis, "log_probs", values, temperature, where, prior)


@with_hints
def log_partition(
    values: Values, temperature: Values = 1.0, *, axis: int = -1, where: Mask = None, prior: Weights = None
) -> Array:
    """Log Z = log sum_a prior(a) exp(Q(a) / T); shape of ``values`` without ``axis``, otherwise as :func:`softmax`.

    At T = 0 it is the limit: inf with the sign of max Q, or for max Q = 0 the log of the maximisers' prior mass. At
    T = inf it is the log of the prior mass of the allowed actions.

    Examples
    --------
    >>> float(log_partition([0.0, 0.0]))
    0.6931471805599453
    >>> log_partition([[-1.0, -2.0], [0.0, -1.0], [0.0, 1.0]], 0)
    array([-inf,   0.,  inf])
    >>> float(log_partition([5.0, 7.0], float("inf")))
    0.6931471805599453
    """
    return along(axis, "log_partition", values, temperature, where, prior)


@with_hints
def soft_value(
    values: Values, temperature: Values = 1.0, *, axis: int = -1, where: Mask = None, prior: Weights = None
) -> Array:
    """T log Z, in the units of the values; shape of ``values`` without ``axis``, otherwise as :func:`softmax`.

    At T = 0 it is max Q. As T goes to inf it grows without bound; if the priors sum to 1, it tends to the prior mean of
    Q instead.

    Examples
    --------
    >>> float(soft_value([1.0, 3.0], 0))
    3.0
    >>> float(soft_value([1.0, 3.0], float("inf")))
    inf
    >>> float(soft_value([1.0, 3.0], float("inf"), prior=[0.5, 0.5]))
    2.0
    """
    return along(axis, "soft_value", values, temperature, where, prior)


@with_hints
def mellowmax(
    values: Values, temperature: Values = 1.0, *, axis: int = -1, where: Mask = None, prior: Weights = None
) -> Array:
    """T log(Z / sum of priors), in the units of the values; shape of ``values`` without ``axis``.

    At T = 0 it is max Q, at T = inf the prior mean of Q, and in between a non-expansion (Asadi & Littman 2017, with
    omega = 1 / T). Arguments and errors as for :func:`softmax`.

    Examples
    --------
    >>> round(float(mellowmax([1.0, 2.0, 4.0], 1 / 1.5)), 12)
    3.30700107107
    >>> [float(mellowmax([1.0, 2.0, 6.0], T)) for T in (0, float("inf"))]
    [6.0, 3.0]
    """
    return along(axis, "mellowmax", values, temperature, where, prior)


@with_hints
def entropy(
    values: Values, temperature: Values = 1.0, *, axis: int = -1, where: Mask = None, prior: Weights = None
) -> Array:
    """Entropy in nats, from 0 to log K; shape of ``values`` without ``axis``, otherwise as :func:`softmax`.

    At T = 0 it is the entropy of the prior over the maximisers, at T = inf of the prior.

    Examples
    --------
    >>> float(entropy([1.0, 3.0], 0))
    0.0
    >>> float(entropy([1.0, 3.0], float("inf")))
    0.6931471805599453
    """
    return along(axis, "entropy", values, temperature, where, prior)


@with_hints
def expected_value(
    values: Values, temperature: Values = 1.0, *, axis: int = -1, where: Mask = None, prior: Weights = None
) -> Array:
    """E[Q] under the distribution; shape of ``values`` without ``axis``, otherwise as :func:`softmax`.

    At T = 0 it is max Q, at T = inf the prior mean.

    Examples
    --------
    >>> [float(expected_value([1.0, 2.0, 6.0], T)) for T in (0, float("inf"))]
    [6.0, 3.0]
    """
    return along(axis, "mean", values, temperature, where, prior)


@with_hints
def variance(
    values: Values, temperature: Values = 1.0, *, axis: int = -1, where: Mask = None, prior: Weights = None
) -> Array:
    """Variance of Q under the distribution; shape of ``values`` without ``axis``, otherwise as :func:`softmax`.

    At T = 0 it is 0, at T = inf the prior variance.

    Examples
    --------
    >>> [float(variance([1.0, 3.0], T)) for T in (0, float("inf"))]
    [0.0, 1.0]
    """
    return along(axis, "variance", values, temperature, where, prior)


@with_hints
def heat_capacity(
    values: Values, temperature: Values = 1.0, *, axis: int = -1, where: Mask = None, prior: Weights = None
) -> Array:
    """Variance of Q / T^2 = -d E[Q] / dT; shape of ``values`` without ``axis``, otherwise as :func:`softmax`.

    It is 0 at both ends.

    Examples
    --------
    >>> [round(float(heat_capacity([1.0, 3.0], T)), 4) for T in (0, 1.0, float("inf"))]
    [0.0, 0.42, 0.0]
    """
    return along(axis, "heat_capacity", values, temperature, where, prior)


@with_hints
def cross_entropy(
    values: Values,
    target: Values,
    temperature: Values = 1.0,
    *,
    axis: int = -1,
    where: Mask = None,
    prior: Weights = None,
) -> Array:
    """-sum_a target(a) log p(a), the loss, computed from the values; shape of ``values`` without ``axis``.

    Parameters
    ----------
    values, temperature, axis, where, prior
        As for :func:`softmax`.
    target : array
        Floats of the shape of ``values``, a distribution over the actions; or integers of that shape without
        ``axis``, one action a row. Under a tracer an action outside of [0, K) gives NaN, with the derivative 0.

    Examples
    --------
    >>> cross_entropy([[0.0, 1000.0], [0.0, 0.0]], [0, 1]).round(4), float(cross_entropy([0.0, 1000.0], [0.5, 0.5]))
    (array([1.000e+03, 6.931e-01]), 500.0)
    """
    log_probs = along(axis, "log_probs", values, temperature, where, prior, back=False)
    xp = libraries.library(log_probs)
    wanted: Any = checks.plain_array("target", target) if libraries.is_native(target) else target
    if str(wanted.dtype).rpartition(".")[2].startswith(("int", "uint")):
        return -shared.picked(xp, log_probs, wanted)
    if axis != -1:
        wanted = libraries.library(wanted).moveaxis(wanted, axis, -1)
    return shared.cross_entropy(xp, log_probs, wanted)
