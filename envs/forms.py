"""The batched forms of an environment: its own, a table, or single environments stepped one after another."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import gymnasium
from gymnasium.envs.registration import EnvSpec, load_env_creator
from gymnasium.vector import AutoresetMode, SyncVectorEnv, VectorEnv
from gymnasium.wrappers import DiscretizeObservation

from envs import batched
from envs._specs import make_single
from envs.physics import MotionVectorEnv, motion_of
from envs.problems import blackjack_table
from envs.spaces import (
    CheckRow,
    HashObservation,
    NumberedSyncVectorEnv,
    is_finite,
    is_table_index,
    number_actions,
    number_observations,
)
from envs.tables import Table, TableEnv, TabularVectorEnv, compile_table

Single = gymnasium.Env[Any, Any]

_HOW = ("number", "hash", "raw")
_MAX_STATES = 10_000
_MOST_BINS = 2**12
"""The most bins of all numbers of a box whose thresholds are found."""


@dataclass(frozen=True)
class Observing:
    """How observations become rows of a table: numbered ahead, numbered as they are met, or not at all.

    The attributes are the arguments of :func:`envs.make`.
    """

    how: str
    bins: int | Sequence[int] | None = None
    bounds: Sequence[Any] | None = None
    max_states: int | None = None

    def __post_init__(self) -> None:
        if self.how not in _HOW:
            raise ValueError(f"observe must be one of {', '.join(_HOW)}, got {batched.shown(self.how)}")
        for name, how in (("bins", "number"), ("bounds", "number"), ("max_states", "hash")):
            value = getattr(self, name)
            if value is not None and self.how != how:
                raise ValueError(f"{name} needs observe={how!r}, got {batched.shown(value)} with observe={self.how!r}")

    @property
    def needs_single(self) -> bool:
        """Return whether single environments alone can be observed so. They refuse bins where there is no box."""
        return self.how == "hash" or self.bins is not None or self.bounds is not None

    def serves(self, form: VectorEnv[Any, Any, Any]) -> bool:
        """Return whether the spaces of an environment's own batched form are as they have to be."""
        actions, observations = form.single_action_space, form.single_observation_space
        if self.how == "raw":
            return is_table_index(actions) or not is_finite(actions)
        return is_table_index(actions) and is_table_index(observations)

    def with_actions(self, env: Single) -> Single:
        """Wrap a single environment so that its actions are numbered."""
        if is_finite(env.action_space):
            return number_actions(env)
        if self.how == "raw":
            return env
        raise ValueError(
            f"actions of {batched.name_of(env)} must be of a finite space for a table of values, got "
            f"{batched.shown(env.action_space)}: register an environment that wraps it in "
            "gymnasium.wrappers.DiscretizeAction, or let observe='raw' leave all to an agent of your own"
        )

    def with_observations(self, env: Single) -> Single:
        """Wrap a single environment so that its observations are numbered in this way."""
        match self.how:
            case "raw":
                return env
            case "hash":
                return HashObservation(env, _MAX_STATES if self.max_states is None else self.max_states)
        return number_observations(env, self.bins, self.bounds)


def vector_form(spec: EnvSpec, num_envs: int, kwargs: dict[str, Any]) -> VectorEnv[Any, Any, Any] | None:
    """Make the environment by its vector entry point; None if there is none that fits."""
    limit = kwargs.get("max_episode_steps", spec.max_episode_steps)
    # Gymnasium passes the time limit to a vector entry point only if the spec has a limit.
    fits = limit == spec.max_episode_steps or (spec.max_episode_steps is not None and limit not in (None, -1))
    if spec.vector_entry_point is None or spec.additional_wrappers or not fits:
        return None
    env = gymnasium.make_vec(spec, num_envs, vectorization_mode="vector_entry_point", **kwargs)
    if env.metadata.get("autoreset_mode") == AutoresetMode.SAME_STEP:
        arguments = {name: value for name, value in {**spec.kwargs, **kwargs}.items() if name != "max_episode_steps"}
        env.spec = dataclasses.replace(spec, kwargs=copy.deepcopy(arguments), max_episode_steps=limit)
        return env
    env.close()
    return None


