"""Command lines and TOML files say how observations become rows of a table, or that they stay as they are."""

import json

import pytest

from boltzmann.experiments import Results
from scripts import compare_schedules
from tests.support.commands import refused
from tests.support.folders import stored_blocks

ROOMS = "tests.support.rooms:Rooms-v0"
COUNTS = ["--replicates", "4", "--steps", "40", "--block", "2", "--jobs", "1"]
SAID = [
    (f"{ROOMS}(observe='hash', max_states=60)", "QLearning(Boltzmann(0.1))", ["HashObservation(max_states=60)"]),
    (f"{ROOMS}(observe='hash')", "Boltzmann(0.1)", ["HashObservation(max_states=10000)"]),
    ("CartPole-v1(observe='raw')", "tests.support.raw_agents:LinearValues(Boltzmann(0.1))", []),
    ("CartPole-v1(observe='number')", "Boltzmann(0.1)", None),
]


@pytest.mark.parametrize(("task", "agent", "wrappers"), SAID, ids=[task for task, _, _ in SAID])
def test_flags_and_files_say_the_same(task, agent, wrappers, tmp_path, undrawn, capsys):
    by_flags, by_file = tmp_path / "flags", tmp_path / "file"
    compare_schedules.main(["--env", task, "--policies", agent, *COUNTS, "--output", str(by_flags)])
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err
    assert f"{task}: " in printed.out.replace("\n", " ").replace("    ", "")
    described = json.loads((by_flags / "experiment.json").read_text())
    assert described["environments"][0]["wrappers"] == wrappers or wrappers is None
    plan = Results.load(by_flags).plan
    assert plan.tasks[0].environment == task
    file = tmp_path / "experiment.toml"
    file.write_text(
        "replicates = 4\nseed = 0\nblock = 2\n[[tasks]]\n"
        f'environment = "{task}"\nsteps = 40\nagents = ["{plan.tasks[0].agents[0]}"]\n'
    )
    compare_schedules.main(["--experiment", str(file), "--jobs", "2", "--output", str(by_file)])
    assert stored_blocks(by_file) == stored_blocks(by_flags)
    # A run that was stopped is continued to the same bytes.
    for path in sorted(by_file.glob("task*.npz"))[:1]:
        path.unlink()
    compare_schedules.main(["--experiment", str(file), "--jobs", "1", "--output", str(by_file)])
    assert stored_blocks(by_file) == stored_blocks(by_flags)


REFUSED = [
    (ROOMS, "Boltzmann(0.1)", "observe='hash' numbers them as they are met"),
    (
        "CartPole-v1(observe='raw')",
        "Boltzmann(0.1)",
        "envs.make numbers observations and actions, unless observe='raw'",
    ),
    (
        f"{ROOMS}(observe='raw')",
        "tests.support.raw_agents:LinearValues(Boltzmann(0.1))",
        "observe='hash' for any space",
    ),
    (f"{ROOMS}(observe='hashed')", "Boltzmann(0.1)", "observe must be one of number, hash, raw, got 'hashed'"),
    (
        f"{ROOMS}(observe='hash', max_states=0)",
        "Boltzmann(0.1)",
        "max_states must be a whole number of at least 1, got 0",
    ),
    ("FrozenLake-v1(max_states=9)", "Boltzmann(0.1)", "max_states needs observe='hash', got 9 with observe='number'"),
    ("CartPole-v1(observe='hash', bins=3)", "Boltzmann(0.1)", "bins needs observe='number'"),
    ("Pendulum-v1", "Boltzmann(0.1)", "register an environment that wraps it in gymnasium.wrappers.DiscretizeAction"),
]


@pytest.mark.parametrize(("task", "agent", "message"), REFUSED, ids=[task for task, _, _ in REFUSED])
def test_what_cannot_be_observed_so_is_refused_with_what_to_do(task, agent, message, tmp_path, capsys):
    arguments = ["--env", task, "--policies", agent, *COUNTS, "--output", str(tmp_path / "out")]
    assert message in refused(compare_schedules.main, arguments, capsys, tmp_path)
