"""Each bandit's particular rules, and bad parameters."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import envs
from envs import (
    AbruptBandit,
    AbruptBanditVector,
    AdversarialBandit,
    BernoulliBandit,
    CatalogueBandit,
    CatalogueBanditVector,
    DriftingBandit,
    DriftingBanditVector,
    GaussianBandit,
    LeverBandit,
    UniformBandit,
    ZeroedStartBandit,
    ZeroedStartBanditVector,
)
from tests.support.frequencies import FALSE_ALARM, fresh_rng


def matrices(rows, columns):
    whole = st.integers(-5, 5)
    return st.lists(st.lists(whole, min_size=columns, max_size=columns), min_size=rows, max_size=rows)


@given(data=st.data(), rows=st.integers(1, 6), columns=st.integers(1, 4))
def test_the_gaps_of_an_adversary_add_up_to_the_regret_against_the_best_fixed_arm(data, rows, columns):
    rewards = data.draw(matrices(rows, columns))
    env = AdversarialBandit(rewards)
    env.reset(seed=0)
    arms = data.draw(st.lists(st.integers(0, columns - 1), min_size=rows, max_size=rows))
    steps = [env.step(arm) for arm in arms]
    paid = [row[arm] for row, arm in zip(rewards, arms, strict=True)]
    assert [step[1] for step in steps] == paid
    best = max(sum(row[arm] for row in rewards) for arm in range(columns))
    assert sum(step[4]["gap"] for step in steps) == best - sum(paid)
    # The first row follows the last.
    assert env.step(0)[1] == rewards[0][0]


def test_walks_take_normal_steps_from_where_they_start():
    env = DriftingBanditVector(5000, arms=2, drift=0.3)
    env.reset(seed=int(fresh_rng().integers(2**63)))
    assert not env.means.any()
    before = env.means
    for _ in range(3):
        env.step(np.zeros(5000, dtype=int))
        steps = (env.means - before) / 0.3
        assert stats.kstest(steps.ravel(), "norm").pvalue > FALSE_ALARM
        assert abs(np.corrcoef(steps.T)[0, 1]) < 6.2 / np.sqrt(5000)
        before = env.means
    env = DriftingBandit(means=[3.0, 1.0])
    env.reset(seed=0)
    assert env.means.tolist() == [3.0, 1.0]


def test_abrupt_changes_come_when_they_are_due():
    def segments(**parameters):
        env = AbruptBanditVector(3, arms=2, **parameters)
        env.reset(seed=1)
        seen = []
        for _ in range(9):
            seen.append(env.means.copy())
            env.step([0, 0, 0])
        return [step for step in range(1, 9) if (seen[step] != seen[step - 1]).all()], seen

    assert segments(period=3)[0] == [3, 6]
    assert segments(changes=[1, 5, 6])[0] == [1, 5, 6]
    assert segments(changes=[])[0] == []
    assert segments(period=100)[0] == []
    rows = [[0.0, 1.0], [1.0, 0.0], [2.0, 2.0]]
    _, seen = segments(period=2, means=rows)
    assert [step[1].tolist() for step in seen] == [rows[step // 2 % 3] for step in range(9)]
    # Each change draws all means again from one law, independently of the means before.
    env = AbruptBanditVector(5000, arms=1, period=1, mean=2.0, spread=0.5)
    env.reset(seed=int(fresh_rng().integers(2**63)))
    first = env.means[:, 0]
    env.step(np.zeros(5000, dtype=int))
    assert stats.kstest((env.means[:, 0] - 2.0) / 0.5, "norm").pvalue > FALSE_ALARM
    assert abs(np.corrcoef(first, env.means[:, 0])[0, 1]) < 6.2 / np.sqrt(5000)


def test_only_the_best_arm_is_zeroed_and_only_at_first():
    env = ZeroedStartBanditVector(2, means=[1.0, 1.0, 0.5], zeroed=3)
    env.reset(seed=0)
    assert [env.step([0, 1])[1].tolist() for _ in range(4)] == [[0, 1], [0, 1], [0, 1], [1, 1]]
    usual = ZeroedStartBandit()
    usual.reset(seed=0)
    np.testing.assert_allclose(usual.means, [0.6] + [0.5] * 9)


@pytest.mark.parametrize(
    ("bandit", "arguments", "message"),
    [
        (GaussianBandit, {"means": []}, r"means must be a row of numbers, got \[\]"),
        (GaussianBandit, {"means": 0.5}, "means must be a row of numbers, got 0.5"),
        (GaussianBandit, {"means": [[0.5]]}, "means must be a row of numbers"),
        (GaussianBandit, {"means": ["a"]}, "means must be a row of numbers"),
        (GaussianBandit, {"means": [1.0, np.nan]}, r"means must be in \(-inf, inf\), got nan at \(1,\)"),
        (GaussianBandit, {"arms": 3, "means": [1.0, 2.0]}, "arms must be the number of columns given, 2, got 3"),
        (BernoulliBandit, {"means": [0.5, 1.5]}, r"means must be in \[0, 1\], got 1.5 at \(1,\)"),
        (BernoulliBandit, {"arms": True}, "arms must be a whole number"),
        (UniformBandit, {"noise": -0.1}, r"noise must be in \[0, inf\), got -0.1"),
        (LeverBandit, {"deviations": [-1.0]}, r"deviations must be in \[0, inf\), got -1.0"),
        (LeverBandit, {"means": [1, 2], "deviations": [1]}, "deviations must be as many as means, 2, got 1"),
        (DriftingBandit, {"drift": np.inf}, r"drift must be in \[0, inf\), got inf"),
        (AbruptBandit, {"period": 0}, "period must be a whole number of at least 1, got 0"),
        (
            AbruptBandit,
            {"changes": [3], "period": 2},
            r"period must not be given where changes are, got period=2, changes=\[3\]",
        ),
        (AbruptBandit, {"changes": [3, 3]}, r"changes must be increasing, got \[3, 3\]"),
        (AbruptBandit, {"changes": 5}, "changes must be a list of rounds, got 5"),
        (AbruptBandit, {"changes": [0]}, r"changes\[0\] must be a whole number of at least 1, got 0"),
        (AbruptBandit, {"means": [[1, 2], [3]]}, "means must be rows of numbers, all of one length"),
        (AbruptBandit, {"means": [1, 2]}, "means must be rows of numbers"),
        (AdversarialBandit, {"rewards": None}, "rewards must be rows of equal length of numbers, got None"),
        (AdversarialBandit, {"rewards": [[1, np.inf]]}, r"rewards must be in \(-inf, inf\), got inf at \(0, 1\)"),
        (CatalogueBandit, {"arms": 3, "features": 0}, "features must be a whole number of at least 1, got 0"),
        (CatalogueBandit, {"arms": 3, "explained": 1.5}, r"explained must be in \[0, 1\], got 1.5"),
        (CatalogueBandit, {"arms": 2**23, "features": 4}, r"arms x features must be at most 2\^24 entries"),
        (ZeroedStartBandit, {"gap": 0.6}, r"gap must be in \[0, 0.5\], got 0.6"),
        (ZeroedStartBandit, {"zeroed": -1}, "zeroed must be a whole number of at least 0, got -1"),
    ],
)
def test_bad_parameters_are_refused(bandit, arguments, message):
    with pytest.raises(ValueError, match=message):
        bandit(**arguments)
    with pytest.raises(ValueError, match=message):
        envs.make(f"boltzmann/{bandit.__name__}-v0", 2, **arguments)


def test_the_means_of_a_catalogue_vary_as_its_features_say():
    problems, explained = 20_000, 0.7
    env = CatalogueBanditVector(problems, arms=4, features=2, explained=explained, spread=2.0)
    env.reset(seed=int(fresh_rng().integers(2**63)))
    features = env.item_features
    np.testing.assert_allclose(np.linalg.norm(features, axis=1), 1)
    expected = 4 * (explained * features @ features.T + (1 - explained) * np.eye(4))
    # The standard error of a covariance of normals is at most sqrt(2) times the product of deviations over sqrt(n).
    assert np.abs(np.cov(env.means.T) - expected).max() < 6.2 * np.sqrt(2 / problems) * 4
    assert np.abs(np.cov(env.means.T) - 4 * np.eye(4)).max() > 12 * np.sqrt(2 / problems) * 4
    linear = CatalogueBandit(arms=50, features=3, explained=1.0)
    linear.reset(seed=0)
    assert np.linalg.matrix_rank(np.column_stack([linear.item_features, linear.means]), tol=1e-9) == 3


def test_the_features_of_a_catalogue_depend_on_the_catalogue_alone():
    first, again, other = (CatalogueBandit(arms=6, catalogue=number) for number in (3, 3, 4))
    np.testing.assert_array_equal(first.item_features, again.item_features)
    assert (first.item_features != other.item_features).all()
    first.reset(seed=1)
    np.testing.assert_array_equal(first.item_features, again.item_features)
    with pytest.raises(ValueError, match="read-only"):
        first.item_features[0] = 0.0


def test_a_catalogue_of_a_million_arms_steps():
    env = envs.make("boltzmann/CatalogueBandit-v0", 1, arms=10**6, features=2)
    env.reset(seed=0)
    best = int(env.means[0].argmax())
    assert env.step([best])[4]["gap"][0] == 0
    assert env.step([(best + 1) % 10**6])[4]["gap"][0] > 0
