"""Some rows of a log, few enough for a cache."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from boltzmann.arrays import QUIET, Bools, Floats
from boltzmann.gibbs import Gibbs
from boltzmann.offpolicy.log_checks import TOLERANCE, Indices, require_rows


class Part(NamedTuple):
    """Some rows of a log that have equally many actions K.

    Attributes
    ----------
    rows : slice or array of int
        Which rows of the log.
    cells : slice or array of int
        Which entries of the log's tables of values, of log-probabilities, and of the mask.
    values, log_probs : arrays of shape (m, K), or None
        What the log knows of the distribution of each row.
    where : array of bool, shape (m, K), or None
        The allowed actions.
    temperature : float, or array of shape (m,), or None
        The temperature of the rows.
    """

    rows: slice | Indices
    cells: slice | Indices
    values: Floats | None
    log_probs: Floats | None
    where: Bools | None
    temperature: float | Floats | None

    def distribution(self) -> tuple[Floats, Floats]:
        """Return the probabilities and log-probabilities of the policy that was logged, both (m, K)."""
        if self.log_probs is not None:
            return np.exp(self.log_probs), self.log_probs
        assert self.values is not None
        logged = Gibbs(self.values, 1.0 if self.temperature is None else self.temperature, where=self.where)
        return np.asarray(logged.probs), np.asarray(logged.log_probs)


@QUIET
def check_propensities(part: Part, actions: Indices, log_prob: Floats, rows: Indices) -> None:
    """Raise unless the log-probability of each action is that of the distribution of its row; ``rows`` number them."""
    table = part.values if part.log_probs is None else part.log_probs
    assert table is not None
    picked = np.arange(len(actions))
    require_rows((actions >= 0) & (actions < table.shape[1]), "actions", f"in [0, {table.shape[1]})", actions, rows)
    if part.where is not None:
        require_rows(part.where[picked, actions], "actions", "allowed by where", actions, rows)
    if part.log_probs is not None:
        total = np.exp(part.log_probs).sum(axis=-1)
        require_rows(np.abs(total - 1) <= TOLERANCE, "sum of exp(log_probs)", "1", total, rows)
    expected = part.distribution()[1][picked, actions]
    close = np.abs(expected - log_prob) <= TOLERANCE
    if not close.all():
        row = int(np.argmin(close))
        source = "values and temperature" if part.log_probs is None else "log_probs"
        raise ValueError(
            f"log_prob must be that of {source} within {TOLERANCE:g}, {expected[row]:.8g}, got {log_prob[row]:.8g} in "
            f"row {rows[row]}: is the temperature or the mask another one?"
        )
