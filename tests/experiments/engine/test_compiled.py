"""Both engines on everything that both know: the same actions, one by one, and the same records."""

import copy
import inspect
import logging
import math
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
    ConstantStep,
    DoubleQ,
    DynamicBoltzmannQ,
    ExpectedSarsa,
    MellowmaxQ,
    QLearning,
    SampleAverage,
    SampleAverageWithInitial,
    Sarsa,
    SarsaLambda,
    ScheduledStep,
    SoftQ,
)
from boltzmann import (
    UCB1,
    Boltzmann,
    EntropyTarget,
    EpsilonBoltzmann,
    EpsilonGreedy,
    Exponential,
    Greedy,
    InverseTime,
    Linear,
    MaxBoltzmann,
    Uniform,
)
from boltzmann.experiments import METRICS, Experiment, Store, Task, rollout, run
from tests.support.paths import ROOT

pytest.importorskip("numba")
from boltzmann.experiments.engine import compiled
from boltzmann.experiments.engine.compiled import (
    CompiledCell,
    UnsupportedError,
    pulling,
    records,
    revision,
    stages,
    walking,
)
from boltzmann.experiments.engine.compiled.pulling import pull_stretch
from boltzmann.experiments.engine.compiled.revision import revision_of
from boltzmann.experiments.engine.compiled.stages import exponential
from boltzmann.experiments.engine.compiled.walking import walk_stretch

INF = math.inf
POLICIES = [
    Boltzmann(0.3),
    Boltzmann(0),
    Boltzmann(INF),
    Boltzmann(Exponential(1.0, 0.01, 100)),
    Boltzmann(Linear(INF, 0.0, 50)),
    Boltzmann(lambda step: 1.0 if step < 30 else 0.1),
    EpsilonGreedy(0.1),
    EpsilonGreedy(Linear(1.0, 0.0, 100)),
    Greedy(),
    Uniform(),
    MaxBoltzmann(0.3, InverseTime(1.0, 0.1)),
    EpsilonBoltzmann(0.2, 0.5),
]
WORLDS = [
    "boltzmann/GaussianBandit-v0",
    "boltzmann/BernoulliBandit-v0",
    "boltzmann/LeverBandit-v0(arms=20)",
    "FrozenLake-v1",
    "Taxi-v4",
    "boltzmann/RiverSwim-v0(max_episode_steps=20)",
    "Blackjack-v1",
    "boltzmann/Garnet-v0(noise=1,states=9,max_episode_steps=20)",
]
LEARNERS = [
    lambda policy: SampleAverage(policy, initial_value=1.0),
    lambda policy: SampleAverageWithInitial(policy, initial_value=1.0),
    lambda policy: ConstantStep(policy, step_size=0.3),
    lambda policy: ScheduledStep(policy, step_size=InverseTime(1.0, 0.5)),
    lambda policy: QLearning(policy, step_size=0.5, discount=0.9),
    lambda policy: QLearning(policy, step_size=InverseTime(1.0, 0.5), discount=0.9),
    lambda policy: Sarsa(policy, step_size=0.5, discount=0.9, initial_value=0.5),
    lambda policy: ExpectedSarsa(policy, step_size=0.5, discount=0.9, initial_value=0.5),
    lambda policy: SoftQ(policy, temperature=0.5, discount=0.9),
    lambda policy: MellowmaxQ(policy, temperature=InverseTime(1.0, 0.1), discount=0.9),
    lambda policy: DynamicBoltzmannQ(policy, discount=0.9),
]
EXACT = 8  # So many of them do the same operations in the same order.
STEPS, ENDS = 130, np.array([1, 60, 130])


def made(world, rows):
    name, _, arguments = world.partition("(")
    kwargs = dict(part.split("=") for part in arguments.rstrip(")").split(",") if part)
    return envs.make(name, rows, discount=0.9, **{key: int(value) for key, value in kwargs.items()})


class Watched:
    """An environment that keeps the actions of every step."""

    def __init__(self, env):
        self._env, self.actions = env, []

    def __getattr__(self, name):
        return getattr(self._env, name)

    def step(self, actions):
        self.actions.append(np.array(actions))
        return self._env.step(actions)


def by_both(world, agent, rows):
    watched, one, other = Watched(made(world, rows)), copy.deepcopy(agent), copy.deepcopy(agent)
    seeds = list(range(rows))
    slow = rollout(watched, one, ENDS, seeds, np.random.default_rng(1), engine="lockstep")
    fast = rollout(made(world, rows), other, ENDS, seeds, np.random.default_rng(1), engine="compiled")
    assert (slow.engine, fast.engine) == ("lockstep", "compiled")
    return one, other, slow, fast, watched.actions


