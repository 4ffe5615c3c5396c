"""The frozen description of an experiment: agents, environments, numbers of steps, and the seed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from boltzmann.checks import shown
from boltzmann.experiments.describe.plan import Plan, TaskPlan
from boltzmann.experiments.interfaces import Agent
from boltzmann.notation import Expression, call_arguments, check_expressible, check_length, write
from boltzmann.pictures import figure, table

_ENVIRONMENT = re.compile(r"(?P<id>[^()\s]++)(?:\s*+\((?P<arguments>.*)\))?", re.DOTALL)
_LONGEST_ID = 200


def read_environment(text: str) -> tuple[str, dict[str, Any]]:
    """Read an environment's notation: its Gymnasium id, then keyword arguments in brackets if there are any.

    Raises
    ------
    ValueError
        For a text of another form, of more than 10 000 characters, or with an id of more than 200.

    Examples
    --------
    >>> read_environment("FrozenLake-v1(is_slippery=False)")
    ('FrozenLake-v1', {'is_slippery': False})
    >>> read_environment("boltzmann/GaussianBandit-v0")
    ('boltzmann/GaussianBandit-v0', {})
    """
    match = _ENVIRONMENT.fullmatch(check_length("environment", text).strip())
    if not match:
        raise ValueError(f"environment must be an id, with (name=value, ...) where it has arguments, got {shown(text)}")
    if len(match["id"]) > _LONGEST_ID:
        raise ValueError(f"the id of an environment must have at most {_LONGEST_ID} characters, got {shown(text)}")
    return match["id"], call_arguments(match["arguments"] or "")


@dataclass(frozen=True, repr=False)
class Task(Expression):
    """An environment, the agents that are compared on it, and the number of steps.

    Parameters
    ----------
    environment : str
        A Gymnasium id, then keyword arguments in brackets if there are any.
    agents : sequence of agents
        The compared agents, each with its policy; no two are equal.
    steps : int
        Steps of every replicate, at least 1.

    Raises
    ------
    TypeError
        For agents with parts that the notation cannot write.

    Examples
    --------
    >>> from boltzmann.lab.agents import SampleAverage
    >>> from boltzmann import Boltzmann
    >>> Task("boltzmann/GaussianBandit-v0( arms = 5 )", [SampleAverage(Boltzmann(0.25))], 1000)
    Task('boltzmann/GaussianBandit-v0(arms=5)', (SampleAverage(Boltzmann(0.25)),), 1000)
    """

    environment: str
    agents: tuple[Agent, ...]
    steps: int

    def __post_init__(self) -> None:
        if not isinstance(self.environment, str):
            raise TypeError(f"environment must be an id, such as 'FrozenLake-v1', got {shown(self.environment)}")
        if not isinstance(self.agents, list | tuple):
            raise TypeError(f"agents must be a list of agents, got {shown(self.agents)}")
        name, arguments = read_environment(self.environment)
        listed = ", ".join(f"{key}={value!r}" for key, value in arguments.items())
        object.__setattr__(self, "environment", f"{name}({listed})" if listed else name)
        object.__setattr__(self, "agents", tuple(self.agents))
        for agent in self.agents:
            check_expressible(type(agent).__name__, agent)
        object.__setattr__(self, "steps", self.plan.steps)

    @property
    def discount(self) -> float | None:
        """The discount of all agents that have one; None if they differ.

        Gaps are measured at this common discount, so that those of different agents can be compared.
        """
        discounts = {agent.discount for agent in self.agents if hasattr(agent, "discount")}
        return discounts.pop() if len(discounts) == 1 else None

    @property
    def plan(self) -> TaskPlan:
        """The task as plain data."""
        return TaskPlan(self.environment, tuple(write(agent) for agent in self.agents), self.steps)


@dataclass(frozen=True, repr=False)
class Experiment(Expression):
    """A comparison: every agent of every task, with the same number of replicates.

    Parameters
    ----------
    tasks : sequence of Task
        At least one; no two have the same environment and number of steps.
    replicates : int
        Independent copies of every cell, at least 1.
    seed : int
        At least 0. The same description with the same versions gives the same bytes.
    block : int
        Replicates in each block, at least 1. Each block has its own random stream, so this is part of the experiment.
    points : int
        Recorded points of each curve, at least 1: windows of nearly equal length, or every step of shorter tasks.
    record : {"replicates", "blocks", "log"}
        Stored at each point: every replicate's numbers, or, for runs of very many replicates, the mean and the variance
        over each block's replicates. Then a block counts as one sample in all statistics, medians and profiles are
        those of means, and ``replicates`` must be a multiple of ``block``. "log" stores every replicate's numbers and
        every decision too, in lockstep, for ``boltzmann.offpolicy``; such a file grows with steps and actions.
    """

    tasks: tuple[Task, ...]
    replicates: int
    seed: int
    block: int = field(default=100, kw_only=True)
    points: int = field(default=100, kw_only=True)
    record: str = field(default="replicates", kw_only=True)

    def __post_init__(self) -> None:
        if not isinstance(self.tasks, list | tuple):
            raise TypeError(f"tasks must be a list of tasks, got {shown(self.tasks)}")
        object.__setattr__(self, "tasks", tuple(self.tasks))
        plan = self.plan
        for name in ("replicates", "seed", "block", "points", "record"):
            object.__setattr__(self, name, getattr(plan, name))

    @property
    def plan(self) -> Plan:
        """The experiment as plain data: its cells, blocks, recorded steps and random streams."""
        tasks = tuple(task.plan for task in self.tasks)
        return Plan(tasks, self.replicates, self.seed, self.block, self.points, self.record)

    def _repr_html_(self) -> str:
        plan = self.plan
        labels = plan.task_labels
        rows = [
            (labels[task], plan.tasks[task].agents[agent], f"{plan.tasks[task].steps:,}")
            for task, agent in plan.cells()
        ]
        told = f"{plan.samples_text}, seed {plan.seed}, {plan.agent_steps:,} steps in all"
        return figure("<b>Experiment</b>", table(("task", "agent", "steps"), rows, text_columns=2), told)
