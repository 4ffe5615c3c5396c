"""The columns of a log from the decisions of an agent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from boltzmann import checks
from boltzmann.gibbs import Gibbs

_ROUNDING = 1e-9
"""Log-probabilities that agree so well are those of softmax."""


def columns_of(decisions: Iterable[tuple[Any, ArrayLike]]) -> dict[str, Any]:
    """Return the arguments of a log; the log-probabilities of all actions are left out where softmax gives them."""
    rows = [_rows(index, *pair) for index, pair in enumerate(decisions)]
    if not rows:
        raise ValueError("decisions must hold at least one decision, got none")
    columns: dict[str, Any] = {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}
    return compact(columns)


def compact(columns: dict[str, Any]) -> dict[str, Any]:
    """Leave out the mask where it allows everything, and ``log_probs`` where values and temperature give them."""
    if columns["where"].all():
        del columns["where"]
    temperature = columns["temperature"]
    if np.isnan(temperature).any():
        del columns["temperature"]
        return columns
    where = columns.get("where")
    softmax = np.asarray(Gibbs(columns["values"], temperature, where=where).log_probs)
    logged = columns["log_probs"]
    with np.errstate(invalid="ignore"):
        if ((softmax == logged) | (np.abs(softmax - logged) <= _ROUNDING)).all():
            del columns["log_probs"]
    return columns


def _rows(index: int, decision: Any, rewards: ArrayLike) -> dict[str, NDArray[Any]]:
    # The engine is imported where it is needed, as a log of arrays needs none.
    from boltzmann.experiments.engine import decision_columns

    row = decision_columns(decision)
    paid = np.atleast_1d(checks.numeric_array("rewards", rewards)).astype(np.float64)
    if paid.shape != row["actions"].shape:
        raise ValueError(
            f"rewards must have one number for each of {len(row['actions'])} rows of decision {index}, got shape "
            f"{paid.shape}"
        )
    return {**row, "rewards": paid}
