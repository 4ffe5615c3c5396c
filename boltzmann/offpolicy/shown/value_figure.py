"""The value against the temperature, with its intervals and with what the log does not cover."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from boltzmann.arrays import Floats
from boltzmann.experiments.figures import COLOURS, decade, look, new_figure, plain, put_caption
from boltzmann.experiments.wording import shortened
from boltzmann.offpolicy.candidates import Candidate, TemperatureChoice

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHOWS = (
    "The estimated value of each candidate with its interval, the interval that holds for any policy around it, the "
    "logged policy as a level line, and below it how much of each candidate the log leaves uncovered."
)
"""What the figure of ``draw_choice`` shows, for those who do not see it."""
_LONGEST, _MOST_TICKS = 28, 9


def draw_choice(choice: TemperatureChoice, truth: Floats | None = None, title: str = "") -> Figure:
    """Draw the candidates of :func:`boltzmann.offpolicy.pick_temperature`.

    Temperatures stand on a logarithmic axis with 0 and infinity at its ends, other policies beside each other.

    Parameters
    ----------
    choice : TemperatureChoice
        The candidates.
    truth : array of shape (candidates,), optional
        The true values, where they are known.
    title : str
        Stands above the figure.

    Returns
    -------
    matplotlib.figure.Figure
        The value above, and the left-over mass below.
    """
    with look():
        return _draw(choice, truth, title)


def _draw(choice: TemperatureChoice, truth: Floats | None, title: str) -> Figure:
    ordered = _ordered(choice.candidates)
    positions, ticks = _positions([choice.candidates[index] for index in ordered])
    candidates = [choice.candidates[index] for index in ordered]
    figure = new_figure(8.0, 5.2)
    top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    _draw_values(top, choice, candidates, positions)
    if truth is not None:
        top.plot(
            positions, np.asarray(truth)[ordered], color=COLOURS[3], marker="x", linestyle="none", label="true value"
        )
    _draw_left_over(bottom, candidates, positions)
    for panel in (top, bottom):
        _shade(panel, candidates, positions)
    bottom.set_xticks(list(ticks), [ticks[position] for position in ticks])
    if not _are_temperatures(candidates):
        bottom.tick_params(axis="x", rotation=20)
    bottom.set_xlabel("temperature T', in units of the values" if _are_temperatures(candidates) else "policy")
    top.legend(loc="best", fontsize="small")
    if title:
        top.set_title(plain(title), loc="left", fontweight="bold")
    level = f"{100 * choice.confidence:g} %"
    put_caption(
        figure,
        f"{level} intervals over {choice.logged.n} rows. Where it is shaded, the log leaves more than 1 % of the "
        "policy uncovered, and the narrow interval cannot be trusted. One step: the same values, another policy.",
        metrics=(),
    )
    return figure


def _draw_values(panel: Axes, choice: TemperatureChoice, candidates: list[Candidate], positions: Floats) -> None:
    colour, within = COLOURS[0], [one.within for one in candidates]
    value, low, high = (
        np.array([getattr(one.estimate, name) for one in candidates]) for name in ("value", "low", "high")
    )
    if all(pair is not None for pair in within):
        least, most = np.array(within, dtype=np.float64).T
        panel.fill_between(
            positions, least, most, color=COLOURS[5], alpha=0.2, linewidth=0, label="holds for any policy"
        )
    panel.fill_between(positions, low, high, color=colour, alpha=0.3, linewidth=0)
    panel.plot(positions, value, color=colour, marker="o", markersize=4, linewidth=1.5, label="SNIPS")
    panel.axhline(choice.logged.value, color=COLOURS[4], linewidth=1.2, linestyle=(0, (4, 1.5)), label="logged policy")
    for position, one in zip(positions, candidates, strict=True):
        if one is choice.best:
            panel.plot([position], [one.estimate.value], **_MARK)
    panel.set_ylabel("reward a step")


_MARK: dict[str, Any] = {
    "marker": "o",
    "markersize": 11,
    "markerfacecolor": "none",
    "markeredgecolor": COLOURS[2],
    "markeredgewidth": 2.0,
    "linestyle": "none",
    "label": "the pick",
}


def _draw_left_over(panel: Axes, candidates: list[Candidate], positions: Floats) -> None:
    left = np.array([one.estimate.left_over for one in candidates])
    panel.fill_between(positions, 0.0, 100 * left, color=COLOURS[7], alpha=0.4, linewidth=0)
    panel.plot(positions, 100 * left, color=COLOURS[7], marker="o", markersize=3, linewidth=1.2)
    panel.set_ylabel("left over, %")
    panel.set_ylim(0.0, max(5.0, 105 * float(left.max())))


def _shade(panel: Axes, candidates: list[Candidate], positions: Floats) -> None:
    """Shade around each candidate that is not covered, half way to its neighbours."""
    middles = (positions[1:] + positions[:-1]) / 2
    edges = np.concatenate([positions[:1] - 0.25, middles, positions[-1:] + 0.25])
    for index, one in enumerate(candidates):
        if not one.covered:
            panel.axvspan(edges[index], edges[index + 1], color=COLOURS[7], alpha=0.10, linewidth=0, zorder=0)


def _are_temperatures(candidates: list[Candidate]) -> bool:
    return all(isinstance(one.policy, float) for one in candidates)


def _ordered(candidates: tuple[Candidate, ...]) -> list[int]:
    """Return the order on the axis: by temperature, or as given."""
    if not _are_temperatures(list(candidates)):
        return list(range(len(candidates)))
    return sorted(range(len(candidates)), key=lambda index: float(candidates[index].policy))  # type: ignore[arg-type]


def _positions(candidates: list[Candidate]) -> tuple[Floats, dict[float, str]]:
    """Return where candidates stand on the axis, and the ticks."""
    if not _are_temperatures(candidates):
        positions = np.arange(len(candidates), dtype=np.float64)
        labels = [shortened(plain(one.label), _LONGEST) for one in candidates]
        return positions, dict(zip(positions.tolist(), labels, strict=True))
    numbers = np.array([one.policy for one in candidates], dtype=np.float64)
    inside = numbers[(numbers > 0) & np.isfinite(numbers)]
    low, high = (np.log10(inside.min()), np.log10(inside.max())) if len(inside) else (0.0, 0.0)
    apart = max(0.3, 0.1 * (high - low))
    with np.errstate(divide="ignore"):
        positions = np.clip(np.log10(numbers), low - apart, high + apart)
    ends, shown = {0.0: "0", np.inf: "∞"}, max(1, -(-len(inside) // _MOST_TICKS))
    ticks = {
        float(position): ends[number] if number in ends else decade(float(f"{number:.2g}"))
        for index, (position, number) in enumerate(zip(positions, numbers, strict=True))
        if number in ends or index % shown == 0
    }
    return positions, ticks
