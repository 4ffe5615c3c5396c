"""What a tree and buckets have in common: single values, and draws without replacement."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from boltzmann import checks
from boltzmann.gibbs import Gibbs
from boltzmann.large.updatable.action_arguments import checked_actions, checked_value, checked_values

Floats = NDArray[np.float64]
Actions = NDArray[np.int64]


class UpdatableValues(ABC):
    """K values, each of which may change.

    ``_set`` and ``_set_all`` change values in ``_arrays``; where they return True, everything has to be made anew.
    """

    _values: Floats
    _compiled: bool
    _arrays: tuple[Any, ...]
    _set: Callable[..., Any]
    _set_all: Callable[..., Any]

    def __len__(self) -> int:
        """Return the number of actions, K."""
        return len(self._values)

    def __getitem__(self, action: int) -> float:
        """Return the value of an action."""
        return float(self._values[checked_actions("action", action, len(self))])

    def __setitem__(self, action: int, value: float) -> None:
        """Change the value of an action, to one in [-inf, inf)."""
        if type(action) is not int or not 0 <= action < len(self._values):
            action = int(checked_actions("action", action, len(self)))
        if type(value) is not float or not value < math.inf:
            value = checked_value(value)
        if self._set(*self._arrays, action, value):
            self._rebuild()

    def update(self, actions: ArrayLike, values: ArrayLike) -> None:
        """Change the values of actions, shape (n,), to others of that shape; of repeated actions the last one counts.

        Raises
        ------
        ValueError, TypeError
            For an action outside [0, K), a value of NaN or inf, or other shapes; nothing is changed then.
        """
        places = np.atleast_1d(checked_actions("actions", actions, len(self)))
        news = np.broadcast_to(checked_values(np.atleast_1d(values), count=None), places.shape)
        # Plain Python reads numbers of its own faster, and these warn of no overflow.
        both: Any = (places, np.ascontiguousarray(news)) if self._compiled else (places.tolist(), news.tolist())
        if self._set_all(*self._arrays, *both):
            self._rebuild()

    @property
    def values(self) -> Floats:
        """The values, shape (K,), which cannot be written to: a view that shows later changes."""
        view = self._values.view()
        view.flags.writeable = False
        return view

    @property
    @abstractmethod
    def maximum(self) -> float:
        """The largest value."""

    @abstractmethod
    def sample(self, rng: np.random.Generator, shape: int | tuple[int, ...] = ()) -> Any:
        """Draw actions, an integer or an array of the shape."""

    def sample_without_replacement(self, rng: np.random.Generator, k: int) -> Actions:
        """Draw k different actions one after the other, shape (k,), each from those that are left.

        Each drawn action is taken out, and all are put back at the end: k draws and 2 k updates.

        Raises
        ------
        ValueError, TypeError
            For k below 0, or above the number of allowed actions.
        """
        k = checks.whole_number("k", k, least=0)
        drawn, values = np.empty(k, dtype=np.int64), np.empty(k)
        count = 0
        try:
            for count in range(k):
                if not self._any_allowed():
                    raise ValueError(f"k must be at most the number of allowed actions, {count}, got {k}")
                drawn[count] = self.sample(rng)
                values[count] = self._values[drawn[count]]
                self[int(drawn[count])] = -np.inf
                count += 1
        finally:
            self.update(drawn[:count], values[:count])
        return drawn

    def _require_allowed(self) -> None:
        if not self._any_allowed():
            # The error that the distribution has.
            Gibbs(self._values[:1])

    @abstractmethod
    def _any_allowed(self) -> bool: ...

    @abstractmethod
    def _rebuild(self) -> None: ...
