"""Observations numbered as they are met: equal ones have one number, and results do not depend on chance or workers."""

import itertools

import gymnasium
import numpy as np
import pytest
from gymnasium.spaces import Box, Dict, Discrete, Graph, GraphInstance, MultiBinary, OneOf, Sequence, Text, Tuple
from gymnasium.utils.env_checker import check_env

import envs
from agents import QLearning
from boltzmann import Boltzmann, Linear
from boltzmann.experiments import Experiment, FailedCellsError, Results, Task, run
from boltzmann.experiments.engine import rollout
from boltzmann.experiments.errors import UnsupportedError
from boltzmann.experiments.runs import estimate
from envs import HashObservation
from tests.support.folders import stored_blocks
from tests.support.rooms import Rooms
from tests.support.shown import Shows, spec_of

ROOMS = "tests.support.rooms:Rooms-v0"


def graph(nodes, links=None):
    edges = None if links is None else np.zeros(len(links), dtype=np.int64)
    return GraphInstance(np.array(nodes), edges, None if links is None else np.array(links))


DIFFERENT = [
    (Text(3), ["a", "b", "ab", "ba"]),
    (Text(3, min_length=0, charset="é\ud800 '"), ["", " ", "'", "é", "\ud800"]),
    (Sequence(Discrete(3)), [(), (0,), (0, 0), (0, 1), (1, 0)]),
    (Sequence(Box(0, 9, (1,), np.int64)), [(), (np.array([1]),), (np.array([2]),), (np.array([1]), np.array([2]))]),
    (Graph(Discrete(3), Discrete(2)), [graph([0]), graph([1]), graph([0, 1]), graph([0, 1], [[0, 1]])]),
    (Box(-9, 9, (2,), np.int64), [[0, 1], [1, 0], [-1, 0], [0, 0]]),
    (Box(-1, 1, (2,), np.float64), [[0.0, 0.1], [0.1, 0.0], [0.0, 0.0], [0.0, 5e-324]]),
    (Dict(a=Text(2), b=Discrete(2)), [{"a": "x", "b": 0}, {"a": "x", "b": 1}, {"a": "y", "b": 0}]),
    (Tuple([Text(2), Text(2)]), [("a", "b"), ("b", "a"), ("ab", "a"), ("a", "ba")]),
    (OneOf([Text(2), Sequence(Text(1))]), [(0, "ab"), (1, ("a", "b")), (1, ("b", "a")), (0, "a")]),
    (MultiBinary(64), [[0] * 64, [1] * 64, [0] * 63 + [1]]),  # more observations than integers
    (Dict(a=Dict(image=Box(0, 255, (7, 7, 3), np.uint8))), [{"a": {"image": np.full((7, 7, 3), n)}} for n in (0, 1)]),
]


@pytest.mark.parametrize(("space", "different"), DIFFERENT, ids=[str(space)[:30] for space, _ in DIFFERENT])
def test_different_observations_have_different_numbers_and_equal_ones_the_same(space, different):
    env = HashObservation(Shows(space), max_states=len(different))
    assert [env.observation(entry) for entry in different] == list(range(len(different)))
    for order in itertools.islice(itertools.permutations(range(len(different))), 30):
        assert [env.observation(different[place]) for place in order] == list(order)


def test_equal_values_of_other_types_are_one_observation():
    floats = HashObservation(Shows(Box(-1, 1, (2,))))
    equal = [[0.0, 1.0], [-0.0, 1.0], [0, 1], (0, 1), np.array([0, 1], np.uint8), np.array([0.0, 1.0], np.float32)]
    assert [floats.observation(entry) for entry in equal] == [0] * 6
    # A number that the space's own type rounds is the same element of the space.
    assert floats.observation([0.1, 0.0]) == floats.observation(np.array([0.1, 0.0], np.float32)) == 1
    texts = HashObservation(Shows(Text(3)))
    assert texts.observation("ab") == texts.observation(np.str_("ab"))
    parts = HashObservation(Shows(Sequence(Box(-9, 9, (1,)))))
    equal = [(np.array([1], kind),) for kind in (np.float32, np.int8, np.float16, np.uint16)]
    assert [parts.observation(entry) for entry in equal] == [0] * 4
    assert parts.observation((np.array([1.5], np.float32),)) == 1
    keys = HashObservation(Shows(Dict(a=Text(1), b=Text(1))))
    assert keys.observation({"a": "x", "b": "y"}) == keys.observation({"b": "y", "a": "x"})


