"""Run the benchmark: ``python -m benchmarks.offpolicy``; ``--peers PYTHON`` names an environment of other libraries."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import tyro

from benchmarks.offpolicy.beside_peers import compare
from benchmarks.offpolicy.coverage import measure
from benchmarks.offpolicy.logged_problems import PROBLEMS, TEMPERATURES, true_value
from boltzmann.experiments import save_figure
from boltzmann.offpolicy import draw_choice, pick_temperature

COLD_SEED = 4
"""Of the figure: in this log a few lucky rows make hot temperatures look better than the logged one."""


@dataclass(frozen=True)
class Options:
    """Coverage where the truth is known, the figure of a cold log, and estimates beside other libraries."""

    parts: tuple[Literal["coverage", "figure", "peers"], ...] = ("coverage",)
    """What to run."""
    logs: int = 500
    """Logs of each problem."""
    peers: str = ""
    """The Python of an environment with obp 0.5.7 or vw-estimators."""
    rows: int = 1_000_000
    """Rows of the log beside other libraries."""
    output: Path = Path("docs/cold_log.png")
    """The file of the figure."""


def print_coverage(logs: int) -> None:
    """Print how often intervals hold, and what picking gains, for each problem."""
    for problem in PROBLEMS:
        found = measure(problem, logs, np.random.default_rng())
        print(f"\n{problem.name}, {logs} logs\n\n| T' | normal | asked | normal where asked | betting | drifting |")
        print("|---|---|---|---|---|---|")
        for index, temperature in enumerate(found.temperatures):
            asked = int(found.asked[index])
            held = f"{found.normal_asked[index] / asked:.3f}" if asked else "-"
            shares = [counts[index] / logs for counts in (found.normal, found.betting, found.drifting)]
            print(f"| {temperature:g} | {shares[0]:.3f} | {asked} | {held} | {shares[1]:.3f} | {shares[2]:.3f} |")
        print(
            f"\nPicking gains {found.gains.mean():.4f} over staying, at worst {found.gains.min():.4f} in a log; the "
            f"largest estimate, covered or not, gains {found.ungated.mean():.4f}, the truly best one "
            f"{found.best.mean():.4f}."
        )


def draw_cold_log(path: Path) -> None:
    """Draw what a cold log says about hotter temperatures, with the truth."""
    log, values, means = PROBLEMS[2].log(np.random.default_rng(COLD_SEED))
    choice = pick_temperature(log, list(TEMPERATURES))
    truth = np.array([true_value(values, means, temperature) for temperature in TEMPERATURES])
    save_figure(draw_choice(choice, truth, "A log at T = 0.1"), path)
    print(choice.answer)


def main() -> None:
    """Run the command line."""
    options = tyro.cli(Options)
    if "coverage" in options.parts:
        print_coverage(options.logs)
    if "figure" in options.parts:
        draw_cold_log(options.output)
    if "peers" in options.parts:
        print("\n".join(compare(options.peers, options.rows)))


if __name__ == "__main__":
    main()
