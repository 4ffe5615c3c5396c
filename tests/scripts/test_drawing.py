"""The scripts that draw the library itself, and the page that lists what they draw."""

from dataclasses import is_dataclass

import numpy as np

import boltzmann
from scripts import draw_gibbs_limits, draw_temperature_choices
from tests.support.paths import ROOT


def test_the_limits_are_drawn_with_both_ends(tmp_path, capsys):
    draw_gibbs_limits.main(["--output", str(tmp_path / "deep" / "limits.png")])
    assert (tmp_path / "deep" / "limits.png").stat().st_size > 10_000
    values = [0.0, 0.5, 0.9, 1.0, -1.0]
    panels = draw_gibbs_limits.draw_limits(values).axes
    assert [panel.get_ylabel().split(" ")[0] for panel in panels] == ["probability", "entropy", "value", "heat"]
    lines, dots = panels[1].get_lines()[:2]
    np.testing.assert_allclose(dots.get_ydata(), [0.0, np.log(5)], atol=1e-15)
    np.testing.assert_allclose(lines.get_ydata()[300], boltzmann.entropy(values, 1.0))
    assert len(panels[0].get_lines()) == 10


def test_every_schedule_and_every_thermostat_is_drawn(tmp_path, capsys):
    files = tmp_path / "a" / "schedules.svg", tmp_path / "b" / "thermostats.svg"
    draw_temperature_choices.main(["--schedules", str(files[0]), "--thermostats", str(files[1])])
    assert all(file.stat().st_size > 10_000 for file in files)
    drawn = [schedule for group in draw_temperature_choices.SCHEDULES.values() for schedule in group]
    assert {type(schedule) for schedule in drawn} == _dataclasses(boltzmann.schedules)
    assert {type(thermostat) for thermostat in draw_temperature_choices.THERMOSTATS[1:]} == _dataclasses(
        boltzmann.thermostats
    )
    panels = draw_temperature_choices.draw_schedules().axes
    assert [len(panel.get_lines()) for panel in panels] == [5, 7, 6]
    np.testing.assert_array_equal(
        panels[0].get_lines()[1].get_ydata(), boltzmann.Linear(1.0, 0.01, 1000)(np.arange(1001))
    )


def test_the_page_on_temperatures_names_every_class():
    page = (ROOT / "docs" / "temperature.md").read_text()
    for room in (boltzmann.schedules, boltzmann.thermostats, boltzmann.policies):
        for kind in _dataclasses(room):
            assert f"`{kind.__name__}(" in page


def _dataclasses(room):
    return {vars(room)[name] for name in room.__all__ if is_dataclass(vars(room)[name])}
