"""The command ``boltzmann``: its commands are the scripts, and it starts before it imports anything heavy."""

import importlib
import shlex
import subprocess
import sys

import pytest

import boltzmann
from boltzmann.__main__ import COMMANDS, help_text, main
from scripts import pick_temperature
from tests.support.every_command import LOG, NAMES
from tests.support.paths import ROOT

DRAWING_FOR_PAGES = {"draw_gibbs_limits", "draw_temperature_choices"}


def test_every_script_has_a_command():
    modules = {command.module for command in COMMANDS.values()}
    expected = {f"scripts.{name}" for name in NAMES if name not in DRAWING_FOR_PAGES}
    assert modules == expected | {"benchmarks.literature.__main__"}
    for command in COMMANDS.values():
        assert callable(importlib.import_module(command.module).main)


def test_the_help_is_one_screen_with_an_example_of_each_command(capsys):
    main([])
    shown = capsys.readouterr().out
    main(["--help"])
    assert capsys.readouterr().out == shown == help_text() + "\n"
    lines = shown.splitlines()
    assert len(lines) <= 30
    assert max(map(len, lines)) <= 80
    for name in COMMANDS:
        assert sum(line.startswith(f"  {name} ") for line in lines) == 1
        assert sum(line.startswith(f"  boltzmann {name} ") for line in lines) == 1


@pytest.mark.parametrize("name", COMMANDS)
def test_the_options_of_an_example_exist(name, capsys):
    with pytest.raises(SystemExit) as stopped:
        main([name, "--help"])
    assert stopped.value.code in (0, None)
    shown = capsys.readouterr().out
    assert f"usage: boltzmann {name} " in shown
    for word in shlex.split(COMMANDS[name].example):
        assert not word.startswith("--") or word in shown


def test_a_command_is_called_by_the_name_that_was_typed(capsys, tmp_path):
    arguments = [str(LOG), "--temperatures", "-1", "--output", str(tmp_path / "a.svg")]
    for call, name in (
        (lambda: main(["pick-temperature", *arguments]), "boltzmann pick-temperature"),
        (lambda: pick_temperature.main(arguments), "python -m scripts.pick_temperature"),
    ):
        with pytest.raises(SystemExit) as stopped:
            call()
        assert stopped.value.code == 2
        assert capsys.readouterr().err.startswith(f"{name}: error: --temperatures must be in [0, inf], got -1.0")


@pytest.mark.parametrize(("word", "hint"), [("comparr", "did you mean compare?"), ("\x1b[31m", "known are compare, ")])
def test_an_unknown_command_is_refused(word, hint, capsys):
    with pytest.raises(SystemExit) as stopped:
        main([word])
    assert stopped.value.code == 2
    out, err = capsys.readouterr()
    assert not out
    assert hint in err
    assert "\x1b" not in err
    assert err.count("\n") == 1


def test_starting_loads_numpy_alone():
    code = "import sys, boltzmann.__main__ as m; m.main(['--version']); print(*{n.split('.')[0] for n in sys.modules})"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    version, modules = run.stdout.splitlines()
    assert version == f"boltzmann {boltzmann.__version__}"
    assert not {"scipy", "pandas", "matplotlib", "gymnasium", "tyro", "joblib", "agents", "envs"} & set(modules.split())


def test_modules_of_the_current_folder_are_found_and_shadow_nothing(tmp_path, monkeypatch, capsys):
    (tmp_path / "found_here.py").write_text(
        "from dataclasses import dataclass\n\n\n@dataclass(frozen=True)\nclass Halved:\n    start: float\n\n"
        "    def __call__(self, step):\n        return self.start / 2\n"
    )
    (tmp_path / "difflib.py").write_text("raise ImportError('a module of the standard library is shadowed')\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [place for place in sys.path if place])
    monkeypatch.delitem(sys.modules, "difflib")
    task = ["--env", "boltzmann/GaussianBandit-v0", "--steps", "5", "--replicates", "2", "--jobs", "1", "--dry-run"]
    main(["compare", *task, "--policies", "Boltzmann(found_here:Halved(1.0))"])
    assert "Boltzmann(found_here:Halved(1.0))" in capsys.readouterr().out
    assert importlib.import_module("difflib").get_close_matches("a", ["a"]) == ["a"]
