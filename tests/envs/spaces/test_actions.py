"""Actions of every finite space as numbers, and masks of them."""

import gymnasium
import numpy as np
import pytest
from gymnasium.spaces import Box, Dict, Discrete, MultiBinary, MultiDiscrete, OneOf, Text, Tuple

import envs
from agents import QLearning
from boltzmann import Boltzmann
from boltzmann.experiments.engine import rollout
from envs import NumberAction
from tests.support.shown import Shows, spec_of

SPACES = [
    (Discrete(3, start=-1), 3),
    (Discrete(3, start=5), 3),
    (MultiDiscrete([2, 3]), 6),
    (MultiDiscrete([[2], [2]], start=[[1], [-5]]), 4),
    (MultiBinary(3), 8),
    (MultiBinary((2, 1)), 4),
    (Box(-1, 1, (2,), np.int8), 9),
    (Tuple([Discrete(2), Discrete(3, start=1)]), 6),
    (Dict(b=MultiBinary(1), a=Tuple([Discrete(2), MultiDiscrete([2, 2])])), 16),
    (OneOf([Discrete(2), MultiBinary(2)]), 6),
]
every_space = pytest.mark.parametrize(("space", "count"), SPACES, ids=[str(space) for space, _ in SPACES])


class Takes(Shows):
    """Pays 1 for one element of its actions, and remembers what it was given."""

    def __init__(self, space, best=None, masks=()):
        super().__init__(Discrete(1), action_space=space)
        self.taken, self._best, self._masks = [], best, list(masks)

    def reset(self, *, seed=None, options=None):
        return super().reset(seed=seed)[0], self._info()

    def step(self, action):
        assert action in self.action_space
        self.taken.append(action)
        return 0, float(repr(action) == repr(self._best)), False, False, self._info()

    def _info(self):
        return {"action_mask": self._masks[len(self.taken) % len(self._masks)]} if self._masks else {}


@every_space
def test_each_number_is_another_element_of_the_space(space, count):
    env = Takes(space)
    numbered = NumberAction(env)
    assert numbered.action_space == Discrete(count)
    numbered.reset()
    for number in range(count):
        numbered.step(np.int64(number))
    assert len({repr(action) for action in env.taken}) == count
    # Actions count as observations do: the last part of the space varies fastest.
    observed = envs.NumberObservation(Shows(space, env.taken))
    assert [observed.reset()[0] for _ in range(count)] == list(range(count))


@every_space
def test_a_learner_finds_the_one_action_that_pays(space, count):
    best = NumberAction(Takes(space))._element(count - 2)
    env = envs.make(spec_of(lambda: Takes(space, best)), 2)
    assert env.single_action_space == Discrete(count)
    record = rollout(
        env, QLearning(Boltzmann(0.05)), np.array([150, 250]), [1, 2], np.random.default_rng(0), engine="lockstep"
    )
    assert record.arrays["reward"][1].mean() > 0.9
    env.close()


@pytest.mark.parametrize("observe", ["number", "hash", "raw"])
def test_actions_are_numbered_however_observations_are(observe):
    env = envs.make(spec_of(lambda: Takes(MultiDiscrete([2, 3]))), 2, observe=observe)
    assert env.single_action_space == Discrete(6)
    assert [wrapper.name for wrapper in env.spec.additional_wrappers][:1] == ["NumberAction"]


def test_other_actions_are_refused_with_what_to_do_and_left_in_the_raw_form():
    for observe in ("number", "hash"):
        with pytest.raises(
            ValueError, match=r"actions of Pendulum-v1 must be of a finite space .*\.DiscretizeAction, or let obs"
        ):
            envs.make("Pendulum-v1", 2, observe=observe)
    assert envs.make_raw("Pendulum-v1", 2).single_action_space == gymnasium.make("Pendulum-v1").action_space
    with pytest.raises(ValueError, match="actions must be of a finite space, got Text"):
        NumberAction(Takes(Text(2)))
    with pytest.raises(ValueError, match="must be at most 9223372036854775807 in all"):
        NumberAction(Takes(MultiBinary(63)))


def test_the_remedy_for_continuous_actions_works():
    def cut():
        return gymnasium.wrappers.DiscretizeAction(gymnasium.make("Pendulum-v1"), 5)

    env = envs.make(spec_of(cut, "CutPendulum-v0"), 2, bins=4)
    assert (env.single_action_space, env.single_observation_space) == (Discrete(5), Discrete(64))
    env.reset(seed=[1, 2])
    env.step([0, 4])


@pytest.mark.parametrize("action", [-1, 6, 1.0, np.nan, None, [1]])
def test_what_is_no_number_of_an_action_is_refused(action):
    env = NumberAction(Takes(MultiDiscrete([2, 3])))
    env.reset()
    with pytest.raises(ValueError, match="actions must be"):
        env.step(action)
    assert env.env.taken == []


