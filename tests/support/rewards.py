"""Results with given rewards, so that nothing has to be run."""

import numpy as np

from boltzmann.experiments import RECORDED, Plan, Results, Store
from boltzmann.experiments.describe.plan import TaskPlan


def store_rewards(folder, agents, finals, environment="Somewhere-v0", **arrays):
    """Results whose agents have the given rewards, one row of replicates for each agent; other arrays as given."""
    return store_tasks(folder, [TaskPlan(environment, tuple(agents), 20)], finals, **arrays)


def store_tasks(folder, tasks, finals, **arrays):
    """The same for several tasks of twenty steps, with the rows of one task's agents after those of another."""
    plan = Plan(tuple(tasks), len(finals[0]), 3, 100, 20)
    store = Store(folder)
    store.begin(plan)
    for index, (block, row) in enumerate(zip(plan.blocks(), finals, strict=True)):
        recorded = {name: np.full((20, len(row)), np.nan) for name in RECORDED}
        recorded.update(episodes=np.zeros((20, len(row))), return_sum=np.zeros((20, len(row))))
        recorded.update({name: np.tile(np.array(rows[index], dtype=float), (20, 1)) for name, rows in arrays.items()})
        store.write(plan, block, {**recorded, "reward": np.tile(np.array(row, dtype=float), (20, 1))})
    return Results.load(folder)
