"""The log of a policy: what it did, how probable that was, and what it earned."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from boltzmann import checks
from boltzmann.arrays import Bools, Floats
from boltzmann.offpolicy.from_decisions import columns_of
from boltzmann.offpolicy.log_checks import (
    Indices,
    check_columns,
    checked_entries,
    checked_interval,
    flattened,
)
from boltzmann.offpolicy.log_rows import Part, check_propensities

CHUNK = 2**17
"""Entries of the rows that are handled at once, few enough for a cache."""


@dataclass(frozen=True, eq=False, repr=False)
class Log:
    """Actions of a policy with their log-probabilities and rewards, a row each, and the distribution of each row.

    The distribution is given by ``values`` and ``temperature``, softmax(values / T), or by ``log_probs``; with both,
    ``log_probs`` are the distribution and ``values`` what another policy is asked about. Rows with different numbers of
    actions come as a list of one array a row, or as one flat array with ``lengths``. Nothing can be set afterwards.

    A log answers questions about *one step*: what another policy of the same values would have earned. An agent that
    learns from its own actions would have learnt other values, and later steps of an episode would have started
    elsewhere; no log knows either.

    Parameters
    ----------
    actions : array of int, shape (n,)
        The actions, in [0, K).
    log_prob : array of shape (n,)
        Log-probabilities of the actions when they were drawn, in nats, in (-inf, 0].
    rewards : array of shape (n,)
        Finite, and within ``bounds`` where these are given.
    values : array of shape (n, K), optional
        Action values, in the units of the rewards; entries of forbidden actions are not read.
    temperature : float or array of shape (n,), optional
        In [0, inf], in the units of the values: 0 is greedy, inf uniform.
    log_probs : array of shape (n, K), optional
        Log-probabilities of all actions, -inf for those that were impossible.
    where : array of bool, shape (n, K), optional
        The allowed actions.
    lengths : array of int, shape (n,), optional
        The number of actions of each row, at least 1, where ``values``, ``log_probs`` and ``where`` are flat.
    contexts : array of int, shape (n,), or of float, shape (n, d), optional
        What each decision was made for: a number of a context, or its features.
    bounds : pair of float, optional
        The least and the largest reward that there can be, known beforehand.
    episodes : array of int, shape (n,), optional
        Which rows are steps of one episode; without it each row is an episode of its own.

    Raises
    ------
    ValueError, TypeError
        With the row: for log-probabilities above 0, -inf or NaN, and for one that differs from that of the distribution
        by more than 1e-6, as with a wrong temperature or mask; for rewards that are not finite or outside ``bounds``;
        for an action that is masked or not in [0, K); for no rows; for arrays that do not fit each other.

    Examples
    --------
    >>> import math
    >>> log = Log([1, 0], [-math.log(4 / 3), -math.log(2)], [1.0, 0.5], [[0.0, math.log(3)], [0.0, 0.0]], 1.0)
    >>> log
    Log of 2 rows, 2 actions, values at T = 1
    >>> Log([0, 1], [0.0, 0.0], [1.0, 1.0], [[1.0, 0.0], [0.0, 1.0]], 0.0).n
    2
    >>> Log([1, 0], [-0.2877, -math.log(2)], [1.0, 0.5], [[0.0, math.log(3)], [0.0, 0.0]], 2.0)
    Traceback (most recent call last):
        ...
    ValueError: log_prob must be that of values and temperature within 1e-06, -0.45574639, got -0.2877 in row 0: is \
