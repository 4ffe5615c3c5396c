"""All metrics: each is one entry of ``METRICS``, which everything that records, judges, draws or asks reads.

A new metric is one more entry. An entry with ``measure`` is complete: both engines call it at the end of each window.
Otherwise the recorder's ``add``, and the compiled loops where these should know it, have to fill its arrays.

R is the number of replicates, W that of recorded windows of steps.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from boltzmann.policies import Distribution

Floats = NDArray[np.float64]
Bounds = tuple[float, float]
"""Where a quantity lies, both ends included."""
Windows = Mapping[str, Floats]
"""Recorded arrays by name, each of shape (R, W)."""
Lengths = NDArray[np.int64]
"""Steps in each window, shape (W,)."""


@dataclass(frozen=True)
class Metric:
    """A metric: how it is recorded, computed, named and drawn.

    Attributes
    ----------
    key : str
        Its name on the command line, such as ``"reward"``.
    name : str
        The name in tables and on axes.
    arrays : tuple of str
        The recorded arrays that it is made from; by default one of its own key.
    measure : callable, optional
        ``measure(distribution)`` returns R numbers: the metric of a window is that of its last decision. Without it an
        array holds the mean over the steps of a window.
    ranked_by : str
        The key of the metric that ranks the agents where this one is shown. Agents are judged by a metric that ranks
        by itself.
    total : str
        The name of its sum over all steps, for a metric that agents are judged by.
    smaller_is_better, is_fraction, per_episode, is_running_total, spans_decades : bool
        Whether small values are good; whether it is shown in per cent; whether only episodes that end have a value, and
        its arrays are then sums; whether a window's value includes all steps before; whether its axis may be
        logarithmic.
    bounds : pair of floats
        Where its value at one step lies; infinite where that is not known. Intervals stay within.
    top : callable, optional
        ``top(largest)`` returns the upper bound for a task whose largest recorded value is known.
    drawn_beside : str
        The key of the metric in the next panel of the usual learning curves.
    windows, mean, total_of : callables, optional
        They map recorded arrays and lengths to the value of each window, shape (R, W), the mean over all these windows,
        shape (R,), and the sum over all their steps, shape (R,). The defaults are for an array of means.
    """

    key: str
    name: str
    arrays: tuple[str, ...] = ()
    measure: Callable[[Distribution], Any] | None = None
    ranked_by: str = ""
    total: str = ""
    smaller_is_better: bool = False
    is_fraction: bool = False
    per_episode: bool = False
    is_running_total: bool = False
    spans_decades: bool = False
    bounds: Bounds = (-math.inf, math.inf)
    top: Callable[[float], float] | None = None
    drawn_beside: str = ""
    windows: Callable[[Windows, Lengths], Floats] | None = None
    mean: Callable[[Windows, Lengths], Floats] | None = None
    total_of: Callable[[Windows, Lengths], Floats] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "arrays", self.arrays or (self.key,))

    @property
    def is_judged(self) -> bool:
        """Whether agents can be ranked by it, rather than explained by it."""
        return self.ranked_by == self.key

    @property
    def sign(self) -> float:
        """Return the factor that makes larger values better: -1 or 1."""
        return -1.0 if self.smaller_is_better else 1.0

    def values_of_windows(self, arrays: Windows, lengths: Lengths) -> Floats:
        """Return the value of each window, shape (R, W); NaN throughout where an array was not recorded."""
        if not all(name in arrays for name in self.arrays):
            return np.full(next(iter(arrays.values())).shape, np.nan)
        return arrays[self.arrays[0]] if self.windows is None else self.windows(arrays, lengths)

    def mean_of_windows(self, arrays: Windows, lengths: Lengths) -> Floats:
        """Return the mean over all steps of these windows, shape (R,)."""
        if self.mean is not None:
            return self.mean(arrays, lengths)
        return np.asarray(np.average(arrays[self.arrays[0]], axis=1, weights=lengths))

    def total_of_windows(self, arrays: Windows, lengths: Lengths) -> Floats:
        """Return the sum over all steps of these windows, shape (R,)."""
        return np.asarray(arrays[self.arrays[0]] @ lengths) if self.total_of is None else self.total_of(arrays, lengths)


def _ratio(sums: Floats, counts: Floats) -> Floats:
    ratios = np.full(counts.shape, np.nan)
    np.divide(sums, counts, where=counts > 0, out=ratios)
    return ratios


def _mean_return(arrays: Windows, lengths: Lengths) -> Floats:
    """Average the returns of the episodes that ended in all these windows, NaN where none did."""
    return _ratio(arrays["return_sum"].sum(axis=1), arrays["episodes"].sum(axis=1))


def _entropy(distribution: Distribution) -> Any:
    return distribution.entropy


def _log_actions(largest: float) -> float:
    """Return log K for the smallest number of actions K that allows this entropy; results do not store K.

    Examples
    --------
    >>> _log_actions(math.log(4)) == math.log(4), _log_actions(1.0) == math.log(3)
    (True, True)
    """
    return math.log(max(1, math.ceil(math.exp(largest) - 1e-9)))


def _temperature(distribution: Distribution) -> Any:
    return getattr(distribution, "temperature", np.nan)


def _returns(arrays: Windows, lengths: Lengths) -> Floats:
    return _ratio(arrays["return_sum"], arrays["episodes"])


def _total_reward(arrays: Windows, lengths: Lengths) -> Floats:
    """Sum all rewards, those of unfinished episodes included."""
    return np.asarray(arrays["reward"] @ lengths)


def _regret_so_far(arrays: Windows, lengths: Lengths) -> Floats:
    return np.asarray(np.cumsum(arrays["gap"] * lengths, axis=1))


# Named functions, since a lambda cannot be pickled.
METRICS: tuple[Metric, ...] = (
    Metric("reward", "reward per step", ranked_by="reward", total="total reward", drawn_beside="optimal"),
    Metric(
        *("gap", "gap (regret per step)"),
        ranked_by="gap",
        total="regret",
        smaller_is_better=True,
        bounds=(0.0, math.inf),
        drawn_beside="optimal",
    ),
    Metric(
        *("optimal", "optimal actions"),
        ranked_by="optimal",
        total="optimal actions",
        is_fraction=True,
        bounds=(0.0, 1.0),
    ),
    Metric("greedy", "greedy actions", is_fraction=True, bounds=(0.0, 1.0)),
    Metric("entropy", "entropy (nats)", measure=_entropy, bounds=(0.0, math.inf), top=_log_actions),
    Metric(
        *("temperature", "temperature (units of the values)"),
        measure=_temperature,
        spans_decades=True,
        bounds=(0.0, math.inf),
    ),
    Metric(
        *("return", "return per episode", ("episodes", "return_sum")),
        ranked_by="return",
        total="total reward",
        per_episode=True,
        drawn_beside="optimal",
        windows=_returns,
        mean=_mean_return,
        total_of=_total_reward,
    ),
    Metric(
        *("regret", "regret so far", ("gap",)),
        ranked_by="gap",
        is_running_total=True,
        bounds=(0.0, math.inf),
        drawn_beside="optimal",
        windows=_regret_so_far,
    ),
)
"""All metrics. Everything is aligned on steps: an episode belongs to the window of steps in which it ends.

