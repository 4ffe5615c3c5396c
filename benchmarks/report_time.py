"""Processor time that the page of a comparison takes: ``python -m benchmarks.report_time``.

Writes results of random rewards, so that nothing has to be run, and the page of each in a process of its own, which
includes the imports. Prints a line for each number of policies.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from boltzmann.experiments import RECORDED, Plan, Store
from boltzmann.experiments.describe import TaskPlan

POLICIES = (25, 100)
REPLICATES, POINTS = 50, 100
_WRITE = """
import sys, time
from boltzmann.experiments import Results, write_report
write_report(Results.load(sys.argv[1]), sys.argv[2])
print(time.process_time())
"""


def store_results(folder: Path, policies: int) -> None:
    """Store results of one task whose policies differ a little in their rewards."""
    rng = np.random.default_rng(0)
    agents = tuple(f"SampleAverage(Boltzmann({temperature:.4g}))" for temperature in np.geomspace(1e-3, 1e3, policies))
    plan = Plan((TaskPlan("Somewhere-v0", agents, POINTS),), REPLICATES, 0, REPLICATES, POINTS)
    store = Store(folder)
    store.begin(plan)
    for block in plan.blocks():
        arrays = {name: rng.random((POINTS, REPLICATES)) for name in RECORDED}
        arrays.update(episodes=np.zeros((POINTS, REPLICATES)), return_sum=np.zeros((POINTS, REPLICATES)))
        store.write(plan, block, arrays | {"reward": arrays["reward"] + block.agent / policies})


def processor_time(policies: int) -> float:
    """Return the seconds that a process takes to write the page of so many policies."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store_results(folder / "results", policies)
        command = [sys.executable, "-c", _WRITE, str(folder / "results"), str(folder / "report.html")]
        return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main() -> None:
    """Print the time for each number of policies."""
    for policies in POLICIES:
        print(f"{policies:4} policies, {REPLICATES} replicates, {POINTS} points: {processor_time(policies):.1f} s")


if __name__ == "__main__":
    main()
