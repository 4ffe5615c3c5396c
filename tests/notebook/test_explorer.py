"""The slider of the temperature in a notebook."""

import math
import sys

import numpy as np
import pytest

from boltzmann import Gibbs
from boltzmann.explorer import explore_temperature, picture_at, temperature_stops


def test_without_ipywidgets_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    with pytest.raises(ImportError, match=r"boltzmann-exploration\[notebook\]"):
        explore_temperature([0.0, 1.0])


@pytest.mark.parametrize("values", [[0.0, 0.0], [1.0, np.inf], [-1e308, 1e308], [[0.0, 1.0], [5.0, 9.0]]], ids=str)
def test_stops_go_from_0_to_infinity(values):
    stops = np.array(temperature_stops(values))
    assert stops[0] == 0
    assert stops[-1] == math.inf
    assert (np.diff(stops) > 0).all()


def test_a_picture_has_the_numbers():
    gibbs = Gibbs([0.0, 1.0, 2.0], 0.5)
    html = picture_at([0.0, 1.0, 2.0], 0.5)
    assert gibbs.picture(top=1.0) in html
    assert gibbs._repr_html_() not in html
    assert f"{float(gibbs.soft_value):.6g}" in html
    assert f"{float(gibbs.log_partition):.6g}" in html


def test_moving_the_slider_shows_that_temperature():
    pytest.importorskip("ipywidgets")
    slider, shown = explore_temperature([0.0, 1.0, 2.0]).children
    for place in (0, 40, len(slider.options) - 1):
        slider.index = place
        assert shown.value == picture_at([0.0, 1.0, 2.0], slider.value)
    assert slider.value == math.inf


def test_wrong_values_raise_before_a_widget_is_made():
    pytest.importorskip("ipywidgets")
    with pytest.raises(ValueError, match="NaN for action 1"):
        explore_temperature([0.0, math.nan])
