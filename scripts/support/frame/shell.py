"""The command that the user has, as text to paste into a shell."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from importlib.machinery import ModuleSpec

_PLAIN = re.compile(r"[\w@%+=:,./-]+", flags=re.ASCII)
_SPECIAL = set('"$`\\!\n')
"""What a shell reads within double quotes."""


def call_of(spec: ModuleSpec | None, name: str) -> str:
    """Return how Python runs a module, or the name of the command where nobody knows its module.

    Examples
    --------
    >>> from importlib.machinery import ModuleSpec
    >>> call_of(ModuleSpec("scripts.tune", None), "tune"), call_of(ModuleSpec("benchmarks.untuned.__main__", None), "")
    ('python -m scripts.tune', 'python -m benchmarks.untuned')
    """
    return name if spec is None else f"python -m {spec.name.removesuffix('.__main__')}"


def shell_text(program: str, words: Sequence[str]) -> str:
    """Write a command in one line that a shell reads as these words.

    Double quotes serve the shells of Windows too; what they do not keep as it is stands in single ones.

    Examples
    --------
    >>> print(shell_text("boltzmann compare", ["--env", "Id-v0(observe='raw')", "--policies", "Greedy()", "a$b"]))
    boltzmann compare --env "Id-v0(observe='raw')" --policies "Greedy()" 'a$b'
    """
    return " ".join([program, *map(_quoted, words)])


def _quoted(word: str) -> str:
    if _PLAIN.fullmatch(word):
        return word
    return shlex.quote(word) if _SPECIAL & set(word) else f'"{word}"'
