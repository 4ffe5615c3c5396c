"""The law of a policy as a function of plain Python floats, which few numbers pass faster than any array library.

The law is called with symbols once; the lines that this leaves are a Python function of one row. Floats follow the
rules of IEEE arithmetic there, as arrays do: a division by 0 is infinite or NaN, and no function raises an error.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from boltzmann.acting.fewer_operations import with_fewer_operations
from boltzmann.laws import Code, Pass, PolicyLaw, Symbol, text_of

Weigh = Callable[..., list[float]]
"""``weigh(q, noise, visits, variances, numbers)`` returns the weights of a row, or with noise its scores."""

ARGUMENTS = ("q", "noise", "visits", "variances")


def divided(left: float, right: float) -> float:
    """Return left / right; infinite or NaN for a division by 0."""
    try:
        return left / right
    except ZeroDivisionError:
        if left == 0 or math.isnan(left):
            return math.nan
        return math.copysign(math.inf, left) * math.copysign(1.0, right)


def powered(base: float, exponent: float) -> float:
    """Return base ** exponent for a base of at least 0; infinite where it overflows, or at 0 to a negative power."""
    try:
        return float(base**exponent)
    except (OverflowError, ZeroDivisionError):
        return math.inf


def exponential(x: float) -> float:
    """Return the exponential; inf where it overflows."""
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


def _expm1(x: float) -> float:
    try:
        return math.expm1(x)
    except OverflowError:
        return math.inf


def _log(x: float) -> float:
    return math.log(x) if x > 0 else -math.inf if x == 0 else math.nan


def _log1p(x: float) -> float:
    return math.log1p(x) if x > -1 else -math.inf if x == -1 else math.nan


def _sqrt(x: float) -> float:
    return math.sqrt(x) if x >= 0 else math.nan


_SHARED = {
    "inf": math.inf, "minus_inf": -math.inf, "nan": math.nan, "float64": float, "abs": abs,
    "tanh": math.tanh, "hypot": math.hypot, "isfinite": math.isfinite, "floor": math.floor,
}  # fmt: skip
_QUICK = _SHARED | {
    "exponential": math.exp, "exponential_minus_1": math.expm1, "sqrt": math.sqrt,
    "logarithm": math.log, "logarithm_of_1_and": math.log1p,
}  # fmt: skip
"""Python's functions, which raise errors beyond their domain."""
_CAREFUL = _SHARED | {
    "exponential": exponential, "exponential_minus_1": _expm1, "sqrt": _sqrt,
    "logarithm": _log, "logarithm_of_1_and": _log1p, "divided": divided, "powered": powered,
}  # fmt: skip
"""Functions that follow the rules of IEEE arithmetic, as arrays do."""


class _FloatCode(Code):
    """Code of Python's operators, which raise errors where a result is not defined or too large."""

    def __init__(self) -> None:
        super().__init__()
        self._in_reach = [{}, {}]
        self.false = ""
        """A condition that is known to fail."""

    def bind(self, text: str) -> Symbol:
        """Return the result of an operation, which is written unless its result is in reach or known."""
        if text == self.false:
            return Symbol(self, "False")
        return Symbol(self, text[9:]) if text.startswith("False or ") else super().bind(text)

    def where(self, condition: Any, this: Any, other: Any) -> Symbol:
        """Return this where the condition holds, else the other."""
        if text_of(condition) == "False" and isinstance(other, Symbol):
            return other
        return super().where(condition, this, other)


class _CarefulCode(_FloatCode):
    """Code in which division and powers follow the rules of IEEE arithmetic."""

    def operation(self, left: str, sign: str, right: str) -> str:
        """Return the text of an operation on two numbers."""
        if sign == "/":
            # Division by a constant raises no error.
            return f"{left} / {right}" if right[0].isdigit() and float(right) else f"divided({left}, {right})"
        return f"powered({left}, {right})" if sign == "**" else f"{left} {sign} {right}"


class _Read:
    """Numbers by name, which remembers the names that were read."""

    def __init__(self, code: Code, prefix: str) -> None:
        self._code, self._prefix, self._names = code, prefix, set[str]()

    def __getattr__(self, name: str) -> Symbol:
        self._names.add(name)
        return Symbol(self._code, self._prefix + name)


@lru_cache(maxsize=256)
def _compiled(quick: str, careful: str) -> Weigh:
    with_care: dict[str, Any] = dict(_CAREFUL)
    exec(compile(careful, "<law in floats, with care>", "exec"), with_care)
    scope: dict[str, Any] = {**_QUICK, "weigh_with_care": with_care["weigh"]}
    exec(compile(quick, "<law in floats>", "exec"), scope)
    weigh: Weigh = scope["weigh"]
    return weigh


