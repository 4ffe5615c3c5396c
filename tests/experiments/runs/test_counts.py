"""Counts without end are planned in arithmetic, and refused before anything is made or written."""

import tracemalloc

import gymnasium
import numpy as np
import pytest
from gymnasium.spaces import Discrete, MultiBinary

import envs
from agents import DoubleQ, QLearning, SampleAverage, SarsaLambda
from boltzmann import Boltzmann, Greedy
from boltzmann.experiments import Experiment, RefusedError, Task, run
from boltzmann.experiments.engine import agent_bytes
from boltzmann.experiments.runs import LARGEST_TRIAL, estimate, machine, memory_and_time, rehearse
from boltzmann.experiments.runs.disk import disk_text
from boltzmann.experiments.runs.memory_and_time import block_memory
from boltzmann.experiments.statistics import bootstrap
from boltzmann.experiments.studies import sweep_temperatures
from tests.support.stopwatch import within

HUGE = [10**12, 10**18, 2**63, 2**64, 10**400, 10**5000]
NAMES = ["1e12", "1e18", "2^63", "2^64", "1e400", "1e5000"]
MEGABYTE = 2**20


class ManyBits(gymnasium.Env):
    """Observations of so many bits."""

    def __init__(self, bits=25):
        self.observation_space, self.action_space = MultiBinary(bits), Discrete(2)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return np.zeros(self.observation_space.n, dtype=np.int8), {}

    def step(self, action):
        return self.np_random.integers(0, 2, self.observation_space.n, dtype=np.int8), 0.0, False, False, {}


@pytest.fixture(autouse=True)
def many_bits():
    gymnasium.register(id="ManyBits-v0", entry_point=ManyBits, max_episode_steps=50)
    yield
    del gymnasium.registry["ManyBits-v0"]


def bits(count, steps=1000):
    return Task(f"ManyBits-v0(bits={count})", [QLearning(Greedy())], steps)


def in_little_memory(act, *arguments, **named):
    """Call, and require that it takes less than 200 MB and two seconds."""
    tracemalloc.start()
    try:
        with within(2):
            return act(*arguments, **named)
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 200 * MEGABYTE


@pytest.mark.parametrize("huge", HUGE, ids=NAMES)
@pytest.mark.parametrize("name", ["replicates", "block", "points", "seed", "steps"])
def test_an_experiment_of_any_count_is_planned_or_refused_by_name(name, huge, tmp_path):
    def planned():
        steps = huge if name == "steps" else 10
        described = {"replicates": 2, "seed": 0} | ({} if name == "steps" else {name: huge})
        plan = Experiment([Task("FrozenLake-v1", [QLearning(Greedy())], steps)], **described).plan
        return disk_text(plan, tmp_path)

    if (name == "seed" and huge < 2**256) or (huge == 10**12 and name != "replicates"):
        in_little_memory(planned)
        return
    with pytest.raises(ValueError, match=rf"{name} must be at most \d+, got|blocks must be at most 1000000") as raised:
        in_little_memory(planned)
    assert len(str(raised.value)) < 300


def test_results_of_any_size_are_compared_with_the_disk_before_an_environment_is_made(tmp_path):
    def make(name, num_envs, **arguments):
        raise AssertionError("an environment was made")

    for sizes in ({"replicates": 10**12, "block": 10**8}, {"replicates": 1, "points": 10**12}):
        experiment = Experiment([Task("FrozenLake-v1", [QLearning(Greedy())], 10**12)], seed=0, **sizes)
        with pytest.raises(RefusedError, match=r"are more than the .* MB that are free there"):
            in_little_memory(run, experiment, tmp_path / "refused", make=make)
    assert not (tmp_path / "refused").exists()


@pytest.mark.parametrize("count", [1, 3, 7, 9, 10])
@pytest.mark.parametrize("block", [1, 3, 100])
def test_blocks_that_are_counted_are_those_that_are_listed(count, block):
    tasks = [Task("FrozenLake-v1", [QLearning(Greedy()), QLearning(Boltzmann(0.1))], steps) for steps in (5, 20)]
    plan = Experiment(tasks, count, 0, block=block).plan
    blocks = plan.blocks()
    assert plan.total_blocks == len(blocks) == sum(times for _, times in plan.equal_blocks())
    assert sum(times * one.replicates for one, times in plan.equal_blocks()) == sum(one.replicates for one in blocks)
    assert all(one in blocks for one, _ in plan.equal_blocks())
    assert [plan.find_block(one.name) for one in blocks] == blocks
    for name in ("task04-agent00-block0000.npz", "task00-agent09-block0000.npz", "task00-agent00-block9999.npz", "x"):
        assert plan.find_block(name) is None
    assert plan.find_block("task000-agent00-block0000.npz") is None
    assert [plan.windows(task) for task in (0, 1)] == [len(plan.recorded_steps(task)) for task in (0, 1)]


