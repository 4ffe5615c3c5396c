"""The action of the largest of independent draws, and the probability of each action, by quadrature.

P(a) is the integral of f_a(x) times the product of F_b(x) over the other actions b, with densities f and distribution
functions F. If the scales differ, it has no closed form. The line is cut at points that fit the law of each action, as
few as keep each panel within the distance of that law's own points, so that narrow and broad laws are resolved alike.
Each panel has Gauss-Legendre nodes, and the distribution functions are
integrals of the densities over the same nodes.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from boltzmann._numerics import answer, as_numpys, libraries
from boltzmann.arrays import QUIET, Array, Bools, Floats, Rng
from boltzmann.categorical import Categorical

_NODES = 8
_LEAST_PROBABILITY = 1e-300
_MANY = 128
"""From so many actions of all rows on, finding fewer panels is quicker than computing all of them."""
_ENTRIES = 2**21
"""Panels are found for so many numbers at once, which bounds the memory."""
_CACHED = 2**15
"""Numbers that are computed at once."""


class Law(Protocol):
    """Independent draws, one for each action."""

    def draw(self, rng: Any, shape: tuple[int, ...]) -> Floats:
        """Draw for every row and action, shape ``shape + (..., K)``, -inf for masked actions.

        ``rng`` is NumPy's generator, or has its methods.
        """

    def probabilities(self) -> Array:
        """Return the probability of each action to have the largest draw, shape (..., K), in the values' dtype."""


class LargestDraw(Categorical):
    """The distribution of the index of the largest draw; drawing needs no probabilities, so they are computed late.

    NumPy computes for values of any library; ``like`` has that library, their dtype and device, and is None for NumPy.
    """

    def __init__(self, law: Law, greedy: Bools, like: Any) -> None:
        self.__dict__.update(xp=libraries.library(like), _law=law, _greedy=greedy, _like=like)

    _law: Law
    _like: Any

    @property
    def origin(self) -> Array:
        """An array without derivatives, as the probabilities have none."""
        return self._like  # type: ignore[no-any-return]

    @answer
    @QUIET
    def probs(self) -> Array:
        """Probabilities, shape (..., K), with an absolute error of about 1e-11."""
        return libraries.returned(self._law.probabilities(), self._like)  # type: ignore[no-any-return]

    @QUIET
    def sample(self, rng: Rng, shape: int | tuple[int, ...] = ()) -> Any:
        """Draw actions, with K random numbers each; see :meth:`boltzmann.Gibbs.sample`."""
        # NumPy cannot read a traced key, but the probabilities are known.
        if libraries.is_traced(rng):
            return super().sample(rng, shape)
        shape = (shape,) if isinstance(shape, int) else tuple(shape)
        drawn = np.argmax(self._law.draw(as_numpys(self.xp, rng), shape), axis=-1)
        return libraries.returned_indices(drawn, self._like)


