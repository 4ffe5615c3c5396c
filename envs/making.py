"""The fastest batched form of an environment that there is."""

from __future__ import annotations

import copy
import dataclasses
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import gymnasium
from gymnasium.envs.registration import EnvSpec, load_env_creator
from gymnasium.vector import AutoresetMode, SyncVectorEnv, VectorEnv

from envs import batched
from envs._specs import find_spec
from envs.finite import is_table_index, number_observations
from envs.problems import blackjack_table
from envs.tables import Table, TableEnv, TabularVectorEnv, compile_table

TIME_LIMIT = 10_000
"""After so many steps an episode ends where the environment states no limit: an agent that runs into a wall for ever
shall get another start. Random actions take 6453 steps on average to cross CliffWalking-v1, the optimal ones 13."""

_ToOneKind = Callable[[gymnasium.Env[Any, Any]], gymnasium.Env[Any, Any]]


class TimeLimitWarning(UserWarning):
    """An environment without a time limit was given one."""


def make(
    environment: str | EnvSpec,
    num_envs: int = 1,
    *,
    discount: float | None = None,
    bins: int | Sequence[int] | None = None,
    bounds: Sequence[Any] | None = None,
    **kwargs: Any,
) -> VectorEnv[Any, Any, Any]:
    """Make a batched environment with autoreset in the same step, its observations numbered for a table of values.

    In this order: the environment's own vector entry point, where it resets in the same step and has such
    observations; a table, for a :class:`envs.TableEnv` and for Gymnasium's toy-text environments;
    :class:`gymnasium.vector.SyncVectorEnv` over single environments, whose observations ``envs.number_observations``
    numbers: finite spaces are flattened, boxes cut into bins, anything else stays as it is. :func:`make_raw` leaves all
    observations as they are.

    Parameters
    ----------
    environment : str or gymnasium.envs.registration.EnvSpec
        A registered id, such as ``"FrozenLake-v1"`` or ``"package.module:Id-v0"``, or a spec.
    num_envs : int
        How many replicates, at least 1.
    discount : float, optional
        In [0, 1]: the discount of the gaps that a table reports. Without it a table reports none.
    bins : int or sequence of int, optional
        Into how many bins each number of a box is cut; by default as many as give at most 10 000 states, at most 20.
    bounds : sequence of (low, high), optional
        Between which the bins lie, a pair or None for each number of a box; by default the space's own bounds, and
        without bounds the whole line by its arc tangent. See ``envs.BoundObservation``.
    **kwargs
        Passed to the environment; ``max_episode_steps`` sets its time limit, -1 leaves it without one.

    Raises
    ------
    ValueError
        For ``num_envs``, a discount, bins, bounds or a time limit that are out of bounds or do not fit.
    gymnasium.error.Error
        For an unknown id.

    Warns
    -----
    TimeLimitWarning
        Where episodes might last for ever, as on CliffWalking: they end after ``TIME_LIMIT`` steps then. An own vector
        entry point keeps its own rules (bandits never end), and a hand of Blackjack ends by itself.

    Examples
    --------
    >>> make("FrozenLake-v1", 100, map_name="8x8")
    TabularVectorEnv(FrozenLake-v1, num_envs=100)
    >>> make("boltzmann/GaussianBandit-v0", 2000, arms=50).single_action_space
    Discrete(50)
    >>> make("CartPole-v1", 2)
    SyncVectorEnv(CartPole-v1, num_envs=2)
    >>> make("CartPole-v1", 2, bins=(1, 1, 6, 12)).single_observation_space
    Discrete(72)
    """
    num_envs, spec = batched.require_whole("num_envs", num_envs, least=1), _checked(environment, discount, kwargs)
    # Bins and bounds are for boxes, which no table and no fit own form observes: the slow road refuses them.
    if bins is None and bounds is None:
        form = _own_form(spec, num_envs, kwargs)
        if form is not None and is_table_index(form.single_observation_space):
            return form
        if form is not None:
            form.close()
        if _is_blackjack(spec) and not _draws_or_wraps(spec, kwargs):
            return _blackjack(spec, num_envs, discount, kwargs)
        if _has_table(spec, kwargs):
            return _tabular(spec, num_envs, discount, _with_time_limit(spec, kwargs))
    kwargs = _with_time_limit(spec, kwargs)
    return _synchronous(spec, num_envs, kwargs, lambda one: number_observations(one, bins, bounds))


def make_raw(
    environment: str | EnvSpec, num_envs: int = 1, *, discount: float | None = None, **kwargs: Any
) -> VectorEnv[Any, Any, Any]:
    """Make a batched environment as :func:`make` does, but with its observations as they are.

    For agents that do without a table. Parameters, errors and warnings are those of :func:`make`.

    Examples
    --------
    >>> make_raw("CartPole-v1", 2).single_observation_space.shape
    (4,)
    """
    num_envs, spec = batched.require_whole("num_envs", num_envs, least=1), _checked(environment, discount, kwargs)
    form = _own_form(spec, num_envs, kwargs)
    if form is not None:
        return form
    kwargs = _with_time_limit(spec, kwargs)
    if _has_table(spec, kwargs):
        return _tabular(spec, num_envs, discount, kwargs)
    return _synchronous(spec, num_envs, kwargs, lambda one: one)


