"""The Gibbs distribution as an object; ``boltzmann.gibbs`` has the conventions."""

from __future__ import annotations

from typing import Any, Never

import numpy as np

from boltzmann._numerics import (
    Frozen,
    GivenTemperature,
    Quantity,
    TorchRandom,
    formulas,
    per_action,
    reduced,
    shared,
    tensors,
)
from boltzmann.arrays import Array, Mask, Rng, Values, Weights
from boltzmann.gibbs.inverse import from_inverse, log_base
from boltzmann.hints import keywords_of_class, require_known, with_hints, with_plain_signature
from boltzmann.inversion import sample_weights
from boltzmann.pictured import Pictured, mask_text
from boltzmann.sampling import sample_without_replacement


class Gibbs(Frozen, Pictured):
    """The Gibbs distribution of one or many rows of action values.

    Parameters
    ----------
    values : array of shape (..., K)
        Action values, actions last, of any array library. +inf and -inf are legal, NaN is not.
    temperature : float or array that broadcasts against ``values.shape[:-1]``
        In [0, inf], in the units of the values.
    where : array of bool, or of 0 and 1, broadcasting against ``values``, optional
        The allowed actions, all by default.
    prior : array of float, broadcasting against ``values``, optional
        Non-negative weights of finite sum, 1 by default. An action of weight 0 is not allowed.

    Raises
    ------
    ValueError
        For a temperature below 0 or NaN, a NaN in an allowed value, a row with nothing allowed or nothing but -inf,
        a negative or infinite prior, a number other than 0 and 1 in a mask, K = 0, and shapes that do not broadcast.
        The message names the row and the value.
        Under a tracer (``jax.jit``, ``torch.compile``) numbers cannot raise errors: such a row is NaN.
    TypeError
        For values, temperatures or priors that are not real numbers, and a mask of neither booleans nor numbers.

    Notes
    -----
    All quantities are computed from the differences to the largest value, (Q - max Q) / T. The largest term is taken
    out of the sum, log Z = max Q / T + log1p(rest), so that no digit is lost near greedy (Blanchard, Higham
    & Higham, "Accurately computing the log-sum-exp and softmax functions", 2021).

    Properties are computed on first use, from a copy of the values, and are read-only. NumPy arrays of more than
    131 072 entries are not copied, which would double the time: do not write to them. At T = 0 and inf derivatives
    with respect to T are 0.

    Examples
    --------
    >>> Gibbs([1.0, 2.0, 2.0], temperature=0).probs
    array([0. , 0.5, 0.5])
    >>> Gibbs([1.0, 2.0, 5.0], temperature=float("inf"), prior=[1.0, 1.0, 2.0]).probs
    array([0.25, 0.25, 0.5 ])
    >>> Gibbs([0.0, 1000.0], temperature=[1e-300, 1000.0]).probs.round(4)
    array([[0.    , 1.    ],
           [0.2689, 0.7311]])
    >>> Gibbs([1.0, 2.0], temperature=-1.0)
    Traceback (most recent call last):
        ...
    ValueError: temperature must be in [0, inf], got -1.0
    """

    @with_plain_signature
    def __init__(
        self, values: Values, temperature: Values = 1.0, *, where: Mask = None, prior: Weights = None, **unknown: Never
    ) -> None:
        if unknown:
            require_known("Gibbs", unknown, keywords_of_class(Gibbs))
        scores, temperature = reduced(values, temperature, where, prior)
        self.__dict__.update(_scores=scores, _temperature=temperature)

    _scores: Any
    _sign: Array | None = None
    """-1 for rows of negative inverse temperature, 1 for others; None if all are positive."""

    _temperature: Any
    """The temperature as given; NumPy's or Python's own as a float or an array of floats."""

    @classmethod
    @with_hints
    def from_beta(cls, values: Values, beta: Values, *, where: Mask = None, prior: Weights = None) -> Gibbs:
        """Make the distribution with an inverse temperature, p proportional to prior exp(beta Q).

        Parameters
        ----------
        values, where, prior
            As for the class.
        beta : float or array that broadcasts against ``values.shape[:-1]``
            In [-inf, inf]: inf is the arg max, 0 the prior, -inf the arg min. ``temperature`` is 1 / beta. For
            negative beta soft value and mellowmax go to min Q.

        Examples
        --------
        >>> for beta in (float("-inf"), 0.0, float("inf")):
        ...     Gibbs.from_beta([1.0, 2.0, 3.0], beta).probs.round(3)
        array([1., 0., 0.])
        array([0.333, 0.333, 0.333])
        array([0., 0., 1.])
        """
        values, temperature, sign = from_inverse(values, beta)
        made = cls(values, temperature, where=where, prior=prior)
        made.__dict__.update(_sign=sign, _temperature=temperature * sign)
        return made

    @classmethod
    @with_hints
    def from_base(cls, values: Values, base: Values, *, where: Mask = None, prior: Weights = None) -> Gibbs:
        """Make the distribution p proportional to prior base**Q; beta is log base.

        ``base`` is in [0, inf]: 0 is the arg min, 1 the prior, e is T = 1, inf the arg max.

        >>> Gibbs.from_base([0, 1, 2], 2).probs
        array([0.14285714, 0.28571429, 0.57142857])
        """
        return cls.from_beta(values, log_base(base), where=where, prior=prior)

    def __repr__(self) -> str:
        return f"Gibbs(probs={self.probs!r}, temperature={self._temperature!r}{mask_text(self)})"

    temperature = GivenTemperature()
    probs = Quantity(formulas.probs, quiet=True)
    log_probs = Quantity(formulas.log_probs)
    log_partition = Quantity(formulas.log_partition)
    soft_value = Quantity(formulas.soft_value, signed=True)
    mellowmax = Quantity(formulas.mellowmax, signed=True)
    entropy = Quantity(formulas.entropy)
    mean = Quantity(formulas.mean, signed=True)
    variance = Quantity(formulas.variance)
    heat_capacity = Quantity(formulas.heat_capacity)
    greedy_probability = Quantity(formulas.greedy_probability)
    exploration_probability = Quantity(formulas.exploration_probability)
    mode = Quantity(formulas.mode)

    def log_prob(self, actions: Values) -> Array:
        """Log-probability of given actions.

        Parameters
        ----------
        actions : array of int, shape ``shape + batch``
            Actions in [0, K), for any number of leading axes, as :meth:`sample` returns them.

        Raises
        ------
        TypeError, ValueError
            For actions that are not integers in [0, K) or whose shape does not fit the rows. Under a tracer an action
            outside of [0, K) cannot raise an error: its log-probability is NaN and its derivative 0.

        >>> Gibbs([[0.0, 0.0], [0.0, 50.0]]).log_prob([1, 0]).round(4)
        array([ -0.6931, -50.    ])
        """
        return shared.picked(self._scores.answer_xp, self.log_probs, actions)

    def cross_entropy(self, target: Values) -> Array:
        """-sum_a target(a) log p(a) in nats, computed from the values, not from probabilities; shape (...).

        ``target`` are weights of the actions, shape (..., K), such as another distribution's probabilities. For a
        single action the cross-entropy is ``-log_prob(action)``.

        >>> float(Gibbs([0.0, 1000.0]).cross_entropy([0.5, 0.5]))
        500.0
        """
        return shared.cross_entropy(self._scores.answer_xp, self.log_probs, target)

    def kl_divergence(self, other: Gibbs) -> Array:
        """KL(p || other) = sum_a p(a) log(p(a) / other(a)) in nats, shape (...); inf where other(a) = 0 < p(a).

        ``Gibbs(values, inf, prior=prior)`` is the prior, or uniform without one, and ``Gibbs(values, 0)`` is greedy.

        >>> gibbs = Gibbs([0.0, 1.0, 2.0])
        >>> float(gibbs.kl_divergence(gibbs)), float(gibbs.kl_divergence(Gibbs([0.0, 1.0, 2.0], 0)))
        (0.0, inf)
        """
        return shared.kl_divergence(self._scores.answer_xp, self.probs, self.log_probs, other.log_probs)

    def jacobian(self) -> Array:
        """D p_i / d Q_j = p_i ([i = j] - p_j) / T, shape (..., K, K): 0 at T = inf, 0 or infinite at T = 0.

        Examples
        --------
        >>> Gibbs([0.0, 0.0], 2.0).jacobian()
        array([[ 0.125, -0.125],
               [-0.125,  0.125]])
        """
        return shared.jacobian(self._scores.answer_xp, self.probs, self._temperature)

    def temperature_derivative(self) -> Array:
        """D p_i / d T = -p_i (Q_i - E[Q]) / T^2, shape (..., K): 0 at both ends.

        >>> Gibbs([0.0, 1.0], 1.0).temperature_derivative().round(4)
        array([ 0.1966, -0.1966])
        """
        slope = per_action(self._scores, formulas.temperature_derivative)
        return slope if self._sign is None else slope * self._sign[..., None]

    def top_k(self, k: int) -> Array:
        """Return the k most probable actions, most probable first, equals in their order; integers, (..., k)."""
        return shared.top_k(self._scores.answer_xp, self.log_probs, k)

    @with_hints
    def sample(self, rng: Rng, shape: int | tuple[int, ...] = ()) -> Any:
        """Draw actions, with one uniform each; an action of probability 0 is never drawn.

        Parameters
        ----------
        rng : numpy.random.Generator, torch.Generator or JAX key
            The randomness of the library of the values. A Generator advances by one double a draw.
        shape : tuple of int
            The number of draws for every row, as a shape.

        Returns
        -------
        array of integers, shape ``shape + (...)``

        Examples
        --------
        >>> Gibbs([[0.0, 9.0], [9.0, 0.0]], temperature=0).sample(np.random.default_rng(0), (2,))
        array([[1, 0],
               [1, 0]])
        """
        # Draws have no derivative.
        scores = getattr(self._scores, "plain", self._scores)
        weights = scores.weights if scores.normalised is None else scores.normalised
        uniforms = rng if scores.tensors is None else TorchRandom(rng)
        drawn = sample_weights(scores.xp, uniforms, weights, scores.axis, shape)
        if scores.batch:
            shape = (shape,) if isinstance(shape, int) else tuple(shape)
            drawn = np.reshape(drawn, shape + scores.batch)[()]
        return drawn if scores.tensors is None else tensors.as_tensor(drawn, None)

    def sample_without_replacement(self, rng: Rng, k: int, shape: int | tuple[int, ...] = ()) -> Array:
        """Draw k different actions in order, ``shape`` + rows + (k,), as ``boltzmann.sample_without_replacement``.

        Under a tracer the draws are -1 from where no possible action is left.
        """
        return sample_without_replacement(rng, self.log_probs, k, shape)
