"""The frame of every command: its options, warnings in one line, and streams that take any text."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from scripts.support.console import warnings_in_one_line
from scripts.support.frame.grouping import read_groups
from scripts.support.output import current_output, output_to
from scripts.support.streams import guarded_streams

Options = TypeVar("Options")


class Main(Protocol):
    """Runs a command: with these arguments instead of the process's, under another name."""

    def __call__(self, arguments: list[str] | None = None, program: str = ...) -> None:
        """Run the command."""


def command(name: str) -> Callable[[Callable[[list[str] | None, str], None]], Main]:
    """Decorate the ``main(arguments, program)`` of a command: whatever and wherever it prints, it has no traceback.

    ``program`` is what messages call the command, by default its name.

    A reader that goes away, as ``head`` does, stops nothing. Where stdout cannot be written, as on a full disk, the
    work is done, a line on stderr says so, and the exit code is 2.
    """

    def decorate(main: Callable[[list[str] | None, str], None]) -> Main:
        @functools.wraps(main)
        def guarded(arguments: list[str] | None = None, program: str = name) -> None:
            with guarded_streams() as (out, err), output_to(out) as output, warnings_in_one_line(program):
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
    with guarded_streams(colours=True):
        read = read_groups(kind, arguments, program, examples)
    current_output().choose(quiet=read.quiet, as_json=read.as_json)
    options: Options = read.options
    return options