def test_a_space_of_ones_own_is_numbered_by_its_values():
    class Mission(gymnasium.Space):
        def contains(self, x):
            return x["text"].startswith("go")

        def sample(self, mask=None, probability=None):
            return {"text": "go home", "steps": 3.0}

    env = HashObservation(Shows(Mission()))
    assert [env.observation({"text": "go", "steps": steps}) for steps in (1, 2.5, 1)] == [0, 1, 0]
    texts = ("go on", b"go on", np.str_("go on"), np.bytes_(b"go on"))
    assert [env.observation({"text": "go", "steps": text}) for text in texts] == [2, 3, 2, 3]
    for outside in ({"text": "stay"}, {"text": "go", "steps": np.nan}, {"text": "go", "steps": object()}, 3, None):
        with pytest.raises(ValueError, match="observations of Shows must be in"):
            env.observation(outside)


def test_many_observations_are_numbered_in_the_order_in_which_they_are_met():
    env = HashObservation(Shows(Box(0, 2**40, (), np.int64)), max_states=3000)
    rng = np.random.default_rng(0)
    seen = rng.integers(2**40, size=3000)
    assert [env.observation(np.array(entry)) for entry in seen] == list(range(3000))
    order = rng.permutation(3000)
    assert [env.observation(np.array(seen[place])) for place in order] == order.tolist()


def test_one_observation_more_than_max_states_is_refused_and_the_others_keep_their_numbers():
    env = envs.make(spec_of(lambda: Shows(Text(1), ["a", "b", "a", "c"])), 2, observe="hash", max_states=2)
    env.reset(seed=[1, 2])
    assert [env.step([0, 0])[0].tolist() for _ in range(2)] == [[1, 1], [0, 0]]
    message = "max_states must be larger for Shows-v0: it has shown 2 different observations and one more, 'c' in row 0"
    with pytest.raises(ValueError, match=message):
        env.step([0, 0])


def test_each_replicate_has_its_own_numbers_whatever_the_others_meet():
    def walk(seeds):
        env = envs.make(ROOMS, len(seeds), observe="hash", max_states=50)
        seen = [env.reset(seed=seeds)[0]]
        rng = np.random.default_rng(0)
        actions = rng.integers(4, size=(60, 5))[:, : len(seeds)]
        seen += [env.step(row)[0].copy() for row in actions]
        # A seed begins new episodes; the numbers that are given stay.
        seen.append(env.reset(seed=seeds)[0])
        return np.array(seen)

    together, alone = walk([5, 6, 7, 8, 9]), walk([5])
    np.testing.assert_array_equal(together[:, 0], alone[:, 0])
    assert (together[0] == together[-1]).all()
    assert 3 < together.max() < 50


def test_the_numbered_rooms_are_as_good_as_a_table_of_the_same_states():
    def returns(arguments):
        env = envs.make(ROOMS, 4, **arguments)
        agent = QLearning(Boltzmann(Linear(0.5, 0.01, 700)), step_size=0.3)
        return rollout(env, agent, np.array([500, 1000]), list(range(4)), np.random.default_rng(0)).arrays

    met, ahead = returns({"observe": "hash", "max_states": 60}), returns({"mission": False})
    assert met.keys() == ahead.keys()
    for name in met:
        np.testing.assert_array_equal(met[name], ahead[name])
    assert met["reward"][1].mean() > 0.1


