"""Every command refuses what can be known before it computes anything; and a full disk behind it names its file."""

import errno
import importlib
import os
import resource
import shutil
import sys
from importlib.util import find_spec

import pytest

from agents import SampleAverage
from boltzmann import Greedy
from boltzmann.experiments import Experiment, RefusedError, Results, Store, Task, runs, save_figure
from boltzmann.experiments.figures import require_figure_format
from boltzmann.experiments.runs import disk
from boltzmann.experiments.store import atomic
from scripts import anneal, compare_schedules, export_results, plot_learning_curves, temperature_limits, tune
from scripts.support import as_raw, costs, refusals
from tests.support.commands import refused
from tests.support.every_command import BANDIT, NAMES, arguments_of, main_of

RUNNING = ("anneal", "compare_schedules", "temperature_limits", "train_dqn", "train_sb3", "tune")
NEEDED = {"train_dqn": "torch", "train_sb3": "stable_baselines3"}
EVERY_RUNNING = pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.skipif(not find_spec(NEEDED[name]), reason=f"it needs {NEEDED[name]}"))
        if name in NEEDED
        else name
        for name in RUNNING
    ],
)
FIRST_RUNS = {"anneal": "choosing", "tune": "round-0"}
NOTHING_KNOWN = "CartPole-v1"


@pytest.fixture
def unable_to_run(monkeypatch):
    """Whatever is computed fails: refusals come before."""

    def fail(*arguments, **keywords):
        raise AssertionError("it was computed before it was refused")

    for module in (temperature_limits, sys.modules["scripts.support.running"]):
        monkeypatch.setattr(module, "run", fail)


@pytest.fixture
def unable_to_step(unable_to_run, monkeypatch):
    """Nor is a step tried, nor an environment made for the trial."""

    def fail(*arguments, **keywords):
        raise AssertionError("it was tried before it was refused")

    for module, function in ((refusals, "_first_step"), (costs, "print_plan"), (costs, "print_outline")):
        monkeypatch.setattr(module, function, fail)


def task(name, environment):
    return ["--env", environment]


def shown(name, environment):
    """The environment as a command names it; deep networks see raw observations."""
    return as_raw(environment) if name in NEEDED else environment


def of(name, *more, folder, results=None):
    return [*arguments_of(name, folder, results), *more]


def test_the_commands_that_run_are_known():
    options = {name: importlib.import_module(f"scripts.{name}").Options for name in NAMES}
    assert {name for name, kind in options.items() if "jobs" in kind.__dataclass_fields__} == set(RUNNING)


@EVERY_RUNNING
def test_a_metric_that_no_task_has_is_refused(name, unable_to_run, tmp_path, capsys):
    folder = tmp_path / "x"
    if name != "anneal":
        error = refused(main_of(name), of(name, "--metric", "return", folder=folder), capsys, tmp_path)
        assert f"{shown(name, BANDIT)} does not report its return" in error
    for metric in ("gap", "optimal"):
        arguments = of(name, *task(name, NOTHING_KNOWN), "--metric", metric, folder=folder)
        error = refused(main_of(name), arguments, capsys, tmp_path)
        assert f"{shown(name, NOTHING_KNOWN)} does not report its {metric}" in error


def test_a_metric_that_some_task_has_is_no_reason_to_refuse(tmp_path):
    experiment = compare_schedules.describe(
        compare_schedules.Options(env=[BANDIT, NOTHING_KNOWN], policies=["Greedy()"], steps=[5])
    )
    for metric in ("gap", "return", "reward", None):
        refusals.require_metric(experiment.tasks, metric)
    with pytest.raises(RefusedError, match="CartPole-v1 does not report its gap"):
        refusals.require_metric(experiment.tasks, "gap", everywhere=True)


@EVERY_RUNNING
@pytest.mark.parametrize("more", [[], ["--dry-run"]])
def test_wrong_workers_and_files_in_the_way_are_refused(name, more, unable_to_run, tmp_path, capsys, monkeypatch):
    folder = tmp_path / "x"
    for wrong, message in (
        (["--jobs", "0"], "--jobs must be -1 or at least 1, got 0"),
        (["--jobs", "-3"], "--jobs must be -1 or at least 1, got -3"),
        (["--cell-timeout", "0"], "--cell-timeout must be in [0.001, 1e9], got 0.0"),
    ):
        assert message in refused(main_of(name), of(name, *wrong, *more, folder=folder), capsys, tmp_path)
    if name == "compare_schedules":
        address = of(name, "--address", "tcp://x", *more, folder=folder)
        assert "--address is for --backend dask or ray" in refused(main_of(name), address, capsys, tmp_path)
        monkeypatch.setitem(sys.modules, "distributed", None)
        missing = of(name, "--backend", "dask", *more, folder=folder)
        assert "boltzmann-exploration[dask]" in refused(main_of(name), missing, capsys, tmp_path)
    (folder / "report.html").mkdir(parents=True)
    error = refused(main_of(name), of(name, *more, folder=folder), capsys, tmp_path)
    assert f"{folder / 'report.html'} cannot be written: it is a folder" in error