def assert_the_same(world, agent, rows, exact):
    one, other, slow, fast, _ = by_both(world, agent, rows)
    np.testing.assert_array_equal(one.visits, other.visits)
    assert one.step == other.step
    if one.allowed is None:
        assert other.allowed is None
    else:
        np.testing.assert_array_equal(one.allowed, other.allowed)
    close = {"rtol": 0, "atol": 0} if exact else {"rtol": 1e-10, "atol": 1e-12}
    np.testing.assert_allclose(one.values, other.values, **close)
    for name in METRICS:
        loose = {"rtol": 1e-12, "atol": 1e-12} if name in ("reward", "return_sum", "gap") else close
        if name == "greedy" and not exact:
            # A tie that the last bit of a sum breaks may count or not.
            loose = {"rtol": 0, "atol": 0.1}
        np.testing.assert_allclose(fast.arrays[name], slow.arrays[name], err_msg=name, **loose)


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: repr(policy).partition(" at 0x")[0])
def test_every_policy_acts_alike_on_both(world, policy):
    bandit = "Bandit" in world
    agent = SampleAverage(policy) if bandit else QLearning(policy, step_size=0.5, discount=0.9)
    assert_the_same(world, agent, 70, exact=True)


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("place", range(len(LEARNERS)))
@pytest.mark.parametrize("rows", [1, 65])
def test_every_learner_learns_alike_on_both(world, place, rows):
    agent = LEARNERS[place](Boltzmann(Linear(1.0, 0.1, 100)))
    if isinstance(agent, Sarsa) and "Bandit" in world:
        with pytest.raises(UnsupportedError, match="only lockstep draws a bandit's next action"):
            by_both(world, agent, rows)
        return
    assert_the_same(world, agent, rows, exact=place < EXACT - 1)


@pytest.mark.parametrize("temperature", [1e-3, 1e6, 1e12, 1e17, 1e300])
def test_mellowmax_is_as_right_at_any_temperature_on_both(temperature):
    agent = MellowmaxQ(Boltzmann(0.5), temperature=temperature, step_size=0.5, discount=0.9)
    assert_the_same("boltzmann/RiverSwim-v0(max_episode_steps=20)", agent, 64, exact=False)


@pytest.mark.parametrize("rows", [1, 30, 63, 200])
@pytest.mark.parametrize("world", ["boltzmann/GaussianBandit-v0", "boltzmann/GaussianBandit-v0(arms=64)", "Taxi-v4"])
def test_entropies_are_those_of_the_lockstep_to_the_bit(world, rows):
    agent = (SampleAverage if "Bandit" in world else QLearning)(Boltzmann(Exponential(1.0, 0.05, STEPS)))
    _, _, slow, fast, _ = by_both(world, agent, rows)
    np.testing.assert_array_equal(fast.arrays["entropy"], slow.arrays["entropy"])


def test_counts_of_a_long_window_are_whole():
    # Lockstep counts in bytes, which hold no more than 255.
    records = []
    for engine in ("lockstep", "compiled"):
        env, agent = made("boltzmann/GaussianBandit-v0", 3), SampleAverage(EpsilonGreedy(0.1))
        ends, rng = np.array([700, 1000]), np.random.default_rng(1)
        records.append(rollout(env, agent, ends, [1, 2, 3], rng, engine=engine).arrays)
    for name in ("optimal", "greedy"):
        assert (records[0][name][0] * 700 > 255).any()
        np.testing.assert_allclose(records[0][name], records[1][name], rtol=1e-12)


@pytest.mark.parametrize("world", ["boltzmann/GaussianBandit-v0", "Taxi-v4", "Blackjack-v1"])
def test_where_draws_and_stretches_end_changes_nothing(world, monkeypatch):
    monkeypatch.setattr(records, "_MOST_DRAWN_STEPS", 7)
    monkeypatch.setattr(compiled, "_MOST_STEPS", 11)
    policy = EpsilonBoltzmann(0.2, Linear(1.0, 0.1, 100))
    for agent in (QLearning(policy, step_size=InverseTime(1.0, 0.5)), Sarsa(policy, step_size=0.5)):
        if not (isinstance(agent, Sarsa) and "Bandit" in world):
            assert_the_same(world, agent, 67, exact=True)


@pytest.mark.parametrize("world", WORLDS)
def test_actions_are_the_same_one_by_one(world):
    bandit = "Bandit" in world
    agent = SampleAverage(Boltzmann(0.2)) if bandit else Sarsa(Boltzmann(0.2), step_size=0.5)
    _, _, _, _, actions = by_both(world, agent, 30)
    env, other = made(world, 30), copy.deepcopy(agent)
    other.reset(30, env.single_observation_space, env.single_action_space, np.random.default_rng(1))
    env.reset(seed=list(range(30)))
    cell, before = CompiledCell(env, other, STEPS), other.visits.copy()
    for expected in actions:
        list(cell.windows([1]))
        rows, _, taken = np.nonzero(other.visits - before)
        assert rows.tolist() == list(range(30))
        np.testing.assert_array_equal(taken, expected)
        before = other.visits.copy()


