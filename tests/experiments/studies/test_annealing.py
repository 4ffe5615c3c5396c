"""What annealing gains: the families of schedules, the choice of the constant, and the comparison with it."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_rel

import envs
from agents import QLearning, SampleAverage
from boltzmann import Boltzmann, Greedy
from boltzmann.experiments import RefusedError, run
from boltzmann.experiments.studies.annealing import PERIODS, Annealing, Gain, run_annealing
from boltzmann.experiments.studies.annealing_tables import annealing_answer, gain_cards, gain_sections, gain_tables
from boltzmann.experiments.studies.gains import draw_gains
from boltzmann.experiments.studies.problem import Problem, separate_seeds
from boltzmann.experiments.studies.schedule_families import FAMILIES, schedule_of
from boltzmann.experiments.studies.study_charts import gain_charts
from boltzmann.notation import parse
from scripts.support.names import NAMES

BANDIT = SampleAverage(Greedy())
temperatures = st.floats(1e-4, 1e4)


@pytest.mark.parametrize("family", FAMILIES)
@given(low=temperatures, times=st.floats(1.5, 1e3), until=st.integers(1, 10**6))
def test_every_family_comes_down_on_time_and_goes_no_higher(family, low, times, until):
    schedule = schedule_of(family, low * times, low, until)
    # Numbers are rounded to three digits: half a per cent each, and the rate of a decay counts once more.
    tolerance = 0.01 * (1 + np.log(times))
    assert float(schedule(until)) == pytest.approx(low, rel=tolerance)
    after = schedule(until + np.arange(10) * max(1, until // 3))
    assert (np.diff(after) <= 1e-12 * low).all() or family == "log over time"
    assert repr(parse(repr(schedule), NAMES)) == repr(schedule)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("square", 1.0, 0.1, 10), "family must be one of linear, "),
        (("linear", 1.0, 0.0, 10), r"low must be in \(0, inf\), got 0.0"),
        (("linear", np.inf, 1.0, 10), r"high must be in \(0, inf\), got inf"),
        (("linear", 0.1, 1.0, 10), "high must be above low, 1.0, got 0.1"),
        (("linear", 1.0, 0.1, 0), "until must be at least 1, got 0"),
    ],
)
def test_families_say_what_is_wrong(arguments, message):
    with pytest.raises(ValueError, match=message):
        schedule_of(*arguments)


def test_a_problem_takes_policies_into_its_learner():
    problem = Problem("FrozenLake-v1", QLearning(Greedy(), step_size=0.5), 10)
    task = problem.task([Boltzmann(0.1), Boltzmann(1.0), Boltzmann(0.1)])
    assert [repr(agent) for agent in task.agents] == [
        "QLearning(Boltzmann(0.1), step_size=0.5)",
        "QLearning(Boltzmann(1.0), step_size=0.5)",
    ]
    with pytest.raises(ValueError, match="learner must be an agent that holds a policy"):
        Problem("FrozenLake-v1", Boltzmann(1.0), 10)
    assert separate_seeds(5, 4)[:2] == separate_seeds(5, 2)


def annealed(folder, environment, constants, speeds, steps, metric="gap", judging=20):
    annealing = Annealing([Problem(environment, BANDIT, steps)], constants, speeds, 4, judging, 0, metric)
    return run_annealing(annealing, lambda name, experiment: run(experiment, folder / name, make=envs.make))


def test_cooling_gains_where_the_best_constant_is_too_hot(tmp_path):
    """At T = 1 the arm that pays nothing keeps e^-1 / (1 + e^-1) = 27 % of the pulls; cold, hardly any."""
    gains, runs = annealed(tmp_path, "boltzmann/BernoulliBandit-v0(means=[0.0, 1.0])", [1.0, 50.0], [0.3], 100)
    assert len(gains) == 2 * len(FAMILIES)
    assert {gain.constant for gain in gains} == {"Boltzmann(1.0)"}
    last = [gain for gain in gains if gain.period == PERIODS[1]]
    assert {gain.verdict for gain in last} == {"gains"}
    assert all(0.2 < gain.value < 0.35 for gain in last)
    choosing, judging = runs["choosing"].plan, runs["judging"].plan
    assert choosing.seed != judging.seed
    assert (choosing.replicates, judging.replicates) == (4, 20)
    assert "schedules 0 gain" not in annealing_answer(gains)[0]
    elsewhere = [dataclasses.replace(gain, task="another", p_value=1.0) for gain in gains]
    assert "some schedule gains" in annealing_answer([*gains, *elsewhere])[0]


def test_cooling_loses_where_the_best_arm_pays_late(tmp_path):
    """A schedule that is cold before the best arm starts to pay never pulls it again; T = 0.3 does."""
    gains, _ = annealed(tmp_path, "boltzmann/ZeroedStartBandit-v0(means=[0.5, 1.0], zeroed=40)", [0.3], [0.05], 400)
    assert {gain.verdict for gain in gains if gain.family in ("linear", "cosine", "exponential")} == {"loses"}
    assert "schedules 0 gain" in annealing_answer(gains)[0]


@pytest.mark.parametrize(("metric", "sign"), [("gap", -1.0), ("reward", 1.0)])
def test_gains_are_paired_differences_of_means(metric, sign, tmp_path):
    """The oracle reads the stored windows itself, tests each pair by SciPy, and corrects by Holm's own words."""
    gains, runs = annealed(tmp_path, "boltzmann/GaussianBandit-v0(arms=3)", [0.1, 1.0], [0.5, 1.0], 40, metric)
    cells = {cell.agent: cell.metrics[metric] for cell in runs["judging"].cells()}
    chosen = {cell.agent: cell.metrics[metric].mean() * sign for cell in runs["choosing"].cells()}
    assert f"SampleAverage({gains[0].constant})" == max(chosen, key=chosen.get)
    for period, windows in ((PERIODS[0], slice(None)), (PERIODS[1], slice(-4, None))):
        here = [gain for gain in gains if gain.period == period]
        tests = []
        for gain in here:
            annealed_means, constant_means = (
                cells[f"SampleAverage({name})"][:, windows].mean(axis=1) for name in (gain.policy, gain.constant)
            )
            assert gain.value == pytest.approx(sign * (annealed_means - constant_means).mean(), abs=1e-12)
            assert gain.level == pytest.approx(constant_means.mean())
            tests.append(ttest_rel(annealed_means, constant_means))
            ends = np.sort(sign * np.array(tests[-1].confidence_interval()))
            assert (gain.low, gain.high) == pytest.approx(tuple(ends), abs=1e-9)
        order, largest = np.argsort([test.pvalue for test in tests]), 0.0
        for rank, index in enumerate(order):
            largest = max(largest, min(1.0, (len(tests) - rank) * tests[index].pvalue))
            assert here[index].p_value == pytest.approx(largest, abs=1e-9)


