"""Names on pages and in docstrings are exported where they say, and what is written in the notation can be read."""

import ast
import importlib
import importlib.util
import inspect
import re

import pytest

from boltzmann.notation import parse
from docs.site import reference
from scripts.support.names import NAMES
from tests.support.paths import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
ROOMS = ("boltzmann", "agents", "envs")
OURS = rf"(?:{'|'.join(ROOMS)})"
SOURCES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))


def is_there(name):
    """Whether a dotted name leads to something public, told by the sources where a library is missing."""
    parts = name.split(".")
    if any(part.startswith("_") for part in parts):
        return False
    for end in range(len(parts), 0, -1):
        module, rest = ".".join(parts[:end]), parts[end:]
        try:
            found = importlib.import_module(module)
        except ImportError:
            if importlib.util.find_spec(parts[0]) and is_module(parts[:end]):
                return not rest or rest[0] in reference.public_names(module)
            continue
        for part in rest:
            if not hasattr(found, part):
                return False
            found = getattr(found, part)
        return True
    return False


def is_module(parts):
    path = ROOT.joinpath(*parts)
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def unknown_names(text):
    """Dotted names in code, and imports, that lead nowhere; those of internal folders are for contributors."""
    dotted = re.findall(rf"``?({OURS}(?:\.\w+)+)[`(]", text)
    for module, names in re.findall(rf"^(?:>>> |\.\.\. |)\s*from ({OURS}[\w.]*) import ([\w, ]+)$", text, flags=re.M):
        dotted += [f"{module}.{name.split(' as ')[0].strip()}" for name in names.split(",")]
    return sorted({name for name in dotted if not name.startswith("boltzmann._numerics.") and not is_there(name)})


def test_dotted_names_and_imports_lead_somewhere():
    for path in (*PAGES, *SOURCES):
        text = path.read_text(encoding="utf-8")
        assert not unknown_names("\n".join(docstrings(text)) if path.suffix == ".py" else text), path


def docstrings(source):
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            yield ast.get_docstring(node) or ""


def unreadable(text):
    """Expressions in code spans that name only our classes, and are refused."""
    for span in re.findall(r"(?<!`)`([A-Z]\w*\([^`\n]*\))`(?!`)", text):
        try:
            tree = ast.parse(span, mode="eval")
        except SyntaxError:
            continue
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        if used <= {*NAMES, "inf"} and "..." not in span:
            try:
                parse(span, NAMES)
            except ValueError as error:
                yield f"{span}: {error}"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_expressions_on_pages_can_be_read(page):
    assert not list(unreadable(page.read_text(encoding="utf-8")))


def dangling(module, text):
    """References of docstrings, such as :class:`Gibbs`, to what their module does not know."""
    known = vars(module)
    members = {name for kind in known.values() if inspect.isclass(kind) for name in dir(kind)}
    for name in re.findall(r":(?:class|func|meth|attr|data):`~?([\w.]+)`", text):
        first, *_ = name.split(".")
        faces = (module.__name__.rpartition(".")[0], "boltzmann", "boltzmann.experiments", "agents", "envs")
        places = [name, *(f"{face}.{name}" for face in faces)]
        if first not in known and name not in members and not any(map(is_there, places)):
            yield name


def module_at(path):
    """The module of a file; None where it needs a library that is missing, or runs a command."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    if parts[-1] == "__main__":
        return None
    try:
        return importlib.import_module(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    except ImportError:
        assert "deep" in parts or "modules" in parts or importlib.util.find_spec("torch") is None, path
        return None


@pytest.mark.parametrize("room", ROOMS)
def test_references_of_docstrings_lead_somewhere(room):
    modules = [(path, module_at(path)) for path in SOURCES if path.relative_to(ROOT).parts[0] == room]
    assert len(modules) > 20
    for path, module in modules:
        wrong = [] if module is None else list(dangling(module, "\n".join(docstrings(path.read_text()))))
        assert not wrong, path


def test_the_checks_can_fail():
    assert unknown_names("`boltzmann.nothing` `boltzmann.Gibbs`\n>>> from boltzmann import Nothing, Gibbs") == [
        "boltzmann.Nothing",
        "boltzmann.nothing",
    ]
    assert unknown_names("`boltzmann.policies._choice`")
    assert not unknown_names("`boltzmann.deep.dqn.DQN` `boltzmann.large.modules`")
    assert list(unreadable("`Boltzmann(-1)` `Boltzmann(0.1)` `Boltzmann(T)` `UCB1(1, 2)`")) == [
        *(line for line in unreadable("`Boltzmann(-1)`")),
        *(line for line in unreadable("`UCB1(1, 2)`")),
    ]
    assert list(dangling(importlib.import_module("boltzmann.gibbs"), ":class:`Gibbs` :func:`nowhere`")) == ["nowhere"]
