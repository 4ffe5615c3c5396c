"""Whatever an agent, a policy or an environment does: its cell has failed or is refused, and the others are stored."""

import itertools
import sys

import pytest

import envs
from agents import SampleAverage
from boltzmann import Greedy, Uniform
from boltzmann.experiments import Experiment, FailedCellsError, RefusedError, Task, run
from boltzmann.experiments.runs import estimate
from scripts import anneal, compare_schedules, tune
from tests.support.commands import refused
from tests.support.faulty import RAISED
from tests.support.folders import stored_blocks

BANDIT = "boltzmann/GaussianBandit-v0"
GOOD = [SampleAverage(Greedy()), SampleAverage(Uniform())]
NAMES = {
    "exit": "SystemExit: 0",
    "exit with a text": "SystemExit: text",
    "interrupt": "KeyboardInterrupt",
    "generator": "GeneratorExit",
    "base": "OddError: odd",
    "memory": "MemoryError",
    "recursion": "RecursionError",
    "stop": "StopIteration",
    "os": "OSError: .Errno 28. No space left",
    "textless": "TextlessError: its text cannot be made",
    "unpicklable": "UnpicklableError",
    "long": r"ValueError: x{500}\.\.\.",
}


EVERYWHERE = ("exit", "generator", "os")
"""One of those that end a process, one that is no Exception, and one that is."""


def each_kind_at(places):
    """Each kind at one place, and some at all places; the rest of all combinations is slow."""
    combinations = itertools.product(enumerate(places), enumerate(RAISED))
    return [
        pytest.param(place, kind, marks=() if quick else pytest.mark.slow)
        for (row, place), (column, kind) in combinations
        for quick in [kind in EVERYWHERE or column % len(places) == row]
    ]


def tasks(faulty, place, kind, steps=30):
    """A good task or agent, and one that fails."""
    name, _, at = place.partition(" ")
    if name == "agent":
        return [Task(BANDIT, [*GOOD, faulty.FaultyAgent(Uniform(), kind=kind, at=int(at))], steps)]
    if name == "policy":
        return [Task(BANDIT, [*GOOD, SampleAverage(faulty.FaultyPolicy(kind=kind))], steps)]
    env = f"faulty:Faulty-v0(kind={kind!r}, where={name!r}, at={at or 0})"
    return [Task(BANDIT, GOOD, steps), Task(env, [GOOD[0]], steps)]


def play(faulty, folder, place, kind, n_jobs=1, steps=30):
    experiment = Experiment(tasks(faulty, place, kind, steps), 4, 0, block=2)
    return run(experiment, folder, make=envs.make, n_jobs=n_jobs)


@pytest.mark.parametrize(("place", "kind"), each_kind_at(["agent 2", "agent 10", "step 3"]))
def test_what_is_raised_in_a_run_fails_its_cell_alone(place, kind, faulty, tmp_path):
    with pytest.raises(FailedCellsError, match=f"1 of 3 cells failed.*{NAMES[kind]}"):
        play(faulty, tmp_path, place, kind)
    assert len(stored_blocks(tmp_path)) == 4
    (text,) = tmp_path.glob("*.error.txt")
    assert "faulty.py" in text.read_text() or kind == "textless"


@pytest.mark.parametrize(
    ("place", "kind"), each_kind_at(["agent 0", "agent 1", "constructor", "reset", "step 1", "close", "policy"])
)
def test_what_is_raised_in_the_rehearsal_is_refused(place, kind, faulty, tmp_path):
    with pytest.raises(RefusedError, match=f"[Ff]aulty.*{NAMES[kind]}"):
        play(faulty, tmp_path / "run", place, kind)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("at", "kind"),
    [
        *((2, "exit"), (3, "base"), (4, "os")),
        *(
            pytest.param(at, kind, marks=pytest.mark.slow)
            for at, kind in [(2, "base"), (2, "os"), (3, "exit"), (3, "os"), (4, "exit"), (4, "base")]
        ),
    ],
)
def test_steps_in_which_memory_is_measured_fail_their_cell_alone(at, kind, faulty, tmp_path):
    with pytest.raises(FailedCellsError, match=f"1 of 3 cells failed.*{NAMES[kind]}"):
        play(faulty, tmp_path, f"agent {at}", kind, steps=300_000)
    assert len(stored_blocks(tmp_path)) == 4
    with pytest.raises(RefusedError, match=f"FaultyAgent.* fails on .* in its first steps: {NAMES[kind]}"):
        estimate(Experiment(tasks(faulty, f"agent {at}", kind), 4, 0), envs.make)


@pytest.mark.slow
def test_what_is_raised_in_a_worker_fails_its_cell_alone(faulty, tmp_path):
    for kind, name in NAMES.items():
        with pytest.raises(FailedCellsError, match=f"1 of 3 cells failed.*{name}"):
            play(faulty, tmp_path / kind, "agent 10", kind, n_jobs=2)
        assert len(stored_blocks(tmp_path / kind)) == 4


def test_commands_end_with_the_code_of_failed_cells(faulty, capsys, tmp_path):
    common = ["--jobs", "1", "--seed", "0", "--output", str(tmp_path / "run")]
    agent = "faulty:FaultyAgent(_, at=5)"
    for main, arguments in [
        (compare_schedules.main, ["--env", BANDIT, "--policies", "Greedy()", "--agent", agent, "SampleAverage(_)"]),
        (tune.main, ["--env", BANDIT, "--agent", agent, "--policies", "Greedy()", "Uniform()"]),
        (anneal.main, ["--env", BANDIT, "--agent", agent]),
    ]:
        with pytest.raises(SystemExit) as stopped:
            main([*arguments, "--steps", "20", "--replicates", "4", *common])
        assert stopped.value.code == 3
        err = capsys.readouterr().err
        assert "cells failed, the others are stored" in err
        assert "SystemExit: 0" in err
        assert "Traceback" not in err
        common[-1] += "-next"


@pytest.mark.parametrize("raised", ["raise SystemExit(0)", "raise ArithmeticError('no')"])
def test_a_module_that_raises_when_it_is_imported_is_refused(raised, importable, monkeypatch, capsys, tmp_path):
    (tmp_path / "raising_module.py").write_text(raised)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    for arguments in (["--policies", "raising_module:Mine()"], ["--env", "raising_module:Mine-v0"]):
        err = refused(compare_schedules.main, [*arguments, "--output", str(tmp_path / "run")], capsys, tmp_path)
        assert raised.split()[1].partition("(")[0] in err


def test_a_class_that_raises_when_it_is_made_is_refused(monkeypatch, capsys, tmp_path):
    code = "import dataclasses\n@dataclasses.dataclass\nclass Mine:\n    def __post_init__(self): raise SystemExit(0)"
    (tmp_path / "raising_class.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    arguments = ["--policies", "raising_class:Mine()", "--output", str(tmp_path / "run")]
    assert "raising_class:Mine(): SystemExit: 0" in refused(compare_schedules.main, arguments, capsys, tmp_path)