def test_a_metric_that_a_task_does_not_have_is_refused(tmp_path):
    learner = QLearning(Greedy())
    cart, lake = Problem("CartPole-v1(bins=(1, 1, 2, 2))", learner, 20), Problem("FrozenLake-v1", learner, 20)
    for problems, message in (
        ([cart], "no task of .* has the metric 'gap'"),
        ([lake, cart], "CartPole.* does not have"),
    ):
        annealing = Annealing(problems, [1.0], [1.0], 2, 2, 0, "gap")
        folder = tmp_path / f"{len(problems)}"
        with pytest.raises(RefusedError, match=message):
            run_annealing(annealing, lambda name, one, folder=folder: run(one, folder / name, make=envs.make))


def test_returns_are_judged_by_the_episodes_that_ended_in_the_period(tmp_path):
    """The oracle sums the stored episodes and returns itself."""
    problem = Problem("FrozenLake-v1", QLearning(Greedy()), 1000)
    annealing = Annealing([problem], [0.1, 1.0], [1.0], 4, 12, 0, "return")
    gains, runs = run_annealing(annealing, lambda name, one: run(one, tmp_path / name, make=envs.make))
    assert {gain.metric for gain in gains} == {"return"}
    cells = {cell.agent: cell.metrics for cell in runs["judging"].cells()}
    for period, windows in ((PERIODS[0], slice(None)), (PERIODS[1], slice(-10, None))):
        for gain in (gain for gain in gains if gain.period == period):
            annealed_returns, constant_returns = (
                cells[f"QLearning({name})"]["return_sum"][:, windows].sum(axis=1)
                / cells[f"QLearning({name})"]["episodes"][:, windows].sum(axis=1)
                for name in (gain.policy, gain.constant)
            )
            assert gain.value == pytest.approx((annealed_returns - constant_returns).mean())
            assert gain.level == pytest.approx(constant_returns.mean())


