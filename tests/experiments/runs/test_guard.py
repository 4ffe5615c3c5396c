"""The guard around the code of users: faults and interrupts."""

import os
import signal
import time
from functools import partial

import pytest

from boltzmann.experiments.runs.guard import CellError, guarded


def interrupt_and_catch(number):
    try:
        os.kill(os.getpid(), number)
        time.sleep(5)
    except KeyboardInterrupt:
        return "caught"


def interrupt_and_raise(number):
    if interrupt_and_catch(number):
        raise ArithmeticError("something else")


@pytest.fixture(params=[signal.SIGINT, signal.SIGTERM])
def interrupting(request):
    """A signal with Python's own handler of interrupts, which a suite in the background and SIGTERM do not have."""
    before = signal.signal(request.param, signal.default_int_handler)
    yield request.param
    signal.signal(request.param, before)


@pytest.mark.skipif(os.name != "posix", reason="sends a signal")
def test_a_real_interrupt_ends_the_run_whatever_the_code_makes_of_it(interrupting):
    before = signal.getsignal(interrupting)
    for call in (interrupt_and_catch, interrupt_and_raise):
        with pytest.raises(KeyboardInterrupt):
            guarded(partial(call, interrupting))
    assert signal.getsignal(interrupting) is before


def test_an_interrupt_that_code_raises_by_itself_is_a_fault():
    def call():
        raise KeyboardInterrupt("mine")

    with pytest.raises(CellError) as raised:
        guarded(call)
    assert raised.value.reason == "KeyboardInterrupt: mine"
    assert guarded(lambda: 3) == 3
