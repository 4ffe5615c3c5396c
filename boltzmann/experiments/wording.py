"""Names of users as text that can be shown: nothing invisible, no line too long, no word cut."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

_BREAKS = re.compile(r"[^(,/ ]*(?:[(,/] ?| |$)")
"""A piece of an expression or a sentence, behind which a line may end."""


def printable(text: str, keep: str = "", is_known: Callable[[str], bool] = str.isprintable) -> str:
    r"""Write characters that cannot be shown by their number, as Python does: line breaks, NUL, marks of direction.

    Parameters
    ----------
    text : str
        Any text.
    keep : str
        Characters that stay as they are.
    is_known : callable
        ``is_known(character)`` returns whether a printable character stays too.

    Examples
    --------
    >>> printable("a\tb\0\u202ec"), printable("a\nb\0", keep="\n")
    ('a\\tb\\x00\\u202ec', 'a\nb\\x00')
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        letter
        if letter in keep or (letter.isprintable() and is_known(letter))
        else letter.encode("unicode_escape").decode()
        for letter in text
    )


def in_lines(text: str, width: int, most: int = 3) -> list[str]:
    """Break a name into lines behind its brackets, commas, slashes and spaces.

    A word is broken only where it is wider than a line. Lines beyond the most are left out, and an ellipsis says so.

    Parameters
    ----------
    text : str
        A name or an expression.
    width : int
        The most letters in a line.
    most : int
        The most lines.

    Examples
    --------
    >>> in_lines("QLearning(Boltzmann(Linear(1.0, 0.01, 1000)), step_size=0.5)", 30)
    ['QLearning(Boltzmann(Linear(', '1.0, 0.01, 1000)), ', 'step_size=0.5)']
    >>> in_lines("one two three", 5, 2), in_lines("", 5)
    (['one ', 'two …'], [''])
    """
    lines = [""]
    for piece in _BREAKS.findall(text):
        rest = piece
        if lines[-1] and len(lines[-1]) + len(rest.rstrip()) > width:
            lines.append("")
        while len(rest) > width + 1:
            lines[-1], rest = rest[:width], rest[width:]
            lines.append("")
        lines[-1] += rest
    if len(lines) > most:
        lines = [*lines[: most - 1], f"{lines[most - 1][: width - 1]}…"]
    return lines


def shortened(text: str, width: int) -> str:
    """Shorten a name to a width, at its end, behind a bracket, a comma or a space where there is one.

    Examples
    --------
    >>> shortened("Boltzmann(Linear(1.0, 0.01, 1000))", 24), shortened("Greedy()", 24)
    ('Boltzmann(Linear(1.0, …', 'Greedy()')
    """
    return text if len(text) <= width else in_lines(text, width, 1)[0]


def counted(count: int, noun: str) -> str:
    """Write a number of things.

    Examples
    --------
    >>> counted(1, "task"), counted(0, "task"), counted(2, "task")
    ('1 task', '0 tasks', '2 tasks')
    """
    return f"{count} {noun}{'' if count == 1 else 's'}"


def name_or_count(names: Sequence[str], noun: str) -> str:
    """Return the one name there is, or how many there are.

    Examples
    --------
    >>> name_or_count(["FrozenLake-v1"], "task"), name_or_count(["FrozenLake-v1", "CliffWalking-v1"], "task")
    ('FrozenLake-v1', '2 tasks')
    """
    return names[0] if len(names) == 1 else counted(len(names), noun)
