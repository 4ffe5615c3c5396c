"""Learners of control: a dictionary and a loop for each, written from its paper; masks, ends and exploration rates."""

import math
from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pytest

from agents import (
    BackupLearning,
    BoltzmannExpectation,
    DoubleQ,
    DynamicBoltzmannQ,
    ExpectedSarsa,
    Maximum,
    MellowmaxQ,
    MellowmaxValue,
    PolicyExpectation,
    QLambda,
    QLambdaReplacing,
    QLearning,
    SampleAverage,
    Sarsa,
    SarsaLambda,
    SarsaLambdaReplacing,
    SoftQ,
    SoftValue,
    SpeedyQ,
)
from boltzmann import Boltzmann, EpsilonGreedy, Gibbs, Greedy, InverseTime, Linear, Uniform
from boltzmann.notation import Expression
from tests.support.frequencies import agrees, counts_of, fresh_rng
from tests.support.streams import allowed_transitions, masked, prepared, random_transitions

STEP, DISCOUNT, INITIAL = 0.3, 0.9, 1.5
SAME = {"step_size": STEP, "discount": DISCOUNT, "initial_value": INITIAL}


def soft(values, temperature, step):
    return temperature * math.log(sum(math.exp(value / temperature) for value in values))


def boltzmann_mean(values, temperature):
    weights = [math.exp(value / temperature) for value in values]
    return sum(w * q for w, q in zip(weights, values, strict=True)) / sum(weights)


def epsilon_greedy_mean(values, epsilon):
    return (1 - epsilon) * max(values) + epsilon * sum(values) / len(values)


BACKUPS = [
    (QLearning(Uniform(), **SAME), lambda values, step: max(values)),
    (BackupLearning(Uniform(), Maximum(), **SAME), lambda values, step: max(values)),
    (SoftQ(Boltzmann(0.4), **SAME), lambda values, step: soft(values, 0.4, step)),
    (
        SoftQ(Uniform(), temperature=Linear(1.0, 0.1, 100), **SAME),
        lambda values, step: soft(values, max(1 - 0.009 * step, 0.1), step),
    ),
    (MellowmaxQ(Boltzmann(0.4), **SAME), lambda values, step: soft(values, 0.4, step) - 0.4 * math.log(len(values))),
    (
        BackupLearning(Uniform(), MellowmaxValue(0.4), **SAME),
        lambda values, step: soft(values, 0.4, step) - 0.4 * math.log(len(values)),
    ),
    (DynamicBoltzmannQ(Uniform(), **SAME), lambda values, step: boltzmann_mean(values, 1 / (1 + step))),
    (DynamicBoltzmannQ(Uniform(), temperature=0.4, **SAME), lambda values, step: boltzmann_mean(values, 0.4)),
    (
        ExpectedSarsa(EpsilonGreedy(Linear(1.0, 0.0, 100)), **SAME),
        lambda values, step: epsilon_greedy_mean(values, max(1 - step / 100, 0.0)),
    ),
    (ExpectedSarsa(Boltzmann(0.4), **SAME), lambda values, step: boltzmann_mean(values, 0.4)),
    (BackupLearning(Uniform(), BoltzmannExpectation(0.4), **SAME), lambda values, step: boltzmann_mean(values, 0.4)),
    (
        BackupLearning(Uniform(), PolicyExpectation(EpsilonGreedy(0.2)), **SAME),
        lambda values, step: epsilon_greedy_mean(values, 0.2),
    ),
    (BackupLearning(Uniform(), SoftValue(0.4), **SAME), lambda values, step: soft(values, 0.4, step)),
]


def named(value):
    return repr(value) if isinstance(value, Expression) else ""


@pytest.mark.parametrize(("learner", "backup"), BACKUPS, ids=named)
def test_one_step_learners_are_their_rule_one_replicate_at_a_time(learner, backup):
    agent, rng = prepared(learner), np.random.default_rng(6)
    mask = masked(agent, rng)
    oracle = defaultdict(lambda: INITIAL)
    for step, transition in enumerate(allowed_transitions(rng, mask, 120)):
        agent.update(*transition)
        for row, (s, a, r, s2, terminated, _truncated) in enumerate(zip(*transition, strict=True)):
            following = [oracle[row, s2, b] for b in range(3) if mask[row, s2, b]]
            value = 0.0 if terminated else backup(following, step)
            oracle[row, s, a] += STEP * (r + DISCOUNT * value - oracle[row, s, a])
    compare(agent, oracle)


