"""The one notation: an object prints as the expression that makes it, and the expression is read back.

``Boltzmann(Linear(1.0, 0.01, 5000))`` is what Python prints, what a command line takes and what a results
folder holds. Reading goes through the syntax tree and calls only what a given table names; nothing is
ever evaluated.
"""

from __future__ import annotations

import ast
import dataclasses
import math
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["Expression", "call_arguments", "check_expressible", "parse"]

_CONSTANTS = {"inf": math.inf}


class Expression:
    """Gives a dataclass the ``repr`` that makes it: positional fields by place, keyword-only ones by name.

    A keyword-only field that has its default value is left out, and so is everything behind ``init=False``.

    Examples
    --------
    >>> from boltzmann import Boltzmann, Linear
    >>> Boltzmann(Linear(1.0, 0.01, 5000))
    Boltzmann(Linear(1.0, 0.01, 5000))
    """

    def __repr__(self) -> str:
        """Write the expression that makes this object."""
        fields = [field for field in dataclasses.fields(self) if field.init]  # type: ignore[arg-type]
        by_place = [_write(getattr(self, field.name)) for field in fields if not field.kw_only]
        by_name = [
            f"{field.name}={_write(getattr(self, field.name))}"
            for field in fields
            if field.kw_only and getattr(self, field.name) != field.default
        ]
        return f"{type(self).__name__}({', '.join(by_place + by_name)})"


def _write(value: object) -> str:
    # NumPy's scalars print as np.float64(...), which is no literal.
    item = getattr(value, "item", None)
    return repr(item()) if item is not None and getattr(value, "ndim", None) == 0 else repr(value)


def check_expressible(name: str, value: object) -> None:
    """Refuse what has no notation: anything but dataclasses, literals, and sequences of them.

    Raises
    ------
    TypeError
        Naming the path to the offending part, such as ``agent.policy.temperature``.
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            if field.init:
                check_expressible(f"{name}.{field.name}", getattr(value, field.name))
    elif isinstance(value, list | tuple):
        for place, part in enumerate(value):
            check_expressible(f"{name}[{place}]", part)
    elif not (value is None or isinstance(value, bool | int | float | str)):
        raise TypeError(
            f"{name} must be a dataclass of plain parameters, a number, a string or a sequence of these, "
            f"so that it can be written down and read back, got {value!r}"
        )


def parse(text: str, names: Mapping[str, Callable[..., Any]]) -> Any:
    """Read an expression back to the object that it makes.

    Parameters
    ----------
    text : str
        Calls of the given names with literals (numbers, strings, ``inf``, ``True``, ``False``, ``None``,
        lists, tuples) and such calls as arguments. A bare name is a call without arguments.
    names : mapping of str to callable
        What may be called.

    Returns
    -------
    object
        What the outermost call returns, or the literal.

    Raises
    ------
    ValueError
        Where the text is not such an expression, names something unknown, or a callee refuses its
        arguments; the message quotes the part at fault.

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
    ValueError: unknown name '__import__' in "__import__('os')": known are Boltzmann
    """
    try:
        return _Reader(text, names).build(_syntax_tree(text))
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
    tree = _syntax_tree(f"f({text})")
    if not isinstance(tree, ast.Call) or not isinstance(tree.func, ast.Name) or tree.args:
        raise ValueError(f"expected keyword arguments such as name=1, got {text!r}")
    return _Reader(text, {}).named(tree.keywords)


def _syntax_tree(text: str) -> ast.expr:
    try:
        return ast.parse(text.strip(), mode="eval").body
    # A deep nest of brackets ends CPython's parser with MemoryError or RecursionError.
    except (SyntaxError, MemoryError, RecursionError, ValueError) as error:
        reason = getattr(error, "msg", None) or str(error) or type(error).__name__
        raise ValueError(f"cannot read {_shown(text)}: {reason}") from error


def _shown(text: str) -> str:
    return repr(text if len(text) <= 200 else text[:200] + "...")


class _Reader:
    """Builds objects from a syntax tree; holds the text for its messages and the names for its calls."""

    def __init__(self, text: str, names: Mapping[str, Callable[..., Any]]) -> None:
        self.text = text
        self.names = names

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
        raise ValueError(f"cannot read {ast.unparse(node)!r} in {_shown(self.text)}: neither a literal nor a call")

    def signed(self, sign: ast.unaryop, operand: ast.expr) -> float:
        value = self.build(operand)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(f"cannot read {_shown(self.text)}: a sign stands before {value!r}")
        return -value if isinstance(sign, ast.USub) else value

    def call(self, name: str, node: ast.expr, arguments: list[ast.expr], keywords: list[ast.keyword]) -> Any:
        if name not in self.names:
            known = f": known are {', '.join(sorted(self.names))}" if self.names else ""
            raise ValueError(f"unknown name {name!r} in {_shown(self.text)}{known}")
        positional = [self.build(argument) for argument in arguments]
        named = self.named(keywords)
        try:
            return self.names[name](*positional, **named)
        except (TypeError, ValueError) as error:
            raise ValueError(f"{ast.unparse(node)}: {error}") from error

    def named(self, keywords: list[ast.keyword]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for keyword in keywords:
            if keyword.arg is None:
                raise ValueError(f"cannot read {_shown(self.text)}: ** is not part of the notation")
            if keyword.arg in values:
                raise ValueError(f"cannot read {_shown(self.text)}: {keyword.arg} is repeated")
            values[keyword.arg] = self.build(keyword.value)
        return values
