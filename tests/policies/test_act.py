"""``act`` chooses the actions that the distribution would draw with the same generator, for every policy."""

import numpy as np
import pytest

from boltzmann import (
    GLIE,
    Boltzmann,
    BoltzmannGumbel,
    EffectiveActionsTarget,
    EntropyTarget,
    Greedy,
    GreedyProbabilityTarget,
    LossBudget,
    Mellowmax,
    RangeScaled,
    StandardError,
)
from boltzmann.acting.few_actions import few_actions
from boltzmann.acting.law_in_floats import divided, exponential, powered
from tests.support.lists import POLICIES, THERMOSTATS
from tests.support.stopwatch import require_within

EVERY = POLICIES + [Boltzmann(thermostat) for thermostat in THERMOSTATS]
FALLING = Boltzmann(lambda step: 1.0 / (step + 1))
STEPS = 60
SOFTMAX_LIKE = [
    "Boltzmann",
    "MaxBoltzmann",
    "EpsilonBoltzmann",
    "EpsilonGreedy",
    "Greedy",
    "Uniform",
    "Mellowmax",
    "Sparsemax",
]


def inputs_for(shape, seed):
    rng = np.random.default_rng(seed)
    where = rng.random(shape) < 0.7
    where[..., seed % shape[-1]] = True
    visits, variances = rng.integers(0, 9, shape), rng.random(shape) / 4
    return rng.random(shape), {"visits": visits, "variances": variances, "where": where}


@pytest.mark.parametrize("policy", EVERY, ids=repr)
@pytest.mark.parametrize("shape", [(4,), (1, 4), (7, 4), (16, 4)], ids=str)
def test_the_same_stream_gives_the_same_actions(policy, shape):
    first, second = np.random.default_rng(5), np.random.default_rng(5)
    for step in range(STEPS if shape != (16, 4) else 3):
        values, inputs = inputs_for(shape, step)
        # Ties, and a row of equal values, have rules of their own.
        values = values.round(1) if step % 2 else values
        values = np.zeros(shape) if step == 7 else values
        found = policy.act(values, first, step=step, **inputs)
        expected = policy(values, step=step, **inputs).sample(second)
        assert np.shape(found) == np.shape(expected)
        np.testing.assert_array_equal(found, expected)
    assert first.bit_generator.state == second.bit_generator.state


@pytest.mark.parametrize("policy", [policy for policy in EVERY if type(policy).__name__ in SOFTMAX_LIKE], ids=repr)
def test_softmax_like_policies_pass_in_floats(policy):
    values, inputs = inputs_for((1, 4), 0)
    assert few_actions(policy, values, np.random.default_rng(0), 3, **inputs) is not None


def test_one_row_takes_at_most_25_microseconds():
    """The longest of all are the targets, whose temperature is searched for."""
    policies = [Boltzmann(0.5), Mellowmax(1.0), Boltzmann(EntropyTarget(0.5)), Boltzmann(EffectiveActionsTarget(2.0))]
    policies += [Boltzmann(GreedyProbabilityTarget(0.5)), Boltzmann(LossBudget(0.1)), Boltzmann(GLIE())]
    rows = list(np.random.default_rng(0).random((50, 1, 4)))
    rng, visits = np.random.default_rng(0), np.ones((1, 4), dtype=np.int64)
    for policy in policies:
        require_within(len(rows) * 25e-6, lambda p=policy: [p.act(row, rng, visits=visits) for row in rows])


@pytest.mark.parametrize("policy", [StandardError(), Boltzmann(EntropyTarget(0.3))], ids=repr)
@pytest.mark.parametrize("kind", [np.int8, np.uint8, np.int64])
def test_large_variances_masks_of_numbers_and_steps_of_numpy_pass_in_floats(policy, kind):
    values, inputs = inputs_for((1, 4), 0)
    inputs |= {"variances": inputs["variances"] * 31.7, "where": inputs["where"].astype(kind)}
    assert few_actions(policy, values, np.random.default_rng(0), np.int64(3), **inputs) is not None
    first, second = np.random.default_rng(5), np.random.default_rng(5)
    for _ in range(STEPS):
        expected = policy(values, step=3, **inputs).sample(second)
        np.testing.assert_array_equal(policy.act(values, first, step=np.int64(3), **inputs), expected)


def test_a_mask_of_other_numbers_is_refused():
    with pytest.raises(ValueError, match="where must be boolean, or 0 and 1, got 2"):
        Boltzmann(1.0).act(np.zeros(3), np.random.default_rng(0), where=np.array([0, 1, 2]))


