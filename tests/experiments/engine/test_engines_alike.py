"""Where the engines could differ: NaN and infinity, schedules without arrays, replaced methods."""

import math
import sys

import numpy as np
import pytest

import envs
from agents import ConstantStep, DoubleQ, QLambda, QLearning, SampleAverage, Sarsa, SarsaLambda, SoftQ
from boltzmann import (
    VDBE,
    Boltzmann,
    Clip,
    Constant,
    Entmax,
    EntropyTarget,
    EpsilonGreedy,
    GaussianThompson,
    Greedy,
    Linear,
    Scale,
    UCB1Tuned,
    Uniform,
    Warmup,
)
from boltzmann.experiments import RECORDED, Recorder, rollout
from envs.bandits.base import Bandit, BanditVector, Problems

pytest.importorskip("numba")
from boltzmann.experiments.engine.compiled import CompiledCell, held_bytes, loading, sizes
from boltzmann.experiments.engine.compiled.writing import Kernel, make_memory, write_choice
from boltzmann.experiments.errors import UnsupportedError

INF = math.inf
BANDIT = "boltzmann/GaussianBandit-v0"


def rolled(engine, agent, env, ends=(20,), recorder=Recorder):
    rows = env.num_envs
    return rollout(
        env, agent, np.array(ends), list(range(rows)), np.random.default_rng(0), engine=engine, recorder=recorder
    )


def rewarding(reward, rows=8):
    """Two states and two actions; one action pays a given reward and goes to the other state."""
    table = envs.Table(
        probs=np.ones((2, 2, 1)),
        next_states=np.array([[[0], [1]], [[1], [0]]]),
        rewards=np.array([[[0.0], [reward]], [[0.0], [reward]]]),
        terminated=np.zeros((2, 2, 1), dtype=bool),
        initial=np.array([0.5, 0.5]),
    )
    return envs.TabularVectorEnv(table, rows)


@pytest.mark.parametrize(
    ("agent", "make", "message"),
    [
        (lambda: SoftQ(Boltzmann(Linear(INF, 0.0, 10))), lambda: envs.make("FrozenLake-v1", 8), "must stay finite"),
        (lambda: SoftQ(Boltzmann(INF)), lambda: envs.make("FrozenLake-v1", 8), "a learnt value in row 0 is not"),
        (lambda: SoftQ(Boltzmann(1e308), step_size=1.0, discount=1.0), lambda: rewarding(1.0), "must stay finite"),
        (
            lambda: ConstantStep(Uniform(), step_size=0.5),
            lambda: envs.make(BANDIT, 100, noise=1.7e308),
            r"rewards must be finite, got a sum of (-?inf|nan) in row \d+",
        ),
        (lambda: QLearning(Uniform(), step_size=1.0, discount=1.0), lambda: rewarding(1.7e308), "finite"),
        (
            lambda: QLearning(EpsilonGreedy(0.1), step_size=1.0, discount=1.0),
            lambda: rewarding(1e308),
            "values must stay finite|rewards must be finite, got a sum of",
        ),
    ],
)
def test_nan_and_infinity_are_refused_and_nothing_is_written_beyond_a_table(agent, make, message):
    env = make()
    with pytest.raises(ValueError, match=message):
        rolled("compiled", agent(), env, ends=(50, 400))


def test_a_draw_from_invalid_weights_stays_within_the_actions():
    kernel = Kernel(3)
    kernel.argument("uniforms", np.full(8, 0.5))
    kernel.memory("weights", per_action=True)
    kernel.code.line("padded = 8")
    write_choice(kernel, "weights", "uniforms[i]", "action")
    chosen = loading.kernel_of(kernel.text())
    for weight in (0.0, np.nan, np.inf):
        memory = make_memory(kernel.sizes)
        memory["f"][:], memory["g"][:] = weight, 7
        chosen(*kernel.arguments.values(), *memory.values())
        assert ((memory["g"][:8] >= 0) & (memory["g"][:8] < 3)).all()


def hot_until_step_5(step):
    """A schedule that is hot up to step 5; for an array with such a step, all of it is hot."""
    return 1.0 if np.any(np.asarray(step) < 5) else 0.1


