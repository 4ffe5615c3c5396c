"""What a policy needs to be told, its call says, and asks for; what it does not read, it does without."""

import inspect
import re

import numpy as np
import pytest

from boltzmann import (
    Boltzmann,
    BoltzmannGumbel,
    Constant,
    EntropyTarget,
    KLBoltzmann,
    Linear,
    StandardError,
    Uniform,
    UntakenFirst,
)
from boltzmann.policies import inputs_read_by
from tests.support.lists import BACKUPS, POLICIES, THERMOSTATS
from tests.support.policies import VARIANCES, VISITS

VALUES = np.array([[0.1, 0.7, 0.2, 0.4], [0.9, 0.3, 0.8, 0.0], [0.5, 0.5, 0.5, 0.5]])
TOLD = {"visits": VISITS, "variances": VARIANCES}
every_policy = pytest.mark.parametrize("policy", POLICIES, ids=repr)


def told(policy, without=None):
    return {name: TOLD[name] for name in inputs_read_by(policy) & TOLD.keys() if name != without}


@every_policy
def test_a_policy_that_changes_with_the_step_asks_for_it(policy):
    early, late = (policy(VALUES, step=step, **told(policy)).probs for step in (0, 50))
    rng = np.random.default_rng(0)
    if np.array_equal(early, late):
        np.testing.assert_array_equal(policy(VALUES, **told(policy)).probs, early)
        assert policy.act(VALUES, rng, **told(policy)).shape == (3,)
        return
    for call in (policy, lambda *values, **inputs: policy.act(*values, rng, **inputs)):
        for values in (VALUES, VALUES[0]):
            inputs = {name: part[0] if values.ndim == 1 else part for name, part in told(policy).items()}
            with pytest.raises(ValueError, match=r"step must be given: .* changes with the step, write step="):
                call(values, **inputs)
    assert rng.random() == np.random.default_rng(0).random()


@pytest.mark.parametrize("part", [*THERMOSTATS, *BACKUPS], ids=repr)
def test_thermostats_and_backups_ask_for_it_too(part):
    inputs = {"visits": VISITS} if hasattr(part, "reads") else {}
    early, late = (part(VALUES, step=step, **inputs) for step in (0, 50))
    if np.array_equal(early, late):
        np.testing.assert_array_equal(part(VALUES, **inputs), early)
    else:
        with pytest.raises(ValueError, match="step must be given"):
            part(VALUES, **inputs)


def test_a_class_of_the_user_keeps_its_own_default():
    def own(values, *, step=7, visits=None, where=None, variances=None):
        assert step == 7
        return Uniform()(values)

    KLBoltzmann(own, 1.0)(VALUES)
    UntakenFirst(own)(VALUES, visits=VISITS)


@every_policy
@pytest.mark.parametrize("name", sorted(TOLD))
def test_the_call_says_what_it_needs_and_asks_for_it(policy, name):
    text = inspect.getdoc(type(policy).__call__)
    (said,) = re.findall(rf"^{name} : array .*, optional\n((?:    .*\n)+)", text, flags=re.MULTILINE)
    needed = {True: "This policy needs it", False: "This policy does not read it"}
    said = " ".join(said.split())
    assert needed[name in inputs_read_by(policy)] in said or "A policy whose ``reads`` has it needs it" in said
    if name in inputs_read_by(policy):
        with pytest.raises(ValueError, match=f"{name} must be given"):
            policy(VALUES, step=0, **told(policy, without=name))


@every_policy
@pytest.mark.parametrize("name", sorted(TOLD))
@pytest.mark.parametrize(
    "wrong", [3, [3, 3, 3], [[3.0], [3.0], [3.0]], [3.0] * 5], ids=["scalar", "rows", "column", "K"]
)
def test_inputs_have_a_number_for_each_action(policy, name, wrong):
    if name not in inputs_read_by(policy):
        policy(VALUES, step=0, **{**told(policy), name: wrong})
        return
    shape = re.escape(str(np.shape(wrong)))
    with pytest.raises(ValueError, match=rf"{name} must have the shape of the values, \(3, 4\), got {shape}"):
        policy(VALUES, step=0, **{**told(policy), name: wrong})


@every_policy
@pytest.mark.parametrize("method", ["__call__", "act"])
def test_wrong_calls_name_the_class_that_the_user_wrote(policy, method):
    kind = type(policy).__name__
    named = {"__call__": rf"^a call of {kind}\(\)", "act": rf"^{kind}\.act\(\)"}[method]
    placed = {"__call__": (VALUES, 5), "act": (VALUES, np.random.default_rng(0), 5)}[method]
    with pytest.raises(TypeError, match=rf"{named} takes values.* by position: write step="):
        getattr(policy, method)(*placed)
    with pytest.raises(TypeError, match=rf"{named} was called wrongly: missing .*'values'"):
        getattr(policy, method)()
    with pytest.raises(TypeError, match=rf"^a call of {kind}\(\) got an unexpected .*'mask': did you mean where="):
        getattr(policy, method)(*placed[:-1], mask=True)


def test_constants_need_no_step():
    def same(step):
        return 0.5

    same.changes = False
    np.testing.assert_array_equal(Boltzmann(same)(VALUES).probs, Boltzmann(0.5)(VALUES).probs)
    for policy in (Boltzmann(Constant(0.5)), Boltzmann(EntropyTarget(Constant(0.5))), StandardError(Constant(2.0))):
        policy(VALUES, **told(policy))
    with pytest.raises(ValueError, match=r"Linear\(1.0, 0.1, 10\) changes with the step"):
        BoltzmannGumbel(Linear(1.0, 0.1, 10))(VALUES, visits=VISITS)
