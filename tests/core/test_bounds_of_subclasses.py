"""Bounds of classes that derive from ours, as users write them."""

from __future__ import annotations

import gc
import weakref
from dataclasses import InitVar, dataclass, field
from typing import Annotated

import numpy as np
import pytest

from agents import QLearning
from boltzmann import Boltzmann, EpsilonGreedy, Greedy, Linear
from boltzmann.bounds import Real, bounds_of
from boltzmann.notation import Expression


@dataclass(frozen=True, repr=False)
class UsualEpsilon(EpsilonGreedy):
    epsilon: float = 0.1


@dataclass(frozen=True, repr=False)
class UsualLine(Linear):
    start: float = 1.0
    end: float = 0.1
    steps: int = 10


@dataclass(repr=False)
class Farsighted(QLearning):
    discount: float = field(default=0.999, kw_only=True)


class Annotating(Linear):
    start: float


@dataclass(frozen=True, repr=False)
class Narrower(Boltzmann):
    temperature: Annotated[float, Real("[1, 2]")] = 1.5


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: UsualEpsilon(epsilon=-1.0), r"epsilon must be in \[0, 1\], got -1.0"),
        (lambda: UsualLine(start=-1), r"start must be in \[0, inf\], got -1.0"),
        (lambda: UsualLine(steps=0), "steps must be at least 1, got 0"),
        (lambda: Farsighted(Greedy(), discount=2.0), r"discount must be in \[0, 1\], got 2.0"),
        (lambda: Annotating(-1.0, 0.1, 5), r"start must be in \[0, inf\], got -1.0"),
        (lambda: Narrower(0.5), r"temperature must be in \[1, 2\], got 0.5"),
    ],
)
def test_a_field_that_is_annotated_again_keeps_its_bound_or_declares_another(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_values_of_a_subclass_are_stored_as_the_bound_returns_them():
    assert type(UsualEpsilon(epsilon=1).epsilon) is float


@dataclass(frozen=True, repr=False)
class Odd(Expression):
    """Annotations that only type checkers understand."""

    first: "Missing" | None = None  # noqa: F821, UP037
    second: range[int] = None
    third: np.OnlyInStubs = None
    note: "free text" = ""  # noqa: F722


@dataclass(frozen=True, repr=False)
class Seeded(Expression):
    number: Annotated[float, Real("[0, inf]")]
    seed: InitVar[int] = 0


def test_types_are_never_evaluated_and_fields_for_init_alone_are_allowed():
    assert bounds_of(Odd) == {}
    assert Odd().note == ""
    assert Seeded(1.0, 3).number == 1.0
    with pytest.raises(ValueError, match="number must be in"):
        Seeded(-1.0, 3)


def test_a_class_that_nobody_needs_is_freed():
    def one():
        @dataclass(frozen=True, repr=False)
        class Local(EpsilonGreedy):
            pass

        assert "epsilon" in bounds_of(Local)
        return weakref.ref(Local)

    reference = one()
    gc.collect()
    assert reference() is None
