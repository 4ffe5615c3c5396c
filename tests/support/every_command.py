"""Every command with arguments that it runs with, in little time; a new command has to be added."""

import importlib

from tests.support.paths import ROOT

NAMES = sorted(path.stem for path in (ROOT / "scripts").glob("*.py") if "__main__" in path.read_text(encoding="utf-8"))

LOG = ROOT / "tests" / "data" / "log.txt"
BANDIT = "boltzmann/GaussianBandit-v0(arms=3)"
# A run that is all warm-up is refused.
_OF_DQN, _OF_SB3 = ("--agent", "DQN(_, warm_up=5)"), ("--agent", "SB3DQN(_, learning_starts=5)")
_FEW = ["--steps", "20", "--replicates", "2", "--jobs", "1"]


def arguments_of(name, folder, results):
    """Return the arguments of a command that writes below a folder, and reads results where it reads any."""
    few_policies = ["--policies", "Greedy()", "Boltzmann(0.1)"]
    return {
        "anneal": [*_FEW, "--env", BANDIT, "--temperatures", "0.1", "--speeds", "1", "--output", f"{folder}"],
        "compare_schedules": [*_FEW, "--env", BANDIT, *few_policies, "--output", f"{folder}"],
        "draw_gibbs_limits": ["--output", f"{folder}/limits.svg"],
        "draw_temperature_choices": ["--schedules", f"{folder}/a.svg", "--thermostats", f"{folder}/b.svg"],
        "export_results": [f"{results}", "--parquet", f"{folder}/table.parquet", "--tensorboard", f"{folder}/runs"],
        "pick_temperature": [f"{LOG}", "--temperatures", "0.1", "inf", "--output", f"{folder}/pick.svg"],
        "plot_learning_curves": [f"{results}", "--output", f"{folder}/curves.svg"],
        "temperature_limits": [
            *(*_FEW, "--env", BANDIT, "--low", "1", "--high", "10", "--per-decade", "1", "--output", f"{folder}")
        ],
        "train_dqn": [*_FEW, "--env", BANDIT, *few_policies, *_OF_DQN, "--output", f"{folder}"],
        "train_sb3": [*_FEW, "--env", BANDIT, *few_policies, *_OF_SB3, "--output", f"{folder}"],
        "tune": [*_FEW, "--env", BANDIT, *few_policies, "--first", "1", "--finalists", "2", "--output", f"{folder}"],
        "write_report": [f"{results}", "--output", f"{folder}/page.html"],
    }[name]


MODULES = {"export_results": ("pyarrow", "tensorboardX"), "train_dqn": ("torch",), "train_sb3": ("stable_baselines3",)}
"""The libraries of extras that a command needs."""


def module_of(name):
    """Return the module of a command."""
    return importlib.import_module(f"scripts.{name}")


def main_of(name):
    """Return the ``main`` of a command."""
    return module_of(name).main
