"""What the literature says beside what is measured: claims, arithmetic, the page, and the numbers themselves."""

import math
import re
from dataclasses import replace

import pytest

from agents import SampleAverage, SampleAverageWithInitial
from benchmarks.literature import __main__ as command
from benchmarks.literature.claims import Claim, Exact, Study
from benchmarks.literature.comparison import Comparison, experiment_of, measure, quick
from benchmarks.literature.exact import EXACT
from benchmarks.literature.pages import study_table
from benchmarks.literature.studies import GUMBEL, OTHERS, SOFTMAX, STUDIES, TESTBED
from boltzmann import UCB1, Boltzmann
from tests.support.frequencies import fresh_rng
from tests.support.paths import ROOT

PAGE = ROOT / "docs" / "literature.md"
STEPS = "boltzmann/GaussianBandit-v0(noise=0.0, means=[0.0, 0.5, 1.0])"
TINY = Study(
    "Three arms without noise",
    "Each is pulled once first, which costs 1.5.",
    steps=9,
    window=3,
    replicates=4,
    published_runs=None,
    claims=(
        Claim(STEPS, SampleAverage(UCB1(0.0)), "regret", "1.5"),
        Claim(STEPS, SampleAverage(UCB1(0.0)), "regret after K", "0"),
        Claim(STEPS, SampleAverage(UCB1(0.0)), "optimal", "100"),
    ),
)


@pytest.mark.parametrize("exact", EXACT, ids=lambda exact: exact.name)
def test_computed_numbers_are_the_published_ones(exact):
    assert exact.met_by(exact.compute())


def test_a_claim_is_met_where_the_value_rounds_to_the_published_digits():
    claim = Exact("", "-1.50", lambda: 0.0)
    assert claim.decimals == 2
    assert [claim.met_by(value) for value in (-1.504, -1.506, 1.5, math.nan)] == [True, False, False, False]
    assert Exact("", "400", lambda: 0.0).met_by(400.4)


def test_claims_have_different_labels_and_say_why_they_are_not_met():
    labels = [claim.label for study in STUDIES for claim in study.claims] + [exact.name for exact in EXACT]
    assert len(set(labels)) == len(labels)
    for claim in (claim for study in STUDIES for claim in study.claims):
        assert claim.published or claim.note
        assert not claim.differs or (claim.published and claim.note)


def test_a_cell_runs_once_for_all_its_claims():
    experiment = experiment_of(TINY, 5)
    assert [len(task.agents) for task in experiment.tasks] == [1]
    assert (experiment.seed, experiment.replicates, experiment.points) == (5, 4, 3)
    assert sum(len(task.agents) for task in experiment_of(OTHERS, 0).tasks) == len(OTHERS.claims) - 2
    assert [quick(study).steps for study in STUDIES] == [100, 100, 100, 2000]


def test_the_first_pulls_are_free_where_the_study_says_so():
    rows = measure(TINY, 0)
    assert [row.mean for row in rows] == [1.5, 0.0, 100.0]
    assert [row.replicates for row in rows] == [4, 4, 4]
    with pytest.raises(ValueError, match="window must be 3, the number of arms, got 9"):
        measure(replace(TINY, window=9), 0)


def test_the_published_mean_has_an_error_too():
    row = Comparison(TINY.claims[0], mean=2.5, deviation=4.0, replicates=400, published_runs=100)
    assert (row.error, row.published_error, row.difference) == (0.2, 0.4, 1.0)
    assert row.errors_apart == pytest.approx(1 / math.sqrt(0.2))
    assert replace(row, published_runs=None).errors_apart == 5.0
    assert replace(row, mean=1.0, deviation=0.0).errors_apart == -math.inf
    assert math.isnan(replace(row, claim=replace(row.claim, published="")).errors_apart)


def test_the_table_has_a_row_for_each_claim():
    claim = replace(TINY.claims[0], note="what is to be said")
    known = Comparison(claim, mean=1.23456, deviation=0.2, replicates=100, published_runs=None)
    lines = study_table(TINY, [known, replace(known, claim=replace(claim, published=""))]).splitlines()[-2:]
    assert lines[0].endswith("| total regret | 1.5 | 1.235 ± 0.020 | -13.3 | what is to be said |")
    assert lines[1].endswith("| total regret |  | 1.235 ± 0.020 |  | what is to be said |")


