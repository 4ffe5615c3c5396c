"""Running and storing: the same bytes however it is run, and continued."""

import warnings

import gymnasium
import numpy as np
import pytest
from gymnasium.spaces import Discrete

import envs
from agents import QLearning, SampleAverage
from boltzmann import Boltzmann, EpsilonGreedy, Greedy, Linear, Uniform
from boltzmann.experiments import Experiment, RefusedError, Results, Task, run
from tests.support.folders import contents


def test_any_number_of_workers_gives_the_same_bytes(experiment, tmp_path):
    run(experiment, tmp_path / "one", make=envs.make, n_jobs=1)
    run(experiment, tmp_path / "two", make=envs.make, n_jobs=2)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    assert len(contents(tmp_path / "one")) == 16


def test_progress_is_reported(experiment, tmp_path):
    progress = []
    run(experiment, tmp_path, make=envs.make, on_progress=lambda at: progress.append((at.blocks, at.total_blocks)))
    assert progress == [(done, 15) for done in range(16)]
    progress.clear()
    run(experiment, tmp_path, make=envs.make, on_progress=lambda at: progress.append((at.blocks, at.total_blocks)))
    assert progress == [(15, 15)]


def test_stored_blocks_stay_and_missing_ones_are_computed(experiment, stored):
    whole = contents(stored)
    blocks = sorted(stored.glob("*.npz"))
    for path in blocks[::2]:
        path.unlink()
    (stored / f"{blocks[0].name}.123.tmp").write_bytes(b"half of it")
    modified = {path: path.stat().st_mtime_ns for path in blocks[1::2]}
    with pytest.raises(RefusedError, match=r"unfinished: 8 of 15 blocks are missing"):
        Results.load(stored)
    blocks_done = []
    run(experiment, stored, make=envs.make, on_progress=lambda at: blocks_done.append(at.blocks))
    assert blocks_done == list(range(7, 16))
    assert contents(stored) == whole
    assert {path: path.stat().st_mtime_ns for path in modified} == modified


def test_agents_of_a_task_meet_the_same_problems(experiment, tmp_path):
    # Reward + gap of a step is the best mean plus noise, and both are the same for every agent.
    tasks = [Task("boltzmann/GaussianBandit-v0", [SampleAverage(p) for p in (Uniform(), Boltzmann(0.3), Greedy())], 30)]
    results = run(Experiment(tasks, 5, 1, block=2), tmp_path, make=envs.make)
    best = [cell.metrics["reward"] + cell.metrics["gap"] for cell in results.cells()]
    np.testing.assert_allclose(best[0], best[1], rtol=0, atol=1e-12)
    np.testing.assert_allclose(best[0], best[2], rtol=0, atol=1e-12)
    assert len(np.unique(best[0].round(9))) == best[0].size


def test_runs_with_other_seeds_and_other_blocks_share_nothing(tmp_path):
    task = Task("boltzmann/GaussianBandit-v0", [SampleAverage(Uniform())], 5)
    seen = []
    for seed in range(4):
        results = run(Experiment([task], 6, seed, block=2), tmp_path / str(seed), make=envs.make)
        seen += [cell.metrics["reward"] for cell in results.cells()]
    everything = np.concatenate(seen).ravel()
    assert len(np.unique(everything)) == everything.size


def test_a_description_is_not_changed_by_running_it(experiment, tmp_path):
    run(experiment, tmp_path, make=envs.make)
    assert not hasattr(experiment.tasks[0].agents[0], "values")


def test_the_table_is_tidy_and_complete(stored):
    results = Results.load(stored)
    table = results.table()
    assert len(table) == 7 * 20 * 5
    assert list(table.columns[:4]) == ["task", "agent", "replicate", "step"]
    assert not table.duplicated(["task", "agent", "replicate", "step"]).any()
    assert set(table["replicate"]) == set(range(7))
    for cell in results.cells():
        rows = table[(table["task"] == cell.task) & (table["agent"] == cell.agent)]
        replicate = rows[rows["replicate"] == 4]
        np.testing.assert_array_equal(replicate["step"], cell.steps)
        np.testing.assert_array_equal(replicate["reward"], cell.metrics["reward"][4])
        np.testing.assert_array_equal(replicate["return"], cell.mean_return[4])


