"""What a leaderboard says, in a sentence; and how many digits its numbers are worth."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


_NAMED = 3


def answers(board: pd.DataFrame, confidence: float = 0.95, sample: str = "replicate") -> dict[str, str]:
    """Say for each task of a leaderboard who is best at the end, who cannot be told from it, and who is in total.

    Parameters
    ----------
    board : pandas.DataFrame
        As ``leaderboard`` gives it.
    confidence : float
        The one that it was made with.
    sample : str
        What its numbers are counted in, as ``Plan.sample`` says.

    Returns
    -------
    dict of str to str
        One or two sentences for each task, in the order of the board.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = {"task": "lake", "agent": ["A", "B", "C"], "metric": "reward", "replicates": 200}
    >>> values = {"tied": [False, True, False], "final": [3.0, 2.0, 1.0], "cumulative": [9.0, 8.0, 7.0]}
    >>> board = pd.DataFrame({**rows, **values})
    >>> answers(board)["lake"]
    'A is best in the last tenth of the steps; B cannot be told from it at 200 replicates (95 % confidence).'
    """
    return {
        str(task): _at_the_end(rows, confidence, sample) + _in_total(rows)
        for task, rows in board.groupby("task", sort=False)
    }


def _at_the_end(rows: pd.DataFrame, confidence: float, sample: str) -> str:
    agents, count = [str(agent) for agent in rows["agent"]], int(rows["replicates"].max())
    best = f"{agents[0]} is best in the last tenth of the steps"
    if count == 0:
        return "No agent has a value in the last tenth of the steps."
    if len(agents) == 1:
        return f"{agents[0]} is alone: there is nothing to compare it with."
    if rows["final"].nunique() == 1 and rows["replicates"].min() > 0:
        return "All agents have the same mean in the last tenth of the steps: nothing tells them apart there."
    at = f"at {count} {sample}{'s' if count > 1 else ''} ({100 * confidence:g} % confidence)."
    close = [agent for agent, tied in zip(agents, rows["tied"], strict=True) if tied]
    if not close:
        return f"{best}, and told from {'the other' if len(agents) == 2 else 'all others'} {at}"
    if len(close) == len(agents) - 1 > 1:
        return f"{best} by its mean, but none of the other {len(close)} can be told from it {at}"
    return f"{best}; {_listed(close)} cannot be told from it {at}"


def _in_total(rows: pd.DataFrame) -> str:
    """Name the agent with the best total where it is another one: the end is not all that counts."""
    metric = str(rows["metric"].iloc[0])
    name, way = {"gap": ("regret", "least"), "optimal": ("optimal actions", "most")}.get(metric, ("reward", "most"))
    totals = rows["cumulative"].to_numpy()
    leader = int(totals.argmin() if metric == "gap" else totals.argmax())
    if leader == 0 or totals[leader] == totals[0]:
        return ""
    return f" Over all steps {rows['agent'].iloc[leader]} has the {way} {name}, by its mean."


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