@pytest.mark.parametrize(
    "schedule",
    [
        hot_until_step_5,
        lambda step: np.maximum(0.01, 1 - step**13 / 1e15),
        lambda step: step.bit_length() + 0.1,
        Scale(hot_until_step_5, 2.0),
        Clip(hot_until_step_5, 0.0, 0.5),
    ],
)
def test_a_schedule_of_ones_own_is_called_as_in_lockstep(schedule):
    slow, fast = (
        rolled(engine, SampleAverage(Boltzmann(schedule)), envs.make(BANDIT, 300), ends=(10, 30))
        for engine in ("lockstep", "compiled")
    )
    for name in RECORDED:
        np.testing.assert_allclose(fast.arrays[name], slow.arrays[name], rtol=1e-12, err_msg=name)


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        (Boltzmann(lambda step: -1.0), r"temperature must be in \[0, inf\], got -1\.0"),
        (Boltzmann(lambda step: 1.0 - step), r"temperature must be in \[0, inf\], got -1\.0"),
        (Boltzmann(lambda step: math.nan), r"temperature must be in \[0, inf\], got nan"),
        (EpsilonGreedy(lambda step: -1.0), r"epsilon must be in \[0, 1\], got -1\.0"),
        (EpsilonGreedy(Linear(0.0, 3.0, 3)), r"epsilon must be in \[0, 1\], got 2\.0"),
    ],
)
@pytest.mark.parametrize("engine", ["lockstep", "compiled"])
def test_a_schedule_out_of_bounds_has_one_message_on_both_engines(policy, message, engine):
    with pytest.raises(ValueError, match=message):
        rolled(engine, SampleAverage(policy), envs.make(BANDIT, 3))


@pytest.mark.parametrize("world", [BANDIT, "FrozenLake-v1", "Taxi-v4"])
def test_loops_are_compiled_once_whatever_the_schedules(world):
    learner = SampleAverage if world == BANDIT else QLearning
    # So many rows also load the loop that draws random numbers.
    rolled("compiled", learner(Boltzmann(0.3)), envs.make(world, 70))
    known, numba_calls = loading.kernel_of.cache_info().misses, _signatures()
    for schedule in (0.0, Linear(1.0, 0.0, 10), Constant(0.5), Warmup(Linear(1.0, 0.1, 10), 5), lambda step: 1.0):
        rolled("compiled", learner(Boltzmann(schedule)), envs.make(world, 3))
    rolled("compiled", learner(Boltzmann(0.2)), envs.make(world, 70))
    assert loading.kernel_of.cache_info().misses == known
    assert _signatures() == numba_calls


def _signatures():
    """How often numba has compiled a kernel in this process."""
    kernels = [module.kernel for name, module in sys.modules.items() if name.startswith("kernel_")]
    return sum(len(kernel.signatures) for kernel in kernels)


def test_windows_of_any_length_are_cut_and_put_together_to_the_bit(monkeypatch):
    slow = rolled("lockstep", QLearning(Boltzmann(0.1)), envs.make("FrozenLake-v1", 5), ends=(1, 130, 150, 300))
    monkeypatch.setattr(sizes, "_MOST_STEPS", 7)
    fast = rolled("compiled", QLearning(Boltzmann(0.1)), envs.make("FrozenLake-v1", 5), ends=(1, 130, 150, 300))
    for name in RECORDED:
        np.testing.assert_array_equal(fast.arrays[name], slow.arrays[name], err_msg=name)


def test_the_steps_and_the_memory_of_one_call_are_bounded():
    cut = [(list(ends), whole) for ends, whole in sizes.stretches_of([3, 2**17 + 1, 5, 5, 5], 2)]
    assert cut == [([3], True), ([2**16], False), ([2**16], False), ([1, 6], True), ([5, 10], True)]
    # The windows of 50 000 replicates and 64 actions are cut.
    assert held_bytes(50_000, 1, 64) < 100 * 2**20
    assert held_bytes(2000, 16, 4) < 5 * 2**20


def cell_of(agent, env):
    """A cell whose kernel is written and not compiled."""
    agent.reset(env.num_envs, env.single_observation_space, env.single_action_space, np.random.default_rng(0))
    env.reset(seed=0)
    return CompiledCell(env, agent, 10)


