"""The notation: what is written is read back, and nothing else is read."""

import math
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from boltzmann import Boltzmann, Linear
from boltzmann.notation import Expression, call_arguments, check_expressible, parse, write


@dataclass(frozen=True, repr=False)
class Thing(Expression):
    """Holds anything."""

    part: object
    other: object = 0
    named: object = field(default=0, kw_only=True)


@dataclass(frozen=True)
class Plain:
    """Has the usual ``repr`` of dataclasses."""

    part: object


class NoDataclass:
    """What no expression may make."""


NAMES = {"Thing": Thing, "Boltzmann": Boltzmann, "Linear": Linear}
literals = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.lists(inner, max_size=3).map(tuple) | inner.map(Thing),
    max_leaves=8,
)


@given(literals, literals, literals)
def test_what_is_written_is_read_back(part, other, named):
    thing = Thing(part, other, named=named)
    assert parse(repr(thing), NAMES) == thing
    check_expressible("thing", thing)


def test_how_it_is_written():
    assert repr(Boltzmann(Linear(1, 0.5, 9))) == "Boltzmann(Linear(1.0, 0.5, 9))"
    # What stands outside the project is written with its module.
    assert repr(Thing(1.5, named="x")) == f"{__name__}:Thing(1.5, 0, named='x')"
    assert repr(Thing(np.float64(0.1), np.int64(3))) == f"{__name__}:Thing(0.1, 3)"
    assert repr(Thing([np.float64(0.1)], (math.inf,))) == f"{__name__}:Thing([0.1], (inf,))"
    assert write(Plain(Thing(1))) == f"{__name__}:Plain({__name__}:Thing(1, 0))"
    assert parse(" Thing ( part = -inf ,) ", NAMES) == Thing(-math.inf)
    assert parse("Thing([1, (2, +3)], 'a')", NAMES) == Thing([1, (2, 3)], "a")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "cannot read ''"),
        ("Boltzmann(", "cannot read"),
        ("Boltzmann(0.1))", "cannot read"),
        ("Boltzman(0.1)", r"unknown name 'Boltzman'.*did you mean Boltzmann"),
        ("Boltzmann(-1.0)", r"Boltzmann\(-1.0\): temperature must be in \[0, inf\], got -1.0"),
        ("Boltzmann(Linear(1.0, 0.1, 0))", "steps must be at least 1"),
        ("Boltzmann(0.1, 0.2)", "positional argument"),
        ("Boltzmann(heat=1)", "unexpected keyword"),
        ("Boltzmann(temperature=1, temperature=2)", "repeated"),
        ("Thing(1 + 1)", "neither a literal nor a call"),
        ("Thing(-'a')", "a sign stands before"),
        ("Thing(-True)", "a sign stands before"),
        ("Thing(**{'part': 1})", "not part of the notation"),
        ("Thing(*[1])", "neither a literal nor a call"),
        ("Thing({})", "neither a literal nor a call"),
        ("Thing(b'x')", "neither a literal nor a call"),
        ("Thing(...)", "neither a literal nor a call"),
        ("Thing(1j)", "neither a literal nor a call"),
        ("Thing.__class__", "neither a literal nor a call"),
        ("__import__('os').system('true')", "neither a literal nor a call"),
        ("(lambda: 0)()", "neither a literal nor a call"),
        ("[x for x in (1,)]", "neither a literal nor a call"),
        ("Thing(f'{1}')", "neither a literal nor a call"),
        ("Thing\0(1)", "cannot read"),
        ("(" * 5000 + ")" * 5000, "cannot read"),
        ("-" * 9_999 + "1", "cannot read"),
        ("-" * 900 + "1", "too deeply nested"),
    ],
)
def test_nothing_else_is_read(text, message):
    with pytest.raises(ValueError, match=message):
        parse(text, NAMES)


def test_arguments_alone():
    assert call_arguments("a=1, b='x', c=[1.5, None]") == {"a": 1, "b": "x", "c": [1.5, None]}
    for wrong in ("1", "a=1) + f(b=2", "**{}", "a=Thing(1)", "a=", "a=1, a=2", ")(a=1"):
        with pytest.raises(ValueError, match=r"cannot read|expected keyword|unknown name"):
            call_arguments(wrong)


def test_what_cannot_be_written_is_named_by_its_path():
    with pytest.raises(TypeError, match=r"agent\.temperature must be .*got <function"):
        check_expressible("agent", Boltzmann(lambda step: 1.0))
    with pytest.raises(TypeError, match=r"agent\.part\[1\] must be"):
        check_expressible("agent", Thing([1, {2}]))

    @dataclass(frozen=True)
    class Hidden:
        part: int = 0

    with pytest.raises(TypeError, match=r"agent\.part must be of a class at the top of a module.*Hidden"):
        check_expressible("agent", Thing(Hidden()))


def test_a_class_of_the_users_own_is_read_by_its_module():
    text = f"Boltzmann({__name__}:Thing('a:b', \"c.d:e\", named={__name__}:Plain(1)))"
    assert parse(text, {"Boltzmann": Thing}).part == Thing("a:b", "c.d:e", named=Plain(1))
    assert parse(repr(Thing(Plain(2))), {}) == Thing(Plain(2))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("os:system('true')", r"os:system must be a dataclass"),
        ("subprocess:Popen(['true'])", r"subprocess:Popen must be a dataclass"),
        ("builtins:eval('1')", r"builtins:eval must be a dataclass"),
        (f"{__name__}:NoDataclass()", "must be a dataclass"),
        (f"{__name__}:Nothing()", "cannot be imported: AttributeError"),
        ("no.such.module:Name(1)", "no.such.module:Name cannot be imported: ModuleNotFoundError"),
        ("..a:Name(1)", "cannot read"),
        ("a..b:Name(1)", "cannot be imported"),
        ("a:b:c(1)", "cannot read"),
        ("boltzmann:Linear(1.0, 0.5, 0)", r"boltzmann:Linear\(1.0, 0.5, 0\): steps must be at least 1"),
        ("boltzmann:Linear(1 + 1)", r"'1 \+ 1' in 'boltzmann:Linear"),
        ("qualified0(boltzmann:Linear)", "unknown name 'qualified0'"),
    ],
)
def test_what_is_no_class_of_the_users_own_is_refused(text, message):
    with pytest.raises(ValueError, match=message):
        parse(text, {})


def test_arguments_of_environments_import_nothing():
    with pytest.raises(ValueError, match="cannot read"):
        call_arguments("a=os:system('true')")
