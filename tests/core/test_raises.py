"""What docstrings of the core say under Raises is what happens: the phrase stands there, under the error that comes."""

import inspect
import re

import numpy as np
import pytest

from boltzmann import (
    GLIE,
    Categorical,
    EntropyTarget,
    Gibbs,
    Mellowmax,
    Policy,
    inputs_read_by,
    next_variances,
    sample_categorical,
    sample_without_replacement,
    temperature_for_entropy,
)
from boltzmann.large import GibbsBuckets, GibbsTree, RaggedGibbs, temperature_for
from boltzmann.offpolicy import Log
from tests.support.lists import POLICIES

NAN, INF, Q = float("nan"), float("inf"), [0.0, 1.0]
RNG = np.random.default_rng(0)
HALF = -np.log(2)
WRONG_WEIGHTS = ([-1.0, 1.0], [0.0, 0.0], [INF, 1.0], [NAN, 1.0])


class Misdeclared:
    """A policy that declares what it reads by another name."""

    reads = frozenset({"counts"})

    def __call__(self, values, **inputs):
        return Gibbs(values)


CLAIMS = [
    (Gibbs, ValueError, "a temperature below 0 or NaN", [lambda: Gibbs(Q, -1.0), lambda: Gibbs(Q, NAN)]),
    (Gibbs, ValueError, "a NaN in an allowed value", [lambda: Gibbs([NAN, 1.0])]),
    (Gibbs, ValueError, "a row with nothing allowed", [lambda: Gibbs(Q, where=[False, False])]),
    (Gibbs, ValueError, "nothing but -inf", [lambda: Gibbs([-INF, -INF])]),
    (
        Gibbs,
        ValueError,
        "a negative or infinite prior",
        [lambda: Gibbs(Q, prior=[-1, 1]), lambda: Gibbs(Q, prior=[INF, 1])],
    ),
    (Gibbs, ValueError, "a number other than 0 and 1 in a mask", [lambda: Gibbs(Q, where=[2, 0])]),
    (Gibbs, ValueError, "K = 0", [lambda: Gibbs([])]),
    (
        Gibbs,
        ValueError,
        "shapes that do not broadcast",
        [lambda: Gibbs(Q, where=[True] * 3), lambda: Gibbs([Q] * 2, [1.0] * 3)],
    ),
    (
        Gibbs,
        TypeError,
        "values, temperatures or priors that are not real numbers",
        [
            lambda: Gibbs(["a", "b"]),
            lambda: Gibbs(Q, "cold"),
            lambda: Gibbs(Q, prior=["a", "b"]),
            lambda: Gibbs([1j, 0]),
        ],
    ),
    (Gibbs, TypeError, "a mask of neither booleans nor numbers", [lambda: Gibbs(Q, where=["a", "b"])]),
    (Gibbs.log_prob, TypeError, "actions that are not integers", [lambda: Gibbs(Q).log_prob(0.5)]),
    (Gibbs.log_prob, ValueError, r"integers in [0, K)", [lambda: Gibbs(Q).log_prob(2), lambda: Gibbs(Q).log_prob(-1)]),
    (Gibbs.log_prob, ValueError, "whose shape does not fit", [lambda: Gibbs([Q] * 3).log_prob([0, 1])]),
    (Categorical, ValueError, "K = 0", [lambda: Categorical([])]),
    (
        Categorical,
        ValueError,
        "a probability outside [0, 1] or NaN",
        [lambda: Categorical([1.5, -0.5]), lambda: Categorical([NAN, 1])],
    ),
    (Categorical, ValueError, "a row of another sum", [lambda: Categorical([0.5, 0.4])]),
    (Categorical, TypeError, "not real numbers", [lambda: Categorical(["a", "b"])]),
    (sample_categorical, TypeError, "``rng`` does not belong", [lambda: sample_categorical(0, np.ones(2))]),
    (
        sample_categorical,
        ValueError,
        "weights that are not as described",
        [lambda wrong=wrong: sample_categorical(RNG, np.array(wrong)) for wrong in WRONG_WEIGHTS],
    ),
    (
        sample_without_replacement,
        ValueError,
        "k is out of these bounds",
        [lambda k=k: sample_without_replacement(RNG, np.array([0.0, -INF]), k) for k in (0, 2, 3)],
    ),
    (
        temperature_for_entropy,
        ValueError,
        "a target out of bounds",
        [lambda: temperature_for_entropy(Q, -1.0), lambda: temperature_for_entropy(Q, effective_actions=0.5)],
    ),
    (
        temperature_for_entropy,
        ValueError,
        "both or neither of the targets",
        [lambda: temperature_for_entropy(Q), lambda: temperature_for_entropy(Q, 0.5, effective_actions=1.5)],
    ),
    (GLIE, ValueError, "without visits", [lambda: GLIE()(Q)]),
    (GLIE, ValueError, "values that are not finite", [lambda: GLIE()([0.0, INF], visits=[1, 1])]),
    (EntropyTarget, ValueError, "values that are not finite", [lambda: EntropyTarget(0.5)([0.0, INF])]),
    (Mellowmax, ValueError, "values that are not finite", [lambda: Mellowmax()([0.0, INF])]),
    (inputs_read_by, ValueError, "names another input", [lambda: inputs_read_by(Misdeclared())]),
    (next_variances, ValueError, "do not broadcast", [lambda: next_variances([1.0] * 2, [1.0] * 3, 1.0, 0.5)]),
    (GibbsTree, ValueError, "NaN or inf among them", [lambda: GibbsTree([NAN, 1.0]), lambda: GibbsTree([INF, 1.0])]),
    (GibbsTree, ValueError, "a temperature outside", [lambda: GibbsTree(Q, -1.0)]),
    (
        GibbsBuckets,
        ValueError,
        "a width outside",
        [lambda: GibbsBuckets(Q, width=0.0), lambda: GibbsBuckets(Q, width=INF)],
    ),
    (RaggedGibbs, ValueError, "data with a NaN", [lambda: RaggedGibbs([NAN, 1.0], [0, 2])]),
    (RaggedGibbs, ValueError, "an ``indptr`` that does not fit", [lambda: RaggedGibbs(Q, [0, 3])]),
    (RaggedGibbs, TypeError, "numbers that are not real", [lambda: RaggedGibbs(["a", "b"], [0, 2])]),
    (temperature_for, ValueError, "temperatures outside", [lambda: temperature_for(GibbsTree(Q), -1.0)]),
    (
        Log,
        ValueError,
        "log-probabilities above 0, -inf or NaN",
        [lambda x=x: Log([0], [x], [1.0]) for x in (0.5, -INF, NAN)],
    ),
    (Log, ValueError, "rewards that are not finite", [lambda: Log([0], [HALF], [INF])]),
]


