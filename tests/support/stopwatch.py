"""Bounds on processor time that mean the same on a slow machine and under coverage."""

import time
from contextlib import contextmanager

_CALLS = 1_000_000
_QUIET_SECONDS = 0.2
"""Processor time of the yardstick on a quiet machine without coverage, where the bounds of the tests are chosen."""


@contextmanager
def within(seconds):
    """Require that a block takes at most so many seconds of processor time on a quiet machine.

    Of a block that takes longer, the time is compared with that of a yardstick beside it, so that a machine which is
    k times slower, or which notes every line, has k times the seconds.
    """
    began = time.process_time()
    try:
        yield
    finally:
        _require(time.process_time() - began, seconds)


def require_within(seconds, function, times=20):
    """Require that the quickest of several calls takes at most so many seconds, as :func:`within` does for a block.

    Of a few milliseconds the quickest is the one that no other program has slowed down.
    """
    took = []
    for _ in range(times):
        began = time.process_time()
        function()
        took.append(time.process_time() - began)
    _require(min(took), seconds)


def _require(took, seconds):
    if took > seconds:
        slowness = _yardstick_seconds() / _QUIET_SECONDS
        assert took <= seconds * slowness, f"took {took:.4g} s, {slowness:.2f} times slower than a quiet machine"


def _yardstick_seconds():
    """Return the processor time of Python calls like those of a parser."""
    began = time.process_time()
    text, place, words = "a = 1\n" * 100, 0, 0
    for _ in range(_CALLS):
        place, ended = _next_place(text, place)
        words += ended
    assert words
    return time.process_time() - began


def _next_place(text, place):
    letter = text[place]
    following = place + 1
    if letter == "\n":
        following %= len(text)
    ended = letter.isspace()
    return following, ended
