"""Shared by all environments: the batched form, names for kinds of arrays, and one wording of errors."""

from __future__ import annotations

import functools
import math
import re
import reprlib
from collections.abc import Callable, Sequence
from typing import Any, ParamSpec, TypeVar

import numpy as np
from gymnasium import Space
from gymnasium.spaces import Discrete
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Mask = NDArray[np.bool_]
Seed = int | Sequence[int] | None
_Parameters = ParamSpec("_Parameters")
_Made = TypeVar("_Made")

_HINTS = {
    **dict.fromkeys(("seed", "seeds", "rng", "random_state"), "reset(seed=...) takes it"),
    **dict.fromkeys(("gamma", "discount_factor"), "did you mean discount=?"),
    **dict.fromkeys(("n", "n_envs", "replicates", "num_replicates"), "did you mean num_envs=?"),
    **dict.fromkeys(("horizon", "time_limit", "max_steps"), "did you mean max_episode_steps=?"),
    **dict.fromkeys(("n_bins", "num_bins"), "did you mean bins=?"),
}
"""What people may mean by a keyword that an environment does not take."""

MOST_ENTRIES = MOST_COPIES = 2**24
"""Entries of the largest table, each some 50 bytes while the table is made, and copies of the largest batch."""
_MOST_COUNT = 2**62
_MOST_SHOWN, _MOST_BITS = 200, 600
_PARTS = reprlib.Repr()
_PARTS.maxlist = _PARTS.maxtuple = 50
_PARTS.maxstring = _PARTS.maxother = _MOST_SHOWN


def shown(value: object) -> str:
    """Return a value as error messages quote it: at most 200 characters, and a huge number by its size.

    Examples
    --------
    >>> shown([1, "a"]), len(shown(["S"] * 1000))
    ("[1, 'a']", 200)
    """
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        return f"a whole number of {value.bit_length()} bits"
    text = " ".join(_PARTS.repr(value).split())
    return text if len(text) <= _MOST_SHOWN else text[: _MOST_SHOWN - 3] + "..."


class SameStepVectorEnv(VectorEnv[Any, ArrayLike, NDArray[Any]]):
    """Shared by the batched environments: many copies of one problem, one generator, and autoreset in the same step.

    Parameters
    ----------
    num_envs : int
        Number of copies, from 1 to 2^24.
    observation_space, action_space : gymnasium.Space
        The spaces of a single copy; actions are ``Discrete``.
    """

    metadata: dict[str, Any] = {"autoreset_mode": AutoresetMode.SAME_STEP, "render_modes": []}  # noqa: RUF012

    def __init__(self, num_envs: int, observation_space: Space[Any], action_space: Discrete) -> None:
        self.num_envs = whole_number("num_envs", num_envs, 1, MOST_COPIES)
        self.single_observation_space, self.single_action_space = observation_space, action_space
        self.observation_space = batch_space(observation_space, self.num_envs)
        self.action_space = batch_space(action_space, self.num_envs)
        self._listed: tuple[np.random.Generator, tuple[int, ...]] | None = None

    @property
    def np_random_seed(self) -> Any:
        """The seed that the generator was made from, a tuple for a list of seeds; -1 if it is unknown."""
        if self._listed is not None and self._listed[0] is self.np_random:
            return self._listed[1]
        return super().np_random_seed

    def _seed(self, seed: Seed) -> None:
        """Make the one generator of the batch, from one seed or from a list with a seed for each copy."""
        if seed is None:
            return
        seeds = checked_seeds(seed, self.num_envs)
        if isinstance(seed, int | np.integer):
            super().reset(seed=seeds[0])
        else:
            words: Any = np.array(seeds, np.uint32) if max(seeds) < 2**32 else seeds  # NumPy reads a list slowly.
            self.np_random = np.random.default_rng(np.random.SeedSequence(words))
            self._listed = self.np_random, tuple(seeds)


def with_marks(told: dict[str, NDArray[Any]], rows: Mask | None = None) -> dict[str, NDArray[Any]]:
    """Add an array ``_key`` for each array of an info: it marks the ``rows`` that told theirs, the others hold 0.

    Gymnasium's own vector environments return their infos in this form. By default every row told its own.
    """
    info = {}
    for key, values in told.items():
        info[key], info[f"_{key}"] = values, ~np.zeros(len(values), np.bool_) if rows is None else rows.copy()
        if rows is not None:
            info[key] = np.zeros(values.shape, dtype=values.dtype)
            info[key][rows] = values[rows]
    return info


def rows_to_reset(options: dict[str, Any] | None, num_envs: int) -> Mask | None:
    """Return the rows that ``options["reset_mask"]`` marks, None without it; other options are refused."""
    refuse_options({name: value for name, value in (options or {}).items() if name != "reset_mask"})
    if not options:
        return None
    rows = _plain("reset_mask", options["reset_mask"])
    if rows.dtype != np.bool_ or rows.shape != (num_envs,) or not rows.any():
        raise ValueError(
            f"reset_mask must be booleans of shape ({num_envs},), one of them True, got {options['reset_mask']!r}"
        )
    return rows


