"""Runs of other libraries, each in its recommended way, in a Python that has them; ``peers.py`` starts this file.

The file imports nothing from this project, which that Python may not have. ``peer_runs.py NAME`` writes a line of JSON
once the library is imported. Then it reads lines of "replicates steps", and answers each with the processor seconds of
that number of runs, one after another, each from its beginning and with that number of steps.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

import numpy as np

ARMS, LAKE_STATES, ACTIONS = 10, 16, 4
BANDIT_TEMPERATURE, LAKE_TEMPERATURE = 0.25, 0.01
DISCOUNT, STEP_SIZE, TIME_LIMIT = 0.99, 0.1, 100
SECONDS_ALLOWED = 120

Play = Callable[[int, int], Any]


def smpybandits(policy: str, **parameters: float) -> Play:
    """Run a policy in the loop of its Evaluator, on its Gaussian arms; Thompson sampling on its Bernoulli arms."""
    from SMPyBandits import Policies
    from SMPyBandits.Arms import Bernoulli, Gaussian
    from SMPyBandits.Environment import Evaluator

    def play(replicates: int, steps: int) -> None:
        rng = np.random.default_rng(0)
        # Its Gaussian arms are truncated, so the bounds are wide; it divides the rewards by their distance.
        arms: list[Any] = [(float(mean), 1.0, -10.0, 10.0) for mean in rng.normal(size=ARMS)]
        kind = Gaussian
        if policy == "Thompson":
            kind, arms = Bernoulli, rng.random(ARMS).tolist()
        evaluator = Evaluator(
            {
                "horizon": steps,
                "repetitions": replicates,
                "n_jobs": 1,
                "verbosity": 0,
                "environment": [{"arm_type": kind, "params": arms}],
                "policies": [{"archtype": getattr(Policies, policy), "params": parameters}],
            }
        )
        evaluator.startAllEnv()

    return play


def mabwiser(policy: str, **parameters: float) -> Play:
    """Run a LearningPolicy as its guide shows: predict an arm, learn its reward by partial_fit; arms as above."""
    from mabwiser.mab import MAB, LearningPolicy

    def play(replicates: int, steps: int) -> None:
        for replicate in range(replicates):
            rng = np.random.default_rng(replicate)
            binary = policy == "ThompsonSampling"
            means = rng.random(ARMS) if binary else rng.normal(size=ARMS)

            def pay(arm: int, rng: Any = rng, means: Any = means, binary: bool = binary) -> float:
                return float(rng.random() < means[arm]) if binary else float(rng.normal(means[arm]))

            bandit = MAB(list(range(ARMS)), getattr(LearningPolicy, policy)(**parameters), seed=replicate)
            bandit.fit([0], [pay(0)])
            for _ in range(steps - 1):
                arm = bandit.predict()
                bandit.partial_fit([arm], [pay(arm)])

    return play


def mushroom_rl() -> Play:
    """Boltzmann, QLearning and Core on its FiniteMDP, which holds FrozenLake's transitions."""
    import gymnasium
    from mushroom_rl.algorithms.value import QLearning
    from mushroom_rl.core import Core
    from mushroom_rl.environments.finite_mdp import FiniteMDP
    from mushroom_rl.policy import Boltzmann
    from mushroom_rl.utils.parameters import Parameter

    model: Any = gymnasium.make("FrozenLake-v1").unwrapped
    probs = np.zeros((LAKE_STATES, ACTIONS, LAKE_STATES))
    rewards = np.zeros_like(probs)
    for state, choices in model.P.items():
        for action, outcomes in choices.items():
            for probability, next_state, reward, _ in outcomes:
                # In FiniteMDP a state with an empty row ends the episode.
                if model.desc.ravel()[state] not in b"GH":
                    probs[state, action, next_state] += probability
                    rewards[state, action, next_state] = reward

    def play(replicates: int, steps: int) -> None:
        for _ in range(replicates):
            start = np.eye(LAKE_STATES)[0]
            environment = FiniteMDP(probs, rewards, start, gamma=DISCOUNT, horizon=TIME_LIMIT)
            policy = Boltzmann(beta=Parameter(1 / LAKE_TEMPERATURE))
            agent = QLearning(environment.info, policy, learning_rate=Parameter(STEP_SIZE))
            Core(agent, environment).learn(n_steps=steps, n_steps_per_fit=1, quiet=True)

    return play


