"""Draw the Gibbs distribution against the temperature: ``python -m scripts.draw_gibbs_limits``.

The figure shows probabilities, entropy, soft value and heat capacity of five values from T = 1e-3 to T = 1e3. Dots show
both ends, T = 0 and T = inf, which are computed exactly instead of as ends of the curves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from boltzmann import Gibbs
from boltzmann.experiments import save_figure
from boltzmann.experiments.figures import COLOURS, decade, look, new_figure
from scripts.support import ActionValues, Output, command, console, print_path, read_options, refusals

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_ENDS = (-3.7, 3.7)
"""Positions of T = 0 and T = inf on the axis of log10 T."""


EXAMPLES = ("--values 0 1 3 --output limits.svg",)


@dataclass(frozen=True)
class Options:
    """Draw the Gibbs distribution of some values against the temperature."""

    values: ActionValues = (0.0, 0.5, 0.9, 1.0, -1.0)
    output: Output = None
    """The figure's file, its ending chooses the format (png, svg, pdf); by default results/gibbs_limits.png."""


def draw_limits(values: Sequence[float]) -> Figure:
    """Draw four panels: probabilities, entropy, soft value with mellowmax and mean, and heat capacity."""
    temperatures = np.logspace(-3, 3, 601)
    curves, ends = Gibbs([values], temperatures[:, np.newaxis]), Gibbs([values], np.array([[0.0], [np.inf]]))
    with look():
        figure = new_figure(10.5, 7.0)
        panels = figure.subplots(2, 2).ravel()
        for action in np.argsort(values)[::-1]:
            _draw(panels[0], "probs", curves, ends, f"Q = {values[action]:g}", COLOURS[action % len(COLOURS)], action)
        _draw(panels[1], "entropy", curves, ends, "entropy", COLOURS[0])
        for curve, (name, label) in enumerate(
            [("soft_value", "soft value, T log Z"), ("mellowmax", "mellowmax"), ("mean", "mean, E[Q]")]
        ):
            _draw(panels[2], name, curves, ends, label, COLOURS[curve], dashes=curve)
        _draw(panels[3], "heat_capacity", curves, ends, "heat capacity", COLOURS[0])
        panels[1].axhline(np.log(len(values)), color="0.4", linestyle=":", linewidth=1)
        panels[1].annotate(f"log {len(values)}", (_ENDS[0], np.log(len(values))), va="bottom", fontsize="small")
        panels[1].margins(y=0.1)
        spread = max(np.ptp(values), 1e-9)
        panels[2].set_ylim(min(values) - 0.1 * spread, max(values) + 2 * spread)
        names = ("probability", "entropy (nats)", "value (units of Q)", "heat capacity, Var Q / T²")
        for panel, name in zip(panels, names, strict=True):
            panel.set(xlabel="temperature (units of Q)", ylabel=name, xlim=(_ENDS[0] - 0.3, _ENDS[1] + 0.3))
            panel.set_xticks([_ENDS[0], -3, -2, -1, 0, 1, 2, 3, _ENDS[1]])
            panel.set_xticklabels(["0", *(decade(10.0**power) for power in range(-3, 4)), "∞"])
        for panel in (panels[0], panels[2]):
            panel.legend(frameon=True, fontsize="small")
        figure.supxlabel(
            "Lines: T from 0.001 to 1000. Dots: T = 0 and T = ∞, exactly (at T = ∞ the soft value is ∞).",
            fontsize="small",
            x=0.01,
            ha="left",
        )
    return figure


def _draw(
    panel: Any, name: str, curves: Gibbs, ends: Gibbs, label: str, colour: Any, action: Any = None, dashes: int = 0
) -> None:
    line, dots = (np.asarray(getattr(gibbs, name))[:, 0] for gibbs in (curves, ends))
    if action is not None:
        line, dots = line[:, action], dots[:, action]
    style = ("-", "--", ":")[dashes if action is None else int(action) % 3]
    panel.plot(np.linspace(-3, 3, len(line)), line, color=colour, linestyle=style, linewidth=1.8, label=label)
    panel.plot(_ENDS, dots, "o", color=colour, markersize=5, clip_on=True)


@command("draw_gibbs_limits")
def main(arguments: list[str] | None, program: str) -> None:
    """Run the command line."""
    options = read_options(Options, arguments, program, EXAMPLES)
    path = options.output or Path("results/gibbs_limits.png")
    with console.errors_in_one_line(program, console.INPUT_ERRORS):
        refusals.require_figure(path, makes_folders=True)
        figure = draw_limits(options.values)
        path.parent.mkdir(parents=True, exist_ok=True)
        save_figure(figure, path)
    print_path("figure", path)


if __name__ == "__main__":
    main()
