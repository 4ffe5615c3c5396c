"""Axes below rows of intervals: the ticks enclose the marks, and labels have room beside each other."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from boltzmann.experiments.pages.row_axes import WIDTHS, row_axis

NUMBERS = st.floats(-1e6, 1e6).filter(lambda number: number == 0 or abs(number) > 1e-9)
DIGIT = 0.64 / 1.2
"""The width of a digit in rem, as in DejaVu Sans, the widest of the usual typefaces."""


@given(NUMBERS, NUMBERS)
def test_ticks_enclose_the_numbers_and_labels_have_room(one, other):
    low, high = sorted((one, other))
    assume(high - low > 1e-9 * max(abs(low), abs(high), 1e-3))
    axis = row_axis(low, high)
    slack = 1e-6 * axis.step
    assert axis.first * axis.step - slack <= low < high <= axis.last * axis.step + slack
    assert (axis.last - axis.first - 2) * axis.step <= (high - low) * (1 + 1e-6)
    assert 3 <= len(axis.ticks) <= 8
    for width in WIDTHS:
        labelled = axis.labelled(width)
        assert max(axis.ticks, key=abs) in labelled
        assert 0 not in axis.ticks or 0 in labelled or len(labelled) == 1
        letters = sum(len(axis.text(tick)) for tick in labelled)
        assert len(labelled) == 1 or letters * 0.32 / 0.64 * DIGIT < width


@pytest.mark.parametrize(
    ("low", "high", "width", "labels"),
    [
        (-0.2, 0.05, 9, ["\u22120.2", "\u22120.1", "0"]),
        (-0.2, 0.05, 20, ["\u22120.2", "\u22120.15", "\u22120.1", "\u22120.05", "0", "0.05"]),
        (-0.883, 0.0, 5, ["\u22121", "0"]),
        (0.3, 0.9, 12, ["0.2", "0.4", "0.6", "0.8", "1"]),
    ],
)
def test_labels_are_as_many_as_fit(low, high, width, labels):
    axis = row_axis(low, high)
    assert [axis.text(tick) for tick in axis.labelled(width)] == labels
