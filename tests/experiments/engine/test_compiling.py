"""Which cells run compiled, which engine the results name, and when the loops are compiled anew."""

import copy
import inspect
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import envs
from agents import (
    BackupLearning,
    BoltzmannExpectation,
    DoubleQ,
    QLearning,
    SampleAverage,
    SarsaLambda,
    SoftQ,
)
from boltzmann import (
    UCB1,
    Boltzmann,
    EntropyTarget,
    Greedy,
)
from boltzmann.experiments import Experiment, Store, Task, rollout, run
from tests.support.both_engines import ENDS, LEARNT, made
from tests.support.paths import ROOT

pytest.importorskip("numba")
from boltzmann.experiments.engine.compiled import (
    UnsupportedError,
    pulling,
    revision,
    stages,
    walking,
)
from boltzmann.experiments.engine.compiled.pulling import pull_stretch
from boltzmann.experiments.engine.compiled.revision import revision_of
from boltzmann.experiments.engine.compiled.walking import walk_stretch


class Changed(QLearning):
    """A learner of one's own."""

    def _learn_targets(self, entries, targets, step_sizes):
        super()._learn_targets(entries, 2 * targets, step_sizes)


@pytest.mark.parametrize(
    ("world", "agent", "reason"),
    [
        ("FrozenLake-v1", QLearning(UCB1()), "no compiled form of UCB1"),
        ("FrozenLake-v1", QLearning(Boltzmann(EntropyTarget(0.5))), "a thermostat sees values"),
        ("FrozenLake-v1", DoubleQ(Boltzmann(0.5)), "no compiled form of DoubleQ"),
        ("FrozenLake-v1", SarsaLambda(Boltzmann(0.5)), "no compiled form of SarsaLambda"),
        ("FrozenLake-v1", Changed(Boltzmann(0.5)), "no compiled form of Changed"),
        (
            "FrozenLake-v1",
            SoftQ(Boltzmann(EntropyTarget(0.5))),
            "only lockstep knows the temperature of the backup",
        ),
        ("FrozenLake-v1", BackupLearning(Boltzmann(0.5), BoltzmannExpectation(1.0)), "no compiled form of Backup"),
        ("boltzmann/DriftingBandit-v0", SampleAverage(Boltzmann(0.5)), "no compiled form of Drifting"),
        ("boltzmann/LeverBandit-v0", SampleAverage(Boltzmann(0.5)), "more than 64 actions"),
        (
            "FrozenLake-v1",
            QLearning(Boltzmann(0.5), step_size=lambda count: 0.1),
            "a custom step size runs in lockstep only",
        ),
        ("FrozenLake-v1", QLearning(Boltzmann(lambda step: np.full(2, 0.5))), "temperature is not one number a step"),
        ("CartPole-v1", QLearning(Boltzmann(0.5)), "no compiled form of NumberedSyncVectorEnv"),
    ],
)
def test_cells_without_a_compiled_form_run_in_lockstep(world, agent, reason):
    with pytest.raises(UnsupportedError, match=reason):
        rollout(
            made(world, 2), copy.deepcopy(agent), np.array([3]), [0, 1], np.random.default_rng(0), engine="compiled"
        )
    if "only lockstep knows" not in reason:
        recorder = rollout(made(world, 2), agent, np.array([3]), [0, 1], np.random.default_rng(0))
        assert recorder.engine == "lockstep"


def test_the_results_say_which_engine_ran(tmp_path):
    task = Task("FrozenLake-v1", (QLearning(Boltzmann(0.1)), QLearning(UCB1())), steps=20)
    experiment = Experiment((task,), replicates=4, seed=0)
    run(experiment, tmp_path / "auto", make=envs.make)
    assert Store(tmp_path / "auto").beginning().engines == [["compiled", "lockstep"]]
    run(experiment, tmp_path / "slow", make=envs.make, engine="lockstep")
    assert Store(tmp_path / "slow").beginning().engines == [["lockstep", "lockstep"]]
    for block in experiment.plan.blocks():
        assert (tmp_path / "auto" / block.name).read_bytes() == (tmp_path / "slow" / block.name).read_bytes()
    (tmp_path / "auto" / experiment.plan.blocks()[0].name).unlink()
    with pytest.warns(UserWarning, match="engines compiled, lockstep"):
        run(experiment, tmp_path / "auto", make=envs.make, engine="lockstep")
    with pytest.raises(ValueError, match="engine must be one of auto, lockstep, compiled, got 'fast'"):
        rollout(made("FrozenLake-v1", 1), QLearning(Greedy()), ENDS, [0], np.random.default_rng(0), engine="fast")


def test_loops_are_compiled_anew_where_any_of_their_files_has_changed(tmp_path):
    files = Path(revision.__file__).parent
    shutil.copytree(files, tmp_path / "copy", ignore=shutil.ignore_patterns("__pycache__"))
    assert revision_of(tmp_path / "copy") == revision.REVISION
    stages = tmp_path / "copy" / "stages.py"
    stages.write_text(stages.read_text().replace("720.0", "721.0"))
    assert revision_of(tmp_path / "copy") != revision.REVISION
    for world, stretch in (("FrozenLake-v1", walk_stretch), ("boltzmann/GaussianBandit-v0", pull_stretch)):
        rollout(made(world, 2), SampleAverage(Greedy()), ENDS, [0, 1], np.random.default_rng(0), engine="compiled")
        assert {str(signature[-1]) for signature in stretch.signatures} == {f"omitted(default={revision.REVISION})"}


def test_loops_that_are_cached_on_disk_take_a_revision():
    loops = {
        loop for module in (pulling, stages, walking) for loop in vars(module).values() if hasattr(loop, "py_func")
    }
    cached = {loop.py_func.__name__ for loop in loops if loop._cache.cache_path}
    assert cached == {"pull_stretch", "walk_stretch"}
    assert all("revision" in inspect.signature(loop.py_func).parameters for loop in (pull_stretch, walk_stretch))
    assert len(loops) > 10


@pytest.mark.slow
def test_a_change_of_what_a_loop_calls_is_seen_by_the_next_process(tmp_path):
    for room in ("boltzmann", "agents", "envs"):
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))

    def learnt():
        ran = subprocess.run([sys.executable, "-c", LEARNT], cwd=tmp_path, check=True, capture_output=True, text=True)
        return float(ran.stdout)

    first = learnt()
    assert learnt() == first
    changed = tmp_path / "boltzmann" / "experiments" / "engine" / "compiled" / "stages.py"
    text = changed.read_text()
    changed.write_text(
        text.replace(
            "value = value + step_size * (target - value)", "value = value + 0.5 * step_size * (target - value)"
        )
    )
    assert changed.read_text() != text
    assert learnt() != first
    changed.write_text(text)
    assert learnt() == first
