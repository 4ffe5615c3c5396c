"""Boxes that are very narrow, very wide or far from 0: bins are exact, or refused by name."""

from fractions import Fraction

import numpy as np
import pytest
from gymnasium.spaces import Box

from envs import number_observations
from tests.support.shown import Shows

LARGEST = float(np.finfo(np.float64).max)
WIDTHS = [
    (0.0, 1e-8),
    (0.0, 1e-300),
    (0.0, 1e-320),  # subnormal, and its bins too
    (-1e-9, 1e-9),
    (1.0, 1.0 + 1e-9),
    (-5e-12, -4e-12),
    (1e-308, 3e-308),
    (0.0, 0.02),
    (0.0, 1e37),
    (1e30, 1e30 + 1e20),
]
GIVEN = [*WIDTHS, (-1e300, 1e300), (-1.7e308, 1.7e308), (0.0, LARGEST), (-LARGEST, LARGEST), (1e39, 3e39)]


def exact_bin(x, low, high, bins):
    """The bin of a number in rational arithmetic."""
    low, high = Fraction(low), Fraction(high)
    return min(int((Fraction(x) - low) / ((high - low) / bins)), bins - 1)


def middles_and_ends(low, high, bins):
    """The ends, and numbers well inside each bin."""
    width = Fraction(high) - Fraction(low)
    return [low, *(float(Fraction(low) + width * (2 * k + 1) / (2 * bins)) for k in range(bins)), high]


def numbers(env, seen):
    return [int(env.observation(env.env.observation(np.array([x])))) for x in seen]


@pytest.mark.parametrize("bins", [1, 2, 5, 20])
@pytest.mark.parametrize(("low", "high"), WIDTHS)
def test_the_bins_of_any_box_are_exact(low, high, bins):
    seen = middles_and_ends(low, high, bins)
    env = number_observations(Shows(Box(low, high, (1,), np.float64)), bins=bins)
    assert numbers(env, seen) == [exact_bin(x, low, high, bins) for x in seen]
    assert set(numbers(env, seen)) == set(range(bins))


@pytest.mark.parametrize("bins", [1, 2, 5, 20])
@pytest.mark.parametrize(("low", "high"), GIVEN)
def test_the_bins_between_given_bounds_are_exact(low, high, bins):
    seen = middles_and_ends(low, high, bins)
    env = number_observations(Shows(Box(-np.inf, np.inf, (1,), np.float64)), bins=bins, bounds=[(low, high)])
    assert numbers(env, seen) == [exact_bin(x, low, high, bins) for x in seen]


@pytest.mark.parametrize("error", ["raise", "ignore"])
def test_bins_do_not_depend_on_the_callers_floating_point_errors(error):
    with np.errstate(all=error):
        wide = number_observations(Shows(Box(-np.inf, np.inf, (1,), np.float64)), bins=4, bounds=[(-LARGEST, LARGEST)])
        narrow = number_observations(Shows(Box(0, 1e-320, (1,), np.float64)), bins=4)
        assert numbers(wide, [-1e308, -1.0, 1.0, 1e308]) == [0, 1, 2, 3]
        assert numbers(narrow, [0.0, 1e-320]) == [0, 3]


def test_many_bins_of_a_narrow_number_are_all_reached():
    env = number_observations(Shows(Box(0, 0.125, (1,), np.float64)), bins=1_000_000)
    assert numbers(env, [0.125, 0.125 * (1 - 1.5e-6), 0.125 * (1 - 0.5e-6), 0.125 * 1.5e-6]) == [
        999_999,
        999_998,
        999_999,
        1,
    ]


@pytest.mark.parametrize(
    ("space", "arguments"),
    [
        (Box(1, 1 + 1e-15, (1,), np.float64), {"bins": 20}),
        (Box(1e17, np.inf, (1,), np.float64), {"bins": 2}),  # the arc tangent of all of these is pi / 2
        (Box(2**60, 2**60 + 3, (1,), np.int64), {"bins": 4}),
        (Box(0, 2**63, (1,), np.uint64), {"bins": 4}),
        (Box(-1, 1, (1,), np.float64), {"bins": 4, "bounds": [(1e16, 1e16 + 2)]}),
    ],
    ids=str,
)
def test_bins_that_floats_cannot_tell_apart_are_refused_by_name(space, arguments):
    message = r"bins must be wide enough .*: number 0 of the observations of Shows, in \[.*, has \d+; give it 1 bin or"
    with pytest.raises(ValueError, match=message):
        number_observations(Shows(space), **arguments)
    single_bin = {**arguments, "bins": 1}
    assert number_observations(Shows(space, [space.low]), **single_bin).reset(seed=0)[0] == 0


def test_the_smallest_two_numbers_are_told_apart():
    env = number_observations(Shows(Box(0, 5e-324, (1,), np.float64)), bins=2)
    assert numbers(env, [0.0, 5e-324]) == [0, 1]


@pytest.mark.parametrize("kind", [np.int8, np.uint8, np.int32, np.int64, np.uint64])
def test_integers_fall_into_exact_bins(kind):
    env = number_observations(Shows(Box(1, 100, (1,), kind)), bins=9)
    assert numbers(env, np.arange(1, 101, dtype=kind)) == [exact_bin(x, 1, 100, 9) for x in range(1, 101)]


def test_integers_without_bounds_are_cut_by_their_arc_tangent_as_floats_are():
    whole, real = (number_observations(Shows(Box(-np.inf, np.inf, (1,), kind)), bins=10) for kind in (np.int64, float))
    seen = [-(10**6), -4, -3, -1, 0, 1, 3, 4, 10**6]
    assert numbers(whole, seen) == numbers(real, seen)
    assert len(set(numbers(whole, seen))) > 5


def test_a_box_without_numbers_is_refused_with_what_to_do():
    with pytest.raises(
        ValueError, match="observations of Shows must hold a number to be cut into bins: take observe='ha"
    ):
        number_observations(Shows(Box(0, 1, (0,))))


def test_a_number_that_never_changes_is_one_state_of_its_bins():
    low, high = np.array([0, 3], np.float32), np.array([1, 3], np.float32)
    env = number_observations(Shows(Box(low, high)), bins=2)
    assert len({int(env.reset(seed=seed)[0]) for seed in range(50)}) == 2
