"""What the batched environments have in common: seeding from a list, and checks of what comes in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Seed = int | Sequence[int] | None


def generator_from(seed: int | Sequence[int], num_envs: int) -> np.random.Generator:
    """Make the one generator of a batch, from one seed or from a list with a seed for each environment."""
    wanted = f"seed must be a whole number of at least 0 or a list of num_envs={num_envs} of them"
    many = isinstance(seed, list | tuple | np.ndarray)
    if many and len(seed) != num_envs:  # type: ignore[arg-type]
        raise ValueError(f"{wanted}, got {len(seed)}")  # type: ignore[arg-type]
    for one in seed if many else [seed]:  # type: ignore[union-attr]
        if isinstance(one, bool) or not isinstance(one, int | np.integer) or one < 0:
            raise ValueError(f"{wanted}, got {one!r}")
    return np.random.default_rng(np.random.SeedSequence(seed))


def action_indices(actions: ArrayLike, num_envs: int, count: int) -> NDArray[np.int64]:
    """Check one action a row, each in [0, count)."""
    array = np.asarray(actions)
    if array.dtype.kind not in "iu" or array.shape != (num_envs,):
        raise ValueError(f"actions must be integers of shape ({num_envs},), got {array.dtype} of shape {array.shape}")
    indices = array.astype(np.int64, copy=False)
    # Read without its sign, a negative action is a huge one: one comparison serves both bounds.
    if indices.view(np.uint64).max(initial=0) >= count:
        row = int(np.argmax((indices < 0) | (indices >= count)))
        raise ValueError(f"actions must be in [0, {count}), got {indices[row]} in row {row}")
    return indices


def refuse_options(options: dict[str, Any] | None) -> None:
    """Refuse options of a reset, since none has a meaning here."""
    if options:
        raise ValueError(f"options of reset are not supported, got {sorted(options)}")


def require_whole(name: str, value: object, least: int) -> int:
    """Return ``value`` as an int of at least ``least``, or raise a ValueError that says so."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise ValueError(f"{name} must be a whole number of at least {least}, got {value!r}")
    return int(value)


def require_finite(name: str, value: object, least: float = -np.inf) -> float:
    """Return ``value`` as a finite float of at least ``least``, or raise a ValueError that says so."""
    bound = "a finite number" + (f" of at least {least:g}" if least > -np.inf else "")
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        raise ValueError(f"{name} must be {bound}, got {value!r}")
    try:
        number = float(value)
    except OverflowError:
        raise ValueError(f"{name} must be {bound}, got an integer beyond the range of floats") from None
    if not np.isfinite(number) or number < least:
        raise ValueError(f"{name} must be {bound}, got {value!r}")
    return number


def require_discount(value: object) -> float:
    """Return a discount as a float in [0, 1], or raise a ValueError that says so."""
    number = isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
    if not number or not 0 <= value <= 1:  # type: ignore[operator]
        raise ValueError(f"discount must be in [0, 1], got {value!r}")
    return float(value)  # type: ignore[arg-type]
