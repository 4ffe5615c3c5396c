"""What a policy declares to read is all that its distribution depends on beside values, step and mask."""

from dataclasses import dataclass

import numpy as np
import pytest

from boltzmann import GLIE, VDBE, Boltzmann, Constant, EpsilonGreedy, Gibbs, KLBoltzmann, Thermostat, UCB1Tuned
from boltzmann.policies import inputs_read_by
from tests.support.lists import POLICIES

INPUTS = {
    "visits": np.array([[5, 3, 2, 4], [1, 2, 3, 4]]),
    "variances": np.array([[0.1, 0.2, 0.05, 0.25], [0.2, 0.0, 0.1, 0.1]]),
    "epsilons": np.array([0.25, 0.75]),
}
VALUES = np.array([[0.1, 0.7, 0.2, 0.4], [0.9, 0.3, 0.8, 0.0]])


@pytest.mark.parametrize("policy", POLICIES, ids=repr)
def test_a_policy_depends_on_no_input_that_it_does_not_declare(policy):
    declared = {name: INPUTS[name] for name in inputs_read_by(policy)}
    accepted = {**INPUTS} if "epsilons" in declared else {name: INPUTS[name] for name in ("visits", "variances")}
    expected = policy(VALUES, step=0, **accepted).probs
    np.testing.assert_array_equal(policy(VALUES, step=0, **declared).probs, expected)


@dataclass(frozen=True, repr=False)
class Plain(Thermostat):
    """A thermostat that declares nothing."""

    def __call__(self, values, *, step=0, visits=None, where=None):
        return 1.0


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (Boltzmann(Constant(0.3)), set()),
        (Boltzmann(Plain()), {"visits"}),
        (KLBoltzmann(UCB1Tuned(), 0.5), {"visits", "variances"}),
        (KLBoltzmann(VDBE(1.0), GLIE()), {"visits"}),
        (KLBoltzmann((0.5, 0.5), 0.5), set()),
        (lambda values, **inputs: Gibbs(values, 1.0), {"visits"}),
    ],
    ids=["schedule", "thermostat", "prior", "prior with rates", "weights", "plain"],
)
def test_the_inputs_of_a_policy_follow_from_its_parts(policy, expected):
    assert inputs_read_by(policy) == expected


@pytest.mark.parametrize(
    ("reads", "error", "message"),
    [
        ("visits", TypeError, "reads of a policy must be a set of names, got 'visits'"),
        ({"values"}, TypeError, "policy must be a policy, such as .*, got the thermostat"),
        ({"visits", "variance"}, ValueError, "reads of a policy must be among .*, got .*'variance'"),
    ],
)
def test_a_wrong_declaration_is_refused(reads, error, message):
    def policy(values, **inputs):
        return EpsilonGreedy(0.1)(values)

    policy.reads = reads
    with pytest.raises(error, match=message):
        inputs_read_by(policy)
