"""The fastest batched form of any environment."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from gymnasium.envs.registration import EnvSpec
from gymnasium.vector import VectorEnv

from envs import batched
from envs._specs import find_spec
from envs.forms import (
    Observing,
    blackjack,
    has_table,
    is_blackjack,
    motion,
    renders_or_wraps,
    synchronous,
    tabular,
    vector_form,
)

TIME_LIMIT = 10_000
"""Steps after which an episode ends if the environment states no limit, so that an agent that runs into a wall for ever
gets another start. On CliffWalking-v1 random actions take 6453 steps on average, optimal ones 13."""


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
    observe: str = "number",
    max_states: int | None = None,
    **kwargs: Any,
) -> VectorEnv[Any, Any, Any]:
    """Make a batched environment with autoreset in the same step, its observations numbered for a table of values.

    The first form that fits is made:

    1. the vector entry point of the environment, if it resets in the same step and has such observations;
    2. a table, for a :class:`envs.TableEnv` and for Gymnasium's toy-text environments;
    3. the law of CartPole, MountainCar and Acrobot on arrays, with boxes cut into bins;
    4. :class:`gymnasium.vector.SyncVectorEnv` over single environments, with observations numbered by
       ``envs.number_observations``: finite spaces are flattened, boxes are cut into bins.

    Actions of a finite space, such as ``MultiDiscrete``, are numbered in every form, by ``envs.NumberAction``.

    Parameters
    ----------
    environment : str or gymnasium.envs.registration.EnvSpec
        A registered id, such as ``"FrozenLake-v1"`` or ``"package.module:Id-v0"``, or a spec.
    num_envs : int
        Number of replicates, from 1 to 2^24.
    discount : float, optional
        Discount of the gaps that a table reports, in [0, 1]. Without it a table reports none.
    bins : int or sequence of int, optional
        Number of bins of each number of a box; by default at most 20 each, and few enough for 10 000 states.
    bounds : sequence of (low, high), optional
        The ends of the bins, a pair or None for each number of a box. By default they are the bounds of the space; an
        unbounded number is cut by its arc tangent. See ``envs.BoundObservation``.
    observe : {"number", "hash", "raw"}
        ``"hash"`` numbers observations of any space as they are first met, in each replicate for itself, and always
        makes the fourth form; see ``envs.HashObservation``. ``"raw"`` leaves observations unchanged, for agents without
        a table.
    max_states : int, optional
        With ``observe="hash"``: the largest number of different observations of a replicate, at least 1, 10 000 by
        default. Tables of values have so many rows.
    **kwargs
        Arguments of the environment; ``max_episode_steps`` sets its time limit, -1 removes it.

    Raises
    ------
    ValueError
        If ``num_envs``, the discount, bins, bounds, ``observe``, ``max_states`` or the time limit are out of bounds or
        do not fit. For observations or actions that cannot be numbered; the message says what to do instead.
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
    MotionVectorEnv(CartPole-v1, num_envs=2)
    >>> make("CartPole-v1", 2, bins=(1, 1, 6, 12)).single_observation_space
    Discrete(72)
    >>> make("FrozenLake-v1", 2, observe="hash", max_states=16).single_observation_space
    Discrete(16)
    """
    return _make(environment, num_envs, discount, Observing(observe, bins, bounds, max_states), kwargs)


@batched.with_hints
def make_raw(
    environment: str | EnvSpec, num_envs: int = 1, *, discount: float | None = None, **kwargs: Any
) -> VectorEnv[Any, Any, Any]:
    """Make a batched environment as :func:`make` does, but leave its observations unchanged.

    This is ``make(..., observe="raw")``, the form for agents without a table. Parameters, errors and warnings are those
    of :func:`make`. Actions of a finite space are numbered here too; other actions do not change.

    Examples
    --------
    >>> make_raw("CartPole-v1", 2).single_observation_space.shape
    (4,)
    >>> make_raw("boltzmann/Catch-v0", 2).reset(seed=0)[0].shape  # a board; make() numbers the same states
    (2, 10, 5)
    """
    return _make(environment, num_envs, discount, Observing("raw"), kwargs)


def _make(
    environment: str | EnvSpec, num_envs: int, discount: float | None, observing: Observing, kwargs: dict[str, Any]
) -> VectorEnv[Any, Any, Any]:
    num_envs = batched.whole_number("num_envs", num_envs, 1, batched.MOST_COPIES)
    spec = _checked_spec(environment, discount, kwargs)
    try:
        return _first_form(spec, num_envs, discount, observing, kwargs)
    except ModuleNotFoundError as error:
        message = f"{spec.id} needs the module {error.name}, which is not installed: install it"
        raise ModuleNotFoundError(message, name=error.name) from error


def _first_form(
    spec: EnvSpec, num_envs: int, discount: float | None, observing: Observing, kwargs: dict[str, Any]
) -> VectorEnv[Any, Any, Any]:
    """Make the first form that fits."""
    if not observing.needs_single:
        form = vector_form(spec, num_envs, kwargs)
        if form is not None and observing.serves(form):
            return form
        if form is not None:
            form.close()
        if observing.how == "number" and is_blackjack(spec) and not renders_or_wraps(spec, kwargs):
            return blackjack(spec, num_envs, discount, kwargs)
        if has_table(spec, kwargs):
            return tabular(spec, num_envs, discount, _with_time_limit(spec, kwargs), observing)
    form = motion(spec, num_envs, observing, kwargs)
    if form is not None:
        return form
    return synchronous(spec, num_envs, _with_time_limit(spec, kwargs), observing)


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


def _with_time_limit(spec: EnvSpec, kwargs: dict[str, Any]) -> dict[str, Any]:
    """Add ``TIME_LIMIT`` to the arguments, with a warning, if episodes could last for ever."""
    stated = kwargs.get("max_episode_steps") or spec.max_episode_steps
    if stated is not None or spec.namespace == "boltzmann" or is_blackjack(spec):
        return kwargs
    warnings.warn(
        f"{spec.id} states no time limit: its episodes end after {TIME_LIMIT} steps, if not before; "
        "max_episode_steps=... sets another limit, -1 none",
        TimeLimitWarning,
        stacklevel=6,
    )
    return {**kwargs, "max_episode_steps": TIME_LIMIT}