def rlberry() -> Play:
    """QLAgent of rlberry-scool, fitted by the ExperimentManager, one fit a replicate."""
    from rlberry.envs import gym_make
    from rlberry.manager import ExperimentManager
    from rlberry_scool.agents import QLAgent

    parameters = {
        "gamma": DISCOUNT,
        "alpha": STEP_SIZE,
        "exploration_type": "boltzmann",
        # rlberry multiplies the values by this parameter.
        "exploration_rate": 1 / LAKE_TEMPERATURE,
    }

    def play(replicates: int, steps: int) -> None:
        with tempfile.TemporaryDirectory() as folder:
            ExperimentManager(
                QLAgent,
                (gym_make, {"id": "FrozenLake-v1"}),
                fit_budget=steps,
                init_kwargs=parameters,
                n_fit=replicates,
                max_workers=1,
                seed=0,
                output_dir=folder,
            ).fit()

    return play


def pfrl() -> Play:
    """DQN with the Boltzmann explorer; a linear layer on one-hot states, which is a table, learns at each step."""
    import gymnasium
    import pfrl
    import torch

    def play(replicates: int, steps: int) -> None:
        for replicate in range(replicates):
            torch.manual_seed(replicate)
            layer = torch.nn.Linear(LAKE_STATES, ACTIONS, bias=False)
            torch.nn.init.zeros_(layer.weight)
            agent = pfrl.agents.DQN(
                torch.nn.Sequential(layer, pfrl.q_functions.DiscreteActionValueHead()),
                torch.optim.SGD(layer.parameters(), lr=STEP_SIZE),
                pfrl.replay_buffers.ReplayBuffer(1),
                DISCOUNT,
                pfrl.explorers.Boltzmann(LAKE_TEMPERATURE),
                replay_start_size=1,
                minibatch_size=1,
                update_interval=1,
                target_update_interval=1,
                phi=lambda state: np.eye(LAKE_STATES, dtype=np.float32)[state],
            )
            env = gymnasium.make("FrozenLake-v1")
            state, _ = env.reset(seed=replicate)
            for _ in range(steps):
                state, reward, terminated, truncated, _ = env.step(int(agent.act(state)))
                agent.observe(state, reward, terminated, truncated)
                if terminated or truncated:
                    state, _ = env.reset()

    return play


PEERS: dict[str, Callable[[], Play]] = {
    # It divides the rewards by the distance of the bounds, 20.
    "SMPyBandits": lambda: smpybandits("Softmax", temperature=BANDIT_TEMPERATURE / 20),
    "SMPyBandits UCB1": lambda: smpybandits("UCB"),
    "SMPyBandits Thompson": lambda: smpybandits("Thompson"),
    "mabwiser": lambda: mabwiser("Softmax", tau=BANDIT_TEMPERATURE),
    "mabwiser UCB1": lambda: mabwiser("UCB1", alpha=1.4142135623730951),
    "mabwiser Thompson": lambda: mabwiser("ThompsonSampling"),
    "mushroom-rl": mushroom_rl,
    "rlberry": rlberry,
    "pfrl": pfrl,
}
"""The library, and the policy where that is not a softmax."""


def answer(name: str, say: Callable[[dict[str, Any]], None]) -> None:
    """Prepare a library and do the runs that each line of the standard input asks for."""
    play = PEERS[name]()
    say({"version": importlib.metadata.version(name.partition(" ")[0])})
    for line in sys.stdin:
        replicates, steps = map(int, line.split())
        if hasattr(signal, "alarm"):
            signal.alarm(SECONDS_ALLOWED)
        start = time.process_time()
        play(replicates, steps)
        say({"seconds": time.process_time() - start})


def main() -> None:
    """Answer on the original standard output, and send what libraries print to the standard error."""
    with os.fdopen(os.dup(1), "w", buffering=1) as answers, contextlib.redirect_stdout(sys.stderr):
        os.dup2(2, 1)
        try:
            answer(sys.argv[1], lambda message: print(json.dumps(message), file=answers))
        except Exception as error:
            # The caller shows the error in the table.
            print(json.dumps({"error": f"{type(error).__name__}: {error}"}), file=answers)


if __name__ == "__main__":
    main()
