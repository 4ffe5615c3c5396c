"""Reading the notation back: a syntax tree of calls and literals; no text is evaluated."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from boltzmann import checks
from boltzmann.checks import cut, reason, shown
from boltzmann.hints import meant_names

_CONSTANTS = {"inf": math.inf, "nan": math.nan}
MOST_CHARACTERS = 10_000
"""The length of the longest text that is read."""
_MOST_LEVELS, _MOST_BITS, _LONGEST_NAME = 100, 4096, 200
"""How deep calls, lists and signs may be nested, and how long a whole number and a name may be."""

# Strings are the first alternatives, so a name inside quotes is not replaced. Nothing is tried twice: a name is tried
# where it begins, and what `*+` has matched is not given back.
_QUALIFIED = re.compile(
    r"""'(?:\\.|[^'\\])*+(?:'|\Z)|"(?:\\.|[^"\\])*+(?:"|\Z)|(?<![\w.])(?P<name>[^\W\d][\w.]*+:[^\W\d]\w*)""", re.DOTALL
)


def parse(text: str, names: Mapping[str, Callable[..., Any]]) -> Any:
    """Return the object that an expression makes.

    Parameters
    ----------
    text : str
        At most 10 000 characters and 100 levels: calls of the given names. Their arguments are literals (numbers of
        at most 4096 bits, strings, ``inf``, ``True``, ``False``, ``None``, lists, tuples) or such calls. A bare name is
        a call without arguments. ``package.module:Name`` imports that module and calls its dataclass of that name.
    names : mapping of str to callable
        The callables that need no module, by their names.

    Raises
    ------
    ValueError
        If the text is not such an expression, if a name is unknown, cannot be imported or is not a dataclass, or if a
        call refuses its arguments. The message quotes the wrong part.

    Examples
    --------
    >>> from boltzmann import Boltzmann, Linear
    >>> parse("Boltzmann(Linear(1, 0.01, 5000))", {"Boltzmann": Boltzmann, "Linear": Linear})
    Boltzmann(Linear(1.0, 0.01, 5000))
    >>> parse("Boltzmann(inf)", {"Boltzmann": Boltzmann}).temperature
    inf
    >>> parse("__import__('os')", {"Boltzmann": Boltzmann})
    Traceback (most recent call last):
        ...
    ValueError: unknown name '__import__' in "__import__('os')": known are Boltzmann; others are package.module:Name
    """
    plain, qualified = _without_modules(check_length("an expression", text))
    return _Reader(text, names, qualified).build(_syntax_tree(plain, text))


def call_arguments(text: str) -> dict[str, Any]:
    """Return the keyword arguments in ``text``, written as between the brackets of a call; only literals are allowed.

    Examples
    --------
    >>> call_arguments("is_slippery=False, map_name='8x8'")
    {'is_slippery': False, 'map_name': '8x8'}
    >>> call_arguments("")
    {}
    """
    tree = _syntax_tree(f"f({check_length('arguments', text)})", text)
    if not isinstance(tree, ast.Call) or not isinstance(tree.func, ast.Name) or tree.args:
        raise ValueError(f"expected keyword arguments such as name=1, got {shown(text)}")
    return _Reader(text, {}, {}).named(tree.keywords)


def check_length(name: str, text: str) -> str:
    """Return a text of at most ``MOST_CHARACTERS`` that a file can hold, or raise."""
    if len(checks.text(name, text)) > MOST_CHARACTERS:
        raise ValueError(f"{name} must have at most {MOST_CHARACTERS} characters, got {len(text)}: {shown(text)}")
    return text


def _without_modules(text: str) -> tuple[str, dict[str, str]]:
    """Replace each ``package.module:Name``, which is not Python, by a plain name; return the text and the names."""
    mark = "qualified"
    while mark in text:
        mark += "_"
    qualified: dict[str, str] = {}

    def placeholder(match: re.Match[str]) -> str:
        if match["name"] is None:
            return match[0]
        qualified[name := f"{mark}{len(qualified)}"] = match["name"]
        return name

    return _QUALIFIED.sub(placeholder, text), qualified


def with_plain_names(text: str) -> str:
    """Replace each ``package.module:Name`` by a name of the same length that Python can parse.

    Examples
    --------
    >>> with_plain_names("Boltzmann(my.schedules:Halving(1.0))")
    'Boltzmann(my_schedules_Halving(1.0))'
    """
    return _QUALIFIED.sub(lambda match: re.sub("[.:]", "_", match[0]) if match["name"] else match[0], text)


def modules_in(text: str) -> list[str]:
    """Return the modules of all names ``package.module:Name`` in a text, in order.

    Examples
    --------
    >>> modules_in("my.agents:Slow(my.schedules:Halving(1.0))"), modules_in("mine:Maze-v0"), modules_in("Greedy()")
    (['my.agents', 'my.schedules'], ['mine'], [])
    """
    return sorted({match["name"].partition(":")[0] for match in _QUALIFIED.finditer(text) if match["name"]})


