"""An object of parameters prints as the expression that makes it again; no other one shows an internal name."""

import re

import numpy as np
import pytest

import agents
import boltzmann
from boltzmann import Categorical
from boltzmann.notation import parse
from scripts.support.names import NAMES
from tests.support.lists import BACKUPS, LARGE_LEARNERS, LEARNERS, POLICIES, SCHEDULES, THERMOSTATS
from tests.support.policies import VALUES, ask

RELATIVES = [policy.of_returns for policy in POLICIES if hasattr(policy, "of_returns")]
EVERY = [*SCHEDULES, *THERMOSTATS, *POLICIES, *RELATIVES, *LEARNERS, *LARGE_LEARNERS, *BACKUPS]


@pytest.mark.parametrize("made", EVERY, ids=repr)
def test_the_expression_makes_the_object_again(made):
    again = parse(repr(made), NAMES)
    assert (type(again), again) == (type(made), made)
    assert repr(again) == repr(made)


def test_there_are_relatives():
    assert {repr(policy) for policy in RELATIVES} >= {"StandardError(spends=0.0)"}
    assert boltzmann.StandardError().of_returns != boltzmann.StandardError()


@pytest.mark.parametrize("policy", POLICIES, ids=repr)
@pytest.mark.parametrize("rows", [slice(None), 0], ids=["rows", "row"])
def test_a_distribution_shows_the_name_that_users_know(policy, rows):
    made = ask(policy, VALUES[rows], rows=rows)
    (name,) = re.findall(r"^(\w+)\(", repr(made))
    assert name in ("Gibbs", "Categorical")
    if name == "Categorical":
        again = eval(repr(made), {"Categorical": Categorical, "array": np.array})
        np.testing.assert_allclose(again.probs, made.probs, atol=1e-8)


def test_every_name_of_the_notation_is_public():
    public = {*boltzmann.__all__, *agents.__all__}
    assert {name for name, kind in NAMES.items() if isinstance(kind, type)} <= public
