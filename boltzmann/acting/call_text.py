"""What the calls of policies say of their inputs: one text for the call of every policy and for ``act``."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Callable
from typing import Any, TypeVar

_Called = TypeVar("_Called", bound=Callable[..., Any])

_ALWAYS = ("values", "rng")
_INPUTS = {
    "values": (
        "array of shape (..., K)",
        "Action values, actions last, of any array library. Each row is a decision of its own.",
    ),
    "rng": (
        "numpy.random.Generator, torch.Generator or JAX key",
        "The randomness of the library of the values; a Generator advances.",
    ),
    "step": (
        "int, at least 0",
        "How many steps were taken before this one, in the unit of the schedule. A policy that changes with the step, "
        "as by a schedule, needs it: a call without it raises a ValueError. Others do not read it.",
    ),
    "visits": (
        "array of shape (..., K)",
        "How often each action of the row was taken before, in [0, 2^62].",
    ),
    "where": (
        "array of bool, or of 0 and 1, that broadcasts to (..., K)",
        "The allowed actions, at least one in each row; all without it.",
    ),
    "variances": (
        "array of shape (..., K)",
        "The variance (1/n) of what each action of the row paid, in squared units of the values; "
        "``next_variances`` learns it.",
    ),
    "epsilons": (
        "array of shape (...)",
        "The rate of exploration of each row, in [0, 1]; ``initial_epsilon`` without it. ``next_epsilons`` updates it.",
    ),
}
_READ = {
    True: "This policy needs it: a call without it raises a ValueError.",
    False: "This policy does not read it.",
    None: "A policy whose ``reads`` has it needs it: a call without it raises a ValueError. Others do not read it.",
}
_DECLARED = ("visits", "variances")
_RAISES = "For inputs that are read and are outside these bounds, or of shapes that do not fit; the message names them."


def explained(called: _Called, reads: object = None) -> _Called:
    """Add to the text of a function of values what each of its inputs is, and what happens without it.

    Parameters
    ----------
    called : function
        The call of a policy, or ``act``; its text is the summary.
    reads : frozenset of str, optional
        What the policy reads; not known before there is an object if it is not such a set.
    """
    lines = ["Parameters", "----------"]
    for name in inspect.signature(called).parameters:
        if name not in _INPUTS:
            continue
        kind, text = _INPUTS[name]
        if name in _DECLARED:
            text += " " + _READ[name in reads if isinstance(reads, frozenset) else None]
        lines += [f"{name} : {kind}{', optional' * (name not in _ALWAYS)}", *_indented(text)]
    summary, *others = re.split(r"\n\n(?=Returns\n-|Examples\n-)", inspect.cleandoc(called.__doc__ or ""))
    raises = "\n".join(["Raises", "------", "ValueError, TypeError", *_indented(_RAISES)])
    sections = [summary, "\n".join(lines), *others[:1], raises, *others[1:]]
    called.__doc__ = "\n\n".join(sections)
    return called


def _indented(text: str) -> list[str]:
    return textwrap.wrap(text, 116, initial_indent="    ", subsequent_indent="    ")
