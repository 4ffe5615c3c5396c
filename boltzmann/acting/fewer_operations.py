"""Lines of Python that compute the same numbers with fewer operations of the interpreter.

Each name ``x1``, ``x2`` ... is assigned once, from names before it, and is read within its block alone.
"""

from __future__ import annotations

import re

_LINE = re.compile(r"^( *)(x\d+) = (.*)$")
_LOOP = re.compile(r"^( *)for .* in .*:$")
_RESULT = re.compile(r"\bx\d+\b")
_NAME = re.compile(r"\b[a-zA-Z_]\w*\b")
_LARGEST = re.compile(r"^ *if .*: (r_\w+) = ")
_SHORTER = {"-np.inf": "minus_inf", "np.": ""}


def with_fewer_operations(lines: list[str]) -> list[str]:
    """Return the lines of a function's body with loops freed of what they repeat, and results written where read."""
    return _inlined(_read([_shortened(line) for line in _hoisted(lines)]))


def _hoisted(lines: list[str]) -> list[str]:
    """Move what no action changes before the loop over actions."""
    result: list[str] = []
    place, indent, changing = -1, "", set[str]()
    for number, line in enumerate(lines):
        if (loop := _LOOP.match(line)) and not line.lstrip().startswith("for _ in"):
            place, indent = len(result), loop[1]
            body = _body(lines[number + 1 :], indent)
            head = line[: line.rindex(" in ")]
            changing = {*_NAME.findall(head), *(found[1] for each in body if (found := _LARGEST.match(each)))}
        elif place >= 0 and not line.startswith(indent + " "):
            place = -1
        if place >= 0 and (found := _LINE.match(line)):
            if changing.isdisjoint(_NAME.findall(found[3])):
                result.insert(place, f"{indent}{found[2]} = {found[3]}")
                place += 1
                continue
            changing.add(found[2])
        result.append(line)
    return result


def _body(lines: list[str], indent: str) -> list[str]:
    end = next((number for number, line in enumerate(lines) if not line.startswith(indent + " ")), len(lines))
    return lines[:end]


def _shortened(line: str) -> str:
    for long, short in _SHORTER.items():
        line = line.replace(long, short)
    return line


def _read(lines: list[str]) -> list[str]:
    """Leave out results that nothing reads."""
    result: list[str] = []
    names: set[str] = set()
    for line in reversed(lines):
        found = _LINE.match(line)
        if found is None or found[2] in names:
            result.append(line)
            names.update(_RESULT.findall(found[3] if found else line))
    return result[::-1]


def _inlined(lines: list[str]) -> list[str]:
    """Write a result where it is read if it is read once, so that a choice computes only what it chooses."""
    # The indentations of the lines that have a name: of its assignment, and of those that read it.
    places: dict[str, list[int]] = {}
    for line in lines:
        for name in _RESULT.findall(line):
            places.setdefault(name, []).append(_indent(line))
    once = {name for name, found in places.items() if len(found) == 2 and found[0] == found[1]}
    largest = {found[1] for line in lines if (found := _LARGEST.match(line))}
    waiting: dict[str, str] = {}
    result = []
    for line in lines:
        text = _RESULT.sub(lambda found: f"({waiting.pop(found[0])})" if found[0] in waiting else found[0], line)
        found = _LINE.match(text)
        if found and found[2] in once and largest.isdisjoint(_NAME.findall(found[3])):
            waiting[found[2]] = found[3]
        else:
            result.append(text)
    return result


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
