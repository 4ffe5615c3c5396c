"""The columns of a log from the decisions of an agent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from boltzmann import checks
from boltzmann.arrays import QUIET
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
    row = decision_rows(decision)
    paid = np.atleast_1d(checks.numeric_array("rewards", rewards)).astype(np.float64)
    if paid.shape != row["actions"].shape:
        raise ValueError(
            f"rewards must have one number for each of {len(row['actions'])} rows of decision {index}, got shape "
            f"{paid.shape}"
        )
    return {**row, "rewards": paid}


@QUIET
def decision_rows(decision: Any) -> dict[str, NDArray[Any]]:
    """Return what a log keeps of one decision: R rows of actions, distributions, values, temperatures and masks."""
    missing = [name for name in ("actions", "distribution", "values") if not hasattr(decision, name)]
    if missing:
        raise TypeError(f"a decision must have actions, distribution and values, got {checks.shown(decision)}")
    actions, values = np.asarray(decision.actions), np.array(decision.values, dtype=np.float64)
    distribution = decision.distribution
    logs = getattr(distribution, "log_probs", None)
    logs = np.log(np.asarray(distribution.probs)) if logs is None else np.asarray(logs)
    temperature = np.asarray(getattr(distribution, "temperature", np.nan), dtype=np.float64)
    where = getattr(decision, "where", None)
    return {
        "actions": actions,
        "log_prob": np.asarray(distribution.log_prob(actions), dtype=np.float64),
        "values": values,
        "log_probs": np.array(np.broadcast_to(logs, values.shape), dtype=np.float64),
        "temperature": np.array(np.broadcast_to(temperature, actions.shape)),
        "where": np.array(np.broadcast_to(True if where is None else where, values.shape), dtype=np.bool_),
    }
