"""What commands print: options in groups, tables that fit, nothing but errors, and one document for machines."""

import io
import json
import re
import shlex
from contextlib import redirect_stdout

import pytest

from boltzmann.experiments.pages import Table
from scripts import compare_schedules, pick_temperature, plot_learning_curves
from scripts.support.frame import grouping
from scripts.support.output import output_to
from scripts.support.streams import guarded_streams
from scripts.support.tables import print_answer, print_table, width_of_all
from tests.support.commands import ONE_CELL, refused
from tests.support.every_command import LOG, NAMES, main_of, module_of

NAMES_OF_POLICIES = ["Boltzmann(0.1)", "Boltzmann(Exponential(0.005623413251903491, 5.623413251903491e-05, 6000))"]
FINALISTS = Table(
    "The finalists, gap (regret per step) in the last tenth of the steps, over 200 replicates that chose nothing",
    ("rank", "policy", "mean", "difference to the recommended one", "replicates with a value", "with all (Holm)"),
    [
        (str(n), name, "0.4 ± 0.02", "-0.166 [-0.194, -0.138]", "200", "worse")
        for n, name in enumerate(NAMES_OF_POLICIES)
    ],
    heading=1,
)
ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


class Terminal(io.StringIO):
    def isatty(self):
        return True


def printed(show, columns=None, monkeypatch=None):
    """What is printed on a terminal of so many columns, or into a file."""
    stream = io.StringIO() if columns is None else Terminal()
    if columns is not None:
        monkeypatch.setenv("COLUMNS", str(columns))
    with redirect_stdout(stream):
        show()
    return stream.getvalue()


def help_of(name, capsys, monkeypatch, columns=80):
    monkeypatch.setenv("COLUMNS", str(columns))
    with pytest.raises(SystemExit):
        main_of(name)(["--help"])
    return capsys.readouterr().out


@pytest.mark.parametrize("name", NAMES)
def test_help_has_groups_examples_and_no_colours_in_a_file(name, capsys, monkeypatch):
    shown = help_of(name, capsys, monkeypatch)
    assert not ESCAPE.search(shown)
    assert "output options" in shown
    for option in ("--quiet", "--json", "examples:", *module_of(name).EXAMPLES):
        assert option in " ".join(shown.split()), shown
    outside = [line for line in shown.splitlines() if "python -m scripts." not in line and "usage: " not in line]
    assert max(map(len, outside)) <= 80


def test_every_option_of_a_group_is_one_of_some_command():
    known = {field for name in NAMES for field in module_of(name).Options.__dataclass_fields__}
    assert {option for options in grouping.GROUPS.values() for option in options} <= known


@pytest.mark.parametrize("name", NAMES)
def test_examples_can_be_read_and_options_have_a_text(name):
    module = module_of(name)
    for example in module.EXAMPLES:
        read = grouping.read_groups(module.Options, shlex.split(example), "x", ())
        assert isinstance(read.options, module.Options)
    given = grouping.option_texts(module.Options)
    hints = grouping.get_type_hints(module.Options, include_extras=True)
    for option, hint in hints.items():
        assert option in given or any(getattr(part, "help", None) for part in getattr(hint, "__metadata__", ())), option


def test_groups_keep_names_defaults_and_what_is_given():
    options = grouping.read_groups(compare_schedules.Options, [], "x", ())
    assert (options.options, options.quiet, options.as_json) == (compare_schedules.Options(), False, False)
    read = grouping.read_groups(compare_schedules.Options, ["--env", "Taxi-v4", "--json", "--jobs", "2"], "x", ())
    assert read.as_json
    assert read.options == compare_schedules.Options(env=["Taxi-v4"], jobs=2)


@pytest.mark.parametrize("columns", [None, 100, 80, 60])
def test_a_table_fits_its_terminal(columns, monkeypatch):
    text = printed(lambda: print_table(FINALISTS), columns, monkeypatch)
    assert max(map(len, text.splitlines())) <= max(columns or 100, 10 + len(NAMES_OF_POLICIES[1]))
    for name in NAMES_OF_POLICIES:
        assert name in text
    assert text.count("-0.166 [-0.194, -0.138]") == 2
    assert text.count("worse") == 2
    for word in ("rank", "mean", "recommended", "replicates", "(Holm)"):
        assert word in text


