"""What a target means for a row: which end meets it, whether any temperature does, and what a rule of ``moves`` seeks.

A goal is a law of numbers, as the rules are. Its arguments are the sums at beta = 0 over the actions below the maximum
``n`` and ``k`` as there, the logarithm of n, which may itself underflow, and the wanted number. It returns

- ``cold``, ``hot``: the wanted number is that at T = 0, or at T = inf, but for rounding, or beyond it;
  cold counts first
- ``attainable``: it is not beyond
- the target of the rule, meaningful where the root is at neither end.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from boltzmann._numerics.by_law import Maths
from boltzmann._numerics.roots.rows import Rows
from boltzmann.arrays import Array

_ROUNDING = 4.0


class Goal(NamedTuple):
    """The four numbers of a row, or arrays of them."""

    cold: Any
    hot: Any
    attainable: Any
    target: Any


def _ends(m: Maths, wanted: Array, low: Array, high: Array) -> tuple[Any, Any, Any]:
    """Return whether a wanted number is at or beyond the low end and the high end, and whether it is within both."""
    less, more = 1.0 - _ROUNDING * m.eps, 1.0 + _ROUNDING * m.eps
    return wanted <= low * more, wanted >= high * less, (wanted >= low * less) & (wanted <= high * more)


def entropy(m: Maths, s0: Array, s1: Array, n: Array, k: Array, log_n: Array, wanted: Array) -> Goal:
    """Seek an entropy in nats, from log n at T = 0 to log k at T = inf."""
    low, high = log_n, m.log(k)
    return Goal(*_ends(m, wanted, low, high), (wanted - low, high - wanted))


def fraction(m: Maths, s0: Array, s1: Array, n: Array, k: Array, log_n: Array, wanted: Array) -> Goal:
    """Seek an entropy that is a fraction of log k, of whose distance from log k no digit is lost."""
    top = m.log(k)
    cold, hot, attainable, (above, _) = entropy(m, s0, s1, n, k, log_n, wanted * top)
    return Goal(cold, hot, attainable, (above, (1.0 - wanted) * top))


def effective_actions(m: Maths, s0: Array, s1: Array, n: Array, k: Array, log_n: Array, wanted: Array) -> Goal:
    """Seek the exponential of an entropy."""
    return entropy(m, s0, s1, n, k, log_n, m.log(wanted))


def kl(m: Maths, s0: Array, s1: Array, n: Array, k: Array, log_n: Array, wanted: Array) -> Goal:
    """Seek a divergence from the prior in nats, from log k / n at T = 0 to 0 at T = inf."""
    # Where the maximisers have nearly all the prior, the logarithms of k and n cancel.
    top = m.where(s0 < n, m.log1p(s0 / m.maximum(n, m.tiny)), m.log(k) - log_n)
    hot, cold, attainable = _ends(m, wanted, 0.0 * top, top)
    # If all values are equal, every temperature gives 0, and T is inf.
    return Goal(cold & (hot ^ True), hot, attainable, (top - wanted, wanted))


def probability(m: Maths, s0: Array, s1: Array, n: Array, k: Array, log_n: Array, wanted: Array) -> Goal:
    """Seek a probability of the maximisers, from 1 at T = 0 to n / k at T = inf."""
    share, exploring = n / k, 1.0 - wanted
    hot, cold, attainable = _ends(m, wanted, share, 1.0 + 0.0 * share)
    # A small probability off the maximisers is compared itself: 1 less it has lost digits.
    rare = share > 0.5
    low, high, inside = _ends(m, exploring, 0.0 * share, s0 / k)
    cold, hot = m.where(rare, low, cold), m.where(rare, high, hot)
    attainable = m.where(rare, inside, attainable)
    return Goal(cold, hot, attainable, m.log(m.maximum(exploring, m.tiny) / m.maximum(wanted, m.tiny)))


def loss_of_mellowmax(m: Maths, rows: Rows, omega: Array) -> Any:
    """Return max Q - log(mean of exp(omega Q)) / omega in units of the range, from omega in these units."""
    xp, exponents = rows.xp, rows.d * rows.spread(-omega)
    share = rows.share * rows.spread(1.0 / rows.k)
    excess = rows.total(share * xp.expm1(exponents))
    small = excess > -0.5
    mean = rows.total(share * xp.exp(exponents))
    log_mean = m.where(small, m.log1p(m.where(small, excess, 0.0)), m.log(m.maximum(mean, m.tiny)))
    return -log_mean / m.maximum(omega, m.tiny)


def loss(m: Maths, s0: Array, s1: Array, n: Array, k: Array, log_n: Array, wanted: Array) -> Goal:
    """Seek a loss in units of the range, from 0 at T = 0 to the mean of d at T = inf."""
    mean = s1 / k
    cold, hot, attainable = _ends(m, wanted, 0.0 * mean, mean)
    rest = m.maximum(1.0 - wanted, m.tiny)
    return Goal(cold, hot, attainable, m.log(m.maximum(wanted, m.tiny) / rest))


GOALS: dict[str, Callable[..., Goal]] = {
    "entropy": entropy,
    "effective_actions": effective_actions,
    "fraction": fraction,
    "kl": kl,
    "probability": probability,
    "loss": loss,
    "mellowmax": loss,
}
RULE_OF = {
    **dict.fromkeys(("entropy", "effective_actions", "fraction", "kl"), "entropy"),
    **dict.fromkeys(("loss", "mellowmax"), "loss"),
    "probability": "probability",
}
"""The rule of ``moves`` that each quantity is found by."""
