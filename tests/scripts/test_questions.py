"""The scripts that answer a question, run as people run them: temperature_limits, anneal and tune."""

import numpy as np
import pytest

from boltzmann.experiments import Store
from boltzmann.experiments.studies import sweep as sweeps
from scripts import anneal, compare_schedules, temperature_limits, tune
from scripts.support.problems import make_problem, read_policy
from tests.support.html_page import Page

SWEEP = ["--replicates", "3", "--steps", "30", "--per-decade", "1", "--low", "1", "--high", "10", "--jobs", "1"]
LAKE = ["--env", "boltzmann/GaussianBandit-v0(arms=3)", "FrozenLake-v1"]
ANNEAL = ["--replicates", "4", "--steps", "40", "--temperatures", "0", "0.1", "1", "--speeds", "0.5", "--jobs", "1"]
ANNEAL += ["--env", "boltzmann/DriftingBandit-v0(arms=3)"]
TUNE = ["--first", "2", "--replicates", "4", "--steps", "40", "--finalists", "3", "--jobs", "1"]
TUNE += ["--env", "boltzmann/GaussianBandit-v0(arms=3)", "--families", "linear", "--low", "0.1", "--high", "1"]
QUESTIONS = [
    (
        temperature_limits,
        [*SWEEP, *LAKE],
        ["sweep.png", "limits.png", "report.html"],
        ["T = 0 is greedy and T = inf is uniform, byte by byte", "Q* at the start of FrozenLake-v1"],
        "Which temperature on 2 tasks? From T = 0 (greedy) to T = ∞ (uniform)",
    ),
    (
        anneal,
        ANNEAL,
        ["gains.png", "report.html"],
        ["of 11 schedules", "+ gains, - loses, = not significant (Holm)"],
        "Does annealing the temperature pay on boltzmann/DriftingBandit-v0(arms=3)?",
    ),
    (
        tune,
        TUNE,
        ["finalists.png", "report.html"],
        ["Recommended for boltzmann/GaussianBandit-v0(arms=3): "],
        "Which temperature? boltzmann/GaussianBandit-v0(arms=3)",
    ),
]