def is_blackjack(spec: EnvSpec) -> bool:
    """Return whether an environment is Gymnasium's Blackjack."""
    return spec.entry_point == "gymnasium.envs.toy_text.blackjack:BlackjackEnv"


def renders_or_wraps(spec: EnvSpec, kwargs: dict[str, Any]) -> bool:
    """Return whether the environment draws pictures, or the spec adds wrappers."""
    return bool(spec.additional_wrappers) or {**spec.kwargs, **kwargs}.get("render_mode") is not None


def has_table(spec: EnvSpec, kwargs: dict[str, Any]) -> bool:
    """Return whether a table replaces the environment completely: one of ours, or a toy-text one of Gymnasium."""
    if _is_table(spec):
        return not renders_or_wraps(spec, kwargs)
    return (
        str(spec.entry_point).startswith("gymnasium.envs.toy_text")
        and not is_blackjack(spec)
        and not renders_or_wraps(spec, kwargs)
        # Taxi's fickle passenger changes the destination in step(); P does not contain that.
        and not {**spec.kwargs, **kwargs}.get("fickle_passenger", False)
    )


def _is_table(spec: EnvSpec) -> bool:
    creator = load_env_creator(spec.entry_point) if isinstance(spec.entry_point, str) else spec.entry_point
    return isinstance(creator, type) and issubclass(creator, TableEnv)


def tabular(
    spec: EnvSpec, num_envs: int, discount: float | None, kwargs: dict[str, Any], observing: Observing
) -> TabularVectorEnv:
    """Step the table of an environment that :func:`has_table`; raw observations are the boards of its states."""
    env = gymnasium.make(spec, **kwargs)
    table = compile_table(env)
    env.close()
    return _stepped(table, env, num_envs, discount, boards=observing.how == "raw" and table.boards is not None)


def blackjack(spec: EnvSpec, num_envs: int, discount: float | None, kwargs: dict[str, Any]) -> TabularVectorEnv:
    """Step the table of Blackjack."""
    env = gymnasium.make(spec, **kwargs)
    rules: Any = env.unwrapped
    env.close()
    return _stepped(blackjack_table(natural=rules.natural, sab=rules.sab), env, num_envs, discount)


def motion(spec: EnvSpec, num_envs: int, observing: Observing, kwargs: dict[str, Any]) -> MotionVectorEnv | None:
    """Step the law of CartPole, MountainCar or Acrobot on arrays; None for another environment."""
    if not _is_classic(spec) or observing.how != "number" or renders_or_wraps(spec, kwargs):
        return None
    single = gymnasium.make(spec, **kwargs)
    law = motion_of(single)
    if law is None:
        return None
    numbered = observing.with_observations(observing.with_actions(single))
    assert isinstance(numbered, DiscretizeObservation)
    return MotionVectorEnv(numbered, law, num_envs) if sum(numbered.bins) <= _MOST_BINS else None


def _is_classic(spec: EnvSpec) -> bool:
    return str(spec.entry_point).startswith("gymnasium.envs.classic_control")


def _stepped(
    table: Table, single: gymnasium.Env[Any, Any], num_envs: int, discount: float | None, *, boards: bool = False
) -> TabularVectorEnv:
    """Step the table of a single environment, with the time limit of that environment."""
    # The argument -1 means no limit; the spec of the environment says None then.
    limit = None if single.spec is None else single.spec.max_episode_steps
    env = TabularVectorEnv(table, num_envs, max_episode_steps=limit, discount=discount, boards=boards)
    env.spec = single.spec
    return env


def synchronous(spec: EnvSpec, num_envs: int, kwargs: dict[str, Any], observing: Observing) -> SyncVectorEnv[Any, Any]:
    """Step single environments one after another, with numbered actions, observed in this way."""
    singles = [observing.with_actions(make_single(spec, kwargs)) for _ in range(num_envs)]
    numbered = [observing.with_observations(single) for single in singles]
    if observing.how == "raw":
        rows = [partial(CheckRow, single, row) for row, single in enumerate(singles)]
        env = SyncVectorEnv(rows, autoreset_mode=AutoresetMode.SAME_STEP)
    else:
        env = NumberedSyncVectorEnv(singles, numbered)
    # The spec of a single environment contains the time limit and the wrappers.
    env.spec = numbered[0].spec
    return env
