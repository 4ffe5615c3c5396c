"""The yardstick does the same work as the project, by the law of its rewards and values."""

import dataclasses

import numpy as np
import pytest

import envs
from benchmarks.engines import works
from benchmarks.engines.yardstick import TableArrays
from boltzmann.experiments import Block, rollout

STANDARD_ERRORS = 5
REPLICATES = 400


def agree(a, b):
    """Whether two samples of replicates have the same mean, within five standard errors of the difference."""
    error = np.sqrt(np.var(a, ddof=1) / len(a) + np.var(b, ddof=1) / len(b))
    return abs(np.mean(a) - np.mean(b)) <= STANDARD_ERRORS * error


def by_project(work, temperature, steps, seed):
    """Mean reward of each replicate, and the agent's values at the end; (R,) and (R, S, K)."""
    described = works.experiment(work, temperature, REPLICATES, steps, seed)
    plan, block = described.plan, Block(0, 0, 0, REPLICATES)
    agent, ends = described.tasks[0].agents[0], plan.recorded_steps(0)
    name = work.environment.partition("(")[0]
    env = envs.make(name, REPLICATES, discount=works.DISCOUNT)
    recorder = rollout(env, agent, ends, plan.environment_seeds(block), plan.agent_rng(block))
    lengths = np.diff(ends, prepend=0)
    return lengths @ recorder.arrays["reward"] / steps, agent.values


def by_yardstick(yardstick, work, course, steps, seed):
    """The same from C, a replicate a call."""
    env = envs.make(work.environment.partition("(")[0], 1)
    factor = course.factor(steps)
    # Random seeds, so that no two replicates share a stream.
    seeds = np.random.default_rng(seed).integers(2**63, size=REPLICATES).tolist()
    if not isinstance(env, envs.TabularVectorEnv):
        options = {"arms": works.ARMS, "start": course.start, "factor": factor}
        return np.array([yardstick.bandit(1, steps, seed=run_seed, **options) for run_seed in seeds]), None
    arrays = TableArrays.of(env.table, env.max_episode_steps)
    values = np.zeros((REPLICATES, *arrays.cumulative.shape[:2]))
    rewards = [
        yardstick.table(arrays, 1, steps, start=course.start, factor=factor, seed=run_seed, values=values[row])
        for row, run_seed in enumerate(seeds)
    ]
    return np.array(rewards), values


STEPS = {"A testbed": 200, "B FrozenLake": 3000, "B Taxi": 600}


@pytest.mark.parametrize("temperature", ["constant", "annealed"])
@pytest.mark.parametrize("work", works.WORKS, ids=lambda work: work.name)
def test_the_yardstick_has_the_law_of_the_project(yardstick, work, temperature):
    steps, seed = STEPS[work.name], int(np.random.default_rng().integers(2**31))
    ours, values = by_project(work, temperature, steps, seed)
    course = work.temperatures[temperature]
    theirs, Q = by_yardstick(yardstick, work, course, steps, seed)
    assert agree(ours, theirs), seed
    if Q is not None:
        # Rewards are rare on the lake, so the sum of the values over all states and actions has more power.
        assert agree(values.sum(axis=(1, 2)), Q.sum(axis=(1, 2))), seed
    # A yardstick at another temperature is detected by the same comparison.
    wrong = works.Temperature(8 * course.start, 8 * course.end)
    hot, hot_values = by_yardstick(yardstick, work, wrong, steps, seed)
    differs = not agree(ours, hot) or (
        Q is not None and not agree(values.sum(axis=(1, 2)), hot_values.sum(axis=(1, 2)))
    )
    assert differs, seed


@pytest.mark.parametrize("temperature", ["constant", "annealed"])
def test_the_vector_code_has_the_law_of_the_project(yardstick, temperature):
    if not yardstick.has_avx512:
        pytest.skip("this processor or compiler does not know AVX-512")
    work, steps, seed = works.WORKS[0], STEPS["A testbed"], int(np.random.default_rng().integers(2**31))
    ours, _ = by_project(work, temperature, steps, seed)

    def in_vectors(times, replicates=REPLICATES):
        course, means = work.temperatures[temperature], np.empty(replicates)
        arguments = {"start": times * course.start, "factor": course.factor(steps), "means": means, "seed": seed}
        assert yardstick.bandit_avx512(replicates, steps, **arguments) == pytest.approx(means.mean())
        return means

    # Of the last vector of replicates only some are wanted.
    assert agree(ours, in_vectors(1, 7 * 32 + 3)), seed
    assert agree(ours, in_vectors(1)), seed
    assert not agree(ours, in_vectors(8)), seed


def test_masked_actions_are_never_taken_in_c(yardstick):
    env = envs.make("Taxi-v4", 1)
    arrays = TableArrays.of(env.table, env.max_episode_steps)
    values = np.empty(arrays.cumulative.shape[:2])
    yardstick.table(arrays, 1, 20_000, start=1.0, values=values)
    assert (values[env.table.action_mask] != 0).any()
    assert not values[~env.table.action_mask].any()
    unmasked = dataclasses.replace(arrays, allowed=None)
    yardstick.table(unmasked, 1, 20_000, start=1.0, values=values)
    assert values[~env.table.action_mask].any()


def test_problems_that_the_c_code_cannot_hold_are_refused(yardstick):
    with pytest.raises(ValueError, match=r"arms must be in \[1, 1024\], got 2000"):
        yardstick.bandit(1, 10, arms=2000, start=1.0)
    if yardstick.has_avx512:
        with pytest.raises(ValueError, match=r"means must be a float64 array of shape \(8,\), got \(9,\)"):
            yardstick.bandit_avx512(8, 10, start=1.0, means=np.empty(9))
    arrays = TableArrays.of(envs.make("FrozenLake-v1", 1).table, 100)
    with pytest.raises(ValueError, match="values must be a contiguous float64 array"):
        yardstick.table(arrays, 1, 10, start=1.0, values=np.zeros((4, 16)))


def test_cumulative_sums_stop_at_the_last_possible_outcome():
    arrays = TableArrays.of(envs.make("FrozenLake-v1", 1).table, 100)
    assert (arrays.cumulative[..., -1] == 1).all()
    probs = envs.make("FrozenLake-v1", 1).table.probs
    impossible = (probs == 0) & (np.cumsum(probs, axis=-1) > 0.5)
    assert (arrays.cumulative[impossible] == 1).all()
