"""Learners over trees and buckets: the law of learners with tables, one contract, and a comparison by command."""

import copy
import math

import numpy as np
import pytest
from gymnasium.spaces import Box, Discrete

import agents
import envs
from agents import BucketAverage, ConstantStep, SampleAverage, TreeAverage
from boltzmann import Boltzmann, Staircase, Transition
from boltzmann.experiments.engine import rollout
from boltzmann.notation import check_expressible, parse
from scripts.compare_schedules import main
from scripts.support.names import NAMES
from tests.support.frequencies import agrees, counts_of, fresh_rng
from tests.support.lists import LARGE_LEARNERS

every_learner = pytest.mark.parametrize("learner", LARGE_LEARNERS, ids=repr)
NOTHING = np.zeros(3, dtype=bool)
ZEROS = np.zeros(3, dtype=int)


def prepared(learner, num_envs=3, actions=5, seed=0):
    agent = copy.deepcopy(learner)
    agent.reset(num_envs, Discrete(1), Discrete(actions), np.random.default_rng(seed))
    return agent


def learnt(actions, rewards):
    count = len(actions)
    nothing, zeros = np.zeros(count, dtype=bool), np.zeros(count, dtype=int)
    return Transition(zeros, np.asarray(actions), np.asarray(rewards, dtype=float), zeros, nothing, nothing)


def with_table(learner):
    """The learner with a table that has the same law."""
    if learner.step_size is None:
        return SampleAverage(Boltzmann(learner.temperature), initial_value=learner.initial_value)
    return ConstantStep(
        Boltzmann(learner.temperature), step_size=learner.step_size, initial_value=learner.initial_value
    )


def test_every_learner_of_the_folder_is_listed_and_named():
    listed = {type(learner) for learner in LARGE_LEARNERS}
    public = {getattr(agents.large, name) for name in agents.large.__all__}
    assert listed == {kind for kind in public if callable(getattr(kind, "update", None))}
    assert listed <= set(NAMES.values())


@every_learner
def test_a_learner_prints_reads_back_and_compares_by_its_parameters(learner):
    agent = prepared(learner)
    assert agent == learner
    assert parse(repr(learner), NAMES) == learner
    check_expressible("learner", agent)


@every_learner
def test_values_and_distributions_are_those_of_a_table(learner):
    tree, table = prepared(learner), prepared(with_table(learner))
    # Buckets state an error of 1e-13; a tree reads the temperature as the table does.
    absolute, relative = (1e-13, 1e-13) if isinstance(learner, BucketAverage) else (1e-300, 0.0)
    rng = np.random.default_rng(1)
    for _ in range(30):
        decision = tree.act(ZEROS)
        expected = table.act(ZEROS)
        np.testing.assert_allclose(decision.distribution.probs, expected.distribution.probs, rtol=1e-12, atol=1e-300)
        np.testing.assert_allclose(decision.entropy, expected.entropy, rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(decision.temperature, expected.temperature, rtol=relative)
        for name in ("greedy_probability", "exploration_probability"):
            ours, theirs = getattr(decision.distribution, name), getattr(expected.distribution, name)
            np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-300)
        np.testing.assert_allclose(
            decision.log_prob, expected.distribution.log_prob(decision.actions), rtol=1e-12, atol=absolute
        )
        best = table.values[:, 0].max(axis=1)
        np.testing.assert_array_equal(decision.greedy, table.values[np.arange(3), 0, decision.actions] == best)
        transition = learnt(rng.integers(5, size=3), rng.normal(size=3))
        tree.update(transition)
        table.update(transition)
        np.testing.assert_array_equal(tree.values, table.values)
        np.testing.assert_array_equal(tree.visits, table.visits[:, 0])
        assert tree.step == table.step


@every_learner
def test_draws_follow_the_distribution(learner):
    agent = prepared(learner, num_envs=1, seed=int(fresh_rng().integers(2**62)))
    for action, reward in [(0, 1.0), (3, -0.5), (3, 0.7), (1, 0.2)]:
        agent.update(learnt([action], [reward]))
    draws = [int(agent.act([0]).actions[0]) for _ in range(4000)]
    probs = agent.act([0]).distribution.probs[0]
    assert agrees(counts_of(draws, 5), probs)
    assert agrees(counts_of(agent.act([0]).distribution.sample(fresh_rng(), (4000,)), 5), probs)
    if probs.max() > probs.min():
        assert not agrees(counts_of(draws, 5), np.roll(probs, 1))


