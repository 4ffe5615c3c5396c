"""Results and judgements that several threads read, or that go to another process."""

import pickle
import sys
from concurrent.futures import ThreadPoolExecutor

import envs
from agents import SampleAverage
from boltzmann import Boltzmann, Greedy
from boltzmann.experiments import METRICS, Experiment, Judgement, Results, Task, run

THREADS, ROUNDS = 8, 20


def test_threads_read_what_one_reader_reads(tmp_path):
    agents = [SampleAverage(Greedy()), SampleAverage(Boltzmann(0.5))]
    experiment = Experiment([Task("boltzmann/GaussianBandit-v0", agents, 10)], 4, 0, block=1)
    expected = [cell.metrics["reward"].tobytes() for cell in run(experiment, tmp_path, make=envs.make).cells()]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(ROUNDS):
            shared = Results.load(tmp_path)
            shared.missing()
            with ThreadPoolExecutor(THREADS) as pool:
                futures = [pool.submit(lambda: list(shared.cells())) for _ in range(THREADS)]  # noqa: B023
            for future in futures:
                assert [cell.metrics["reward"].tobytes() for cell in future.result()] == expected
    finally:
        sys.setswitchinterval(interval)


def test_pickled_results_hold_no_arrays_and_read_the_same(results):
    list(results.cells())
    pickled = pickle.dumps(results)
    assert len(pickled) < 2000
    again = pickle.loads(pickled)
    assert again == results
    for cell, other in zip(again.cells(), results.cells(), strict=True):
        assert cell.metrics["reward"].tobytes() == other.metrics["reward"].tobytes()


def test_a_judgement_and_the_metrics_can_be_pickled(results):
    judgement = Judgement(results, "reward")
    again = pickle.loads(pickle.dumps((judgement.tasks, METRICS)))
    assert [repr(task.rows) for task in again[0]] == [repr(task.rows) for task in judgement.tasks]
    assert again[1] == METRICS
