"""Logs survive their files, which are checked byte by byte and row by row."""

import math

import numpy as np
import pytest

import envs
from agents import QLearning, SampleAverage
from boltzmann import Boltzmann, EpsilonBoltzmann, Gibbs, Greedy
from boltzmann.experiments import DamagedBlockError, Experiment, RefusedError, Results, Task, rollout, run
from boltzmann.experiments.runs import estimate
from boltzmann.offpolicy import (
    Log,
    evaluate,
    log_of_arrays,
    read_cb,
    read_log_parquet,
    read_run,
    write_cb,
    write_log_parquet,
)
from tests.support.logs import bernoulli_log, golden_log


def ragged_log():
    rows = [np.array([0.0, 1.0]), np.array([0.5]), np.array([0.1, 0.2, 0.3])]
    logged = [Gibbs(row, 0.5) for row in rows]
    actions = [1, 0, 2]
    log_prob = [float(one.log_prob(action)) for one, action in zip(logged, actions, strict=True)]
    return Log(actions, log_prob, [1.0, 0.0, 0.25], rows, 0.5)


def masked_log():
    where = np.array([[True, True, False], [True, True, True]])
    values = np.array([[0.0, 1.0, 9.0], [0.0, 1.0, 2.0]])
    logged = Gibbs(values, 0.7, where=where)
    return Log([1, 2], logged.log_prob([1, 2]), [0.0, 1.0], values, 0.7, where=where, contexts=[3, 1], bounds=(0, 1))


LOGS = {
    "golden": golden_log,
    "bandit": lambda: bernoulli_log(np.random.default_rng(0), n=40),
    "features": lambda: golden_log(contexts=np.random.default_rng(0).normal(size=(5, 2)), episodes=[0, 0, 1, 2, 2]),
    "ragged": ragged_log,
    "masked": masked_log,
}


def same(first, second, but=()):
    one, other = first.columns(), second.columns()
    assert one.keys() - set(but) == other.keys() - set(but)
    for name in one.keys() - set(but):
        assert np.array_equal(one[name], other[name]), name


@pytest.mark.parametrize("make", LOGS.values(), ids=LOGS.keys())
def test_parquet_keeps_everything(make, tmp_path):
    pytest.importorskip("pyarrow")
    log, path = make(), tmp_path / "log.parquet"
    write_log_parquet(log, path)
    again = read_log_parquet(path)
    same(log, again, but=("temperature",))
    assert np.array_equal(np.broadcast_to(again.temperature, log.n), np.broadcast_to(log.temperature, log.n))
    assert again.bounds == log.bounds


def test_a_changed_byte_of_parquet_is_noticed(tmp_path):
    pytest.importorskip("pyarrow")
    path = tmp_path / "log.parquet"
    write_log_parquet(bernoulli_log(np.random.default_rng(0), n=400), path)
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 4
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"is damaged|is no Parquet file"):
        read_log_parquet(path)


@pytest.mark.parametrize("make", LOGS.values(), ids=LOGS.keys())
def test_the_text_of_vowpal_wabbit_keeps_the_distribution(make, tmp_path):
    log, path = make(), tmp_path / "log.txt"
    write_cb(log, path)
    again = read_cb(path)
    assert np.array_equal(again.actions, log.actions)
    assert np.array_equal(again.rewards, log.rewards)
    assert np.array_equal(again.contexts, log.contexts) or (log.contexts is None and again.contexts is None)
    assert again.log_prob == pytest.approx(log.log_prob, rel=1e-15)
    if log.where is None:
        found, expected = (evaluate(one, 0.1, estimator="ips", one_step=True) for one in (again, log))
        assert vars(found) == pytest.approx(vars(expected), rel=1e-12)


def test_lines_are_those_that_vowpal_wabbit_documents(tmp_path):
    path = tmp_path / "log.txt"
    write_cb(masked_log(), path)
    first, second = path.read_text().splitlines()
    assert first.startswith("2:0.0:0.8")
    assert first.split("|")[0].split()[1:] == ["1"]
    assert second.startswith("3:-1.0:")
    assert second.split("|")[0].split()[1:] == []
    assert "|c 3 " in first


def test_text_of_others_needs_the_distribution(tmp_path):
    path = tmp_path / "log.txt"
    path.write_text("1:2:0.5 | price:0.3\n\n2:0:0.5 |x height:1.5 |u anything\n")
    with pytest.raises(ValueError, match="values with temperature, or log_probs, must be given"):
        read_cb(path)
    log = read_cb(path, log_probs=np.full((2, 2), -math.log(2)))
    assert np.array_equal(log.rewards, [-2.0, 0.0])
    assert np.array_equal(log.contexts, [[0.0], [1.5]])
    with pytest.raises(ValueError, match=r"log_prob must be that of values and temperature .* in row 0"):
        read_cb(path, values=[[0.0, 1.0]] * 2, temperature=1.0)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("| x", "it has no action:cost:probability"),
        ("0:1:0.5", "actions count from 1"),
        ("1:1:1.5", r"its probability must be in \(0, 1\], got 1.5"),
        ("1:cheap:0.5", "could not convert"),
    ],
)
def test_a_line_of_another_form_is_named(line, reason, tmp_path):
    path = tmp_path / "log.txt"
    path.write_text(f"1:0:0.5\n{line}\n")
    with pytest.raises(ValueError, match=f"line 2 must be a row of --cb.*{reason}"):
        read_cb(path, values=[[0.0, 0.0]] * 2, temperature=1.0)


