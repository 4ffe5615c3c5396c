"""Agents that differ in one number: the family ``Boltzmann(T)`` holds ``Boltzmann(0.1)`` and ``Boltzmann(inf)``."""

from __future__ import annotations

import ast
import math
from collections import Counter
from typing import Any

from boltzmann.checks import shown
from boltzmann.experiments.errors import RefusedError
from boltzmann.experiments.statistics.cells import Cells, labels_of


def hole_of(family: str) -> str:
    """Return the one name that stands for a number in a family.

    Raises
    ------
    RefusedError
        Where there is none, or more than one, or the family is no expression.

    Examples
    --------
    >>> hole_of("Boltzmann(Linear(T, 0.01, 5000))")
    'T'
    """
    tree = _tree(family)
    leaves = _leaves(tree) if tree is not None else []
    holes = [node.id for node in leaves if isinstance(node, ast.Name) and node.id != "inf"]
    if len(holes) != 1:
        raise RefusedError(
            f"family must hold one name where the number stands, such as Boltzmann(T), got {shown(family)}"
        )
    return holes[0]


def members(cells: Cells, family: str) -> dict[str, float]:
    """Find the agents of a family, the smallest number first.

    Parameters
    ----------
    cells : dict of str to Cell
        The cells of one task by the whole notation of their agents.
    family : str
        A policy or an agent in the one notation, with a name instead of one number.

    Returns
    -------
    dict of str to float
        The notation of each agent whose policy or whole expression belongs to the family, and its number. A policy
        belongs to it with any learner: where several learners have it, several agents have one number.
    """
    hole_of(family)
    numbers = {}
    for agent in cells:
        tree = _tree(agent)
        policy = tree.args[0] if isinstance(tree, ast.Call) and tree.args else None
        fits = [number for part in (tree, policy) if (number := _fit(_tree(family), part)) is not None]
        if fits:
            numbers[agent] = fits[0]
    return dict(sorted(numbers.items(), key=lambda item: item[1]))


def usual_family(cells: Cells) -> str | None:
    """Choose the family with the most members among the agents of a task; None where no two belong to one.

    The number is called T in ``Boltzmann`` and ``x`` elsewhere.
    """
    counted: Counter[str] = Counter()
    for label in labels_of(cells).values():
        leaves = _leaves(_tree(label))
        counted.update({_with_hole(label, index) for index, node in enumerate(leaves) if _number(node) >= 0})
    best, count = counted.most_common(1)[0] if counted else ("", 0)
    return best if count > 1 else None


def _with_hole(label: str, index: int) -> str:
    tree = ast.parse(label, mode="eval").body
    number = _leaves(tree)[index]
    name = "T" if isinstance(tree, ast.Call) and getattr(tree.func, "id", "") == "Boltzmann" else "x"

    class Replace(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> Any:
            return ast.Name(id=name) if node is number else self.generic_visit(node)

    return ast.unparse(Replace().visit(tree))


def _tree(text: str) -> ast.AST | None:
    """Read an expression; None where it is not Python, such as a class named with its module."""
    try:
        return ast.parse(text, mode="eval").body
    except SyntaxError:
        return None


def _leaves(node: Any) -> list[ast.AST]:
    """List the constants and names of an expression except those that are called."""
    if isinstance(node, list):
        return [leaf for child in node for leaf in _leaves(child)]
    if not isinstance(node, ast.AST) or isinstance(node, ast.Constant | ast.Name):
        return [node] if isinstance(node, ast.AST) else []
    return [leaf for name, child in ast.iter_fields(node) if name != "func" for leaf in _leaves(child)]


def _number(node: ast.AST) -> float:
    """Return the number of a leaf, NaN for anything else."""
    if isinstance(node, ast.Name) and node.id == "inf":
        return math.inf
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        return float(node.value)
    return math.nan


def _fit(pattern: ast.AST | None, tree: ast.AST | None) -> float | None:
    """Return the number that stands in the pattern's hole, None for an expression of another form."""
    holes, leaves = _leaves(pattern), _leaves(tree)
    hole = next(index for index, node in enumerate(holes) if isinstance(node, ast.Name) and node.id != "inf")
    if pattern is None or tree is None or len(leaves) != len(holes) or math.isnan(_number(leaves[hole])):
        return None
    # Only the hole is a name that is not called, so its dump occurs once.
    filled = ast.dump(pattern).replace(ast.dump(holes[hole]), ast.dump(leaves[hole]), 1)
    return _number(leaves[hole]) if filled == ast.dump(tree) else None
