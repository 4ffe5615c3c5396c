"""Blackjack as a table, by the rules of Gymnasium's ``Blackjack-v1``: an infinite deck, a dealer who hits below 17."""

from __future__ import annotations

from functools import cache

import numpy as np

from envs.batched import Floats
from envs.tables import Table

_CARDS = {card: (4 if card == 10 else 1) / 13 for card in range(1, 11)}
_SUMS, _SHOWN, _ACES = 32, 11, 2
_SEEN = _SUMS * _SHOWN * _ACES
_STICK, _HIT = 0, 1
_BUST = 22
_DEALER_STANDS = 17
"""The dealer hits below this sum."""


def blackjack_table(*, natural: bool = False, sab: bool = True) -> Table:
    """Make the table of Blackjack (Sutton & Barto, "Reinforcement Learning", 2nd ed., example 5.1).

    A state is (sum of the player's hand, card that the dealer shows, whether an ace counts 11). States are numbered as
    :class:`envs.NumberObservation` numbers Gymnasium's observations. A dealt hand of ace and ten may pay more than
    another 21, so it is a separate state for each card of the dealer, with the observation of any other 21. The
    dealer's hidden card is drawn when the player sticks: with an infinite deck the law is the same.

    Parameters
    ----------
    natural : bool
        Winning with a dealt ace and ten pays 1.5; without effect under ``sab``.
    sab : bool
        A dealt ace and ten wins against every hand of the dealer except another ace and ten. Gymnasium registers
        ``Blackjack-v1`` with True, though the class itself says False.

    Returns
    -------
    Table
        714 states, 704 observations, 2 actions (0 sticks, 1 hits). Impossible states end without reward.

    Examples
    --------
    >>> from envs import optimal_values
    >>> table = blackjack_table()
    >>> V, Q = optimal_values(table, discount=1.0)
    >>> float((V @ table.initial).round(7))
    -0.0431131
    """
    states = _SEEN + _SHOWN - 1
    shape = (states, 2, len(_CARDS))
    probs, rewards = np.zeros(shape), np.zeros(shape)
    probs[:, :, 0] = 1.0
    terminated = np.ones(shape, dtype=np.bool_)
    next_states = np.broadcast_to(np.arange(states)[:, np.newaxis, np.newaxis], shape).copy()
    for shown in _CARDS:
        hands = [(_number(total, shown, ace), total, ace) for ace in (0, 1) for total in range(4 + 8 * ace, _BUST)]
        hands.append((_natural(shown), 21, 1))
        for state, total, ace in hands:
            dealt = state == _natural(shown)
            probs[state, _STICK, :3], rewards[state, _STICK, :3] = _stick(total, shown, dealt, natural, sab)
            for outcome, (card, probability) in enumerate(_CARDS.items()):
                new_total, new_ace = _add(total, ace, card)
                probs[state, _HIT, outcome] = probability
                next_states[state, _HIT, outcome] = _number(new_total, shown, new_ace)
                terminated[state, _HIT, outcome] = new_total >= _BUST
                rewards[state, _HIT, outcome] = -1.0 if new_total >= _BUST else 0.0
    observations = np.append(np.arange(_SEEN), [_number(21, shown, 1) for shown in _CARDS])
    return Table(probs, next_states, rewards, terminated, _deal(states), observations=observations)


def _number(total: int, shown: int, ace: int) -> int:
    return (total * _SHOWN + shown) * _ACES + ace


def _natural(shown: int) -> int:
    return _SEEN + shown - 1


def _add(total: int, ace: int, card: int) -> tuple[int, int]:
    """Add a card to a hand; return the new sum, and 1 if an ace counts 11 in it, else 0."""
    total, ace = (total + 11, 1) if card == 1 and total <= 10 else (total + card, ace)
    return (total - 10, 0) if ace and total > 21 else (total, ace)


def _deal(states: int) -> Floats:
    """Return the distribution of the states after two cards for the player and one for the dealer."""
    initial = np.zeros(states)
    for first, p in _CARDS.items():
        for second, q in _CARDS.items():
            total, ace = _add(*_add(0, 0, first), second)
            for shown, r in _CARDS.items():
                initial[_natural(shown) if total == 21 else _number(total, shown, ace)] += p * q * r
    return initial


def _stick(
    total: int, shown: int, dealt: bool, natural: bool, sab: bool
) -> tuple[list[float], tuple[float, float, float]]:
    """Return the probabilities of losing, drawing and winning, and their rewards."""
    chances = [0.0, 0.0, 0.0]
    for hidden, probability in _CARDS.items():
        hand = _add(*_add(0, 0, shown), hidden)
        dealt_hand_wins = sab and dealt and hand[0] != 21
        for final, chance in _dealer_ends(*hand):
            sign = 1 if dealt_hand_wins or final >= _BUST else (total > final) - (total < final)
            chances[1 + sign] += probability * chance
    return chances, (-1.0, 0.0, 1.5 if dealt and natural and not sab else 1.0)


@cache
def _dealer_ends(total: int, ace: int) -> tuple[tuple[int, float], ...]:
    """Return the sums that a dealer may reach from a hand, with their probabilities; sums of 22 and more are bust."""
    if total >= _DEALER_STANDS:
        return ((total, 1.0),)
    ends = np.zeros(_DEALER_STANDS + max(_CARDS))
    for card, probability in _CARDS.items():
        for final, chance in _dealer_ends(*_add(total, ace, card)):
            ends[final] += probability * chance
    return tuple((final, float(chance)) for final, chance in enumerate(ends) if chance)
