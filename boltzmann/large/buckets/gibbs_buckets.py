"""A Gibbs distribution whose values and temperature may change at every draw."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike

from boltzmann import checks
from boltzmann.arrays import QUIET, Floats
from boltzmann.calibration import Calibration, temperature_for_entropy
from boltzmann.gibbs import Gibbs
from boltzmann.large.buckets import bucket_layout, bucket_steps, bucket_sums
from boltzmann.large.buckets.bucket_draws import all_accepted, with_follower
from boltzmann.large.buckets.bucket_steps import ABOVE, ANCHOR, N_FAR, NEAR, ORDERS, TOP
from boltzmann.large.buckets.bucket_sums import WIDEST
from boltzmann.large.updatable import GibbsTree, UpdatableValues, checked_actions, checked_values, steps_of

_NO_MOMENTS = np.empty((0, 2 * ORDERS))


class GibbsBuckets(UpdatableValues):
    """The Gibbs distribution over K values, of which any may change at any time, and the temperature too.

    Values lie in buckets of one width. A draw takes a bucket in proportion to the number of its members times
    exp(upper end / T), one member, and accepts it with exp((value - upper end) / T), so it is exact at any T and takes
    at most exp(width / T) tries on average, whatever K is. Moments of the buckets give the log-partition, the mean and
    the entropy at any temperature, and the temperature with a wanted entropy.

    Parameters
    ----------
    values : array of shape (K,)
        Action values in [-inf, inf), K at least 1; -inf marks an action that is not allowed. They are copied.
    temperature : float
        In [0, inf], in the units of the values.
    width : float, optional
        In (0, inf), the width of the buckets at first; by default T / 4. Where T leaves [width, 16 width], all buckets
        are made anew with a width of T / 4, in O(K).

    Raises
    ------
    ValueError, TypeError
        For values of another shape, NaN or inf among them, named by their action; for a temperature outside [0, inf],
        a width outside (0, inf).

    Notes
    -----
    Log-partitions and entropies have an error of at most 1e-13 and the rounding of maximum / T, means one of 1e-13
    widths. Values that lie below all buckets, at least 64 T below the maximum, are never drawn: together they have less
    than K 1e-27. Buckets are made anew, in O(K), where the maximum rises by 1024 widths or falls by 2048, and after
    some K / 10 changes of bucket at the earliest. A try takes one uniform number of 53 bits, so an action with a
    probability below 1e-16 is drawn with one of few granular probabilities. With numba installed the steps run as
    machine code and choose the same actions. Once T was 0, a ``GibbsTree`` finds the largest values, and an update
    costs O(log K).

    Examples
    --------
    >>> buckets = GibbsBuckets([0.0, 1.0, 2.0])
    >>> round(float(buckets.log_partition), 6)
    2.407606
    >>> buckets[0] = 5.0
    >>> buckets.log_prob([0, 2]).round(4)
    array([-0.0659, -3.0659])
    >>> buckets.temperature = buckets.temperature_for_entropy(1.0).temperature
    >>> round(float(buckets.entropy), 6)
    1.0
    >>> buckets.temperature = 0.0
    >>> buckets.sample(np.random.default_rng(0), (3,))
    array([0, 0, 0])
    >>> round(float(buckets.log_partition_at(math.inf)), 6)
    1.098612
    """

    _drawing: tuple[Any, ...]
    _summing: tuple[Any, ...]

    def __init__(self, values: ArrayLike, temperature: float = 1.0, *, width: float | None = None) -> None:
        self._values = checked_values(values)
        self._temperature = checks.number_in("temperature", temperature, "[0, inf]")
        self._functions, self._compiled = steps_of(bucket_steps)
        self._set, self._set_all, self._draw = (self._functions[n] for n in ("set_value", "set_values", "draw"))
        self._sums = steps_of(bucket_sums).functions
        self._greedy: GibbsTree | None = None
        given = None if width is None else (checks.number_in("width", width, "(0, inf)"), False)
        self._make(*(given or bucket_layout.width_for(self._values, self._temperature or math.inf)))
        self._adopt(self._temperature)

    @property
    def temperature(self) -> float:
        """The temperature, in [0, inf]; O(1) within [width, 16 width]."""
        return self._temperature

    @temperature.setter
    def temperature(self, temperature: float) -> None:
        if not (type(temperature) is float and self._low <= temperature <= self._high):
            temperature = checks.number_in("temperature", temperature, "[0, inf]")
            self._adopt(temperature)
        self._temperature = temperature

    @property
    def width(self) -> float:
        """The width of the buckets."""
        return self._low

    @property
    def allowed(self) -> int:
        """The number of actions with a value above -inf."""
        return int(self._layout.head[NEAR] + self._layout.head[N_FAR])

    @property
    def maximum(self) -> float:
        """The largest value; O(n) for the n members of the first bucket, O(1) once T was 0."""
        if self._greedy is not None:
            return self._greedy.maximum
        if not self._any_allowed():
            return -math.inf
        return float(self._values[self._layout.first_members()].max())

    @property
    def log_partition(self) -> np.float64:
        """Log sum exp(values / T), as ``Gibbs`` has it at both ends."""
        return self.log_partition_at(self._temperature)

    @property
    @QUIET
    def soft_value(self) -> np.float64:
        """T log_partition: the maximum at T = 0, inf at T = inf unless a single action is allowed."""
        self._require_allowed()
        if self._temperature == 0.0 or self.allowed == 1:
            return np.float64(self.maximum)
        return np.float64(self._sums["soft_value"](*self._summed(), self._temperature))

    @property
    def mean(self) -> np.float64:
        """The expected value."""
        return self.mean_at(self._temperature)

    @property
    def entropy(self) -> np.float64:
        """The entropy in nats."""
        return self.entropy_at(self._temperature)

    def log_partition_at(self, temperature: float) -> np.float64:
        """Return log sum exp(values / T) at another temperature; O(K) outside [width, 16 width]."""
        return self._at("log_partition", temperature)

    def mean_at(self, temperature: float) -> np.float64:
        """Return the expected value at another temperature; O(K) outside [width, 16 width]."""
        return self._at("mean", temperature)

    def entropy_at(self, temperature: float) -> np.float64:
        """Return the entropy in nats at another temperature; O(K) outside [width, 16 width]."""
        return self._at("entropy", temperature)

    def temperature_for_entropy(self, entropy: float) -> Calibration:
        """Find the temperature with an entropy in [0, inf), in nats; nothing is changed.

        The result is that of :func:`boltzmann.temperature_for_entropy`: ``temperature`` and ``attainable``, and where
        no temperature will do, the nearest end, 0 or inf, and False. O(K) for temperatures outside [width, 16 width].
        """
        entropy = checks.number_in("entropy", entropy, "[0, inf)")
        self._require_allowed()
        if self._greedy is not None and (entropy == 0.0 or entropy < self._greedy.log_ties):
            return Calibration(0.0, self._greedy.log_ties == entropy)
        near = self._sums["temperature_with"](*self._summed(), entropy, self._temperature)
        if not math.isnan(near):
            return Calibration(near, True)
        found = temperature_for_entropy(self._values, entropy, where=self._values > -np.inf)
        return Calibration(float(found.temperature), bool(found.attainable))

    @QUIET
    def log_prob(self, actions: ArrayLike) -> Floats:
        """Return the log-probabilities of actions, in their shape; errors are those of ``GibbsTree``."""
        places = checked_actions("actions", actions, len(self))
        self._require_allowed()
        if self._temperature == 0.0 and self._greedy:
            return self._greedy.log_prob(places)
        values, head = np.asarray(self._values[places]), self._layout.head
        below = bucket_layout.depths(values, head[ANCHOR], self._low) - (head[TOP] - ABOVE + 0.5)
        scores = np.where(values == -np.inf, -np.inf, -(self._low / self._temperature) * below)
        return np.asarray(scores - self._sums["log_weight_sum"](*self._summed(), self._temperature))

    def sample(self, rng: Generator, shape: int | tuple[int, ...] = ()) -> Any:
        """Draw actions, an integer or an array of the shape, with one uniform number for each try."""
        if not isinstance(rng, Generator):
            raise checks.no_generator(rng)
        temperature, action = self._temperature, -1
        if temperature == 0.0 and self._greedy:
            return self._greedy.sample(rng, shape)
        if shape == ():
            while action == -1:
                action = self._draw(*self._drawing, temperature, rng.random())
            if action < 0:
                self._require_allowed()
            return int(action)
        self._require_allowed()
        draws = self._functions["draws"]
        return all_accepted(draws, self._drawing, temperature, rng, shape, compiled=self._compiled)

    def _any_allowed(self) -> bool:
        return bool(self._layout.head[NEAR] > 0)

    def _at(self, quantity: str, temperature: float) -> np.float64:
        """Return a quantity from the moments, or from all values where the buckets do not reach the temperature."""
        if type(temperature) is not float or temperature != temperature:
            temperature = checks.number_in("temperature", temperature, "[0, inf]")
        if self._reaches(temperature):
            return np.float64(self._sums[quantity](*self._summed(), temperature))
        return np.float64(getattr(Gibbs(self._values, temperature), quantity))

    def _reaches(self, temperature: float) -> bool:
        """Return whether the buckets hold everything that matters at a temperature."""
        hottest = self._high if self._layout.head[N_FAR] > 0 else math.inf
        return self._any_allowed() and self._low <= temperature <= hottest

    def _summed(self) -> tuple[Any, ...]:
        """Return the arrays that sums read; the moments are computed when they are read first, and kept up to date."""
        if not self._summing:
            head, table, slots, values, _ = self._arrays
            code = self._functions if self._compiled else None
            made: Any = bucket_layout.moments_of(self._layout, self._values, code)
            moments = made if self._compiled else memoryview(made)
            self._arrays, self._summing = (head, table, slots, values, moments), (head, table, moments)
        return self._summing

    def _adopt(self, temperature: float) -> None:
        """Make the buckets fit a temperature."""
        if temperature > 0.0:
            if not self._low <= temperature <= self._high:
                self._make(*bucket_layout.width_for(self._values, temperature))
        elif self._greedy is None:
            # From now on, a tree at T = 0 holds the same values.
            self._greedy = tree = GibbsTree(self._values, 0.0)
            self._set = with_follower(self._set, tree._set, tree._arrays)
            self._set_all = with_follower(self._set_all, tree._set_all, tree._arrays)

    def _rebuild(self) -> None:
        hot = bucket_layout.width_for(self._values, self._temperature or math.inf)
        self._make(*(hot if self._high == math.inf else (self._low, False)))

    def _make(self, width: float, endless: bool) -> None:
        self._low, self._high = width, math.inf if endless else WIDEST * width
        self._layout = bucket_layout.layout_of(self._values, width, endless=endless)
        arrays: tuple[Any, ...] = (*self._layout, self._values, _NO_MOMENTS)
        # Python reads single numbers from a memoryview faster than from an array.
        self._arrays = arrays if self._compiled else tuple(memoryview(each) for each in arrays)
        self._drawing, self._summing = self._arrays[:4], ()
