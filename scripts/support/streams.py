"""One guard for all that commands print: any text on any terminal, and a reader that goes away."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from typing import Any, TextIO, cast

from boltzmann.experiments.wording import printable

_PLAIN = {"±": "+/-", "→": "->", "∞": "inf", "–": "-", "—": "-", "…": "...", "²": "^2", "\N{NO-BREAK SPACE}": " "}  # noqa: RUF001
"""What stands for a sign that an encoding lacks; other characters are written as Python escapes them."""


def as_shown(text: str) -> str:
    """Return a name or a number as stdout will show it, in one line, so that columns can be aligned."""
    return encodable(printable(text), getattr(sys.stdout, "encoding", None) or "utf-8")


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
    kept : str or None
        Control characters that are written as they are, where others are escaped; None keeps all.

    Attributes
    ----------
    muted : bool
        Whether all text is dropped.
    error : OSError or None
        Why the stream could not be written. That its reader has gone, as ``head`` does, is no error.
    """

    def __init__(self, stream: TextIO, kept: str | None) -> None:
        self._stream = stream
        self._kept = kept
        self._lost = False
        self.muted = False
        self.error: OSError | None = None

    def write(self, text: str) -> int:
        """Write a text, or nothing where the stream is lost."""
        if not (self._lost or self.muted):
            shown = text if self._kept is None else printable(text, keep=self._kept)
            shown = encodable(shown, getattr(self._stream, "encoding", None) or "utf-8")
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
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        out = GuardedStream(sys.stdout or nowhere, None if colours else "\n")
        # A progress bar returns to the beginning of its line.
        err = GuardedStream(sys.stderr or nowhere, None if colours else "\n\r")
        with redirect_stdout(cast(TextIO, out)), redirect_stderr(cast(TextIO, err)):
            try:
                yield out, err
            finally:
                out.flush()
                err.flush()
