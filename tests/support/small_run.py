"""A run of four small blocks, for tests that damage its folder."""

import envs
from agents import SampleAverage
from boltzmann import Boltzmann, Greedy
from boltzmann.experiments import Experiment, Task, run

AGENTS = [SampleAverage(Greedy()), SampleAverage(Boltzmann(0.1))]
EXPERIMENT = Experiment([Task("boltzmann/GaussianBandit-v0(arms=2)", AGENTS, 4)], 3, 0, block=2)
PLAN = EXPERIMENT.plan
FIRST, SECOND = (block.name for block in PLAN.blocks()[:2])


def computed(folder):
    return run(EXPERIMENT, folder, make=envs.make, engine="lockstep")
