"""Parameters of learners and backups: every one has a bound; wrong ones are refused with name, bound and value."""

import math

import pytest

from agents import (
    BackupLearning,
    ConstantStep,
    DynamicBoltzmannQ,
    Exp3,
    Exp3IX,
    GradientBandit,
    Maximum,
    MellowmaxQ,
    PolicyExpectation,
    QLearning,
    ReinforcementComparison,
    SampleAverage,
    SampleAverageWithInitial,
    Sarsa,
    SarsaLambda,
    ScheduledStep,
    SoftQ,
    TsallisINF,
)
from boltzmann import (
    Boltzmann,
    EntropyTarget,
    Greedy,
)
from tests.support.bounds import check_bounds
from tests.support.lists import BACKUPS, LEARNERS


@pytest.mark.parametrize("example", [*LEARNERS, *BACKUPS], ids=repr)
def test_every_parameter_has_a_bound_that_is_documented_and_enforced(example):
    check_bounds(example)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: QLearning(Greedy(), step_size=0.0), ValueError, r"step_size must be in \(0, 1\], got 0.0"),
        (lambda: QLearning(Greedy(), step_size=1.5), ValueError, "step_size must be"),
        (lambda: QLearning(Greedy(), discount=1.1), ValueError, r"discount must be in \[0, 1\], got 1.1"),
        (lambda: QLearning(Greedy(), initial_value=math.inf), ValueError, "initial_value must be in"),
        (lambda: QLearning(Greedy(), step_size=True), TypeError, "step_size must be a number"),
        (lambda: QLearning(Greedy(), step_size="a"), TypeError, "step_size must be a number"),
        (lambda: QLearning(0.1), TypeError, "policy must be a policy"),
        (lambda: QLearning(Boltzmann), TypeError, "policy must be a policy, .* got the class Boltzmann"),
        (lambda: SampleAverage("Greedy"), TypeError, "policy must be a policy"),
        (lambda: Exp3(exploration=0.0), ValueError, r"exploration must be in \(0, 1\]"),
        (lambda: Exp3(lowest_reward=1.0), ValueError, "highest_reward must be above lowest_reward=1.0, got 1.0"),
        (lambda: Exp3(highest_reward=5e-324), ValueError, "highest_reward must be above lowest_reward=0.0, got 5e-324"),
        (lambda: Exp3IX(step_size=0.0), ValueError, "step_size must be in"),
        (lambda: TsallisINF(step_size=-1.0), ValueError, "step_size must be in"),
        (lambda: TsallisINF(highest_reward=math.inf), ValueError, "highest_reward must be in"),
        (lambda: GradientBandit(step_size=math.inf), ValueError, "step_size must be in"),
        (lambda: ReinforcementComparison(reference_step_size=2.0), ValueError, "reference_step_size must be in"),
        (lambda: ConstantStep(Greedy(), step_size=0.0), ValueError, "step_size must be in"),
        (lambda: SampleAverageWithInitial(Greedy(), initial_value=math.nan), ValueError, "initial_value must be in"),
        (lambda: ScheduledStep(Greedy(), step_size=0.1), TypeError, "try ConstantStep"),
        (lambda: Sarsa(Greedy(), discount=-0.1), ValueError, r"discount must be in \[0, 1\], got -0.1"),
        (lambda: SarsaLambda(Greedy(), trace_decay=1.5), ValueError, r"trace_decay must be in \[0, 1\], got 1.5"),
        (lambda: SoftQ(Greedy(), temperature=math.inf), ValueError, r"temperature must be in \[0, inf\), got inf"),
        (lambda: MellowmaxQ(Greedy(), temperature=-1.0), ValueError, r"temperature must be in \[0, inf\], got -1.0"),
        (lambda: SoftQ(Greedy(), temperature=EntropyTarget(0.5)), TypeError, "temperature must .* got the thermostat"),
        (lambda: DynamicBoltzmannQ(Greedy(), temperature="a"), TypeError, "temperature must be a number"),
        (lambda: BackupLearning(Greedy(), 0.5), TypeError, "backup must be a backup"),
        (lambda: BackupLearning(Greedy(), Maximum), TypeError, "backup must be a backup, .* got the class Maximum"),
        (lambda: PolicyExpectation(0.5), TypeError, "policy must be a policy"),
        (lambda: PolicyExpectation(Greedy), TypeError, "policy must be a policy, .* got the class Greedy"),
    ],
)
def test_wrong_parameters_are_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()
