"""Each study of a task that holds the same policies under two learners: agents are known by their whole notation."""

import dataclasses
import math

import pytest

import envs
from agents import ConstantStep, SampleAverage
from boltzmann import Boltzmann, Greedy, Linear, Uniform
from boltzmann.experiments import Experiment, RefusedError, Task, draw_sensitivity, run
from boltzmann.experiments.statistics import learner_of
from boltzmann.experiments.studies import (
    Annealing,
    Problem,
    Tuning,
    best_temperatures,
    check_ends,
    ends_table,
    judgement_table,
    run_annealing,
    run_tuning,
)

BANDIT = "boltzmann/GaussianBandit-v0(arms=3)"
POLICIES = [Boltzmann(0.0), Boltzmann(0.1), Boltzmann(1.0), Boltzmann(math.inf), Greedy(), Uniform()]
LEARNERS = (SampleAverage, ConstantStep)


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    return swept(tmp_path_factory.mktemp("both"), *LEARNERS)


def swept(folder, *learners, policies=POLICIES):
    agents = [learner(policy) for policy in policies for learner in learners]
    return run(Experiment([Task(BANDIT, agents, 60)], 12, 0), folder, make=envs.make, n_jobs=1)


def test_the_ends_of_each_learner_are_checked(both):
    checks = check_ends(both)
    assert [(check.end, check.policy) for check in checks] == [
        (f"{learner.__name__}({end})", f"{learner.__name__}({policy})")
        for learner in LEARNERS
        for end, policy in (("Boltzmann(0.0)", "Greedy()"), ("Boltzmann(inf)", "Uniform()"))
    ]
    assert not [check for check in checks if check.differing]
    assert len({row[1] for row in ends_table(checks).rows}) == 4


def test_an_end_that_one_learner_lacks_is_missed(tmp_path):
    agents = [*map(SampleAverage, POLICIES), *map(ConstantStep, POLICIES[:5])]
    results = run(Experiment([Task(BANDIT, agents, 10)], 2, 0), tmp_path, make=envs.make, n_jobs=1)
    with pytest.raises(RefusedError, match=r"must hold Uniform\(\) for ConstantStep\(_\) for its end"):
        check_ends(results)


def test_each_learner_has_a_best_temperature_of_its_own(both, tmp_path):
    results = best_temperatures(both, "gap")
    assert [best.task for best in results] == [f"{BANDIT} with {learner.__name__}(_)" for learner in LEARNERS]
    for learner, best in zip(LEARNERS, results, strict=True):
        # Agents of one task meet the same randomness, so a learner has the same results alone and beside another.
        (alone,) = best_temperatures(swept(tmp_path / learner.__name__, learner), "gap")
        assert dataclasses.replace(best, task=BANDIT) == alone


def test_each_learner_has_a_line_over_the_temperature(both):
    (panel,) = draw_sensitivity(both, "Boltzmann(T)", "gap").axes
    dots = [line for line in panel.get_lines() if line.get_marker() == "o"]
    assert [len(line.get_xdata()) for line in dots] == [4, 4]
    assert dots[0].get_color() != dots[1].get_color()
    named = {text.get_text() for text in panel.texts if text.get_gid() == "end label"}
    assert {f"{learner.__name__}(_)" for learner in LEARNERS} < named
    assert f"{LEARNERS[0].__name__}(Greedy())" in named


def beside_another_learner(folder):
    """Run experiments with every agent's policy under another learner too."""

    def add(task):
        others = [ConstantStep(agent.policy, step_size=0.5) for agent in task.agents]
        return dataclasses.replace(task, agents=(*others, *task.agents))

    def run_both(name, experiment):
        wider = dataclasses.replace(experiment, tasks=tuple(map(add, experiment.tasks)))
        return run(wider, folder / name, make=envs.make, n_jobs=1)

    return run_both


def alone(folder):
    return lambda name, experiment: run(experiment, folder / name, make=envs.make, n_jobs=1)


PROBLEM = Problem(BANDIT, SampleAverage(Greedy()), 60)


def test_annealing_gains_the_same_beside_another_learner(tmp_path):
    # The learner beside it would choose another constant.
    annealing = Annealing([PROBLEM], [0.03, 0.3, 3.0], [0.5], 4, 6, 0)
    gains, _ = run_annealing(annealing, beside_another_learner(tmp_path / "both"))
    assert gains == run_annealing(annealing, alone(tmp_path / "alone"))[0]


def test_tuning_recommends_the_same_beside_another_learner(tmp_path):
    policies = [Boltzmann(0.1), Boltzmann(10.0), Boltzmann(Linear(1.0, 0.1, 50)), Uniform()]
    tuning = Tuning(PROBLEM, policies, 4, 2, 10, 0)
    both, single = run_tuning(tuning, beside_another_learner(tmp_path / "both")), run_tuning(tuning, alone(tmp_path))
    assert (both.recommendation, both.agent, both.metric) == (single.recommendation, single.agent, single.metric)
    assert [entry.ranked for entry in both.rounds] == [entry.ranked for entry in single.rounds]
    (recommended,) = (row for row in judgement_table(both).rows if not row[-1])
    assert recommended[1] == both.agent
    assert learner_of(both.agent) == "SampleAverage(_)"
