"""The benchmark of ``act`` knows every policy, and times no first call."""

import numpy as np

from benchmarks import acting
from benchmarks.timing import compare
from boltzmann import Greedy, policies
from boltzmann.acting import Acting


def test_every_class_of_policies_is_timed():
    listed = acting.policies()
    kinds = {kind for kind in vars(policies).values() if isinstance(kind, type) and issubclass(kind, Acting)}
    assert {type(policy) for policy in listed} == kinds - {Acting}
    for policy in listed:
        for form in acting.forms(policy, (1, 4)).values():
            assert np.shape(form()) == (1,)
    (row,) = acting.measure([Greedy()], rounds=2).values()
    assert list(row) == list(acting.SHAPES)
    assert min(min(times) for times in row.values()) > 0


def test_a_first_call_that_prepares_others_is_not_timed():
    calls, now = [], [0.0]

    def prepares_first():
        now[0] += 1.0 if not calls else 0.001
        calls.append(1)

    times = compare({"it": prepares_first}, rounds=3, least_seconds=0.01, clock=lambda: now[0])
    assert max(times["it"]) < 0.002