@pytest.mark.parametrize("scale", [1e-320, 1e-200, 1e200, 1e307])
def test_values_of_any_size(scale):
    for policy in EVERY:
        first, second = np.random.default_rng(5), np.random.default_rng(5)
        if "BernoulliThompson" in repr(policy):
            continue
        values, inputs = inputs_for((2, 4), 1)
        found = policy.act(values * scale, first, step=2, **inputs)
        np.testing.assert_array_equal(found, policy(values * scale, step=2, **inputs).sample(second), str(policy))


@pytest.mark.parametrize(
    ("values", "given"),
    [
        ([[0.0, np.nan]], {}),
        ([[0.0, 1.0]], {"where": np.array([[False, False]])}),
        ([[0.0, 1.0]], {"where": np.array([[0.5, 1.0]])}),
        ([[0.0, 1.0]], {"where": np.array([[True, True, True]])}),
        ([[-np.inf, -np.inf]], {}),
        ([[0.0, 1.0]], {"step": -1}),
        ([[0.0, 1.0]], {"step": 1.5}),
        ([[0.0, 1.0]], {"mask": None}),
    ],
)
@pytest.mark.parametrize("policy", [FALLING, Boltzmann(RangeScaled(0.5))], ids=["schedule", "range"])
def test_errors_are_those_of_the_call(policy, values, given):
    def message(ask):
        try:
            ask()
        except (TypeError, ValueError, ZeroDivisionError) as error:
            return type(error), str(error)
        return None

    rng = np.random.default_rng(0)
    state = rng.bit_generator.state
    array = np.array(values)
    called = message(lambda: policy(array, **given))
    assert message(lambda: policy.act(array, rng, **given)) == called
    assert called is None or rng.bit_generator.state == state


def test_wrong_schedules_visits_and_generators_raise():
    values = np.array([[0.0, 1.0]])
    with pytest.raises(ValueError, match="scale must be in"):
        Boltzmann(RangeScaled(lambda step: -1.0)).act(values, np.random.default_rng(0), step=0)
    with pytest.raises(ValueError, match="visits must be given"):
        BoltzmannGumbel(1.0).act(values, np.random.default_rng(0))
    with pytest.raises(ValueError, match="visits"):
        BoltzmannGumbel(1.0).act(values, np.random.default_rng(0), visits=np.array([[-1, 0]]))
    with pytest.raises(TypeError, match="rng"):
        Greedy().act(values, 0)


def test_a_subclass_that_decides_otherwise_is_asked():
    class Last(Greedy):
        def __call__(self, values, **inputs):
            return super().__call__(-np.asarray(values))

    assert Last().act(np.array([0.0, 1.0]), np.random.default_rng(0)) == 0


def test_policies_without_a_hash_and_new_ones_in_old_places():
    for temperature in (0.0, np.inf) * 20:
        policy = Boltzmann(EntropyTarget(lambda step, at=temperature: 0.0 if at == 0 else 1.0))
        draws = {int(policy.act(np.array([0.0, 1.0]), np.random.default_rng(seed), step=0)) for seed in range(20)}
        assert draws == ({1} if temperature == 0 else {0, 1})


def test_floats_follow_the_rules_of_arrays():
    assert (divided(1.0, 0.0), divided(-1.0, 0.0), divided(1.0, -0.0)) == (np.inf, -np.inf, -np.inf)
    assert np.isnan([divided(0.0, 0.0), divided(np.nan, 0.0)]).all()
    assert (exponential(1e9), powered(0.0, -1.0), powered(1e300, 2.0)) == (np.inf, np.inf, np.inf)


@pytest.mark.parametrize("policy", EVERY, ids=repr)
def test_tensors_act_alike(policy):
    torch = pytest.importorskip("torch")
    first, second = torch.Generator().manual_seed(3), torch.Generator().manual_seed(3)
    for step in range(8):
        values, inputs = inputs_for((5, 4), step)
        tensors = {name: torch.as_tensor(part) for name, part in inputs.items()}
        found = policy.act(torch.as_tensor(values), first, step=step, **tensors)
        expected = policy(torch.as_tensor(values), step=step, **tensors).sample(second)
        assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
        assert torch.equal(found, expected)
    assert torch.equal(first.get_state(), second.get_state())


def test_float32_acts_alike():
    for policy in EVERY:
        first, second = np.random.default_rng(5), np.random.default_rng(5)
        for step in range(20):
            values, inputs = inputs_for((2, 4), step)
            narrow = values.astype(np.float32)
            found = policy.act(narrow, first, step=step, **inputs)
            np.testing.assert_array_equal(found, policy(narrow, step=step, **inputs).sample(second), str(policy))