@EVERY_RUNNING
@pytest.mark.parametrize("more", [[], ["--dry-run"], ["--metric", "gap"]])
def test_a_folder_that_holds_another_experiment_is_refused(name, more, unable_to_step, tmp_path, capsys):
    """It may be that of another command, or the first run of a study may be another."""
    folder = tmp_path / "x"
    other = Experiment((Task("boltzmann/Chain-v0", (SampleAverage(Greedy()),), 5),), 1, 0)
    for place in (folder, folder / FIRST_RUNS.get(name, "")):
        Store(place).begin(other.plan)
        error = refused(main_of(name), of(name, *more, folder=folder), capsys, tmp_path)
        assert f"error: {place} holds another experiment" in error
        shutil.rmtree(folder)


@EVERY_RUNNING
def test_the_disk_holds_figures_and_page_too(name, unable_to_run, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(disk, "free_disk", lambda folder: 700_000)
    error = refused(main_of(name), of(name, folder=tmp_path / "x"), capsys, tmp_path)
    assert " MB of results, figures and page in " in error
    assert "more than the 0.7 MB that are free there" in error


@pytest.mark.parametrize("name", sorted(set(NAMES) - set(RUNNING) - {"export_results"}))
def test_files_that_cannot_be_written_are_refused(name, compared, tmp_path, capsys):
    arguments = of(name, folder=tmp_path / "file" / "below", results=compared.folder)
    (tmp_path / "file").write_text("")
    assert "cannot be written: " in refused(main_of(name), arguments, capsys, tmp_path)
    (tmp_path / "d.svg").mkdir()
    option = {"draw_temperature_choices": "--thermostats"}.get(name, "--output")
    arguments = of(name, option, str(tmp_path / "d.svg"), folder=tmp_path, results=compared.folder)
    assert "d.svg cannot be written: it is a folder" in refused(main_of(name), arguments, capsys, tmp_path)
    arguments = of(name, option, str(tmp_path / f"{'x' * 250}.svg"), folder=tmp_path, results=compared.folder)
    assert "cannot be written: File name too long" in refused(main_of(name), arguments, capsys, tmp_path)
    if name != "write_report":
        # The second of two figures is refused before the first is drawn.
        arguments = of(name, option, str(tmp_path / "x.nothing"), folder=tmp_path, results=compared.folder)
        assert "a figure's file must end in one of " in refused(main_of(name), arguments, capsys, tmp_path)


def test_a_format_without_its_program_is_refused_early(monkeypatch):
    from matplotlib.figure import Figure

    def fail(*arguments, **keywords):
        raise RuntimeError("xelatex not found\n or it failed")

    monkeypatch.setattr(Figure, "savefig", fail)
    with pytest.raises(RefusedError, match=r"x\.pgf cannot be written as pgf: xelatex not found$"):
        require_figure_format("x.pgf")


@pytest.mark.parametrize("name", ["plot_learning_curves", "write_report"])
def test_too_little_room_for_a_figure_or_page_is_refused(name, compared, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(costs, "free_disk", lambda folder: 1000)
    error = refused(main_of(name), of(name, folder=tmp_path, results=compared.folder), capsys, tmp_path)
    assert "cannot be written: it takes up to " in error


def test_a_baseline_or_metric_that_is_not_there_is_refused_before_anything_is_shown(compared, tmp_path, capsys):
    for wrong, message in (
        (["--baseline", "Nobody()"], "baseline must be an agent of every task, got Nobody()"),
        (["--confidence", "1"], "--confidence must be in (0, 1), got 1.0"),
    ):
        arguments = of("plot_learning_curves", *wrong, folder=tmp_path, results=compared.folder)
        assert message in refused(plot_learning_curves.main, arguments, capsys, tmp_path)


def test_exports_are_refused_before_the_first_is_written(compared, tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", sys)
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    arguments = of("export_results", folder=tmp_path, results=compared.folder)
    assert "tensorboardX is not installed" in refused(export_results.main, arguments, capsys, tmp_path)
    monkeypatch.setitem(sys.modules, "tensorboardX", sys)
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "mine").write_text("")
    assert "runs is not empty" in refused(export_results.main, arguments, capsys, tmp_path)
    (tmp_path / "table.parquet").mkdir()
    error = refused(export_results.main, arguments[:3], capsys, tmp_path)
    assert "table.parquet cannot be written: it is a folder" in error
    monkeypatch.setattr(costs, "free_disk", lambda folder: 1000)
    (tmp_path / "table.parquet").rmdir()
    assert "table.parquet cannot be written: it takes up to" in refused(
        export_results.main, arguments[:3], capsys, tmp_path
    )


@pytest.fixture
def full_disk(monkeypatch):
    """The disk takes blocks and descriptions, and nothing drawn."""
    write = atomic._write_temporary

    def refuse(path, content):
        if path.suffix in (".png", ".svg", ".html"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        return write(path, content)

    monkeypatch.setattr(atomic, "_write_temporary", refuse)


@EVERY_RUNNING
def test_a_figure_that_finds_the_disk_full_names_its_file_and_the_results_stay(name, full_disk, tmp_path, capsys):
    with pytest.raises(SystemExit) as stopped:
        main_of(name)(of(name, folder=tmp_path / "r"))
    assert stopped.value.code in (2, 4)
    out, err = capsys.readouterr()
    assert "Traceback" not in err
    assert f"No space left on device: '{tmp_path / 'r'}" in err
    # The answer and the folder of the results were printed before.
    assert f"results: {tmp_path / 'r'}" in out
    for path in (tmp_path / "r").rglob("experiment.json"):
        Results.load(path.parent)


@pytest.mark.skipif(os.name != "posix", reason="limits the size of files, which is POSIX")
def test_a_figure_is_written_whole_or_not_at_all(tmp_path):
    from matplotlib.figure import Figure

    (tmp_path / "x.png").write_bytes(b"the one before")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        with pytest.raises(OSError, match=r"File too large: '.*x\.png'"):
            save_figure(Figure(), tmp_path / "x.png")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [path.name for path in tmp_path.iterdir()] == ["x.png"]
    assert (tmp_path / "x.png").read_bytes() == b"the one before"


@EVERY_RUNNING
def test_a_dry_run_stores_nothing_and_says_what_it_would_take(name, unable_to_run, tmp_path, capsys):
    main_of(name)(of(name, "--dry-run", folder=tmp_path / "x"))
    lines = capsys.readouterr().out.splitlines()
    assert not list(tmp_path.iterdir())
    assert lines[-2].startswith("memory: about ")
    assert lines[-1].startswith("disk: ")
    assert lines[-1].endswith(f" MB of results, figures and page in {tmp_path / 'x'}")
    cells = {
        "anneal": 1 + 12,
        "compare_schedules": 2,
        "temperature_limits": 4,
        "train_dqn": 2,
        "train_sb3": 2,
        "tune": 4,
    }
    assert int(lines[-3].split()[0]) >= cells[name]
    if name == "tune":
        assert lines[:2] == [f"round-0: {BANDIT}: 20 steps, 1 replicate", lines[1]]
        assert lines[2] == f"judging: {BANDIT}: 20 steps, 2 replicates"


def test_the_outline_of_a_study_is_what_it_runs(tmp_path, monkeypatch):
    asked = {}

    def note(experiment, folder, **options):
        asked[folder.name] = experiment
        return runs.run(experiment, folder, **options)

    monkeypatch.setattr(sys.modules["scripts.support.running"], "run", note)
    tuned = of("tune", "--finalists", "2", folder=tmp_path / "t")
    tuned[tuned.index("Greedy()") : tuned.index("Boltzmann(0.1)") + 1] = [
        *("Greedy()", "Uniform()", *(f"Boltzmann(0.{digit})" for digit in range(1, 8)))
    ]
    for module, arguments in ((tune, tuned), (anneal, of("anneal", folder=tmp_path / "a"))):
        asked.clear()
        outline = {}
        monkeypatch.setattr(module, "study_runs", _remembering(module.study_runs, outline))
        module.main(arguments)
        assert list(asked) == list(outline)
        for name, experiment in asked.items():
            expected, steps = outline[name].plan.agent_steps, experiment.plan.agent_steps
            # Both periods may have the same best constant.
            assert steps == expected or (module is anneal and name == "judging" and 0.9 * expected < steps < expected)


def _remembering(study_runs, outline):
    def remember(folder, runs, *more):
        outline.update(runs)
        return study_runs(folder, runs, *more)

    return remember