def checked_seeds(seed: int | Sequence[int], num_envs: int) -> list[int]:
    """Return a seed, or a seed for each copy, as a list of integers."""
    bound = f"seed must be a whole number of at least 0 or a list of num_envs={num_envs} of them"
    listed = isinstance(seed, list | tuple | np.ndarray)
    seeds: list[Any] = list(seed) if listed else [seed]  # type: ignore[arg-type]
    if listed and len(seeds) != num_envs:
        raise ValueError(f"{bound}, got {len(seeds)}")
    for number in seeds:
        if isinstance(number, bool) or not isinstance(number, int | np.integer) or number < 0:
            raise ValueError(f"{bound}, got {shown(number)}")
    return [int(number) for number in seeds]


def mask_array(name: str, value: ArrayLike) -> Mask:
    """Make a boolean array of a mask, whose numbers must be 0 or 1."""
    array = _plain(name, value)
    if array.dtype == np.bool_:
        return array
    if array.dtype.kind not in "iuf":
        raise ValueError(f"{name} must be boolean, or 0 and 1, got {array.dtype}")
    odd = (array != 0) & (array != 1)
    if odd.any():
        index = tuple(int(i) for i in np.argwhere(odd)[0])
        raise ValueError(f"{name} must be boolean, or 0 and 1, got {array[index]} at {index}")
    return np.asarray(array == 1)


def _plain(name: str, value: ArrayLike) -> NDArray[Any]:
    if isinstance(value, np.ma.MaskedArray):
        raise ValueError(f"{name} must not be a masked array: its mask would be lost")
    return np.asarray(value)


def action_indices(actions: ArrayLike, num_envs: int, count: int) -> Indices:
    """Check one action a row, each in [0, count)."""
    array = _plain("actions", actions)
    if array.dtype.kind not in "iu" or array.shape != (num_envs,):
        raise ValueError(f"actions must be integers of shape ({num_envs},), got {array.dtype} of shape {array.shape}")
    indices = array.astype(np.int64, copy=False)
    # As an unsigned integer a negative action is very large, so one comparison serves both bounds.
    unsigned = indices.view(np.uint64)
    if num_envs and unsigned.item(unsigned.argmax()) >= count:
        row = int(np.argmax((indices < 0) | (indices >= count)))
        raise ValueError(f"actions must be in [0, {count}), got {indices[row]} in row {row}")
    return indices


def with_hints(make: Callable[_Parameters, _Made]) -> Callable[_Parameters, _Made]:
    """Let a function that passes keywords on refuse an unknown one with a hint, if people know it by another name."""

    @functools.wraps(make)
    def call(*args: _Parameters.args, **kwargs: _Parameters.kwargs) -> _Made:
        try:
            return make(*args, **kwargs)
        except TypeError as error:
            unknown = re.search(r"unexpected keyword argument '(\w+)'", str(error))
            hint = None if unknown is None else _HINTS.get(unknown[1])
            if hint is None or unknown is None or unknown[1] not in kwargs:
                raise
            raise TypeError(f"{make.__name__}() got an unexpected keyword argument {unknown[1]!r}: {hint}") from error

    return call


def refuse_options(options: dict[str, Any] | None) -> None:
    """Refuse options of a reset, since none has a meaning here."""
    if options:
        raise ValueError(f"options of reset are not supported, got {sorted(options)}")


def whole_number(name: str, value: object, least: int, most: int = _MOST_COUNT) -> int:
    """Return ``value`` as an int in [least, most], a power of 2, or raise a ValueError that names value and bound."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise ValueError(f"{name} must be a whole number of at least {least}, got {shown(value)}")
    if value > most:
        raise ValueError(f"{name} must be at most 2^{most.bit_length() - 1}, got {shown(value)}")
    return int(value)


def require_entries(name: str, sizes: Sequence[int]) -> None:
    """Refuse an array of more than ``MOST_ENTRIES`` entries, before it is made.

    Examples
    --------
    >>> require_entries("states x actions", (10**12, 2))
    Traceback (most recent call last):
        ...
    ValueError: states x actions must be at most 2^24 entries, got 1000000000000 x 2
    """
    if math.prod(sizes) > MOST_ENTRIES:
        raise ValueError(f"{name} must be at most 2^24 entries, got {' x '.join(map(str, sizes))}")


def number_in(name: str, value: object, interval: str) -> float:
    """Return ``value`` as a float in an interval such as "[0, inf)", or raise a ValueError that names both."""
    bound = f"{name} must be in {interval}"
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        raise ValueError(f"{bound}, got {shown(value)}")
    try:
        number = float(value)
    except OverflowError:
        raise ValueError(f"{bound}, got an integer beyond the range of floats") from None
    if not _inside(np.float64(number), interval):
        raise ValueError(f"{bound}, got {shown(value)}")
    return number


def require_numbers_in(name: str, numbers: NDArray[Any], interval: str) -> None:
    """Raise a ValueError that names the first entry of an array outside an interval, and its index."""
    inside = np.asarray(_inside(numbers, interval))
    if not inside.all():
        index = tuple(int(i) for i in np.argwhere(~inside)[0])
        raise ValueError(f"{name} must be in {interval}, got {numbers[index]} at {index}")


def _inside(numbers: NDArray[Any] | np.float64, interval: str) -> Any:
    """Return where numbers are in an interval; NaN is in none."""
    least, most = (float(end) for end in interval[1:-1].split(","))
    above = np.greater_equal if interval[0] == "[" else np.greater
    below = np.less_equal if interval[-1] == "]" else np.less
    return above(numbers, least) & below(numbers, most)


def name_of(env: Any) -> str:
    """Return the id of an environment, or the name of its class if it has none."""
    return env.spec.id if env.spec is not None else type(env.unwrapped).__name__