def errors_in(text):
    """The texts under Raises, by the names of their errors."""
    section = re.search(r"^Raises\n-+\n(.*?)(?=\n\n\S|\Z)", text, flags=re.DOTALL | re.MULTILINE)
    parts = re.split(r"^(\w[\w, ]*)$", section[1] if section else "", flags=re.MULTILINE)[1:]
    return [(names.split(", "), " ".join(told.split())) for names, told in zip(parts[::2], parts[1::2], strict=True)]


@pytest.mark.parametrize(("owner", "error", "phrase", "calls"), CLAIMS, ids=lambda part: getattr(part, "__name__", ""))
def test_what_is_said_to_be_raised_is_raised(owner, error, phrase, calls):
    said = errors_in(inspect.getdoc(owner))
    assert any(error.__name__ in names and phrase in told for names, told in said), said
    for call in calls:
        with pytest.raises((TypeError, ValueError)) as caught:
            call()
        assert caught.type is error


@pytest.mark.parametrize("policy", POLICIES, ids=repr)
def test_policies_raise_what_they_say(policy):
    said = errors_in(inspect.getdoc(type(policy))) + errors_in(inspect.getdoc(type(policy).__call__))
    assert (["ValueError", "TypeError"], errors_in(inspect.getdoc(Policy.__call__))[0][1]) in said
    values, inputs = np.array([0.0, 0.5, 0.2, 1.0]), {"visits": [1, 2, 3, 4], "variances": [0.1] * 4}
    text = " ".join(told for _, told in said)
    for name in ("visits", "variances"):
        if re.search(rf"without [\w ]*{name}", text):
            with pytest.raises(ValueError, match=f"{name} must be given"):
                policy(values, step=0, **{key: part for key, part in inputs.items() if key != name})
    if "values that are not finite" in text:
        with pytest.raises(ValueError, match="finite"):
            policy(np.where(values == 1.0, INF, values), step=0, **inputs)


def test_the_reading_of_docstrings_can_fail():
    text = "A.\n\nRaises\n------\nValueError\n    For a.\nTypeError, KeyError\n    For b\n    and c.\n\nNotes\n-----\nd"
    assert errors_in(text) == [
        (["ValueError"], "For a."),
        (["TypeError", "KeyError"], "For b and c."),
    ]
    assert not errors_in("No such section.")
