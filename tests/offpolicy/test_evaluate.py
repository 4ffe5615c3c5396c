"""Estimates against golden fractions, exact expectations, and an independent calculation."""

import math
from fractions import Fraction

import numpy as np
import pytest

from boltzmann import UCB1, Boltzmann, Gibbs
from boltzmann.offpolicy import Log, evaluate, left_over_mass
from boltzmann.offpolicy.reward_model import reward_model
from tests.support.logs import bernoulli_log, golden_log

COLDER = 1 / (2 * math.log(2))
"""At half the temperature p' = (1, 4, 16) / 21."""
MODEL = [1 / 2, 1 / 2, 3 / 4]

# By hand; Open Bandit Pipeline 0.5.7 returns the same numbers to 2e-16 (benchmarks/offpolicy).
GOLDEN = {
    ("ips", None): Fraction(1, 2),
    ("ips", 1.0): Fraction(13, 30),
    ("snips", None): Fraction(3, 4),
    ("dm", None): Fraction(29, 42),
    ("dr", None): Fraction(83, 105),
    ("sndr", None): Fraction(353, 420),
    ("dros", 2.0): Fraction(51371, 67830),
    ("switch", 1.0): Fraction(76, 105),
}


@pytest.mark.parametrize(("case", "value"), GOLDEN.items(), ids=str)
def test_golden_values(case, value):
    estimator, clip = case
    assert evaluate(golden_log(), COLDER, estimator=estimator, clip=clip, rewards=MODEL).value == pytest.approx(
        float(value), abs=3e-16
    )


def test_golden_weights_and_masses():
    estimate = evaluate(golden_log(), COLDER, clip=1.0)
    assert estimate.effective_size == pytest.approx(50 / 13, abs=1e-14)
    assert estimate.population_size == pytest.approx(5 * 63 / 73, abs=1e-14)
    assert estimate.left_over == pytest.approx(4 / 21, abs=1e-15)
    assert estimate.covered == 1 - estimate.left_over
    assert estimate.mean_weight == pytest.approx(2 / 3, abs=1e-15)
    assert estimate.largest_weight == pytest.approx(4 / 3, abs=1e-15)
    assert left_over_mass(golden_log(), COLDER, 1.0) == estimate.left_over


@pytest.mark.parametrize(
    ("estimator", "low", "high"),
    [("ips", 0.0380320586, 0.9619679414), ("snips", 0.3768339750, 1.1231660250)],
)
def test_golden_normal_intervals(estimator, low, high):
    estimate = evaluate(golden_log(), COLDER, estimator=estimator)
    assert (estimate.low, estimate.high) == pytest.approx((low, high), abs=1e-10)


@pytest.mark.parametrize("interval", ["normal", "bootstrap"])
def test_rewards_that_are_all_alike_leave_no_doubt_about_a_ratio(interval):
    estimate = evaluate(golden_log(rewards=np.ones(5)), COLDER, interval=interval)
    assert (estimate.value, estimate.low, estimate.high) == pytest.approx((1.0, 1.0, 1.0), abs=1e-15)


def test_with_bounds_even_such_rewards_leave_some_doubt():
    estimate = evaluate(golden_log(rewards=np.ones(5)), COLDER, bounds=(0, 1))
    assert estimate.value == 1.0
    assert estimate.low < 0.9


@pytest.mark.parametrize("estimator", ["ips", "snips", "dr", "sndr", "switch", "dros", "dm"])
def test_a_reward_in_other_units_is_an_estimate_in_other_units(estimator):
    log = bernoulli_log(np.random.default_rng(2))
    shifted = Log(**{**log.columns(), "rewards": 5.0 * log.rewards + 2.0, "bounds": (2, 7)})
    found, base = evaluate(shifted, 0.1, estimator=estimator), evaluate(log, 0.1, estimator=estimator)
    if estimator == "ips":
        assert found.value == pytest.approx(5 * base.value + 2 * base.mean_weight)
        return
    # Shrunk and switched weights, and a fitted model, are the same for both.
    for name in ("value", "low", "high"):
        assert getattr(found, name) == pytest.approx(5 * getattr(base, name) + 2)


