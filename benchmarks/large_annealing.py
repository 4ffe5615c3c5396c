"""Annealing with very many arms, beside a full softmax: ``python -m benchmarks.large_annealing --output FIGURE``.

Left, the regret of the same law with averages in buckets, in trees and in a table, on the same problems of
``boltzmann/CatalogueBandit-v0`` with 1000 arms. Right, the time of a whole step, acting, environment and learning, by
the number of arms: lines are medians, crosses means over all steps, those too that make buckets anew.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, Any

import numpy as np

from agents import BucketAverage, SampleAverage, TreeAverage
from benchmarks.timing import quartiles
from boltzmann import Boltzmann, EntropyTarget, Exponential, Staircase, Transition
from boltzmann.arrays import Floats
from boltzmann.experiments import save_figure
from boltzmann.experiments.figures import COLOURS, look, new_figure, use_decades
from envs import CatalogueBanditVector

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Agents = dict[str, Callable[[], Any]]


def annealed(steps: int) -> Agents:
    """Return learners whose temperature falls to the last step; each law with a large structure and with a table."""
    entropy, falling, stairs = (
        EntropyTarget(Exponential(0.9, 0.2, steps)),
        Exponential(1.0, 0.1, steps),
        max(steps // 8, 1),
    )
    return {
        "EntropyTarget, buckets": lambda: BucketAverage(entropy),
        "EntropyTarget, table": lambda: SampleAverage(Boltzmann(entropy)),
        "Exponential, buckets": lambda: BucketAverage(falling),
        "Exponential, table": lambda: SampleAverage(Boltzmann(falling)),
        "Staircase, trees": lambda: TreeAverage(Staircase(1.0, 0.75, stairs)),
        "Staircase, table": lambda: SampleAverage(Boltzmann(Staircase(1.0, 0.75, stairs))),
    }


def steps_of(agent: Any, arms: int, replicates: int, steps: int) -> tuple[Floats, Floats]:
    """Play a bandit; return the gaps, (steps, replicates), and the processor seconds of each step."""
    env = CatalogueBanditVector(replicates, arms=arms, features=1, noise=0.5)
    observations, ends = np.zeros(replicates, dtype=np.int64), np.zeros(replicates, dtype=np.bool_)
    agent.reset(replicates, env.single_observation_space, env.single_action_space, np.random.default_rng(1))
    env.reset(seed=list(range(replicates)))
    gaps, seconds = np.empty((steps, replicates)), np.empty(steps)
    for step in range(steps):
        start = process_time()
        actions = agent.act(observations).actions
        _, rewards, _, _, info = env.step(actions)
        agent.update(Transition(observations, actions, rewards, observations, ends, ends))
        seconds[step] = process_time() - start
        gaps[step] = info["gap"]
    return gaps, seconds


def regrets(arms: int = 1000, replicates: int = 100, steps: int = 4000) -> dict[str, Floats]:
    """Return the regret up to each step of each learner, (steps, replicates)."""
    return {name: steps_of(make(), arms, replicates, steps)[0].cumsum(axis=0) for name, make in annealed(steps).items()}


def times(powers: range, steps: int = 4000, most_seconds: float = 20.0) -> dict[str, dict[int, tuple[float, float]]]:
    """Return the mean and the median microseconds of a step by the number of arms.

    A table plays as many steps as ``most_seconds`` allow at some 30 nanoseconds for each arm.
    """
    found: dict[str, dict[int, tuple[float, float]]] = {name: {} for name in annealed(steps)}
    for arms in (10**power for power in powers):
        for name, make in annealed(steps).items():
            fewer = int(most_seconds / (arms * 3e-8 + 5e-4))
            played = min(steps, max(3, fewer)) if name.endswith("table") else steps
            _, seconds = steps_of(make(), arms, 1, played)
            found[name][arms] = 1e6 * float(seconds.mean()), 1e6 * quartiles(seconds.tolist())[1]
    return found


def draw(regret: dict[str, Floats], time: dict[str, dict[int, tuple[float, float]]]) -> Figure:
    """Draw both panels; bands are the mean with two standard errors."""
    with look():
        figure = new_figure(11.0, 4.4)
        left, right = figure.subplots(1, 2)
        for index, name in enumerate(regret):
            style = {"color": COLOURS[index // 2], "linestyle": "--" if name.endswith("table") else "-"}
            steps = np.arange(1, len(regret[name]) + 1)
            mean = regret[name].mean(axis=1)
            error = 2.0 * regret[name].std(axis=1, ddof=1) / np.sqrt(regret[name].shape[1])
            left.fill_between(steps, mean - error, mean + error, color=style["color"], alpha=0.15, linewidth=0)
            left.plot(steps, mean, label=name, **style)
            means, medians = zip(*time[name].values(), strict=True)
            right.plot(list(time[name]), medians, marker="o", markersize=3, **style)
            right.plot(list(time[name]), means, marker="x", markersize=4, linestyle="none", color=style["color"])
        left.set(xlabel="step", ylabel="regret", title="1000 arms: the same regret")
        left.legend(frameon=False, fontsize="small")
        use_decades(right, "x")
        use_decades(right, "y")
        right.set(xlabel="arms", ylabel="microseconds a step", title="a step: median (lines) and mean (crosses)")
    return figure


def print_results(regret: dict[str, Floats], time: dict[str, dict[int, tuple[float, float]]]) -> None:
    """Print the last regret with its standard error, and the mean and the median of the times."""
    for name, sums in regret.items():
        last = sums[-1]
        print(f"{name:24} regret {last.mean():8.1f} ± {last.std(ddof=1) / np.sqrt(len(last)):.1f}")
        texts = [f"10^{round(np.log10(arms))} {mean:.0f} ({median:.0f})" for arms, (mean, median) in time[name].items()]
        print(f"{'':24} microseconds {', '.join(texts)}")


def main() -> None:
    """Measure, print and draw."""
    parser = argparse.ArgumentParser(prog="large_annealing", description=__doc__)
    parser.add_argument("--output", type=Path, default=Path("results/large_annealing.png"))
    options = parser.parse_args()
    # The first step of each structure compiles it.
    for make in annealed(8).values():
        steps_of(make(), 10, 1, 8)
    regret, time = regrets(), times(range(2, 8))
    print_results(regret, time)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    save_figure(draw(regret, time), options.output)


if __name__ == "__main__":
    main()
