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
_ENDING = (signal.SIGINT, signal.SIGTERM)


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

    Only an interrupt from outside ends the run: the signal SIGINT, as by Ctrl-C, or a SIGTERM that has a handler, even
    where the call has caught it. A ``KeyboardInterrupt`` that the call raises by itself is a fault like any other.
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
    """Yield an event that is set once this process receives a signal that ends it, whose handler still handles it."""
    interrupted = threading.Event()
    handlers = {number: signal.getsignal(number) for number in _ENDING}
    # Only the main thread receives signals, and only if the process neither ignores them nor ends at once.
    if threading.current_thread() is not threading.main_thread():
        handlers.clear()

    def note(number: int, frame: Any) -> None:
        interrupted.set()
        handle = handlers[signal.Signals(number)]
        assert callable(handle)
        handle(number, frame)

    noted = [number for number, handle in handlers.items() if callable(handle)]
    for number in noted:
        signal.signal(number, note)
    try:
        yield interrupted
    finally:
        for number in noted:
            # A handler that the call has set stays.
            if signal.getsignal(number) is note:
                signal.signal(number, handlers[number])


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
