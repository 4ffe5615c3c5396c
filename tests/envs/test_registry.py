"""Every environment that Gymnasium registers either works with a learner, or is refused with what to do instead."""

import warnings

import gymnasium
import numpy as np
import pytest
from gymnasium.spaces import Discrete

import envs
from agents import QLearning
from boltzmann import Boltzmann
from boltzmann.experiments.engine import rollout

# Others may have registered environments in this process, such as the ones of the tests.
REGISTERED = sorted(
    name
    for name, spec in gymnasium.registry.items()
    if str(getattr(spec.entry_point, "__module__", spec.entry_point)).startswith(("gymnasium.", "envs."))
)
REMEDIES = ("install", "upgrade to", "observe=", "have been moved to")
"""Words of an error that say what to do: to install something, to take a newer version, or to observe otherwise."""


def made(name, **arguments):
    """The environment, or the error that refuses it."""
    with warnings.catch_warnings():
        # Gymnasium warns of old versions and of missing time limits; nothing here depends on either.
        warnings.simplefilter("ignore")
        try:
            return envs.make(name, 2, **arguments)
        except (ValueError, ImportError, gymnasium.error.Error) as error:
            return error


@pytest.mark.parametrize("name", REGISTERED)
def test_an_environment_works_or_is_refused_with_what_to_do(name):
    env = made(name)
    if isinstance(env, Exception):
        assert any(remedy in str(env) for remedy in REMEDIES), f"{name}: {env}"
        return
    assert isinstance(env.single_action_space, Discrete)
    record = rollout(
        env, QLearning(Boltzmann(1.0)), np.array([3, 6]), [1, 2], np.random.default_rng(0), engine="lockstep"
    )
    assert np.isfinite(record.arrays["reward"]).all()
    env.close()


@pytest.mark.parametrize("name", REGISTERED)
def test_its_observations_are_numbered_as_they_are_met_too(name):
    env = made(name, observe="hash", max_states=50)
    if isinstance(env, Exception):
        assert any(remedy in str(env) for remedy in REMEDIES), f"{name}: {env}"
        return
    record = rollout(
        env, QLearning(Boltzmann(1.0)), np.array([3, 6]), [1, 2], np.random.default_rng(0), engine="lockstep"
    )
    assert np.isfinite(record.arrays["reward"]).all()
    env.close()


def test_the_usual_environments_are_among_those_that_work():
    names = ("CartPole-v1", "MountainCar-v0", "Acrobot-v1", "FrozenLake-v1", "CliffWalking-v1", "Blackjack-v1")
    assert set(names) < set(REGISTERED)
    for name in (*names, *envs.ENV_IDS):
        env = made(name)
        assert not isinstance(env, Exception), env
        env.close()


def test_the_walk_would_notice_a_refusal_without_a_remedy():
    assert not any(remedy in "numpy.float64 object is not callable" for remedy in REMEDIES)


@pytest.mark.parametrize("name", [name for name in REGISTERED if name.startswith("boltzmann/")])
def test_an_id_without_its_namespace_is_refused_with_the_whole_one(name):
    bare = name.removeprefix("boltzmann/")
    for wrong in (bare, bare.partition("-v")[0], bare.lower()):
        if wrong not in gymnasium.registry:
            assert f"Did you mean {name}?" in str(made(wrong))
    assert "Did you mean" not in str(made("Nobody-v0"))
