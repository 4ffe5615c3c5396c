"""The command ``boltzmann``, also ``python -m boltzmann``: each of its commands is a script of that name."""

from __future__ import annotations

import difflib
import importlib
import os
import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class _Command:
    """A command: the module whose ``main`` it is, what it does, and an example of its arguments."""

    module: str
    does: str
    example: str


COMMANDS = {
    "compare": _Command(
        "scripts.compare_schedules",
        "compare policies on environments: leaderboard, figures, page",
        '--env Taxi-v4 --policies "Boltzmann(0.1)" "Greedy()"',
    ),
    "tune": _Command(
        "scripts.tune",
        "find the temperature or schedule for an environment",
        '--env "FrozenLake-v1(is_slippery=False)" --steps 5000',
    ),
    "sweep": _Command(
        "scripts.temperature_limits",
        "measure the effect of T from 0 to infinity",
        "--env FrozenLake-v1 --low 1e-3 --high 10",
    ),
    "anneal": _Command(
        "scripts.anneal",
        "measure what annealing gains over the best constant T",
        "--env FrozenLake-v1 --speeds 0.3 1",
    ),
    "pick-temperature": _Command(
        "scripts.pick_temperature",
        "say from a log what another temperature had earned",
        "results/LOG --temperatures 0.1 0.3 1",
    ),
    "plot": _Command(
        "scripts.plot_learning_curves",
        "draw the learning curves of stored results",
        "results/NAME --panels reward entropy",
    ),
    "report": _Command("scripts.write_report", "write the page of stored results", "results/NAME --output page.html"),
    "export": _Command(
        "scripts.export_results",
        "export stored results for other tools",
        "results/NAME --parquet table.parquet",
    ),
    "reproduce": _Command(
        "benchmarks.literature.__main__", "measure the published numbers of the literature again", "--quick"
    ),
    "train-dqn": _Command(
        "scripts.train_dqn",
        "compare policies in deep Q-networks (needs PyTorch)",
        "--env boltzmann/Catch-v0 --replicates 5",
    ),
    "train-sb3": _Command(
        "scripts.train_sb3",
        "compare policies in Stable-Baselines3's DQN (needs it)",
        "--env boltzmann/Catch-v0 --replicates 5",
    ),
}
_PROGRAM = "boltzmann"
_WIDTH = max(map(len, COMMANDS))


def help_text() -> str:
    """Return the help, of one screen."""
    does = [f"  {name:{_WIDTH}}  {command.does}" for name, command in COMMANDS.items()]
    examples = [f"  {_PROGRAM} {name} {command.example}" for name, command in COMMANDS.items()]
    return "\n".join(
        [
            f"usage: {_PROGRAM} COMMAND [OPTIONS]   (COMMAND --help: its options; --version)",
            "",
            "Boltzmann (softmax) exploration for reinforcement learning.",
            "",
            *does,
            "",
            "examples:",
            *examples,
        ]
    )


def _show(text: str) -> None:
    """Print a text, for a reader who may go away, as ``head`` does."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        # Python flushes stdout once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def main(arguments: list[str] | None = None, program: str = _PROGRAM) -> None:
    """Run a command that was called by this program; without one, print the help."""
    words = sys.argv[1:] if arguments is None else arguments
    first, rest = (words[0], words[1:]) if words else ("--help", [])
    if first in ("-h", "--help", "help"):
        _show(help_text())
    elif first == "--version":
        from boltzmann import __version__

        _show(f"{_PROGRAM} {__version__}")
    elif first in COMMANDS:
        # Modules of the user's own are found in the current folder, as `python -m` finds them, but shadow nothing.
        if "" not in sys.path and os.getcwd() not in sys.path:
            sys.path.append(os.getcwd())
        module = importlib.import_module(f"boltzmann.lab.{COMMANDS[first].module}")
        module.main(rest, program=f"{program} {first}")
    else:
        close = difflib.get_close_matches(first, COMMANDS, n=1)
        hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(COMMANDS)}"
        print(f"{_PROGRAM}: error: there is no command {ascii(first)[1:-1]!r}: {hint}", file=sys.stderr)
        raise SystemExit(2)


if __name__ == "__main__":
    # Whoever runs the module may have no `boltzmann` on the path.
    main(program=f"python -m {_PROGRAM}")
