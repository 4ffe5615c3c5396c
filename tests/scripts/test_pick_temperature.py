"""The command that picks a temperature from a log, in all its forms."""

import math

import numpy as np
import pytest

from boltzmann.offpolicy import Log, draw_choice, pick_temperature, write_cb, write_log_parquet
from scripts import compare_schedules
from scripts import pick_temperature as script
from tests.support.commands import refused
from tests.support.logs import bernoulli_log


@pytest.fixture
def log():
    return bernoulli_log(np.random.default_rng(9), n=2000, temperature=0.1, error=0.0)


def test_a_cold_log_is_picked_from_with_its_covered_column(log, tmp_path, capsys):
    write_cb(log, tmp_path / "log.txt")
    script.main([str(tmp_path / "log.txt"), "--bounds", "0", "1", "--policies", "Entmax(0.5)"])
    out = capsys.readouterr().out
    assert "covered" in out
    assert "Entmax(0.5, 1.5)" in out
    script.main([str(tmp_path / "log.txt"), "--bounds", "0", "1"])
    out = capsys.readouterr().out
    choice = pick_temperature(log, [0.0, *(2.0 ** np.arange(-5, 6) * 0.1), math.inf])
    assert choice.best.label in out
    assert "does not cover" in out
    assert "not to be trusted" in out
    page = (tmp_path / "pick_temperature.html").read_text()
    assert "This is about one step" in page
    assert "covered" in page
    assert "<svg" in page
    assert (tmp_path / "pick_temperature.png").stat().st_size > 10_000


def test_a_parquet_file_gives_the_same_answer(log, tmp_path, capsys):
    pytest.importorskip("pyarrow")
    write_cb(log, tmp_path / "log.txt")
    write_log_parquet(log, tmp_path / "log.parquet")
    tables = []
    for name in ("log.txt", "log.parquet"):
        script.main([str(tmp_path / name), "--temperatures", "0", "0.1", "1", "--bounds", "0", "1"])
        tables.append(capsys.readouterr().out.split("Reward a step")[1].split("figure:")[0])
    assert tables[0] == tables[1]


def test_a_folder_of_results_is_a_log(tmp_path, capsys):
    folder = str(tmp_path / "run")
    arguments = ["--env", "FrozenLake-v1", "--policies", "Boltzmann(0.2)", "--steps", "40", "--replicates", "3"]
    compare_schedules.main([*arguments, "--record", "log", "--jobs", "1", "--output", folder])
    capsys.readouterr()
    assert "log must be of single steps" in refused(script.main, [folder], capsys, tmp_path)
    script.main([folder, "--one-step", "--bounds", "0", "1"])
    assert "(the logged policy)" in capsys.readouterr().out
    assert (tmp_path / "run" / "pick_temperature.html").exists()
    script.main([folder, "--one-step", "--env", "FrozenLake-v1", "--logged", "Boltzmann(0.2)"])
    assert "(the logged policy)" in capsys.readouterr().out
    for wrong, message in (
        (["--env", "Taxi-v4"], "--env must be one of FrozenLake-v1, got 'Taxi-v4'"),
        (["--env", "FrozenLake-v1", "Taxi-v4"], "--env must be one here, got 2"),
        (["--logged", "Greedy()"], "--logged must be an agent of every task, got Greedy()"),
    ):
        assert message in refused(script.main, [folder, *wrong], capsys, tmp_path)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["log.csv"], "LOG must be a folder, or a file that ends in .parquet, .txt or .vw"),
        (["nowhere.txt"], "No such file"),
        (
            ["log.txt", "--logged", "Greedy()"],
            "--env and --logged choose from a folder of results",
        ),
        (["log.txt", "--temperatures", "-1"], r"--temperatures must be in [0, inf], got -1.0"),
        (["log.txt", "--policies", "UCB1()"], "policy must read values alone"),
        (["log.txt", "--policies", "Softer()"], "Softer"),
        (["log.txt", "--bounds", "1", "0"], "bounds must increase"),
        (["log.txt", "--bounds", "0", "0.5"], "rewards must be in the bounds [0, 0.5], got 1.0 in row"),
        (["log.txt", "--confidence", "1"], "--confidence must be in (0, 1), got 1.0"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(arguments, message, log, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_cb(log, tmp_path / "log.txt")
    assert message in refused(script.main, arguments, capsys, tmp_path)


def test_the_figure_says_what_the_log_leaves_uncovered(log):
    figure = draw_choice(pick_temperature(log, [math.inf, 0.1, 0.0, 0.05]), title="A log")
    top, bottom = figure.axes
    assert [label.get_text() for label in bottom.get_xticklabels()] == ["0", "0.05", "0.1", "∞"]
    assert "left over" in bottom.get_ylabel()
    assert "leaves more than 1 %" in figure.get_supxlabel().replace("\n", " ")
    assert top.get_title(loc="left") == "A log"
    # The axis is shaded at the one temperature that is not covered.
    assert len([patch for patch in top.patches if patch.get_alpha() == 0.1]) == 1


def test_policies_stand_beside_each_other(log):
    from boltzmann import Entmax, Greedy

    figure = draw_choice(pick_temperature(log, [Greedy(), Entmax(0.5), 0.1]), np.array([0.1, 0.2, 0.3]))
    assert [label.get_text() for label in figure.axes[1].get_xticklabels()] == [
        "Greedy()",
        "Entmax(0.5, 1.5)",
        "T = 0.1",
    ]
    assert "true value" in {text.get_text() for text in figure.axes[0].get_legend().get_texts()}


def test_a_single_candidate_can_be_drawn(log):
    free = Log(**{name: value for name, value in log.columns().items() if name != "bounds"})
    draw_choice(pick_temperature(free, [0.0])).canvas.draw()