@pytest.mark.parametrize(
    ("script", "options", "files", "says", "asks"), QUESTIONS, ids=["temperature_limits", "anneal", "tune"]
)
def test_a_script_prints_draws_and_writes_and_repeats_its_answer(
    script, options, files, says, asks, tmp_path, capsys, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    script.main(options)
    out, err = capsys.readouterr()
    (folder,) = (tmp_path / "results").iterdir()
    assert folder.name.startswith(f"{script.COMMAND}-")
    assert all((folder / name).stat().st_size > 10_000 for name in files)
    assert "=> " in out
    assert all(words in " ".join(out.split()) for words in says)
    assert "Traceback" not in err
    # Pages hold the printed text, and neither contains NaN.
    page = (folder / "report.html").read_text()
    assert "nan" not in out
    assert "Do it again" in page
    (title,) = Page(page).texts["h1"]
    assert title.replace("\N{NO-BREAK SPACE}", " ") == asks
    assert "--replicates" in page
    assert "--jobs" not in page
    stored = {path: path.stat().st_mtime_ns for path in folder.rglob("*.npz")}
    script.main(options)
    assert capsys.readouterr().out == out
    assert (folder / "report.html").read_text() == page
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*.npz")} == stored


def test_a_sweep_prints_its_answer_before_the_checks_of_the_library(tmp_path, capsys):
    temperature_limits.main([*SWEEP, *LAKE, "--output", str(tmp_path / "r")])
    out = capsys.readouterr().out
    order = ["The best constant temperature", "=> ", "The ends, byte by byte", "T → 0:", "T → ∞:", "results: "]
    assert [out.index(words) for words in order] == sorted(out.index(words) for words in order)
    # The heads of the answer's table take two lines at most.
    assert len(out[: out.index("boltzmann/")].strip().splitlines()) <= 3


@pytest.mark.parametrize(
    ("script", "options"), [(temperature_limits, SWEEP), (compare_schedules, ["--policies", "Greedy()", "Uniform()"])]
)
def test_one_replicate_allows_no_test(script, options, tmp_path, capsys):
    script.main([*options, *LAKE[:2], "--steps", "30", "--replicates", "1", "--jobs", "1", "--output", f"{tmp_path}"])
    out = capsys.readouterr().out
    assert "; one replicate allows no test." in " ".join(out.split())
    assert "not differ significantly" not in out


def test_an_end_that_is_not_the_policy_fails_the_sweep(tmp_path, monkeypatch):
    """Planted fault: the end is at T = 10, which is not uniform yet."""
    monkeypatch.setattr(sweeps, "ENDS", {"Boltzmann(10.0)": "Uniform()"})
    with pytest.raises(SystemExit, match=r"error: Boltzmann\(10.0\) is not Uniform\(\) on boltzmann/"):
        temperature_limits.main([*SWEEP, *LAKE[:2], "--output", str(tmp_path / "r")])


def test_values_are_those_of_the_start():
    options = temperature_limits.Options(env=["FrozenLake-v1(is_slippery=False)"], steps=[5], per_decade=1)
    rows = temperature_limits.known_values(temperature_limits.describe(options), (0.0, 1.0))
    (_, values) = rows["values 0, 1"], rows["Q* at the start of FrozenLake-v1(is_slippery=False)"]
    # Down or right first is five discounted steps before the goal; left and up lose one.
    assert values == pytest.approx([0.99**6, 0.99**5, 0.99**5, 0.99**6])


def test_tuning_takes_own_policies_and_learner(tmp_path, capsys):
    options = ["--policies", "Boltzmann(0.1)", "EpsilonGreedy(0.1)", "Boltzmann(Linear(1.0, 0.1, 30))"]
    options += ["--agent", "Sarsa(_, step_size=0.5)", "--env", "FrozenLake-v1", "--metric", "reward"]
    tune.main(
        [*options, "--steps", "30", "--first", "2", "--replicates", "3", "--jobs", "1", "--output", str(tmp_path)]
    )
    out = capsys.readouterr().out
    assert "Recommended for FrozenLake-v1: " in out
    assert "reward per step" in out
    agents = Store(tmp_path / "judging").read_plan().tasks[0].agents
    assert "Sarsa(EpsilonGreedy(0.1), step_size=0.5)" in agents


def test_the_sweep_and_annealing_take_a_learner():
    learner = ["Sarsa(_, step_size=0.5)"]
    swept = temperature_limits.describe(temperature_limits.Options(env=["FrozenLake-v1"], agent=learner))
    assert {type(agent).__name__ for agent in swept.tasks[0].agents} == {"Sarsa"}
    assert {agent.step_size for agent in swept.tasks[0].agents} == {0.5}
    annealed = anneal.describe(anneal.Options(env=["FrozenLake-v1", "boltzmann/Chain-v0"], agent=learner))
    assert [repr(problem.learner) for problem in annealed.problems] == ["Sarsa(Greedy(), step_size=0.5)"] * 2


def test_arms_that_change_get_a_constant_step():
    assert repr(make_problem("boltzmann/DriftingBandit-v0", None, None).learner) == "ConstantStep(Greedy())"
    assert repr(make_problem("boltzmann/GaussianBandit-v0", None, None).learner) == "SampleAverage(Greedy())"
    lake = make_problem("FrozenLake-v1", None, None)
    assert (repr(lake.learner), lake.steps) == ("QLearning(Greedy())", 20_000)
    assert np.isclose(read_policy("Boltzmann(0.5)")([0.0, 1.0]).probs[1], 1 / (1 + np.exp(-2)))


@pytest.mark.parametrize(
    ("script", "arguments", "message"),
    [
        (temperature_limits, ["--steps", "1", "2"], "--steps must be one number or one for each of 4 environments"),
        (temperature_limits, ["--low", "0"], "error: --low must be in (0, inf), got 0.0"),
        (temperature_limits, ["--low", "2", "--high", "1"], "error: --high must be above low, 2.0, got 1.0"),
        (temperature_limits, ["--per-decade", "0"], "error: --per-decade must be at least 1, got 0"),
        (temperature_limits, ["--values", "1", "1"], "values must not be all the same"),
        (temperature_limits, ["--env", "Nowhere-v0", "--steps", "5"], "Nowhere"),
        (temperature_limits, ["--replicates", "0"], "replicates must be at least 1, got 0"),
        (temperature_limits, ["--agent", "Boltzmann(1.0)"], "expected an agent with _ instead of its policy"),
        (anneal, ["--agent", "Nobody(_)"], "unknown name 'Nobody'"),
        (anneal, ["--steps", "1", "2"], "--steps must be one number or one for each of 6 environments"),
        (anneal, ["--speeds", "2"], "error: --speeds must be in (0, 1], got [2.0]"),
        (anneal, ["--temperatures", "0"], "temperatures must hold one in (0, inf), got [0.0]"),
        (anneal, ["--temperatures", "-1", "1"], "temperature must be in [0, inf], got -1.0"),
        (anneal, ["--replicates", "1"], "error: --replicates must be at least 2, got 1"),
        (anneal, ["--agent", "Sarsa(_)", "QLearning(_)"], "--agent must be one here, got 2: 'Sarsa(_)' 'QLearning(_)'"),
        (tune, ["--env", "Nowhere-v0"], "Nowhere"),
        (tune, ["--env", "Taxi-v4", "FrozenLake-v1"], "--env must be one here, got 2: 'Taxi-v4' 'FrozenLake-v1'"),
        (tune, ["--env"], "--env must be one here, got 0"),
        (tune, ["--steps", "5", "6"], "--steps must be one number or one for each of 1 environments, got [5, 6]"),
        (tune, ["--policies", "Boltzmann(1.0)"], "policies must be at least two, got 1"),
        (
            tune,
            ["--policies", "Linear(1.0, 0.1, 5)", "QLearning(Greedy())"],
            "expected a policy, such as Boltzmann(0.1)",
        ),
        (tune, ["--families", "square"], "family must be one of linear, "),
        (tune, ["--agent", "Boltzmann(1.0)"], "expected an agent with _ instead of its policy"),
        (tune, ["--agent", "Nobody()"], "unknown name 'Nobody'"),
        (tune, ["--finalists", "1"], "finalists must be at least 2, got 1"),
        (tune, ["--seed", "-1"], "seed must be at least 0, got -1"),
        (tune, ["--high", "inf"], "error: --high must be in (0, inf), got inf"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_arguments_are_reported_in_one_line(script, arguments, message, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stopped:
        script.main(arguments)
    out, err = capsys.readouterr()
    assert stopped.value.code == 2
    assert not out
    assert message in err
    assert err.count("\n") == 1, err
    assert not list(tmp_path.iterdir())


def test_a_metric_that_a_task_does_not_report_is_refused_before_anything_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stopped:
        anneal.main(["--env", "FrozenLake-v1", "CartPole-v1", "--metric", "gap"])
    assert stopped.value.code == 2
    assert "CartPole-v1 does not report its gap: choose --metric reward" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_steps_that_are_not_given_are_usual_for_each_task():
    result = temperature_limits.describe(temperature_limits.Options(env=["Taxi-v4", "FrozenLake-v1"]))
    assert [task.steps for task in result.tasks] == [20_000, 20_000]
    assert [problem.steps for problem in anneal.describe(anneal.Options(env=["FrozenLake-v1"])).problems] == [10_000]
