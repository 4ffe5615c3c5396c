"""Probabilities as bars."""

from __future__ import annotations

from collections.abc import Sequence

from boltzmann.pictures.frame import safe

MOST_ROWS = 4
"""Rows that are drawn; more are counted."""
MOST_ACTIONS = 40
"""Actions of a row that are drawn; of more actions the most probable ones."""

_HEIGHT, _LEFT = 52, 40
_BAR = "#4c86c6"


Bar = tuple[int, float | None]
"""An action and its probability, None where the action is masked."""


def bars(rows: Sequence[Sequence[Bar]], captions: Sequence[str], *, count: int, top: float | None = None) -> str:
    """Return a drawing for each row, with its caption above it; all rows have one scale.

    Parameters
    ----------
    rows : sequence of sequences of (int, float or None)
        The drawn actions of each row with their probabilities in [0, 1]; NaN is drawn as an empty place, None, for a
        masked action, as a cross.
    captions : sequence of str
        A caption for each row.
    count : int
        The number of actions of each row, drawn or not.
    top : float, optional
        The upper end of the scale, by default the largest probability.

    Returns
    -------
    str
        HTML in which each bar tells its action and probability under the pointer.

    Examples
    --------
    >>> bars([[(0, 0.25), (1, 0.75)]], ["T = 1"], count=2).count("<rect")
    2
    >>> "the 2 most probable of 50 actions, by index" in bars([[(3, 0.5), (7, 0.5)]], [""], count=50)
    True
    >>> "action 1: masked" in bars([[(0, 1.0), (1, None)]], [""], count=2)
    True
    """
    if top is None:
        known = (probability for row in rows for _, probability in row if probability is not None)
        top = max((probability for probability in known if probability == probability), default=0.0)
    drawn = []
    for row, caption in zip(rows, captions, strict=True):
        hidden = f"; the {len(row)} most probable of {count} actions, by index" if count > len(row) else ""
        drawn.append(f'<div style="margin-top:4px">{safe(caption + hidden)}</div>{_bars_of_row(row, top or 1.0)}')
    return "".join(drawn)


def _bars_of_row(row: Sequence[Bar], top: float) -> str:
    """Return the bars of a row; the height of ``top`` is written beside them."""
    step = max(12, min(44, 480 // max(len(row), 1)))
    parts = [f'<text x="{_LEFT - 6}" y="11" text-anchor="end">{top:.2g}</text>']
    # A number has some 7 points a digit, and is written where it fits.
    apart = -(-7 * len(str(max((action for action, _ in row), default=0))) // step)
    for place, (action, probability) in enumerate(row):
        x = _LEFT + place * step
        if probability is None:
            parts.append(
                f'<text x="{x + step / 2}" y="{_HEIGHT}" text-anchor="middle" opacity="0.6">\u00d7'
                f"<title>action {action}: masked</title></text>"
            )
        else:
            height = _HEIGHT * probability / top if probability == probability else 0.0
            parts.append(
                f'<rect x="{x + 2}" y="{_HEIGHT + 2 - height:.2f}" width="{step - 4}" height="{height:.2f}" '
                f'fill="{_BAR}"><title>action {action}: {probability:.6g}</title></rect>'
            )
        if place % (1 if step >= 18 and apart == 1 else max(apart, 5)) == 0:
            parts.append(f'<text x="{x + step / 2}" y="{_HEIGHT + 15}" text-anchor="middle">{action}</text>')
    width = _LEFT + len(row) * step
    return (
        f'<svg role="img" aria-label="probabilities of {len(row)} actions" width="{width}" height="{_HEIGHT + 18}" '
        f'viewBox="0 0 {width} {_HEIGHT + 18}" style="max-width:100%" font-size="10" fill="currentColor">'
        f'{"".join(parts)}<path d="M{_LEFT} {_HEIGHT + 2.5}H{width}" stroke="currentColor" opacity="0.4"/></svg>'
    )
