"""Laws as text: a law called with symbols instead of numbers leaves the lines of code that compute it.

A law is a Python function of numbers that uses operators and the functions of its first argument, ``m``, alone. Here
``m`` is a :class:`Code`, whose functions, like the operators of its symbols, write one line each and return the name of
the result. An operation that is in reach already is not written twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np


class Symbol:
    """A number, or a truth value, that the code will compute; its text is its name there."""

    def __init__(self, code: Code, text: str) -> None:
        self.code, self.text = code, text

    def __bool__(self) -> bool:
        raise TypeError("a law must choose by m.where, and combine truth values by & and |: it has no value yet")

    def _left(self, sign: str, other: Any) -> Symbol:
        return self.code.bind(self.code.operation(self.text, sign, text_of(other)))

    def _right(self, sign: str, other: Any) -> Symbol:
        return self.code.bind(self.code.operation(text_of(other), sign, self.text))

    def __add__(self, other: Any) -> Symbol:
        return self._left("+", other)

    def __radd__(self, other: Any) -> Symbol:
        return self._right("+", other)

    def __sub__(self, other: Any) -> Symbol:
        return self._left("-", other)

    def __rsub__(self, other: Any) -> Symbol:
        return self._right("-", other)

    def __mul__(self, other: Any) -> Symbol:
        return self._left("*", other)

    def __rmul__(self, other: Any) -> Symbol:
        return self._right("*", other)

    def __truediv__(self, other: Any) -> Symbol:
        return self._left("/", other)

    def __rtruediv__(self, other: Any) -> Symbol:
        return self._right("/", other)

    def __pow__(self, other: Any) -> Symbol:
        return self._left("**", other)

    def __neg__(self) -> Symbol:
        return self.code.bind(f"-{self.text}")

    def __invert__(self) -> Symbol:
        return self.code.bind(f"not {self.text}")

    def __and__(self, other: Any) -> Symbol:
        return self._left("&", other)

    def __rand__(self, other: Any) -> Symbol:
        return self._right("&", other)

    def __or__(self, other: Any) -> Symbol:
        return self._left("|", other)

    def __ror__(self, other: Any) -> Symbol:
        return self._right("|", other)

    def __xor__(self, other: Any) -> Symbol:
        return self._left("!=", other)

    def __lt__(self, other: Any) -> Symbol:
        return self._left("<", other)

    def __le__(self, other: Any) -> Symbol:
        return self._left("<=", other)

    def __gt__(self, other: Any) -> Symbol:
        return self._left(">", other)

    def __ge__(self, other: Any) -> Symbol:
        return self._left(">=", other)

    def __eq__(self, other: object) -> Symbol:  # type: ignore[override]
        return self._left("==", other)

    def __ne__(self, other: object) -> Symbol:  # type: ignore[override]
        return self._left("!=", other)

    __hash__ = None  # type: ignore[assignment]


_INDENT = "    "


class Code:
    """Lines of code with their indentation, and the functions of numbers that laws call.

    Attributes
    ----------
    tiny, eps : float
        The smallest normal float, and the spacing of floats at 1.
    calls : int
        How often functions of several operations were called, those that no processor has.
    """

    tiny, eps = float(np.finfo(np.float64).tiny), float(np.finfo(np.float64).eps)

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._names = self.calls = 0
        self._in_reach: list[dict[str, Symbol]] = [{}]

    def line(self, *texts: str) -> None:
        """Write lines."""
        indent = _INDENT * len(self._in_reach)
        self.lines += [indent + text for text in texts]

    @contextmanager
    def under(self, head: str) -> Iterator[None]:
        """Indent what follows under the head of a loop or of a condition."""
        self.line(head)
        self._in_reach.append({})
        yield
        self._in_reach.pop()

    def bind(self, text: str) -> Symbol:
        """Return the result of an operation, which is written unless its result is in reach."""
        for results in self._in_reach:
            if text in results:
                return results[text]
        result = self._in_reach[-1][text] = self.read(text)
        return result

    def operation(self, left: str, sign: str, right: str) -> str:
        """Return the text of an operation on two numbers."""
        return f"{left} {sign} {right}"

    def read(self, text: str) -> Symbol:
        """Return what an expression is at this place; arrays change, so they are read each time."""
        self._names += 1
        name = f"x{self._names}"
        self.lines.append(f"{_INDENT * len(self._in_reach)}{name} = {text}")
        return Symbol(self, name)

    def where(self, condition: Any, this: Any, other: Any) -> Symbol:
        """Return this where the condition holds, else the other."""
        return self.bind(f"{text_of(this)} if {text_of(condition)} else {text_of(other)}")

    def maximum(self, this: Any, other: Any) -> Symbol:
        """Return the larger number."""
        return self.where(self.bind(f"{text_of(this)} > {text_of(other)}"), this, other)

    def minimum(self, this: Any, other: Any) -> Symbol:
        """Return the smaller number."""
        return self.where(self.bind(f"{text_of(this)} < {text_of(other)}"), this, other)

    def __getattr__(self, name: str) -> Any:
        if name not in _FUNCTIONS:
            raise AttributeError(f"a law has no function {name}: there are {', '.join(sorted(_FUNCTIONS))}")
        function = _FUNCTIONS[name]
        self.calls += not function.startswith("np.")
        return lambda *numbers: self.bind(f"{function}({', '.join(map(text_of, numbers))})")


_FUNCTIONS = {
    "exp": "exponential",
    "log": "logarithm",
    "log1p": "logarithm_of_1_and",
    "expm1": "exponential_minus_1",
    "sin": "sine",
    "cos": "cosine",
    "tanh": "hyperbolic_tangent",
} | {name: f"np.{name}" for name in ("abs", "floor", "sqrt", "hypot", "isfinite", "float32")}
"""The functions of ``m`` besides ``where``, ``minimum`` and ``maximum``, and what they are in the code."""


def text_of(number: Any) -> str:
    """Return a symbol or a constant as text that is read as the same number."""
    if isinstance(number, Symbol):
        return number.text
    if isinstance(number, bool | np.bool_ | int | np.integer):
        return str(number)
    value = float(number)
    if np.isfinite(value):
        return repr(value)
    return "np.nan" if np.isnan(value) else f"{'-' * (value < 0)}np.inf"