def _checked(environment: str | EnvSpec, discount: float | None, kwargs: dict[str, Any]) -> EnvSpec:
    """Find the spec, and check what the keyword arguments say."""
    if discount is not None:
        batched.require_discount(discount)
    limit = kwargs.get("max_episode_steps", -1)
    if limit != -1:
        batched.require_whole("max_episode_steps", limit, least=1)
    spec = environment if isinstance(environment, EnvSpec) else find_spec(environment)
    arguments = {**spec.kwargs, **kwargs}
    if arguments.get("map_name", "") is None and arguments.get("desc") is None:
        raise ValueError("map_name must not be None without a desc: Gymnasium would draw a map from no seed")
    return spec


def _own_form(spec: EnvSpec, num_envs: int, kwargs: dict[str, Any]) -> VectorEnv[Any, Any, Any] | None:
    limit = kwargs.get("max_episode_steps", spec.max_episode_steps)
    # Gymnasium hands the time limit to an own form where the spec has one; else there is no such parameter.
    fits = limit == spec.max_episode_steps or (spec.max_episode_steps is not None and limit not in (None, -1))
    if spec.vector_entry_point is None or spec.additional_wrappers or not fits:
        return None
    own = gymnasium.make_vec(spec, num_envs, vectorization_mode="vector_entry_point", **kwargs)
    if own.metadata.get("autoreset_mode") == AutoresetMode.SAME_STEP:
        arguments = {name: value for name, value in {**spec.kwargs, **kwargs}.items() if name != "max_episode_steps"}
        own.spec = dataclasses.replace(spec, kwargs=copy.deepcopy(arguments), max_episode_steps=limit)
        return own
    own.close()
    return None


def _with_time_limit(spec: EnvSpec, kwargs: dict[str, Any]) -> dict[str, Any]:
    stated = kwargs.get("max_episode_steps") or spec.max_episode_steps
    if stated is not None or spec.namespace == "boltzmann" or _is_blackjack(spec):
        return kwargs
    warnings.warn(
        f"{spec.id} states no time limit: its episodes end after {TIME_LIMIT} steps; max_episode_steps=... sets "
        "another limit, -1 none",
        TimeLimitWarning,
        stacklevel=3,
    )
    return {**kwargs, "max_episode_steps": TIME_LIMIT}


def _is_blackjack(spec: EnvSpec) -> bool:
    return spec.entry_point == "gymnasium.envs.toy_text.blackjack:BlackjackEnv"


def _draws_or_wraps(spec: EnvSpec, kwargs: dict[str, Any]) -> bool:
    """Whether the environment does more than step: it shows pictures, or wrappers stand around it."""
    return bool(spec.additional_wrappers) or {**spec.kwargs, **kwargs}.get("render_mode") is not None


def _has_table(spec: EnvSpec, kwargs: dict[str, Any]) -> bool:
    """Whether a table is the whole of the environment, with nothing drawn or added besides: ours, and Gymnasium's."""
    if _is_table(spec):
        return not _draws_or_wraps(spec, kwargs)
    return (
        str(spec.entry_point).startswith("gymnasium.envs.toy_text")
        and not _is_blackjack(spec)
        and not _draws_or_wraps(spec, kwargs)
        # Taxi's fickle passenger changes his mind in step(), which P does not tell.
        and not {**spec.kwargs, **kwargs}.get("fickle_passenger", False)
    )


def _is_table(spec: EnvSpec) -> bool:
    creator = load_env_creator(spec.entry_point) if isinstance(spec.entry_point, str) else spec.entry_point
    return isinstance(creator, type) and issubclass(creator, TableEnv)


def _tabular(spec: EnvSpec, num_envs: int, discount: float | None, kwargs: dict[str, Any]) -> TabularVectorEnv:
    one = gymnasium.make(spec, **kwargs)
    table = compile_table(one)
    one.close()
    return _stepped(table, one, num_envs, discount)


def _blackjack(spec: EnvSpec, num_envs: int, discount: float | None, kwargs: dict[str, Any]) -> TabularVectorEnv:
    one = gymnasium.make(spec, **kwargs)
    rules: Any = one.unwrapped
    one.close()
    return _stepped(blackjack_table(natural=rules.natural, sab=rules.sab), one, num_envs, discount)


def _stepped(table: Table, one: gymnasium.Env[Any, Any], num_envs: int, discount: float | None) -> TabularVectorEnv:
    """Step a table under the time limit of the single environment that it is of."""
    # -1 is Gymnasium's word for no limit; what was made says None then.
    limit = None if one.spec is None else one.spec.max_episode_steps
    env = TabularVectorEnv(table, num_envs, max_episode_steps=limit, discount=discount)
    env.spec = one.spec
    return env


def _synchronous(spec: EnvSpec, num_envs: int, kwargs: dict[str, Any], to_one_kind: _ToOneKind) -> SyncVectorEnv:
    def single() -> gymnasium.Env[Any, Any]:
        return to_one_kind(gymnasium.make(spec, **kwargs))

    env = SyncVectorEnv([single] * num_envs, autoreset_mode=AutoresetMode.SAME_STEP)
    # That of a single environment tells its time limit and its wrappers too.
    env.spec = env.envs[0].spec
    return env