def compare(agent, oracle):
    assert len(oracle) > 10
    for place, value in oracle.items():
        assert agent.values[tuple(int(i) for i in place)] == pytest.approx(value, rel=1e-10, abs=1e-12)


@pytest.mark.parametrize("length", [1, 5, None])
def test_speedy_q_is_equation_6_in_rounds(length):
    learner = SpeedyQ(Uniform(), round_length=length, discount=DISCOUNT, initial_value=INITIAL)
    agent, rng = prepared(learner), np.random.default_rng(6)
    mask = masked(agent, rng)
    present, previous, counts = defaultdict(lambda: INITIAL), defaultdict(lambda: INITIAL), defaultdict(int)
    brought = defaultdict(list)
    for number, transition in enumerate(allowed_transitions(rng, mask, 120), start=1):
        agent.update(*transition)
        for row, (s, a, r, s2, terminated, _truncated) in enumerate(zip(*transition, strict=True)):
            open_ = [b for b in range(3) if mask[row, s2, b]]
            by_present = r + (0.0 if terminated else DISCOUNT * max(present[row, s2, b] for b in open_))
            by_previous = r + (0.0 if terminated else DISCOUNT * max(previous[row, s2, b] for b in open_))
            brought[row, int(s), int(a)].append((by_present, by_previous))
        if number % (length or 12) == 0:
            before = dict(present)
            for place, backups in brought.items():
                now, then = (math.fsum(column) / len(backups) for column in zip(*backups, strict=True))
                # Algorithm 1 of the paper, of which equation 6 is another form: D = k T Q_k - (k - 1) T Q_(k-1).
                k, here = counts[place], before.get(place, INITIAL)
                present[place] = (1 - 1 / (k + 1)) * here + (k * now - (k - 1) * then) / (k + 1)
                counts[place] += 1
            previous = defaultdict(lambda: INITIAL, before)
            brought.clear()
    compare(agent, present)


def test_double_q_chooses_by_one_table_and_values_by_the_other():
    agent, rng = prepared(DoubleQ(Uniform(), **SAME)), np.random.default_rng(6)
    mask = masked(agent, rng)
    agent._rng, coins = np.random.default_rng(11), np.random.default_rng(11)
    tables = [defaultdict(lambda: INITIAL), defaultdict(lambda: INITIAL)]
    for transition in allowed_transitions(rng, mask, 150):
        agent.update(*transition)
        heads = (coins.random(3) < 0.5).tolist()
        for row, (s, a, r, s2, terminated, _truncated) in enumerate(zip(*transition, strict=True)):
            learns, judges = tables[heads[row]], tables[not heads[row]]
            best = max((b for b in range(3) if mask[row, s2, b]), key=lambda b: learns[row, s2, b])
            value = 0.0 if terminated else judges[row, s2, best]
            learns[row, s, a] += STEP * (r + DISCOUNT * value - learns[row, s, a])
    places = {*tables[0], *tables[1]}
    compare(agent, {place: (tables[0][place] + tables[1][place]) / 2 for place in places})
    np.testing.assert_allclose(agent.tables.mean(axis=0), agent.values, rtol=1e-12)
    assert (agent.tables[0] != agent.tables[1]).any()


def test_double_q_is_free_of_the_maximum_s_bias():
    # One state, ten arms of mean 0: the largest of noisy averages is too large, double estimates are not.
    kinds = (QLearning, DoubleQ)
    largest = []
    for kind in kinds:
        learner = kind(Uniform(), step_size=InverseTime(1.0, 1.0), discount=0.5)
        agent, rng = prepared(learner, num_envs=400, states=2, actions=10), fresh_rng()
        zeros, no = np.zeros(400, dtype=np.int64), np.zeros(400, dtype=bool)
        for _ in range(300):
            agent.update(zeros, rng.integers(10, size=400), rng.normal(size=400), zeros + 1, ~no, no)
        for _ in range(60):
            agent.update(zeros + 1, zeros, zeros * 0.0, zeros, no, no)
        largest.append(agent.values[:, 1, 0].mean() / 0.5)
    # The maximum of ten averages of 30 draws is 0.28 on average; standard errors here are below 0.02.
    assert largest[0] > 0.15
    assert abs(largest[1]) < 0.1


