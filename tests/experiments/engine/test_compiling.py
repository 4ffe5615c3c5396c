"""Which cells run compiled, which engine the results name, and when the loops are compiled anew."""

import copy
import shutil
import subprocess
import sys
from dataclasses import dataclass

import numpy as np
import pytest

import envs
from agents import BackupLearning, Maximum, QLearning, SampleAverage, SoftQ
from boltzmann import Boltzmann, EpsilonGreedy, Greedy, Thermostat
from boltzmann.experiments import Experiment, Store, Task, rollout, run
from tests.support.both_engines import ENDS, LEARNT, made
from tests.support.paths import ROOT

pytest.importorskip("numba")
from boltzmann.experiments.engine.compiled import loading
from boltzmann.experiments.errors import UnsupportedError


class Own(Boltzmann):
    """A policy of one's own."""

    def __call__(self, values, **inputs):
        return super().__call__(2 * values, **inputs)


@dataclass(frozen=True)
class OwnThermostat(Thermostat):
    """A thermostat of one's own."""

    def __call__(self, values, *, step=0, visits=None, where=None):
        return np.full(len(values), 0.5)


class OwnBackup(Maximum):
    """A backup of one's own."""

    def __call__(self, values, *, where=None, step=0):
        return super().__call__(values, where=where) / 2


class Changed(QLearning):
    """A learner of one's own."""

    def _learn_targets(self, entries, targets, step_sizes):
        super()._learn_targets(entries, 2 * targets, step_sizes)


@pytest.mark.parametrize(
    ("world", "agent", "reason"),
    [
        ("FrozenLake-v1", Changed(Boltzmann(0.5)), "no compiled form of Changed"),
        ("FrozenLake-v1", SoftQ(EpsilonGreedy(0.5)), "no compiled form of SoftQ"),
        ("FrozenLake-v1", BackupLearning(Boltzmann(0.5), OwnBackup()), "no compiled form of OwnBackup"),
        ("boltzmann/LeverBandit-v0(arms=5000)", SampleAverage(Boltzmann(0.5)), "more than 4096 actions"),
        ("FrozenLake-v1", QLearning(Boltzmann(lambda step: np.full(2, 0.5))), "temperature is not one number a step"),
    ],
)
def test_cells_without_a_compiled_form_are_cut_or_run_in_lockstep(world, agent, reason):
    with pytest.raises(UnsupportedError, match=reason):
        rollout(
            made(world, 2), copy.deepcopy(agent), np.array([3]), [0, 1], np.random.default_rng(0), engine="compiled"
        )
    if "SoftQ" not in reason:
        recorder = rollout(made(world, 2), agent, np.array([3]), [0, 1], np.random.default_rng(0))
        assert recorder.engine == ("lockstep" if "more than" in reason else "cut")


@pytest.mark.parametrize(
    ("policy", "reason"),
    [(Own(), "no compiled form of Own"), (Boltzmann(OwnThermostat()), "no compiled form of OwnThermostat")],
)
def test_a_policy_without_a_compiled_form_cuts_its_cell(policy, reason):
    def rolled(engine):
        seeds, rng = [0, 1], np.random.default_rng(0)
        return rollout(made("FrozenLake-v1", 2), QLearning(policy), np.array([3]), seeds, rng, engine=engine)

    assert rolled("auto").engine == "cut"
    with pytest.raises(UnsupportedError, match=reason):
        rolled("compiled")


def test_environments_numbered_as_they_are_met_are_called():
    def rolled(engine):
        env, agent = envs.make("CartPole-v1", 2, observe="hash"), QLearning(Boltzmann(0.5))
        return rollout(env, agent, np.array([3]), [0, 1], np.random.default_rng(0), engine=engine)

    assert rolled("auto").engine == "cut"
    with pytest.raises(UnsupportedError, match="no compiled form of NumberedSyncVectorEnv"):
        rolled("compiled")


def test_the_results_say_which_engine_ran(tmp_path):
    task = Task("FrozenLake-v1", (QLearning(Boltzmann(0.1)), QLearning(Own())), steps=20)
    experiment = Experiment((task,), replicates=4, seed=0)
    run(experiment, tmp_path / "auto", make=envs.make)
    assert Store(tmp_path / "auto").beginning().engines == [["compiled", "cut"]]
    run(experiment, tmp_path / "slow", make=envs.make, engine="lockstep")
    assert Store(tmp_path / "slow").beginning().engines == [["lockstep", "lockstep"]]
    for block in experiment.plan.blocks():
        assert (tmp_path / "auto" / block.name).read_bytes() == (tmp_path / "slow" / block.name).read_bytes()
    (tmp_path / "auto" / experiment.plan.blocks()[0].name).unlink()
    with pytest.warns(UserWarning, match="engines compiled, cut"):
        run(experiment, tmp_path / "auto", make=envs.make, engine="lockstep")
    with pytest.raises(ValueError, match="engine must be one of auto, lockstep, compiled, got 'fast'"):
        rollout(made("FrozenLake-v1", 1), QLearning(Greedy()), ENDS, [0], np.random.default_rng(0), engine="fast")


KERNEL = """def kernel(numbers):
    numbers[0] += %d
"""


def test_a_kernel_is_named_by_its_text(tmp_path, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    numbers = np.zeros(1)
    for step in (1, 10, 1):
        loading.kernel_of(KERNEL % step)(numbers)
    assert numbers[0] == 12
    assert len(list((tmp_path / "boltzmann-kernels").glob("kernel_*.py"))) == 2
    # A damaged file is written anew.
    loading.kernel_of.cache_clear()
    for path in (tmp_path / "boltzmann-kernels").glob("kernel_*.py"):
        path.write_text("")
    loading.kernel_of(KERNEL % 1)(numbers)
    assert numbers[0] == 13


@pytest.mark.slow
def test_a_change_of_what_a_loop_calls_is_seen_by_the_next_process(tmp_path):
    for room in ("boltzmann", "agents", "envs"):
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))

    def learnt():
        ran = subprocess.run([sys.executable, "-c", LEARNT], cwd=tmp_path, check=True, capture_output=True, text=True)
        return float(ran.stdout)

    first = learnt()
    assert learnt() == first
    changed = tmp_path / "boltzmann" / "laws" / "changes.py"
    text = changed.read_text()
    changed.write_text(text.replace("change = row.step_size *", "change = 0.5 * row.step_size *"))
    assert changed.read_text() != text
    assert learnt() != first
    changed.write_text(text)
    assert learnt() == first