def by_loop(log, probs, estimator, clip, model):
    """The estimators once more, row by row, from probabilities."""
    total = normaliser = expected = 0.0
    for row, (action, reward) in enumerate(zip(log.actions, log.rewards, strict=True)):
        weight = probs[row][action] / math.exp(log.log_prob[row])
        prediction = model[action] if estimator in ("dr", "sndr", "switch", "dros", "dm") else 0.0
        if estimator == "switch":
            weight = weight if weight <= clip else 0.0
        elif estimator == "dros":
            weight = clip * weight / (weight**2 + clip)
        elif estimator == "dm":
            weight = 0.0
        else:
            weight = min(weight, clip)
        total += weight * (reward - prediction)
        normaliser += weight
        if prediction:
            expected += sum(p * m for p, m in zip(probs[row], model, strict=True))
    count = normaliser if estimator in ("snips", "sndr") else log.n
    return expected / log.n + total / count


@pytest.mark.parametrize("temperature", [0.0, 0.05, 0.3, 2.0, math.inf])
@pytest.mark.parametrize("estimator", ["ips", "snips", "dr", "sndr", "switch", "dros", "dm"])
def test_estimates_are_those_of_a_loop(estimator, temperature):
    log = bernoulli_log(np.random.default_rng(11), n=60, arms=4)
    model = np.array([0.2, 0.9, 0.4, 0.6])
    found = evaluate(log, temperature, estimator=estimator, clip=1.5, rewards=model).value
    probs = Gibbs(log.values, temperature).probs
    assert found == pytest.approx(by_loop(log, probs, estimator, 1.5, model), rel=1e-12)


def test_left_over_is_exact():
    rng = np.random.default_rng(4)
    log = bernoulli_log(rng, n=20, temperature=0.1)
    before, after = (Gibbs(log.values, temperature).probs for temperature in (0.1, 0.5))
    for clip in (0.5, 1.0, 4.0, 100.0, math.inf):
        by_hand = sum(
            max(q - clip * p, 0.0) if clip < math.inf else 0.0 for p, q in zip(before[0], after[0], strict=True)
        )
        assert left_over_mass(log, 0.5, clip) == pytest.approx(by_hand, abs=1e-14)


def test_an_action_that_was_never_possible_is_left_over_at_any_clip():
    log = golden_log(actions=[2] * 5, log_prob=[0.0] * 5, temperature=0.0)
    estimate = evaluate(log, math.inf, bounds=(0, 1), interval="betting")
    assert estimate.left_over == pytest.approx(2 / 3)
    assert left_over_mass(log, math.inf, math.inf) == pytest.approx(2 / 3)
    assert estimate.population_size == 0.0
    assert estimate.low <= 0.7 / 3
    assert estimate.high >= 1 - 0.3 / 3


def test_no_weight_is_no_answer():
    log = golden_log(actions=[0] * 5, log_prob=[math.log(1 / 7)] * 5)
    estimate = evaluate(log, 0.0, bounds=(0, 1), interval="betting")
    assert math.isnan(estimate.value)
    assert (estimate.low, estimate.high, estimate.effective_size) == (0.0, 1.0, 0.0)
    assert math.isnan(evaluate(log, 0.0).low)


@pytest.mark.parametrize("interval", ["bernstein", "hoeffding", "betting"])
def test_finite_sample_intervals_need_bounds(interval):
    with pytest.raises(ValueError, match=f"bounds must be given for the {interval} interval"):
        evaluate(golden_log(), COLDER, interval=interval)
    low, high = (
        getattr(evaluate(golden_log(), COLDER, interval=interval, bounds=(-1, 3)), end) for end in ("low", "high")
    )
    assert -1 <= low < high <= 3


def test_several_steps_are_refused_unless_they_are_meant():
    log = golden_log(episodes=[0, 0, 1, 1, 2])
    with pytest.raises(ValueError, match="log must be of single steps"):
        evaluate(log, COLDER)
    assert evaluate(log, COLDER, one_step=True) == evaluate(golden_log(episodes=[4, 0, 1, 3, 2]), COLDER)


