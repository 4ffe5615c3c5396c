"""Every script, run as people run it, and everything that people get wrong."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import is_dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import boltzmann
from boltzmann.experiments import Plan, Store
from boltzmann.experiments.describe.plan import TaskPlan
from scripts import compare_schedules, draw_gibbs_limits, draw_temperature_choices, plot_learning_curves, write_report
from scripts.support import console
from scripts.support.names import make_task
from tests.support.paths import ROOT

TINY = ["--replicates", "4", "--steps", "30", "40", "--jobs", "1"]
POLICIES = ["Boltzmann(Linear(1.0, 0.01, 1000))", "EpsilonGreedy(0.1)", "QLearning(Greedy(), step_size=0.5)"]


def test_comparing_stores_prints_and_draws(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    compare_schedules.main(TINY)
    out, err = capsys.readouterr()
    (folder,) = (tmp_path / "results").iterdir()
    assert folder.name == f"compare_schedules-{Store(folder).read_plan().hash}"
    page = (folder / "report.html").read_bytes()
    assert page.endswith(b"</html>\n")
    assert f"page:    {Path('results') / folder.name / 'report.html'}\n" in out
    for figure in ("learning_curves.png", "differences.png", "profiles.png"):
        assert (folder / figure).stat().st_size > 10_000
        assert figure in out
    assert "boltzmann/GaussianBandit-v0: reward per step" in out
    assert max(len(line) for line in out.split("\nfigures:")[0].splitlines()) <= 110
    # Four replicates tell hardly anything apart; that intervals rest on little is said once, not for each of them.
    assert "= does not differ significantly from the best" in out
    assert out.count("=> ") == 2
    assert err.count("compare_schedules: note: 4 replicates: intervals from fewer than 10") == 1
    assert "FrozenLake-v1: " in out
    assert out.count("Greedy()") == 2
    assert "16/16" in err
    # Again: everything is there, and the answer is the same.
    compare_schedules.main(TINY)
    assert capsys.readouterr().out == out
    assert (folder / "report.html").read_bytes() == page


def test_the_options_are_what_the_experiment_becomes(tmp_path):
    options = [
        *("--tasks", "FrozenLake-v1(is_slippery=False)", "boltzmann/GaussianBandit-v0(arms=3)"),
        *("--policies", *POLICIES[:2], "--replicates", "3", "--steps", "20", "--seed", "5", "--jobs", "1"),
        *("--output", str(tmp_path / "deep" / "er")),
    ]
    compare_schedules.main(options)
    plan = Store(tmp_path / "deep" / "er").read_plan()
    assert isinstance(plan, Plan)
    assert (plan.replicates, plan.seed, [task.steps for task in plan.tasks]) == (3, 5, [20, 20])
    assert plan.tasks[0].agents == (
        "QLearning(Boltzmann(Linear(1.0, 0.01, 1000)))",
        "QLearning(EpsilonGreedy(0.1))",
    )
    assert plan.tasks[1].environment == "boltzmann/GaussianBandit-v0(arms=3)"
    assert plan.tasks[1].agents[1] == "SampleAverage(EpsilonGreedy(0.1))"


@pytest.mark.filterwarnings("default::UserWarning")
def test_a_time_limit_that_was_given_is_said_in_one_line(tmp_path, capsys):
    tasks = ["--tasks", "CliffWalking", "Blackjack-v1", "boltzmann/BernoulliBandit-v0(means=[0.6, 0.5])"]
    options = ["--replicates", "2", "--steps", "20", "--jobs", "1", "--policies", "Greedy()", "EpsilonGreedy(0.1)"]
    compare_schedules.main([*tasks, *options, "--output", str(tmp_path / "r")])
    out, err = capsys.readouterr()
    (line,) = [line for line in err.splitlines() if "time limit" in line]
    assert "compare_schedules: note: Using the latest versioned environment `CliffWalking-v1` instead" in err
    assert line.startswith(
        "compare_schedules: note: CliffWalking-v1 states no time limit: its episodes end after 10000"
    )
    assert "boltzmann/BernoulliBandit-v0(means=[0.6, 0.5]): reward per step" in out


def test_agents_are_taken_as_they_are_and_policies_get_the_usual_learner():
    task = make_task("FrozenLake-v1", POLICIES, None)
    assert repr(task.agents[1]) == "QLearning(EpsilonGreedy(0.1))"
    assert repr(task.agents[2]) == "QLearning(Greedy(), step_size=0.5)"
    assert task.steps == 20_000
    usual = make_task("boltzmann/GaussianBandit-v0", [], None)
    assert len(usual.agents) == 8
    assert usual.steps == 1000


def test_plotting_reads_what_comparing_wrote(tmp_path, capsys):
    compare_schedules.main([*TINY, "--output", str(tmp_path / "r")])
    capsys.readouterr()
    plot_learning_curves.main([str(tmp_path / "r"), "--output", str(tmp_path / "gap.svg"), "--metric", "gap"])
    assert "<svg" in (tmp_path / "gap.svg").read_text()
    assert "gap (regret per step)" in capsys.readouterr().out
    plot_learning_curves.main([str(tmp_path / "r")])
    assert (tmp_path / "r" / "learning_curves.png").exists()
    page = (tmp_path / "r" / "report.html").read_bytes()
    write_report.main([str(tmp_path / "r"), "--output", str(tmp_path / "again.html")])
    assert capsys.readouterr().out.endswith(f"page:    {tmp_path / 'again.html'}\n")
    assert (tmp_path / "again.html").read_bytes() == page
    (tmp_path / "r" / "report.html").unlink()
    write_report.main([str(tmp_path / "r")])
    assert (tmp_path / "r" / "report.html").read_bytes() == page


def test_the_leaderboard_is_to_a_baseline_at_a_confidence(tmp_path, capsys):
    long = "EpsilonGreedy(Linear(1.0, 0.0123456789, 1234567))"
    options = ["--tasks", "boltzmann/GaussianBandit-v0", "--policies", "Boltzmann(1)", "Uniform()", long]
    options += ["--baseline", "Uniform()", "--confidence", "0.9", "--replicates", "12", "--steps", "50"]
    compare_schedules.main([*options, "--jobs", "1", "--output", str(tmp_path / "r")])
    out, err = capsys.readouterr()
    assert "mean and 90 % interval over 12 replicates" in out
    assert "difference to baseline" in out
    assert "(90 % confidence)" in " ".join(out.split())
    assert "note: " not in err
    (row,) = (line for line in out.splitlines() if "Uniform()" in line and "±" in line)
    assert row.endswith(" -")
    # A name too long for its column stands in a line of its own, and the numbers below in theirs.
    place = next(number for number, line in enumerate(out.splitlines()) if line.endswith(long))
    assert "±" in out.splitlines()[place + 1]
    assert max(len(line) for line in out.split("\nfigures:")[0].splitlines()) <= 110
    plot_learning_curves.main([str(tmp_path / "r"), "--metric", "entropy", "optimal", "--baseline", "Uniform()"])
    again = capsys.readouterr().out
    assert "boltzmann/GaussianBandit-v0: optimal actions, mean and 95 % interval" in again
    (row,) = (line for line in again.splitlines() if "Uniform()" in line and "±" in line)
    assert row.endswith(" -")
    wrong = [str(tmp_path / "r"), "--confidence", "0"]
    assert "--confidence must be in (0, 1), got 0.0" in refused(plot_learning_curves.main, wrong, capsys, tmp_path)


def test_replicates_without_a_value_are_counted(capsys):
    rows = {"task": "cliff", "agent": ["Greedy()", "Uniform()"], "metric": "return", "compared_with": "Greedy()"}
    missing = {"final": [-13.0, np.nan], "final_half_width": [0.5, np.nan], "replicates": [7, 0]}
    missing |= {name: [0.0, np.nan] for name in ("difference", "difference_low", "difference_high", "p_value")}
    totals = {"cumulative": [-200.0, -900.0], "cumulative_half_width": [20.0, 90.0], "tied": False}
    plan = Plan((TaskPlan("cliff", ("Greedy()", "Uniform()"), 100),), 10, 0, 100, 100)
    console.print_leaderboard(pd.DataFrame({**rows, **missing, **totals}), plan)
    out = capsys.readouterr().out
    assert "(7 of 10 replicates have a value there)" in out
    (row,) = (line for line in out.splitlines() if "Uniform()" in line and "±" in line)
    assert "no value" in row
    assert "nan" not in out
    assert "episodes are aligned on steps: each counts where it ends" in out


def refused(main, arguments, capsys, tmp_path):
    """What a refusal prints: one line on stderr, exit code 2, nothing written."""
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    out, err = capsys.readouterr()
    assert stopped.value.code == 2
    assert not out
    refusals = [line for line in err.splitlines() if ": note: " not in line]
    assert len(refusals) == 1, err
    assert "Traceback" not in err
    assert sorted(tmp_path.rglob("*")) == before
    return err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--tasks", "Nowhere-v0"], "Nowhere"),
        (["--tasks", "Taxi-v3"], "Taxi-v4"),
        (["--tasks", "no.such.module:Id-v0"], "no"),
        (["--tasks", "FrozenLake-v1(slippery=True)"], "slippery"),
        (["--tasks", "FrozenLake-v1("], "environment must be"),
        (["--tasks", "Pendulum-v1", "--policies", "Greedy()"], "action_space must be Discrete"),
        (["--tasks", "CartPole-v1(bins=0)"], "bins must be a whole number of at least 1, got 0"),
        (["--tasks", "FrozenLake-v1", "FrozenLake-v1"], "tasks must differ"),
        (["--policies", "Boltzmann("], "cannot read 'Boltzmann('"),
        (["--policies", "Softmax(1.0)"], "unknown name 'Softmax'"),
        (["--policies", "Boltzmann(-1.0)"], "temperature must be in [0, inf], got -1.0"),
        (["--policies", "Boltzmann(Linear(1.0, -0.1, 100))"], "end must be in [0, inf], got -0.1"),
        (["--policies", "EpsilonGreedy(Linear(2.0, 0.1, 100))"], "epsilon must be in [0, 1], got 2.0"),
        (["--tasks", "FrozenLake-v1(map_name='9x9')"], "FrozenLake-v1(map_name='9x9') cannot be made: KeyError"),
        (["--tasks", "FrozenLake-v1(reward_schedule=(1,))"], "cannot be made: IndexError"),
        (["--policies", f"Boltzmann(1{'0' * 400})"], "beyond the range of floats"),
        (["--policies", "EpsilonGreedy(Linear(0.5, 2.0, 900))"], "epsilon must be in [0, 1], got"),
        (["--policies", "Linear(1.0, 0.1, 100)"], "expected a policy or an agent"),
        (["--policies", "0.1"], "expected a policy or an agent"),
        (["--policies", "QLearning(0.1)"], "policy must be a policy"),
        (["--policies", "Greedy()", "Greedy()"], "agents must differ"),
        (["--replicates", "0"], "replicates must be at least 1, got 0"),
        (["--replicates", "-5"], "replicates must be at least 1, got -5"),
        (["--seed", "-1"], "seed must be at least 0"),
        (["--steps", "0"], "steps must be at least 1"),
        (["--steps", "1000000000000000000"], "steps must be at most"),
        (["--steps", "1", "2", "3"], "--steps must be one number or one for each of 2 tasks"),
        (["--block", "0"], "block must be at least 1"),
        (["--jobs", "0"], "--jobs must be -1 or at least 1, got 0"),
        (["--confidence", "95"], "--confidence must be in (0, 1), got 95.0"),
        (["--baseline", "Boltzmann(3)"], "baseline must be an agent of every task, got Boltzmann(3.0)"),
        (["--baseline", "Boltzmann("], "cannot read 'Boltzmann('"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_people_get_wrong_is_told_in_one_line(arguments, message, capsys, tmp_path):
    arguments = ["--output", str(tmp_path / "results"), *arguments]
    assert message in refused(compare_schedules.main, arguments, capsys, tmp_path)


def test_an_unwritable_output_is_told_in_one_line(capsys, tmp_path):
    (tmp_path / "file").write_text("")
    for output in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc/nowhere/results")):
        error = refused(compare_schedules.main, [*TINY, "--output", str(output)], capsys, tmp_path)
        assert f"{output} cannot be written: " in error


def test_results_that_are_none_are_told_in_one_line(capsys, tmp_path):
    for main in (plot_learning_curves.main, write_report.main):
        assert "holds no results" in refused(main, [str(tmp_path / "x")], capsys, tmp_path)
    # Ten replicates, of which no note says that they are few.
    compare_schedules.main(["--replicates", "10", *TINY[2:], "--output", str(tmp_path / "r")])
    capsys.readouterr()
    wrong = [str(tmp_path / "r"), "--output", str(tmp_path / "figure.nothing")]
    assert "must end in one of" in refused(plot_learning_curves.main, wrong, capsys, tmp_path)
    nowhere = [str(tmp_path / "r"), "--output", str(tmp_path / "no" / "folder.html")]
    assert "No such file or directory" in refused(write_report.main, nowhere, capsys, tmp_path)


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.glob("task*.npz")}


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="kills a process group, which is POSIX")
def test_killed_half_way_and_run_again_the_bytes_are_the_same(tmp_path):
    command = [sys.executable, "-m", "scripts.compare_schedules", "--replicates", "60", "--steps", "300", "3000"]
    command += ["--block", "10", "--jobs", "2", "--output"]
    subprocess.run([*command, str(tmp_path / "whole")], check=True, capture_output=True)
    whole = contents(tmp_path / "whole")
    assert len(whole) == 2 * 8 * 6
    killed = tmp_path / "killed"
    process = subprocess.Popen([*command, str(killed)], stderr=subprocess.DEVNULL, start_new_session=True)
    while len(contents(killed)) < len(whole) // 2:
        assert process.poll() is None, "it ended before it could be killed"
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    kept = {path: path.stat().st_mtime_ns for path in killed.glob("task*.npz")}
    assert len(whole) // 2 <= len(kept) < len(whole)
    again = subprocess.run([*command, str(killed)], check=True, capture_output=True, text=True)
    assert contents(killed) == whole
    assert (killed / "experiment.json").read_bytes() == (tmp_path / "whole" / "experiment.json").read_bytes()
    assert not list(killed.glob("*.tmp"))
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    assert f"{len(kept)}/{len(whole)}" in again.stderr


def test_jobs_do_not_change_the_bytes_of_the_command(tmp_path):
    for jobs in ("1", "2"):
        arguments = [*TINY[:-1], jobs, "--block", "2", "--output", str(tmp_path / jobs)]
        compare_schedules.main(arguments)
    assert contents(tmp_path / "1") == contents(tmp_path / "2")
    assert len(contents(tmp_path / "1")) == 32


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
    drawn = [one for group in draw_temperature_choices.SCHEDULES.values() for one in group]
    assert {type(one) for one in drawn} == _dataclasses(boltzmann.schedules)
    assert {type(one) for one in draw_temperature_choices.THERMOSTATS[1:]} == _dataclasses(boltzmann.thermostats)
    panels = draw_temperature_choices.draw_schedules().axes
    assert [len(panel.get_lines()) for panel in panels] == [5, 6, 6]
    np.testing.assert_array_equal(
        panels[0].get_lines()[1].get_ydata(), boltzmann.Linear(1.0, 0.01, 1000)(np.arange(1001))
    )


def test_the_page_on_temperatures_names_all_there_is():
    page = (ROOT / "docs" / "temperature.md").read_text()
    for room in (boltzmann.schedules, boltzmann.thermostats, boltzmann.policies):
        for kind in _dataclasses(room):
            assert f"`{kind.__name__}(" in page


def _dataclasses(room):
    return {vars(room)[name] for name in room.__all__ if is_dataclass(vars(room)[name])}


def test_values_that_cannot_be_drawn_are_told_in_one_line(capsys, tmp_path):
    wrong = ["--values", "nan", "1.0", "--output", str(tmp_path / "x.png")]
    assert "NaN" in refused(draw_gibbs_limits.main, wrong, capsys, tmp_path)