BANDIT = Task(
    "boltzmann/BernoulliBandit-v0(arms=4)",
    (SampleAverage(Boltzmann(0.2)), SampleAverage(EpsilonBoltzmann(0.1, 0.2))),
    25,
)
WALK = Task("FrozenLake-v1", (QLearning(Boltzmann(0.1)),), 30)
EXPERIMENT = Experiment((BANDIT, WALK), replicates=5, seed=2, block=2, points=5, record="log")


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    return run(EXPERIMENT, tmp_path_factory.mktemp("log") / "run", make=envs.make)


def test_a_run_records_every_decision(results):
    for agent, policy in enumerate(EXPERIMENT.tasks[0].agents):
        log = read_run(results.folder, agent=agent, bounds=(0, 1))
        assert log.n == 25 * 5
        assert not log.has_several_steps
        assert log.contexts is None
        assert (log.log_probs is None) == (agent == 0)
        # The rewards of the log are those of the curves.
        cell = list(results.cells())[agent]
        assert log.rewards.mean() == pytest.approx(float((cell.metrics["reward"] * cell.lengths).sum() / (25 * 5)))
        assert evaluate(log, policy.policy).value == pytest.approx(log.rewards.mean(), abs=1e-9)


def test_the_rows_of_a_walk_are_steps_of_episodes(results):
    log = read_run(results.folder, task=1)
    assert log.has_several_steps
    assert log.contexts.dtype == np.int64
    with pytest.raises(ValueError, match="log must be of single steps"):
        evaluate(log, 0.1)
    assert evaluate(log, 0.1, one_step=True).value == pytest.approx(log.rewards.mean())
    # Each replicate begins in the first state, and an episode ends where the next row starts there again.
    starts = [log.contexts[log.episodes == episode][0] for episode in np.unique(log.episodes)]
    assert set(starts) == {0}


def test_curves_do_not_depend_on_the_log(results, tmp_path):
    plain = run(Experiment(EXPERIMENT.tasks, 5, 2, block=2, points=5), tmp_path, make=envs.make, engine="lockstep")
    for one, other in zip(results.cells(), plain.cells(), strict=True):
        for name, array in one.metrics.items():
            assert np.array_equal(array, other.metrics[name], equal_nan=True)


def test_a_damaged_or_missing_log_is_computed_again(tmp_path):
    small = Experiment((BANDIT,), replicates=2, seed=2, points=5, record="log")
    folder = run(small, tmp_path / "run", make=envs.make).folder
    path = folder / "task00-agent01-block0000.log.npz"
    content = path.read_bytes()
    changed = bytearray(content)
    changed[len(content) // 2] ^= 1
    path.write_bytes(changed)
    with pytest.raises(DamagedBlockError, match=r"task00-agent01-block0000.log.npz is damaged: .* fails its checksum"):
        read_run(folder, agent=1)
    with pytest.warns(UserWarning, match="log.npz is damaged.*computed again"):
        run(small, folder, make=envs.make)
    assert path.read_bytes() == content
    path.unlink()
    run(small, folder, make=envs.make)
    assert path.read_bytes() == content


def test_a_run_of_curves_alone_holds_no_log(tmp_path):
    run(Experiment((BANDIT,), replicates=2, seed=2, points=5), tmp_path, make=envs.make)
    with pytest.raises(RefusedError, match="holds no decisions: run it with record='log'"):
        read_run(tmp_path)
    with pytest.raises(ValueError, match="agent must be at most 1, got 2"):
        list(Results(tmp_path, EXPERIMENT.plan).logs(0, 2))


def test_compiled_loops_record_no_decisions(tmp_path):
    with pytest.raises(RefusedError, match="overrides add without add_windows"):
        run(EXPERIMENT, tmp_path / "run", make=envs.make, engine="compiled")


def test_rollout_records_a_log_too():
    env = envs.make("boltzmann/BernoulliBandit-v0", 3, arms=4)
    record = rollout(env, SampleAverage(Greedy()), [5, 10], [1, 2, 3], np.random.default_rng(0), record="log")
    log = log_of_arrays([record.log])
    assert record.engine == "lockstep"
    assert log.n == 30
    assert evaluate(log, 0.0).value == pytest.approx(log.rewards.mean())
    assert log_of_arrays([record.log, record.log]).n == 60


def test_the_estimate_of_memory_counts_the_log():
    def bytes_of(record, steps):
        task = Task("FrozenLake-v1", (QLearning(Boltzmann(0.1)),), steps)
        (cell,) = estimate(Experiment((task,), 100, 0, points=5, record=record), envs.make)
        return cell.memory

    # 116 bytes a row, once in the recorder, and twice while it is written.
    more = bytes_of("log", 2000) - bytes_of("replicates", 2000)
    assert more == pytest.approx(3 * 116 * 2000 * 100, rel=0.05)
