"""The folders of a checkout as packages of ``boltzmann.lab``: their imports are rewritten, and nothing else.

The build of a wheel reads this file alone, so it imports nothing of ours.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

HOME = "boltzmann.lab"
FOLDERS = ("agents", "envs", "scripts", "benchmarks")
"""Folders that lie beside ``boltzmann`` in a checkout, and in ``boltzmann/lab`` in a wheel."""
SHIPPED = ("agents", "envs", "scripts", "benchmarks/__init__.py", "benchmarks/literature")
"""What a wheel has of them: other benchmarks need a checkout."""
_ENDINGS = (".py", ".toml")

_NAMES = "|".join(FOLDERS)
# Examples in docstrings are rewritten as code is; lines keep their numbers, so tracebacks show the right ones.
_FROM = re.compile(rf"^( *(?:(?:>>>|\.\.\.) +)?)from ({_NAMES})((?:\.\w+)*) import ", re.MULTILINE)
_IMPORT = re.compile(rf"^( *(?:(?:>>>|\.\.\.) +)?)import ({_NAMES})(?=(?: as \w+)? *(?:#|$))", re.MULTILINE)
_IMPORT_PART = re.compile(
    rf"^( *(?:(?:>>>|\.\.\.) +)?)import ((?:{_NAMES})(?:\.\w+)+)(?= as \w+ *(?:#|$))", re.MULTILINE
)
_LINK = re.compile(r"(!?)\[([^\]]*)\]\((?!https?:|#)([^)#\s]+)[^)\s]*\)")
_COMMAND = re.compile(rf"python -m ({_NAMES})\.")


def rewritten(text: str, name: str) -> str:
    r"""Return the source of a file as it stands in ``boltzmann.lab``.

    Raises
    ------
    ValueError
        For an import that cannot be rewritten, such as ``import envs.tables``, with its line; ``name`` is the file's.

    Examples
    --------
    >>> print(rewritten("import envs\nfrom agents.memory import Memory  # see agents", "a.py"))
    from boltzmann.lab import envs
    from boltzmann.lab.agents.memory import Memory  # see agents
    """
    text = _FROM.sub(rf"\1from {HOME}.\2\3 import ", text)
    text = _IMPORT.sub(rf"\1from {HOME} import \2", text)
    text = _IMPORT_PART.sub(rf"\1import {HOME}.\2", text)
    text = _COMMAND.sub(rf"python -m {HOME}.\1.", text)
    for node in ast.walk(ast.parse(text)):
        modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        modules += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        for module in modules:
            if module.partition(".")[0] in FOLDERS:
                line = getattr(node, "lineno", 0)
                raise ValueError(f"{name}, line {line}: write 'from {module} import ...', got an import of {module}")
    return text


def without_links(readme: str) -> str:
    r"""Return the README as a wheel's metadata has it, where no link to a file of the source leads anywhere.

    Examples
    --------
    >>> print(without_links("# Name\n\n[Speed](docs/speed.md#here) and ![a curve](docs/curve.png)"))
    # Name
    <BLANKLINE>
    Files that stand in brackets, such as `docs/index.md`, and what `make` runs are in the source.
    <BLANKLINE>
    Speed (`docs/speed.md`) and *a curve*
    """
    plain = _LINK.sub(lambda link: f"*{link[2]}*" if link[1] else f"{link[2]} (`{link[3]}`)", readme)
    title, rest = plain.split("\n\n", 1)
    note = "Files that stand in brackets, such as `docs/index.md`, and what `make` runs are in the source."
    return f"{title}\n\n{note}\n\n{rest}"


def write_lab(root: Path, lab: Path) -> None:
    """Write what a wheel has in ``boltzmann/lab`` beside the files of this folder."""
    for path in sorted(_shipped(root)):
        target = lab / path.relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".py":
            target.write_text(rewritten(path.read_text(encoding="utf-8"), str(path)), encoding="utf-8", newline="\n")
        else:
            target.write_bytes(path.read_bytes())


def _shipped(root: Path) -> Iterator[Path]:
    for name in SHIPPED:
        path = root / name
        yield from [path] if path.is_file() else (file for file in path.rglob("*") if file.suffix in _ENDINGS)