JOINT = [True, False, True, False, False, False]
MASKS = [
    (MultiDiscrete([2, 3]), ([1, 0], [1, 0, 1]), JOINT),
    (MultiDiscrete([2, 3]), (np.array([1, 0], np.int8), np.array([True, False, True])), JOINT),
    (MultiDiscrete([2, 3]), [1, 0, 1, 0, 1], JOINT),  # the masks of the parts in one row
    (MultiDiscrete([2, 3]), [1.0, 0.0, 1.0, 0.0, 0.0, 0.0], JOINT),
    (MultiDiscrete([2, 3]), np.array(JOINT), JOINT),
    (MultiDiscrete([2, 2]), [[1, 0], [1, 1]], [True, True, False, False]),
    (MultiDiscrete([2, 2]), np.array([[1, 0], [1, 1]]), [True, True, False, False]),
    (MultiDiscrete([3], start=[5]), [1, 0, 1], [True, False, True]),
    (MultiDiscrete([[2], [3]]), [1, 0, 1, 0, 1], JOINT),
    (Discrete(3, start=7), (0, 1, 1), [False, True, True]),
    (MultiBinary(2), [1, 0, 0, 1], [True, False, False, True]),
    (Tuple([Discrete(2), Discrete(3)]), ([1, 0], [1, 0, 1]), JOINT),
    (Tuple([Discrete(2), Discrete(3)]), ([1, 0], None), [True, True, True, False, False, False]),
    (Tuple([Discrete(2), Discrete(3)]), JOINT, JOINT),
    (Tuple([Discrete(2), MultiDiscrete([3, 1])]), ([1, 0], ([1, 0, 1], [1])), JOINT),
    (Dict(a=Discrete(2), b=Discrete(3)), {"b": [1, 0, 1], "a": [1, 0]}, JOINT),
    (Dict(a=Discrete(2), b=Discrete(3)), JOINT, JOINT),
    (OneOf([Discrete(2), Discrete(1)]), [1, 0, 1], [True, False, True]),
]


@pytest.mark.parametrize(("space", "mask", "joint"), MASKS, ids=repr)
def test_a_mask_in_any_form_allows_the_same_actions(space, mask, joint):
    env = envs.make(spec_of(lambda: Takes(space, masks=[mask])), 2)
    infos = [env.reset(seed=[1, 2])[1], env.step([0, 0])[4]]
    assert [np.array(info["action_mask"]).tolist() for info in infos] == [[joint, joint]] * 2
    # A learner obeys it.
    agent = QLearning(Boltzmann(10.0))
    rollout(env, agent, np.array([40]), [1, 2], np.random.default_rng(0), engine="lockstep")
    assert (agent.visits.sum(axis=(0, 1)) > 0).tolist() == joint


@pytest.mark.parametrize(
    ("space", "mask"),
    [
        (MultiDiscrete([2, 2]), [1, 0, 1, 1]),  # all actions, or the parts one after another?
        (MultiDiscrete([2, 3]), ([1, 0], [1, 0])),
        (MultiDiscrete([2, 3]), ([1, 0], [1, 0, 2])),
        (MultiDiscrete([2, 3]), [1, 0, 1]),
        (MultiDiscrete([2, 3]), [0.5, 0, 1, 0, 0, 0]),
        (MultiDiscrete([2, 3]), "110101"),
        (MultiDiscrete([2, 3]), (np.ma.array([1, 1], mask=[0, 1]), [1, 1, 1])),
        (MultiDiscrete([2, 3]), np.ma.array([1] * 6, mask=[0] * 5 + [1])),
        (Discrete(3, start=1), np.ma.array([1, 1, 1], mask=[0, 0, 1])),
        (Discrete(3, start=1), [0, 1]),
        (Discrete(3, start=1), [np.nan, 1, 1]),
        (MultiBinary(2), [2, 1]),
        (Tuple([Discrete(2), Discrete(3)]), ([1, 0],)),
        (Dict(a=Discrete(2)), {"b": [1, 0]}),
    ],
    ids=repr,
)
def test_a_mask_that_does_not_fit_is_refused(space, mask):
    env = envs.make(spec_of(lambda: Takes(space, masks=[mask])), 2)
    with pytest.raises(
        ValueError, match=r"action_mask of Shows-v0 must have 0 or 1 for each of its [0-9]+ actions, or a mask"
    ):
        env.reset(seed=[1, 2])


def test_a_mask_that_is_told_only_in_some_states_stays_so():
    env = NumberAction(Takes(MultiDiscrete([2, 1]), masks=[([1, 0], [1]), None]))
    assert env.reset()[1]["action_mask"].tolist() == [True, False]
    assert env.step(0)[4]["action_mask"] is None


def test_an_own_form_serves_only_with_numbered_actions(monkeypatch):
    made = []

    class Own(gymnasium.vector.VectorEnv):
        metadata = {"autoreset_mode": gymnasium.vector.AutoresetMode.SAME_STEP}  # noqa: RUF012 (as Gymnasium)

        def __init__(self, num_envs=1, max_episode_steps=None):
            self.num_envs = num_envs
            self.single_observation_space, self.single_action_space = Discrete(1), made[0]

    spec = spec_of(lambda: Takes(made[0]))
    spec.vector_entry_point = Own
    for space, own, own_raw in [
        (Discrete(2), True, True),
        (Discrete(2, start=1), False, False),
        (Box(0, 1), None, True),
    ]:
        made[:] = [space]
        assert (type(envs.make_raw(spec, 2)) is Own) is own_raw
        if own is not None:
            assert (type(envs.make(spec, 2)) is Own) is own
