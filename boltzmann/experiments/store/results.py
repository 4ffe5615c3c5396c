"""What a run has found, as arrays and as one tidy table."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from boltzmann.experiments.describe import Plan
from boltzmann.experiments.errors import RefusedError
from boltzmann.experiments.metrics import RECORDED
from boltzmann.experiments.store.folder import Store
from boltzmann.experiments.store.stored import VARIANCES

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Cell:
    """One task with one of its agents.

    Attributes
    ----------
    task, agent : str
        The task's label and the agent's expression.
    steps : array of int, shape (windows,)
        After how many steps each window ends.
    metrics : dict of arrays, each of shape (R, windows)
        See ``boltzmann.experiments.METRICS``. Where the experiment records blocks, R is how many there are, and these
        are the means of their replicates.
    variances : dict of arrays, each of shape (R, windows)
        The variances of these replicates, under the names of the metrics; empty where each has its own curves.
    """

    task: str
    agent: str
    steps: NDArray[np.int64]
    metrics: dict[str, NDArray[np.float64]]
    variances: dict[str, NDArray[np.float64]] = field(default_factory=dict)

    @property
    def samples(self) -> int:
        """How many replicates there are, or blocks, R."""
        return len(self.metrics["reward"])

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Steps in each window."""
        return np.diff(self.steps, prepend=0)

    def knows(self, metric: str) -> bool:
        """Whether a metric was told in any window of any replicate."""
        return not bool(np.isnan(self.metrics[metric]).all())

    @property
    def episodic(self) -> bool:
        """Whether any episode ended."""
        return bool(self.metrics["episodes"].any())

    @property
    def mean_return(self) -> NDArray[np.float64]:
        """Mean undiscounted return of the episodes that ended in each window, NaN where none did; (R, windows)."""
        episodes = self.metrics["episodes"]
        means = np.full(episodes.shape, np.nan)
        np.divide(self.metrics["return_sum"], episodes, where=episodes > 0, out=means)
        return means


@dataclass(frozen=True)
class Results:
    """The stored blocks of a finished run.

    Attributes
    ----------
    folder : Path
        Where they are.
    plan : Plan
        The experiment as plain data.
    """

    folder: Path
    plan: Plan

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> Results:
        """Open the results in a folder.

        Raises
        ------
        RefusedError
            Where the folder holds no results, or not all blocks of them.
        """
        plan = Store(folder).read_plan()
        blocks = plan.blocks()
        absent = sum(not (Path(folder) / block.name).exists() for block in blocks)
        if absent:
            raise RefusedError(
                f"{folder} is unfinished: {absent} of {len(blocks)} blocks are missing; run the same experiment on it "
                "again to go on"
            )
        return cls(Path(folder), plan)

    def description(self) -> str:
        """Give the stored description, environments and versions included, as JSON."""
        return Store(self.folder).description_file.read_text()

    def cells(self) -> Iterator[Cell]:
        """Read the cells one after the other: by task, then agent.

        Raises
        ------
        DamagedBlockError
            Where a block fails its checksum; running the experiment on the folder again mends it.
        """
        store = Store(self.folder)
        for (task, agent), group in groupby(self.plan.blocks(), key=lambda block: (block.task, block.agent)):
            steps = self.plan.recorded_steps(task)
            blocks = [store.read(self.plan, block) for block in group]
            arrays = {name: np.concatenate([block[name] for block in blocks], axis=1).T for name in blocks[0]}
            yield Cell(
                self.plan.task_labels[task],
                self.plan.tasks[task].agents[agent],
                steps,
                {name: arrays[name] for name in RECORDED},
                {name: arrays[stored] for name, stored in VARIANCES.items() if stored in arrays},
            )

    def table(self) -> pd.DataFrame:
        """Give everything as a tidy frame: one row a cell, replicate (or block) and recorded step.

        Returns
        -------
        pandas.DataFrame
            Columns ``task``, ``agent`` (categories), ``replicate``, ``step`` (steps taken when the window ended),
            those of ``boltzmann.experiments.RECORDED``, and ``return``, the mean undiscounted return of the episodes
            that ended in the window, NaN where none did. Where the experiment records blocks, ``block`` stands in the
            place of ``replicate``, and a column such as ``reward_variance`` follows for each metric.
        """
        import pandas as pd

        cells = list(self.cells())
        columns: dict[str, Any] = {
            "task": pd.Categorical(*_labels([cell.task for cell in cells], cells)),
            "agent": pd.Categorical(*_labels([cell.agent for cell in cells], cells)),
            self.plan.sample: np.concatenate([np.repeat(np.arange(c.samples), len(c.steps)) for c in cells]),
            "step": np.concatenate([np.tile(c.steps, c.samples) for c in cells]),
        }
        for name in RECORDED:
            columns[name] = np.concatenate([cell.metrics[name].ravel() for cell in cells])
        for name in cells[0].variances:
            columns[VARIANCES[name]] = np.concatenate([cell.variances[name].ravel() for cell in cells])
        columns["return"] = np.concatenate([cell.mean_return.ravel() for cell in cells])
        return pd.DataFrame(columns)

    def to_parquet(self, path: str | os.PathLike[str]) -> None:
        """Write :meth:`table` as one Parquet file with checksums; see ``boltzmann.experiments.store.parquet``."""
        from boltzmann.experiments.store.parquet import write_parquet

        write_parquet(self.table(), self.description(), path)


def _labels(labels: list[str], cells: list[Cell]) -> tuple[list[str], list[str]]:
    """Repeat the label of each cell for its rows; the categories keep the order of the experiment."""
    rows = [label for label, cell in zip(labels, cells, strict=True) for _ in range(cell.mean_return.size)]
    return rows, list(dict.fromkeys(labels))