def experiment(steps=100, block=2, **arguments):
    text = ", ".join(f"{name}={value!r}" for name, value in {"observe": "hash", **arguments}.items())
    agents = [QLearning(Boltzmann(0.1)), QLearning(Boltzmann(1.0))]
    return Experiment([Task(f"{ROOMS}({text})", agents, steps)], replicates=3 * block, seed=0, block=block, points=10)


def test_workers_and_stops_do_not_change_the_bytes(tmp_path):
    run(experiment(max_states=60), tmp_path / "one", make=envs.make)
    run(experiment(max_states=60), tmp_path / "two", make=envs.make, n_jobs=2)
    whole = stored_blocks(tmp_path / "one")
    assert stored_blocks(tmp_path / "two") == whole
    assert len(whole) == 6
    for name in sorted(whole)[1::2]:
        (tmp_path / "two" / name).unlink()
    run(experiment(max_states=60), tmp_path / "two", make=envs.make)
    assert stored_blocks(tmp_path / "two") == whole
    # The largest number of states is only room: another one has the same curves.
    roomy, tight = run(experiment(max_states=600), tmp_path / "three", make=envs.make), Results.load(tmp_path / "one")
    for name in ("reward", "episodes", "entropy"):
        for one, other in zip(tight.cells(), roomy.cells(), strict=True):
            np.testing.assert_array_equal(one.metrics[name], other.metrics[name])
    description = (tmp_path / "three" / "experiment.json").read_text()
    assert "HashObservation(max_states=600)" in description
    assert "Rooms-v0(observe='hash', max_states=600)" in description


def test_too_many_states_fail_their_cells_with_what_to_do(tmp_path):
    with pytest.raises(FailedCellsError, match=r"max_states must be larger for Rooms-v0: it has shown 5 different"):
        run(experiment(max_states=5), tmp_path, make=envs.make)


def test_the_memory_of_all_states_is_estimated():
    def memory(states):
        return estimate(experiment(3, block=20, max_states=states), envs.make, "lockstep")[0].memory

    # 10 000 more states in each of 20 replicates: values and visits of 4 actions, 16 bytes each, and 32 to find them.
    more = (memory(10_100) - memory(100)) / (10_000 * 20 * (4 * 16 + 32))
    assert 1.0 <= more < 1.15


def test_compiled_loops_refuse_it_and_it_is_called_between_them():
    env = envs.make(ROOMS, 2, observe="hash", max_states=60)
    agent = QLearning(Boltzmann(0.1))
    with pytest.raises(UnsupportedError, match="SyncVectorEnv"):
        rollout(env, agent, np.array([5]), [1, 2], np.random.default_rng(0), engine="compiled")
    assert rollout(env, agent, np.array([5]), [1, 2], np.random.default_rng(0)).engine == "cut"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"observe": "hash", "max_states": 0}, "max_states must be a whole number of at least 1, got 0"),
        ({"observe": "hash", "max_states": 2.5}, "max_states must be a whole number of at least 1, got 2.5"),
        ({"observe": "hash", "bins": 3}, "bins needs observe='number', got 3 with observe='hash'"),
        ({"observe": "raw", "bounds": [(0, 1)]}, r"bounds needs observe='number', got \[\(0, 1\)\] with observe='raw'"),
        ({"max_states": 3}, "max_states needs observe='hash', got 3 with observe='number'"),
        ({"observe": "hashed"}, "observe must be one of number, hash, raw, got 'hashed'"),
        ({"observe": True}, "observe must be one of number, hash, raw, got True"),
        ({"observe": ["hash"]}, "observe must be one of number, hash, raw, got"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        envs.make("CartPole-v1", 2, **arguments)


def test_rooms_keep_gymnasiums_contract():
    check_env(Rooms(), skip_render_check=True)