def run_in_episodes(agent, rng, steps, mask=None, truncate=False):
    """Let an agent choose its actions in random episodes; give what happened, with the actions that followed."""
    rows, states, _ = agent.values.shape
    everyone, happened = np.arange(rows), []
    observations = rng.integers(states, size=rows)
    for _ in range(steps):
        where = None if mask is None else mask[everyone, observations]
        actions = agent.act(observations, where=where).actions
        rewards, reached = rng.normal(size=rows), rng.integers(states, size=rows)
        terminated = rng.random(rows) < 0.2
        truncated = truncate & (rng.random(rows) < 0.2)
        agent.update(observations, actions, rewards, reached, terminated, truncated)
        happened.append((observations, actions, rewards, reached, terminated, truncated))
        observations = np.where(terminated | truncated, rng.integers(states, size=rows), reached)
    return happened


def sarsa_oracle(happened, decay, replacing):
    """Textbook Sarsa(lambda) on what happened; the last transition needs the action that nobody saw."""
    oracle, traces = defaultdict(lambda: INITIAL), defaultdict(float)
    for transition, following in pairwise(happened):
        for row, (s, a, r, s2, terminated, _truncated) in enumerate(zip(*transition, strict=True)):
            value = 0.0 if terminated else oracle[row, s2, following[1][row]]
            error = r + DISCOUNT * value - oracle[row, s, a]
            for place in [place for place in traces if place[0] == row]:
                traces[place] *= DISCOUNT * decay
            traces[row, s, a] = 1.0 if replacing else traces[row, s, a] + 1.0
            for place in [place for place in traces if place[0] == row]:
                oracle[place] += STEP * error * traces[place]
            if terminated:
                for place in [place for place in traces if place[0] == row]:
                    traces[place] = 0.0
    return oracle


SARSAS = [
    (Sarsa(Boltzmann(0.4), **SAME), 0.0, False),
    (SarsaLambda(Boltzmann(0.4), trace_decay=0.7, **SAME), 0.7, False),
    (SarsaLambdaReplacing(Boltzmann(0.4), trace_decay=0.7, **SAME), 0.7, True),
    (SarsaLambda(EpsilonGreedy(0.3), trace_decay=0.0, **SAME), 0.0, False),
]


@pytest.mark.parametrize(("learner", "decay", "replacing"), SARSAS, ids=named)
def test_sarsa_learns_from_the_action_that_it_takes_next(learner, decay, replacing):
    agent, rng = prepared(learner, states=3), np.random.default_rng(12)
    mask = masked(agent, rng)
    happened = run_in_episodes(agent, rng, 100, mask)
    # The last transition's next action is never taken, so the oracle stops one short: so does this second run.
    shorter = prepared(learner, states=3)
    rng = np.random.default_rng(12)
    again = run_in_episodes(shorter, rng, 99, masked(shorter, rng))
    np.testing.assert_array_equal(np.array(happened[:99])[:, 1], np.array(again)[:, 1])
    compare(shorter, sarsa_oracle(happened, decay, replacing))


def q_lambda_oracle(happened, mask, decay, replacing):
    oracle, traces = defaultdict(lambda: INITIAL), defaultdict(float)
    for transition in happened:
        for row, (s, a, r, s2, terminated, truncated) in enumerate(zip(*transition, strict=True)):
            mine = [place for place in traces if place[0] == row]
            greedy = oracle[row, s, a] == max(oracle[row, s, b] for b in range(3) if mask[row, s, b])
            for place in mine:
                traces[place] *= DISCOUNT * decay if greedy else 0.0
            best = 0.0 if terminated else max(oracle[row, s2, b] for b in range(3) if mask[row, s2, b])
            error = r + DISCOUNT * best - oracle[row, s, a]
            traces[row, s, a] = 1.0 if replacing else traces[row, s, a] + 1.0
            for place in {*mine, (row, s, a)}:
                oracle[place] += STEP * error * traces[place]
                if terminated or truncated:
                    traces[place] = 0.0
    return oracle


