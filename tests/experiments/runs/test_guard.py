"""The guard around the code of users: faults and interrupts."""

import os
import signal
import time

import pytest

from boltzmann.experiments.runs.guard import CellError, guarded


def interrupt_and_catch():
    try:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(5)
    except KeyboardInterrupt:
        return "caught"


def interrupt_and_raise():
    if interrupt_and_catch():
        raise ArithmeticError("something else")


@pytest.fixture
def interruptible():
    """Python's own handler of interrupts, which a suite that runs in the background does not have."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
@pytest.mark.skipif(os.name != "posix", reason="sends a signal")
def test_a_real_interrupt_ends_the_run_whatever_the_code_makes_of_it():
    before = signal.getsignal(signal.SIGINT)
    for call in (interrupt_and_catch, interrupt_and_raise):
        with pytest.raises(KeyboardInterrupt):
            guarded(call)
    assert signal.getsignal(signal.SIGINT) is before


def test_an_interrupt_that_code_raises_by_itself_is_a_fault():
    def call():
        raise KeyboardInterrupt("mine")

    with pytest.raises(CellError) as raised:
        guarded(call)
    assert raised.value.reason == "KeyboardInterrupt: mine"
    assert guarded(lambda: 3) == 3