@pytest.mark.parametrize("kind", [BucketAverage, TreeAverage])
def test_reading_is_possible_until_the_values_change(kind):
    agent = prepared(kind(0.5))
    first = agent.act(ZEROS)
    agent.update(learnt([0, 1, 2], [9.0, 9.0, 9.0]))
    # What was learnt shows in the values and not in the decision before.
    np.testing.assert_allclose(first.entropy, math.log(5))
    assert agent.values[0, 0, 0] == 9
    agent.act(ZEROS)
    late = agent.act(ZEROS)
    agent.update(learnt([0, 1, 2], [1.0, 1.0, 1.0]))
    agent.act(ZEROS)
    with pytest.raises(RuntimeError, match="must be read before its agent acts again"):
        _ = late.distribution.probs


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda a: a.reset(1, Discrete(2), Discrete(2), np.random.default_rng(0)), ValueError, "must be Discrete"),
        (lambda a: a.reset(1, Box(0, 1), Discrete(2), np.random.default_rng(0)), TypeError, "must be Discrete"),
        (lambda a: a.reset(0, Discrete(1), Discrete(2), np.random.default_rng(0)), ValueError, "num_envs must be"),
        (lambda a: a.reset(1, Discrete(1), Discrete(2), 0), TypeError, "rng must be a numpy.random.Generator"),
        (lambda a: a.act([0, 0, 1]), ValueError, r"observations must be in \[0, 1\), got 1 in row 2"),
        (
            lambda a: a.act(ZEROS, [True, False] * 2 + [True]),
            ValueError,
            "where must allow all .* for 1 in row 0",
        ),
        (lambda a: a.update(learnt([0, 5, 0], [1.0] * 3)), ValueError, r"actions must be in \[0, 5\), got 5 in row 1"),
        (lambda a: a.update(learnt([0, 1, 0], [1.0, math.nan, 0.0])), ValueError, "rewards must be finite, got nan"),
        (lambda a: TreeAverage(-1.0), ValueError, r"temperature must be in \[0, inf\], got -1.0"),
        (lambda a: TreeAverage(1.0, step_size=0.0), ValueError, r"step_size must be in \(0, 1\], got 0.0"),
        (lambda a: TreeAverage(1.0).act([0]), RuntimeError, "reset must be called before act"),
        (lambda a: TreeAverage(1.0).update(learnt([0], [1.0])), RuntimeError, "reset must be called before update"),
        (lambda a: a.act(ZEROS).distribution.log_prob([0]), ValueError, r"actions must have shape \(3,\), got \(1,\)"),
        (lambda a: a.act(ZEROS).distribution.sample(1), TypeError, "rng must be a numpy.random.Generator, got 1"),
    ],
)
def test_what_does_not_fit_is_refused(call, error, message):
    agent = prepared(TreeAverage(0.5))
    with pytest.raises(error, match=message):
        call(agent)
    assert agent.step == 0


def test_a_mask_that_allows_everything_is_accepted():
    agent = prepared(TreeAverage(0.5))
    assert agent.act(ZEROS, np.ones((3, 5), dtype=bool)).actions.shape == (3,)


def test_a_rollout_records_what_a_table_would():
    env = envs.make("boltzmann/CatalogueBandit-v0", 4, arms=200)
    agent = TreeAverage(Staircase(0.5, 0.5, 20))
    record = rollout(env, agent, np.array([20, 60]), [1, 2, 3, 4], np.random.default_rng(0))
    assert np.isfinite(record.arrays["reward"]).all()
    np.testing.assert_array_equal(record.arrays["temperature"], [[0.5] * 4, [0.125] * 4])
    assert (record.arrays["entropy"] > 0).all()
    assert ((record.arrays["greedy"] >= 0) & (record.arrays["greedy"] <= 1)).all()


def test_a_tree_and_a_table_pull_the_same_arms():
    # Both invert one uniform a draw in the same order, so only the last bit of a sum could separate them.
    records = []
    for agent in (SampleAverage(Boltzmann(0.3)), TreeAverage(0.3)):
        env = envs.make("boltzmann/CatalogueBandit-v0", 40, arms=30)
        record = rollout(env, agent, np.array([200]), list(range(40)), np.random.default_rng(5), engine="lockstep")
        records.append(record.arrays["reward"][0])
    assert (records[0] == records[1]).mean() > 0.9


def compare(folder, environment, *policies):
    options = ["--steps", "40", "--replicates", "4", "--block", "2", "--jobs", "1", "--output", str(folder)]
    main(["--env", environment, "--policies", *policies, *options])


@pytest.mark.slow
def test_the_command_line_compares_a_tree_with_a_table(tmp_path, capsys):
    policies = ("SampleAverage(Boltzmann(0.5))", "TreeAverage(0.5)")
    compare(tmp_path / "tree", "boltzmann/CatalogueBandit-v0(arms=50)", *policies)
    assert "TreeAverage(0.5)" in capsys.readouterr().out


@pytest.mark.slow
def test_the_command_line_compares_policies_in_a_job_shop(tmp_path, capsys):
    compare(tmp_path / "shop", "boltzmann/JobShop-v0", "Boltzmann(0.5)", "Greedy()")
    assert "Boltzmann(0.5)" in capsys.readouterr().out
