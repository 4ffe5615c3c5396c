"""What a leaderboard says, in a sentence; and how many digits its numbers are worth."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["answers", "decimals"]

_NAMED = 3


def answers(board: pd.DataFrame, confidence: float = 0.95) -> dict[str, str]:
    """Say for each task of a leaderboard who is best and who cannot be told from it.

    Parameters
    ----------
    board : pandas.DataFrame
        As ``leaderboard`` gives it.
    confidence : float
        The one that it was made with.

    Returns
    -------
    dict of str to str
        A sentence for each task, in the order of the board.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = {"task": "lake", "agent": ["A", "B", "C"], "replicates": 200, "tied": [False, True, False]}
    >>> board = pd.DataFrame(rows)
    >>> answers(board)["lake"]
    'A is best; B cannot be told from it at 200 replicates (95 % confidence).'
    """
    return {
        str(task): _answer(
            list(rows["agent"]), [bool(tied) for tied in rows["tied"]], list(rows["replicates"]), confidence
        )
        for task, rows in board.groupby("task", sort=False)
    }


def _answer(agents: list[str], tied: list[bool], replicates: list[int], confidence: float) -> str:
    best, count = agents[0], max(replicates)
    if count == 0:
        return "No agent has a value to be judged by."
    if len(agents) == 1:
        return f"{best} is alone: there is nothing to compare it with."
    at = f"at {count} replicate{'s' if count > 1 else ''} ({100 * confidence:g} % confidence)"
    close = [agent for agent, is_tied in zip(agents, tied, strict=True) if is_tied]
    if not close:
        return f"{best} is best, and told from {'the other' if len(agents) == 2 else 'all others'} {at}."
    if len(close) == len(agents) - 1 > 1:
        return f"{best} has the best mean, but none of the other {len(close)} can be told from it {at}."
    return f"{best} is best; {_listed(close)} cannot be told from it {at}."


def _listed(names: list[str]) -> str:
    if len(names) > _NAMED + 1:
        names = [*names[:_NAMED], f"{len(names) - _NAMED} others"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def decimals(half_width: float) -> int:
    """Give how many decimals show two digits of an interval's half-width, and so no digit that means nothing.

    Examples
    --------
    >>> decimals(0.0123), decimals(92.0), decimals(0.0)
    (3, 0, 3)
    """
    if not math.isfinite(half_width) or half_width <= 0:
        return 3
    return min(max(0, 1 - math.floor(math.log10(half_width))), 12)
