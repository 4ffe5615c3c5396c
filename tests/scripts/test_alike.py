"""All commands alike: an option has one name, type and text, and a document for machines one shape."""

import json
import math
import re
import shlex
from pathlib import Path
from typing import Annotated, get_args, get_origin, get_type_hints

import pytest

from benchmarks.literature import __main__ as reproduce
from boltzmann.__main__ import COMMANDS, main
from boltzmann.experiments.studies import FAMILIES
from scripts import compare_schedules
from scripts.support.frame import grouping
from scripts.support.frame.shell import shell_text
from scripts.support.names import POLICIES
from scripts.support.output import plain
from scripts.support.running import results_folder
from tests.support.commands import ONE_CELL, refused
from tests.support.every_command import MODULES, NAMES, arguments_of, main_of, module_of
from tests.support.paths import ROOT

HEAD = {"command", "version", "call"}


def options_of(module):
    """The type and the shared text of each option."""
    for name, hint in get_type_hints(module.Options, include_extras=True).items():
        bare = get_args(hint)[0] if get_origin(hint) is Annotated else hint
        yield name, (bare, grouping.shared_text(hint))


def differing(modules):
    """Options that commands have in different forms."""
    forms = {}
    for module in modules:
        for name, form in options_of(module):
            forms.setdefault(name, set()).add(form)
    return {name for name, found in forms.items() if len(found) > 1}


def test_an_option_has_one_type_and_one_text_in_all_commands():
    modules = [*map(module_of, NAMES), reproduce]
    assert differing(modules) == set()
    shared = [{name for name, _ in options_of(module)} for module in modules]
    assert sum("env" in names for names in shared) == 7
    assert not any({"tasks", "task", "environment"} & names for names in shared)


def test_the_help_lists_what_an_option_may_name():
    texts = {name: text for module in map(module_of, NAMES) for name, (_, text) in options_of(module)}
    assert {policy.__name__ for policy in POLICIES} <= set(re.findall(r"\w+", texts["policies"]))
    assert all(repr(family) in texts["families"] for family in FAMILIES)
    assert "gymnasium.register" in texts["env"]


def test_an_option_of_another_type_or_text_is_found():
    class Other:
        class Options:
            steps: int
            seed: int

    # The text of the seed is that of another option, the steps are one number.
    assert differing([compare_schedules, Other]) == {"steps", "seed"}