@pytest.mark.parametrize(("kind", "replacing"), [(QLambda, False), (QLambdaReplacing, True)])
def test_watkins_s_traces_end_where_an_action_is_not_greedy(kind, replacing):
    agent, rng = prepared(kind(EpsilonGreedy(0.5), trace_decay=0.8, **SAME), states=3), np.random.default_rng(13)
    mask = masked(agent, rng)
    happened = run_in_episodes(agent, rng, 100, mask, truncate=True)
    happened = [(s.tolist(), a.tolist(), *rest) for s, a, *rest in happened]
    compare(agent, q_lambda_oracle(happened, mask, 0.8, replacing))


@pytest.mark.parametrize(("traced", "plain"), [(SarsaLambda, Sarsa), (QLambdaReplacing, QLearning)])
def test_without_decay_traces_are_one_step(traced, plain):
    agents = [prepared(traced(Boltzmann(0.4), trace_decay=0.0, **SAME)), prepared(plain(Boltzmann(0.4), **SAME))]
    for agent in agents:
        run_in_episodes(agent, np.random.default_rng(14), 60, truncate=True)
    np.testing.assert_allclose(agents[0].values, agents[1].values, rtol=1e-12)


def test_sarsa_takes_the_action_that_it_bootstrapped_from_and_draws_it_rightly():
    R = 20_000
    agent = prepared(Sarsa(Boltzmann(Linear(2.0, 0.5, 2)), step_size=1.0, discount=1.0), num_envs=R, states=2)
    agent._rng = fresh_rng()
    # In place: the state reached is the state left, so the update changes what a' was drawn from.
    agent.values[:, 0] = [0.0, 0.5, 1.0]
    probs = Gibbs([0.0, 0.5, 1.0], 1.25).probs
    zeros, no = np.zeros(R, dtype=np.int64), np.zeros(R, dtype=bool)
    agent.update(zeros, zeros, np.ones(R), zeros, no, no)
    decision = agent.act(zeros)
    np.testing.assert_allclose(agent.values[:, 0, 0], 1.0 + np.array([0.0, 0.5, 1.0])[decision.actions])
    np.testing.assert_allclose(decision.distribution.probs, np.broadcast_to(probs, (R, 3)))
    counts = counts_of(decision.actions, 3)
    assert agrees(counts, probs)
    # Drawn from the values after the update, or at the temperature of the step before, it would be caught.
    assert not agrees(counts, Gibbs([1.5, 0.5, 1.0], 1.25).probs)
    assert not agrees(counts, Gibbs([0.0, 0.5, 1.0], 2.0).probs)
    # Asked again, the same action is taken: it is settled.
    np.testing.assert_array_equal(agent.act(zeros).actions, decision.actions)


def test_sarsa_draws_afresh_after_an_end_and_where_the_mask_is_another():
    agent = prepared(Sarsa(Greedy(), step_size=1.0, discount=1.0), num_envs=3, states=3)
    agent.values[:, 1] = [1.0, 2.0, 3.0]
    agent.values[:, 2] = [6.0, 5.0, 4.0]
    ends = np.array([True, False, False]), np.array([False, True, False])
    agent.update([0, 0, 0], [0, 0, 0], [1.0, 1.0, 1.0], [1, 1, 1], *ends)
    # Terminated: no bootstrap; truncated: that of the state reached, not of the next episode's start.
    np.testing.assert_array_equal(agent.values[:, 0, 0], [1.0, 4.0, 4.0])
    np.testing.assert_array_equal(agent.act([2, 2, 1]).actions, [0, 0, 2])
    where = np.array([[True, True, True], [True, True, True], [True, True, False]])
    np.testing.assert_array_equal(agent.act([2, 2, 1], where=where).actions, [0, 0, 1])
    # Now that the mask is known, the next draw is made with it, and kept.
    agent.update([0, 0, 0], [1, 1, 1], [1.0, 1.0, 1.0], [1, 1, 1], [False] * 3, [False] * 3)
    np.testing.assert_array_equal(agent.values[:, 0, 1], [4.0, 4.0, 3.0])


