"""Logs of the decisions that a run recorded."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boltzmann.offpolicy.from_decisions import compact
from boltzmann.offpolicy.log import Log


def read_run(
    folder: str | os.PathLike[str], task: int = 0, agent: int = 0, *, bounds: Sequence[float] | None = None
) -> Log:
    """Read the log of a cell from the folder of a run with ``record="log"``; every byte is checked.

    Parameters
    ----------
    folder : path
        The folder of the run.
    task, agent : int
        Which cell, counted from 0.
    bounds : pair of float, optional
        The least and the largest reward that there can be.

    Returns
    -------
    Log
        By block, then step, then replicate. Observations are the contexts, as integers where all are whole numbers.

    Raises
    ------
    RefusedError
        Where the folder holds no results, or no decisions.
    DamagedBlockError
        Where a file fails its checksum; running the experiment on the folder again repairs it.
    """
    from boltzmann.experiments import Results

    return log_of_arrays(Results.load(folder).logs(task, agent), bounds=bounds)


def log_of_arrays(blocks: Iterable[Mapping[str, NDArray[Any]]], *, bounds: Sequence[float] | None = None) -> Log:
    """Make a log of the arrays that recorders kept: ``log_of_arrays([recorder.log])``."""
    parts = [dict(block) for block in blocks]
    first = 0
    for part in parts:
        # Each recorder numbers its episodes from 0.
        part["episodes"] = part["episodes"] + first
        first = int(part["episodes"].max()) + 1
    columns: dict[str, Any] = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    observations, episodes = columns.pop("observations"), columns.pop("episodes")
    if len(np.unique(episodes)) < len(episodes):
        columns["episodes"] = episodes
    if not (observations == observations[0]).all():
        whole = observations.shape[1] == 1 and (observations == np.floor(observations)).all()
        columns["contexts"] = observations[:, 0].astype(np.int64) if whole else observations
    return Log(**compact(columns), bounds=bounds)  # type: ignore[arg-type]
