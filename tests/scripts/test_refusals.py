"""Wrong arguments on a command line are reported in one line."""

from pathlib import Path

import pytest

from scripts import anneal, compare_schedules, draw_gibbs_limits, plot_learning_curves, write_report
from tests.support.commands import ONE_CELL, refused


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--env", "Nowhere-v0"], "Nowhere"),
        (["--env", "Taxi-v3"], "Taxi-v4"),
        (["--env", "no.such.module:Id-v0"], "no"),
        (["--env", "FrozenLake-v1(slippery=True)"], "slippery"),
        (["--env", "FrozenLake-v1("], "environment must be"),
        (["--env", "Pendulum-v1", "--policies", "Greedy()"], "actions of Pendulum-v1 must be of a finite space"),
        (["--env", "CartPole-v1(bins=0)"], "bins must be a whole number of at least 1, got 0"),
        (["--env", "FrozenLake-v1", "FrozenLake-v1"], "tasks must differ"),
        (["--policies", "Boltzmann("], "cannot read 'Boltzmann('"),
        (["--env", "GaussianBandit-v0"], "Did you mean boltzmann/GaussianBandit-v0?"),
        (["--policies", "Softmax(1.0)"], "unknown name 'Softmax' in 'Softmax(1.0)': did you mean Boltzmann?"),
        (["--policies", "Boltzmann(nan)"], "temperature must be in [0, inf], got nan"),
        (["--policies", "Boltzmann(-1.0)"], "temperature must be in [0, inf], got -1.0"),
        (["--policies", "Boltzmann(Linear(1.0, -0.1, 100))"], "end must be in [0, inf], got -0.1"),
        (["--policies", "EpsilonGreedy(Linear(2.0, 0.1, 100))"], "epsilon must be in [0, 1], got 2.0"),
        (["--env", "FrozenLake-v1(map_name='9x9')"], "FrozenLake-v1(map_name='9x9') cannot be made: KeyError"),
        (["--env", "FrozenLake-v1(reward_schedule=(1,))"], "cannot be made: IndexError"),
        (["--policies", f"Boltzmann(1{'0' * 400})"], "beyond the range of floats"),
        (["--policies", "EpsilonGreedy(Linear(0.5, 2.0, 900))"], "epsilon must be in [0, 1], got"),
        (["--policies", "Linear(1.0, 0.1, 100)"], "expected a policy or an agent"),
        (["--policies", "0.1"], "expected a policy or an agent"),
        (["--policies", "QLearning(0.1)"], "policy must be a policy"),
        (["--policies", "Greedy()", "Greedy()"], "agents must differ"),
        (["--replicates", "0"], "error: --replicates must be at least 1, got 0"),
        (["--replicates", "1000000000000"], "blocks must be at most 1000000, got 10000000000 for each of"),
        (["--replicates", "1000000000000", "--dry-run"], "blocks must be at most 1000000, got 10000000000 for each of"),
        (["--replicates", "1000000000000", "--block", "100000000", "--dry-run"], "that are free there"),
        (
            ["--policies", "os:__dict__(1)"],
            "os:__dict__ must be a dataclass, so that it can be written down, got a value",
        ),
        (["--policies", "a" * 30_000], "an expression must have at most 10000 characters, got 30000"),
        (["--env", "A" * 201], "the id of an environment must have at most 200 characters"),
        (["--env", f"FrozenLake-v1(is_slippery={'-' * 600}1)"], "too deeply nested"),
        (["--replicates", "-5"], "error: --replicates must be at least 1, got -5"),
        (["--seed", "-1"], "error: --seed must be at least 0"),
        (["--steps", "0"], "error: --steps must be at least 1"),
        (["--steps", "1000000000000000000"], "steps must be at most"),
        (["--steps", "1", "2", "3"], "--steps must be one number or one for each of 2 environments"),
        (["--block", "0"], "error: --block must be at least 1"),
        (["--jobs", "0"], "--jobs must be -1 or at least 1, got 0"),
        (["--confidence", "95"], "--confidence must be in (0, 1), got 95.0"),
        (["--baseline", "Boltzmann(3)"], "error: --baseline must be an agent of every task, got Boltzmann(3.0)"),
        (["--baseline", "Boltzmann("], "error: --baseline must be an agent of every task, got Boltzmann(;"),
    ],
    ids=lambda value: " ".join(value)[:60] if isinstance(value, list) else "",
)
def test_wrong_arguments_are_reported_in_one_line(arguments, message, capsys, tmp_path):
    arguments = ["--output", str(tmp_path / "results"), *arguments]
    assert message in refused(compare_schedules.main, arguments, capsys, tmp_path)


def test_a_count_without_end_in_a_file_is_reported_in_one_line(capsys, tmp_path):
    path = tmp_path / "experiment.toml"
    path.write_text(
        'replicates = 1_000_000_000_000\nseed = 0\n[[tasks]]\nenvironment = "FrozenLake-v1"\nsteps = 1\n'
        'agents = ["Greedy()"]\n'
    )
    for more in ([], ["--dry-run"]):
        with pytest.raises(SystemExit) as stopped:
            compare_schedules.main(["--experiment", str(path), "--output", str(tmp_path / "results"), *more])
        assert stopped.value.code == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert "experiment.toml: blocks must be at most 1000000" in line
    assert not (tmp_path / "results").exists()


def test_an_environment_that_cannot_be_made_is_reported_in_one_line(capsys, tmp_path):
    for main in (anneal.main, compare_schedules.main):
        for more in ([], ["--dry-run"] if main is compare_schedules.main else []):
            error = refused(main, ["--env", "FrozenLake-v1(map_name='9x9')", *more], capsys, tmp_path)
            assert "FrozenLake-v1(map_name='9x9') cannot be made: KeyError" in error


def test_an_unwritable_output_is_reported_in_one_line(capsys, tmp_path):
    (tmp_path / "file").write_text("")
    for output in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc/nowhere/results")):
        error = refused(compare_schedules.main, [*ONE_CELL, "--output", str(output)], capsys, tmp_path)
        assert f"{output} cannot be written: " in error


def test_invalid_results_are_reported_in_one_line(capsys, tmp_path, results):
    for main in (plot_learning_curves.main, write_report.main):
        assert "holds no results" in refused(main, [str(tmp_path / "x")], capsys, tmp_path)
    wrong = [str(results), "--output", str(tmp_path / "figure.nothing")]
    assert "must end in one of" in refused(plot_learning_curves.main, wrong, capsys, tmp_path)
    nowhere = [str(results), "--output", str(tmp_path / "no" / "folder.html")]
    assert "No such file or directory" in refused(write_report.main, nowhere, capsys, tmp_path)


def test_values_that_cannot_be_drawn_are_reported_in_one_line(capsys, tmp_path):
    wrong = ["--values", "nan", "1.0", "--output", str(tmp_path / "x.png")]
    assert "NaN" in refused(draw_gibbs_limits.main, wrong, capsys, tmp_path)
