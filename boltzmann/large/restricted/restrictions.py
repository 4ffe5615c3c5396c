"""The softmax of the best actions alone: the k largest values, a nucleus, or all within a factor of the best.

Each function answers with the actions kept, their distribution, and the probability of all that was left out, which is
a sum of probabilities and not 1 minus one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from boltzmann import checks
from boltzmann.arrays import QUIET, Mask
from boltzmann.gibbs import Gibbs

Floats = NDArray[np.float64]
Actions = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class RestrictedGibbs:
    """A Gibbs distribution over some actions of each row.

    Attributes
    ----------
    actions : array of int, shape (..., n)
        The actions that were kept, the best first and equal ones by their index; -1 fills rows that kept fewer.
    distribution : Gibbs
        The distribution over them, shape (..., n): ``probs``, ``log_probs``, ``entropy`` are those after the others
        were left out. A place that holds -1 is masked.
    left_out : array of shape (...)
        The probability of all actions that were left out, under the whole distribution.
    """

    actions: Actions
    distribution: Gibbs
    left_out: Floats

    def sample(self, rng: np.random.Generator, shape: int | tuple[int, ...] = ()) -> Any:
        """Draw actions of the original numbering, shape ``shape + (...)``."""
        places = np.asarray(self.distribution.sample(rng, shape))
        table = np.broadcast_to(self.actions, (*places.shape, self.actions.shape[-1]))
        return np.take_along_axis(table, places[..., np.newaxis], axis=-1)[..., 0]


def top_k_gibbs(values: ArrayLike, k: int, temperature: ArrayLike = 1.0, *, where: Mask = None) -> RestrictedGibbs:
    """Return the Gibbs distribution of the k largest values of each row.

    Parameters
    ----------
    values : array of shape (..., K)
    k : int
        At least 1. Rows with fewer allowed actions keep these; of equal values the first ones are kept.
    temperature : float or array that broadcasts to (...)
        In [0, inf]. At 0 the largest values alike; at inf all that are kept.
    where : array of bool, shape (..., K), optional
        The allowed actions.

    Raises
    ------
    ValueError, TypeError
        As for ``Gibbs``, and for k below 1.

    Notes
    -----
    ``left_out`` is exact. The bound (K - k) exp((v_(k+1) - v_1) / T), from the largest value left out alone, says
    nothing at temperatures that leave much out.

    Examples
    --------
    >>> kept = top_k_gibbs([0.0, 3.0, 1.0, 2.0], 2)
    >>> kept.actions, kept.distribution.probs.round(3), float(kept.left_out.round(3))
    (array([1, 3]), array([0.731, 0.269]), 0.119)
    >>> top_k_gibbs([0.0, 3.0, 3.0], 2, 0.0).distribution.probs
    array([0.5, 0.5])
    """
    k = checks.whole_number("k", k, least=1)
    return _restricted(values, temperature, where, lambda row, probs: _largest(row, k))


def nucleus_gibbs(values: ArrayLike, p: float, temperature: ArrayLike = 1.0, *, where: Mask = None) -> RestrictedGibbs:
    """Return the Gibbs distribution of the fewest best actions whose probabilities sum to at least p (top-p).

    Holtzman, Buys, Du, Forbes & Choi, "The curious case of neural text degeneration", 2020, section 3.1.

    Parameters
    ----------
    values, temperature, where
        As for :func:`top_k_gibbs`.
    p : float
        In [0, 1]: 0 keeps the best action of each row, 1 all with a probability above 0.

    Examples
    --------
    >>> nucleus_gibbs([0.0, 3.0, 1.0, 2.0], 0.8).actions
    array([1, 3])
    >>> nucleus_gibbs([0.0, 3.0, 1.0, 2.0], 0.0).actions
    array([1])
    """
    least = checks.number_in("p", p, "[0, 1]")

    def keep(row: Floats, probs: Floats) -> Actions:
        order = _largest(row, int(np.count_nonzero(probs > 0.0)))
        # What is behind an action, summed from the smallest: the kept sum reaches p where at most 1 - p is behind.
        behind = np.append(np.cumsum(probs[order][::-1])[::-1][1:], 0.0)
        enough = behind <= 1.0 - least
        # At p = 1 rounding must not drop the last ones.
        count = len(order) if least == 1.0 else int(enough.argmax()) + 1
        return order[:count]

    return _restricted(values, temperature, where, keep)


def min_p_gibbs(values: ArrayLike, p: float, temperature: ArrayLike = 1.0, *, where: Mask = None) -> RestrictedGibbs:
    """Return the Gibbs distribution of all actions with at least p times the probability of the best (min-p).

    Nguyen et al., "Turning up the heat: min-p sampling for creative and coherent LLM outputs", 2025, section 3.

    Parameters
    ----------
    values, temperature, where
        As for :func:`top_k_gibbs`.
    p : float
        In [0, 1]: 0 keeps all actions with a probability above 0, 1 the best ones.

    Examples
    --------
    >>> min_p_gibbs([0.0, 3.0, 1.0, 2.0], 0.2).actions
    array([1, 3])
    >>> min_p_gibbs([0.0, 3.0, 3.0], 1.0).actions
    array([1, 2])
    """
    least = checks.number_in("p", p, "[0, 1]")

    def keep(row: Floats, probs: Floats) -> Actions:
        kept = (probs >= least * probs.max()) & (probs > 0.0)
        return _largest(np.where(kept, row, -np.inf), int(kept.sum()))

    return _restricted(values, temperature, where, keep)


@QUIET
def _restricted(
    values: ArrayLike, temperature: ArrayLike, where: Mask, keep: Callable[[Floats, Floats], Actions]
) -> RestrictedGibbs:
    whole: Any = Gibbs(values, temperature, where=where)
    probs = np.asarray(whole.probs, dtype=np.float64)
    allowed = np.True_ if where is None else checks.mask_array("where", where)
    table = np.broadcast_to(np.where(allowed, np.asarray(values, dtype=np.float64), -np.inf), probs.shape)
    rows, row_probs = table.reshape(-1, table.shape[-1]), probs.reshape(-1, table.shape[-1])
    kept = [keep(row, row_prob) for row, row_prob in zip(rows, row_probs, strict=True)]
    most = max((len(actions) for actions in kept), default=0)
    actions, chosen = np.full((len(rows), most), -1), np.full((len(rows), most), -np.inf)
    left_out = np.empty(len(rows))
    for index, places in enumerate(kept):
        actions[index, : len(places)], chosen[index, : len(places)] = places, rows[index, places]
        rest = row_probs[index].copy()
        rest[places] = 0.0
        left_out[index] = rest.sum()
    shape = table.shape[:-1]
    chosen = chosen.reshape(*shape, most)
    distribution = Gibbs(
        chosen, temperature, where=None if (actions >= 0).all() else (actions >= 0).reshape(chosen.shape)
    )
    return RestrictedGibbs(actions.reshape(*shape, most), distribution, left_out.reshape(shape))


def _largest(row: Floats, k: int) -> Actions:
    """Return the k largest entries above -inf, the largest first, and of equal ones the first; O(K + k log k)."""
    k = min(k, int(np.count_nonzero(row > -np.inf)))
    if k == 0:
        return np.empty(0, dtype=np.int64)
    least = np.partition(row, len(row) - k)[len(row) - k]
    above = np.flatnonzero(row > least)
    chosen = np.concatenate([above, np.flatnonzero(row == least)[: k - len(above)]])
    return np.asarray(chosen[np.lexsort((chosen, -row[chosen]))])
