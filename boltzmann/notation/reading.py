"""Reading the notation back: a syntax tree of calls and literals, and nothing that is evaluated."""

from __future__ import annotations

import ast
import dataclasses
import difflib
import importlib
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

_CONSTANTS = {"inf": math.inf}

# A string comes first, so that what stands in quotes is left as it is.
_QUALIFIED = re.compile(r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|(?P<name>[^\W\d][\w.]*:[^\W\d]\w*)""", re.DOTALL)


def parse(text: str, names: Mapping[str, Callable[..., Any]]) -> Any:
    """Read an expression back to the object that it makes.

    Parameters
    ----------
    text : str
        Calls of the given names with literals (numbers, strings, ``inf``, ``True``, ``False``, ``None``,
        lists, tuples) and such calls as arguments. A bare name is a call without arguments.
        ``package.module:Name`` imports that module and calls its dataclass of that name.
    names : mapping of str to callable
        What may be called without naming a module.

    Returns
    -------
    object
        What the outermost call returns, or the literal.

    Raises
    ------
    ValueError
        Where the text is not such an expression, names something unknown, a module that cannot be imported or
        something in it that is no dataclass, or a callee refuses its arguments; the message quotes the part at fault.

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
    ValueError: unknown name '__import__' in "__import__('os')": known are Boltzmann; one's own is package.module:Name
    """
    plain, qualified = _without_modules(text)
    try:
        return _Reader(text, names, qualified).build(_syntax_tree(plain, text))
    except RecursionError:
        raise ValueError(f"cannot read {_shown(text)}: too deeply nested") from None


def call_arguments(text: str) -> dict[str, Any]:
    """Read the keyword arguments in ``text``, as between the brackets of a call; literals alone.

    Examples
    --------
    >>> call_arguments("is_slippery=False, map_name='8x8'")
    {'is_slippery': False, 'map_name': '8x8'}
    >>> call_arguments("")
    {}
    """
    tree = _syntax_tree(f"f({text})", text)
    if not isinstance(tree, ast.Call) or not isinstance(tree.func, ast.Name) or tree.args:
        raise ValueError(f"expected keyword arguments such as name=1, got {text!r}")
    return _Reader(text, {}).named(tree.keywords)


def _without_modules(text: str) -> tuple[str, dict[str, str]]:
    """Put a plain name in the place of each ``package.module:Name``, which is no Python; give what each stands for."""
    mark = "qualified"
    while mark in text:
        mark += "_"
    qualified: dict[str, str] = {}

    def replaced(found: re.Match[str]) -> str:
        if found["name"] is None:
            return found[0]
        qualified[placeholder := f"{mark}{len(qualified)}"] = found["name"]
        return placeholder

    return _QUALIFIED.sub(replaced, text), qualified


def with_plain_names(text: str) -> str:
    """Put a name of the same length, which Python can parse, in the place of each ``package.module:Name``.

    Examples
    --------
    >>> with_plain_names("Boltzmann(own.schedules:Halving(1.0))")
    'Boltzmann(own_schedules_Halving(1.0))'
    """
    return _QUALIFIED.sub(lambda found: re.sub("[.:]", "_", found[0]) if found["name"] else found[0], text)


def _find_class(name: str) -> type:
    """Import what ``package.module:Name`` names. A dataclass alone: an expression describes, it runs no functions."""
    module, _, attribute = name.partition(":")
    try:
        found = getattr(importlib.import_module(module), attribute)
    except Exception as error:
        # What a module of the user's own raises while it is imported is its own affair.
        raise ValueError(f"{name} cannot be imported: {type(error).__name__}: {error}") from error
    if not (isinstance(found, type) and dataclasses.is_dataclass(found)):
        raise ValueError(f"{name} must be a dataclass, so that it can be written down, got {found!r}")
    return found


def _syntax_tree(plain: str, text: str) -> ast.expr:
    """Parse ``plain``; messages quote ``text``, as it was given."""
    try:
        return ast.parse(plain.strip(), mode="eval").body
    # A deep nest of brackets ends CPython's parser with MemoryError or RecursionError.
    except (SyntaxError, MemoryError, RecursionError, ValueError) as error:
        reason = getattr(error, "msg", None) or str(error) or type(error).__name__
        raise ValueError(f"cannot read {_shown(text)}: {reason}") from error


def _shown(text: str) -> str:
    return repr(text if len(text) <= 200 else text[:200] + "...")


class _Reader:
    """Builds objects from a syntax tree; holds the text for its messages and the names for its calls."""

    def __init__(
        self, text: str, names: Mapping[str, Callable[..., Any]], qualified: Mapping[str, str] | None = None
    ) -> None:
        self.text = text
        self.names = names
        self.qualified = qualified or {}

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
        raise ValueError(f"cannot read {self.quoted(node)!r} in {_shown(self.text)}: neither a literal nor a call")

    def signed(self, sign: ast.unaryop, operand: ast.expr) -> float:
        value = self.build(operand)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(f"cannot read {_shown(self.text)}: a sign stands before {value!r}")
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
            close = difflib.get_close_matches(name, self.names, n=3)
            known = f": known are {', '.join(sorted(self.names))}" if self.names else ""
            known = f": did you mean {' or '.join(close)}?" if close else f"{known}; one's own is package.module:Name"
            raise ValueError(f"unknown name {name!r} in {_shown(self.text)}{known}")
        positional = [self.build(argument) for argument in arguments]
        named = self.named(keywords)
        try:
            return callee(*positional, **named)
        except (TypeError, ValueError) as error:
            raise ValueError(f"{self.quoted(node)}: {error}") from error

    def named(self, keywords: list[ast.keyword]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for keyword in keywords:
            if keyword.arg is None:
                raise ValueError(f"cannot read {_shown(self.text)}: ** is not part of the notation")
            if keyword.arg in values:
                raise ValueError(f"cannot read {_shown(self.text)}: {keyword.arg} is repeated")
            values[keyword.arg] = self.build(keyword.value)
        return values
