"""The frame of every command: its options, warnings in one line, and streams that take any text."""

from __future__ import annotations

import dataclasses
import functools
import io
import re
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr
from typing import Protocol, TypeVar

from scripts.support.console import warnings_in_one_line
from scripts.support.frame.grouping import defining_words, meant_options, read_groups
from scripts.support.frame.shell import call_of, shell_text
from scripts.support.output import current_output, output_to
from scripts.support.streams import guarded_streams

Options = TypeVar("Options")


_PLAIN = (
    (r"invalid literal for int\(\) with base 10: (.*)", r"must be a whole number, got \2"),
    (r"could not convert string to float: (.*)", r"must be a number, got \2"),
    (r"Could not find valid parse for arguments: \[(.*)\]", r"cannot be \2"),
)
"""What Python and tyro say of an option's value, and what it means."""


class Main(Protocol):
    """Runs a command: with these arguments instead of the process's, called by another program."""

    def __call__(self, arguments: list[str] | None = None, program: str | None = None) -> None:
        """Run the command."""


def command(name: str) -> Callable[[Callable[[list[str] | None, str], None]], Main]:
    """Decorate the ``main(arguments, program)`` of a command: whatever and wherever it prints, it has no traceback.

    ``name`` names the command in documents and folders. ``program`` is what the user types before the options, by
    default ``python -m`` with the module; messages begin with it.

    A reader that goes away, as ``head`` does, stops nothing. Where stdout cannot be written, as on a full disk, the
    work is done, a line on stderr says so, and the exit code is 2.
    """

    def decorate(main: Callable[[list[str] | None, str], None]) -> Main:
        @functools.wraps(main)
        def guarded(arguments: list[str] | None = None, program: str | None = None) -> None:
            program = program or call_of(main.__globals__["__spec__"], name)
            call = shell_text(program, sys.argv[1:] if arguments is None else arguments)
            with guarded_streams() as (out, err), output_to(out, call) as output, warnings_in_one_line(program):
                ended = None
                try:
                    main(arguments, program)
                except SystemExit as end:
                    ended = end
                output.write_document(name)
                out.flush()
                if out.error is not None and not (ended and ended.code):
                    print(f"{program}: error: stdout cannot be written: {out.error.strerror}", file=err)
                    raise SystemExit(2)
                if ended is not None:
                    raise ended

        return guarded

    return decorate


def read_options(
    kind: type[Options], arguments: list[str] | None, program: str, examples: Sequence[str] = ()
) -> Options:
    """Read a command line; help and wrong options end the command, with the colours of the terminal.

    Every command also has ``--quiet`` and ``--json``, which choose its output. ``examples`` are shown by the help.
    """
    wrong, words = io.StringIO(), sys.argv[1:] if arguments is None else arguments
    try:
        with guarded_streams(colours=True), redirect_stderr(wrong):
            read = read_groups(kind, arguments, program, examples)
    except SystemExit:
        if wrong.getvalue():
            said = _with_hint(_one_line(wrong.getvalue()), meant_options(kind, words))
            print(f"{program}: error: {said}; see {program} --help", file=sys.stderr)
        raise
    repeated = shell_text(program, defining_words(kind, words))
    names = [field.name for field in dataclasses.fields(kind)]  # type: ignore[arg-type]
    current_output().choose(quiet=read.quiet, as_json=read.as_json, repeated=repeated, options=names)
    options: Options = read.options
    return options


def _one_line(report: str) -> str:
    """Return what tyro says of wrong options, in a box or, where its lines cannot be shown, between rules."""
    lines = [line.strip("\u2502 ") for line in re.sub(r"\x1b\[[0-9;]*m", "", report).splitlines()]
    said = " ".join(line for line in lines if line and line[0] not in "\u256d\u2570")
    parts = [part.strip() for part in re.split("[\u2500-]{4,}", said)]
    # The title stands in the upper edge of a box, else before the first rule.
    parts = parts if "\u256d" in report else parts[1:]
    said = " ".join(part for part in parts if not part.startswith(("For full help", "Argument help"))).rstrip(". ")
    for pythons, ours in _PLAIN:
        said = re.sub(rf"^Error parsing (--\S+): {pythons}", rf"\1 {ours}", said)
    return said


def _with_hint(said: str, meant: list[str]) -> str:
    """Replace what tyro says of similar options, with the whole help of each, by their names."""
    if not said.startswith("Unrecognized options: "):
        return said
    said = re.split(" (?:Perhaps you meant:|Arguments similar to) ", said)[0]
    return f"{said}: did you mean {' or '.join(meant)}?" if meant else said
