"""Job shops: the best makespan by enumeration, rules of single states, and the law of random shops."""

import itertools

import gymnasium
import numpy as np
import pytest

import envs
from envs.tables import optimal_values
from tests.support.frequencies import agrees, counts_of, fresh_rng


def best_makespan(shop):
    """The best of all semi-active schedules: jobs in any order, each operation as early as possible."""
    best = np.inf
    for order in set(itertools.permutations([job for job, todo in enumerate(shop) for _ in todo])):
        ready, free, done = [0] * len(shop), {}, [0] * len(shop)
        for job in order:
            machine, duration = shop[job][done[job]]
            ready[job] = free[machine] = max(ready[job], free.get(machine, 0)) + duration
            done[job] += 1
        best = min(best, max(ready))
    return best


SHOPS = [
    [[(0, 2)], [(0, 1)]],
    [[(0, 3), (1, 2)], [(1, 2), (0, 1)], [(1, 1)]],
    [[(0, 1), (0, 2)], [(0, 1)], [(2, 4)]],
    [[(0, 2), (1, 3), (2, 1)], [(2, 2), (0, 2)], [(1, 1), (2, 2)]],
]


@pytest.mark.parametrize("shop", SHOPS)
def test_the_best_return_is_the_best_makespan_by_enumeration(shop):
    V, _ = optimal_values(envs.job_shop(operations=shop), 1.0)
    assert -V[0] == best_makespan(shop)


def test_the_default_shop_has_the_makespan_on_the_page():
    assert optimal_values(envs.job_shop(), 1.0)[0][0] == -11


def test_two_jobs_share_one_machine():
    env = gymnasium.make("boltzmann/JobShop-v0", operations=SHOPS[0])
    _, info = env.reset(seed=0)
    assert info["action_mask"].tolist() == [True, True, False]
    seen = []
    for action in (0, 1, 0, 2, 1, 2):
        _, reward, terminated, _, info = env.step(action)
        seen.append((reward, terminated, info["action_mask"].tolist()))
    # The first job runs; starting the other, or the same again, is illegal; waiting ends it, and so on.
    assert seen == [
        (0.0, False, [False, False, True]),
        (-1.0, False, [False, False, True]),
        (-1.0, False, [False, False, True]),
        (-2.0, False, [False, True, False]),
        (0.0, False, [False, False, True]),
        (-1.0, True, [False, False, True]),
    ]


def test_legal_actions_are_lists_of_different_lengths():
    counts = envs.job_shop().action_mask.sum(axis=1)
    assert set(counts.tolist()) == {1, 2, 3}


def test_random_shops_have_the_stated_law():
    seeds = fresh_rng().integers(2**62, size=600).tolist()
    # With one machine and one job there are as many operations as machines, and the table tells their times.
    durations = [-envs.job_shop(jobs=1, machines=1, longest=4, seed=seed).rewards.min() for seed in seeds]
    assert agrees(counts_of(np.array(durations, dtype=int) - 1, 4), np.full(4, 0.25))
    assert not agrees(counts_of(np.array(durations, dtype=int) - 1, 4), [0.1, 0.3, 0.3, 0.3])
    first = [envs.JobShop(jobs=1, machines=3, longest=1, seed=seed).scene.blocks[0][0][0] for seed in seeds]
    assert agrees(counts_of(first, 3), np.full(3, 1 / 3))
    same, other = envs.job_shop(seed=5), envs.job_shop(seed=6)
    np.testing.assert_array_equal(envs.job_shop(seed=5).rewards, same.rewards)
    assert same.rewards.shape != other.rewards.shape


def test_unknown_parameters_are_refused():
    with pytest.raises(TypeError, match="unexpected keyword argument 'length'"):
        envs.JobShop(length=3)
