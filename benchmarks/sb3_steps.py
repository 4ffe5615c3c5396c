"""A training step of ``ExploringDQN`` beside stock DQN's, for several policies: ``python -m benchmarks.sb3_steps``.

Processor time on one thread, one CartPole with the networks that Stable-Baselines3 makes by default. All models train
in turn, in another order each round. Stock DQN is there twice, so that its ratio to itself shows the noise.
"""

from __future__ import annotations

import importlib
import statistics
import time
from typing import Any

import numpy as np
import torch
from stable_baselines3 import DQN

from benchmarks.timing import quartiles
from boltzmann import (
    Boltzmann,
    Entmax,
    EntropyTarget,
    EpsilonGreedy,
    GreedyProbabilityTarget,
    LossBudget,
    MaxBoltzmann,
    Mellowmax,
    Policy,
    RangeScaled,
    Sparsemax,
)

POLICIES: tuple[Policy, ...] = (
    EpsilonGreedy(0.1),
    Boltzmann(0.1),
    Boltzmann(RangeScaled(0.3)),
    Boltzmann(EntropyTarget(0.5)),
    Boltzmann(GreedyProbabilityTarget(0.9)),
    Boltzmann(LossBudget(0.05)),
    MaxBoltzmann(0.3, RangeScaled(0.5)),
    Sparsemax(0.5),
    Entmax(1.0, 1.5),
    Mellowmax(5.0),
)
WARM_UP = 300


def stock() -> Any:
    """Return stock DQN with a constant epsilon."""
    return DQN("MlpPolicy", "CartPole-v1", seed=1, exploration_initial_eps=0.1, exploration_final_eps=0.1)


def measure(policies: tuple[Policy, ...] = POLICIES, *, rounds: int = 15, steps: int = 400) -> dict[str, list[float]]:
    """Return seconds of processor time a step, one for each round, by the notation of the policy or "stock"."""
    # Modules of boltzmann.deep are not in its face, which needs no library.
    exploring = importlib.import_module("boltzmann.deep.sb3").ExploringDQN
    models = {"stock": stock(), "stock again": stock()}
    models |= {repr(each): exploring("MlpPolicy", "CartPole-v1", exploration=each, seed=1) for each in policies}
    for model in models.values():
        model.learn(WARM_UP)
    times: dict[str, list[float]] = {name: [] for name in models}
    for round_ in range(rounds):
        for name in np.random.default_rng(round_).permutation(list(models)).tolist():
            start = time.process_time()
            models[name].learn(steps, reset_num_timesteps=False)
            times[name].append((time.process_time() - start) / steps)
    return times


def main() -> None:
    """Measure and print."""
    torch.set_num_threads(1)
    times = measure()
    usual = [(first + second) / 2 for first, second in zip(times["stock"], times["stock again"], strict=True)]
    print(f"{'us':>7} {'ratio to stock (quartiles)':>27}")
    for name, seconds in times.items():
        low, middle, high = quartiles([each / one for each, one in zip(seconds, usual, strict=True)])
        print(f"{1e6 * statistics.median(seconds):7.0f} {f'{middle:.3f} ({low:.3f}-{high:.3f})':>27} {name}")


if __name__ == "__main__":
    main()
