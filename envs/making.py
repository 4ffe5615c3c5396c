"""The fastest batched form of an environment that there is."""

from __future__ import annotations

import importlib
import warnings
from typing import Any

import gymnasium
from gymnasium.envs.registration import EnvSpec, load_env_creator
from gymnasium.vector import AutoresetMode, VectorEnv

from envs import _batched
from envs.model_env import TableEnv
from envs.tables import compile_table
from envs.tabular import TabularVectorEnv

__all__ = ["make"]


def make(
    environment: str | EnvSpec, num_envs: int = 1, *, discount: float | None = None, **kwargs: Any
) -> VectorEnv[Any, Any, Any]:
    """Make a batched environment with autoreset in the same step.

    In this order: the environment's own vector entry point, where it resets in the same step; its table, for a
    :class:`envs.TableEnv`, or one compiled from ``P``, for Gymnasium's toy-text environments;
    :class:`gymnasium.vector.SyncVectorEnv`.

    Parameters
    ----------
    environment : str or gymnasium.envs.registration.EnvSpec
        A registered id, such as ``"FrozenLake-v1"`` or ``"package.module:Id-v0"``, or a spec.
    num_envs : int
        How many replicates, at least 1.
    discount : float, optional
        In [0, 1]: the discount of the gaps that a table reports. Without it a table reports none.
    **kwargs
        Passed to the environment; ``max_episode_steps`` sets its time limit.

    Raises
    ------
    ValueError
        For ``num_envs`` or a discount out of bounds.
    gymnasium.error.Error
        For an unknown id.

    Examples
    --------
    >>> make("FrozenLake-v1", 100, map_name="8x8")
    TabularVectorEnv(FrozenLake-v1, num_envs=100)
    >>> make("boltzmann/GaussianBandit-v0", 2000, arms=50).single_action_space
    Discrete(50)
    >>> make("CartPole-v1", 2)
    SyncVectorEnv(CartPole-v1, num_envs=2)
    """
    num_envs = _batched.require_whole("num_envs", num_envs, least=1)
    if discount is not None:
        discount = _batched.require_finite("discount", discount, least=0)
        if discount > 1:
            raise ValueError(f"discount must be in [0, 1], got {discount!r}")
    spec = environment if isinstance(environment, EnvSpec) else _find_spec(environment)
    arguments = {**spec.kwargs, **kwargs}
    if arguments.get("map_name", "") is None and arguments.get("desc") is None:
        raise ValueError("map_name must not be None without a desc: Gymnasium would draw a map from no seed")
    # A time limit that the caller asks for is Gymnasium's wrapper's, which an own batched form does not have.
    own_form = spec.vector_entry_point is not None and "max_episode_steps" not in kwargs
    if own_form and not spec.additional_wrappers:
        own = gymnasium.make_vec(spec, num_envs, vectorization_mode="vector_entry_point", **kwargs)
        if own.metadata.get("autoreset_mode") == AutoresetMode.SAME_STEP:
            return own
        own.close()
    if _steps_by_its_table(spec, kwargs):
        return _tabular(spec, num_envs, discount, kwargs)
    return gymnasium.make_vec(
        spec, num_envs, vectorization_mode="sync", vector_kwargs={"autoreset_mode": AutoresetMode.SAME_STEP}, **kwargs
    )


def _find_spec(environment: str) -> EnvSpec:
    module, _, name = environment.rpartition(":")
    if module:
        importlib.import_module(module)
    if name in gymnasium.registry:
        return gymnasium.spec(name)
    # Gymnasium's own look-up gives the newest version of an id without one, and says what is wrong with the rest.
    with warnings.catch_warnings():
        # It warns of a withdrawn version and then refuses it: the refusal says it all.
        warnings.simplefilter("ignore", DeprecationWarning)
        one = gymnasium.make(name, disable_env_checker=True)
    one.close()
    if one.spec is None:
        raise gymnasium.error.Error(f"{name} was made without a spec")
    return gymnasium.spec(one.spec.id)


def _steps_by_its_table(spec: EnvSpec, kwargs: dict[str, Any]) -> bool:
    """Whether a table is the whole of the environment, with nothing drawn or added besides: ours, and Gymnasium's."""
    arguments = {**spec.kwargs, **kwargs}
    if _is_table(spec):
        return not spec.additional_wrappers and arguments.get("render_mode") is None
    return (
        str(spec.entry_point).startswith("gymnasium.envs.toy_text")
        and "blackjack" not in str(spec.entry_point)
        and not spec.additional_wrappers
        and arguments.get("render_mode") is None
        # Taxi's fickle passenger changes his mind in step(), which P does not tell.
        and not arguments.get("fickle_passenger", False)
    )


def _is_table(spec: EnvSpec) -> bool:
    creator = load_env_creator(spec.entry_point) if isinstance(spec.entry_point, str) else spec.entry_point
    return isinstance(creator, type) and issubclass(creator, TableEnv)


def _tabular(spec: EnvSpec, num_envs: int, discount: float | None, kwargs: dict[str, Any]) -> TabularVectorEnv:
    one = gymnasium.make(spec, **kwargs)
    limit = kwargs.get("max_episode_steps") or spec.max_episode_steps
    # -1 is Gymnasium's word for no limit where the spec has one.
    limit = None if limit == -1 else limit
    env = TabularVectorEnv(compile_table(one), num_envs, max_episode_steps=limit, discount=discount)
    one.close()
    env.spec = one.spec
    return env
