"""Estimates before a run: the memory that a block takes at its peak, and the order of its time."""

import os
import tracemalloc

import numpy as np
import pytest

import envs
from agents import QLearning, SampleAverage, SarsaLambda
from boltzmann import Boltzmann, Greedy, InverseTime
from boltzmann.experiments import Experiment, Store, Task, run
from boltzmann.experiments.runs import memory_and_time
from boltzmann.experiments.runs.machine import total_memory
from boltzmann.experiments.runs.memory_and_time import block_memory, estimate, measure_worker_memory
from boltzmann.experiments.runs.pool import LocalWorkers
from boltzmann.experiments.runs.worker import Job
from tests.support.stopwatch import within

TASKS = [
    Task("FrozenLake-v1(map_name='8x8')", [QLearning(Boltzmann(0.1)), SarsaLambda(Greedy())], 60),
    Task("boltzmann/GaussianBandit-v0(arms=50)", [SampleAverage(Boltzmann(0.1))], 100),
]


@pytest.mark.parametrize(("task", "agent"), [(0, 0), (0, 1), (1, 0)])
def test_the_memory_of_a_block_is_what_it_takes(task, agent, tmp_path):
    single = Task(TASKS[task].environment, [TASKS[task].agents[agent]], TASKS[task].steps)
    experiment = Experiment([single], 3000, 0, block=3000)
    expected = block_memory(experiment, 0, 0, envs.make, "lockstep")
    # Modules that load on first use are not part of the block.
    run(Experiment([single], 2, 0), tmp_path / "first", make=envs.make, engine="lockstep")
    tracemalloc.start()
    run(experiment, tmp_path / "second", make=envs.make, engine="lockstep")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # The arrays are one part of the memory: values, visits and the record.
    values = 3000 * (64 * 4 if task == 0 else 50) * 16
    assert values < expected
    assert 0.6 * peak < expected < 2.0 * peak


def test_step_sizes_that_are_read_ahead_are_in_the_memory():
    def memory(agent, engine, steps=10**6):
        task = Task("FrozenLake-v1", [agent], steps)
        return block_memory(Experiment([task], 2, 0, points=1), 0, 0, envs.make, engine)

    scheduled, constant = QLearning(Greedy(), step_size=InverseTime(1.0, 0.1)), QLearning(Greedy())
    # Sizes of small batches are measured, which differ from one time to the next.
    assert memory(scheduled, "auto") - memory(scheduled, "lockstep") > 7.9e6
    assert abs(memory(constant, "auto") - memory(constant, "lockstep")) < 1e5
    assert memory(constant, "auto", 10**8) < 1e6


def test_time_grows_with_steps_and_replicates():
    def seconds(steps, replicates):
        task = Task("FrozenLake-v1", [QLearning(Boltzmann(0.1))], steps)
        (cell,) = estimate(Experiment([task], replicates, 0, block=10), envs.make, "lockstep")
        assert cell.blocks == replicates // 10
        return cell.seconds

    with within(20):
        small = seconds(10_000, 10)
    large = seconds(100_000, 100)
    # A noisy machine: the factor is 100.
    assert 10 * small < large < 1000 * small


def test_what_happens_once_in_a_process_is_not_multiplied_by_the_steps(monkeypatch):
    clock, costs = [0.0], {1: 5.0, 4: 0.5, 256: 3.0}

    def fake_play(task, env, ends, *_):
        # Each step takes 10 ms and each block 20 ms; the first call of some lengths loads or compiles besides.
        clock[0] += 0.02 + 0.01 * ends[-1] + costs.pop(int(ends[-1]), 0.0)

    monkeypatch.setattr(memory_and_time, "play", fake_play)
    monkeypatch.setattr(memory_and_time.time, "perf_counter", lambda: clock[0])
    (cell,) = estimate(Experiment([Task("FrozenLake-v1", [QLearning(Greedy())], 1000)], 200, 0), envs.make)
    assert 4 not in costs
    assert cell.seconds == pytest.approx(2 * (0.02 + 0.01 * 1000))


def test_a_worker_is_more_than_its_largest_block_and_there_is_some_memory(tmp_path):
    experiment = Experiment(TASKS, 50, 0)
    blocks = [block_memory(experiment, 0, agent, envs.make) for agent in (0, 1)]
    job = Job(experiment, Store(tmp_path), envs.make, "auto", os.getpid())
    assert measure_worker_memory(job, LocalWorkers(1)) > max(blocks) + 100 * 2**20
    there = total_memory()
    assert there is None or there > 2**28


def test_estimating_leaves_the_description_and_the_tracer_alone():
    experiment = Experiment(TASKS, 50, 0)
    before = repr(experiment), np.random.get_state(legacy=False)["state"]["pos"]  # noqa: NPY002 (read only)
    estimate(experiment, envs.make, "lockstep")
    assert not tracemalloc.is_tracing()
    assert (repr(experiment), np.random.get_state(legacy=False)["state"]["pos"]) == before  # noqa: NPY002
