"""The Gibbs distribution of rows that differ in their number of actions."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from boltzmann import checks
from boltzmann._numerics import libraries
from boltzmann.arrays import QUIET, Rng, read_only
from boltzmann.large.ragged import ragged_formulas as formulas
from boltzmann.large.ragged.row_arguments import checked_columns, checked_rows, is_tensor

_UNITS = 2.0**62
"""Probabilities are drawn as whole numbers of this fraction, whose sums are exact."""


class RaggedGibbs:
    """The Gibbs distributions of R rows, each with its own number of actions.

    The N entries of all rows lie one after the other; row r has those from ``indptr[r]`` to ``indptr[r + 1]``, as in
    a sparse matrix of compressed rows. What is stored is an action, a value of 0 too; nothing else is. No dense array
    is made.

    Parameters
    ----------
    data : array or PyTorch tensor of shape (N,)
        Action values. +inf and -inf are legal, NaN is not. A tensor passes derivatives.
    indptr : array of int, shape (R + 1,)
        Where each row starts: from 0 to N, never falling. A row may be empty.
    temperature : float or array of shape (R,)
        In [0, inf], in the units of the values. 0 draws the largest values alone, inf all actions above -inf alike.

    Raises
    ------
    ValueError
        For data with a NaN, a row of nothing but -inf, an ``indptr`` that does not fit, and a temperature below 0 or
        NaN. The message names the row.
    TypeError
        For numbers that are not real.

    Notes
    -----
    An empty row has no distribution: its log-partition is -inf, its entropy NaN, and its draw -1. An entry of a
    probability below 2^-62 is never drawn, one below 1e-16 with a granular probability, since a uniform has 53 bits.

    Quantities are computed on first use; do not write to the arrays afterwards.

    Examples
    --------
    >>> rows = RaggedGibbs([1.0, 5.0, 2.0, 2.0], [0, 1, 1, 2, 4])
    >>> rows.probs
    array([1. , 1. , 0.5, 0.5])
    >>> rows.log_partition.round(4)
    array([1.    ,   -inf, 5.    , 2.6931])
    >>> rows.sample(np.random.default_rng(0))
    array([ 0, -1,  1,  2])
    >>> RaggedGibbs([0.0, 1.0, 3.0, 3.0], [0, 2, 4], temperature=[0.0, float("inf")]).probs
    array([0. , 1. , 0.5, 0.5])
    >>> RaggedGibbs([1.0, 2.0], [0, 1])
    Traceback (most recent call last):
        ...
    ValueError: indptr must start at 0 and end at 2, the length of data, got 0, 1
    """

    def __init__(self, data: Any, indptr: Any, temperature: Any = 1.0) -> None:
        self._values, self._rows, self.temperature = checked_rows(data, indptr, temperature)
        self._columns: Any = None

    @classmethod
    def from_csr(cls, matrix: Any, temperature: Any = 1.0) -> RaggedGibbs:
        """Make the distributions of the rows of a sparse matrix; every stored entry is an action, a stored 0 too.

        Parameters
        ----------
        matrix : scipy.sparse.csr_array, or PyTorch tensor of the layout ``sparse_csr``
            Action values, shape (R, K). :meth:`actions` gives the columns of positions.
        temperature : float or array of shape (R,)
            In [0, inf].

        Examples
        --------
        >>> from scipy.sparse import csr_array
        >>> legal = csr_array((np.array([0.0, 2.0, 1.0]), np.array([4, 0, 7]), np.array([0, 1, 3])), shape=(2, 9))
        >>> rows = RaggedGibbs.from_csr(legal, temperature=0.0)
        >>> rows.actions(rows.sample(np.random.default_rng(0)))
        array([4, 0])
        """
        if is_tensor(matrix) and str(matrix.layout) == "torch.sparse_csr":
            parts = matrix.values(), matrix.crow_indices(), matrix.col_indices()
        elif getattr(matrix, "format", None) == "csr":
            parts = matrix.data, matrix.indptr, matrix.indices
        else:
            raise TypeError(f"matrix must be a sparse matrix of compressed rows (CSR), got {checks.shown(matrix)}")
        data, indptr, columns = parts
        made = cls(data, indptr, temperature)
        made._columns = checked_columns(columns, made._values)
        return made

    def __repr__(self) -> str:
        return f"RaggedGibbs(rows={len(self._rows.lengths)}, actions={len(self._values)})"

    @cached_property
    def probs(self) -> Any:
        """The probability of each entry, shape (N,)."""
        return read_only(QUIET(formulas.probs)(self._rows, self._sums))

    @cached_property
    def log_probs(self) -> Any:
        """The log-probability of each entry, shape (N,)."""
        return read_only(QUIET(formulas.log_probs)(self._rows, self._sums))

    @cached_property
    def log_partition(self) -> Any:
        """The logarithm of the sum of exp(value / T) of each row, shape (R,); -inf for an empty row."""
        return read_only(QUIET(formulas.log_partition)(self._rows, self._sums, self.temperature))

    @cached_property
    def entropy(self) -> Any:
        """The entropy of each row in nats, shape (R,); NaN for an empty row."""
        return read_only(QUIET(formulas.entropy)(self._rows, self._sums))

    def sample(self, rng: Rng, shape: int | tuple[int, ...] = ()) -> Any:
        """Draw one entry of each row, with one uniform a draw.

        Parameters
        ----------
        rng : numpy.random.Generator or torch.Generator
            Of the library of the data.
        shape : tuple of int
            The number of independent draws for every row, as a shape.

        Returns
        -------
        array of int, shape ``shape + (R,)``
            Positions among the N entries; -1 for an empty row.
        """
        shape = (shape,) if isinstance(shape, int) else tuple(shape)
        if not is_tensor(self._values) and not isinstance(rng, np.random.Generator):
            raise checks.no_generator(rng)
        xp, starts, lengths = self._rows.xp, self._rows.starts, self._rows.lengths
        if is_tensor(self._values):
            uniforms = libraries.uniform(libraries.library(self._values), rng, (*shape, len(starts)), self._values)
        else:
            uniforms = rng.random((*shape, len(starts)))  # type: ignore[union-attr]
        if not len(self._values):
            return xp.asarray(uniforms * 0 - 1, dtype=xp.int64)
        sums, before, total = self._units
        limit = xp.asarray(uniforms * total, dtype=xp.int64)
        limit = xp.where(limit < total, limit, total - 1)
        found = xp.zeros_like(limit)
        for bit in reversed(range(max(int(lengths.max()) - 1, 0).bit_length())):
            probe = found + 2**bit
            # The last sum of a row is its total, which is above the limit, so no probe passes the end.
            reached = sums[xp.minimum(probe, lengths) + (starts - 1)] - before
            found = xp.where(reached <= limit, probe, found)
        return xp.where(lengths > 0, starts + found, -1)

    def actions(self, positions: Any) -> Any:
        """Return the action of each position, -1 for -1.

        That is the column of the entry in the matrix of :meth:`from_csr`, else its number within its row, from 0.

        Parameters
        ----------
        positions : array of int, shape (..., R)
            As :meth:`sample` returns them, one for each row.
        """
        xp = self._rows.xp
        if self._columns is None:
            return xp.where(positions >= 0, positions - self._rows.starts, -1)
        if not len(self._columns):
            return positions
        return xp.where(positions >= 0, self._columns[positions], -1)

    @cached_property
    def _sums(self) -> formulas.Sums:
        return QUIET(formulas.summed)(self._rows, self._values, self.temperature)

    @cached_property
    def _units(self) -> tuple[Any, Any, Any]:
        """Cumulative sums of the probabilities as whole numbers, those before each row, and the total of each row.

        Sums of floats over all rows would lose the bits of late rows. Sums of whole numbers are exact modulo 2^64, and
        so are their differences.
        """
        xp, starts, lengths = self._rows.xp, self._rows.starts, self._rows.lengths
        probs = self.probs.detach() if is_tensor(self._values) else self.probs
        units = xp.asarray(xp.asarray(probs, dtype=xp.float64) * _UNITS, dtype=xp.int64)
        sums = self._rows.accumulated(units)
        first = xp.where(starts > 0, starts - 1, 0)
        before = xp.where(starts > 0, sums[first], 0)
        last = xp.where(lengths > 0, starts + lengths - 1, 0)
        return sums, before, xp.where(lengths > 0, sums[last] - before, 1)
