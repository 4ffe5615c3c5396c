"""The cells of each task, by the notation of their agents; and the short labels that people read."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from boltzmann.experiments.errors import RefusedError
from boltzmann.experiments.store import Cell, Results
from boltzmann.notation import with_plain_names

Cells = dict[str, Cell]
"""The cells of one task under the whole notation of their agents, in the order of the experiment."""


def cells_by_task(results: Results) -> dict[str, Cells]:
    """Read the cells of each task, under the task's label."""
    tasks: dict[str, Cells] = {}
    for cell in results.cells():
        tasks.setdefault(cell.task, {})[cell.agent] = cell
    return tasks


def cells_by_learner(cells: Cells) -> dict[str, Cells]:
    """Split the cells of one task by their learner, as ``learner_of`` writes it."""
    learners: dict[str, Cells] = {}
    for agent, cell in cells.items():
        learners.setdefault(learner_of(agent), {})[agent] = cell
    return learners


def labels_of(agents: Iterable[str]) -> dict[str, str]:
    """Return the short label of each agent, under its whole notation."""
    written = list(agents)
    return dict(zip(written, short_labels(written), strict=True))


def short_labels(agents: list[str]) -> list[str]:
    """Shorten the expressions of agents to their policies where all else in them is the same.

    Labels are for showing alone: with two learners in a task they are whole expressions.

    Examples
    --------
    >>> short_labels(["QLearning(Greedy(), step_size=0.5)", "QLearning(Boltzmann(0.1), step_size=0.5)"])
    ['Greedy()', 'Boltzmann(0.1)']
    >>> short_labels(["QLearning(Greedy())", "SampleAverage(Greedy())"])
    ['QLearning(Greedy())', 'SampleAverage(Greedy())']
    >>> short_labels(["QLearning(Greedy())", "QLearning(Boltzmann(own.schedules:Halving(1.0)))"])
    ['Greedy()', 'Boltzmann(own.schedules:Halving(1.0))']
    """
    policies = [policy_of(agent) for agent in agents]
    learners = {learner_of(agent) for agent in agents}
    return policies if "" not in policies and len(learners) == 1 and len(set(policies)) == len(policies) else agents


def policy_of(agent: str) -> str:
    """Return the policy of an agent's expression, its first positional argument; "" where there is none.

    Examples
    --------
    >>> policy_of("QLearning(Boltzmann(0.1), step_size=0.5)"), policy_of("GradientBandit()")
    ('Boltzmann(0.1)', '')
    """
    try:
        # Modules of the user's own are replaced by names of the same length, so that positions stay.
        tree = ast.parse(with_plain_names(agent), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        # A name from outside need not be an expression; Python's parser also refuses NUL and great depth.
        return ""
    if not isinstance(tree, ast.Call) or not tree.args:
        return ""
    return ast.get_source_segment(agent, tree.args[0]) or ""


def learner_of(agent: str) -> str:
    """Return an agent's expression with ``_`` instead of its policy, as the command line takes learners.

    Examples
    --------
    >>> learner_of("QLearning(Boltzmann(0.1), step_size=0.5)"), learner_of("GradientBandit()")
    ('QLearning(_, step_size=0.5)', 'GradientBandit()')
    """
    policy = policy_of(agent)
    return agent.replace(policy, "_", 1) if policy else agent


def find_agent(name: str, agents: Sequence[str], task: str, option: str = "baseline") -> int:
    """Find the index of an agent by its short label or its whole expression.

    Raises
    ------
    RefusedError
        Naming those there are.

    Examples
    --------
    >>> find_agent("Greedy()", ["QLearning(Boltzmann(0.1))", "QLearning(Greedy())"], "lake")
    1
    """
    labels = short_labels(list(agents))
    for index, names in enumerate(zip(labels, agents, strict=True)):
        if name in names:
            return index
    raise RefusedError(f"{option} must be an agent of every task, got {name}; {task} has {', '.join(labels)}")
