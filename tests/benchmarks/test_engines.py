"""The command that times the engines runs, names what it cannot measure, and stores what it prints."""

import ast
import dataclasses
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmarks.engines import __main__ as engines
from benchmarks.engines import measuring, peer_runs, peers, works
from benchmarks.engines.reporting import LAW_HEADER, law_line, line
from benchmarks.timing import compare, quartiles, ratios
from boltzmann.experiments import rollout

TINY = ["--rounds", "1", "--seconds", "0.001", "--replicates", "2"]


def test_without_a_compiler_ratios_are_to_the_lockstep(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("CC", "no-such-compiler")
    engines.main([*TINY, "--parts", "rollouts", "--output", str(tmp_path)])
    out = capsys.readouterr().out
    assert "there is no C compiler 'no-such-compiler' on this machine: ratios are to the project's own lockstep" in out
    rows = json.loads((tmp_path / "engines.json").read_text())["rollouts"]
    assert {row["reference"] for row in rows if row["engine"] == "lockstep"} == {"lockstep"}
    assert {tuple(row["ratio"]) for row in rows if row["engine"] == "lockstep"} == {(1.0, 1.0, 1.0)}
    assert not any(row["target"] for row in rows)


def test_the_command_measures_prints_and_stores(yardstick, tmp_path, capsys):
    engines.main([*TINY, "--parts", "rollouts", "--output", str(tmp_path / "deep")])
    out = capsys.readouterr().out
    report = json.loads((tmp_path / "deep" / "engines.json").read_text())
    assert report["machine"]["compiler"] == yardstick.compiler
    assert report["machine"]["python"]
    measured = {(row["work"], row["temperature"], row["engine"]) for row in report["rollouts"]}
    names = works.engines_of(rollout)
    assert measured == {(work.name, kind, name) for work in works.WORKS for kind in work.temperatures for name in names}
    for row in report["rollouts"]:
        assert row["failure"] or (row["rate"] > 0 and row["ratio"][1] > 0 and row["steps"] >= measuring.LEAST_STEPS)
    text = (tmp_path / "deep" / "engines.txt").read_text()
    assert text in out
    assert text.count("B Taxi") == 2 * len(names)
    wide = {(row["work"], row["engine"]) for row in report["rollouts"] if row["reference"] == "C, AVX-512"}
    assert wide == ({("A testbed", "compiled")} if yardstick.has_avx512 else set())
    assert ("does not know AVX-512" in out) == (not yardstick.has_avx512)


def test_the_cost_of_recording_is_measured_against_a_rollout_without_records():
    play = works.in_project(works.WORKS[0], "constant", 3, "lockstep", recorded=False)
    nothing = play(20)
    assert not any(array.any() for array in nothing.arrays.values())
    recorded = works.in_project(works.WORKS[0], "constant", 3, "lockstep")(20)
    assert recorded.arrays["reward"].any()
    rows = list(measuring.measure_recording(measuring.Effort(1, 0.001, (30,)), works.WORKS[:1]))
    assert [row.replicates for row in rows] == [30, 30, 2000, 2000]
    assert all(row.failure or (row.target == 0.95 and row.reference == "not recorded") for row in rows)
    # Recording cannot be faster than not recording, except by noise.
    assert all(row.failure or 0 < row.ratio[1] < 3 for row in rows)


def test_batches_numbered_in_one_call_are_timed_beside_rows(capsys, tmp_path):
    engines.main([*TINY, "--parts", "batches", "--output", str(tmp_path)])
    rows = json.loads((tmp_path / "engines.json").read_text())["batches"]
    assert {row["work"]: row["target"] for row in rows} == {"CartPole": 4.2, "Acrobot": None, "FrozenLake": None}
    assert all(row["ratio"][1] > 0 and row["reference"] == "row by row" for row in rows)
    assert "numbered in one call" in capsys.readouterr().out


def test_the_parts_of_a_step_are_timed(capsys, tmp_path):
    engines.main([*TINY, "--parts", "steps", "--output", str(tmp_path)])
    rows = json.loads((tmp_path / "engines.json").read_text())["steps"]
    assert {(row["work"], row["replicates"]) for row in rows} == {
        (work.name, count) for work in works.WORKS[:2] for count in (30, 2000)
    }
    first = {row["name"]: row for row in rows if (row["work"], row["replicates"]) == ("A testbed", 30)}
    whole = first["a step, not recorded"]
    parts = [first[name]["microseconds"] for name in ("the agent acts", "the environment steps", "the agent learns")]
    assert whole["microseconds"] == pytest.approx(sum(parts))
    assert whole["share"] == pytest.approx(1)
    assert all(row["microseconds"] > 0 for row in rows)
    assert "recorded: was the action greedy" in capsys.readouterr().out


@pytest.mark.slow
def test_runs_with_two_workers_are_measured_beside_two_threads_of_c(yardstick):
    effort = measuring.Effort(rounds=1, seconds=0.01, replicates=(20,))
    rows = [row for row in measuring.measure_runs(yardstick, effort, works.WORKS[:1]) if not row.failure]
    assert [row.reference for row in rows] == ["1 worker", "C, 1 thread"] * (len(rows) // 2)
    assert all(row.ratio[1] > 0 for row in rows)
    assert [row.target for row in rows[:2]] == [1.8, None]


def test_a_missed_target_is_reported():
    row = measuring.Row("A testbed", "constant", 2000, "lockstep", 100, 1e6, (0.5, 0.6, 0.7), "C", 2e6, 0.8)
    assert ">= 0.8 MISSED" in line(row)
    assert ">= 0.8 hit" in line(dataclasses.replace(row, ratio=(0.7, 0.8, 0.9)))
    assert law_line(dataclasses.replace(row, work="KLBoltzmann(" + "0.1, " * 20)).startswith("KLBoltzmann(0.1")
    assert law_line(row).index("0.6 (0.5-0.7)") == LAW_HEADER.index("of Boltzmann")
    assert ">= 0.8 MISSED" in law_line(row)
    assert "not measured: no numba" in line(dataclasses.replace(row, failure="no numba"))


def test_timings_take_turns():
    order = []
    ticks = iter(range(1000))
    times = compare(
        {"a": lambda: order.append("a"), "b": lambda: order.append("b")},
        rounds=3,
        least_seconds=1.0,
        clock=lambda: next(ticks),
    )
    # Of the first calls, one each warms up and one is timed, to find how many of them last long enough.
    assert order[4:] == ["a", "b"] * 3
    assert ratios(times, "a", "b") == (1.0, 1.0, 1.0)
    assert quartiles([3.0]) == (3.0, 3.0, 3.0)
    assert quartiles([1.0, 2.0, 3.0, 4.0, 5.0]) == (2.0, 3.0, 4.0)


def test_a_peer_that_cannot_be_imported_or_started_is_named(tmp_path, capsys):
    # With -S an interpreter finds no installed library.
    bare = tmp_path / "python"
    bare.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S "$@"\n')
    bare.chmod(0o755)
    options = [*TINY, "--parts", "peers", "--output", str(tmp_path)]
    engines.main([*options, "--peers", str(bare)])
    rows = json.loads((tmp_path / "engines.json").read_text())["peers"]
    assert [row["engine"] for row in rows] == list(peers.NEAREST_WORKS)
    assert all("No module named 'numpy'" in row["failure"] for row in rows)
    engines.main([*options, "--peers", str(tmp_path / "nowhere")])
    out = capsys.readouterr().out
    assert out.count("cannot be started") == len(peers.NEAREST_WORKS)


class Echo(peers.Peer):
    """A library that takes a tenth of a second for any work."""

    def __init__(self):
        self.version, self.asked = "1.0", []

    def seconds(self, replicates, steps):
        self.asked.append((replicates, steps))
        return 0.1


def test_the_ratio_to_a_peer_is_ours_over_theirs():
    effort = measuring.Effort(rounds=2, seconds=0.003, replicates=(30,))
    peer = Echo()
    row = peers._measure_peer("mabwiser", peer, effort)
    assert row.rate == pytest.approx(30 * row.steps / 0.1)
    assert row.reference_rate == pytest.approx(row.rate * row.ratio[1])
    assert len(peer.asked) == 3
    assert row.engine == "mabwiser 1.0"
    # The project makes at least ten thousand agent-steps a second on any problem.
    assert row.ratio[0] > 1e4 / row.rate


def test_every_peer_has_a_nearest_work_and_an_adapter_without_our_packages():
    assert set(peers.NEAREST_WORKS) == set(peer_runs.PEERS)
    tree = ast.parse(Path(peer_runs.__file__).read_text())
    imported = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    imported += [name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names]
    assert not {name.split(".")[0] for name in imported} & {"boltzmann", "agents", "envs", "scripts", "benchmarks"}


def with_engines(compiled):
    """A rollout with a choice of engines; the compiled one calls ``compiled(recorder)``."""

    def choosing(env, agent, ends, seeds, rng, *, engine="lockstep"):
        rollout(env, agent, ends, seeds, rng)
        recorder = SimpleNamespace(engine=engine)
        if engine == "compiled":
            compiled(recorder)
        return recorder

    return choosing


def refuse(recorder):
    raise ImportError("no such extra")


def run_in_lockstep(recorder):
    recorder.engine = "lockstep"


@pytest.mark.parametrize(
    ("compiled", "failure"),
    [(lambda recorder: None, ""), (refuse, "ImportError: no such extra"), (run_in_lockstep, "it ran in lockstep")],
)
def test_both_engines_are_measured_where_there_is_a_choice(compiled, failure, monkeypatch):
    monkeypatch.setattr(works, "rollout", with_engines(compiled))
    monkeypatch.setattr(measuring, "rollout", works.rollout)
    effort = measuring.Effort(rounds=1, seconds=0.001, replicates=(2,))
    rows = [row for rows in measuring.measure_rollouts(None, effort, works.WORKS[:1]) for row in rows]
    timings = {(row.temperature, row.engine): row for row in rows}
    assert set(timings) == {(kind, name) for kind in ("constant", "annealed") for name in ("lockstep", "compiled")}
    for (_, name), row in timings.items():
        assert row.failure == (failure if name == "compiled" else "")
        assert row.failure or row.ratio[1] > 0


def test_an_error_of_the_lockstep_is_not_taken_for_a_missing_extra(monkeypatch):
    def broken(*arguments):
        raise ValueError("broken")

    monkeypatch.setattr(works, "rollout", broken)
    effort = measuring.Effort(rounds=1, seconds=0.001, replicates=(2,))
    with pytest.raises(ValueError, match="broken"):
        list(measuring.measure_rollouts(None, effort, works.WORKS[:1]))


@pytest.mark.parametrize("wrong", [["--rounds", "0"], ["--seconds", "0"], ["--replicates", "0"], ["--parts", "all"]])
def test_settings_that_measure_nothing_are_refused(wrong, capsys, tmp_path):
    with pytest.raises(SystemExit) as stopped:
        engines.main([*wrong, "--output", str(tmp_path / "r")])
    assert stopped.value.code == 2
    assert not (tmp_path / "r").exists()
    assert "error: " in capsys.readouterr().err


def test_an_output_that_cannot_be_written_is_reported_before_anything_is_measured(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    with pytest.raises(SystemExit) as stopped:
        engines.main([*TINY, "--parts", "rollouts", "--output", str(tmp_path / "file" / "r")])
    assert stopped.value.code == 2
    assert "error: --output cannot be written: " in capsys.readouterr().err
