"""The text of Vowpal Wabbit's contextual bandits, ``vw --cb K``: a line for each row.

A line is ``action:cost:probability``, with the other allowed actions beside it where a mask forbids some, and then
namespaces of features. Actions count from 1, and a cost is a reward with the other sign. The context stands in the
namespace ``x``, or its number in ``c``. Vowpal Wabbit keeps of a distribution only the probability of the action that
was taken; ours writes the logarithms of all to the namespace ``p``, values to ``q`` and the temperature to ``t``,
which ``vw --ignore p --ignore q --ignore t`` leaves aside.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from boltzmann import checks
from boltzmann.offpolicy.log import Log
from boltzmann.offpolicy.log_rows import Part

_LABEL = re.compile(r"(\d+):([^:\s]+):([^:\s]+)")
_SPACES = ("x", "c", "p", "q", "t")


def write_cb(log: Log, path: str | os.PathLike[str]) -> None:
    """Write a log as text for ``vw --cb K``, whole or not at all; numbers keep all their digits.

    Raises
    ------
    OSError
        Where the file cannot be written; the error names it.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> log = Log([1], [-math.log(2)], [0.25], [[0.0, 0.0]], 1.0)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "log.txt"
    ...     write_cb(log, path)
    ...     print(path.read_text().strip())
    2:-0.25:0.5 |p 1:-0.6931471805599453 2:-0.6931471805599453 |q 1:0.0 2:0.0 |t T:1.0
    """
    from boltzmann.experiments.store import write_whole

    lines = [""] * log.n
    for part in log.parts():
        rows = np.arange(log.n)[part.rows]
        for row, line in zip(rows, _lines(log, part, rows), strict=True):
            lines[row] = line
    write_whole(Path(path), ("\n".join(lines) + "\n").encode())


def read_cb(
    path: str | os.PathLike[str],
    *,
    values: ArrayLike | None = None,
    temperature: float | ArrayLike | None = None,
    log_probs: ArrayLike | None = None,
    where: ArrayLike | None = None,
    bounds: tuple[float, float] | None = None,
) -> Log:
    """Read a log from text for ``vw --cb K``.

    Parameters
    ----------
    path : path
        The file.
    values, temperature, log_probs, where, bounds
        As for :class:`Log`: the distribution of each row, which text of other programs does not hold. What
        :func:`write_cb` wrote holds it, and needs none of them.

    Raises
    ------
    ValueError
        For a line of another form, with its number, and for rows that a log refuses.
    """
    with open(path, encoding="utf-8") as file:
        rows = [_read_line(number, line) for number, line in enumerate(file, start=1) if line.strip()]
    if not rows:
        raise ValueError(f"{Path(path)} must hold at least one row, got none")
    columns: dict[str, Any] = {
        "actions": np.array([row["label"][0] for row in rows], dtype=np.int64),
        "rewards": np.array([row["label"][1] for row in rows]),
        "log_prob": np.array([row["label"][2] for row in rows]),
        "contexts": _contexts(rows),
        "bounds": bounds,
    }
    given: dict[str, Any] = {"values": values, "temperature": temperature, "log_probs": log_probs, "where": where}
    if values is None and log_probs is None:
        for name, space in (("log_probs", "p"), ("values", "q")):
            if all(space in row for row in rows):
                given[name] = [list(row[space].values()) for row in rows]
        if temperature is None and all("t" in row for row in rows):
            given["temperature"] = np.array([row["t"]["T"] for row in rows])
    if given["log_probs"] is not None and log_probs is None:
        # The label's probability has lost the last digit of its logarithm.
        columns["log_prob"] = np.array(
            [logs[action] for logs, action in zip(given["log_probs"], columns["actions"], strict=True)]
        )
    return Log(**columns, **given)


def _lines(log: Log, part: Part, rows: NDArray[np.int64]) -> Iterator[str]:
    _, logs = part.distribution()
    temperatures = None if part.temperature is None else np.broadcast_to(part.temperature, len(rows))
    for index, row in enumerate(rows):
        action, allowed = int(log.actions[row]), None if part.where is None else part.where[index]
        others: list[int] = []
        if allowed is not None and not allowed.all():
            others = [int(one) + 1 for one in allowed.nonzero()[0] if one != action]
        cost, probability = 0.0 - float(log.rewards[row]), math.exp(log.log_prob[row])
        spaces = [*_context(log, row), f"|p {_features(logs[index], 1)}"]
        if part.values is not None:
            spaces.append(f"|q {_features(part.values[index], 1)}")
        if temperatures is not None:
            spaces.append(f"|t T:{float(temperatures[index])!r}")
        yield " ".join([f"{action + 1}:{cost!r}:{probability!r}", *map(str, others), *spaces])


def _context(log: Log, row: int) -> list[str]:
    if log.contexts is None:
        return []
    if log.contexts.ndim == 1:
        return [f"|c {int(log.contexts[row])}"]
    return [f"|x {_features(log.contexts[row], 0)}"]


def _features(numbers: Iterable[float], first: int) -> str:
    return " ".join(f"{index}:{float(number)!r}" for index, number in enumerate(numbers, start=first))


def _read_line(number: int, line: str) -> dict[str, Any]:
    label, *spaces = line.split("|")
    match = _LABEL.search(label)
    try:
        if match is None:
            raise ValueError("it has no action:cost:probability")
        action, cost, probability = int(match[1]), float(match[2]), float(match[3])
        if action < 1:
            raise ValueError("actions count from 1")
        if not 0 < probability <= 1:
            raise ValueError(f"its probability must be in (0, 1], got {probability}")
        row: dict[str, Any] = {"label": (action - 1, 0.0 - cost, math.log(probability))}
        for space in spaces:
            name, _, features = space.partition(" ")
            if name in _SPACES:
                row[name] = dict(map(_feature, features.split()))
    except ValueError as error:
        raise ValueError(f"line {number} must be a row of --cb, got {checks.shown(line.strip())}: {error}") from error
    return row


def _feature(text: str) -> tuple[str, float]:
    name, colon, number = text.partition(":")
    return name, float(number) if colon else 1.0


def _contexts(rows: list[dict[str, Any]]) -> NDArray[Any] | None:
    """Return what the lines say about contexts: their numbers, or one column for each feature of any line."""
    if all("c" in row for row in rows):
        return np.array([int(next(iter(row["c"]))) for row in rows], dtype=np.int64)
    if not any("x" in row for row in rows):
        return None
    names = sorted({name for row in rows for name in row.get("x", {})}, key=lambda name: (len(name), name))
    return np.array([[row.get("x", {}).get(name, 0.0) for name in names] for row in rows])
