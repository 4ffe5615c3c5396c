"""The results of a run, as arrays and as one tidy table."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from boltzmann import checks
from boltzmann.experiments.describe import Block, Plan
from boltzmann.experiments.errors import DamagedBlockError, RefusedError
from boltzmann.experiments.metrics import BY_KEY, RECORDED
from boltzmann.experiments.store.folder import Store
from boltzmann.experiments.store.stored import VARIANCES, Arrays, total_stored_bytes

if TYPE_CHECKING:
    import pandas as pd

MOST_HELD_BYTES = 2**29
"""Results whose stored numbers take more bytes are read anew at each use instead of being held in memory."""


@dataclass(frozen=True, eq=False)
class Cell:
    """One task with one of its agents.

    Attributes
    ----------
    task, agent : str
        The task's label and the agent's expression.
    steps : array of int, shape (windows,)
        The last step of each window, counted from 1.
    metrics : dict of arrays, each of shape (R, windows)
        See ``boltzmann.experiments.RECORDED``. Where the experiment records blocks, R is their number, and these are
        the means over each block's replicates. Arrays of ``Results`` are read-only.
    variances : dict of arrays, each of shape (R, windows)
        The variances over each block's replicates, by the names of the metrics; empty where replicates are recorded.
    """

    task: str
    agent: str
    steps: NDArray[np.int64]
    metrics: Arrays
    variances: Arrays = field(default_factory=dict)

    @property
    def samples(self) -> int:
        """Number R of replicates, or of blocks."""
        return len(self.metrics["reward"])

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Number of steps in each window."""
        return np.diff(self.steps, prepend=0)

    def knows(self, metric: str) -> bool:
        """Return whether a metric is known in any window of any replicate."""
        return not bool(np.isnan(self.metrics[metric]).all())

    @property
    def episodic(self) -> bool:
        """Whether any episode ended."""
        return bool(self.metrics["episodes"].any())

    @property
    def mean_return(self) -> NDArray[np.float64]:
        """Mean undiscounted return of the episodes that ended in each window, NaN where none did; (R, windows)."""
        return BY_KEY["return"].values_of_windows(self.metrics, self.lengths)