@pytest.mark.parametrize(
    ("agent", "world", "kwargs"),
    [
        (SarsaLambda(Boltzmann(EntropyTarget(0.5))), "Taxi-v4", {}),
        (QLambda(VDBE(1.0)), "Taxi-v4", {}),
        (SampleAverage(UCB1Tuned()), "boltzmann/LeverBandit-v0", {"arms": 4000}),
        (Sarsa(Entmax(0.5)), "boltzmann/LeverBandit-v0", {"arms": 4000}),
        (DoubleQ(GaussianThompson(1.0)), "boltzmann/LeverBandit-v0", {"arms": 4000}),
    ],
    ids=repr,
)
def test_live_traces_and_working_memory_are_counted(agent, world, kwargs):
    cell = cell_of(agent, envs.make(world, 3, **kwargs))
    live = cell._arguments.get("live", np.zeros(0)).nbytes
    states, count = agent.values.shape[1:]
    held = held_bytes(3, states, count, traced=hasattr(agent, "trace_decay"))
    assert live + cell._arguments["f"].nbytes + cell._arguments["g"].nbytes <= held
    assert bool(live) == hasattr(agent, "trace_decay")


def test_one_kernel_serves_all_parameters_of_exploration_rates():
    texts = [
        cell_of(QLearning(policy), envs.make("FrozenLake-v1", 3))._steps.kernel.text()
        for policy in (VDBE(1.0), VDBE(0.3, initial_epsilon=0.5), VDBE(1.0, weight=0.3), VDBE(1.0, weight=0.7))
    ]
    assert texts[0] == texts[1] != texts[2] == texts[3]


def doubled(method):
    def changed(*arguments, **named):
        changed.calls += 1
        return method(*arguments, **named)

    changed.calls = 0
    return changed


@pytest.mark.parametrize("changed", ["step", "update", "act"])
def test_a_method_that_was_changed_in_place_is_called(changed):
    env, agent = envs.make("FrozenLake-v1", 2), QLearning(Greedy())
    owner = env if changed == "step" else agent
    setattr(owner, changed, doubled(getattr(owner, changed)))
    assert rolled("auto", agent, env).engine == "cut"
    assert getattr(owner, changed).calls == 20
    with pytest.raises(UnsupportedError, match=f"with a custom {changed}"):
        rolled("compiled", agent, env)


class Telling(Recorder):
    def add(self, *step):
        super().add(*step)

    def add_windows(self, *windows):
        super().add_windows(*windows)


class Counting(Telling):
    calls = 0

    def add(self, *step):
        self.calls += 1
        super().add(*step)


class Patched(Telling):
    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.add = doubled(self.add)


def test_a_recorder_receives_every_step_that_it_requests():
    env = envs.make("FrozenLake-v1", 2)
    assert rolled("auto", QLearning(Greedy()), env, recorder=Telling).engine == "compiled"
    counting = rolled("auto", QLearning(Greedy()), env, recorder=Counting)
    assert (counting.engine, counting.calls) == ("lockstep", 20)
    patched = rolled("auto", QLearning(Greedy()), env, recorder=Patched)
    assert (patched.engine, patched.add.calls) == ("lockstep", 20)
    with pytest.raises(TypeError, match="recorder must be called with ends and replicates, such as Recorder, got 5"):
        rolled("auto", QLearning(Greedy()), env, recorder=5)


class Halved(Problems):
    def pulled(self, arms):
        return super().pulled(arms) / 2


def bandits(draw):
    class One(Bandit):
        def __init__(self):
            super().__init__(3)

        def draw(self, rng, count):
            return draw(rng, count)

    class Many(BanditVector):
        single = One

    return Many(6)


@pytest.mark.parametrize(
    ("draw", "engine"),
    [
        (lambda rng, count: Problems(rng.random((3, count)).T, 1.0), "compiled"),
        (lambda rng, count: Problems(np.broadcast_to([0.1, 0.2, 0.3], (count, 3)), 1), "compiled"),
        (lambda rng, count: Problems(rng.random((count, 3)), np.full((1, 3), 0.5).repeat(count, axis=0)), "compiled"),
        (lambda rng, count: Halved(rng.random((count, 3)), 1.0), "cut"),
    ],
)
def test_bandits_of_ones_own_run_alike_however_their_arrays_lie(draw, engine):
    slow = rolled("lockstep", SampleAverage(Boltzmann(0.3)), bandits(draw))
    fast = rolled("auto", SampleAverage(Boltzmann(0.3)), bandits(draw))
    assert fast.engine == engine
    for name in RECORDED:
        np.testing.assert_array_equal(fast.arrays[name], slow.arrays[name], err_msg=name)


def test_numba_that_compiles_nothing_is_left_alone(monkeypatch):
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")
    assert rolled("auto", QLearning(Greedy()), envs.make("FrozenLake-v1", 2)).engine == "lockstep"
    with pytest.raises(UnsupportedError, match="NUMBA_DISABLE_JIT"):
        rolled("compiled", QLearning(Greedy()), envs.make("FrozenLake-v1", 2))