def largest_probabilities(
    knots: Floats, allowed: Bools, log_density: Callable[[Floats, NDArray[np.intp]], Floats]
) -> Floats:
    """Return the probability of each allowed action to have the largest draw, shape (R, K).

    ``knots``, shape (R, K, m), are increasing points along each action's law, from one negligible tail to the other.
    ``log_density(x, rows)`` returns the log-densities of all actions of some rows, shape (rows, n, K), at points x of
    shape (rows, n, 1).
    """
    rows, count, points = knots.shape
    if rows == 0:
        return np.zeros((0, count))
    part = max(1, _ENTRIES // (count * points))
    parts = [np.arange(begin, min(begin + part, rows)) for begin in range(0, rows, part)]
    return np.concatenate([_part(knots[index], allowed[index], log_density, index) for index in parts])


def _part(
    knots: Floats, allowed: Bools, log_density: Callable[[Floats, NDArray[np.intp]], Floats], rows: NDArray[np.intp]
) -> Floats:
    # The largest draw is at least the largest of the lower ends.
    first = np.where(allowed, knots[..., 0], -np.inf).max(axis=-1)[:, np.newaxis, np.newaxis]
    # Masked actions add no panel boundaries.
    edges = _few_edges(np.where(allowed[..., np.newaxis], np.maximum(knots, first), first), np.diff(knots, axis=-1))
    # Rows of about as many panels are computed together, and few at once, so that what they take stays in the cache.
    panels = np.where(np.diff(edges, axis=-1) > 0, np.arange(1, edges.shape[-1]), 1).max(axis=-1)
    order, probs = np.argsort(panels, kind="stable"), np.empty(allowed.shape)
    together = max(1, _CACHED // (edges.shape[-1] * _NODES * allowed.shape[-1]))
    for begin in range(0, len(order), together):
        index = order[begin : begin + together]
        width = int(panels[index[-1]])
        probs[index] = _integrals(edges[index, : width + 1], allowed[index], log_density, rows[index])
    return probs


def _integrals(
    edges: Floats, allowed: Bools, log_density: Callable[[Floats, NDArray[np.intp]], Floats], rows: NDArray[np.intp]
) -> Floats:
    nodes, weights, inner = _rule()
    left, length = edges[:, :-1], np.diff(edges, axis=-1)
    x = left[..., np.newaxis] + length[..., np.newaxis] * nodes
    flat = x.reshape(len(x), -1, 1)
    density = np.exp(np.where(allowed[:, np.newaxis], log_density(flat, rows), -np.inf)).reshape(*x.shape, -1)
    density *= length[..., np.newaxis, np.newaxis]
    # Sum from the right: the part of a law below the first edge is never needed.
    mass = weights @ density
    above = np.cumsum(mass[:, ::-1], axis=1)[:, ::-1] - mass
    # The inner rule integrates from the left end of a panel.
    below = inner @ density
    below += (1.0 - above - mass)[:, :, np.newaxis]
    np.clip(below, _LEAST_PROBABILITY, 1.0, out=below)
    below = np.where(allowed[:, np.newaxis, np.newaxis], below, 1.0)
    # Where the product underflows, the chance that any action wins there does, too.
    product = below.prod(axis=-1, keepdims=True)
    probs = (weights @ (density * (product / below))).sum(axis=1)
    return np.asarray(probs / probs.sum(axis=-1, keepdims=True))


def _few_edges(points: Floats, distances: Floats) -> Floats:
    """Return increasing edges of panels for each row, the last one repeated, from points of shape (R, K, m).

    No panel is longer than the distance of any action's points there; ``distances``, shape (R, K, m - 1), follow them.
    """
    rows, count, many = points.shape
    if rows * count < _MANY:
        return np.sort(points.reshape(rows, -1), axis=-1)
    order = np.argsort(points.reshape(rows, -1), axis=-1, kind="stable")
    sorted_points = np.take_along_axis(points.reshape(rows, -1), order, axis=-1)
    following = np.concatenate([distances, np.full((rows, count, 1), np.inf)], axis=-1).reshape(rows, -1)
    following, action = np.take_along_axis(following, order, axis=-1), order // many
    index, present = np.arange(rows), np.full((rows, count), np.inf)
    edges, last, most = sorted_points.copy(), sorted_points[:, 0], np.full(rows, np.inf)
    for point in range(count * many - 1):
        present[index, action[:, point]] = following[:, point]
        here = present.min(axis=-1)
        most = np.minimum(most, here)
        needed = sorted_points[:, point + 1] - last > most
        last, most = np.where(needed, sorted_points[:, point], last), np.where(needed, here, most)
        edges[~needed, point] = np.inf
    edges[:, 0] = sorted_points[:, 0]
    edges = np.minimum(np.sort(edges, axis=-1), sorted_points[:, -1:])
    used = (np.diff(edges, axis=-1) > 0).any(axis=0)
    return edges[:, : int(used.sum()) + 1]


@cache
def _rule() -> tuple[Floats, Floats, Floats]:
    """Return Gauss-Legendre nodes and weights on [0, 1], and the matrix that integrates from 0 to each node."""
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    # Compute the matrix from the coefficients of the Legendre series through the nodes.
    series = np.linalg.inv(np.polynomial.legendre.legvander(nodes, _NODES - 1))
    integrals = np.polynomial.legendre.legint(np.eye(_NODES), lbnd=-1, axis=0)
    inner = np.polynomial.legendre.legvander(nodes, _NODES) @ integrals @ series
    return (nodes + 1) / 2, weights / 2, inner / 2
