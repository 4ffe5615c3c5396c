"""A slider that moves the temperature in a notebook; needs the extra ``notebook``."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from boltzmann import checks
from boltzmann.arrays import Mask, Values, Weights
from boltzmann.gibbs import Gibbs
from boltzmann.pictures import table

_DECADES, _STOPS = 4, 20
_WIDEST = 1e300


def explore_temperature(values: Values, *, where: Mask = None, prior: Weights = None) -> Any:
    """Return a widget that shows the Gibbs distribution of the values at every temperature from 0 to inf.

    Parameters
    ----------
    values : array of shape (..., K)
        Action values, actions last, of any array library.
    where, prior
        As for :class:`boltzmann.Gibbs`.

    Returns
    -------
    ipywidgets.VBox
        A slider whose stops are 0, temperatures from 10^-4 to 10^4 times the range of the finite values, and inf; below
        it probabilities, entropy, log-partition and soft value.

    Raises
    ------
    ImportError
        Without ipywidgets; ``pip install "boltzmann-exploration[notebook]"`` brings it.
    TypeError, ValueError
        As :class:`boltzmann.Gibbs` does.
    """
    try:
        import ipywidgets
    except ImportError as error:
        text = 'explore_temperature needs ipywidgets: pip install "boltzmann-exploration[notebook]"'
        raise ImportError(text) from error
    stops = temperature_stops(values)
    Gibbs(values, stops[0], where=where, prior=prior)
    slider = ipywidgets.SelectionSlider(
        options=[("\N{INFINITY}" if stop == math.inf else f"{stop:.4g}", stop) for stop in stops],
        value=stops[len(stops) // 2],
        description="temperature",
        style={"description_width": "initial"},
        layout={"width": "480px"},
    )
    shown = ipywidgets.HTML()

    def show(_: object) -> None:
        shown.value = picture_at(values, slider.value, where=where, prior=prior)

    slider.observe(show, "value")
    show(None)
    return ipywidgets.VBox([slider, shown])


def temperature_stops(values: Values) -> list[float]:
    """Return 0, temperatures spaced evenly in their logarithm around the range of the finite values, and inf.

    >>> stops = temperature_stops([0.0, 2.0])
    >>> stops[0], round(stops[1], 10), round(stops[len(stops) // 2], 10), round(stops[-2], 10), stops[-1]
    (0.0, 0.0002, 2.0, 20000.0, inf)
    """
    numbers = np.asarray(checks.numeric_array("values", values), dtype=np.float64)
    finite = numbers[np.isfinite(numbers)]
    spread = float(finite.max()) - float(finite.min()) if finite.size else 0.0
    scale = min(spread, _WIDEST) or 1.0
    return [0.0, *(scale * np.logspace(-_DECADES, _DECADES, 2 * _DECADES * _STOPS + 1)).tolist(), math.inf]


def picture_at(values: Values, temperature: float, *, where: Mask = None, prior: Weights = None) -> str:
    """Return the HTML of the distribution at a temperature, with log-partition and soft value.

    >>> "soft value" in picture_at([0.0, 1.0], 0.5)
    True
    """
    gibbs = Gibbs(values, temperature, where=where, prior=prior)
    names = ("log_partition", "soft_value", "mean", "entropy")
    rows = [
        (name.replace("_", " "), ", ".join(f"{number:.6g}" for number in np.ravel(getattr(gibbs, name))[:4]))
        for name in names
    ]
    # One scale at all temperatures, so that the highest bar shrinks as they rise.
    return gibbs.picture(top=1.0) + table(("quantity", "value"), rows)
