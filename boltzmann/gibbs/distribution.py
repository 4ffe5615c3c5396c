"""The Gibbs distribution as an object; ``boltzmann.gibbs`` has the conventions."""

from __future__ import annotations

from typing import Any

import numpy as np

from boltzmann._numerics import Quantity, Scores, Uniforms, as_tensor, formulas, scored, shared
from boltzmann.gibbs.inverse import from_inverse, log_base
from boltzmann.sampling import sample_weights, sample_without_replacement


class Gibbs:
    """The Gibbs distribution of one or many rows of action values.

    Parameters
    ----------
    values : array of shape (..., K)
        Action values, actions last, of any array library. +inf and -inf are legal, NaN is not.
    temperature : float or array that broadcasts against ``values.shape[:-1]``
        In [0, inf], in the units of the values.
    where : array of bool, broadcasting against ``values``, optional
        The allowed actions, all by default.
    prior : array of float, broadcasting against ``values``, optional
        Non-negative weights of finite sum, 1 by default. An action of weight 0 is as good as masked.

    Raises
    ------
    ValueError
        For a temperature below 0 or NaN, a NaN in an allowed value, a row with nothing allowed or nothing but -inf,
        a negative or infinite prior, K = 0, and shapes that do not broadcast; it names the row and the value. Under a
        tracer (``jax.jit``, ``torch.compile``) no error can be raised for a number: such a row is NaN.
    TypeError
        For values, temperatures or priors that are not real numbers, and a mask that is not boolean.

    Notes
    -----
    Everything is computed from the differences to the largest value, (Q - max Q) / T, and with the largest term taken
    out of its sum, log Z = max Q / T + log1p(rest), so that nothing is lost near greedy
    (Blanchard, Higham & Higham, "Accurately computing the log-sum-exp and softmax functions", 2021).

    Properties are computed on first use, from a copy of the values; more than 131 072 of NumPy's are not copied, which
    would double the time: write to none of these. At T = 0 and inf derivatives with respect to T are 0.

    Examples
    --------
    >>> Gibbs([1.0, 2.0, 2.0], temperature=0).probs
    array([0. , 0.5, 0.5])
    >>> import math
    >>> Gibbs([1.0, 2.0, 5.0], temperature=math.inf, prior=[1.0, 1.0, 2.0]).probs
    array([0.25, 0.25, 0.5 ])
    >>> Gibbs([0.0, 1000.0], temperature=[1e-300, 1000.0]).probs.round(4)
    array([[0.    , 1.    ],
           [0.2689, 0.7311]])
    >>> Gibbs([1.0, 2.0], temperature=-1.0)
    Traceback (most recent call last):
        ...
    ValueError: temperature must be in [0, inf], got -1.0
    """

    def __init__(self, values: Any, temperature: Any = 1.0, *, where: Any = None, prior: Any = None) -> None:
        scores, temperature, tensors = scored(values, temperature, where, prior)
        self.__dict__.update(_of=scores, _sign=None, _tensors=tensors, temperature=temperature)

    _of: Scores
    _sign: Any  # -1 for the rows of negative inverse temperature, None where all are positive
    _tensors: Any  # the dtype of the answers as tensors, where NumPy computes in PyTorch's place

    temperature: Any
    """The temperature, as it was given; of NumPy's or Python's own, a float or an array of them."""

    @classmethod
    def from_beta(cls, values: Any, beta: Any, *, where: Any = None, prior: Any = None) -> Gibbs:
        """Make the distribution of an inverse temperature, p proportional to prior exp(beta Q).

        Parameters
        ----------
        values, where, prior
            As for the class.
        beta : float or array that broadcasts against ``values.shape[:-1]``
            In [-inf, inf]: inf is the arg max, 0 the prior, -inf the arg min. ``temperature`` is 1 / beta, and soft
            value, mellowmax and mean are those of the values: for negative beta the first two go to min Q.

        Examples
        --------
        >>> import math
        >>> for beta in (-math.inf, 0.0, math.inf):
        ...     Gibbs.from_beta([1.0, 2.0, 3.0], beta).probs.round(3)
        array([1., 0., 0.])
        array([0.333, 0.333, 0.333])
        array([0., 0., 1.])

        A sigmoid is the Gibbs distribution of two actions, and logistic regression's softmax that of its scores:

        >>> x = 0.3
        >>> float(Gibbs.from_beta([0.0, x], 1.0).probs[1]), 1 / (1 + math.exp(-x))
        (0.574442516811659, 0.574442516811659)
        """
        values, temperature, sign = from_inverse(values, beta)
        made = cls(values, temperature, where=where, prior=prior)
        made.__dict__.update(_sign=sign, temperature=temperature * sign)
        return made

    @classmethod
    def from_base(cls, values: Any, base: Any, *, where: Any = None, prior: Any = None) -> Gibbs:
        """Make the distribution p proportional to prior base**Q; beta is log base.

        ``base`` is in [0, inf]: 0 is the arg min, 1 the prior, e is T = 1, inf the arg max.

        Examples
        --------
        >>> Gibbs.from_base([0, 1, 2], 2).probs
        array([0.14285714, 0.28571429, 0.57142857])
        """
        return cls.from_beta(values, log_base(base), where=where, prior=prior)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a Gibbs distribution is frozen: {name} cannot be set")

    def __repr__(self) -> str:
        return f"Gibbs(probs={self.probs!r}, temperature={self.temperature!r})"

    probs = Quantity(formulas.probs)
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

    def log_prob(self, actions: Any) -> Any:
        """Log-probability of given actions.

        Parameters
        ----------
        actions : array of int, shape ``shape + batch``
            Actions in [0, K), for any number of leading axes, as :meth:`sample` returns them.

        Raises
        ------
        TypeError, ValueError
            For actions that are not integers in [0, K) or whose shape does not fit the rows.

        >>> Gibbs([[0.0, 0.0], [0.0, 50.0]]).log_prob([1, 0]).round(4)
        array([ -0.6931, -50.    ])
        """
        return shared.picked(self.log_probs, actions)

    def cross_entropy(self, target: Any) -> Any:
        """-sum_a target(a) log p(a) in nats, from the values and never from probabilities; shape (...).

        ``target`` are weights of the actions, shape (..., K), such as another distribution's probabilities. That of a
        single action is ``-log_prob(action)``.

        Examples
        --------
        >>> float(Gibbs([0.0, 1000.0]).cross_entropy([0.5, 0.5]))
        500.0
        """
        return shared.cross_entropy(self.log_probs, target)

    def kl_divergence(self, other: Gibbs) -> Any:
        """KL(p || other) = sum_a p(a) log(p(a) / other(a)) in nats, shape (...); inf where other(a) = 0 < p(a).

        ``Gibbs(values, inf)`` is the uniform distribution, ``Gibbs(values, inf, prior=prior)`` the prior and
        ``Gibbs(values, 0)`` greedy.

        Examples
        --------
        >>> gibbs = Gibbs([0.0, 1.0, 2.0])
        >>> float(gibbs.kl_divergence(gibbs)), float(gibbs.kl_divergence(Gibbs([0.0, 1.0, 2.0], 0)))
        (0.0, inf)
        """
        return shared.kl_divergence(self.probs, self.log_probs, other.log_probs)

    def jacobian(self) -> Any:
        """D p_i / d Q_j = p_i ([i = j] - p_j) / T, shape (..., K, K): 0 at T = inf, 0 or infinite at T = 0.

        Examples
        --------
        >>> Gibbs([0.0, 0.0], 2.0).jacobian()
        array([[ 0.125, -0.125],
               [-0.125,  0.125]])
        """
        return shared.jacobian(self.probs, self.temperature)

    def temperature_derivative(self) -> Any:
        """D p_i / d T = -p_i (Q_i - E[Q]) / T^2, shape (..., K): 0 at both ends.

        Examples
        --------
        >>> Gibbs([0.0, 1.0], 1.0).temperature_derivative().round(4)
        array([ 0.1966, -0.1966])
        """
        slope = self._of.full(formulas.temperature_derivative(self._of))
        slope = slope if self._tensors is None else as_tensor(slope, self._tensors)
        return slope if self._sign is None else slope * self._sign[..., None]

    def top_k(self, k: int) -> Any:
        """Give the k most probable actions, most probable first, equals in their order; integers, (..., k)."""
        return shared.top_k(self.log_probs, k)

    def sample(self, rng: Any, shape: tuple[int, ...] = ()) -> Any:
        """Draw actions, one uniform each; never one of probability 0.

        Parameters
        ----------
        rng : numpy.random.Generator, torch.Generator or JAX key
            The randomness of the library that the values came from. A Generator moves on by one double a draw.
        shape : tuple of int
            How many draws of every row.

        Returns
        -------
        array of integers, shape ``shape`` and that of the rows

        Examples
        --------
        >>> Gibbs([[0.0, 9.0], [9.0, 0.0]], temperature=0).sample(np.random.default_rng(0), (3,))
        array([[1, 0],
               [1, 0],
               [1, 0]])
        """
        it = self._of
        weights = it.weights if it.normalised is None else it.normalised
        uniforms = rng if self._tensors is None else Uniforms(rng)
        drawn = sample_weights(uniforms, weights, it.axis if it.batch is None else -1, shape)
        if it.batch is not None:
            shape = (shape,) if isinstance(shape, int) else tuple(shape)
            drawn = np.reshape(drawn, shape + it.batch)[()]
        return drawn if self._tensors is None else as_tensor(drawn, None)

    def sample_without_replacement(self, rng: Any, k: int, shape: tuple[int, ...] = ()) -> Any:
        """Draw k different actions in order, ``shape`` + rows + (k,), as ``boltzmann.sample_without_replacement``."""
        return sample_without_replacement(rng, self.log_probs, k, shape)
