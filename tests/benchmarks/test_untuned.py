"""The suite of untuned policies: its ratios by hand, its references, and a small run."""

import json

import numpy as np
import pytest

from benchmarks.untuned.__main__ import main
from benchmarks.untuned.scoring import Measured, Suite, defaults, measure
from benchmarks.untuned.showing import by_task, duels, heat_map, profile, summary
from benchmarks.untuned.tasks import BY_NAME, GROUPS, HELD_OUT, TASKS
from benchmarks.untuned.tuning import PARTS, REFERENCES, references
from boltzmann import Boltzmann, Greedy

RNG = np.random.default_rng(0)


def measured(task, **lost):
    """Losses with these means, and a little noise of the same replicates."""
    noise = RNG.normal(0, 0.01, 50)
    names = {"uniform": lost["uniform"], "tuned, all": lost["tuned"], "tuned, last": lost["tuned"]}
    names |= dict.fromkeys(defaults(1), lost["other"]) | {"ours": lost["ours"]}
    spread = {name: mean + noise - noise.mean() for name, mean in names.items()}
    return Measured(task, {name: dict.fromkeys(PARTS, array) for name, array in spread.items()})


def test_ratios_by_hand():
    half = measured(BY_NAME["testbed"], uniform=1.0, tuned=0.2, ours=0.6, other=0.2)
    assert half.ratio("ours", "all") == pytest.approx(0.5)
    better = measured(BY_NAME["lake"], uniform=1.0, tuned=0.2, ours=-3.0, other=0.2)
    assert better.ratio("ours", "all") == 1.2
    worse = measured(BY_NAME["grid"], uniform=1.0, tuned=0.2, ours=9.0, other=0.2)
    assert worse.ratio("ours", "all") == -0.5
    # The tuned schedule gains only 4 % of what uniform loses.
    assert not measured(BY_NAME["chain"], uniform=1.0, tuned=0.96, ours=0.5, other=0.2).counts("all")
    suite = Suite((half, better, worse), ("ours", *defaults(1)))
    score = suite.scores["ours", "all"]
    assert score.mean == pytest.approx((0.5 + 1.2 - 0.5) / 3)
    assert score.low <= score.mean <= score.high
    assert (score.worst, score.share) == ("grid", pytest.approx(1 / 3))
    assert score.groups() == pytest.approx({"stationary": 0.5, "shallow": 1.2, "sparse": -0.5})
    wins, losses = suite.wins_and_losses("ours", "epsilon 0.1")
    assert wins == ["lake (all)", "lake (last)"]
    assert losses == ["testbed (all)", "testbed (last)", "grid (all)", "grid (last)"]


def test_every_task_has_its_references():
    stored = json.loads(REFERENCES.read_text())
    assert list(stored) == [task.name for task in BY_NAME.values() if not task.tuned_as]
    assert {task.group for task in TASKS} == {task.group for task in HELD_OUT} == set(GROUPS)
    for task in BY_NAME.values():
        tuned = references(task)
        assert (not tuned) if task.tuned_as else all(isinstance(tuned[part], Boltzmann) for part in PARTS)
        assert task.agent(Greedy()).policy == Greedy()


def test_a_small_run_measures_scores_and_shows(tmp_path):
    names = ["testbed + 1000", "2 arms"]
    suite = measure([Greedy()], tmp_path, replicates=6, seed=0, jobs=1, tasks=[BY_NAME[name] for name in names])
    assert [each.task.name for each in suite.measured] == names
    # Whoever tunes by hand starts at the right origin: the shifted task has the testbed's tuned schedule.
    assert suite.measured[0].lost["tuned, all"]["all"].mean() < 0.5
    assert suite.entrants == ("Greedy()", *defaults(1))
    assert [len(table.rows) for table in (*summary(suite), duels(suite), by_task(suite))] == [4, 4, 3, 2]
    for draw in (heat_map, profile):
        assert len(draw(suite).axes) >= 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["Greedy()", "--tasks", "nowhere"], "tasks must be among"),
        (["nothing"], "nothing"),
        (["Greedy()", "--control", "Nothing(_)"], "Nothing"),
        ([], "name at least one policy"),
    ],
)
def test_wrong_arguments_are_refused(arguments, message, capsys):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert message in str(ended.value.code)


def test_tables_may_have_another_learner():
    for task in TASKS:
        kind = type(task.agent(Greedy(), "FrontierQ(_, discount=0.9)")).__name__
        assert (kind == "FrontierQ") == (task.group in ("shallow", "deep", "sparse")), task.name
