"""What a leaderboard says, in a sentence; and its numbers with as many digits as they are worth."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from boltzmann.experiments.metrics import BY_KEY
from boltzmann.experiments.wording import counted

if TYPE_CHECKING:
    import pandas as pd


_NAMED = 3
"""Longer lists of names are cut after so many, and the others counted."""
_LOPSIDED = 1e-6
"""An interval is not symmetric where its middle is off by more than this part of its half-width."""
_DIGITS, _USUAL_DECIMALS, _MOST_DECIMALS = 2, 3, 12
"""Digits of a half-width that are shown; decimals where it is not known, and at most."""


def answers(board: pd.DataFrame, confidence: float = 0.95, sample: str = "replicate") -> dict[str, str]:
    """Say for each task of a leaderboard who is best at the end, who is tied with it, and who is best in total.

    Parameters
    ----------
    board : pandas.DataFrame
        As ``leaderboard`` returns it.
    confidence : float
        That of the leaderboard.
    sample : str
        ``"replicate"``, or ``"block"`` where means of blocks are recorded, as ``Plan.sample`` says.

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
    >>> answers(board)["lake"].replace("of the steps", "...")
    'A is best in the last tenth ...; B does not differ significantly from it (95 % confidence, 200 replicates).'
    """
    return {
        str(task): task_answer(rows.to_dict("records"), confidence, sample)
        for task, rows in board.groupby("task", sort=False)
    }


def task_answer(rows: Sequence[Mapping[Any, Any]], confidence: float, sample: str) -> str:
    """Return the sentences of :func:`answers` on one task, from its rows of the leaderboard."""
    return f"{_at_the_end(rows, confidence, sample)} {best_in_total(rows)}".rstrip()


def task_evidence(rows: Sequence[Mapping[Any, Any]], confidence: float, sample: str) -> list[str]:
    """Return what stands below the name of the best agent: how sure it is, and who is best in total.

    Examples
    --------
    >>> row = {"metric": "reward", "replicates": 20, "tied": False, "cumulative": 5.0}
    >>> task_evidence([{**row, "agent": "A", "final": 2.0}, {**row, "agent": "B", "final": 1.0}], 0.95, "replicate")
    ['It differs significantly from the other (95 % confidence, 20 replicates).']
    """
    lone = _without_a_winner(rows)
    if lone:
        return [lone]
    joint, verdict = _verdict(rows, confidence, sample)
    # Where all are told apart, the verdict has no subject of its own.
    at_the_end = f"It {verdict}" if joint == ", and " else verdict[0].upper() + verdict[1:]
    return [text for text in (at_the_end, best_in_total(rows)) if text]


def _at_the_end(rows: Sequence[Mapping[Any, Any]], confidence: float, sample: str) -> str:
    lone = _without_a_winner(rows)
    if lone:
        return lone
    joint, verdict = _verdict(rows, confidence, sample)
    return f"{rows[0]['agent']} is best in the last tenth of the steps{joint}{verdict}"


def _without_a_winner(rows: Sequence[Mapping[Any, Any]]) -> str:
    if all(int(row["replicates"]) == 0 for row in rows):
        return "No agent has a value in the last tenth of the steps."
    if len(rows) == 1:
        return f"{rows[0]['agent']} is the only agent: there is nothing to compare it with."
    if len({row["final"] for row in rows}) == 1 and all(row["replicates"] > 0 for row in rows):
        return "All agents have the same mean in the last tenth of the steps."
    return ""


def _verdict(rows: Sequence[Mapping[Any, Any]], confidence: float, sample: str) -> tuple[str, str]:
    """Return how the best one stands to the others, and the words that lead from "is best" to it."""
    count, others = max(int(row["replicates"]) for row in rows), len(rows) - 1
    if count == 1:
        return " by its mean; ", f"one {sample} allows no test."
    support = f"({100 * confidence:g} % confidence, {counted(count, sample)})."
    tied = [str(row["agent"]) for row in rows if row["tied"]]
    if not tied:
        return ", and ", f"differs significantly from {'the other' if others == 1 else 'all others'} {support}"
    if len(tied) == others > 1:
        return " by its mean, but ", f"none of the other {len(tied)} differs significantly from it {support}"
    joint, verb = " by its mean, but " if others == 1 else "; ", "does" if len(tied) == 1 else "do"
    return joint, f"{_listed(tied)} {verb} not differ significantly from it {support}"


def best_in_total(rows: Sequence[Mapping[Any, Any]]) -> str:
    """Return a sentence that names the agent with the best total, "" where it is that of the first row.

    Examples
    --------
    >>> row = {"metric": "reward", "cumulative": 5.0}
    >>> best_in_total([{**row, "agent": "A"}, {**row, "agent": "B", "cumulative": 6.0}])
    'Over all steps, B has the best mean total reward.'
    >>> best_in_total([{**row, "agent": "A"}, {**row, "agent": "B"}])
    ''
    """
    metric = BY_KEY[str(rows[0]["metric"])]
    totals = metric.sign * np.array([row["cumulative"] for row in rows])
    leader = int(totals.argmax())
    if leader == 0 or totals[leader] == totals[0]:
        return ""
    return f"Over all steps, {rows[leader]['agent']} has the best mean {metric.total}."


def _listed(names: list[str]) -> str:
    if len(names) > _NAMED + 1:
        names = [*names[:_NAMED], f"{len(names) - _NAMED} others"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def decimals(half_width: float) -> int:
    """Return how many decimals show two digits of an interval's half-width: more digits would mean nothing.

    Examples
    --------
    >>> decimals(0.0123), decimals(92.0), decimals(0.0)
    (3, 0, 3)
    """
    if not math.isfinite(half_width) or half_width <= 0:
        return _USUAL_DECIMALS
    return min(max(0, _DIGITS - 1 - math.floor(math.log10(half_width))), _MOST_DECIMALS)


def with_half_width(mean: float, half_width: float) -> str:
    """Write a mean with half its interval, to two digits of the latter.

    Examples
    --------
    >>> with_half_width(1.23456, 0.0123), with_half_width(2.0, float("nan"))
    ('1.235 ± 0.012', '2.000')
    """
    digits = decimals(half_width)
    return f"{mean:z.{digits}f} ± {half_width:.{digits}f}" if half_width == half_width else f"{mean:z.{digits}f}"


def with_interval(mean: float, low: float, high: float) -> str:
    """Write a mean with half its interval, or with both ends where a bound of the quantity has cut one off.

    Examples
    --------
    >>> with_interval(0.5, 0.4, 0.6), with_interval(0.98, 0.94, 1.0), with_interval(-0.0001, -0.2001, 0.1999)
    ('0.50 ± 0.10', '0.980 [0.940, 1.000]', '0.00 ± 0.20')
    """
    half_width = (high - low) / 2
    if not abs(high + low - 2 * mean) > _LOPSIDED * half_width:
        return with_half_width(mean, half_width)
    digits = decimals(half_width)
    return f"{mean:z.{digits}f} [{low:z.{digits}f}, {high:z.{digits}f}]"


def with_ends(value: float, low: float, high: float) -> str:
    """Write a difference with the ends of its interval, or ``no value`` where it is not known.

    Examples
    --------
    >>> with_ends(-0.5, -0.75, -0.25), with_ends(float("nan"), 0.0, 0.0)
    ('-0.50 [-0.75, -0.25]', 'no value')
    """
    if value != value:
        return "no value"
    digits = decimals((high - low) / 2)
    ends = f" [{low:+z.{digits}f}, {high:+z.{digits}f}]" if low == low else ""
    return f"{value:+z.{digits}f}{ends}"


def with_margin(value: float, low: float, high: float) -> str:
    """Write a difference with half its interval, which a narrow column has room for.

    Examples
    --------
    >>> with_margin(-0.5, -0.75, -0.25), with_margin(0.0, float("nan"), float("nan")), with_margin(float("nan"), 0, 0)
    ('-0.50 ± 0.25', '+0.000', 'no value')
    """
    short, _, ends = with_ends(value, low, high).partition(" [")
    return f"{short} ± {(high - low) / 2:.{decimals((high - low) / 2)}f}" if ends else short


def final_text(row: Mapping[Any, Any]) -> str:
    """Write the final value of an agent with half its interval, from its row of a leaderboard."""
    return with_interval(row["final"], row["final_low"], row["final_high"]) if row["replicates"] else "no value"


def total_text(row: Mapping[Any, Any]) -> str:
    """Write the cumulative value of an agent with half its interval, from its row of a leaderboard."""
    return with_interval(row["cumulative"], row["cumulative_low"], row["cumulative_high"])


def difference_text(row: Mapping[Any, Any]) -> str:
    """Write the difference of an agent with its interval, from its row of a leaderboard."""
    return with_ends(row["difference"], row["difference_low"], row["difference_high"])
