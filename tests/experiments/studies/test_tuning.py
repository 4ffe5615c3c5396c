"""Successive halving on rigged problems whose answer is known, step by step and stopped half-way."""

import numpy as np
import pytest

import envs
from agents import QLearning, SampleAverage
from boltzmann import Boltzmann, Greedy, Linear
from boltzmann.experiments import Judgement, run
from boltzmann.experiments.charts import difference_charts
from boltzmann.experiments.studies.problem import Problem
from boltzmann.experiments.studies.tuning import Tuning, candidates, run_tuning
from boltzmann.experiments.studies.tuning_tables import judgement_table, recommendation, rounds_table

COLD, HOT = [Boltzmann(0.0), Boltzmann(0.01), Boltzmann(0.03)], [Boltzmann(T) for T in (1.0, 3.0, 30.0, np.inf)]
# Greedy shares ties, so it reaches the one paying arm within some rounds; hot policies keep leaving that arm.
HUGE_GAPS = Problem("boltzmann/BernoulliBandit-v0(means=[0.0, 0.0, 1.0])", SampleAverage(Greedy()), 100)
NO_GAPS = Problem("boltzmann/GaussianBandit-v0(means=[0.3, 0.3, 0.3])", SampleAverage(Greedy()), 50)


def tuned_in(folder, tuning):
    return run_tuning(tuning, lambda name, experiment: run(experiment, folder / name, make=envs.make))


def test_the_known_best_is_found_whatever_the_order(tmp_path):
    for number, policies in enumerate(([*HOT, *COLD], [*COLD, *HOT])):
        tuned = tuned_in(tmp_path / str(number), Tuning(HUGE_GAPS, policies, 4, 4, 12, 0))
        assert tuned.recommendation in [repr(policy) for policy in COLD]
        assert tuned.metric == "gap"
        verdicts = {row[1]: row[-1] for row in judgement_table(tuned).rows}
        assert verdicts.pop(tuned.recommendation) == ""
        assert verdicts.pop("Boltzmann(1.0)") == "worse"
        assert set(verdicts.values()) == {"="}
        answer = " ".join(recommendation(tuned))
        assert f"Recommended for {HUGE_GAPS.environment}: {tuned.recommendation}." in answer
        assert "is 0.000 ± 0.000: mean and 95 % interval over 12 fresh replicates" in answer
        assert all(name in answer for name in verdicts)
        assert "Boltzmann(1.0)" not in answer


def test_equal_candidates_do_not_differ_significantly(tmp_path):
    tuned = tuned_in(tmp_path, Tuning(NO_GAPS, [*HOT, *COLD], 2, 5, 12, 0))
    # Equal candidates keep the order in which they were given.
    assert tuned.recommendation == repr(HOT[0])
    verdicts = [row[-1] for row in judgement_table(tuned).rows]
    assert sorted(verdicts) == ["", *["="] * 4]
    assert "not differ significantly from it." in recommendation(tuned)[2]


def test_a_finalist_that_proves_better_is_reported(tmp_path):
    """The last round is made to err, which one replicate may: the judgement has seeds of its own, and says so."""
    tuned = tuned_in(tmp_path, Tuning(HUGE_GAPS, [COLD[0], HOT[1]], 1, 2, 12, 0))
    wrong = tuned.__class__("Boltzmann(3.0)", "SampleAverage(Boltzmann(3.0))", "gap", tuned.rounds, tuned.judged)
    assert "Better than it on these seeds, all tests counted: Boltzmann(0.0)." in recommendation(wrong)
    assert "All other finalists differ significantly from it." in recommendation(tuned)


def test_finalists_stand_in_the_order_of_the_search_everywhere(tmp_path):
    """One replicate of each candidate misleads the search, and fresh means have another order."""
    policies = [*HOT, *COLD]
    problem = Problem("boltzmann/GaussianBandit-v0(arms=4)", SampleAverage(Greedy()), 50)
    tuned = tuned_in(tmp_path, Tuning(problem, policies, 1, len(policies), 12, 0, "reward"))
    searched = list(tuned.rounds[-1].ranked)
    (fresh,) = Judgement(tuned.judged, "reward").tasks
    assert list(fresh.labels) != searched
    (judged,) = tuned.judgement.tasks
    assert list(judged.labels) == searched
    assert [row["agent"] for row in judged.rows] == searched
    assert judged.labels[judged.reference] == judged.labels[0] == tuned.recommendation
    assert [row[:2] for row in judgement_table(tuned).rows] == [(f"{i + 1}", name) for i, name in enumerate(searched)]
    similar = [name for name in searched if name in recommendation(tuned)[2]]
    assert recommendation(tuned)[2] == f"{', '.join(similar)} do not differ significantly from it."
    (chart,) = difference_charts(tuned.judgement)
    assert [row.name for row in chart.panels[0].rows] == searched
    leader = max(judged.rows, key=lambda row: row["cumulative"])["agent"]
    assert leader != searched[0]
    assert recommendation(tuned)[-1] == f"Over all steps, {leader} has the best mean total reward."
    # Sentences on who is best read the means.
    assert tuned.judgement.answers == Judgement(tuned.judged, "reward", tuned.agent).answers


