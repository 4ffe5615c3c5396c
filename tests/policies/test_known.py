"""What compiled loops make of a policy's temperatures and weights, which their kernels have found, is the policy."""

import numpy as np
import pytest

import envs
from agents import SampleAverage
from boltzmann import (
    UCB1,
    Boltzmann,
    Entmax,
    EntropyTarget,
    Greedy,
    GreedyProbabilityTarget,
    KLBoltzmann,
    LossBudget,
    Maillard,
    Mellowmax,
    RangeScaled,
    StandardError,
)
from boltzmann.experiments import rollout
from boltzmann.experiments.engine import ENGINES
from boltzmann.laws import Known, known_of
from tests.support.lists import POLICIES

KNOWN = [policy for policy in [*POLICIES, Entmax(0.5, 1.0), Entmax(RangeScaled(0.5), 1.0)] if known_of(policy)]
ROWS, K = 60, 4


def asked(policy):
    """Return rows with ties, masks and near-greedy choices, and what a policy reads of them."""
    rng = np.random.default_rng(0)
    values, where = rng.normal(size=(ROWS, K)) * 10.0 ** rng.integers(-3, 3, (ROWS, 1)), rng.random((ROWS, K)) < 0.8
    values[::5, 1] = values[::5, 0]
    where[:, 0] = True
    visits = rng.integers(0 if "Untaken" in repr(policy) else 1, 40, size=(ROWS, K))
    others = {"visits": visits, "variances": rng.random((ROWS, K)), "epsilons": rng.random(ROWS)}
    reads = {name: others[name] for name in policy.reads}
    return np.where(where, values, -np.inf), {"step": 3, "where": where, **reads}


@pytest.mark.parametrize("policy", KNOWN, ids=repr)
def test_a_policy_of_what_is_known_is_the_policy(policy):
    values, inputs = asked(policy)
    expected, known = policy(values, **inputs), known_of(policy)
    found = {"temperature": np.broadcast_to(expected.temperature, (ROWS,)), "weights": expected.probs}
    if isinstance(policy, Maillard | StandardError):
        found["weights"] = np.exp(expected.log_probs - expected.log_probs.max(axis=-1, keepdims=True))
    given = known.policy(values, **inputs, **{name: found[name] for name in known.names})
    for name in ("probs", "temperature", "greedy_probability", "exploration_probability"):
        np.testing.assert_allclose(getattr(given, name), getattr(expected, name), rtol=1e-12, atol=1e-15, err_msg=name)
    exact = 0.0 if isinstance(policy, Maillard | StandardError) else 1e-14
    np.testing.assert_allclose(given.entropy, expected.entropy, rtol=1e-12, atol=exact)


def test_small_entropies_keep_their_digits():
    policy = Maillard(0.1)
    values, visits = np.array([[0.0, -0.9], [0.0, -1.0], [2.0, -2.0]]), np.array([[9, 9], [9, 9], [9, 3]])
    expected = policy(values, visits=visits)
    weights = np.exp(expected.log_probs - expected.log_probs.max(axis=-1, keepdims=True))
    given = known_of(policy).policy(values, weights=weights, visits=visits)
    assert (expected.entropy < 1e-12).any()
    np.testing.assert_allclose(given.entropy, expected.entropy, rtol=1e-12)


def test_what_is_known_is_stated_beside_the_law():
    class Halved(Boltzmann):
        """A policy that would be at half its temperature if the known one were its thermostat's."""

        def __call__(self, values, **inputs):
            return super().__call__(np.asarray(values) / 2, **inputs)

        law = property(lambda self: Boltzmann.law.fget(self))

    assert isinstance(known_of(Boltzmann(RangeScaled(0.5))), Known)
    for policy in (Boltzmann(0.5), KLBoltzmann((1.0, 2.0), 0.5), Greedy(), Halved(RangeScaled(0.5)), len):
        assert known_of(policy) is None
    assert known_of(UCB1()).names == {"weights"}
    assert known_of(Mellowmax(2.0)).names == {"temperature"}


@pytest.mark.parametrize(
    "policy",
    [Mellowmax(5.0), *map(Boltzmann, (EntropyTarget(0.5), GreedyProbabilityTarget(0.8), LossBudget(0.1)))],
    ids=repr,
)
def test_equal_values_have_the_temperature_of_the_lockstep(policy):
    pytest.importorskip("numba")
    arrays = []
    for engine in ENGINES[1:]:
        env, rng = envs.make("boltzmann/GaussianBandit-v0", 3, arms=5), np.random.default_rng(0)
        played = rollout(env, SampleAverage(policy), np.array([1]), [0, 1, 2], rng, engine=engine)
        assert played.engine == engine
        arrays.append(played.arrays["temperature"])
    np.testing.assert_array_equal(*arrays)
