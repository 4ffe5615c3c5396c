"""One guard for all that commands print: any text on any terminal, and a reader that goes away."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from typing import Any, TextIO, cast

_CONTROLS = (*range(0x20), *range(0x7F, 0xA0), 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A))
"""Characters that move the cursor, colour or reorder text, or break lines."""
_ESCAPES = {code: chr(code).encode("unicode_escape").decode() for code in _CONTROLS}
_PLAIN = {"±": "+/-", "→": "->", "∞": "inf", "–": "-", "—": "-", "…": "...", "²": "^2", "\N{NO-BREAK SPACE}": " "}  # noqa: RUF001
"""What stands for a sign that an encoding lacks; other characters are written as Python escapes them."""


def one_line(text: object) -> str:
    r"""Write a name or a path in one line, with control characters escaped as Python does.

    Examples
    --------
    >>> print(one_line("a\nb\x1b[31m"))
    a\nb\x1b[31m
    """
    return str(text).translate(_ESCAPES)


def encodable(text: str, encoding: str) -> str:
    r"""Replace what an encoding lacks.

    Examples
    --------
    >>> print(encodable("0.5 ± 0.1 of ü", "ascii"))
    0.5 +/- 0.1 of \xfc
    """
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return "".join(_encodable_sign(sign, encoding) for sign in text)
    return text


def _encodable_sign(sign: str, encoding: str) -> str:
    try:
        sign.encode(encoding)
    except UnicodeEncodeError:
        return _PLAIN.get(sign) or sign.encode("ascii", "backslashreplace").decode()
    return sign


class GuardedStream:
    """A text stream that takes any text, and that nobody has to read.

    Parameters
    ----------
    stream : text file
        The stream.
    kept : str
        Control characters that are written as they are; the others are escaped.

    Attributes
    ----------
    error : OSError or None
        Why the stream could not be written. That its reader has gone, as ``head`` does, is no error.
    """

    def __init__(self, stream: TextIO, kept: str) -> None:
        self._stream = stream
        self._escapes = {code: escape for code, escape in _ESCAPES.items() if chr(code) not in kept}
        self._lost = False
        self.error: OSError | None = None

    def write(self, text: str) -> int:
        """Write a text, or nothing where the stream is lost."""
        if not self._lost:
            shown = encodable(text.translate(self._escapes), getattr(self._stream, "encoding", None) or "utf-8")
            with self._losing():
                self._stream.write(shown)
        return len(text)

    def flush(self) -> None:
        """Flush the stream."""
        if not self._lost:
            with self._losing():
                self._stream.flush()

    @contextmanager
    def _losing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self._lost = True
            self.error = None if isinstance(error, BrokenPipeError) else error
            # Python flushes the stream once more when it ends.
            with suppress(OSError):
                null = os.open(os.devnull, os.O_WRONLY)
                os.dup2(null, self._stream.fileno())
                os.close(null)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def guarded_streams(*, colours: bool = False) -> Iterator[tuple[GuardedStream, GuardedStream]]:
    """Guard stdout and stderr, and yield both; a closed one takes everything and shows nothing.

    With ``colours``, control characters stay as they are, as for the help of a command.
    """
    every = "".join(map(chr, _ESCAPES))
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        out = GuardedStream(sys.stdout or nowhere, every if colours else "\n")
        # A progress bar returns to the beginning of its line.
        err = GuardedStream(sys.stderr or nowhere, every if colours else "\n\r")
        with redirect_stdout(cast(TextIO, out)), redirect_stderr(cast(TextIO, err)):
            try:
                yield out, err
            finally:
                out.flush()
                err.flush()