def test_a_short_table_stays_in_one_line_a_row():
    table = Table("A", ("policy", "mean"), [("Greedy()", "1"), ("Boltzmann(0.1)", "20")])
    lines = printed(lambda: print_table(table)).splitlines()
    assert lines[1:] == ["A", "    policy          mean", "    Greedy()           1", "    Boltzmann(0.1)    20"]


def test_the_width_is_that_of_the_terminal_and_at_most_100(monkeypatch):
    for columns, width in ((70, 70), (300, 100), (5, 40)):
        seen = []
        printed(lambda seen=seen: seen.append(width_of_all()), columns, monkeypatch)
        assert seen == [width]
    text = printed(lambda: print_answer(["word " * 50]), 70, monkeypatch)
    assert max(map(len, text.splitlines())) <= 70


def test_quiet_prints_nothing_and_writes_everything(tmp_path, capsys, undrawn):
    compare_schedules.main([*ONE_CELL, "--output", str(tmp_path / "r"), "--quiet"])
    assert capsys.readouterr() == ("", "")
    assert (tmp_path / "r" / "task00-agent00-block0000.npz").exists()


def test_quiet_keeps_errors(tmp_path, capsys):
    err = refused(compare_schedules.main, [*ONE_CELL, "--jobs", "0", "--quiet"], capsys, tmp_path)
    assert err.startswith("python -m scripts.compare_schedules: error: --jobs must be -1 or at least 1, got 0")


def test_json_is_one_document_of_numbers(tmp_path, capsys, undrawn):
    compare_schedules.main([*ONE_CELL, "--output", str(tmp_path / "r"), "--json"])
    out, err = capsys.readouterr()
    document = json.loads(out)
    assert document["command"] == "compare"
    (board,) = document["leaderboards"]
    assert (board["task"], board["samples"], board["confidence"]) == ("FrozenLake-v1", 4, 0.95)
    (row,) = board["rows"]
    assert row["agent"] == "QLearning(Greedy())"
    assert isinstance(row["cumulative"], float)
    assert {"kind": "results", "path": str(tmp_path / "r")} in document["files"]
    # Notes stay on stderr; progress is left out.
    assert "computing" not in err
    plot_learning_curves.main([str(tmp_path / "r"), "--output", str(tmp_path / "x.svg"), "--json"])
    again = json.loads(capsys.readouterr().out)
    assert again["leaderboards"] == document["leaderboards"]
    assert again["files"] == [{"kind": "figure", "path": str(tmp_path / "x.svg")}]


def test_json_of_a_log_has_each_candidate_and_of_a_dry_run_its_costs(tmp_path, capsys):
    arguments = [str(LOG), "--temperatures", "0.1", "inf", "--policies", "Entmax(0.5)"]
    pick_temperature.main([*arguments, "--output", str(tmp_path / "a.svg"), "--json"])
    candidates = json.loads(capsys.readouterr().out)["candidates"]
    assert {candidate["policy"] for candidate in candidates} == {"T = 0.1", "T = inf", "Entmax(0.5, 1.5)"}
    assert {candidate["temperature"] for candidate in candidates} == {0.1, "inf", None}
    assert all(isinstance(candidate["value"], float) for candidate in candidates)
    compare_schedules.main([*ONE_CELL, "--dry-run", "--json"])
    document = json.loads(capsys.readouterr().out)
    assert document["cells"][0]["agent"] == "QLearning(Greedy())"
    assert document["sum"][0]["memory_bytes"] > 0


def test_a_refusal_writes_no_document(tmp_path, capsys):
    assert not list(tmp_path.iterdir())
    refused(compare_schedules.main, [*ONE_CELL, "--jobs", "0", "--json"], capsys, tmp_path)


def test_outputs_end_with_their_command():
    stream = io.StringIO()
    with redirect_stdout(stream):
        with guarded_streams() as (out, _), output_to(out) as output:
            output.choose(quiet=True, as_json=False, repeated="")
            print("unseen")
        print("seen")
    assert stream.getvalue() == "seen\n"


def test_lines_break_neither_at_equals_signs_nor_within_intervals(monkeypatch):
    sentence = "It is T = 0.5 here, from [0.25, 0.75], and so on. " * 6
    for columns in range(60, 101, 5):
        lines = printed(lambda: print_answer([sentence]), columns, monkeypatch).split("\n")
        assert max(map(len, lines)) <= columns
        assert " ".join(" ".join(lines).split()) == f"=> {sentence.strip()}"
        for line in lines:
            assert not line.endswith(("T", "=", "[0.25,")), line
