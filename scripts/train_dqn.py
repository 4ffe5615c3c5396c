"""Train deep Q-networks that differ in how they explore: ``boltzmann train-dqn``.

Every policy gets networks of its own, one for each replicate, and learns from the raw observations. It ends as every
comparison does: with a leaderboard, learning curves and a page. Run again after a stop, the command continues with the
blocks that are missing. It needs PyTorch, the extra ``torch``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from boltzmann.experiments import Experiment, read_environment
from scripts.support import (
    Block,
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

COMMAND = "train-dqn"
STEPS = {"boltzmann/Catch-v0": 4000, "CartPole-v1": 30_000, "MinAtar/": 60_000}
"""Usual steps, by the beginning of an environment's id."""
SETTINGS = {
    "boltzmann/Catch-v0": "step_size=0.002, warm_up=1000",
    "CartPole-v1": "network=Dense((128, 128)), discount=0.98, step_size=Linear(0.002, 0.0, {steps}), batch=128, "
    "memory=50000, warm_up=1000",
    "MinAtar/": "network=Convolutional(), step_size=0.001, memory=50000, warm_up=1000, steps_per_update=8",
}
"""Settings under which a network learns the environment."""


EXAMPLES = (
    "--env boltzmann/Catch-v0 --replicates 5",
    '--policies "Boltzmann(0.1)" --backups "Munchausen(0.1)" "Maximum()"',
)


@dataclass(frozen=True)
class Options(TrainingOptions):
    """Train deep Q-networks with several policies, and compare them."""

    backups: list[str] = field(default_factory=list)
    """Backups, such as "SoftValue(0.1)" "Munchausen(0.1)" "Maximum()": every policy learns with each. Double Q-learning
    by default."""
    block: Block = 10
    device: str = "cpu"
    """Where networks are computed, such as "cuda"."""


def describe(options: Options) -> Experiment:
    """Make the experiment that the options describe; a ValueError says what is wrong with them."""
    names = [read_environment(text)[0] for text in options.env]
    counts = steps_of(options.env, options.steps, {})
    tasks = []
    for text, name, given in zip(options.env, names, counts, strict=True):
        steps = given or usual(STEPS, name, 20_000)
        policies = policies_for(options.policies, text, steps)
        tasks.append(make_task(as_raw(text), policies, steps, learners(options, name, steps)))
    return Experiment(tuple(tasks), options.replicates, options.seed, block=options.block)


def learners(options: Options, name: str, steps: int) -> list[str]:
    """Return the expression of a learner for each backup, with ``_`` instead of the policy.

    Examples
    --------
    >>> learners(Options(backups=["Maximum()"]), "boltzmann/Catch-v0", 4000)
    ['DQN(_, step_size=0.002, warm_up=1000, backup=Maximum())']
    """
    if options.agent:
        if options.backups or options.device != "cpu":
            raise ValueError(
                f"--agent says all of the learner, got {' '.join(options.agent)}: put backup and device there"
            )
        return options.agent
    settings = usual(SETTINGS, name, "").format(steps=steps)
    device = "" if options.device == "cpu" else f"device={options.device!r}"
    return [
        f"DQN({', '.join(part for part in ('_', settings, backup and f'backup={backup}', device) if part)})"
        for backup in options.backups or [""]
    ]


@command(COMMAND)
def main(arguments: list[str] | None, program: str) -> None:
    """Run the command line."""
    options = read_options(Options, arguments, program, EXAMPLES)
    train(program, COMMAND, options, lambda: describe(options))


if __name__ == "__main__":
    main()