BAD = {
    "estimator": ({"estimator": "sips"}, "estimator must be one of ips, snips, .*got 'sips'"),
    "interval": ({"interval": "exact"}, "interval must be one of normal"),
    "clip": ({"clip": 0.0}, r"clip must be in \(0, inf\], got 0.0"),
    "confidence": ({"confidence": 1.0}, r"confidence must be in \(0, 1\), got 1.0"),
    "bounds": ({"bounds": (0.0, 0.5)}, r"rewards must be in the bounds \[0, 0.5\], got 1.0 in row 0"),
    "a model of two arms": ({"estimator": "dr", "rewards": [0.0, 1.0]}, r"rewards must have shape \(3,\)"),
    "an endless model": ({"estimator": "dr", "rewards": [0.0, 1.0, math.inf]}, "rewards must be finite"),
}


@pytest.mark.parametrize(("arguments", "message"), BAD.values(), ids=BAD.keys())
def test_bad_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        evaluate(golden_log(), COLDER, **arguments)


def test_policies_that_no_log_can_ask_are_refused():
    with pytest.raises(ValueError, match="policy must read values alone, as a log holds no visits, got UCB1"):
        evaluate(golden_log(), UCB1())
    with pytest.raises(TypeError, match="got the class Boltzmann"):
        evaluate(golden_log(), Boltzmann)
    with pytest.raises(ValueError, match=r"temperature must be in \[0, inf\], got -1"):
        evaluate(golden_log(), -1.0)


def contextual_log(rng, n, kind):
    features = rng.normal(size=(n, 2))
    weights = np.array([[1.0, -1.0, 0.0], [0.0, 1.0, -2.0]])
    if kind == "numbers":
        features = np.round(np.clip(features, -1, 1))
    means = features @ weights
    logged = Gibbs(means, 1.0)
    actions = logged.sample(rng)
    contexts = features if kind == "features" else (3 * features[:, 0] + features[:, 1]).astype(int)
    rewards = means[np.arange(n), actions] + 0.1 * rng.normal(size=n)
    return Log(actions, logged.log_prob(actions), rewards, means, 1.0, contexts=contexts), means


@pytest.mark.parametrize("kind", ["features", "numbers"])
def test_a_model_fits_itself(kind):
    log, means = contextual_log(np.random.default_rng(6), 4000, kind)
    truth = float((Gibbs(means, 0.2).probs * means).sum(axis=1).mean())
    direct, doubly = (evaluate(log, 0.2, estimator=name) for name in ("dm", "dr"))
    assert direct.value == pytest.approx(truth, abs=0.02)
    assert doubly.value == pytest.approx(truth, abs=0.02)
    plain = evaluate(log, 0.2, estimator="ips")
    # The errors of a good model vary less than the rewards.
    assert doubly.high - doubly.low < 0.9 * (plain.high - plain.low)


def test_the_model_of_a_row_has_not_seen_its_reward():
    log = bernoulli_log(np.random.default_rng(8), n=40, arms=3)
    changed = np.array(log.rewards)
    changed[7] = 1.0 - changed[7]
    other = Log(**{**log.columns(), "rewards": changed})
    # With a weight of 0 for all corrections only the predictions are left, a row each.
    before, after = (_predictions(one) for one in (log, other))
    assert np.array_equal(before[7], after[7])
    assert not np.array_equal(before, after)


def _predictions(log):
    model = reward_model(log, None)
    return np.concatenate([model(part) for part in log.parts()])


def test_rows_of_different_lengths_need_a_given_model():
    rows = [np.zeros(2), np.zeros(3)]
    log = Log([0, 2], [-math.log(2), -math.log(3)], [1.0, 0.0], rows, 1.0)
    with pytest.raises(ValueError, match="rewards must be given for rows with different numbers of actions"):
        evaluate(log, 0.5, estimator="dr")
    assert evaluate(log, 0.5, estimator="dm", rewards=[np.ones(2), np.zeros(3)]).value == 0.5


def test_the_same_seed_gives_the_same_bootstrap():
    log = bernoulli_log(np.random.default_rng(0))
    first, second, other = (evaluate(log, 0.1, interval="bootstrap", rng=seed) for seed in (3, 3, 4))
    assert first == second
    assert (first.low, first.high) != (other.low, other.high)