def weigh_in_floats(law: PolicyLaw) -> Weigh | None:
    """Return the function of one row; None for a law that picks a number of one action, and for a called policy.

    The lines are written without a look at the domains of functions, and again with it, for the rare row that raises
    an error.
    """
    if law.weight is None or any(each.first for each in law.passes):
        return None
    head = f"def weigh({', '.join(ARGUMENTS)}, numbers):"
    quick = [f"    {line}" for line in _lines(law, _FloatCode())]
    quick = ["    try:", *quick, "    except (ArithmeticError, ValueError):"]
    quick.append(f"        return weigh_with_care({', '.join(ARGUMENTS)}, numbers)")
    return _compiled("\n".join([head, *quick]), "\n".join([head, *_lines(law, _CarefulCode())]))


def _lines(law: PolicyLaw, code: _FloatCode) -> list[str]:
    """Return the lines of the function's body."""
    weight: Any = law.weight
    if law.numbers:
        names = ", ".join(f"r_{name}" for name in law.numbers)
        code.line(f"{names}, = numbers")
    code.line("r_top = max(q)")
    code.line(*(f"A_{name} = {list(map(float, weights))}" for name, weights in law.constants.items()))
    lists = {name: name for name in ARGUMENTS} | {name: f"A_{name}" for name in law.constants}
    moved: set[str] = set()
    for each in law.passes:
        if each.from_guess:
            continue
        if not each.until:
            moved |= _write_pass(code, each, lists)
            continue
        with code.under(f"for _ in range({each.times}):"):
            # Where an earlier pass may have ended the search already, no later line needs to ask again.
            begins = each.until in moved
            end = (f"if r_{each.until}:", "    break")
            if begins:
                code.line(*end)
                code.false = f"r_{each.until} > 0.0"
            moved |= _write_pass(code, each, lists)
            code.line(*(() if begins else end))
        code.false = ""
    code.line("result = []")
    row = _Read(code, "r_")
    with _over_actions(code, lists) as action:
        code.line(f"result.append({text_of(weight(code, action, row))})")
    code.line("return result")
    return with_fewer_operations([line[4:] for line in code.lines])


class _over_actions:  # noqa: N801 (used as a statement)
    """A loop over the actions that unpacks only what its body reads."""

    def __init__(self, code: Code, lists: Mapping[str, str]) -> None:
        self._code, self._lists = code, lists

    def __enter__(self) -> _Read:
        self._place = len(self._code.lines)
        self._action = _Read(self._code, "a_")
        self._under = self._code.under("for in reach:")
        self._under.__enter__()
        return self._action

    def __exit__(self, *raised: Any) -> None:
        self._under.__exit__(*raised)
        names = sorted(self._action._names) or ["q"]
        heads = ", ".join(f"a_{name}" for name in names)
        each = self._lists[names[0]] if len(names) == 1 else f"zip({', '.join(self._lists[name] for name in names)})"
        line = self._code.lines[self._place]
        self._code.lines[self._place] = line.replace("for in reach:", f"for {heads} in {each}:")


def _write_pass(code: Code, each: Pass, lists: dict[str, str]) -> set[str]:
    """Write a pass, and return the names of the numbers that it moves."""
    start = len(code.lines)
    kept: list[str] = []
    with _over_actions(code, lists) as action:
        results = each.adds(code, action, _Read(code, "r_"))
        for name, result in results.items():
            text = text_of(result)
            if name in each.keeps:
                code.line(f"K_{name}.append({text})")
                kept.append(name)
            elif name in each.largest:
                code.line(f"if {text} > r_{name}: r_{name} = {text}")
            else:
                code.line(f"s_{name} += {text}")
    indent = code.lines[start][: -len(code.lines[start].lstrip())]
    if not results:
        del code.lines[start:]
    sums = [name for name in results if name not in each.keeps and name not in each.largest]
    starts = [f"s_{name} = 0.0" for name in sums] + [f"K_{name} = []" for name in kept]
    starts += [f"r_{name} = -np.inf" for name in results if name in each.largest]
    code.lines[start:start] = [indent + text for text in starts]
    # The law reads the numbers of earlier passes until all of this pass are known.
    code.line(*(f"r_{name} = s_{name}" for name in sums), *(f"A_{name} = K_{name}" for name in kept))
    lists.update({name: f"A_{name}" for name in kept})
    if each.moves is None:
        return set()
    with code.under("if True:"):
        results = each.moves(code, _Read(code, "r_"))
        if results:
            code.line(f"{', '.join(f'r_{name}' for name in results)}, = {', '.join(map(text_of, results.values()))},")
    return set(results)
