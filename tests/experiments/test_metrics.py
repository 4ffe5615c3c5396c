"""A metric is one entry of one list: all that records, judges, draws and asks reads it."""

import re
import shutil
import subprocess
import sys

import numpy as np
import pytest
import tyro

from boltzmann.experiments import METRICS, RECORDED, Judgement, RefusedError, draw_learning_curves
from boltzmann.experiments.engine.compiled import SUMS
from boltzmann.experiments.metrics import BY_KEY, JUDGED_KEYS, KEYS, MEANS, MEASURES, SUMMED
from boltzmann.experiments.pages.comparison import _leaderboard
from boltzmann.experiments.statistics import cumulative, curve, final
from scripts import anneal, compare_schedules, plot_learning_curves, temperature_limits, tune, write_report
from tests.support.paths import ROOT

FILE = ROOT / "boltzmann" / "experiments" / "metrics.py"


def test_stored_arrays_keep_their_names_and_order():
    assert RECORDED == ("reward", "gap", "optimal", "greedy", "entropy", "temperature", "episodes", "return_sum")
    assert MEANS == ("reward", "gap", "optimal", "greedy")
    assert tuple(MEASURES) == ("entropy", "temperature")
    assert SUMS == SUMMED == (*MEANS, "episodes", "return_sum")


def test_the_list_is_sound_and_documented():
    assert len(BY_KEY) == len(METRICS)
    for metric in METRICS:
        assert metric.ranked_by in ("", *JUDGED_KEYS)
        assert metric.drawn_beside in ("", *KEYS)
        assert bool(metric.total) == metric.is_judged
        assert set(metric.arrays) <= set(RECORDED)
    documented = FILE.read_text().split('"""All metrics. ')[1].split('"""')[0]
    headings = re.findall(r"^([a-z, ]+)\n {4}\S", documented, flags=re.MULTILINE)
    assert sorted(", ".join(headings).split(", ")) == sorted(KEYS)


@pytest.mark.parametrize("key", KEYS)
def test_every_metric_is_recorded_and_drawn(results, key):
    metric, tasks = BY_KEY[key], Judgement(results).tasks_showing([key])
    for cells in tasks.values():
        for cell in cells.values():
            assert set(metric.arrays) <= set(cell.metrics)
            assert curve(cell, key).shape == (30, len(cell.steps))
    first, *rest = draw_learning_curves(results, [key]).axes
    assert {panel.get_ylabel() for panel in (first, *rest)} == {metric.name}


@pytest.mark.parametrize("key", JUDGED_KEYS)
def test_every_judged_metric_has_values_a_leaderboard_and_an_answer(results, key):
    metric, judgement = BY_KEY[key], Judgement(results, key)
    for judged in judgement.tasks:
        cell = judgement.cells[judged.task][judged.agents[0]]
        assert judged.rows[0]["final"] == pytest.approx(np.nanmean(final(cell, key)))
        assert judged.rows[0]["cumulative"] == pytest.approx(cumulative(cell, key).mean())
        finals = [row["final"] for row in judged.rows]
        assert finals == sorted(finals, reverse=not metric.smaller_is_better)
    assert set(judgement.board["metric"]) == {key}
    assert list(judgement.answers) == [judged.task for judged in judgement.tasks]
    for table in _leaderboard(judgement).tables[: len(judgement.tasks)]:
        assert table.columns[2] == f"{metric.name}, last tenth"
        assert table.columns[-1] == f"{metric.total}, all steps"


def test_metrics_that_cannot_judge_agents_are_refused(results):
    for key in set(KEYS) - set(JUDGED_KEYS):
        with pytest.raises(RefusedError, match=f"metric must be one of {', '.join(JUDGED_KEYS)}, got '{key}'"):
            _ = Judgement(results, key).tasks


COMMANDS = [
    (compare_schedules, [], JUDGED_KEYS),
    (tune, [], JUDGED_KEYS),
    (temperature_limits, [], JUDGED_KEYS),
    (write_report, ["folder"], JUDGED_KEYS),
    (plot_learning_curves, ["folder"], JUDGED_KEYS),
    (anneal, [], JUDGED_KEYS),
]


@pytest.mark.parametrize(("script", "arguments", "keys"), COMMANDS, ids=[script.__name__ for script, *_ in COMMANDS])
def test_commands_take_the_metrics_of_the_list_and_no_others(script, arguments, keys, capsys):
    for key in keys:
        chosen = tyro.cli(script.Options, args=[*arguments, "--metric", key]).metric
        assert chosen in (key, (key,))
    for key in (*(set(KEYS) - set(keys)), "joy"):
        with pytest.raises(SystemExit):
            tyro.cli(script.Options, args=[*arguments, "--metric", key])
    assert "invalid choice" in capsys.readouterr().err


ENTRY = """
    Metric(
        *("sharpness", "largest probability"),
        measure=lambda distribution: distribution.probs.max(axis=-1),
        ranked_by="sharpness",
        total="sum of largest probabilities",
        is_fraction=True,
    ),
"""
"""A metric that does not exist, in one entry."""
COMPARE = """
from scripts import compare_schedules
options = ["--env", "boltzmann/GaussianBandit-v0", "--policies", "Greedy()", "Uniform()", "--steps", "20"]
options += ["--replicates", "5", "--jobs", "1", "--metric", "sharpness", "--output", "out"]
compare_schedules.main(options)
from boltzmann.experiments import Results, draw_learning_curves
results = Results.load("out")
print(draw_learning_curves(results, "sharpness").axes[0].get_ylabel())
print([float(cell.metrics["sharpness"].mean().round(3)) for cell in results.cells()][1])
"""


@pytest.mark.slow
def test_another_metric_is_one_entry_in_one_file(tmp_path):
    shutil.copytree(ROOT / "boltzmann", tmp_path / "boltzmann", ignore=shutil.ignore_patterns("__pycache__"))
    copy, text = tmp_path / "boltzmann" / "experiments" / "metrics.py", FILE.read_text()
    assert text.count('\n    Metric("greedy"') == 1
    copy.write_text(text.replace('\n    Metric("greedy"', f'{ENTRY}    Metric("greedy"'))
    # Compiling the loops of the copy would take most of the time.
    environment = {"PYTHONPATH": f"{tmp_path}:{ROOT}", "NUMBA_DISABLE_JIT": "1", "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-c", COMPARE]
    run = subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True, text=True)
    printed = " ".join(run.stdout.split())
    assert "largest probability, mean and 95 % interval over 5 replicates" in printed
    assert "sum of largest probabilities" in printed
    assert "Greedy() is best in the last tenth of the steps" in printed
    assert run.stdout.splitlines()[-2:] == ["largest probability", "0.1"]
    assert "largest probability, last tenth" in (tmp_path / "out" / "report.html").read_text()
    assert (tmp_path / "out" / "learning_curves.png").exists()
