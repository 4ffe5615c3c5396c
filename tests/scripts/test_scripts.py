"""Every script, run as people run it, and everything that people get wrong."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from boltzmann.experiments import Judgement, Plan, Results, Store
from boltzmann.experiments.describe.plan import TaskPlan
from boltzmann.experiments.metrics import BY_KEY
from boltzmann.experiments.statistics import TaskJudgement
from scripts import compare_schedules, plot_learning_curves, write_report
from scripts.support import console
from scripts.support.names import make_task
from tests.support.commands import SMALL, refused
from tests.support.folders import stored_blocks

POLICIES = ["Boltzmann(Linear(1.0, 0.01, 1000))", "EpsilonGreedy(0.1)", "QLearning(Greedy(), step_size=0.5)"]


def test_comparing_stores_prints_and_draws(compared, capsys, monkeypatch):
    folder, out, err = compared.folder, compared.out, compared.err
    named, digits = folder.name.rsplit("-", 1)
    assert named == "compare-GaussianBandit-v0-FrozenLake-v1-8-policies"
    assert Store(folder).read_plan().hash.startswith(digits)
    assert len(digits) == 8
    page = (folder / "report.html").read_bytes()
    assert page.endswith(b"</html>\n")
    assert f"page:    {Path('results') / folder.name / 'report.html'}\n" in out
    for figure in ("learning_curves.png", "differences.png", "profiles.png"):
        assert (folder / figure).stat().st_size > 10_000
        assert figure in out
    assert "boltzmann/GaussianBandit-v0: reward per step" in out
    assert max(len(line) for line in out.split("\nfigures:")[0].splitlines()) <= 100
    # Four replicates hardly show any difference; the small number of replicates is noted once, not for each interval.
    assert "= does not differ significantly from the best" in out
    assert out.count("=> ") == 2
    assert err.count("python -m scripts.compare_schedules: note: 4 replicates: intervals from fewer than 10") == 1
    assert "FrozenLake-v1: " in out
    assert out.count("Greedy()") == 2
    assert "32/32" in err


def test_comparing_again_computes_nothing_and_gives_the_same_answer(results, compared, capsys, undrawn):
    stored = {path: path.stat().st_mtime_ns for path in results.glob("task*.npz")}
    compare_schedules.main([*SMALL, "--output", str(results)])
    again = capsys.readouterr().out.replace(str(results), str(Path("results") / compared.folder.name))
    assert again == compared.out
    assert {path: path.stat().st_mtime_ns for path in results.glob("task*.npz")} == stored


def test_the_options_are_what_the_experiment_becomes(tmp_path, undrawn):
    options = [
        *("--env", "FrozenLake-v1(is_slippery=False)", "boltzmann/GaussianBandit-v0(arms=3)"),
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
def test_a_usual_time_limit_is_reported_in_one_line(tmp_path, capsys, undrawn):
    tasks = ["--env", "CliffWalking", "Blackjack-v1", "boltzmann/BernoulliBandit-v0(means=[0.6, 0.5])"]
    options = ["--replicates", "2", "--steps", "20", "--jobs", "1", "--policies", "Greedy()"]
    compare_schedules.main([*tasks, *options, "--output", str(tmp_path / "r")])
    out, err = capsys.readouterr()
    (line,) = [line for line in err.splitlines() if "time limit" in line]
    assert "schedules: note: Using the latest versioned environment `CliffWalking-v1` instead" in err
    assert line.startswith(
        "python -m scripts.compare_schedules: note: CliffWalking-v1 states no time limit: its episodes end after 10000"
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


def test_plotting_reads_what_comparing_wrote(results, tmp_path, capsys):
    plot_learning_curves.main([str(results), "--output", str(tmp_path / "gap.svg"), "--metric", "gap"])
    assert "<svg" in (tmp_path / "gap.svg").read_text()
    assert "gap (regret per step)" in capsys.readouterr().out
    (results / "learning_curves.png").unlink()
    plot_learning_curves.main([str(results)])
    assert (results / "learning_curves.png").exists()


def test_the_page_is_written_again_from_what_is_stored(results, tmp_path, capsys, monkeypatch):
    page = (results / "report.html").read_bytes()
    write_report.main([str(results), "--output", str(tmp_path / "again.html")])
    assert capsys.readouterr().out.endswith(f"page:    {tmp_path / 'again.html'}\n")
    assert (tmp_path / "again.html").read_bytes() == page
    written = []
    monkeypatch.setattr(write_report, "write_report", lambda results, path, **_: written.append(path))
    write_report.main([str(results)])
    assert written == [results / "report.html"]


def test_the_leaderboard_is_to_a_baseline_at_a_confidence(tmp_path, capsys, undrawn):
    long = "EpsilonGreedy(Linear(1.0, 0.0123456789, 1234567))"
    options = ["--env", "boltzmann/GaussianBandit-v0", "--policies", "Boltzmann(1)", "Uniform()", long]
    options += ["--baseline", "Uniform()", "--confidence", "0.9", "--replicates", "12", "--steps", "50"]
    compare_schedules.main([*options, "--jobs", "1", "--output", str(tmp_path / "r")])
    out, err = capsys.readouterr()
    assert "mean and 90 % interval over 12 replicates" in out
    assert "difference to baseline" in out
    assert "(90 % confidence, 12 replicates)" in " ".join(out.split())
    assert "note: " not in err
    (row,) = (line for line in out.splitlines() if "Uniform()" in line and "±" in line)
    assert row.endswith(" -")
    # A name that is too long for its column has a line of its own; the numbers follow in the next line.
    index = next(number for number, line in enumerate(out.splitlines()) if line.endswith(long))
    assert "±" in out.splitlines()[index + 1]
    assert max(len(line) for line in out.splitlines() if str(tmp_path) not in line) <= 100
    plot_learning_curves.main([str(tmp_path / "r"), "--panels", "entropy", "optimal", "--baseline", "Uniform()"])
    again = capsys.readouterr().out
    assert "boltzmann/GaussianBandit-v0: optimal actions, mean and 95 % interval" in again
    (row,) = (line for line in again.splitlines() if "Uniform()" in line and "±" in line)
    assert row.endswith(" -")
    wrong = [str(tmp_path / "r"), "--confidence", "0"]
    assert "--confidence must be in (0, 1), got 0.0" in refused(plot_learning_curves.main, wrong, capsys, tmp_path)


def test_replicates_without_a_value_are_counted(capsys):
    plan = Plan((TaskPlan("cliff", ("Greedy()", "Uniform()"), 100),), 10, 0, 100, 100)
    shared = {"task": "cliff", "metric": "return", "compared_with": "Greedy()", "tied": False}
    columns = ("agent", "replicates", "final", "final_half_width", "cumulative", "cumulative_half_width")
    values = [("Greedy()", 7, -13.0, 0.5, -200.0, 20.0), ("Uniform()", 0, np.nan, np.nan, -900.0, 90.0)]
    rows = [{**shared, **dict(zip(columns, row, strict=True))} for row in values]
    for row, difference in zip(rows, (0.0, np.nan), strict=True):
        row |= dict.fromkeys(("difference", "difference_low", "difference_high", "p_value"), difference)
        for name in ("final", "cumulative"):
            row |= {f"{name}_low": row[name] - row[f"{name}_half_width"]}
            row |= {f"{name}_high": row[name] + row[f"{name}_half_width"]}
    agents = tuple(row["agent"] for row in rows)
    judgement = Judgement(Results(Path("nowhere"), plan))
    # A judgement computes each result once.
    vars(judgement)["tasks"] = (TaskJudgement("cliff", BY_KEY["return"], agents, agents, 0, rows),)
    vars(judgement)["suite"] = pd.DataFrame()
    console.print_leaderboard(judgement)
    out = capsys.readouterr().out
    assert "(7 of 10 replicates have a value there)" in out
    (row,) = (line for line in out.splitlines() if "Uniform()" in line and "±" in line)
    assert "no value" in row
    assert "nan" not in out
    assert "Episodes are aligned on steps: each counts where it ends." in out


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="kills a process group, which is POSIX")
def test_killed_half_way_and_run_again_the_bytes_are_the_same(tmp_path):
    command = [sys.executable, "-m", "scripts.compare_schedules", "--replicates", "60", "--steps", "300", "3000"]
    command += ["--block", "10", "--jobs", "2", "--output"]
    subprocess.run([*command, str(tmp_path / "whole")], check=True, capture_output=True)
    whole = stored_blocks(tmp_path / "whole")
    assert len(whole) == 2 * 8 * 6
    killed = tmp_path / "killed"
    process = subprocess.Popen([*command, str(killed)], stderr=subprocess.DEVNULL, start_new_session=True)
    while len(stored_blocks(killed)) < len(whole) // 2:
        assert process.poll() is None, "it ended before it could be killed"
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    modified = {path: path.stat().st_mtime_ns for path in killed.glob("task*.npz")}
    assert len(whole) // 2 <= len(modified) < len(whole)
    again = subprocess.run([*command, str(killed)], check=True, capture_output=True, text=True)
    assert stored_blocks(killed) == whole
    assert (killed / "experiment.json").read_bytes() == (tmp_path / "whole" / "experiment.json").read_bytes()
    assert not list(killed.glob("*.tmp"))
    assert {path: path.stat().st_mtime_ns for path in modified} == modified
    assert f"{len(modified)}/{len(whole)}" in again.stderr


def test_jobs_do_not_change_the_bytes_of_the_command(compared, tmp_path, undrawn):
    compare_schedules.main([*SMALL[:-1], "2", "--output", str(tmp_path / "2")])
    assert stored_blocks(compared.folder) == stored_blocks(tmp_path / "2")
    assert len(stored_blocks(compared.folder)) == 32