def test_documents_and_folders_name_a_command_as_the_user_does(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    main(["compare", *ONE_CELL, "--json", "--dry-run"])
    document = json.loads(capsys.readouterr().out)
    assert document["command"] == "compare"
    assert document["call"] == shell_text("boltzmann compare", [*ONE_CELL, "--json", "--dry-run"])
    assert shlex.split(document["call"])[2:] == [*ONE_CELL, "--json", "--dry-run"]
    compare_schedules.main([*ONE_CELL, "--json", "--dry-run"])
    assert json.loads(capsys.readouterr().out)["call"].startswith("python -m scripts.compare_schedules --env Frozen")


def keys_on_the_page():
    page = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
    table = page.split("| key | a list of | in |")[1].split("\n\n")[0]
    return {key.strip(" `") for row in table.splitlines()[2:] for key in row.split("|")[1].split(",")}


def leaves(value, path=""):
    """All texts, numbers and nulls of a document, each with its path."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from leaves(part, f"{path}.{key}")
    elif isinstance(value, list):
        for part in value:
            yield from leaves(part, path)
    else:
        yield path, value


def refuse(constant):
    raise AssertionError(f"{constant} is not JSON")


def require_shape(document):
    assert set(document) >= HEAD
    assert all(isinstance(document[key], str) for key in HEAD)
    assert set(document) - HEAD <= keys_on_the_page()
    assert all(isinstance(value, list) and value for key, value in document.items() if key not in HEAD)
    numbers = {"value", "low", "high", "p_value", "difference", "seconds", "final", "cumulative", "temperature"}
    counts = {"blocks", "processes", "memory_bytes", "disk_bytes", "samples", "replicates", "numbers"}
    for path, leaf in leaves(document):
        key = path.rsplit(".", 1)[-1]
        assert re.fullmatch("[a-z_]+", key), path
        if key in numbers:
            assert leaf in (None, "inf", "-inf") or (isinstance(leaf, float) and math.isfinite(leaf)), (path, leaf)
        if key in counts:
            assert type(leaf) is int, (path, leaf)
        if key in ("task", "agent", "metric", "policy", "path"):
            assert type(leaf) is str, (path, leaf)
            assert leaf, path


DRAWING = {"anneal", "temperature_limits", "tune", "train_dqn", "train_sb3", "draw_temperature_choices"}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow) if name in DRAWING else name for name in NAMES]
)
def test_every_document_has_the_shape_that_the_page_states(name, compared, tmp_path, capsys):
    for module in MODULES.get(name, ()):
        pytest.importorskip(module)
    main_of(name)([*arguments_of(name, tmp_path, compared.folder), "--json"])
    document = json.loads(capsys.readouterr().out, parse_constant=refuse)
    require_shape(document)
    assert all(Path(file["path"]).exists() for file in document["files"])
    by_module = {command.module: typed for typed, command in COMMANDS.items()}
    assert document["command"] == by_module.get(f"scripts.{name}", name)


@pytest.mark.parametrize("name", [name for name in NAMES if "dry_run" in module_of(name).Options.__dataclass_fields__])
def test_every_dry_run_has_that_shape_too(name, tmp_path, capsys):
    for module in MODULES.get(name, ()):
        pytest.importorskip(module)
    main_of(name)([*arguments_of(name, tmp_path / "x", None), "--dry-run", "--json"])
    document = json.loads(capsys.readouterr().out, parse_constant=refuse)
    require_shape(document)
    assert set(document) - HEAD == {"cells", "sum"}
    (whole,) = document["sum"]
    assert whole["blocks"] == sum(cell["blocks"] for cell in document["cells"])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (["--tasks", "Taxi-v4"], "Unrecognized options: --tasks, Taxi-v4"),
        (["--policy", "Greedy()"], "Unrecognized options: --policy, Greedy(): did you mean --policies?;"),
        (["--step", "100"], "Unrecognized options: --step, 100: did you mean --steps?;"),
        (["--environment=x"], "Unrecognized options: --environment=x: did you mean --env?;"),
        (
            ["--replicate", "3", "--quite"],
            "Unrecognized options: --replicate, 3, --quite: did you mean --replicates or",
        ),
        (["--metric", "joy"], "invalid choice 'joy' for argument '--metric'"),
        (["--steps", "x"], "--steps cannot be 'x'"),
        (["--replicates", "1.5"], "--replicates must be a whole number, got '1.5'"),
        (["--low", "x"], "--low must be a number, got 'x'"),
        (["--replicates"], "Missing value for argument "),
    ],
)
def test_wrong_options_are_one_line_with_the_command_that_helps(wrong, message, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    err = refused(lambda words: main(["tune", *words]), wrong, capsys, tmp_path)
    assert err.startswith(f"boltzmann tune: error: {message}")
    assert err.endswith("; see boltzmann tune --help\n")


def test_what_has_no_value_and_what_is_infinite():
    assert plain([math.nan, math.inf, -math.inf, 1, 1.0, True]) == [None, "inf", "-inf", 1, 1.0, True]


@pytest.mark.parametrize(
    "word", ["Greedy()", "", "a b", "x'y", 'x"y', "$HOME", "`ls`", "a\\b", "a!b", "ü", "*", "~", "#", "a\nb", "{a,b}"]
)
def test_a_command_line_is_read_by_a_shell_as_it_was_typed(word):
    assert shlex.split(shell_text("boltzmann compare", ["--policies", word])) == [
        "boltzmann",
        "compare",
        "--policies",
        word,
    ]


@pytest.mark.parametrize(
    "more",
    [
        ["--quiet"],
        ["--json", "--jobs", "-1", "--cell_timeout=9"],
        ["--dry-run", "--backend", "dask", "--address=tcp://x", "--output", "x"],
    ],
)
def test_what_repeats_a_command_has_no_options_that_change_nothing_of_the_results(more):
    kind, defining = compare_schedules.Options, ["--env", "Taxi-v4", "--policies", "Greedy()", "--seed=1"]
    for words in (defining, [*more, *defining], [*defining, *more], [*defining[:2], *more, *defining[2:]]):
        assert grouping.defining_words(kind, words) == defining
    # A flag has no value, so that what follows is of no option.
    assert grouping.defining_words(kind, ["--quiet", "results/x"]) == ["results/x"]


def test_another_description_has_another_folder_of_a_name_that_every_system_takes(tmp_path):
    hostile = "a/b\\c:d*e?f<g>|\"h\" ü☃('x')" * 20
    played = {"environments": ["boltzmann/Chain-v0", hostile], "policies": ["Greedy()", *"abc"]}
    folders = [results_folder("compare", played, f"{digit}" * 16) for digit in "01"]
    assert len(set(folders)) == 2
    assert folders[0].name == "compare-Chain-v0-2-environments-4-policies-00000000"
    played["policies"] = [hostile]
    assert results_folder("compare", played, "0" * 16).name == "compare-Chain-v0-2-environments-1-policy-00000000"
    for folder in folders:
        assert folder.parent == Path("results")
        assert len(folder.name) <= 100
        assert folder.name.isascii()
        (tmp_path / folder.name).mkdir()
