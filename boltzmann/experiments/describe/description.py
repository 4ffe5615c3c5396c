"""The frozen description of an experiment: what is compared, on what, for how long, from which seed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from boltzmann.experiments.describe.plan import Plan, TaskPlan
from boltzmann.experiments.interfaces import Agent
from boltzmann.notation import Expression, call_arguments, check_expressible, write

_ENVIRONMENT = re.compile(r"\s*(?P<id>[^()\s]+)\s*(?:\((?P<arguments>.*)\))?\s*", re.DOTALL)


def read_environment(text: str) -> tuple[str, dict[str, Any]]:
    """Read an environment's notation: its Gymnasium id, keyword arguments in brackets where there are any.

    Raises
    ------
    ValueError
        Where the text is no such thing.

    Examples
    --------
    >>> read_environment("FrozenLake-v1(is_slippery=False)")
    ('FrozenLake-v1', {'is_slippery': False})
    >>> read_environment("boltzmann/GaussianBandit-v0")
    ('boltzmann/GaussianBandit-v0', {})
    """
    found = _ENVIRONMENT.fullmatch(text)
    if not found:
        raise ValueError(f"environment must be an id, with (name=value, ...) where it has arguments, got {text!r}")
    return found["id"], call_arguments(found["arguments"] or "")


@dataclass(frozen=True, repr=False)
class Task(Expression):
    """A problem, its contestants, and for how long.

    Parameters
    ----------
    environment : str
        A Gymnasium id, keyword arguments in brackets where there are any.
    agents : sequence of agents
        The contestants, each with its policy in it; no two alike.
    steps : int
        How many steps every replicate takes, at least 1.

    Raises
    ------
    ValueError, TypeError
        For a malformed environment, no agents, agents alike or with parts that cannot be written down, and steps
        below 1.

    Examples
    --------
    >>> from agents import SampleAverage
    >>> from boltzmann import Boltzmann
    >>> Task("boltzmann/GaussianBandit-v0( arms = 5 )", [SampleAverage(Boltzmann(0.25))], 1000)
    Task('boltzmann/GaussianBandit-v0(arms=5)', (SampleAverage(Boltzmann(0.25)),), 1000)
    """

    environment: str
    agents: tuple[Agent, ...]
    steps: int

    def __post_init__(self) -> None:
        if not isinstance(self.environment, str):
            raise TypeError(f"environment must be an id, such as 'FrozenLake-v1', got {self.environment!r}")
        if not isinstance(self.agents, list | tuple):
            raise TypeError(f"agents must be a list of them, got {self.agents!r}")
        name, arguments = read_environment(self.environment)
        written = ", ".join(f"{key}={value!r}" for key, value in arguments.items())
        object.__setattr__(self, "environment", f"{name}({written})" if written else name)
        object.__setattr__(self, "agents", tuple(self.agents))
        for agent in self.agents:
            check_expressible(type(agent).__name__, agent)
        object.__setattr__(self, "steps", self.plan.steps)

    @property
    def discount(self) -> float | None:
        """The discount that all agents of the task share which have one; None where they differ.

        Gaps are measured at it, so that those of different agents can be compared.
        """
        found = {agent.discount for agent in self.agents if hasattr(agent, "discount")}
        return found.pop() if len(found) == 1 else None

    @property
    def plan(self) -> TaskPlan:
        """The task as plain data."""
        return TaskPlan(self.environment, tuple(write(agent) for agent in self.agents), self.steps)


@dataclass(frozen=True, repr=False)
class Experiment(Expression):
    """A comparison: every agent of every task, so many replicates each.

    Parameters
    ----------
    tasks : sequence of Task
        At least one, no two alike in environment and steps.
    replicates : int
        Independent copies of every cell, at least 1.
    seed : int
        At least 0. The same description with the same versions gives the same bytes.
    block : int
        Replicates a block, at least 1. Randomness is drawn by the block, so this is part of the experiment.
    points : int
        How many points of each curve are recorded, at least 1: windows of nearly equal length, or one a step for
        shorter tasks.
    record : {"replicates", "blocks"}
        What is stored at each point: every replicate's numbers, or, for runs of very many replicates, the mean and the
        variance of each block's. Then a block counts as one in all statistics, medians and profiles are those of means,
        and ``replicates`` has to be a multiple of ``block``.

    Raises
    ------
    ValueError, TypeError
        For arguments out of these bounds.
    """

    tasks: tuple[Task, ...]
    replicates: int
    seed: int
    block: int = field(default=100, kw_only=True)
    points: int = field(default=100, kw_only=True)
    record: str = field(default="replicates", kw_only=True)

    def __post_init__(self) -> None:
        if not isinstance(self.tasks, list | tuple):
            raise TypeError(f"tasks must be a list of them, got {self.tasks!r}")
        object.__setattr__(self, "tasks", tuple(self.tasks))
        plan = self.plan
        for name in ("replicates", "seed", "block", "points", "record"):
            object.__setattr__(self, name, getattr(plan, name))

    @property
    def plan(self) -> Plan:
        """The experiment as plain data: its cells, blocks, recorded steps and streams of randomness."""
        tasks = tuple(task.plan for task in self.tasks)
        return Plan(tasks, self.replicates, self.seed, self.block, self.points, self.record)
