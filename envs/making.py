"""The fastest batched form of any environment."""

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
"""Steps after which an episode ends if the environment states no limit, so that an agent that runs into a wall for ever
gets another start. On CliffWalking-v1 random actions take 6453 steps on average, optimal ones 13."""

_Wrapper = Callable[[gymnasium.Env[Any, Any]], gymnasium.Env[Any, Any]]


class TimeLimitWarning(UserWarning):
    """An environment without a time limit gets one."""


@batched.with_hints
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

    The first form that fits is made:

    1. the vector entry point of the environment, if it resets in the same step and has such observations;
    2. a table, for a :class:`envs.TableEnv` and for Gymnasium's toy-text environments;
    3. :class:`gymnasium.vector.SyncVectorEnv` over single environments, with observations numbered by
       ``envs.number_observations``: finite spaces are flattened, boxes are cut into bins, others do not change.

    :func:`make_raw` leaves all observations unchanged.

    Parameters
    ----------
    environment : str or gymnasium.envs.registration.EnvSpec
        A registered id, such as ``"FrozenLake-v1"`` or ``"package.module:Id-v0"``, or a spec.
    num_envs : int
        Number of replicates, at least 1.
    discount : float, optional
        Discount of the gaps that a table reports, in [0, 1]. Without it a table reports none.
    bins : int or sequence of int, optional
        Number of bins of each number of a box; by default at most 20 each, and few enough for 10 000 states.
    bounds : sequence of (low, high), optional
        The ends of the bins, a pair or None for each number of a box. By default they are the bounds of the space; an
        unbounded number is cut by its arc tangent. See ``envs.BoundObservation``.
    **kwargs
        Arguments of the environment; ``max_episode_steps`` sets its time limit, -1 removes it.

    Raises
    ------
    ValueError
        If ``num_envs``, the discount, bins, bounds or the time limit are out of bounds or do not fit.
    gymnasium.error.Error
        For an unknown id.

    Warns
    -----
    TimeLimitWarning
        If episodes could last for ever, as on CliffWalking; they end after ``TIME_LIMIT`` steps then. A vector entry
        point keeps its rules (bandits never end), and a hand of Blackjack always ends.

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
    num_envs, spec = batched.whole_number("num_envs", num_envs, least=1), _checked_spec(environment, discount, kwargs)
    # Bins and bounds are for boxes, which only the slow form has. The slow form refuses them for other spaces.
    if bins is None and bounds is None:
        form = _vector_form(spec, num_envs, kwargs)
        if form is not None and is_table_index(form.single_observation_space):
            return form
        if form is not None:
            form.close()
        if _is_blackjack(spec) and not _renders_or_wraps(spec, kwargs):
            return _blackjack(spec, num_envs, discount, kwargs)
        if _has_table(spec, kwargs):
            return _tabular(spec, num_envs, discount, _with_time_limit(spec, kwargs))
    kwargs = _with_time_limit(spec, kwargs)
    return _synchronous(spec, num_envs, kwargs, lambda env: number_observations(env, bins, bounds))


@batched.with_hints
def make_raw(
    environment: str | EnvSpec, num_envs: int = 1, *, discount: float | None = None, **kwargs: Any
) -> VectorEnv[Any, Any, Any]:
    """Make a batched environment as :func:`make` does, but leave its observations unchanged.

    This is the form for agents without a table. Parameters, errors and warnings are those of :func:`make`.

    Examples
    --------
    >>> make_raw("CartPole-v1", 2).single_observation_space.shape
    (4,)
    """
    num_envs, spec = batched.whole_number("num_envs", num_envs, least=1), _checked_spec(environment, discount, kwargs)
    form = _vector_form(spec, num_envs, kwargs)
    if form is not None:
        return form
    kwargs = _with_time_limit(spec, kwargs)
    if _has_table(spec, kwargs):
        return _tabular(spec, num_envs, discount, kwargs)
    return _synchronous(spec, num_envs, kwargs, lambda env: env)