def test_replicates_without_a_return_are_left_out_and_no_value_is_said(tmp_path):
    """In the last three of 30 steps few poles fall; the gap is not told, so the usual metric judges by default."""
    problem = Problem("CartPole-v1(bins=(1, 1, 6, 12))", QLearning(Greedy()), 30)
    annealing = Annealing([problem], [0.1], [1.0], 2, 4, 0, "return")
    gains, _ = run_annealing(annealing, lambda name, one: run(one, tmp_path / name, make=envs.make))
    usual, _ = run_annealing(
        dataclasses.replace(annealing, metric=None), lambda name, one: run(one, tmp_path / name, make=envs.make)
    )
    assert {gain.metric for gain in usual} == {"return"}
    assert not any(np.isnan(gain.value) for gain in gains if gain.period == PERIODS[0])
    last = [dataclasses.replace(gain, value=np.nan, low=np.nan, high=np.nan, p_value=np.nan) for gain in gains[-2:]]
    shown = [*gains[:-2], *last]
    assert "no value" in str(gain_tables(shown)[-1].rows)
    assert "nan" not in " ".join(annealing_answer(shown))
    assert draw_gains(shown).axes
    assert gain_charts(shown)
    assert gain_cards(shown)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"temperatures": [0.0, np.inf]}, r"temperatures must hold one in \(0, inf\)"),
        ({"speeds": [0.5, 0.0]}, r"speeds must be in \(0, 1\]"),
        ({"speeds": []}, r"speeds must be in \(0, 1\]"),
        ({"judging": 1}, "judging must be at least 2, got 1"),
        ({"choosing": 0}, "replicates must be at least 1, got 0"),
        ({"seed": -1}, "seed must be at least 0, got -1"),
    ],
)
def test_comparisons_say_what_is_wrong(changed, message):
    good = {"problems": [Problem("FrozenLake-v1", QLearning(Greedy()), 10)], "temperatures": [1.0], "speeds": [1.0]}
    with pytest.raises(ValueError, match=message):
        Annealing(**({**good, "choosing": 2, "judging": 2, "seed": 0} | changed))


GAIN = Gain("a", PERIODS[0], "linear", 0.5, "Boltzmann(x)", "Boltzmann(1.0)", "gap", 0.5, 0.4, 0.6, 0.01, 2.0)
GAINS = [
    GAIN,
    dataclasses.replace(GAIN, speed=1.0, value=-0.5, low=-0.6, high=-0.4),
    dataclasses.replace(GAIN, family="cosine", p_value=0.2),
    dataclasses.replace(GAIN, family="cosine", speed=1.0, p_value=np.nan),
]


def test_figure_and_table_mark_significant_differences():
    assert [gain.verdict for gain in GAINS] == ["gains", "loses", "not significant", "not significant"]
    (panel,) = draw_gains(GAINS).axes
    marks = [line for line in panel.lines if line.get_marker() in ("o", "s") and len(line.get_xdata())]
    assert [line.get_markerfacecolor() == "white" for line in marks] == [False, False, True, True]
    assert panel.get_xscale() == "linear"
    assert [text.get_text() for text in panel.get_yticklabels()] == ["linear", "cosine"]
    (table,) = gain_tables(GAINS)
    assert table.columns == ("family", "down after 50 %", "down after 100 %")
    assert table.rows[0] == ("linear", "+0.50 ± 0.10 +", "-0.50 ± 0.10 -")
    assert table.rows[1][1].endswith(" =")
    assert (
        "of 4 schedules 1 gains over Boltzmann(1.0), 1 loses, 2 do not differ significantly from it"
        in annealing_answer(GAINS)[0]
    )


@pytest.mark.parametrize(
    ("kept", "answer", "card", "number"),
    [
        (GAINS[:1], "of 1 schedule 1 gains over Boltzmann(1.0), 0 lose, 0 do not", "1 of 1 schedule gains; it is", "1"),
        (GAINS[1:3], "of 2 schedules 0 gain over Boltzmann(1.0), 1 loses, 1 does not", None, "0"),
        ([GAIN, GAIN], "of 2 schedules 2 gain over", "2 of 2 schedules gain; the best of them is", "1"),
    ],
)
def test_verbs_agree_with_their_counts(kept, answer, card, number):
    assert answer in annealing_answer(kept)[0]
    (shown,) = gain_cards(kept)
    assert shown.number == f"{number} of 1 task"
    assert card is None or card in shown.sentences[0]


def test_the_best_schedule_is_one_that_gains():
    # A larger mean that is not significant is no gain.
    unsure = dataclasses.replace(GAIN, policy="Boltzmann(y)", value=0.9, low=-0.1, high=1.9, p_value=0.2)
    gains = [*GAINS, unsure]
    assert "The one that gains is Boltzmann(x), +0.50" in annealing_answer(gains)[0]
    assert "Best of those that gain is Boltzmann(x), +0.50" in annealing_answer([*gains, GAIN])[0]
    (card,) = gain_cards(gains)
    assert "1 of 5 schedules gains; it is Boltzmann(x), by +0.50" in card.sentences[0]
    assert gain_sections(gains)[0].tables[0].rows[0][2:4] == ("linear after 50 %", "+0.50 [+0.40, +0.60]")
    (answer,) = annealing_answer([unsure, *GAINS[1:]])
    assert "Best by its mean is Boltzmann(y), +0.9 " in answer


def test_one_huge_difference_does_not_hide_the_others():
    huge = dataclasses.replace(GAIN, family="stairs", value=-1000.0, low=-1001.0, high=-999.0)
    assert draw_gains([*GAINS, huge]).axes[0].get_xscale() == "symlog"
