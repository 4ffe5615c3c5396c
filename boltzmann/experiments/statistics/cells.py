"""The names that agents have in tables and figures."""

from __future__ import annotations

import ast

from boltzmann.experiments.store import Cell, Results
from boltzmann.notation import with_plain_names


def cells_by_task(results: Results) -> dict[str, dict[str, Cell]]:
    """Read the cells of each task, under the short labels of their agents."""
    tasks: dict[str, list[Cell]] = {}
    for cell in results.cells():
        tasks.setdefault(cell.task, []).append(cell)
    return {
        task: dict(zip(short_labels([cell.agent for cell in cells]), cells, strict=True))
        for task, cells in tasks.items()
    }


def short_labels(agents: list[str]) -> list[str]:
    """Shorten the expressions of agents to their policies where all else in them is the same.

    Examples
    --------
    >>> short_labels(["QLearning(Greedy(), step_size=0.5)", "QLearning(Boltzmann(0.1), step_size=0.5)"])
    ['Greedy()', 'Boltzmann(0.1)']
    >>> short_labels(["QLearning(Greedy())", "SampleAverage(Greedy())"])
    ['QLearning(Greedy())', 'SampleAverage(Greedy())']
    >>> short_labels(["QLearning(Greedy())", "QLearning(Boltzmann(own.schedules:Halving(1.0)))"])
    ['Greedy()', 'Boltzmann(own.schedules:Halving(1.0))']
    """
    policies, learners = [], set()
    for agent in agents:
        try:
            # Modules of the user's own are put as names, of the same length, so that places stay.
            tree = ast.parse(with_plain_names(agent), mode="eval").body
        except SyntaxError:
            return agents
        if not isinstance(tree, ast.Call) or not tree.args:
            return agents
        policy = ast.get_source_segment(agent, tree.args[0]) or ""
        policies.append(policy)
        learners.add(agent.replace(policy, "", 1))
    return policies if len(learners) == 1 and len(set(policies)) == len(policies) else agents