reward, gap
    Means over the steps of a window; the gap is NaN where the environment does not report all of them.
optimal
    The fraction of a window's steps with gap 0; NaN likewise.
greedy
    The fraction of a window's steps whose action had a largest value when the agent acted; NaN where its decisions do
    not say.
entropy, temperature
    Those of the distribution that acted in the last step of the window; the temperature is NaN where it has none.
return
    The mean undiscounted return of the episodes that ended in a window, NaN where none did. Recorded are ``episodes``,
    how many ended, and ``return_sum``, the sum of their returns.
regret
    The gap summed over all steps up to the window's end.
"""

BY_KEY = {metric.key: metric for metric in METRICS}


def _arrays(*metrics: Metric) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for metric in metrics for name in metric.arrays))


RECORDED = _arrays(*METRICS)
"""The names of the recorded arrays, in the order in which they are stored."""
MEASURES = {metric.key: metric.measure for metric in METRICS if metric.measure is not None}
"""The recorded arrays that the last decision of each window fills, with the functions that measure it."""
SUMMED = tuple(name for name in RECORDED if name not in MEASURES)
"""The recorded arrays that are sums over the steps of each window until it ends."""
MEANS = _arrays(*(metric for metric in METRICS if metric.measure is None and not metric.per_episode))
"""The sums that are divided by the number of steps when their window ends."""

KEYS = tuple(BY_KEY)
JUDGED_KEYS = tuple(metric.key for metric in METRICS if metric.is_judged)

if TYPE_CHECKING:
    MetricKey = str
    JudgedKey = str
else:
    MetricKey = Literal[KEYS]
    """A metric that curves can show."""
    JudgedKey = Literal[JUDGED_KEYS]
    """A metric that agents can be judged by."""