def test_rounds_halve_by_their_own_means_and_share_no_seed(tmp_path):
    policies = [Boltzmann(T) for T in (0.0, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, np.inf)]
    problem = Problem("boltzmann/GaussianBandit-v0(arms=4)", SampleAverage(Greedy()), 60)
    tuned = tuned_in(tmp_path, Tuning(problem, policies, 4, 3, 10, 7))
    assert [len(stage.ranked) for stage in tuned.rounds] == [9, 5, 3]
    assert [stage.results.plan.replicates for stage in tuned.rounds] == [4, 8, 16]
    seeds = [stage.results.plan.seed for stage in tuned.rounds] + [tuned.judged.plan.seed]
    assert len(set(seeds)) == 4
    left = [repr(policy) for policy in policies]
    for stage in tuned.rounds:
        finals = {cell.agent: cell.metrics["gap"][:, -6:].mean() for cell in stage.results.cells()}
        assert list(finals) == [f"SampleAverage({name})" for name in left]
        assert sorted(finals, key=finals.get) == [f"SampleAverage({name})" for name in stage.ranked]
        left = list(stage.ranked[: max(3, -(-len(left) // 2))])
    assert tuned.judged.plan.tasks[0].agents == tuple(f"SampleAverage({name})" for name in left)
    assert tuned.recommendation == left[0]
    assert [row[1] for row in rounds_table(tuned).rows] == ["9", "5", "3"]


def test_a_search_that_was_stopped_ends_with_the_same_bytes(tmp_path):
    tuning = Tuning(HUGE_GAPS, [*HOT, *COLD], 2, 3, 4, 3)
    whole = tuned_in(tmp_path / "whole", tuning)

    class StopError(Exception):
        pass

    def stops(name, experiment):
        if name == "round-1":
            raise StopError
        return run(experiment, tmp_path / "stopped" / name, make=envs.make)

    with pytest.raises(StopError):
        run_tuning(tuning, stops)
    begun = {path: path.stat().st_mtime_ns for path in (tmp_path / "stopped").rglob("*.npz")}
    assert begun
    again = tuned_in(tmp_path / "stopped", tuning)
    assert again.recommendation == whole.recommendation
    assert all(path.stat().st_mtime_ns == when for path, when in begun.items())
    whole_files, stopped_files = (
        {path.relative_to(tmp_path / name): path.read_bytes() for path in (tmp_path / name).rglob("*.npz")}
        for name in ("whole", "stopped")
    )
    assert whole_files == stopped_files


def test_returns_judge_where_there_is_no_gap(tmp_path):
    problem = Problem("CartPole-v1(bins=(1, 1, 2, 2))", QLearning(Greedy()), 120)
    tuned = tuned_in(tmp_path, Tuning(problem, [Boltzmann(0.1), Boltzmann(Linear(1.0, 0.1, 100))], 3, 2, 3, 0))
    # Every step pays 1, so all rewards are equal; only returns distinguish the agents.
    ended = [cell.metrics["episodes"][:, -10:].any() for cell in tuned.rounds[0].results.cells()]
    assert tuned.metric == ("return" if all(ended) else "reward")
    assert all(ended)
    asked = tuned_in(tmp_path / "asked", Tuning(problem, [Boltzmann(0.1), Boltzmann(1.0)], 3, 2, 3, 0, "reward"))
    assert asked.metric == "reward"


def test_candidates_span_the_range():
    policies = candidates(0.01, 1.0, 1000, ["linear", "log over time"], [0.5])
    names = [repr(policy) for policy in policies]
    assert names[:3] == ["Boltzmann(0.0)", "Boltzmann(0.01)", "Boltzmann(0.0316)"]
    assert "Boltzmann(inf)" in names
    assert "Boltzmann(Linear(1.0, 0.01, 500))" in names
    assert len(set(names)) == len(names) == 7 + 6


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"policies": [Boltzmann(1.0)]}, "policies must be at least two, got 1"),
        ({"first": 0}, "first must be at least 1, got 0"),
        ({"finalists": 1}, "finalists must be at least 2, got 1"),
        ({"judging": 1}, "judging must be at least 2, got 1"),
        ({"seed": -1}, "seed must be at least 0, got -1"),
    ],
)
def test_searches_say_what_is_wrong(changed, message):
    with pytest.raises(ValueError, match=message):
        Tuning(
            **({"problem": NO_GAPS, "policies": COLD, "first": 1, "finalists": 2, "judging": 2, "seed": 0} | changed)
        )


@pytest.mark.parametrize("wrong", [0.0, 1.5])
def test_speeds_out_of_bounds_are_refused(wrong):
    with pytest.raises(ValueError, match=rf"speeds must be in \(0, 1\], got {wrong}"):
        candidates(0.1, 1.0, 10, ["linear"], [wrong])
