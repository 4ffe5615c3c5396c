"""What pages show runs: programs read their commands, tests run their code, and the numbers of the README are real."""

import importlib
import re
import shlex

import pytest

from boltzmann.experiments import Results, Task, leaderboard, read_toml
from scripts import compare_schedules
from scripts.support import read_agent, read_options
from tests.support.paths import ROOT

SCRIPTS = {
    "compare": "compare_schedules",
    "tune": "tune",
    "sweep": "temperature_limits",
    "anneal": "anneal",
    "plot": "plot_learning_curves",
    "report": "write_report",
    "export": "export_results",
    "pick-temperature": "pick_temperature",
    "train-dqn": "train_dqn",
    "train-sb3": "train_sb3",
}
"""The commands of ``boltzmann``, each the script of the other name."""
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def commands_on(text):
    """Yield the name of the script and the words of each command in a block of a page."""
    joined = re.sub(r"\s*\\\n\s+", " ", text)
    for script, command, words in re.findall(
        r"^ {4}(?:\S*python -m scripts\.(\w+)|boltzmann ([a-z0-9-]+))(?= |$)(.*)$", joined, flags=re.MULTILINE
    ):
        yield script or SCRIPTS[command], shlex.split(words, comments=True)


SHOWN = [
    pytest.param(script, words, id=f"{page.name}-{script}-{number}")
    for page in PAGES
    for number, (script, words) in enumerate(commands_on(page.read_text(encoding="utf-8")))
]


@pytest.mark.parametrize(("script", "words"), SHOWN)
def test_options_of_commands_on_pages_exist(script, words, monkeypatch):
    monkeypatch.chdir(ROOT)
    module = importlib.import_module(f"scripts.{script}")
    options = read_options(module.Options, words, script)
    if script == "compare_schedules":
        assert compare_schedules.describe(options, words).tasks


def test_commands_within_sentences_are_commands():
    named = {name for page in PAGES for name in re.findall(r"`boltzmann ([a-z][a-z0-9-]*)", page.read_text("utf-8"))}
    assert len(named) >= 5
    assert named <= {*SCRIPTS, "reproduce"}


def test_commands_are_found_and_wrong_options_refused():
    page = "Say\n\n    boltzmann compare --steps 5 \\\n        --policies 'Greedy()'   # a remark\n"
    assert list(commands_on(page)) == [("compare_schedules", ["--steps", "5", "--policies", "Greedy()"])]
    assert len(SHOWN) >= 12
    with pytest.raises(SystemExit):
        read_options(compare_schedules.Options, ["--step", "5"], "compare_schedules")


def test_the_experiment_that_a_page_describes_is_read(tmp_path):
    page = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
    (described,) = re.findall(r"^    replicates = .*?(?=^\S)", page, flags=re.MULTILINE | re.DOTALL)
    path = tmp_path / "experiment.toml"
    path.write_text("\n".join(line[4:] for line in described.splitlines()), encoding="utf-8")
    (task,) = read_toml(path, read_agent).tasks
    assert isinstance(task, Task)
    assert len(task.agents) == 2


def unexecuted(page):
    """Return the blocks of Python on a page that are no doctests and that no test takes by page and mark."""
    tests = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    name = page.relative_to(ROOT / "docs").as_posix() if page.is_relative_to(ROOT / "docs") else page.name
    text = page.read_text(encoding="utf-8")
    for mark, code in re.findall(r"^```python *(\w*)\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL):
        if not code.startswith(">>> ") and (f'"{name}"' not in tests or (mark and f'"{mark}"' not in tests)):
            yield code


def test_all_code_on_pages_is_executed(tmp_path):
    assert not [code for page in PAGES for code in unexecuted(page)]
    planted = (tmp_path / "unheard").with_suffix(".md")
    planted.write_text("```python\nprint()\n```\n")
    assert list(unexecuted(planted)) == ["print()\n"]


def readme():
    return (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_readme_is_short_and_begins_with_the_two_commands():
    lines = readme().splitlines()
    assert len(lines) <= 120
    first = "\n".join(lines[:12])
    assert "    make demo" in first
    assert "    make test" in first


@pytest.mark.slow
def test_the_readme_shows_what_its_command_prints(tmp_path):
    (_, words), *_ = commands_on(readme())
    compare_schedules.main([*words, "--jobs", "1", "--output", str(tmp_path / "results")])
    rows = re.findall(r"^ +\d\.  (\S.*?) +([\d.]+) ± ([\d.]+) +(\d+) ± (\d+) ", readme(), flags=re.MULTILINE)
    board = leaderboard(Results.load(tmp_path / "results"))
    assert [row[0] for row in rows] == list(board["agent"])
    for column, shown in zip(
        ("final", "final_half_width", "cumulative", "cumulative_half_width"), range(1, 5), strict=True
    ):
        digits = 3 if column.startswith("final") else 0
        assert [float(row[shown]) for row in rows] == list(board[column].round(digits))
