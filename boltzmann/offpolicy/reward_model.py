"""A model of the rewards, fitted to a log by itself and asked only about rows that it has not seen.

The rows are dealt to five folds in turn. The model of a fold is fitted to the others, so that its errors are
independent of the rewards of the rows that it predicts, as doubly robust estimates need (V. Chernozhukov et al.,
"Double/debiased machine learning for treatment and structural parameters", Econometrics Journal 21, 2018, section 3).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boltzmann import checks
from boltzmann.arrays import Floats
from boltzmann.offpolicy.log import Log
from boltzmann.offpolicy.log_rows import Part

FOLDS = 5
RIDGE = 1.0
"""The penalty on the squared weights of the features, in squared units of a feature."""


def reward_model(log: Log, rewards: object) -> Callable[[Part], Floats]:
    """Return ``model(part)``, the predicted rewards of all actions of a part, shape (m, K).

    ``rewards`` are given predictions, (K,) or in the form of the log's tables; None fits a model: ridge regression
    where the log has features, the average of each action in each context where contexts are numbers, and the average
    of each action without contexts.
    """
    if rewards is not None:
        return _given(log, rewards)
    if log.lengths is not None:
        raise ValueError(
            "rewards must be given for rows with different numbers of actions: no model is fitted to these, as action "
            "1 of one row need not be that of another"
        )
    count = _actions_of(log)
    if log.contexts is not None and log.contexts.ndim == 2:
        return _ridge(log, log.contexts, count)
    return _averages(log, count)


def _actions_of(log: Log) -> int:
    return int(next(iter(log.parts())).distribution()[0].shape[1])


def _given(log: Log, rewards: object) -> Callable[[Part], Floats]:
    one = rewards[0] if isinstance(rewards, list | tuple) and rewards else rewards
    row = np.ndim(one) == (one is rewards) and log.lengths is None  # type: ignore[arg-type]
    if row:
        count = _actions_of(log)
        array = checks.numeric_array("rewards", rewards).astype(np.float64)  # type: ignore[arg-type]
        if array.shape != (count,):
            raise ValueError(f"rewards must have shape ({count},) or ({log.n}, {count}), got {array.shape}")
    else:
        array = log.checked_table("rewards", rewards)
    checks.require_all(np.isfinite(array), "rewards", "finite", array)
    if row:
        return lambda part: np.broadcast_to(array, (len(log.actions[part.rows]), len(array)))
    return lambda part: np.asarray(array[part.cells])


def _folds(log: Log) -> NDArray[np.int64]:
    return np.arange(log.n) % FOLDS


def _averages(log: Log, count: int) -> Callable[[Part], Floats]:
    """Average the rewards of each action in each context; one reward more is that of the action in all contexts."""
    folds, contexts = _folds(log), np.zeros(log.n, dtype=np.int64)
    if log.contexts is not None:
        contexts = np.unique(log.contexts, return_inverse=True)[1].reshape(-1)
    shape = FOLDS, int(contexts.max()) + 1, count
    cells = np.ravel_multi_index((folds, contexts, log.actions), shape)
    numbers = (np.ones(log.n), log.rewards)
    counts, sums = (_others(np.bincount(cells, part, int(np.prod(shape))).reshape(shape)) for part in numbers)
    seen, total = counts.sum(axis=1, keepdims=True), sums.sum(axis=1, keepdims=True)
    overall = total.sum(axis=-1, keepdims=True) / np.maximum(seen.sum(axis=-1, keepdims=True), 1)
    of_action = (total + overall) / (seen + 1)
    means = of_action if log.contexts is None else (sums + of_action) / (counts + 1)
    means = np.broadcast_to(means, shape)
    return lambda part: np.asarray(means[folds[part.rows], contexts[part.rows]])


def _ridge(log: Log, features: Floats, count: int) -> Callable[[Part], Floats]:
    """Fit a linear model of the features to the rewards of each action, around the average of all rewards."""
    folds, width = _folds(log), features.shape[1] + 1
    columns = [*features.T, np.ones(log.n)]
    cells, shape = folds * count + log.actions, (FOLDS, count)

    def summed(numbers: Floats) -> Floats:
        return _others(np.bincount(cells, numbers, FOLDS * count).reshape(shape))

    squares, products = np.empty((*shape, width, width)), np.empty((*shape, width))
    centre = log.rewards.mean()
    for first in range(width):
        products[..., first] = summed(columns[first] * (log.rewards - centre))
        for second in range(first + 1):
            squares[..., first, second] = squares[..., second, first] = summed(columns[first] * columns[second])
    weights = np.linalg.solve(squares + RIDGE * np.eye(width), products[..., np.newaxis])[..., 0]

    def model(part: Part) -> Floats:
        rows, predictions = np.arange(log.n)[part.rows], np.empty((len(log.actions[part.rows]), count))
        for fold in range(FOLDS):
            mine = folds[rows] == fold
            linear = features[rows[mine]] @ weights[fold, :, :-1].T
            predictions[mine] = linear + weights[fold, :, -1] + centre
        return predictions

    return model


def _others(sums: NDArray[Any]) -> Floats:
    """Return the sums over the other folds, for each fold on the first axis."""
    return np.asarray(sums.sum(axis=0) - sums)