@pytest.mark.parametrize("agent", [QLearning(Greedy()), DoubleQ(Boltzmann(0.1)), SarsaLambda(Greedy())])
def test_the_memory_of_an_agent_is_known_before_it_is_made(agent):
    states, actions = 400_000, 3
    tracemalloc.start()
    agent.reset(1, Discrete(states), Discrete(actions), np.random.default_rng(0))
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert 0.95 * taken < agent_bytes(agent, Discrete(states), Discrete(actions)) < 1.1 * taken
    assert agent_bytes(agent, Discrete(100), Discrete(3)) == 0
    assert agent_bytes(agent, MultiBinary(3), Discrete(3)) == 0


def test_an_agent_that_cannot_be_reset_in_smaller_spaces_has_no_estimate():
    class Choosy(QLearning):
        def reset(self, num_envs, observation_space, action_space, rng):
            assert observation_space.n == 10**6

    assert agent_bytes(Choosy(Greedy()), Discrete(10**6), Discrete(2)) == 0


def test_two_to_the_25_states_are_estimated_and_not_made(tmp_path):
    experiment = Experiment([bits(25)], 100, 0)
    rehearsal = in_little_memory(rehearse, experiment, envs.make, "auto", LARGEST_TRIAL)
    assert rehearsal.engines == [[]]
    (cell,) = in_little_memory(estimate, experiment, envs.make)
    # Values and visits, 8 bytes each, of 100 replicates.
    assert 100 * 2**25 * 2 * 16 < cell.memory < 1.1 * 100 * 2**25 * 2 * 16
    assert np.isnan(cell.seconds)


def test_tables_that_do_not_fit_are_refused_even_in_short_runs(tmp_path, monkeypatch):
    for module in (machine, memory_and_time):
        monkeypatch.setattr(module, "total_memory", lambda: 300 * MEGABYTE)
    with pytest.raises(RefusedError, match=r"MB of memory in each of 1 process is more than the 300\.0 MB"):
        in_little_memory(run, Experiment([bits(18, steps=2)], 100, 0), tmp_path / "refused", make=envs.make)
    assert not (tmp_path / "refused").exists()


def test_one_replicate_that_does_not_fit_is_refused_before_its_tables_are_made(tmp_path):
    with pytest.raises(RefusedError, match=r"the 3\d+ MB of its tables for one replicate are more than the"):
        in_little_memory(run, Experiment([bits(40, steps=2)], 1, 0), tmp_path / "refused", make=envs.make)
    assert not (tmp_path / "refused").exists()


def test_an_estimate_of_large_tables_is_that_of_measured_ones(monkeypatch):
    experiment = Experiment([bits(16)], 50, 0)
    measured = block_memory(experiment, 0, 0, envs.make, "lockstep")
    monkeypatch.setattr(memory_and_time, "LARGEST_TRIAL", 2**20)
    estimated = block_memory(experiment, 0, 0, envs.make, "lockstep")
    assert 0.9 * measured < estimated < 1.2 * measured


ENVIRONMENTS = {
    "Chain-v0": ["states"],
    "RiverSwim-v0": ["states"],
    "Loop-v0": ["length"],
    "DoubleChain-v0": ["length"],
    "DeepSea-v0": ["size"],
    "DeepSeaStochastic-v0": ["size"],
    "Garnet-v0": ["states", "actions", "branching"],
    "GaussianBandit-v0": ["arms"],
    "BernoulliBandit-v0": ["arms"],
}


@pytest.mark.parametrize("huge", [2**25, *HUGE], ids=["2^25", *NAMES])
@pytest.mark.parametrize(("name", "parameter"), [(name, one) for name, names in ENVIRONMENTS.items() for one in names])
def test_environments_of_any_size_are_refused_before_their_arrays_are_made(name, parameter, huge):
    with pytest.raises(ValueError, match=r"must be at most (2\^24 entries|2\^62|states=30), got") as raised:
        in_little_memory(envs.make, f"boltzmann/{name}", 2, **{parameter: huge})
    assert len(str(raised.value)) < 300


@pytest.mark.parametrize("huge", HUGE, ids=NAMES)
def test_other_counts_are_bounded(huge):
    with pytest.raises(ValueError, match="resamples must be at most 10000000, got"):
        bootstrap([1.0, 2.0], np.mean, rng=0, resamples=huge)
    with pytest.raises(ValueError, match="per_decade must be at most 1000, got"):
        sweep_temperatures(0.1, 1.0, huge)


def test_a_sweep_over_all_floats_has_a_length():
    assert sweep_temperatures(5e-324, 1.7e308, 1)[1:-1][0] > 0


def test_a_bandit_of_few_arms_and_a_long_run_need_no_estimate(tmp_path):
    experiment = Experiment([Task("boltzmann/GaussianBandit-v0", [SampleAverage(Greedy())], 10)], 2, 0)
    assert rehearse(experiment, envs.make, "lockstep").largest == 0