def test_nothing_warns(experiment, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run(experiment, tmp_path, make=envs.make)
        agents = [SampleAverage(EpsilonGreedy(0.1))]
        run(Experiment([Task("boltzmann/GaussianBandit-v0", agents, 5)], 1, 0), tmp_path / "b", make=envs.make)


def test_streams_are_those_of_the_stated_keys(experiment):
    plan = experiment.plan
    for block in plan.blocks():
        keys = [np.random.SeedSequence(11, spawn_key=(block.task, block.number, who)) for who in (0, 1)]
        assert plan.environment_seeds(block) == keys[0].generate_state(block.replicates, np.uint64).tolist()
        assert plan.agent_rng(block).random() == np.random.default_rng(keys[1]).random()


def test_a_run_leaves_the_global_random_state_alone(experiment, tmp_path):
    import random

    before = np.random.get_state(legacy=False), random.getstate()  # noqa: NPY002 (read only)
    run(experiment, tmp_path, make=envs.make)
    after = np.random.get_state(legacy=False), random.getstate()  # noqa: NPY002
    assert before[0]["state"]["pos"] == after[0]["state"]["pos"]
    np.testing.assert_array_equal(before[0]["state"]["key"], after[0]["state"]["key"])
    assert before[1] == after[1]


class Leaky(gymnasium.Env):
    """An environment that reports a gap of 0.5 in every step and ends often."""

    observation_space, action_space = Discrete(1), Discrete(2)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return 0, {}

    def step(self, action):
        return 0, 1.0, bool(self.np_random.random() < 0.3), False, {"gap": 0.5}


def test_gaps_of_episodes_that_end_are_counted_too(tmp_path):
    from gymnasium.vector import AutoresetMode, SyncVectorEnv

    def make(name, num_envs, discount=None):
        return SyncVectorEnv([Leaky] * num_envs, autoreset_mode=AutoresetMode.SAME_STEP)

    results = run(Experiment([Task("Leaky-v0", [QLearning(Greedy())], 50)], 5, 0), tmp_path, make=make)
    (cell,) = results.cells()
    assert (cell.metrics["gap"] == 0.5).all()
    assert not cell.metrics["optimal"].any()


def test_gaps_are_measured_at_one_discount_for_all_agents_of_a_task(tmp_path):
    agents = [QLearning(Greedy(), discount=discount) for discount in (0.5, 0.99)]
    same = Task("FrozenLake-v1", [QLearning(Greedy()), QLearning(Uniform())], 10)
    different = Task("FrozenLake-v1", agents, 10)
    assert same.discount == 0.99
    assert different.discount is None
    results = run(Experiment([different], 2, 0), tmp_path, make=envs.make)
    for cell in results.cells():
        assert np.isnan(cell.metrics["gap"]).all()


def test_boxes_are_learnt_by_a_table(tmp_path):
    # Random actions keep the pole up for about 22 steps.
    cart = "CartPole-v1(bins=(1, 1, 6, 12), bounds=(None, None, (-0.21, 0.21), None))"
    learner = QLearning(Boltzmann(Linear(5.0, 0.1, 4000)), step_size=0.2)
    tasks = [Task(cart, [learner], 6000), Task(cart, [QLearning(Uniform())], 2000)]
    tasks += [Task("MountainCar-v0", [QLearning(Greedy())], 250)]
    results = run(Experiment(tasks, 1, 0, points=10), tmp_path, make=envs.make)
    learnt, random, car = results.cells()
    assert np.nanmean(random.mean_return) == pytest.approx(22, abs=2)
    assert np.nanmean(learnt.mean_return[:, -3:]) > 100
    np.testing.assert_array_equal(car.metrics["return_sum"].sum(axis=1), [-200])
    # A repeat with the same seed gives the same bytes, through Gymnasium's own stepping too.
    before = contents(tmp_path)
    next(tmp_path.glob("task02*.npz")).unlink()
    run(Experiment(tasks, 1, 0, points=10), tmp_path, make=envs.make)
    assert contents(tmp_path) == before


def test_a_worker_spares_its_garbage_collector_and_this_process_does_not(tmp_path):
    import gc

    import joblib

    task = Task("boltzmann/GaussianBandit-v0", [SampleAverage(Greedy())], 10)
    run(Experiment([task], 8, 0, block=1), tmp_path, make=envs.make, n_jobs=2, engine="lockstep")
    frozen = joblib.Parallel(2)(joblib.delayed(gc.get_freeze_count)() for _ in range(4))
    assert max(frozen) > 1000
    assert gc.get_freeze_count() == 0