def _checked_spec(environment: str | EnvSpec, discount: float | None, kwargs: dict[str, Any]) -> EnvSpec:
    """Find the spec, and check the discount and the keyword arguments."""
    if discount is not None:
        batched.number_in("discount", discount, "[0, 1]")
    limit = kwargs.get("max_episode_steps", -1)
    if limit != -1:
        batched.whole_number("max_episode_steps", limit, least=1)
    spec = environment if isinstance(environment, EnvSpec) else find_spec(environment)
    arguments = {**spec.kwargs, **kwargs}
    if arguments.get("map_name", "") is None and arguments.get("desc") is None:
        raise ValueError("map_name must not be None without a desc: Gymnasium would draw a map without a seed")
    return spec


def _vector_form(spec: EnvSpec, num_envs: int, kwargs: dict[str, Any]) -> VectorEnv[Any, Any, Any] | None:
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


def _with_time_limit(spec: EnvSpec, kwargs: dict[str, Any]) -> dict[str, Any]:
    """Add ``TIME_LIMIT`` to the arguments, with a warning, if episodes could last for ever."""
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


def _renders_or_wraps(spec: EnvSpec, kwargs: dict[str, Any]) -> bool:
    """Return whether the environment draws pictures, or the spec adds wrappers."""
    return bool(spec.additional_wrappers) or {**spec.kwargs, **kwargs}.get("render_mode") is not None


def _has_table(spec: EnvSpec, kwargs: dict[str, Any]) -> bool:
    """Return whether a table replaces the environment completely: one of ours, or a toy-text one of Gymnasium."""
    if _is_table(spec):
        return not _renders_or_wraps(spec, kwargs)
    return (
        str(spec.entry_point).startswith("gymnasium.envs.toy_text")
        and not _is_blackjack(spec)
        and not _renders_or_wraps(spec, kwargs)
        # Taxi's fickle passenger changes the destination in step(); P does not contain that.
        and not {**spec.kwargs, **kwargs}.get("fickle_passenger", False)
    )


def _is_table(spec: EnvSpec) -> bool:
    creator = load_env_creator(spec.entry_point) if isinstance(spec.entry_point, str) else spec.entry_point
    return isinstance(creator, type) and issubclass(creator, TableEnv)


def _tabular(spec: EnvSpec, num_envs: int, discount: float | None, kwargs: dict[str, Any]) -> TabularVectorEnv:
    env = gymnasium.make(spec, **kwargs)
    table = compile_table(env)
    env.close()
    return _stepped(table, env, num_envs, discount)


def _blackjack(spec: EnvSpec, num_envs: int, discount: float | None, kwargs: dict[str, Any]) -> TabularVectorEnv:
    env = gymnasium.make(spec, **kwargs)
    rules: Any = env.unwrapped
    env.close()
    return _stepped(blackjack_table(natural=rules.natural, sab=rules.sab), env, num_envs, discount)


def _stepped(table: Table, single: gymnasium.Env[Any, Any], num_envs: int, discount: float | None) -> TabularVectorEnv:
    """Step the table of a single environment, with the time limit of that environment."""
    # The argument -1 means no limit; the spec of the environment says None then.
    limit = None if single.spec is None else single.spec.max_episode_steps
    env = TabularVectorEnv(table, num_envs, max_episode_steps=limit, discount=discount)
    env.spec = single.spec
    return env


def _synchronous(spec: EnvSpec, num_envs: int, kwargs: dict[str, Any], wrap: _Wrapper) -> SyncVectorEnv:
    def single() -> gymnasium.Env[Any, Any]:
        return wrap(gymnasium.make(spec, **kwargs))

    env = SyncVectorEnv([single] * num_envs, autoreset_mode=AutoresetMode.SAME_STEP)
    # The spec of a single environment contains the time limit and the wrappers.
    env.spec = env.envs[0].spec
    return env
