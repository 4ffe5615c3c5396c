"""A figure that fails loses nothing else: results are stored and printed, the rest is drawn, and a line names it."""

import pytest

from boltzmann.experiments import FailedFiguresError, Results
from boltzmann.experiments.figures import FIGURES, each_figure, listing
from boltzmann.experiments.studies import EndCheck
from scripts import compare_schedules, plot_learning_curves, temperature_limits
from scripts import write_report as write_report_script
from scripts.support import drawing, running
from tests.support.html_page import Page

SMALL = ["--env", "boltzmann/GaussianBandit-v0", "--steps", "20", "--replicates", "3", "--jobs", "1", "--policies"]
POLICIES = ["Boltzmann(0.5)", "Greedy()"]


pytestmark = pytest.mark.filterwarnings("ignore::boltzmann.experiments.FewReplicatesWarning")


def fail(*_, **__):
    raise ValueError("a reason\nof two lines")


@pytest.fixture
def failing(monkeypatch):
    """The second figure of every comparison cannot be drawn."""
    object.__setattr__(FIGURES[1], "draw", fail)
    yield
    object.__setattr__(FIGURES[1], "draw", listing.differences_of)


def test_a_comparison_stores_prints_and_draws_the_rest(failing, tmp_path, capsys):
    with pytest.raises(SystemExit) as end:
        compare_schedules.main([*SMALL, *POLICIES, "--output", str(tmp_path)])
    out, err = capsys.readouterr()
    assert end.value.code == 4
    (line,) = [line for line in err.splitlines() if "figure failed" in line]
    assert (
        line
        == "python -m scripts.compare_schedules: figure failed: Paired differences: ValueError: a reason of two lines"
    )
    assert "is best in the last tenth" in out or "does not differ" in out or "have the same mean" in out
    assert len(list(Results.load(tmp_path).cells())) == 2
    assert {path.name for path in tmp_path.glob("*.png")} == {"learning_curves.png", "profiles.png"}
    assert f"figure:  {tmp_path / 'profiles.png'}" in out
    # The page draws from the numbers themselves.
    assert "Paired differences" in Page((tmp_path / "report.html").read_text("utf-8")).texts["h2"]


def test_the_page_of_stored_results_needs_no_figure_and_their_curves_say_so_too(failing, results, capsys, monkeypatch):
    write_report_script.main([str(results)])
    assert f"page:    {results / 'report.html'}" in capsys.readouterr().out
    monkeypatch.setattr(plot_learning_curves, "draw_learning_curves", fail)
    with pytest.raises(SystemExit) as end:
        plot_learning_curves.main([str(results)])
    out, err = capsys.readouterr()
    assert end.value.code == 4
    assert f"figure failed: {results / 'learning_curves.png'}: ValueError: a reason of two lines" in err
    assert "=> " in out


def test_a_full_disk_names_the_file_and_leaves_the_others(tmp_path, capsys, monkeypatch):
    def full(figure, path):
        if path.name == "differences.png":
            raise OSError(28, "No space left on device")
        path.write_bytes(b"drawn")

    monkeypatch.setattr(running, "save_figure", full)
    with pytest.raises(SystemExit) as end:
        compare_schedules.main([*SMALL, *POLICIES, "--output", str(tmp_path)])
    assert end.value.code == 4
    err = capsys.readouterr().err
    assert f"figure failed: {tmp_path / 'differences.png'}: OSError: [Errno 28] No space left on device" in err
    assert (tmp_path / "profiles.png").exists()
    assert (tmp_path / "report.html").exists()


def test_a_page_that_cannot_be_written_loses_no_figure(tmp_path, capsys, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device", str(tmp_path / "report.html"))

    monkeypatch.setattr(running, "write_judgement", full)
    with pytest.raises(SystemExit) as end:
        compare_schedules.main([*SMALL, *POLICIES, "--output", str(tmp_path)])
    assert end.value.code == 4
    out, err = capsys.readouterr()
    assert f"No space left on device: '{tmp_path / 'report.html'}'" in err
    assert "page: " not in out
    assert {path.name for path in tmp_path.glob("*.png")} == {"learning_curves.png", "differences.png", "profiles.png"}


SWEEP = ["--env", "boltzmann/GaussianBandit-v0", "--steps", "20", "--replicates", "3", "--jobs", "1"]
SWEEP += ["--low", "0.1", "--high", "10", "--per-decade", "1"]


@pytest.mark.parametrize("raised", [ValueError("no figure"), OSError(28, "No space left on device")])
def test_a_wrong_end_is_told_though_a_figure_or_the_page_fails(raised, tmp_path, capsys, monkeypatch):
    def fail_so(*_, **__):
        raise raised

    check = EndCheck("boltzmann/GaussianBandit-v0", "Boltzmann(0.0)", "Greedy()", 3, ("reward",))
    monkeypatch.setattr(temperature_limits, "check_ends", lambda results: [check])
    monkeypatch.setattr(temperature_limits, "draw_limits", fail_so)
    monkeypatch.setattr(temperature_limits, "write_page", fail_so)
    with pytest.raises(SystemExit, match=r"Boltzmann\(0\.0\) is not Greedy\(\) on boltzmann/GaussianBandit-v0"):
        temperature_limits.main([*SWEEP, "--output", str(tmp_path)])
    out, err = capsys.readouterr()
    assert f"figure failed: {tmp_path / 'limits.png'}" in err
    assert f"figure failed: {tmp_path / 'report.html'}" in err
    assert f"figure:  {tmp_path / 'sweep.png'}" in out


def test_a_model_that_cannot_be_read_is_refused_before_the_run(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(temperature_limits.envs, "make", fail)
    with pytest.raises(SystemExit) as end:
        temperature_limits.main([*SWEEP, "--output", str(tmp_path / "r")])
    assert end.value.code == 2
    assert "a reason of two lines" in capsys.readouterr().err
    assert not (tmp_path / "r").exists()


def save_what_fails(folder):
    with each_figure() as attempt:
        drawing.draw_and_save(folder / "gains.png", fail, attempt)
        print("the page is written")


def test_a_figure_of_a_study_that_fails_is_left_out_of_its_page(tmp_path, capsys):
    with pytest.raises(FailedFiguresError, match=r"gains.png: ValueError: a reason of two lines"):
        save_what_fails(tmp_path)
    assert capsys.readouterr().out == "the page is written\n"
