"""Parameters of policies that follow the step."""

import numpy as np
import pytest

from boltzmann import (
    GLIE,
    Boltzmann,
    BoltzmannGumbel,
    EffectiveActionsTarget,
    Entmax,
    EntropyTarget,
    EpsilonBoltzmann,
    EpsilonGreedy,
    Greedy,
    KLBoltzmann,
    Linear,
    LossBudget,
    MaxBoltzmann,
    Mellowmax,
    RangeScaled,
    Sparsemax,
    StdScaled,
    VDBESoftmax,
)
from tests.support.policies import VALUES, VISITS, WHERE, ask


def test_schedules_act_through_their_policies():
    np.testing.assert_array_equal(Boltzmann(Linear(1.0, 0.0, 100))(VALUES, step=50).probs, Boltzmann(0.5)(VALUES).probs)
    np.testing.assert_array_equal(Boltzmann(lambda step: 2.0 * step)(VALUES, step=0).probs, Greedy()(VALUES).probs)
    np.testing.assert_allclose(EpsilonGreedy(Linear(1.0, 0.0, 10))([0.0, 1.0], step=5).probs, [0.25, 0.75], rtol=1e-15)


HALF_WAY = {
    "temperature": Linear(2.0, 0.0, 100),
    "epsilon": Linear(1.0, 0.0, 100),
    "omega": Linear(2.0, 0.0, 100),
    "C": Linear(2.0, 0.0, 100),
}
SCHEDULED = [
    (Boltzmann, "temperature", {}),
    (Boltzmann, "temperature", {"wrapped": RangeScaled}),
    (Boltzmann, "temperature", {"wrapped": StdScaled}),
    (Boltzmann, "temperature", {"wrapped": LossBudget}),
    (MaxBoltzmann, "epsilon", {"temperature": 0.5}),
    (MaxBoltzmann, "temperature", {"epsilon": 0.5}),
    (EpsilonBoltzmann, "epsilon", {"temperature": 0.5}),
    (EpsilonBoltzmann, "temperature", {"epsilon": 0.5}),
    (EpsilonGreedy, "epsilon", {}),
    (KLBoltzmann, "temperature", {"prior": (0.4, 0.3, 0.2, 0.1)}),
    (Sparsemax, "temperature", {}),
    (Entmax, "temperature", {"alpha": 1.5}),
    (Mellowmax, "omega", {}),
    (BoltzmannGumbel, "C", {}),
    (VDBESoftmax, "temperature", {"sensitivity": 1.0}),
]


@pytest.mark.parametrize(("kind", "name", "others"), SCHEDULED)
def test_a_schedule_at_a_step_acts_as_its_number_at_that_step(kind, name, others):
    others = dict(others)
    wrapped = others.pop("wrapped", lambda number: number)
    moving = kind(**{name: wrapped(HALF_WAY[name])}, **others)
    step = 25
    fixed = kind(**{name: wrapped(float(HALF_WAY[name](step)))}, **others)
    probs, expected = (ask(policy, VALUES, step=step, where=WHERE).probs for policy in (moving, fixed))
    np.testing.assert_array_equal(probs, expected)
    assert (ask(moving, VALUES, step=90).probs != ask(moving, VALUES, step=0).probs).any()


@pytest.mark.parametrize(
    "policy", [EpsilonGreedy, lambda e: MaxBoltzmann(e, 0.5), lambda e: Boltzmann(EntropyTarget(e))]
)
def test_a_target_that_follows_the_step_in_a_policy_is_read_there(policy):
    moving, fixed = policy(Linear(1.0, 0.0, 100)), policy(0.75)
    np.testing.assert_array_equal(ask(moving, VALUES, step=25).probs, ask(fixed, VALUES).probs)
    moving, fixed = (Boltzmann(EffectiveActionsTarget(number)) for number in (Linear(4.0, 1.0, 100), 3.25))
    np.testing.assert_array_equal(ask(moving, VALUES, step=25).probs, ask(fixed, VALUES).probs)


def test_inner_policies_and_thermostats_get_the_inputs_of_the_outer_one():
    moving = KLBoltzmann(EpsilonGreedy(Linear(1.0, 0.0, 100)), 0.5)
    fixed = KLBoltzmann(EpsilonGreedy(0.75), 0.5)
    np.testing.assert_array_equal(ask(moving, VALUES, step=25).probs, ask(fixed, VALUES).probs)
    for policy in (
        VDBESoftmax(1.0, GLIE()),
        EpsilonBoltzmann(0.0, GLIE()),
        MaxBoltzmann(1.0, GLIE()),
        Boltzmann(GLIE()),
    ):
        np.testing.assert_array_equal(ask(policy, VALUES).probs, Boltzmann(GLIE())(VALUES, visits=VISITS).probs)


def test_a_schedule_may_return_an_array_without_axes():
    assert EpsilonGreedy(lambda step: np.where(step < 5, 1.0, 0.0))([0.0, 1.0], step=9).probs[1] == 1.0
