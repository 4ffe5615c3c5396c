"""Train the DQN of Stable-Baselines3 with several policies: ``boltzmann train-sb3``.

Every policy gets a model for each replicate, with a seed and an environment of its own. It ends as every comparison
does: with a leaderboard, learning curves and a page. Run again after a stop, the command continues with the models that
are missing. It needs Stable-Baselines3, the extra ``sb3``.
"""

from __future__ import annotations

from dataclasses import dataclass

from boltzmann.experiments import Experiment, read_environment
from scripts.support import (
    TrainingOptions,
    as_raw,
    command,
    make_task,
    policies_for,
    read_options,
    steps_of,
    train,
    usual,
)

COMMAND = "train-sb3"
STEPS = {"boltzmann/Catch-v0": 6000, "CartPole-v1": 50_000}
"""Usual steps, by the beginning of an environment's id."""
SETTINGS = {
    "boltzmann/Catch-v0": ", learning_rate=0.002, learning_starts=500, target_update_interval=100",
    "CartPole-v1": ", units=(256, 256), learning_rate=0.0023, learning_starts=1000, batch_size=64, train_freq=256, "
    "gradient_steps=128, target_update_interval=10",
}
"""Settings under which the network learns the environment; those of CartPole are RL Zoo's."""


EXAMPLES = (
    "--env boltzmann/Catch-v0 --replicates 5",
    '--env Acrobot-v1 --policies "Boltzmann(RangeScaled(0.2))" "EpsilonGreedy(0.05)" --steps 20000',
    '--env CartPole-v1 --policies "Boltzmann(0.1)" "EpsilonGreedy(0.05)"',
)


@dataclass(frozen=True)
class Options(TrainingOptions):
    """Train the DQN of Stable-Baselines3 with several policies, and compare them."""


def describe(options: Options) -> Experiment:
    """Make the experiment that the options describe; a ValueError says what is wrong with them."""
    names = [read_environment(text)[0] for text in options.env]
    tasks = []
    for text, name, given in zip(options.env, names, steps_of(options.env, options.steps, {}), strict=True):
        steps = given or usual(STEPS, name, 20_000)
        learners = options.agent or [f"SB3DQN(_{usual(SETTINGS, name, '')})"]
        tasks.append(make_task(as_raw(text), policies_for(options.policies, text, steps), steps, learners))
    # Models train one after the other, so each is stored by itself.
    return Experiment(tuple(tasks), options.replicates, options.seed, block=1)


@command(COMMAND)
def main(arguments: list[str] | None, program: str) -> None:
    """Run the command line."""
    options = read_options(Options, arguments, program, EXAMPLES)
    train(program, COMMAND, options, lambda: describe(options))


if __name__ == "__main__":
    main()
