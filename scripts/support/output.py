"""What a command has to say: as text, as nothing, or as one JSON document for machines."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from boltzmann import __version__
from boltzmann.notation import Expression
from scripts.support.streams import GuardedStream


class Output:
    """The output of one command.

    Attributes
    ----------
    call : str
        The command as it was typed, for a shell.
    repeated : str
        The same without the options that change nothing of the results.
    options : frozenset of str
        The names of the command's options in Python; errors name them as they are typed.
    progress, notes : bool
        Whether the progress of runs is shown on stderr, and whether notes are.
    """

    def __init__(self, out: GuardedStream | None = None, call: str = "") -> None:
        self._out = out
        self.call = self.repeated = call
        self.options: frozenset[str] = frozenset()
        self._document: dict[str, Any] | None = None
        self.progress = self.notes = True

    def choose(self, *, quiet: bool, as_json: bool, repeated: str, options: Iterable[str] = ()) -> None:
        """Choose what is printed, text by default; note how to get the same results again, and the names of options."""
        self.repeated, self.options = repeated, frozenset(options)
        if as_json:
            self._document = {}
        self.progress, self.notes = not (quiet or as_json), not quiet
        if self._out is not None:
            self._out.muted = quiet or as_json

    def note(self, name: str, value: Any) -> None:
        """Add a value to the document; the values of each name form a list, even a single one."""
        if self._document is not None:
            self._document.setdefault(name, []).append(plain(value))

    def write_document(self, program: str) -> None:
        """Write the document, where there is one and it says anything."""
        if self._document and self._out is not None:
            self._out.muted = False
            head = {"command": program, "version": __version__, "call": self.call}
            self._out.write(json.dumps(head | self._document, indent=2, allow_nan=False) + "\n")


_TEXT = Output()
_CURRENT: ContextVar[Output] = ContextVar("output")


def current_output() -> Output:
    """Return the output of the command that runs; outside a command all text is printed."""
    return _CURRENT.get(_TEXT)


@contextmanager
def output_to(out: GuardedStream, call: str = "") -> Iterator[Output]:
    """Make the output of a command that prints to ``out``, and was called so, the current one."""
    output = Output(out, call)
    token = _CURRENT.set(output)
    try:
        yield output
    finally:
        _CURRENT.reset(token)


def note(name: str, value: Any) -> None:
    """Add a value to the document of the command that runs, if it writes one."""
    current_output().note(name, value)


def plain(value: Any) -> Any:
    """Return a value as JSON has it: NaN as null, infinities and policies as text, arrays as lists, records as objects.

    Examples
    --------
    >>> import numpy as np
    >>> plain({"low": np.float64("nan"), "high": np.inf, "rows": (np.int64(1), "a")})
    {'low': None, 'high': 'inf', 'rows': [1, 'a']}
    """
    if isinstance(value, Expression):
        return repr(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if hasattr(value, "_asdict"):
        value = value._asdict()
    if isinstance(value, Mapping):
        return {str(name): plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else repr(value)
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
