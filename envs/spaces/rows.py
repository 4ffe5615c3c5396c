"""The rows of a batch of single environments, and the batch whose observations are numbered in one call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from functools import partial
from typing import TYPE_CHECKING, Any

import gymnasium
import numpy as np
from gymnasium.spaces import Discrete
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from gymnasium.wrappers import DiscretizeObservation
from numpy.typing import NDArray

from envs.batched import Indices
from envs.spaces.boxes import number_bins
from envs.spaces.finite import Numbering, OutsideSpaceError, numbering_of, refuse_observation
from envs.spaces.hashing import HashObservation
from envs.spaces.observations import NumberObservation
from envs.spaces.plain_values import WriteAll, writer_of_many
from envs.spaces.stacking import NumberAll, one_by_one

Single = gymnasium.Env[Any, Any]

if TYPE_CHECKING:
    _Batch = SyncVectorEnv[Any, Any]
else:
    # Gymnasium 1.3 declares no parameters.
    _Batch = SyncVectorEnv

_CHECKING = (DiscretizeObservation, HashObservation, NumberObservation)
"""Wrappers whose numbers need no second check."""


class CheckRow(gymnasium.Wrapper[Any, Any, Any, Any]):
    """One row of a batch: it refuses numbers outside a ``Discrete`` space, and errors name the row.

    Parameters
    ----------
    env : gymnasium.Env
        The environment of the row.
    row : int
        The index of the row.
    """

    def __init__(self, env: gymnasium.Env[Any, Any], row: int) -> None:
        gymnasium.Wrapper.__init__(self, env)
        self._row = row
        unchecked = isinstance(env.observation_space, Discrete) and not isinstance(env, _CHECKING)
        numbering = numbering_of(env.observation_space) if unchecked else None
        self._count = 0 if numbering is None else numbering.size
        self._check = None if numbering is None else partial(_require_inside, env, numbering)

    def reset(self, **kwargs: Any) -> tuple[Any, dict[str, Any]]:
        """Reset the environment."""
        try:
            result = self.env.reset(**kwargs)
            self.check(result[0])
        except OutsideSpaceError as error:
            raise OutsideSpaceError(f"{error} in row {self._row}") from None
        return result

    def step(self, action: Any) -> tuple[Any, Any, bool, bool, dict[str, Any]]:
        """Take a step."""
        try:
            result = self.env.step(action)
            # Most environments return a Python integer, which is compared faster than it is checked.
            if self._check is not None and not (type(result[0]) is int and 0 <= result[0] < self._count):
                self._check(result[0])
        except OutsideSpaceError as error:
            raise OutsideSpaceError(f"{error} in row {self._row}") from None
        return result

    def check(self, observation: Any) -> None:
        """Refuse a number outside a ``Discrete`` space."""
        if self._check is not None:
            self._check(observation)


class NumberedSyncVectorEnv(_Batch):
    """Single environments stepped one after another, with all their observations of a step numbered in one call.

    It resets in the same step. Numbers, infos and errors are those of a ``SyncVectorEnv`` over the numbered
    environments, except that ``info["final_obs"]`` holds the number that every row moved to.

    Parameters
    ----------
    singles : sequence of gymnasium.Env
        The environments of the rows, their observations as they are.
    numbered : sequence of gymnasium.Env
        The same environments inside the wrappers that number their observations. Observations that one call cannot
        number go through these, row by row, such as those of which one is outside its space.
    """

    def __init__(self, singles: Sequence[Single], numbered: Sequence[Single]) -> None:
        self._checks = [CheckRow(env, row) for row, env in enumerate(numbered)]
        super().__init__([partial(_itself, env) for env in self._checks], autoreset_mode=AutoresetMode.SAME_STEP)
        self._singles, self._numbered = singles, numbered
        self._wrappers = [_wrappers(*pair) for pair in zip(singles, numbered, strict=True)]
        self._write_all: WriteAll | None = None
        self._number_all: NumberAll = one_by_one
        first = numbered[0]
        if all(env.observation_space == singles[0].observation_space for env in singles):
            if isinstance(first, HashObservation) and first is not singles[0]:
                self._write_all = writer_of_many(singles[0].observation_space)
            else:
                self._number_all = _number_all(first, first is singles[0])
        self._numbers = np.zeros(self.num_envs, dtype=np.int64)

    def reset(self, *, seed: Any = None, options: dict[str, Any] | None = None) -> tuple[Indices, dict[str, Any]]:
        """Reset all environments, or those that the boolean array ``options["reset_mask"]`` marks."""
        marked = (options or {}).get("reset_mask", True)
        numbers, info = super().reset(seed=seed, options=options)
        self._numbers = np.where(marked, numbers, self._numbers)
        return self._numbers.copy(), info

    def step(self, actions: Any) -> tuple[Indices, NDArray[Any], NDArray[Any], NDArray[Any], dict[str, Any]]:
        """Take one action in every row; rows whose episode ends start the next one."""
        rewards = np.zeros(self.num_envs)
        terminated, truncated = np.zeros((2, self.num_envs), dtype=np.bool_)
        observations: list[Any] = [None] * self.num_envs
        last: dict[int, Any] = {}
        infos: dict[str, Any] = {}
        row = 0
        try:
            for row, (env, action) in enumerate(zip(self._singles, actions, strict=True)):
                observation, rewards[row], ends, cut, info = env.step(action)
                terminated[row], truncated[row] = ends, cut
                if ends or cut:
                    # The environment may write the next episode's first observation over the last one.
                    last[row] = deepcopy(observation)
                    infos = self._add_info(infos, {"final_info": info}, row)
                    observation, info = env.reset()
                observations[row] = observation
                if info:
                    infos = self._add_info(infos, info, row)
        except OutsideSpaceError as error:
            raise OutsideSpaceError(f"{error} in row {row}") from None
        # The last observations come first: the rows that meet theirs number them before those of the next episodes.
        numbers = self._numbers_of([*last.values(), *observations], [*last, *range(self.num_envs)])
        self._numbers = numbers[len(last) :]
        if last:
            infos["final_obs"], infos["_final_obs"] = self._numbers.copy(), terminated | truncated
            infos["final_obs"][[*last]] = numbers[: len(last)]
        return self._numbers.copy(), rewards, terminated, truncated, infos

    def _numbers_of(self, observations: Sequence[Any], rows: Sequence[int]) -> Indices:
        if self._write_all is not None:
            plain = self._write_all(observations)
            if plain is not None:
                return _each(rows, zip(plain, observations, strict=True), self._number_of_plain)
        numbers = self._number_all(observations)
        return _each(rows, ((each,) for each in observations), self._number_of) if numbers is None else numbers

    def _number_of_plain(self, row: int, plain: Any, observation: Any) -> Any:
        wrapper: Any = self._numbered[row]
        return wrapper.number_of_plain(plain, observation)

    def _number_of(self, row: int, observation: Any) -> Any:
        for wrapper in self._wrappers[row]:
            observation = wrapper.observation(observation)
        self._checks[row].check(observation)
        return observation


def _itself(env: CheckRow) -> CheckRow:
    return env


def _wrappers(single: Single, numbered: Single) -> list[Any]:
    """Return the wrappers about a single environment, the inner one first."""
    wrappers: list[Any] = []
    while numbered is not single:
        assert isinstance(numbered, gymnasium.Wrapper)
        wrappers.insert(0, numbered)
        numbered = numbered.env
    return wrappers


def _number_all(numbered: Single, is_single: bool) -> NumberAll:
    """Return the function that numbers many observations as a numbered environment, or the single one, does."""
    if not is_single:
        if isinstance(numbered, DiscretizeObservation):
            return number_bins(numbered)
        if isinstance(numbered, NumberObservation):
            return numbered.number_all
    numbering = numbering_of(numbered.observation_space)
    return one_by_one if numbering is None or not is_single else numbering.number_all


def _each(rows: Iterable[int], arguments: Iterable[Any], number: Callable[..., Any]) -> Indices:
    """Return the numbers of observations, found one by one; errors name the row."""
    row, numbers = 0, []
    try:
        for row, those in zip(rows, arguments, strict=True):
            numbers.append(number(row, *those))
    except OutsideSpaceError as error:
        raise OutsideSpaceError(f"{error} in row {row}") from None
    return np.array(numbers, dtype=np.int64)


def _require_inside(env: gymnasium.Env[Any, Any], numbering: Numbering, observation: Any) -> None:
    try:
        numbering.number(observation)
    except OutsideSpaceError:
        refuse_observation(env, observation)
