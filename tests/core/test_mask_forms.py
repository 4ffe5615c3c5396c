"""A mask in every form, given as ``where`` to all that take one: honoured, or refused by name; and masked arrays."""

import numpy as np
import pytest

import boltzmann
from agents import tsallis_probs
from boltzmann import Gibbs, softmax
from tests.support.lists import BACKUPS, LEARNERS, POLICIES, THERMOSTATS
from tests.support.streams import prepared

ROWS, ALLOWED = 3, np.array([[1, 1, 0, 1], [0, 1, 1, 1], [1, 1, 1, 1]])
VALUES = np.arange(12.0).reshape(3, 4) % 5
FORMS = {
    "bool": ALLOWED == 1,
    "int8": ALLOWED.astype(np.int8),
    "uint64": ALLOWED.astype(np.uint64),
    "float": ALLOWED.astype(float),
    "float16": ALLOWED.astype(np.float16),
    "lists": ALLOWED.tolist(),
    "tuples": tuple(map(tuple, ALLOWED.tolist())),
    "list of arrays": list(ALLOWED.astype(bool)),
    "objects": ALLOWED.astype(object),
}
FORMS["object rows"] = np.empty(3, dtype=object)
FORMS["object rows"][:] = ALLOWED.tolist()
BAD = [
    (ALLOWED * 2, ValueError, "must be boolean, or 0 and 1, got 2 for action 0 in row 0"),
    (-ALLOWED, ValueError, "must be boolean, or 0 and 1, got -1"),
    (np.where(ALLOWED, 1, np.nan), ValueError, "must be boolean, or 0 and 1, got nan for action 2 in row 0"),
    (ALLOWED * 0.5, ValueError, "must be boolean, or 0 and 1, got 0.5"),
    ([["a"] * 4] * 3, TypeError, "must be boolean, or 0 and 1, got <U1"),
    ([[1], [1, 0]], ValueError, "must be a rectangular array of 0 and 1"),
    (np.ma.array(ALLOWED == 1, mask=ALLOWED == 0), TypeError, "must not be a masked array"),
    ([np.ma.array(row == 1) for row in ALLOWED], TypeError, "must not be a masked array"),
]
EVERY_BAD = pytest.mark.parametrize(("where", "error", "message"), BAD)
GIBBS = ("softmax", "log_softmax", "log_partition", "soft_value", "mellowmax", "entropy", "expected_value", "variance")
INPUTS = {
    "visits": np.full((3, 4), 3),
    "variances": np.full((3, 4), 0.25),
    "epsilons": np.full(3, 0.5),
}


def called(policy):
    reads = boltzmann.policies.inputs_read_by(policy)
    inputs = {name: part for name, part in INPUTS.items() if name in reads}
    return lambda where: policy(VALUES / 5, step=0, where=where, **inputs).probs


TAKERS = {
    **{name: lambda where, name=name: getattr(boltzmann, name)(VALUES, where=where) for name in GIBBS},
    "softmax along axis 1": lambda where: softmax(VALUES, axis=1, where=where),
    "Gibbs": lambda where: Gibbs(VALUES, 0.5, where=where).probs,
    "from_beta": lambda where: Gibbs.from_beta(VALUES, 0.5, where=where).probs,
    "temperature_for_entropy": lambda where: boltzmann.temperature_for_entropy(VALUES, 0.5, where=where).temperature,
    "tsallis_probs": lambda where: tsallis_probs(VALUES, 1.0, where=where),
    **{repr(policy): called(policy) for policy in POLICIES},
    **{
        repr(part): lambda where, part=part: part(VALUES, step=1, where=where, visits=INPUTS["visits"])
        for part in THERMOSTATS
    },
}
EVERY_TAKER = pytest.mark.parametrize("taker", TAKERS)


@EVERY_TAKER
def test_every_form_is_honoured_alike(taker):
    expected = TAKERS[taker](FORMS["bool"])
    for name, where in FORMS.items():
        np.testing.assert_array_equal(TAKERS[taker](where), expected, err_msg=name)


@EVERY_TAKER
@EVERY_BAD
def test_other_forms_are_refused_by_name(taker, where, error, message):
    with pytest.raises(error, match=f"^where {message}"):
        TAKERS[taker](where)


@pytest.mark.parametrize("learner", LEARNERS, ids=repr)
def test_learners_honour_or_refuse_alike(learner):
    actions = []
    for where in FORMS.values():
        agent = prepared(learner, num_envs=3, states=2, actions=4)
        decision = agent.act([0, 1, 0], where=where)
        assert decision.where.dtype == np.bool_
        assert agent.allowed[[0, 1, 2], [0, 1, 0]].tolist() == (ALLOWED == 1).tolist()
        actions.append(decision.actions.tolist())
    assert all(row == actions[0] for row in actions)
    for where, error, message in [*BAD, (ALLOWED[:, :3], ValueError, r"must be of shape \(3, 4\), got \(3, 3\)")]:
        agent = prepared(learner, num_envs=3, states=2, actions=4)
        with pytest.raises(error, match=f"^where {message}"):
            agent.act([0, 1, 0], where=where)
        assert agent.allowed is None


@pytest.mark.parametrize("backup", BACKUPS, ids=repr)
def test_backups_honour_or_refuse_alike(backup):
    expected = backup(VALUES, where=FORMS["bool"])
    for name, where in FORMS.items():
        np.testing.assert_array_equal(backup(VALUES, where=where), expected, err_msg=name)
    for where, error, message in BAD:
        with pytest.raises(error, match=f"^where {message}"):
            backup(VALUES, where=where)


@pytest.mark.parametrize("name", ["values", "temperature", "prior"])
def test_masked_arrays_of_numbers_are_refused(name):
    arguments = {"values": [[1.0, 2.0]], name: np.ma.array([1.0], mask=[True])}
    for given in (arguments, {**arguments, name: [np.ma.array([1.0, 2.0])]}, {**arguments, name: np.ma.masked}):
        with pytest.raises(TypeError, match=f"{name} must not be a masked array"):
            softmax(**given)
    with pytest.raises(TypeError, match=f"{name} must not be a masked array"):
        softmax(**{"values": [[1.0, 2.0]], name: np.ma.array([[1.0, 2.0]])}, axis=0)


def test_masked_actions_and_targets_are_refused():
    with pytest.raises(TypeError, match="actions must not be a masked array"):
        Gibbs([1.0, 2.0]).log_prob(np.ma.array([0], mask=[True]))
    with pytest.raises(TypeError, match="target must not be a masked array"):
        boltzmann.cross_entropy([[1.0, 2.0]], np.ma.array([0], mask=[True]))
    with pytest.raises(TypeError, match="step must not be a masked array"):
        boltzmann.Linear(1.0, 0.0, 3)(np.ma.array([0], mask=[True]))


def test_under_a_tracer_a_bad_mask_is_nan_and_numbers_are_honoured():
    jax = pytest.importorskip("jax")
    jitted = jax.jit(lambda values, where: softmax(values, where=where))
    values = np.zeros((2, 2))
    found = np.asarray(jitted(values, np.array([[1, 2], [0, 1]])))
    np.testing.assert_array_equal(found, [[np.nan, np.nan], [0.0, 1.0]])
    found = np.asarray(jitted(values, np.array([[1.0, 0.0], [np.nan, 1.0]])))
    np.testing.assert_array_equal(found, [[1.0, 0.0], [np.nan, np.nan]])
