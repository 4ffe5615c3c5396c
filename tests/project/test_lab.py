"""``boltzmann.lab`` in a checkout, in an editable installation and in a wheel, beside libraries of the same names."""

import ast
import importlib
import os
import pickle
import shutil
import subprocess
import sys

import gymnasium
import pytest

import agents
import boltzmann
import envs
from boltzmann.lab.rewriting import FOLDERS, rewritten, write_lab
from boltzmann.notation import write
from tests.support.paths import ROOT

USED = """
import pickle, sys
import agents, envs
assert agents.Runner().name == "foreign" and envs.WORLD == "foreign"
from boltzmann.lab import agents as ours, envs as worlds
import boltzmann.lab.envs, boltzmann.lab.envs.problems
from boltzmann.lab.agents import QLearning
from boltzmann import Boltzmann
assert boltzmann.lab.envs is worlds
assert ours.QLearning is QLearning and QLearning.__module__ == "boltzmann.lab.agents.control.one_step"
learner = QLearning(Boltzmann(0.1), step_size=0.5)
assert repr(learner) == "QLearning(Boltzmann(0.1), step_size=0.5)"
assert pickle.loads(pickle.dumps(learner)) == learner
from boltzmann.lab.scripts.support import read_agent
from boltzmann.lab.scripts.support.names import NAMES
assert read_agent(repr(learner), "FrozenLake-v1") == learner and "TabularAgent" not in NAMES and "DoubleQ" in NAMES
import gymnasium
env = worlds.make("boltzmann/Chain-v0", 3)
env.reset(seed=0)
env.close()
with gymnasium.make("boltzmann/Chain-v0") as env:
    assert type(env.unwrapped).__module__.startswith("boltzmann.lab.envs.problems.")
from boltzmann.lab.benchmarks.literature.exact import EXACT
assert sys.modules["agents"].Runner and agents.Runner().name == "foreign"
print(boltzmann.__file__)
"""


def used_beside_others(site):
    """Run the lab where ``site`` has ``boltzmann``, and libraries that are called agents and envs."""
    (site / "agents").mkdir()
    (site / "agents" / "__init__.py").write_text("class Runner:\n    name = 'foreign'\n")
    (site / "envs.py").write_text("WORLD = 'foreign'\n")
    environment = {**os.environ, "PYTHONPATH": str(site)}
    run = subprocess.run([sys.executable, "-c", USED], cwd=site, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith(str(site))


@pytest.fixture
def wheel(tmp_path):
    """What a wheel has, without its build."""
    left_out = shutil.ignore_patterns("__pycache__", "checkout.py", "rewriting.py")
    shutil.copytree(ROOT / "boltzmann", tmp_path / "boltzmann", ignore=left_out)
    write_lab(ROOT, tmp_path / "boltzmann" / "lab")
    return tmp_path


def test_a_wheel_leaves_other_libraries_their_names(wheel):
    used_beside_others(wheel)


@pytest.mark.skipif(os.name != "posix", reason="makes a link")
def test_an_editable_installation_leaves_other_libraries_their_names(tmp_path):
    # Only `boltzmann` is found there; the link leads to the checkout.
    (tmp_path / "boltzmann").symlink_to(ROOT / "boltzmann")
    used_beside_others(tmp_path)


def test_in_a_checkout_both_names_are_the_same_modules():
    lab = importlib.import_module("boltzmann.lab")
    assert (lab.agents, lab.envs) == (agents, envs)
    for name in ("agents", "agents.control", "envs.problems.grids", "scripts.support", "benchmarks.literature.claims"):
        short = importlib.import_module(name)
        assert importlib.import_module(f"boltzmann.lab.{name}") is short
        assert (short.__name__, short.__spec__.name) == (name, name)
    assert pickle.loads(pickle.dumps(agents.QLearning)) is lab.agents.QLearning
    assert gymnasium.spec("boltzmann/Chain-v0").entry_point.startswith("envs.problems.")
    with pytest.raises(ModuleNotFoundError, match=r"boltzmann\.lab\.agents\.nothing"):
        importlib.import_module("boltzmann.lab.agents.nothing")


def test_a_class_of_somebody_elses_agents_is_written_with_its_module(monkeypatch):
    monkeypatch.setattr(boltzmann.notation.writing, "_BOLTZMANN", ROOT / "elsewhere" / "boltzmann")
    boltzmann.notation.writing._is_ours.cache_clear()
    assert write(agents.Maximum()) == "agents.backups:Maximum()"
    monkeypatch.undo()
    boltzmann.notation.writing._is_ours.cache_clear()
    assert write(agents.Maximum()) == "Maximum()"


def test_what_a_wheel_imports_is_in_it_line_by_line(wheel):
    lab = wheel / "boltzmann" / "lab"
    copies = [path for folder in FOLDERS for path in (lab / folder).rglob("*.py")]
    assert len(copies) > 100
    for path in copies:
        text = path.read_text()
        assert len(text.splitlines()) == len((ROOT / path.relative_to(lab)).read_text().splitlines())
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ImportFrom) and node.module.startswith("boltzmann.lab."):
                place = wheel.joinpath(*node.module.split("."))
                assert place.is_dir() or place.with_suffix(".py").is_file(), f"{path}: {node.module}"
    assert {path.name for path in (lab / "scripts" / "experiments").iterdir()} >= {"demo.toml", "unseen.toml"}


def test_imports_are_rewritten_and_nothing_else():
    text = '''"""From agents import nothing: see envs, ``python -m scripts.tune``.

    >>> import envs
    >>> from agents import QLearning
"""
import agents as a, json
'''
    with pytest.raises(ValueError, match=r"x\.py, line 6: write 'from agents import"):
        rewritten(text, "x.py")
    lines = rewritten(text.replace("as a, json", "as a"), "x.py").splitlines()
    assert lines == [
        '"""From agents import nothing: see envs, ``python -m boltzmann.lab.scripts.tune``.',
        "",
        "    >>> from boltzmann.lab import envs",
        "    >>> from boltzmann.lab.agents import QLearning",
        '"""',
        "from boltzmann.lab import agents as a",
    ]
    with pytest.raises(ValueError, match="line 1"):
        rewritten("import envs.tables", "y.py")
    assert rewritten("import envs.tables as t", "z.py") == "import boltzmann.lab.envs.tables as t"
    assert rewritten("import environments", "z.py") == "import environments"
