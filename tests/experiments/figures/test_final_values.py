"""Differences and profiles: figures of the last tenth of the steps."""

import numpy as np
import pytest

from boltzmann.experiments import (
    draw_differences,
    draw_learning_curves,
    draw_profiles,
    leaderboard,
    save_figure,
)
from boltzmann.experiments.statistics import final
from tests.support.figures import lines_of, named, rows_of


@pytest.mark.parametrize(
    ("draw", "ending"), [(draw_learning_curves, "svg"), (draw_differences, "png"), (draw_profiles, "svg")]
)
def test_returns_say_how_episodes_are_aligned(results, draw, ending, tmp_path):
    figure = draw(results, "return")
    assert "Episodes are aligned on steps" in figure.get_supxlabel().replace("\n", " ")
    assert "Episodes" not in draw(results, "reward").get_supxlabel()
    save_figure(figure, tmp_path / f"figure.{ending}")
    assert (tmp_path / f"figure.{ending}").stat().st_size > 10_000


@pytest.mark.parametrize("baseline", [None, "Greedy()"])
def test_differences_are_those_of_the_leaderboard(results, baseline):
    figure = draw_differences(results, "gap", baseline=baseline)
    tasks = leaderboard(results, "gap", baseline=baseline).groupby("task", sort=False)
    for panel, (task, rows) in zip(figure.axes, tasks, strict=True):
        assert panel.get_title(loc="left") == task
        assert "← better   worse →" in panel.get_xlabel()
        assert rows_of(panel) == list(rows["agent"])
        # A row of one line of text and a bar is 2.3 lines high.
        dots = {int(line.get_ydata()[0] // 2.3): line for line in panel.get_lines() if len(line.get_xdata()) == 1}
        bars = {int(line.get_ydata()[0] // 2.3): line for line in panel.get_lines() if len(line.get_xdata()) == 2}
        for index, row in enumerate(rows.to_dict("records")):
            if row["agent"] == row["compared_with"]:
                assert dots[index].get_xdata()[0] == 0.0
                continue
            assert dots[index].get_xdata()[0] == row["difference"]
            np.testing.assert_array_equal(bars[index].get_xdata(), [row["difference_low"], row["difference_high"]])
            assert (dots[index].get_markerfacecolor() == "white") == (row["p_value"] > 0.05)


@pytest.mark.parametrize(("metric", "sign"), [("reward", 1), ("gap", -1)])
def test_profiles_are_fractions_of_replicates(results, metric, sign):
    panel = draw_profiles(results, metric).axes[0]
    assert panel.get_ylabel() == ("replicates above τ" if sign > 0 else "replicates below τ")
    (cell,) = (cell for cell in results.cells() if cell.agent == "SampleAverage(Greedy())")
    line = lines_of(panel)["Greedy()"]
    expected = [(sign * final(cell, metric) > sign * tau).mean() for tau in line.get_xdata()]
    np.testing.assert_allclose(line.get_ydata(), expected)
    assert named(panel) == list(leaderboard(results, metric)["agent"][:4])
    assert len(panel.collections) == 3
