"""A small world of the kind of MiniGrid: a dictionary with an image, a direction and a mission in words."""

import gymnasium
import numpy as np
from gymnasium.spaces import Box, Dict, Discrete, Text, Tuple

_SIZE = 3
_COLOURS = ("red", "blue")
_MOVES = ((-1, 0), (1, 0), (0, -1), (0, 1))


class Rooms(gymnasium.Env):
    """Walk to the corner that the mission names; without a mission the same states are shown as numbers."""

    action_space = Discrete(4)

    def __init__(self, mission=True):
        self._mission = mission
        if mission:
            self.observation_space = Dict(
                image=Box(0, 255, (_SIZE, _SIZE, 1), np.uint8),
                direction=Discrete(4),
                mission=Text(30, charset="abcdefghijklmnopqrstuvwxyz "),
            )
        else:
            self.observation_space = Tuple([Discrete(_SIZE), Discrete(_SIZE), Discrete(4), Discrete(2)])

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self._place, self._direction = [1, 1], 0
        self._goal = int(self.np_random.integers(2))
        return self._observe(), {}

    def step(self, action):
        self._direction = int(action)
        self._place = [min(max(p + m, 0), _SIZE - 1) for p, m in zip(self._place, _MOVES[action], strict=True)]
        arrived = self._place == [[0, 0], [_SIZE - 1, _SIZE - 1]][self._goal]
        return self._observe(), float(arrived), arrived, False, {}

    def _observe(self):
        if not self._mission:
            return (*self._place, self._direction, self._goal)
        image = np.zeros((_SIZE, _SIZE, 1), dtype=np.uint8)
        image[tuple(self._place)] = 255
        return {"image": image, "direction": self._direction, "mission": f"go to the {_COLOURS[self._goal]} corner"}


gymnasium.register("Rooms-v0", entry_point=Rooms, max_episode_steps=30)
