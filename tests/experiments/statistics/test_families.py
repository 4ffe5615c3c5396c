"""Agents that differ in one number."""

import numpy as np

from boltzmann.experiments.statistics.families import hole_of, members, usual_family
from boltzmann.experiments.store.results import Cell


def cells_named(*policies, learner="QLearning({})"):
    agents = [learner.format(policy) for policy in policies]
    return {agent: Cell("task", agent, np.array([1]), {}) for agent in agents}


def test_members_of_a_family_differ_in_its_number_alone():
    cells = cells_named(
        "Boltzmann(Linear(1.0, 0.1, 100))",
        "Boltzmann(Linear(0.5, 0.1, 100))",
        "Boltzmann(Linear(0.5, 0.1, 200))",
        "Boltzmann(0.5)",
        "Boltzmann(inf)",
        "Boltzmann(True)",
        "Greedy(0.5)",
        "a.module:Mine(0.5)",
    )
    assert members(cells, "Boltzmann(Linear(T, 0.1, 100))") == {
        "QLearning(Boltzmann(Linear(0.5, 0.1, 100)))": 0.5,
        "QLearning(Boltzmann(Linear(1.0, 0.1, 100)))": 1.0,
    }
    constants = {"QLearning(Boltzmann(0.5))": 0.5, "QLearning(Boltzmann(inf))": np.inf}
    assert members(cells, "Boltzmann(T)") == constants
    assert members(cells, "QLearning(Greedy(x))") == {"QLearning(Greedy(0.5))": 0.5}
    # Another learner with the same policies has agents of its own.
    others = cells_named("Boltzmann(0.5)", learner="Sarsa({}, step_size=0.5)")
    assert members(cells | others, "Boltzmann(T)") == constants | {"Sarsa(Boltzmann(0.5), step_size=0.5)": 0.5}
    assert members(cells | others, "QLearning(Boltzmann(T))") == constants
    assert usual_family(cells) in ("Boltzmann(T)", "Boltzmann(Linear(T, 0.1, 100))")
    assert usual_family(cells_named("Boltzmann(0.5)", "Greedy()")) is None
    assert usual_family(cells_named("UCB(0.5)", "UCB(1.0)")) == "UCB(x)"
    assert hole_of("Boltzmann(Scale(Linear(inf, 0.1, 100), factor))") == "factor"
