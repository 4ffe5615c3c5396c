"""A Gibbs distribution whose values may change one by one: a draw and an update take O(log K)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike

from boltzmann import checks
from boltzmann.arrays import QUIET
from boltzmann.gibbs import Gibbs
from boltzmann.large.updatable import tree_steps
from boltzmann.large.updatable.action_arguments import checked_actions, checked_values
from boltzmann.large.updatable.machine_code import steps_of
from boltzmann.large.updatable.tree_levels import rebuild
from boltzmann.large.updatable.tree_steps import BLOCK
from boltzmann.large.updatable.updatable_values import Floats, UpdatableValues


class GibbsTree(UpdatableValues):
    """The Gibbs distribution over K values, of which any may change at any time.

    A draw, and an update with its draw, cost O(log K) instead of O(K): microseconds where a whole softmax of a million
    values takes milliseconds. Another temperature is O(K), about one softmax. All values are exact: nodes hold the
    largest value beneath them and the weights relative to it, and are made anew from their children, so rounding
    errors do not add up, whatever the values become. T = 0 draws among the largest values alike, T = inf among all
    allowed ones.

    Parameters
    ----------
    values : array of shape (K,)
        Action values in [-inf, inf), K at least 1; -inf marks an action that is not allowed. They are copied.
    temperature : float
        In [0, inf], in the units of the values.

    Raises
    ------
    ValueError, TypeError
        For values of another shape, NaN or inf among them, named by their action; for a temperature outside [0, inf].

    Notes
    -----
    One uniform number is drawn for each action, and the action is the one that inverting the exact cumulative sum
    gives. A uniform number has 53 bits, so an action with a probability below 1e-16 is drawn with one of few granular
    probabilities. With numba installed the steps run as machine code, and choose the same actions.

    Examples
    --------
    >>> tree = GibbsTree([0.0, 1.0, 2.0])
    >>> round(float(tree.log_partition), 6)
    2.407606
    >>> tree[0] = 5.0
    >>> tree.log_prob([0, 2]).round(4)
    array([-0.0659, -3.0659])
    >>> tree.temperature = 0.0
    >>> tree.sample(np.random.default_rng(0), (3,))
    array([0, 0, 0])
    >>> tree.temperature = math.inf
    >>> float(tree.entropy.round(6))
    1.098612
    """

    def __init__(self, values: ArrayLike, temperature: float = 1.0) -> None:
        given = checked_values(values)
        temperature = checks.number_in("temperature", temperature, "[0, inf]")
        self._count, blocks = len(given), -(-len(given) // BLOCK)
        bottoms = 1 << (blocks - 1).bit_length()
        self._temperature = temperature
        self._head = np.array([temperature, self._count, bottoms])
        self._nodes, self._values = np.empty(4 * bottoms), given
        self._nodes[0::2], self._nodes[1::2] = -np.inf, -1.0
        self._functions, self._compiled = steps_of(tree_steps)
        self._set, self._set_all = self._functions["set_value"], self._functions["set_values"]
        self._draw = self._functions["draw"]
        arrays: tuple[Any, ...] = (self._head, self._nodes, self._values)
        # Python reads single numbers from a memoryview faster than from an array.
        self._arrays = arrays if self._compiled else tuple(memoryview(each) for each in arrays)
        self._rebuild()

    @property
    def temperature(self) -> float:
        """The temperature, in [0, inf]; setting another one makes the tree anew, O(K)."""
        return self._temperature

    @temperature.setter
    def temperature(self, temperature: float) -> None:
        new = checks.number_in("temperature", temperature, "[0, inf]")
        if new != self._temperature:
            self._temperature = self._head[0] = new
            self._rebuild()

    @property
    def maximum(self) -> float:
        """The largest value."""
        return float(self._nodes[2])

    @property
    @QUIET
    def log_partition(self) -> np.float64:
        """Log sum exp(values / T), as ``Gibbs`` has it at both ends; O(1)."""
        self._require_allowed()
        return np.float64(Gibbs(self._nodes[2:3], self._temperature).log_partition + np.log1p(self._nodes[3]))

    @property
    @QUIET
    def soft_value(self) -> np.float64:
        """T log_partition: the maximum at T = 0, inf at T = inf unless a single action is allowed; O(1)."""
        self._require_allowed()
        beside = np.log1p(self._nodes[3])
        return np.float64(self._nodes[2] + (self._temperature * beside if beside > 0.0 else 0.0))

    @property
    def mean(self) -> np.float64:
        """The expected value; O(K)."""
        return np.float64(self._gibbs().mean)

    @property
    def entropy(self) -> np.float64:
        """The entropy in nats; O(K)."""
        return np.float64(self._gibbs().entropy)

    @QUIET
    def log_prob(self, actions: ArrayLike) -> Floats:
        """Return the log-probabilities of actions, in their shape; O(1) each.

        Raises
        ------
        ValueError, TypeError
            For an action outside [0, K), and where no action is allowed.
        """
        self._require_allowed()
        values = self._values[checked_actions("actions", actions, len(self))]
        if self._temperature == 0.0:
            scores = np.where(values == self.maximum, 0.0, -np.inf)
        elif self._temperature == math.inf:
            scores = np.where(values > -np.inf, 0.0, -np.inf)
        else:
            scores = 2.0 * ((values / 2.0 - self.maximum / 2.0) / self._temperature)
        return np.asarray(scores - np.log1p(self._nodes[3]))

    def sample(self, rng: Generator, shape: int | tuple[int, ...] = ()) -> Any:
        """Draw actions, an integer or an array of the shape, with one uniform number each; O(log K) a draw.

        Raises
        ------
        ValueError, TypeError
            Where no action is allowed; for anything but a NumPy Generator.
        """
        if not isinstance(rng, Generator):
            raise checks.no_generator(rng)
        if shape == ():
            action = self._draw(*self._arrays, rng.random())
            if action < 0:
                self._require_allowed()
            return int(action)
        self._require_allowed()
        uniforms = rng.random(shape)
        actions = np.empty(uniforms.shape, dtype=np.int64)
        both: Any = (uniforms.reshape(-1), actions.reshape(-1))
        self._functions["draws"](*self._arrays, *(both if self._compiled else (memoryview(each) for each in both)))
        return actions

    @property
    def log_ties(self) -> float:
        """The entropy at T = 0, where all largest values are alike, of a tree at T = 0; O(1)."""
        return math.log1p(self._nodes[3])

    def _any_allowed(self) -> bool:
        return bool(self._nodes[2] > -np.inf)

    def _gibbs(self) -> Gibbs:
        return Gibbs(self._values, self._temperature)

    @QUIET
    def _rebuild(self) -> None:
        rebuild(self._values, self._nodes, self._temperature, self._functions if self._compiled else None)