def test_the_command_prints_and_writes_the_same_page(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(command, "STUDIES", (TINY,))
    monkeypatch.setattr(command, "EXACT", (Exact("one", "1.0", lambda: 1.01), Exact("two", "2.0", lambda: 2.1)))
    command.main(["--output", str(tmp_path / "page.md")])
    out, _ = capsys.readouterr()
    assert (tmp_path / "page.md").read_text(encoding="utf-8") == out
    assert "| one | 1.0 | 1.010 |  |" in out
    assert "| two | 2.0 | 2.100 | **not met** |" in out
    assert "1 of 2 agree" in out
    with pytest.raises(SystemExit, match="2"):
        command.main(["--quick", "--output", str(tmp_path / "quick.md")])
    assert "numbers that mean nothing" in capsys.readouterr().err
    assert not (tmp_path / "quick.md").exists()


def test_the_page_holds_every_claim_and_explains_differences():
    text = PAGE.read_text(encoding="utf-8")
    for exact in EXACT:
        assert f"| {exact.name} | {exact.published} | " in text
    assert f"{len(EXACT)} of {len(EXACT)} agree" in text
    for study in STUDIES:
        assert study.text in text
        for claim in study.claims:
            begin = f"| `{claim.agent!r}` | `{claim.environment}` | "
            pattern = (
                re.escape(begin) + r"[^|]*" + re.escape(f" | {claim.published} | ") + r"([^|]*)\| *(\S*) *\| *(.*) \|"
            )
            matches = [m for m in re.finditer(pattern, text) if m[3].strip() == claim.note]
            assert matches, claim.label
            if claim.published:
                # The difference is within three standard errors, or the row explains it.
                apart = abs(float(matches[0][2]))
                assert apart <= 3 or claim.note, claim.label
                assert apart > 3 or not claim.differs, claim.label


def agrees(row):
    """Whether a fresh measurement agrees with the published number.

    The published mean was drawn once, and is within three of its own standard errors of the mean of many more
    runs; ours is drawn anew, and more than six of its own are a false alarm of 2e-9 a row.
    """
    return abs(row.difference) <= 3 * row.published_error + 6 * row.error


def fresh(study, replicates):
    return measure(replace(study, replicates=replicates), int(fresh_rng().integers(2**32)))


@pytest.mark.slow
def test_upper_confidence_bounds_find_the_best_arm_as_often_as_published():
    claims = tuple(claim for claim in TESTBED.claims if "UCB1" in repr(claim.agent))
    rows = fresh(replace(TESTBED, claims=claims), 4000)
    assert len(rows) == 1
    assert all(map(agrees, rows))


def off(rows):
    """Labels of the published rows that a fresh measurement does not agree with."""
    return [row.claim.label for row in rows if row.claim.published and not agrees(row)]


@pytest.mark.slow
def test_softmax_on_uniform_means_brings_the_published_regrets():
    rows = fresh(SOFTMAX, 10_000)
    assert len(rows) == 14
    assert not off(rows)
    # Counting the initial value as a reward differs significantly.
    like = next(claim for claim in SOFTMAX.claims if claim.published == "4.250")
    counted = replace(like, agent=SampleAverageWithInitial(Boltzmann(0.005), initial_value=1.0))
    assert off(fresh(replace(SOFTMAX, claims=(counted,)), 2000)) == [counted.label]


@pytest.mark.slow
def test_others_on_uniform_means_bring_the_published_regrets():
    rows = fresh(OTHERS, 4000)
    assert len(rows) == 6
    assert not off(rows)
    # Exchanging .1 and .98 differs significantly.
    *_, right, swapped = rows
    assert not agrees(replace(swapped, claim=replace(swapped.claim, published=right.claim.published)))


@pytest.mark.slow
def test_a_temperature_for_each_arm_overcomes_a_misleading_start_and_no_schedule_does():
    # The runs that miss the best arm for ever, one in a hundred at C^2 = .05, make a mean of 300 skewed: more of them
    # raise its error with it, and fewer bring it down by less than four.
    rows = fresh(GUMBEL, 300)
    known = [row for row in rows if row.claim.published and not row.claim.differs]
    assert len(known) == 4
    assert all(agrees(row) for row in known)
    (differing,) = [row for row in rows if row.claim.differs]
    assert differing.errors_apart > 3
    means = {(row.claim.agent.policy, "zeroed=0)" in row.claim.environment): row.mean for row in rows}
    for policy in {policy for policy, _ in means}:
        lost = means[policy, False]
        assert lost > 1400 if isinstance(policy, Boltzmann) else lost < 600
    (annealed,) = [policy for policy, as_is in means if as_is and isinstance(policy, Boltzmann)]
    assert means[annealed, False] - means[annealed, True] > 700