def _find_class(name: str) -> type:
    """Import the dataclass ``package.module:Name``; anything else is refused, so that reading runs no functions."""
    module, _, attribute = name.partition(":")
    try:
        kind = getattr(importlib.import_module(module), attribute)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        # A module of the user may raise anything while it is imported, SystemExit too.
        raise ValueError(f"{cut(name)} cannot be imported: {reason(error)}") from error
    if not (isinstance(kind, type) and dataclasses.is_dataclass(kind)):
        # The value may be a secret.
        found = f"the class {kind.__qualname__}" if isinstance(kind, type) else f"a value of type {type(kind).__name__}"
        raise ValueError(f"{cut(name)} must be a dataclass, so that it can be written down, got {cut(found)}")
    return kind


def _syntax_tree(plain: str, text: str) -> ast.expr:
    """Parse ``plain``, and bound its depth and its numbers; messages quote ``text``, the original."""
    try:
        tree = ast.parse(plain.strip(), mode="eval").body
    # Deeply nested brackets make CPython's parser raise MemoryError or RecursionError.
    except (SyntaxError, MemoryError, RecursionError, ValueError) as error:
        problem = getattr(error, "msg", None) or str(error) or type(error).__name__
        raise ValueError(f"cannot read {shown(text)}: {cut(problem)}") from error
    level: list[ast.AST] = [tree]
    for _ in range(_MOST_LEVELS):
        for node in level:
            number, name = getattr(node, "value", None), getattr(node, "id", None) or getattr(node, "arg", None) or ""
            if isinstance(number, int) and number.bit_length() > _MOST_BITS:
                raise ValueError(f"cannot read {shown(text)}: a whole number is longer than {_MOST_BITS} bits")
            if len(name) > _LONGEST_NAME:
                raise ValueError(f"cannot read {shown(text)}: a name is longer than {_LONGEST_NAME} characters")
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return tree
    raise ValueError(f"cannot read {shown(text)}: too deeply nested, at most {_MOST_LEVELS} levels are read")


@dataclasses.dataclass(frozen=True)
class _Reader:
    """Builds objects from a syntax tree; stores the text for its messages and the names for its calls."""

    text: str
    names: Mapping[str, Callable[..., Any]]
    qualified: Mapping[str, str]

    def build(self, node: ast.expr) -> Any:
        match node:
            case ast.Constant(value=bool() | int() | float() | str() | None):
                return node.value
            case ast.UnaryOp(op=ast.USub() | ast.UAdd() as sign):
                return self.signed(sign, node.operand)
            case ast.List(elts=parts):
                return [self.build(part) for part in parts]
            case ast.Tuple(elts=parts):
                return tuple(self.build(part) for part in parts)
            case ast.Name(id=name) if name in _CONSTANTS:
                return _CONSTANTS[name]
            case ast.Name(id=name):
                return self.call(name, node, [], [])
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=keywords):
                return self.call(name, node, arguments, keywords)
        raise ValueError(f"cannot read {shown(self.quoted(node))} in {shown(self.text)}: neither a literal nor a call")

    def signed(self, sign: ast.unaryop, operand: ast.expr) -> float:
        value = self.build(operand)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(
                f"cannot read {shown(self.text)}: a sign stands before {shown(value)}, not before a number"
            )
        return -value if isinstance(sign, ast.USub) else value

    def quoted(self, node: ast.expr) -> str:
        text = ast.unparse(node)
        for placeholder, name in reversed(list(self.qualified.items())):
            text = text.replace(placeholder, name)
        return text

    def call(self, name: str, node: ast.expr, arguments: list[ast.expr], keywords: list[ast.keyword]) -> Any:
        if name in self.qualified:
            callee: Callable[..., Any] = _find_class(self.qualified[name])
        elif name in self.names:
            callee = self.names[name]
        else:
            close = meant_names(name, self.names)
            known = f": known are {', '.join(sorted(self.names))}" if self.names else ""
            known = f": did you mean {' or '.join(close)}?" if close else f"{known}; others are package.module:Name"
            raise ValueError(f"unknown name {shown(name)} in {shown(self.text)}{known}")
        positional = [self.build(argument) for argument in arguments]
        named = self.named(keywords)
        try:
            return callee(*positional, **named)
        except (TypeError, ValueError) as error:
            raise ValueError(f"{cut(self.quoted(node))}: {error}") from error
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            # A class of the user may raise anything.
            raise ValueError(f"{cut(self.quoted(node))}: {reason(error)}") from error

    def named(self, keywords: list[ast.keyword]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for keyword in keywords:
            if keyword.arg is None:
                raise ValueError(f"cannot read {shown(self.text)}: ** is not part of the notation")
            if keyword.arg in values:
                raise ValueError(f"cannot read {shown(self.text)}: {cut(keyword.arg)} is repeated")
            values[keyword.arg] = self.build(keyword.value)
        return values
