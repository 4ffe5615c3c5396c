"""A log refuses what cannot be true, naming the row; every form of the same rows gives the same answers."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents import Decision
from boltzmann import Boltzmann, EpsilonBoltzmann, Gibbs, KLBoltzmann, Mellowmax
from boltzmann.offpolicy import Log, evaluate, left_over_mass
from tests.support.logs import bernoulli_log

VALUES = np.array([[0.0, 1.0, 2.0], [1.0, 0.0, 0.5]])
ACTIONS = np.array([2, 0])
LOGGED = Gibbs(VALUES, 0.5)


def columns(**changes):
    made = {"actions": ACTIONS, "log_prob": LOGGED.log_prob(ACTIONS), "rewards": [0.5, 1.0], "values": VALUES}
    return {**made, "temperature": 0.5, **changes}


FAULTS = {
    "above 0": (
        {"log_prob": [LOGGED.log_prob(ACTIONS)[0], 1e-9]},
        r"log_prob must be in \(-inf, 0\], got 1e-09 in row 1",
    ),
    "-inf": ({"log_prob": [-math.inf, -1.0]}, r"log_prob must be in \(-inf, 0\], got -inf in row 0"),
    "NaN": ({"log_prob": [-1.0, math.nan]}, "got nan in row 1"),
    "another temperature": ({"temperature": [0.5, 0.6]}, "log_prob must be that of values and temperature .* in row 1"),
    "just too far": ({"log_prob": LOGGED.log_prob(ACTIONS) - [0.0, 2e-6]}, "in row 1: is the temperature or the mask"),
    "another mask": ({"where": [[1, 1, 1], [1, 0, 1]]}, "log_prob must be that of values and temperature .* in row 1"),
    "a masked action": ({"where": [[1, 1, 0], [1, 1, 1]]}, "actions must be allowed by where, got 2 in row 0"),
    "no such action": ({"actions": [2, 3]}, r"actions must be in \[0, 3\), got 3 in row 1"),
    "infinite reward": ({"rewards": [0.0, math.inf]}, "rewards must be finite, got inf in row 1"),
    "reward out of bounds": ({"bounds": (0, 0.9)}, r"rewards must be in the bounds \[0, 0.9\], got 1.0 in row 1"),
    "no rows": ({"actions": [], "log_prob": [], "rewards": [], "values": np.zeros((0, 3))}, "at least one row"),
    "other log_probs": ({"log_probs": Gibbs(VALUES, 0.4).log_probs}, "log_prob must be that of log_probs .* in row 0"),
    "log_probs of sum 2": ({"log_probs": np.zeros((2, 3))}, r"sum of exp\(log_probs\) must be 1, got 3.0 in row 0"),
    "no distribution": ({"values": None}, "values with temperature, or log_probs, must be given"),
    "no temperature": ({"temperature": None}, "temperature must be given with values"),
    "too few values": ({"values": VALUES[:1]}, r"values must have shape \(2, K\), got \(1, 3\)"),
    "negative temperature": ({"temperature": -1.0}, r"temperature must be in \[0, inf\], got -1.0"),
    "bounds that fall": ({"bounds": (1, 0)}, "bounds must increase"),
    "endless context": ({"contexts": [[0.0], [math.inf]]}, "contexts must be finite, got .* in row 1"),
}


@pytest.mark.parametrize(("changes", "message"), FAULTS.values(), ids=FAULTS.keys())
def test_what_cannot_be_true_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        Log(**columns(**changes))


def test_what_is_true_within_the_tolerance_is_taken():
    assert Log(**columns(log_prob=LOGGED.log_prob(ACTIONS) - 9e-7)).n == 2


@pytest.mark.parametrize("temperature", [0.0, 0.5, math.inf])
def test_both_limits_of_the_temperature_are_logged(temperature):
    log = Log(**columns(log_prob=Gibbs(VALUES, temperature).log_prob(ACTIONS), temperature=temperature))
    assert evaluate(log, temperature).value == log.rewards.mean()
    assert left_over_mass(log, temperature, 1.0) == pytest.approx(0.0, abs=1e-12)


def test_a_log_cannot_be_changed():
    log = Log(**columns())
    with pytest.raises(AttributeError):
        log.actions = ACTIONS
    for name in ("actions", "rewards", "values", "log_prob"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(log, name)[0] = 0


def test_writing_into_the_agents_table_later_changes_no_log():
    values = VALUES.copy()
    log = Log(**columns(values=values))
    values[:] = 7.0
    assert np.array_equal(log.values, VALUES)


@pytest.mark.parametrize("policy", [Boltzmann(0.5), EpsilonBoltzmann(0.2, 0.5), KLBoltzmann((1.0, 2.0, 1.0), 0.5)])
def test_a_log_of_decisions_holds_the_policy_that_acted(policy):
    rng = np.random.default_rng(3)
    decisions = []
    for step in range(5):
        values, where = rng.normal(size=(4, 3)), np.array([True, step % 2 == 0, True])
        distribution = policy(values, where=where)
        actions = distribution.sample(rng)
        decisions.append((Decision(actions, distribution, values, where), rng.random(4)))
    log = Log.from_decisions(decisions, bounds=(0.0, 1.0))
    assert log.n == 20
    assert (log.log_probs is None) == isinstance(policy, Boltzmann)
    assert evaluate(log, policy).value == pytest.approx(log.rewards.mean(), abs=1e-9)
    assert np.array_equal(log.rewards, np.concatenate([rewards for _, rewards in decisions]))


def test_a_decision_without_its_rewards_is_refused():
    decision = Decision(ACTIONS, LOGGED, VALUES)
    with pytest.raises(ValueError, match="rewards must have one number for each of 2 rows of decision 1"):
        Log.from_decisions([(decision, [0.0, 1.0]), (decision, [0.0])])
    with pytest.raises(ValueError, match="decisions must hold at least one"):
        Log.from_decisions([])
    with pytest.raises(TypeError, match="a decision must have actions and distribution and values"):
        Log.from_decisions([("left", 1.0)])


@given(st.integers(0, 10**6), st.sampled_from([0.0, 0.2, 1.0, math.inf]), st.sampled_from([0.3, 2.0, math.inf]))
def test_rows_of_different_lengths_are_those_of_a_mask(seed, target, clip):
    rng = np.random.default_rng(seed)
    lengths = rng.integers(1, 6, size=12)
    rows = [rng.normal(size=length) for length in lengths]
    logged = [Gibbs(row, 0.7) for row in rows]
    actions = np.array([int(one.sample(rng)) for one in logged])
    log_prob = [float(one.log_prob(action)) for one, action in zip(logged, actions, strict=True)]
    padded, where = np.full((12, 5), 9.0), np.arange(5) < lengths[:, np.newaxis]
    padded[where] = np.concatenate(rows)
    rewards = rng.normal(size=12)
    ragged = Log(actions, log_prob, rewards, rows, 0.7)
    flat = Log(actions, log_prob, rewards, np.concatenate(rows), 0.7, lengths=lengths)
    masked = Log(actions, log_prob, rewards, padded, 0.7, where=where)
    by_logs = Log(actions, log_prob, rewards, rows, log_probs=[one.log_probs for one in logged])
    expected = evaluate(masked, target, clip=clip)
    for log in (ragged, flat, by_logs):
        found = evaluate(log, target, clip=clip)
        for name in ("value", "low", "high", "effective_size", "population_size", "left_over", "largest_weight"):
            assert getattr(found, name) == pytest.approx(getattr(expected, name), rel=1e-9, abs=1e-12, nan_ok=True)


def test_parts_do_not_change_the_answer(monkeypatch):
    log = bernoulli_log(np.random.default_rng(0), n=1000)
    whole = evaluate(log, 0.1, estimator="dr")
    monkeypatch.setattr("boltzmann.offpolicy.log.CHUNK", 70)
    assert len(list(log.parts())) > 100
    parted = evaluate(log, 0.1, estimator="dr")
    assert vars(parted) == pytest.approx(vars(whole))


def test_log_probabilities_of_a_policy_serve_in_its_place():
    log = bernoulli_log(np.random.default_rng(1), n=200)
    policy = Mellowmax(3.0)
    assert evaluate(log, policy(log.values).log_probs) == evaluate(log, policy)
    with pytest.raises(ValueError, match=r"sum of exp\(policy\) must be 1, got 10.0 in row 0"):
        evaluate(log, np.zeros((200, 10)))
    with pytest.raises(ValueError, match=r"policy must have the shape of the log's tables, \(200, 10\)"):
        evaluate(log, np.zeros((200, 9)))


def test_a_log_without_values_asks_for_them():
    log = bernoulli_log(np.random.default_rng(1), n=50)
    bare = Log(log.actions, log.log_prob, log.rewards, log_probs=Gibbs(log.values, 0.3).log_probs)
    with pytest.raises(ValueError, match="policy needs the values of the log"):
        evaluate(bare, 0.1)
    again = Log(log.actions, log.log_prob, log.rewards, 0.3 * bare.log_probs, 0.3)
    assert evaluate(again, 0.1).value == pytest.approx(evaluate(log, 0.1).value)
