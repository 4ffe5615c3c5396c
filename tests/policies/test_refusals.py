"""Policies refuse wrong arguments with the name of the argument, its bound and the value."""

import math

import numpy as np
import pytest

from boltzmann import (
    UCB1,
    VDBE,
    BernoulliThompson,
    Boltzmann,
    BoltzmannGumbel,
    Categorical,
    Entmax,
    EpsilonGreedy,
    GaussianThompson,
    Gibbs,
    KLBoltzmann,
    Linear,
    Maillard,
    MaxBoltzmann,
    Mellowmax,
    Sparsemax,
    UCB1Tuned,
    next_epsilons,
)
from tests.support.policies import VALUES

INF = math.inf


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Boltzmann(-1), ValueError, r"temperature must be in \[0, inf\], got -1.0"),
        (lambda: Boltzmann("cold"), TypeError, "temperature must be a number"),
        (
            lambda: Boltzmann(lambda step: -1.0)(VALUES, step=0),
            ValueError,
            r"temperature must be in \[0, inf\], got -1.0",
        ),
        (lambda: EpsilonGreedy(1.5), ValueError, r"epsilon must be in \[0, 1\], got 1.5"),
        (lambda: EpsilonGreedy(Linear(2.0, 0.0, 10))(VALUES, step=0), ValueError, "epsilon must be"),
        (lambda: Categorical([0.5, 0.6]), ValueError, "sum of probs must be 1, got 1.1"),
        (lambda: Categorical([[0.5, 0.5], [1.1, -0.1]]), ValueError, r"probs must be in \[0, 1\]"),
        (lambda: Categorical([]), ValueError, "probs must hold at least one action"),
        (lambda: Mellowmax(-1), ValueError, r"omega must be in \[0, inf\], got -1.0"),
        (lambda: Mellowmax()([INF, 1.0]), ValueError, "values must be finite"),
        (lambda: Entmax(1.0, 0.5), ValueError, r"alpha must be in \[1"),
        (lambda: Entmax(-1.0), ValueError, "temperature must be"),
        (lambda: Sparsemax(lambda step: -1.0)([0.0], step=0), ValueError, "temperature must be"),
        (lambda: KLBoltzmann(3.0), TypeError, "prior must be a policy or a tuple of weights"),
        (lambda: KLBoltzmann((0.5, -0.5)), ValueError, "prior must be"),
        (lambda: KLBoltzmann((0.5, 0.5))([0.0, 1.0, 2.0]), ValueError, "shapes do not broadcast"),
        (lambda: MaxBoltzmann(2.0), ValueError, r"epsilon must be in \[0, 1\], got 2.0"),
        (lambda: UCB1(-1), ValueError, "confidence must be"),
        (lambda: UCB1()([0.0, 1.0]), ValueError, "visits must be given"),
        (lambda: UCB1()([0.0, INF], visits=[1, 1]), ValueError, "values must be finite where allowed, got inf"),
        (lambda: UCB1()([0.0, 1.0], visits=[1, math.nan]), ValueError, "visits must be in .* got nan for action 1"),
        (lambda: UCB1Tuned()([0.0, 1.0], visits=[1, 1]), ValueError, "variances must be given"),
        (lambda: UCB1Tuned()([0.0, 1.0], visits=[1, 1], variances=[0, -1]), ValueError, "variances must be"),
        (lambda: Maillard(-1), ValueError, "deviation must be"),
        (lambda: BoltzmannGumbel(-1), ValueError, "C must be"),
        (lambda: GaussianThompson(0), ValueError, r"deviation must be in \(0"),
        (lambda: GaussianThompson(1, prior_deviation=0), ValueError, "prior_deviation must be"),
        (lambda: BernoulliThompson(0), ValueError, "alpha must be"),
        (lambda: BernoulliThompson()([[0.5, 2.0]], visits=[[1, 1]]), ValueError, r"got 2.0 for action 1 in row 0"),
        (lambda: BoltzmannGumbel()([0.0, 1.0], visits=[1, 1]).sample(0), TypeError, "rng must be a numpy"),
        (lambda: KLBoltzmann((0.0, 0.0)), ValueError, "prior must have a weight above 0"),
        (lambda: KLBoltzmann(Gibbs), TypeError, "got the class Gibbs"),
        (
            lambda: UCB1Tuned()([0.0, 1.0], visits=[1, 1], variances=[1.0] * 3),
            ValueError,
            "variances must have the shape",
        ),
        (lambda: VDBE(1.0)([[0.0, 1.0]], epsilons=[0.5, 0.5]), ValueError, r"one a row, got shape \(2,\)"),
        (lambda: next_epsilons([1.0, 1.0], [0.0], [0.5] * 3, 1.0), ValueError, "must fit together"),
        (lambda: VDBE(0), ValueError, "sensitivity must be"),
        (
            lambda: VDBE(1.0)([[0.0, 1.0]], epsilons=[1.5]),
            ValueError,
            r"epsilons must be in \[0, 1\], got 1.5 in row 0",
        ),
        (lambda: VDBE(1.0).next_epsilons([1.0], [math.nan], [2]), ValueError, "value_changes must be finite"),
        (lambda: VDBE(1.0).next_epsilons([1.0], [0.0], [0]), ValueError, "actions_allowed must be"),
    ],
)
def test_wrong_arguments_are_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_a_categorical_distribution_is_frozen():
    distribution = Categorical([0.25, 0.75])
    with pytest.raises(AttributeError, match="frozen"):
        distribution.probs = np.array([1.0])
    assert repr(distribution) == "Categorical(array([0.25, 0.75]))"