the temperature or the mask another one?
    """

    actions: Indices
    log_prob: Floats
    rewards: Floats
    values: Floats | None = None
    temperature: float | Floats | None = None
    log_probs: Floats | None = field(default=None, kw_only=True)
    where: Bools | None = field(default=None, kw_only=True)
    lengths: Indices | None = field(default=None, kw_only=True)
    contexts: NDArray[Any] | None = field(default=None, kw_only=True)
    bounds: tuple[float, float] | None = field(default=None, kw_only=True)
    episodes: Indices | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        bounds = None if self.bounds is None else checked_interval("bounds", self.bounds)
        raw = {name: getattr(self, name) for name in ("values", "log_probs", "where")}
        raw, lengths = flattened(raw, self.lengths)
        columns = check_columns(self.actions, self.log_prob, self.rewards, bounds)
        entries = checked_entries(raw, lengths, self.temperature, self.contexts, self.episodes, len(columns["actions"]))
        for name, value in {**columns, **entries, "bounds": bounds}.items():
            if isinstance(value, np.ndarray):
                value = value.view()
                value.setflags(write=False)
            object.__setattr__(self, name, value)
        for part in self.parts():
            rows = np.arange(self.n)[part.rows]
            check_propensities(part, self.actions[part.rows], self.log_prob[part.rows], rows)

    @property
    def n(self) -> int:
        """Number of rows."""
        return len(self.actions)

    @property
    def has_several_steps(self) -> bool:
        """Whether an episode has more than one row, so that later rows depend on earlier actions."""
        return self.episodes is not None and len(np.unique(self.episodes)) < self.n

    def __repr__(self) -> str:
        """Return a line on the size of the log."""
        actions = f"{self._shape[1]}" if self.lengths is None else f"{self.lengths.min()} to {self.lengths.max()}"
        temperature = self.temperature
        if isinstance(temperature, np.ndarray):
            same = temperature.min() == temperature.max()
            temperature = float(temperature[0]) if same else None
        at = f" at T = {temperature:g}" if temperature is not None else ""
        kinds = " and ".join(name for name in ("values", "log_probs") if getattr(self, name) is not None)
        return f"Log of {self.n} rows, {actions} actions, {kinds}{at}"

    def parts(self) -> Iterator[Part]:
        """Yield the rows in parts that fit a cache; rows of a part have equally many actions."""
        if self.lengths is None:
            step = max(CHUNK // self._shape[1], 1)
            for start in range(0, self.n, step):
                rows = slice(start, min(start + step, self.n))
                yield Part(rows, rows, *self._cut(rows), self._temperature_of(rows))
            return
        starts = np.cumsum(self.lengths) - self.lengths
        order = np.argsort(self.lengths, kind="stable")
        _, firsts = np.unique(self.lengths[order], return_index=True)
        for alike in np.split(order, firsts[1:]):
            length = int(self.lengths[alike[0]])
            for members in np.split(alike, range(max(CHUNK // length, 1), len(alike), max(CHUNK // length, 1))):
                cells = starts[members, np.newaxis] + np.arange(length)
                yield Part(members, cells, *self._cut(cells), self._temperature_of(members))

    def checked_table(self, name: str, table: Any) -> Floats:
        """Return numbers of all actions of all rows in the form of this log's tables: (n, K), or flat."""
        flat, lengths = flattened({name: table}, None)
        array = checks.numeric_array(name, flat[name]).astype(np.float64, copy=False)
        alike = lengths is None or (self.lengths is not None and np.array_equal(lengths, self.lengths))
        if array.shape != self._shape or not alike:
            raise ValueError(f"{name} must have the shape of the log's tables, {self._shape}, got {array.shape}")
        return array

    @property
    def _shape(self) -> tuple[int, ...]:
        table = self.values if self.log_probs is None else self.log_probs
        assert table is not None
        return table.shape

    def _cut(self, cells: slice | Indices) -> tuple[Floats | None, Floats | None, Bools | None]:
        return (
            None if self.values is None else self.values[cells],
            None if self.log_probs is None else self.log_probs[cells],
            None if self.where is None else self.where[cells],
        )

    def _temperature_of(self, rows: slice | Indices) -> float | Floats | None:
        return self.temperature[rows] if isinstance(self.temperature, np.ndarray) else self.temperature

    @classmethod
    def from_decisions(
        cls,
        decisions: Iterable[tuple[Any, ArrayLike]],
        *,
        contexts: ArrayLike | None = None,
        bounds: Sequence[float] | None = None,
    ) -> Log:
        """Make a log of decisions and what they earned.

        Parameters
        ----------
        decisions : iterable of (decision, reward)
            What an agent's ``act`` returned, R rows each, and the R rewards; all decisions have equally many actions.
        contexts, bounds
            As for the class; contexts hold the rows of the first decision, then those of the second.

        Examples
        --------
        >>> from boltzmann.lab.agents import Decision
        >>> from boltzmann import Boltzmann
        >>> values = np.array([[0.0, 1.0], [0.0, 1.0]])
        >>> decision = Decision(np.array([0, 1]), Boltzmann(0.5)(values), values)
        >>> Log.from_decisions([(decision, [0.0, 1.0])] * 3)
        Log of 6 rows, 2 actions, values at T = 0.5
        """
        return cls(**columns_of(decisions), contexts=contexts, bounds=bounds)  # type: ignore[arg-type]

    def columns(self) -> dict[str, Any]:
        """Return the arguments that make this log again, without those that are None."""
        named = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: value for name, value in named.items() if value is not None}
