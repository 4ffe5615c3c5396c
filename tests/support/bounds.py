"""The contract of bounds: every parameter has one, the docstring states it, the constructor enforces it."""

import inspect
import math
import re
from dataclasses import fields, replace

import pytest

import agents
from boltzmann.bounds import Choice, OrNone, Whole, bounds_of


def check_bounds(example, without_bound=()):
    """Check all parameters of the class of ``example``; ``without_bound`` names those without one."""
    kind = type(example)
    bounds, documented = bounds_of(kind), documented_parameters(kind)
    missing = {field.name for field in fields(kind) if field.init} - set(bounds) - set(without_bound)
    assert not missing, f"{kind.__name__} has parameters without a bound: {missing}"
    for name, bound in bounds.items():
        assert bound.text.lower() in documented[name].lower(), f"{kind.__name__} documents no bound of {name}"
        for argument, text, shown in refused_by(bound):
            with pytest.raises(ValueError, match=rf"^{name} must be") as caught:
                replace(example, **{name: argument})
            assert text in str(caught.value)
            assert shown in str(caught.value)


def documented_parameters(kind):
    """The text of each entry of the section Parameters, by the names of the parameters."""
    section = re.search(r"^Parameters\n-+\n(.*?)(?:^\w+\n-+\n|\Z)", inspect.getdoc(kind), re.DOTALL | re.MULTILINE)
    body = section[1] + "\n" if section else ""
    entries = re.findall(r"^([\w, ]+?) : (.*\n(?:    .*\n|\n)*)", body, re.MULTILINE)
    documented = {name: " ".join(text.split()) for names, text in entries for name in names.split(", ")}
    # "As for :class:`QLearning`." sends the reader to the docstring of another learner, and so does a whole section.
    for names, learner in re.findall(r"^([\w, ]+)\n    As for :class:`(?:agents\.)?(\w+)`", body, re.MULTILINE):
        documented |= {name: documented_parameters(getattr(agents, learner))[name] for name in names.split(", ")}
    elsewhere = re.search(r"Parameters and attributes are those of :class:`(\w+)`", inspect.getdoc(kind))
    return documented | (documented_parameters(getattr(agents, elsewhere[1])) if elsewhere else {})


def refused_by(bound):
    """Values just outside a bound, each with the texts of bound and value in the error message."""
    if isinstance(bound, Whole):
        above = [] if bound.most is None else [(bound.most + 1, f"at most {bound.most}", str(bound.most + 1))]
        return [(bound.least - 1, bound.text, str(bound.least - 1)), *above]
    if isinstance(bound, Choice):
        return [("none of these", bound.text, "none of these")]
    if hasattr(bound, "interval"):
        return [(value, bound.text, str(value)) for value in outside(bound.interval)]
    if not hasattr(bound, "bound"):
        # Callables alone are accepted; other arguments are TypeErrors.
        return []
    # Bounds around another one: OrNone takes its values, all others tuples of them.
    inner = refused_by(bound.bound)
    wrapped = isinstance(bound, OrNone) or (inner and isinstance(inner[0][0], tuple))
    return inner if wrapped else [((value,), text, shown) for value, text, shown in inner]


def outside(interval):
    """NaN, each end that does not belong to the interval, and the floats next to each end that does."""
    least, most = (float(end) for end in interval[1:-1].split(","))
    open_below, open_above = interval[0] == "(", interval[-1] == ")"
    below = least if open_below else math.nextafter(least, -math.inf)
    above = most if open_above else math.nextafter(most, math.inf)
    # Nothing lies below -inf or above inf.
    ends = ((below, open_below or below < least), (above, open_above or above > most))
    return [math.nan, *(end for end, is_outside in ends if is_outside)]
