"""The one guard around the code of users: whatever an agent or environment raises is a fault of its cell."""

from __future__ import annotations

import signal
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from boltzmann.experiments.errors import RefusedError

T = TypeVar("T")

_LONGEST_REASON = 500


class CellError(Exception):
    """An agent or environment has raised, and the error is its cause.

    Attributes
    ----------
    reason : str
        The error in one line of at most some 500 characters.
    text : str
        The whole traceback.
    """

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(reason, text)
        self.reason = reason
        self.text = text


def guarded(call: Callable[[], T]) -> T:
    """Return what a call returns; a :class:`CellError` has what it raises, ``SystemExit`` and its kin included.

    Only an interrupt from outside ends the run: the signal SIGINT, as by Ctrl-C, even where the call has caught it. A
    ``KeyboardInterrupt`` that the call raises by itself is a fault like any other.
    """
    with _interrupts() as interrupted:
        try:
            result = call()
        except BaseException as error:
            if interrupted.is_set():
                raise KeyboardInterrupt from error
            raise CellError(_reason(error), _traceback(error)) from error
        if interrupted.is_set():
            raise KeyboardInterrupt
        return result


def run_or_refuse(message: str, call: Callable[[], T]) -> T:
    """Return what a call returns; what it raises is the cause of a RefusedError, which begins with the message."""
    try:
        return guarded(call)
    except CellError as error:
        raise RefusedError(f"{message}: {error.reason}") from error.__cause__


@contextmanager
def _interrupts() -> Iterator[threading.Event]:
    """Yield an event that is set once this process receives SIGINT, which its handler still handles."""
    interrupted = threading.Event()
    previous = signal.getsignal(signal.SIGINT)
    # Only the main thread receives signals, and only if the process does not ignore them.
    if threading.current_thread() is not threading.main_thread() or not callable(previous):
        yield interrupted
        return
    handle = previous

    def note(number: int, frame: Any) -> None:
        interrupted.set()
        handle(number, frame)

    signal.signal(signal.SIGINT, note)
    try:
        yield interrupted
    finally:
        # A handler that the call has set stays.
        if signal.getsignal(signal.SIGINT) is note:
            signal.signal(signal.SIGINT, previous)


def _reason(error: BaseException) -> str:
    kind = type(error).__name__
    try:
        text = " ".join(str(error).split())
    except BaseException:
        # The text of an error is made by the user's code too.
        text = "its text cannot be made"
    if len(text) > _LONGEST_REASON:
        text = text[:_LONGEST_REASON] + "..."
    return f"{kind}: {text}" if text else kind


def _traceback(error: BaseException) -> str:
    try:
        return "".join(traceback.format_exception(error))
    except BaseException:
        return f"{_reason(error)} (its traceback cannot be made)\n"
