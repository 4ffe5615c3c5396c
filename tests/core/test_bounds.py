"""Every parameter of the schedules, thermostats and policies has a bound that is documented and enforced."""

import math
from dataclasses import dataclass
from typing import Annotated

import pytest

from boltzmann import Linear
from boltzmann.bounds import Choice, Each, OrNone, Real, Whole, bounds_of
from boltzmann.notation import Expression
from boltzmann.schedules import Scheduled
from tests.support.bounds import check_bounds, documented_parameters, outside, refused_by
from tests.support.lists import POLICIES, SCHEDULES, THERMOSTATS

EXAMPLES = {type(example): example for example in (*SCHEDULES, *THERMOSTATS, *POLICIES)}


@pytest.mark.parametrize("kind", EXAMPLES, ids=lambda kind: kind.__name__)
def test_every_parameter_has_a_bound_that_is_documented_and_enforced(kind):
    check_bounds(EXAMPLES[kind])


@dataclass(frozen=True, repr=False)
class Unbounded(Expression):
    """One parameter without a bound."""

    rate: float


@dataclass(frozen=True, repr=False)
class Undocumented(Expression):
    """Another bound in the docstring.

    Parameters
    ----------
    rate : float
        In [0, 1].
    """

    rate: Annotated[float, Real("[0, inf)")]


@dataclass(frozen=True, repr=False)
class Unenforced(Expression):
    """Forgets the check.

    Parameters
    ----------
    rate : float
        In [0, 1].
    """

    rate: Annotated[float, Real("[0, 1]")]

    def __post_init__(self):
        pass


@pytest.mark.parametrize(
    ("example", "message"),
    [
        (Unbounded(0.5), "Unbounded has parameters without a bound: {'rate'}"),
        (Undocumented(0.5), "Undocumented documents no bound of rate"),
        (Unenforced(0.5), "DID NOT RAISE"),
    ],
)
def test_the_contract_of_bounds_can_fail(example, message):
    with pytest.raises((AssertionError, pytest.fail.Exception), match=message):
        check_bounds(example)


def test_values_just_outside():
    assert outside("[0, inf]")[1:] == [-5e-324]
    assert outside("(0, 1)")[1:] == [0.0, 1.0]
    assert outside("(-inf, inf)")[1:] == [-math.inf, math.inf]
    assert [value for value, *_ in refused_by(Whole(1, 5))] == [0, 6]
    assert refused_by(OrNone(Whole(2))) == [(1, "at least 2", "1")]
    assert refused_by(Each(Whole(2))) == [((1,), "at least 2", "1")]
    assert refused_by(Choice(("a", "b")))[0][1] == "a, b"


def test_entries_of_several_parameters_document_each():
    assert documented_parameters(Undocumented) == {"rate": "float In [0, 1]."}
    documented = documented_parameters(Linear)
    assert documented["start"] == documented["end"]
    assert documented_parameters(Unbounded) == {}


def test_what_bounds_store():
    assert OrNone(Real("[0, 1]")).check("weight", None) is None
    assert Each(Real("[0, 1]")).check("weights", [0, 1]) == (0.0, 1.0)
    assert isinstance(Scheduled("[0, 1]").check("epsilon", 1), float)
    assert Choice(("a", "b")).check("name", "a") == "a"
    for wrong in ((), 1.0, "a"):
        with pytest.raises(TypeError, match=r"weights must be a tuple of at least one, each in \[0, 1\]"):
            Each(Real("[0, 1]")).check("weights", wrong)


def test_an_annotation_for_type_checkers_alone_holds_no_bound():
    @dataclass
    class Partial:
        part: "NoSuchName"  # noqa: F821
        rate: Annotated[float, Real("[0, 1]")] = 0.5

    assert list(bounds_of(Partial)) == ["rate"]