ONE_STEP = [QLearning, Sarsa, ExpectedSarsa, DoubleQ, SpeedyQ, MellowmaxQ, SoftQ, SarsaLambda, QLambda]
ONE_STEP += [SarsaLambdaReplacing, QLambdaReplacing, DynamicBoltzmannQ]


@pytest.mark.parametrize("kind", ONE_STEP)
def test_termination_cuts_the_bootstrap_and_truncation_does_not(kind):
    # At T = 0 every backup is the maximum.
    own = {"temperature": 0.0} if kind in (SoftQ, MellowmaxQ, DynamicBoltzmannQ) else {}
    own |= {"round_length": 1} if kind is SpeedyQ else {}
    agent = prepared(kind(Greedy(), step_size=1.0, discount=0.5, initial_value=10.0, **own), num_envs=4)
    ends = np.array([False, True, False, True]), np.array([False, False, True, True])
    agent.update(np.zeros(4, int), np.zeros(4, int), np.ones(4), np.full(4, 2), *ends)
    found = agent.tables.min(axis=0) if kind is DoubleQ else agent.values
    np.testing.assert_array_equal(found[:, 0, 0], [6.0, 1.0, 6.0, 1.0])


@pytest.mark.parametrize("kind", [*ONE_STEP, QLearning])
def test_step_sizes_may_follow_the_visits(kind):
    # Terminal rewards alone: 1/n gives their mean, whatever the backup. (Traces end with each episode.)
    own = {"temperature": 0.0} if kind in (SoftQ, MellowmaxQ, DynamicBoltzmannQ) else {}
    own |= {"round_length": 1} if kind is SpeedyQ else {}
    agent = prepared(kind(Uniform(), step_size=InverseTime(1.0, 1.0), **own), num_envs=2)
    ended, brought = np.ones(2, dtype=bool), []
    for states, _, rewards, reached, *_ in random_transitions(np.random.default_rng(15), 30, 2, 1, 3):
        agent.update(states, [1, 1], rewards, reached, ended, ~ended)
        brought.append(rewards)
    if kind is DoubleQ:
        assert (agent.values[:, 0, 1] != 0).all()  # each table has the half of the rewards, and steps of both
    else:
        np.testing.assert_allclose(agent.values[:, 0, 1], np.mean(brought, axis=0), rtol=1e-12)


@dataclass(frozen=True, repr=False)
class Curious(Expression):
    """A stand-in for exploration by value differences: a rate a state, moved on by the changes of its values."""

    reads = frozenset({"epsilons"})
    initial_epsilon: float = 1.0
    told = []  # noqa: RUF012 (shared on purpose: the policy is copied)

    def __call__(self, values, *, step=0, visits=None, where=None, variances=None, epsilons=None):
        self.told.append(np.array(epsilons))
        return EpsilonGreedy(0.5)(values, where=where)

    def next_epsilons(self, epsilons, value_changes, actions_allowed):
        weight = 1 / actions_allowed
        return weight * np.tanh(np.abs(value_changes)) + (1 - weight) * epsilons


@pytest.mark.parametrize(
    "learner",
    [kind(Curious()) for kind in (SampleAverage, QLearning, Sarsa, ExpectedSarsa, DoubleQ)]
    + [QLambda(Curious(), trace_decay=0.0)],
    ids=named,
)
def test_exploration_rates_are_kept_by_state_and_moved_on_by_the_changes(learner):
    agent, rng = prepared(learner), np.random.default_rng(16)
    assert agent.epsilons.shape == (3, 4)
    mask = masked(agent, rng)
    oracle = defaultdict(lambda: 1.0)
    for states, actions, *rest in allowed_transitions(rng, mask, 40):
        before = agent.values[np.arange(3), states, actions].copy()
        agent.update(states, actions, *rest)
        changes = agent.values[np.arange(3), states, actions] - before
        for row, (s, change) in enumerate(zip(states, changes, strict=True)):
            weight = 1 / mask[row, s].sum()
            oracle[row, int(s)] = weight * math.tanh(abs(change)) + (1 - weight) * oracle[row, int(s)]
    for (row, s), epsilon in oracle.items():
        assert agent.epsilons[row, s] == pytest.approx(epsilon, rel=1e-9)
    states = np.array([1, 2, 3])
    agent.act(states, where=mask[np.arange(3), states])
    np.testing.assert_array_equal(Curious.told[-1], agent.epsilons[np.arange(3), states])
    assert repr(agent) == repr(learner)
    assert prepared(replace(agent, policy=Greedy())).epsilons is None


