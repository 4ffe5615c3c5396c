"""The table of Blackjack beside Gymnasium's own dealing, and its optimal values by another road."""

from functools import cache
from itertools import product

import gymnasium
import numpy as np
import pytest

import envs
from envs import blackjack_table, optimal_gaps, optimal_values
from tests.support.frequencies import fresh_rng, same_law

DECK = {1: 1, 2: 1, 3: 1, 4: 1, 5: 1, 6: 1, 7: 1, 8: 1, 9: 1, 10: 4}  # of thirteen
RULES = [{}, {"sab": False, "natural": True}]


def number(observation):
    total, shown, ace = observation
    return (total * 11 + shown) * 2 + ace


def value(hand):
    return sum(hand) + 10 if 1 in hand and sum(hand) + 10 <= 21 else sum(hand)


@cache
def dealer(hand):
    """The distribution of the dealer's final hand: {value, 0 for bust: probability}."""
    if value(hand) >= 17:
        return {(0 if value(hand) > 21 else value(hand)): 1.0}
    ends = {}
    for card, times in DECK.items():
        for end, chance in dealer(tuple(sorted((*hand, card)))).items():
            ends[end] = ends.get(end, 0) + times * chance / 13
    return ends


@cache
def stick(total, dealt, shown, natural, sab):
    """The expected reward of sticking."""
    paid = 0.0
    for hidden, times in DECK.items():
        for end, chance in dealer(tuple(sorted((shown, hidden)))).items():
            reward = (total > end) - (total < end)
            if dealt and sab and sorted((shown, hidden)) != [1, 10]:
                reward = 1
            elif dealt and natural and not sab and reward == 1:
                reward = 1.5
            paid += reward * times * chance / 13
    return paid


@cache
def worth(hand, shown, natural, sab):
    """The value of a player's hand under the best play; hands are stored card by card."""
    if value(hand) > 21:
        return -1.0
    now = stick(value(hand), hand == (1, 10), shown, natural, sab)
    if value(hand) >= 20 and 1 not in hand:  # hitting a hard 20 is hopeless; the search need not go there
        return now
    hit = sum(n * worth(tuple(sorted((*hand, card))), shown, natural, sab) for card, n in DECK.items()) / 13
    return max(now, hit)


@pytest.mark.parametrize("rules", RULES, ids=str)
def test_values_agree_with_a_search_over_hands(rules):
    full = {"natural": False, "sab": True, **rules}
    table = blackjack_table(**full)
    V, _ = optimal_values(table, 1.0)
    expected = 0.0
    for first, second, shown in product(DECK, repeat=3):
        expected += (
            DECK[first] * DECK[second] * DECK[shown] / 13**3 * worth(tuple(sorted((first, second))), shown, **full)
        )
    assert V @ table.initial == pytest.approx(expected, abs=1e-12)


def test_the_known_optimum_of_the_registered_rules():
    env = envs.make("Blackjack-v1", 1)
    assert optimal_values(env.table, 1.0)[0] @ env.table.initial == pytest.approx(-0.0431131, abs=5e-8)


# A hand is played by hitting below 18 and, every third time, above: 21 with an ace is hit as well.
STEPS = 4


def counted_single(rules, hands):
    env, counts = gymnasium.make("Blackjack-v1", **rules), np.zeros((704, 3, STEPS))
    env.reset(seed=int(fresh_rng().integers(2**63)))
    choices = fresh_rng().random((hands, 30))
    for hand in range(hands):
        observation, _ = env.reset()
        for step in range(30):
            action = int(observation[0] < 18 or choices[hand, step] < 1 / 3)
            observation, reward, terminated, _, _ = env.step(action)
            if terminated:
                break
        counts[number(observation), outcome(reward), min(step, STEPS - 1)] += 1
    return counts


def outcome(reward):
    # Index 0 is a loss, 1 a draw and 2 a win, whether it pays 1 or, as a natural may, 1.5.
    return np.select([np.equal(reward, -1), np.equal(reward, 0)], [0, 1], 2)


def counted_batched(rules, replicates, hands, wrong=False):
    env, counts = envs.make("Blackjack-v1", replicates, **rules), np.zeros((704, 3, STEPS))
    if wrong:  # the planted fault: the last outcome comes up too often, so much that chance never hides it
        env._levels *= 0.65
    seen, _ = env.reset(seed=int(fresh_rng().integers(2**63)))
    rng, age, played = fresh_rng(), np.zeros(replicates, dtype=int), np.zeros(replicates, dtype=int)
    # Count the first hands of every row. All hands that end within some steps would have too many short ones.
    while (played < hands).any():
        actions = ((seen // 22 < 18) | (rng.random(replicates) < 1 / 3)).astype(int)
        seen, rewards, ended, truncated, info = env.step(actions)
        assert not truncated.any()
        counted = ended & (played < hands)
        if counted.any():
            final = info["final_obs"][counted]
            np.add.at(counts, (final, outcome(rewards[counted]), np.minimum(age[counted], STEPS - 1)), 1)
        played += ended
        age = np.where(ended, 0, age + 1)
    assert counts.sum() == replicates * hands
    return counts


@pytest.mark.parametrize("rules", [{}, pytest.param({"sab": False}, marks=pytest.mark.slow)], ids=str)
def test_the_table_deals_as_gymnasium_does(rules):
    single = counted_single(rules, 15_000)
    assert same_law(single, counted_batched(rules, 500, 100))
    assert not same_law(single, counted_batched(rules, 500, 100, wrong=True))


def test_a_natural_pays_more_where_the_rules_say_so():
    def wins(**rules):
        env = envs.make("Blackjack-v1", 4000, **rules)
        seen, _ = env.reset(seed=1)
        rewards = env.step(np.zeros(4000, dtype=int))[1]
        return set(rewards[seen // 22 == 21].tolist())

    assert wins(sab=False, natural=True) == {0.0, 1.5}
    assert wins(sab=False) == wins() == {0.0, 1.0}


def test_observations_do_not_distinguish_naturals():
    env = envs.make("Blackjack-v1", 5000)
    seen, _ = env.reset(seed=0)
    assert env.single_observation_space.n == 704
    assert ((seen // 22 == 21) & (seen % 2 == 1)).sum() > 100
    assert seen.max() < 704
    flat = envs.number_observations(gymnasium.make("Blackjack-v1"))
    assert flat.observation_space == env.single_observation_space
    assert flat.observation((21, 10, 1)) == number((21, 10, 1))


def test_gaps_add_up_to_the_loss_of_any_play():
    # V* - V of random play is the expected sum of its gaps; false-alarm rate 1e-9.
    env = envs.make("Blackjack-v1", 2000, discount=1.0)
    np.testing.assert_array_equal(env._gaps, optimal_gaps(env.table, 1.0).ravel())
    env.reset(seed=int(fresh_rng().integers(2**63)))
    rng, sums, hands = fresh_rng(), np.zeros(2000), []
    for _ in range(60):
        _, rewards, ended, _, info = env.step(rng.integers(2, size=2000))
        sums += rewards + info["gap"]
        hands.append(sums[ended])
        sums = np.where(ended, 0.0, sums)
    returns = np.concatenate(hands)
    assert abs(returns.mean() + 0.0431131) < 6.2 * returns.std() / np.sqrt(len(returns))