def test_an_engine_that_draws_twice_is_caught():
    world, agent = "FrozenLake-v1", QLearning(Boltzmann(0.1))
    one, other = copy.deepcopy(agent), copy.deepcopy(agent)
    rollout(made(world, 70), one, ENDS, list(range(70)), np.random.default_rng(1), engine="lockstep")
    env = made(world, 70)
    other.reset(70, env.single_observation_space, env.single_action_space, np.random.default_rng(1))
    env.reset(seed=list(range(70)))
    other._rng.random()
    list(CompiledCell(env, other, STEPS).windows([STEPS]))
    assert (one.visits != other.visits).any()


def test_exponentials_are_right_to_an_ulp():
    for low in (-1e-300, -1.0, -50.0, -707.0):
        x = np.random.default_rng(0).uniform(low, 0, 64)
        np.testing.assert_allclose([exponential(number) for number in x], np.exp(x), rtol=2.5e-16)
    assert [exponential(number) for number in (0.0, -INF, -709.0, -1e308)] == [1.0, 0.0, 0.0, 0.0]


@pytest.mark.parametrize("engine", ["lockstep", "compiled"])
def test_a_step_size_out_of_bounds_is_named_where_it_is_reached(engine):
    agent = ScheduledStep(Greedy(), step_size=Linear(0.0, 2.0, 10))

    def roll(steps):
        env = made("boltzmann/GaussianBandit-v0(arms=1)", 2)
        rollout(env, agent, np.array([steps]), [0, 1], np.random.default_rng(0), engine=engine)

    roll(6)
    with pytest.raises(ValueError, match=r"step_size must be in \[0, 1\], got 1\.2"):
        roll(7)


class Changed(QLearning):
    """A learner of one's own."""

    def _learn(self, place, targets, step_sizes):
        super()._learn(place, 2 * targets, step_sizes)


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
            SoftQ(EpsilonGreedy(0.1), temperature=EntropyTarget(0.5)),
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
        ("CartPole-v1", QLearning(Boltzmann(0.5)), "no compiled form of SyncVectorEnv"),
    ],
)
def test_what_has_no_compiled_form_runs_in_lockstep(world, agent, reason):
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
    assert Store(tmp_path / "auto").engines() == [["compiled", "lockstep"]]
    run(experiment, tmp_path / "slow", make=envs.make, engine="lockstep")
    assert Store(tmp_path / "slow").engines() == [["lockstep", "lockstep"]]
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


def test_whatever_is_kept_on_disk_knows_what_it_was_made_from():
    loops = {
        loop for module in (pulling, stages, walking) for loop in vars(module).values() if hasattr(loop, "py_func")
    }
    cached = {loop.py_func.__name__ for loop in loops if loop._cache.cache_path}
    assert cached == {"pull_stretch", "walk_stretch"}
    assert all("revision" in inspect.signature(loop.py_func).parameters for loop in (pull_stretch, walk_stretch))
    assert len(loops) > 10


LEARNT = """
import numpy as np
import envs
from agents import QLearning
from boltzmann import Boltzmann
from boltzmann.experiments import rollout

agent = QLearning(Boltzmann(0.1), step_size=0.5)
env = envs.make("boltzmann/RiverSwim-v0", 2, max_episode_steps=20)
rollout(env, agent, np.array([50]), [0, 1], np.random.default_rng(0), engine="compiled")
print(agent.values.sum())
"""


@pytest.mark.slow
def test_a_change_of_what_a_loop_calls_is_seen_by_the_next_process(tmp_path):
    for room in ("boltzmann", "agents", "envs"):
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))

    def learnt():
        ran = subprocess.run([sys.executable, "-c", LEARNT], cwd=tmp_path, check=True, capture_output=True, text=True)
        return float(ran.stdout)

    first = learnt()
    assert learnt() == first
    changed = tmp_path / "boltzmann" / "experiments" / "compiled" / "stages.py"
    text = changed.read_text()
    changed.write_text(
        text.replace("value = value + by * (target - value)", "value = value + 0.5 * by * (target - value)")
    )
    assert changed.read_text() != text
    assert learnt() != first
    changed.write_text(text)
    assert learnt() == first


def test_a_compilation_is_told(caplog):
    class Counted:
        """Stands for a compiled loop that was not on disk."""

        __name__ = "loop"
        overloads = ()

        class stats:  # noqa: N801
            cache_misses = {}  # noqa: RUF012

        def __call__(self):
            self.stats.cache_misses["signature"] = 1
            self.overloads = ("signature",)

    with caplog.at_level(logging.INFO, logger="boltzmann.experiments"):
        loop = Counted()
        compiled._call(loop)
        compiled._call(loop)
    first, second = (record.getMessage() for record in caplog.records)
    assert first.startswith("compiling loops for the first time")
    assert second.startswith("compiled loop in")