def test_speedy_q_moves_the_rates_of_all_places_of_a_round():
    states_met = ([0, 0, 2], [3, 1, 1], [0, 1, 2], [1, 1, 0], [2, 0, 3])
    actions_taken = ([0, 1, 0], [1, 0, 0], [1, 1, 1], [0, 0, 0], [0, 1, 0])
    agent = prepared(SpeedyQ(Curious(), round_length=5, step_size=InverseTime(0.5, 0.0)))
    before = agent.values.copy()
    for states, actions in zip(states_met, actions_taken, strict=True):
        assert (agent.epsilons == 1).all()
        agent.update(states, actions, [1.0, -2.0, 3.0], [1, 1, 1], [True] * 3, [False] * 3)
    changes, rates = agent.values - before, np.ones(agent.epsilons.shape)
    for row, state, action in np.argwhere(agent.rounds > 0):
        weight = 1 / agent.values.shape[-1]
        rates[row, state] = weight * np.tanh(abs(changes[row, state, action])) + (1 - weight) * rates[row, state]
    np.testing.assert_allclose(agent.epsilons, rates, rtol=1e-12)
    assert (agent.epsilons < 1).sum() > 6


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: QLearning(Greedy(), step_size=0.0), ValueError, r"step_size must be in \(0, 1\], got 0.0"),
        (lambda: Sarsa(Greedy(), discount=-0.1), ValueError, r"discount must be in \[0, 1\], got -0.1"),
        (lambda: SarsaLambda(Greedy(), trace_decay=1.5), ValueError, r"trace_decay must be in \[0, 1\], got 1.5"),
        (lambda: SoftQ(Greedy(), temperature=math.inf), ValueError, r"temperature must be in \[0, inf\), got inf"),
        (lambda: MellowmaxQ(Greedy(), temperature=-1.0), ValueError, r"temperature must be in \[0, inf\], got -1.0"),
        (lambda: DynamicBoltzmannQ(Greedy(), temperature="a"), TypeError, "temperature must be a number"),
        (lambda: BackupLearning(Greedy(), 0.5), TypeError, "backup must be a backup"),
        (lambda: BackupLearning(Greedy(), Maximum), TypeError, "backup must be a backup, .* got the class Maximum"),
        (lambda: PolicyExpectation(0.5), TypeError, "policy must be a policy"),
        (lambda: PolicyExpectation(Greedy), TypeError, "policy must be a policy, .* got the class Greedy"),
    ],
)
def test_wrong_parameters_are_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()


@pytest.mark.parametrize(
    ("learner", "error", "message"),
    [
        (SoftQ(EpsilonGreedy(0.1)), TypeError, r"temperature must be given, since EpsilonGreedy\(0.1\) has none"),
        (SoftQ(Uniform()), ValueError, "soft_value at the policy's temperature must be finite, got inf in row 0"),
        (SoftQ(Greedy(), temperature=lambda step: math.inf), ValueError, "temperature must be finite and at least 0"),
        (QLearning(Greedy(), step_size=lambda count: count + 1.5), ValueError, r"step_size must be in \[0, 1\]"),
        (
            QLearning(Greedy(), step_size=lambda count: np.full(5, 0.1)),
            ValueError,
            r"step_size must be one number .*\(5,\)",
        ),
    ],
)
def test_what_cannot_be_bootstrapped_from_changes_nothing(learner, error, message):
    agent = prepared(learner)
    with pytest.raises(error, match=message):
        agent.update([0, 0, 0], [0, 0, 0], [1.0, 1.0, 1.0], [1, 1, 1], [False] * 3, [False] * 3)
    assert not agent.values.any()
    assert agent.step == agent.visits.sum() == 0
