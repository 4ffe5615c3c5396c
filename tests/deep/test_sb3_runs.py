"""Runs of Stable-Baselines3 that cannot learn warn, and its VecNormalize leaves masks and states alone."""

import gymnasium
import numpy as np
import pytest

pytest.importorskip("stable_baselines3")

from gymnasium.spaces import Box, Dict, Discrete
from stable_baselines3.common.vec_env import DummyVecEnv, VecNormalize

from boltzmann import Boltzmann
from boltzmann.deep.sb3 import ExploringDQN
from tests.support.deep_spaces import MaskedEnv

SMALL = {"exploration": Boltzmann(0.1), "seed": 0, "buffer_size": 500, "learning_starts": 60}


def test_a_run_within_the_warm_up_warns_that_nothing_is_learnt():
    model = ExploringDQN("MlpPolicy", "CartPole-v1", **SMALL)
    with pytest.warns(UserWarning, match=r"total_timesteps should be more than learning_starts = 60, got 60") as told:
        model.learn(60)
    assert told[0].filename == __file__
    # The steps of a run that goes on count, and warnings are errors here.
    model.learn(20, reset_num_timesteps=False)


class WithState(gymnasium.ObservationWrapper):
    """The masked environment with a Discrete part beside its box."""

    def __init__(self):
        super().__init__(MaskedEnv())
        parts = self.env.observation_space.spaces
        self.observation_space = Dict({**parts, "seen": Box(-1.0, 1.0, (3,)), "state": Discrete(5)})

    def observation(self, observation):
        return {**observation, "state": 3}


@pytest.mark.parametrize("normalise", [{"norm_obs_keys": ["seen"]}, {"norm_obs": False}], ids=["boxes", "rewards"])
def test_vec_normalize_goes_with_masks_and_states(normalise):
    env = VecNormalize(DummyVecEnv([WithState]), **normalise)
    model = ExploringDQN("MultiInputPolicy", env, **SMALL)
    model.learn(120)
    inner = env.venv.envs[0].unwrapped
    assert inner.taken == 120
    assert inner.forbidden == 0
    assert set(np.unique(model.replay_buffer.observations["action_mask"][:120])) <= {0, 1}


@pytest.mark.parametrize("keys", [None, ["seen", "state"], ["action_mask"]])
def test_vec_normalize_refuses_what_is_no_box(keys):
    with pytest.raises(ValueError, match="only supports"):
        VecNormalize(DummyVecEnv([WithState]), norm_obs_keys=keys)
