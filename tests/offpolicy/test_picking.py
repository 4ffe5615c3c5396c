"""The temperature that a log recommends: covered, significantly better, and staying otherwise."""

import math

import numpy as np
import pytest

from boltzmann import Boltzmann, Entmax, Gibbs
from boltzmann.offpolicy import Log, pick_temperature
from tests.support.logs import bernoulli_log

TEMPERATURES = [0.02, 0.1, 0.3, 1.0, math.inf]


def line_log(rng, n=4000, temperature=0.5, sign=1.0):
    """A log of four arms whose values are right, or with sign -1 the opposite of right."""
    means = np.array([0.2, 0.4, 0.6, 0.8])
    values = np.tile(sign * means, (n, 1))
    logged = Gibbs(values, temperature)
    actions = logged.sample(rng)
    rewards = (rng.random(n) < means[actions]).astype(float)
    return Log(actions, logged.log_prob(actions), rewards, values, temperature, bounds=(0, 1))


def test_right_values_are_followed_and_wrong_ones_are_not():
    right, wrong = (pick_temperature(line_log(np.random.default_rng(1), sign=sign), TEMPERATURES) for sign in (1, -1))
    assert right.best.policy == 0.02
    assert right.best.difference_low > 0
    assert wrong.best.policy == math.inf
    assert "Take T = 0.02" in right.answer


def test_what_the_log_does_not_cover_is_left_aside_however_well_it_looks():
    rng = np.random.default_rng(2)
    values = np.tile([0.0, 0.0, 1.0], (500, 1))
    logged = Gibbs(values, 0.1)
    actions = np.full(500, 2)
    actions[:2] = 0
    # Two lucky rows make every hotter policy look better, and weigh as much as the log says they are rare.
    rewards = np.where(actions == 0, 1.0, (rng.random(500) < 0.5).astype(float))
    choice = pick_temperature(
        Log(actions, logged.log_prob(actions), rewards, values, 0.1, bounds=(0, 1)), [0.1, 1.0, math.inf]
    )
    hot = choice.candidates[2]
    assert hot.estimate.value > choice.logged.value + 0.1
    assert not hot.covered
    assert hot.within[0] < 0.5 < hot.within[1]
    assert choice.best is None
    assert choice.answer.startswith("Stay with the logged policy")
    assert "does not cover 2 of 3 candidates" in choice.answer
    assert choice.ranked[0].policy == 0.1


def test_staying_is_no_difference():
    choice = pick_temperature(bernoulli_log(np.random.default_rng(0), temperature=0.3), [0.3])
    (staying,) = choice.candidates
    assert (staying.difference, staying.difference_low, staying.difference_high) == pytest.approx((0, 0, 0), abs=1e-12)
    assert not staying.differs
    assert choice.best is None
    assert staying.estimate.value == pytest.approx(choice.logged.value)


def test_policies_are_candidates_too():
    choice = pick_temperature(line_log(np.random.default_rng(3)), [Boltzmann(0.02), Entmax(1.5), 0.02])
    assert [one.label for one in choice.candidates] == ["Boltzmann(0.02)", "Entmax(1.5, 1.5)", "T = 0.02"]
    assert choice.candidates[0].estimate == choice.candidates[2].estimate
    table = choice.table()
    assert list(table["policy"]) == [one.label for one in choice.candidates]
    assert table["best"].sum() == 1
    assert table["covered"].between(0, 1).all()


def test_without_bounds_there_is_no_interval_for_what_is_not_covered():
    log = line_log(np.random.default_rng(4), n=100)
    free = Log(**{name: value for name, value in log.columns().items() if name != "bounds"})
    assert all(one.within is None for one in pick_temperature(free, TEMPERATURES).candidates)
    assert pick_temperature(free, TEMPERATURES).table()["least"].isna().all()


def test_bad_candidates_are_refused():
    log = line_log(np.random.default_rng(4), n=10)
    with pytest.raises(TypeError, match="candidates must be a list of at least one temperature or policy"):
        pick_temperature(log, [])
    with pytest.raises(ValueError, match=r"most_left_over must be in \[0, 1\], got 2.0"):
        pick_temperature(log, [0.1], most_left_over=2)
    several = Log(**log.columns(), episodes=np.zeros(10, dtype=int))
    with pytest.raises(ValueError, match="log must be of single steps"):
        pick_temperature(several, [0.1])
    assert pick_temperature(several, [0.1], one_step=True).candidates
