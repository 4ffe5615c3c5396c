"""Both limits of every policy."""

import numpy as np
import pytest

from boltzmann import (
    EpsilonGreedy,
)
from tests.support.lists import LIMITS, LIMITS_OF_LAWS, POLICIES
from tests.support.policies import VALUES, WHERE, ask


def test_every_policy_has_its_limits_in_the_list():
    listed = {type(policy) for limit, policies in LIMITS for policy in (limit, *policies)}
    assert {type(policy) for policy in POLICIES} - LIMITS_OF_LAWS == listed


@pytest.mark.parametrize(("limit", "policies"), LIMITS)
@pytest.mark.parametrize("where", [None, WHERE], ids=["all", "masked"])
def test_both_limits(limit, policies, where):
    for policy in policies:
        probs = ask(policy, VALUES, where=where).probs
        np.testing.assert_allclose(
            probs, limit(VALUES, where=where).probs, rtol=1e-13, atol=1e-15, err_msg=repr(policy)
        )


def test_epsilon_greedy_explores_the_allowed_actions_alone():
    # 0.4 / 3 for each allowed action, and 0.6 for the one maximiser among them.
    probs = EpsilonGreedy(0.4)(VALUES[0], where=WHERE[0]).probs
    np.testing.assert_allclose(probs, [0.4 / 3, 0.4 / 3 + 0.6, 0.4 / 3, 0], rtol=1e-15)
