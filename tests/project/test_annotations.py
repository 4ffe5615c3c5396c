"""Annotations say what a parameter is: few of them are ``Any``."""

import ast

from tests.support.paths import ROOT

MOST = 0.2
"""The largest number of annotations in the core that may contain ``Any``."""


def annotations(tree):
    """The annotations of all parameters and returns."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            taken = node.args
            parameters = [*taken.posonlyargs, *taken.args, *taken.kwonlyargs, taken.vararg, taken.kwarg]
            hints = [parameter.annotation for parameter in parameters if parameter is not None]
            yield from (annotation for annotation in [*hints, node.returns] if annotation is not None)


def contains_any(annotation):
    names = (node.id if isinstance(node, ast.Name) else getattr(node, "attr", None) for node in ast.walk(annotation))
    return "Any" in names


def share(paths):
    marks = [contains_any(part) for path in paths for part in annotations(ast.parse(path.read_text()))]
    return sum(marks) / len(marks)


def test_few_annotations_of_the_core_are_any():
    core = [path for path in (ROOT / "boltzmann").rglob("*.py") if "experiments" not in path.parts]
    assert share(core) <= MOST


def test_the_count_can_fail(tmp_path):
    path = tmp_path / "untyped.py"
    path.write_text("def f(a: Any, b: int, *rest: typing.Any, c: list[Any] = ()) -> dict[str, float]: ...\n")
    assert share([path]) == 3 / 5


def test_no_alias_hides_any():
    for path in (ROOT / "boltzmann").rglob("*.py"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.Assign | ast.AnnAssign):
                assert not (isinstance(node.value, ast.Name) and node.value.id == "Any"), path