@dataclass(frozen=True)
class Results:
    """The stored blocks of a run.

    Each block file is read and checked once, on first use, and its numbers are held in memory, read-only, as long as
    this object lives. Results with more than ``MOST_HELD_BYTES`` (512 MB) of numbers are read anew at each use instead,
    one cell after the other. A file that changes later is noticed by results that are loaded anew.

    Attributes
    ----------
    folder : Path
        The folder of the run.
    plan : Plan
        The experiment as plain data.
    """

    folder: Path
    plan: Plan
    _repr_html_: ClassVar[Callable[[Results], str]]  # set by boltzmann.experiments, which knows the statistics
    _blocks: dict[str, Arrays] = field(default_factory=dict, init=False, repr=False, compare=False)
    _cells: dict[tuple[int, int], Arrays] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> Results:
        """Open the results in a folder.

        Raises
        ------
        RefusedError
            Where the folder holds no results, or lacks some of their blocks.
        """
        results = cls(Path(folder), Store(folder).read_plan())
        results.require_complete()
        return results

    def require_complete(self) -> None:
        """Raise a RefusedError where blocks are missing."""
        total = self.plan.total_blocks
        missing = total - len(Store(self.folder).stored(self.plan))
        if missing:
            raise RefusedError(
                f"{self.folder} is unfinished: {missing} of {total} blocks are missing; run the same experiment "
                "on it again to go on"
            )

    def missing(self) -> tuple[list[Block], list[str]]:
        """Read all blocks; return those still to be computed, and a message for each damaged one among them."""
        missing, damaged = [], []
        for block in self.plan.blocks():
            try:
                arrays = Store(self.folder).read(self.plan, block)
                if self.plan.record == "log":
                    Store(self.folder).read_log(self.plan, block)
            except FileNotFoundError:
                missing.append(block)
            except DamagedBlockError as error:
                missing.append(block)
                damaged.append(str(error))
            else:
                if self._fits_memory:
                    self._blocks[block.name] = arrays
        return missing, damaged

    def description(self) -> str:
        """Return the stored description, environments and versions included, as JSON."""
        return Store(self.folder).beginning().to_text()

    def cells(self) -> Iterator[Cell]:
        """Yield the cells one after the other: by task, then agent.

        Raises
        ------
        DamagedBlockError
            Where a block fails its checksum; running the experiment on the folder again repairs it.
        """
        labels = self.plan.task_labels
        for task, agent in self.plan.cells():
            arrays = self._cell_arrays(task, agent)
            yield Cell(
                labels[task],
                self.plan.tasks[task].agents[agent],
                self.plan.recorded_steps(task),
                {name: arrays[name] for name in RECORDED},
                {name: arrays[stored] for name, stored in VARIANCES.items() if stored in arrays},
            )

    def logs(self, task: int = 0, agent: int = 0) -> Iterator[dict[str, NDArray[Any]]]:
        """Yield the log of each block of a cell: the arrays of ``boltzmann.experiments.engine.LOGGED``.

        Each is read and checked when it is asked for. ``boltzmann.offpolicy.read_run`` makes one log of them.

        Raises
        ------
        RefusedError
            Where no decisions were recorded.
        ValueError
            For a cell that there is not.
        DamagedBlockError
            Where a file fails its checksum.
        """
        if self.plan.record != "log":
            raise RefusedError(f"{self.folder} holds no decisions: run it with record='log' (--record log)")
        checks.whole_number("task", task, least=0, most=len(self.plan.tasks) - 1)
        checks.whole_number("agent", agent, least=0, most=len(self.plan.tasks[task].agents) - 1)
        for block in self.plan.cell_blocks(task, agent):
            yield Store(self.folder).read_log(self.plan, block)

    @cached_property
    def _fits_memory(self) -> bool:
        return total_stored_bytes(self.plan) <= MOST_HELD_BYTES

    def _cell_arrays(self, task: int, agent: int) -> Arrays:
        """Return a cell's arrays, each of shape (R, windows), read-only."""
        # Each look-up is one operation, since another thread may add to and take from both dictionaries meanwhile.
        held = self._cells.get((task, agent))
        if held is not None:
            return held
        names = [block.name for block in self.plan.cell_blocks(task, agent)]
        blocks = [
            self._blocks.get(block.name) or Store(self.folder).read(self.plan, block)
            for block in self.plan.cell_blocks(task, agent)
        ]
        arrays = {name: np.concatenate([block[name] for block in blocks], axis=1).T for name in blocks[0]}
        for array in arrays.values():
            array.setflags(write=False)
        if self._fits_memory:
            self._cells[task, agent] = arrays
            for name in names:
                self._blocks.pop(name, None)
        return arrays

    def __reduce__(self) -> tuple[type[Results], tuple[Path, Plan]]:
        """Pickle the folder and the plan alone: another process reads the files that it needs."""
        return type(self), (self.folder, self.plan)

    def table(self) -> pd.DataFrame:
        """Return all results as a tidy frame: one row for each cell, replicate (or block) and recorded step.

        Returns
        -------
        pandas.DataFrame
            Columns ``task``, ``agent`` (categories), ``replicate``, ``step`` (the last step of the window),
            those of ``boltzmann.experiments.RECORDED``, and ``return``, the mean undiscounted return of the episodes
            that ended in the window, NaN where none did. Where the experiment records blocks, the column ``block``
            replaces ``replicate``, and a column such as ``reward_variance`` follows for each metric.
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
            # Adding 0 makes 0 of -0.
            columns[name] = np.concatenate([cell.metrics[name].ravel() for cell in cells]) + 0.0
        for name in cells[0].variances:
            columns[VARIANCES[name]] = np.concatenate([cell.variances[name].ravel() for cell in cells])
        columns["return"] = np.concatenate([cell.mean_return.ravel() for cell in cells])
        return pd.DataFrame(columns)

    def to_parquet(self, path: str | os.PathLike[str]) -> None:
        """Write :meth:`table` as one Parquet file with checksums; see ``boltzmann.experiments.store.parquet``."""
        from boltzmann.experiments.store.parquet import write_parquet

        write_parquet(self.table(), self.description(), path)


def _labels(labels: list[str], cells: list[Cell]) -> tuple[list[str], list[str]]:
    """Return the label of each cell for each of its rows, and the distinct labels in the order of the experiment."""
    rows = [label for label, cell in zip(labels, cells, strict=True) for _ in range(cell.mean_return.size)]
    return rows, list(dict.fromkeys(labels))
