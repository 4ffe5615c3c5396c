"""Draw the schedules and the thermostats: ``python -m scripts.draw_temperature_choices``.

One figure shows every schedule on one time axis. The other shows the probabilities that each thermostat gives the same
values times 1, 10 and 100, beside a constant temperature.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from boltzmann import (
    GLIE,
    Boltzmann,
    Clip,
    Constant,
    Cosine,
    Cyclic,
    EffectiveActionsTarget,
    EntropyTarget,
    Exponential,
    ExponentialDecay,
    GreedyProbabilityTarget,
    InverseSqrt,
    InverseTime,
    Join,
    Linear,
    Logarithmic,
    LogOverTime,
    LossBudget,
    Piecewise,
    Polynomial,
    RangeScaled,
    Scale,
    SqrtLogOverTime,
    Staircase,
    StdScaled,
    Warmup,
)
from boltzmann.experiments import save_figure
from boltzmann.experiments.figures import COLOURS, look, new_figure, use_decades
from scripts.support import command, console, print_path, read_options, refusals

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STEPS = 1000
SCHEDULES: dict[str, tuple[Any, ...]] = {
    "from a start to an end": (
        Constant(0.5),
        Linear(1.0, 0.01, STEPS),
        Polynomial(1.0, 0.01, STEPS, power=2.0),
        Cosine(1.0, 0.01, STEPS),
        Exponential(1.0, 0.01, STEPS),
    ),
    "falling for ever": (
        Logarithmic(1.0),
        InverseSqrt(1.0, 0.05),
        InverseTime(1.0, 0.05),
        ExponentialDecay(1.0, 0.005),
        Staircase(1.0, 0.5, 150),
        SqrtLogOverTime(10),
        LogOverTime(1.0),
    ),
    "made of others": (
        Piecewise((1.0, 0.3, 0.03), (300, 600)),
        Cyclic(Cosine(0.8, 0.02, 250), 250),
        Join((0.2, Linear(0.2, 0.01, 400)), (500,)),
        Warmup(InverseTime(0.5, 0.05), 100, start=0.05),
        Scale(Exponential(1.0, 0.01, STEPS), 0.1),
        Clip(ExponentialDecay(1.0, 0.005), 0.06, 0.6),
    ),
}
VALUES, FACTORS = (1.0, 0.9, 0.5, 0.0, -1.0), (1, 10, 100)
THERMOSTATS: tuple[Any, ...] = (
    0.3,
    LossBudget(0.1),
    RangeScaled(0.15),
    StdScaled(0.5),
    EntropyTarget(0.6),
    EffectiveActionsTarget(2.5),
    GreedyProbabilityTarget(0.6),
    GLIE(),
)
VISITS = np.full(len(VALUES), 20)


EXAMPLES = ("--schedules schedules.svg --thermostats thermostats.svg",)


@dataclass(frozen=True)
class Options:
    """Draw every schedule, and the probabilities that thermostats give some values."""

    schedules: Path = Path("results/schedules.png")
    """The file of the first figure; its ending chooses the format."""
    thermostats: Path = Path("results/thermostats.png")
    """The file of the second figure."""


def draw_schedules() -> Figure:
    """Draw one panel for each group of schedules, with the temperature on a logarithmic axis."""
    steps = np.arange(STEPS + 1)
    with look():
        figure = new_figure(11.0, 9.5)
        panels = figure.subplots(len(SCHEDULES), 1, sharex=True)
        for panel, (title, schedules) in zip(panels, SCHEDULES.items(), strict=True):
            for curve, schedule in enumerate(schedules):
                # A logarithmic axis cannot show 0, so the line begins at the first temperature above 0.
                temperatures = np.where(schedule(steps) > 0, schedule(steps), np.nan)
                style = ("-", "--", ":")[curve % 3]
                panel.plot(
                    steps, temperatures, color=COLOURS[curve], linestyle=style, linewidth=1.8, label=repr(schedule)
                )
            use_decades(panel, "y")
            panel.set(ylim=(1e-3, 1.5), xlim=(0, STEPS), ylabel="temperature (units of Q)")
            panel.set_title(title, loc="left")
            panel.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, fontsize="small")
        panels[-1].set_xlabel("step")
    return figure


def draw_thermostats() -> Figure:
    """Draw a grid of probabilities: a row for each thermostat, a column for each factor of the values."""
    with look():
        figure = new_figure(9.0, 1.15 * len(THERMOSTATS) + 1)
        panels = figure.subplots(len(THERMOSTATS), len(FACTORS), sharex=True, sharey=True)
        for row, thermostat in zip(panels, THERMOSTATS, strict=True):
            for panel, factor in zip(row, FACTORS, strict=True):
                gibbs = Boltzmann(thermostat)(np.multiply(VALUES, factor), visits=VISITS)
                panel.bar(np.arange(len(VALUES)), gibbs.probs, color=COLOURS[0], width=0.75)
                label = f"T = {float(gibbs.temperature):.3g}"
                panel.text(0.97, 0.88, label, transform=panel.transAxes, ha="right", va="top", fontsize="small")
                panel.set(ylim=(0, 1.05), yticks=(0, 0.5, 1))
                panel.grid(visible=False)
                panel.spines[["top", "right"]].set_visible(False)
            name = f"T = {thermostat}" if isinstance(thermostat, float) else repr(thermostat)
            row[0].set_ylabel(name, rotation=0, ha="right", va="center", labelpad=12)
        for panel, factor in zip(panels[0], FACTORS, strict=True):
            panel.set_title(f"values times {factor}", fontsize="medium")
        for panel in panels[-1]:
            panel.set_xticks(np.arange(len(VALUES)), [f"{value:g}" for value in VALUES])
        figure.supxlabel("value of the action, before it is multiplied", fontsize="medium")
        figure.suptitle("Probabilities of five actions", fontsize="medium", x=0.01, ha="left")
    return figure


@command("draw_temperature_choices")
def main(arguments: list[str] | None, program: str) -> None:
    """Run the command line."""
    options = read_options(Options, arguments, program, EXAMPLES)
    with console.errors_in_one_line(program, console.INPUT_ERRORS):
        for path in (options.schedules, options.thermostats):
            refusals.require_figure(path, makes_folders=True)
        for path, draw in ((options.schedules, draw_schedules), (options.thermostats, draw_thermostats)):
            path.parent.mkdir(parents=True, exist_ok=True)
            save_figure(draw(), path)
            print_path("figure", path)


if __name__ == "__main__":
    main()
