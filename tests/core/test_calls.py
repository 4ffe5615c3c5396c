"""How many of our own functions a small question goes through."""

import sys
from pathlib import Path

import pytest

import boltzmann
from boltzmann import EpsilonGreedy, Greedy, softmax

PACKAGE = str(Path(boltzmann.__file__).parent)
VALUES = [1.0, 2.0, 3.0]
EPSILON_GREEDY, GREEDY = EpsilonGreedy(0.1), Greedy()


def calls(function):
    """The number of Python functions of the package that a call enters."""
    function()
    entered = []

    def watch(frame, event, argument):
        if event == "call" and frame.f_code.co_filename.startswith(PACKAGE):
            entered.append(frame.f_code.co_name)

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        function()
    finally:
        sys.setprofile(before)
    return len(entered)


@pytest.mark.parametrize(
    ("function", "most"),
    [
        (lambda: softmax(VALUES), 12),
        (lambda: EPSILON_GREEDY(VALUES).probs, 16),
        (lambda: GREEDY(VALUES).probs, 14),
    ],
    ids=["softmax", "epsilon-greedy", "greedy"],
)
def test_a_small_question_takes_few_calls(function, most):
    assert calls(function) <= most


def test_calls_are_counted():
    assert calls(lambda: None) == 0
    assert calls(lambda: softmax(VALUES, axis=0)) > calls(lambda: softmax(VALUES))
