"""The deep Q-learner beside a loop over plain modules, its parts, and what it refuses."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from gymnasium.spaces import Box, Discrete, Tuple  # noqa: E402

import envs  # noqa: E402
from agents import BoltzmannExpectation, Maximum, MellowmaxValue, PolicyExpectation, SoftValue  # noqa: E402
from boltzmann import UCB1, Boltzmann, EpsilonGreedy, Greedy, Linear, RangeScaled, Transition, Uniform  # noqa: E402
from boltzmann.deep.dqn import DQN  # noqa: E402
from boltzmann.deep.networks import Convolutional, Dense, Modules  # noqa: E402
from boltzmann.deep.replay import Replay  # noqa: E402
from boltzmann.deep.tensor_backups import DoubleMaximum, Munchausen  # noqa: E402
from boltzmann.experiments import rollout  # noqa: E402

CATCH = "boltzmann/Catch-v0"
BACKUPS = (
    DoubleMaximum(),
    Maximum(),
    SoftValue(0.1),
    MellowmaxValue(0.1),
    PolicyExpectation(Boltzmann(RangeScaled(0.2))),
    Munchausen(0.1),
    SoftValue(Linear(0.5, 0.1, 100)),
)
NETWORKS = (Dense((16,)), Dense((8, 8)), Convolutional(4, 2, (8,)))


def linear(shape, actions):
    return torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(int(np.prod(shape)), actions))


def trained(agent, rows=3, steps=60, seed=5, space=(4, 3, 2), actions=3, where=None):
    """Feed an agent with random transitions, and return them."""
    rng, seen = np.random.default_rng(seed), []
    agent.reset(rows, Box(-1.0, 1.0, space), Discrete(actions), np.random.default_rng(seed + 1))
    for _ in range(steps):
        observations, reached = (rng.normal(size=(rows, *space)).astype(np.float32) for _ in range(2))
        ended = rng.random((2, rows)) < 0.3
        decision = agent.act(observations, where=where)
        step = Transition(observations, decision.actions, rng.normal(size=rows), reached, ended[0], ended[1], where)
        agent.update(step)
        seen.append(step)
    return seen


def forward(parameters, row, observations):
    """Dense layers of one replicate, one observation after the other, in double precision."""
    units = observations.reshape(len(observations), -1).double()
    layers = [part[row].double() for part in parameters]
    for number in range(0, len(layers), 2):
        units = units @ layers[number] + layers[number + 1]
        units = units.clamp(min=0) if number < len(layers) - 2 else units
    return units


def expected_aims(agent, batch, row):
    """The aims of one replicate by the formulas of the papers, written without the classes."""
    backup, temperature = agent.backup, getattr(agent.backup, "temperature", None)
    after, online = (forward(p, row, batch["reached"][row]) for p in (agent.targets, agent.parameters))
    rewards = batch["rewards"][row].double()
    match backup:
        case DoubleMaximum():
            bootstrap = torch.stack([values[best] for values, best in zip(after, online.argmax(1), strict=True)])
        case Maximum():
            bootstrap = after.max(dim=1).values
        case PolicyExpectation():
            scale = 0.2 * (after.max(1).values - after.min(1).values)
            bootstrap = (torch.softmax(after / scale[:, None], dim=1) * after).sum(1)
        case MellowmaxValue():
            bootstrap = temperature * torch.log(torch.exp(after / temperature).mean(1))
        case SoftValue() | Munchausen():
            t = temperature(agent.step) if callable(temperature) else temperature
            bootstrap = t * torch.logsumexp(after / t, dim=1)
    if isinstance(backup, Munchausen):
        before = forward(agent.targets, row, batch["seen"][row])
        logs = temperature * torch.log_softmax(before / temperature, dim=1)
        taken = logs[torch.arange(len(logs)), batch["actions"][row]]
        rewards = rewards + backup.scale * taken.clamp(backup.least, 0.0)
    return rewards + agent.discount * torch.where(batch["terminated"][row], 0.0, bootstrap)


@pytest.mark.parametrize("backup", BACKUPS, ids=repr)
def test_an_update_is_that_of_a_loop_over_replicates_with_pytorchs_own_optimiser(backup):
    agent = DQN(Uniform(), backup=backup, network=Dense((8,)), warm_up=40, discount=0.9, largest_norm=0.05)
    trained(agent, steps=41)
    for _ in range(3):
        arrays = agent._memory.sample(np.random.default_rng(9), 16)
        batch = {name: torch.from_numpy(array) for name, array in arrays.items()}
        before = [part.detach().clone().double() for part in agent.parameters]
        moments = [agent._optimiser.state.get(part, {}) for part in agent.parameters]
        old = [{k: v.clone().double() for k, v in state.items()} for state in moments]
        targets = [part.clone().double() for part in agent.targets]
        aims = [expected_aims(agent, batch, row).detach() for row in range(3)]
        agent._learn(arrays)
        for row in range(3):
            parts = [part[row].clone().requires_grad_() for part in before]
            values = forward([part[None] for part in parts], 0, batch["seen"][row])
            error = aims[row] - values[torch.arange(16), batch["actions"][row]]
            torch.where(error.abs() < 1, error**2 / 2, error.abs() - 0.5).mean().backward()
            torch.nn.utils.clip_grad_norm_(parts, 0.05)
            for number, (part, state) in enumerate(zip(parts, old, strict=True)):
                # Adam by its paper: Kingma & Ba 2015, algorithm 1.
                count = float(state["step"]) + 1 if state else 1.0
                first = 0.9 * (state["exp_avg"][row] if state else 0.0) + 0.1 * part.grad
                second = 0.999 * (state["exp_avg_sq"][row] if state else 0.0) + 0.001 * part.grad**2
                moved = first / (1 - 0.9**count) / ((second / (1 - 0.999**count)).sqrt() + 1e-8)
                after = part.detach() - 1e-3 * moved
                torch.testing.assert_close(agent.parameters[number][row].double(), after, rtol=1e-4, atol=2e-5)
                followed = targets[number][row] + 0.05 * (agent.parameters[number][row].double() - targets[number][row])
                torch.testing.assert_close(agent.targets[number][row].double(), followed, rtol=1e-4, atol=1e-6)


def test_the_test_of_an_update_finds_a_planted_fault():
    agent = DQN(Uniform(), network=Dense((8,)), warm_up=40, discount=0.9)
    trained(agent, steps=41)
    batch = {name: torch.from_numpy(array) for name, array in agent._memory.sample(agent._rng, 64).items()}
    right = agent._aims({**batch, "seen": batch["seen"], "reached": batch["reached"]})
    assert all(torch.allclose(right[row].double(), expected_aims(agent, batch, row), atol=1e-5) for row in range(3))
    agent.targets = [part.detach() + 0.01 for part in agent.targets]
    wrong = agent._aims(batch)
    assert not torch.allclose(wrong, right, atol=1e-3)


@pytest.mark.parametrize("network", [*NETWORKS, Modules(linear)], ids=lambda network: type(network).__name__)
def test_replicates_do_not_touch_each_other(network):
    """The values of a replicate follow from its own parameters and observations, and so does their gradient."""
    rng = np.random.default_rng(0)
    parameters, function = network.build(rng, 3, (4, 3, 2), 5)
    assert all(len(part) == 3 for part in parameters)
    seen = torch.from_numpy(rng.normal(size=(3, 7, 4, 3, 2)).astype(np.float32))
    values = function(parameters, seen)
    assert values.shape == (3, 7, 5)
    changed, other = seen.clone(), [part.clone() for part in parameters]
    changed[1] += 1.0
    for part in other:
        part[1] *= 1.5
    again = function(other, changed)
    torch.testing.assert_close(again[[0, 2]], values[[0, 2]])
    assert (again[1] != values[1]).any()
    live = [part.requires_grad_() for part in parameters]
    gradients = torch.autograd.grad(function(live, seen)[1].square().sum(), live)
    for gradient in gradients:
        assert not gradient[[0, 2]].any()
        assert gradient[1].any()
    assert len({float(part.detach().sum()) for part in live[0]}) == 3


def test_a_convolution_is_pytorchs_own():
    parameters, function = Convolutional(4, 3, (8,)).build(np.random.default_rng(0), 2, (6, 5, 3), 2)
    seen = torch.randn(2, 7, 6, 5, 3, generator=torch.Generator().manual_seed(0))
    for row in range(2):
        weights = parameters[0][row].T.reshape(4, 3, 3, 3)
        maps = torch.nn.functional.conv2d(seen[row].permute(0, 3, 1, 2), weights, parameters[1][row, 0]).relu()
        units = maps.permute(0, 2, 3, 1).flatten(1)
        units = (units @ parameters[2][row] + parameters[3][row]).relu()
        torch.testing.assert_close(function(parameters, seen)[row], units @ parameters[4][row] + parameters[5][row])


@pytest.mark.parametrize(
    "network", [Dense((8,)), Modules(linear)], ids=lambda network: repr(network).partition("(<")[0]
)
def test_a_seed_gives_the_same_bits_and_no_global_state_moves(network):
    def values(seed):
        agent = DQN(Boltzmann(0.5), network=network, warm_up=20, steps_per_update=2)
        trained(agent, seed=seed)
        return agent.values(np.ones((3, 4, 3, 2), dtype=np.float32))

    states = torch.random.get_rng_state(), np.random.get_state()[1].copy(), torch.get_num_threads()  # noqa: NPY002
    first = values(1)
    torch.rand(3)
    np.testing.assert_array_equal(values(1), first)
    assert (values(2) != first).all()
    torch.random.set_rng_state(states[0])
    values(1)
    assert torch.equal(torch.random.get_rng_state(), states[0])
    np.testing.assert_array_equal(np.random.get_state()[1], states[1])  # noqa: NPY002
    assert torch.get_num_threads() == states[2]


def test_the_number_of_threads_changes_no_bit():
    def values():
        agent = DQN(Boltzmann(0.5), network=Dense((256, 256)), batch=256, warm_up=20, steps_per_update=2)
        trained(agent, rows=4)
        return agent.values(np.ones((4, 4, 3, 2), dtype=np.float32))

    threads = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        one = values()
        torch.set_num_threads(4)
        np.testing.assert_array_equal(values(), one)
    finally:
        torch.set_num_threads(threads)


def test_the_warm_up_is_uniform_and_then_the_policy_acts():
    agent = DQN(Greedy(), warm_up=3)
    agent.reset(2, Box(0.0, 1.0, (3,)), Discrete(4), np.random.default_rng(0))
    seen = np.ones((2, 3), dtype=np.float32)
    for step in range(5):
        decision = agent.act(seen)
        np.testing.assert_array_equal(decision.values, agent.values(seen))
        if step < 3:
            np.testing.assert_array_equal(decision.distribution.probs, 0.25)
        else:
            assert decision.greedy.all()
            assert decision.distribution.probs.max(axis=1).tolist() == [1.0, 1.0]
        agent.update(Transition(seen, decision.actions, [0.0, 0.0], seen, [False] * 2, [False] * 2))


def test_masks_are_honoured_when_acting_and_when_learning():
    where = np.array([[True, False, True], [False, True, False], [True, True, True]])
    for backup in BACKUPS:
        agent = DQN(Boltzmann(1.0), backup=backup, network=Dense((8,)), warm_up=5, steps_per_update=1)
        for step in trained(agent, where=where):
            assert where[np.arange(3), step.actions].all()
        # A value that nothing may choose changes nothing, however large.
        agent._memory.arrays["where"][:60] = agent._memory.arrays["next_where"][:60] = [True, True, False]
        agent._memory.arrays["actions"][:60] = np.minimum(agent._memory.arrays["actions"][:60], 1)
        batch = {name: torch.from_numpy(array) for name, array in agent._memory.sample(agent._rng, 8).items()}
        right = agent._aims(batch)
        with torch.no_grad():
            agent.parameters[-1][..., 2] += 1e4
            agent.targets[-1][..., 2] += 1e4
        torch.testing.assert_close(agent._aims(batch), right)


def test_termination_cuts_the_bootstrap_and_truncation_does_not():
    agent = DQN(Uniform(), warm_up=1, discount=0.5)
    agent.reset(2, Box(0.0, 1.0, (1,)), Discrete(2), np.random.default_rng(0))
    ends = {"terminated": [True, False], "truncated": [False, True]}
    agent._memory.add(agent._remembered(Transition(np.zeros((2, 1)), [0, 0], [3.0, 3.0], np.ones((2, 1)), **ends)))
    batch = {name: torch.from_numpy(array) for name, array in agent._memory.sample(agent._rng, 1).items()}
    batch |= {name: agent._encoded(batch[name]) for name in ("seen", "reached")}
    after = agent.values(np.ones((2, 1))).max(axis=1)
    np.testing.assert_allclose(agent._aims(batch)[:, 0], [3.0, 3.0 + 0.5 * after[1]], rtol=1e-6)


def test_states_are_unit_vectors_and_booleans_are_numbers():
    agent = DQN(Uniform(), warm_up=1, network=Dense((4,)))
    agent.reset(2, Discrete(5), Discrete(2), np.random.default_rng(0))
    assert agent.parameters[0].shape == (2, 5, 4)
    encoded = agent._encoded(torch.tensor([[1], [4]]))
    assert encoded.tolist() == [[[0, 1, 0, 0, 0]], [[0, 0, 0, 0, 1]]]
    env = envs.make_raw("FrozenLake-v1", 3)
    record = rollout(env, DQN(Boltzmann(0.1), warm_up=10), np.array([20, 40]), [1, 2, 3], np.random.default_rng(0))
    assert np.isfinite(record.arrays["reward"]).all()
    agent.reset(1, Box(0, 1, (2, 2, 1), np.bool_), Discrete(2), np.random.default_rng(0))
    assert agent.values(np.ones((1, 2, 2, 1), dtype=bool)).shape == (1, 2)


def test_the_memory_is_a_ring_from_which_each_replicate_draws_its_own():
    memory, rng = Replay(8), np.random.default_rng(3)
    for step in range(19):
        memory.add({"step": np.array([step, step + 100])})
    drawn = memory.sample(rng, 4000)["step"]
    assert set(drawn[0]) == set(range(11, 19))
    assert set(drawn[1] - 100) == set(range(11, 19))
    # Independent rows agree in an eighth of the draws, with a deviation of 21.
    assert abs((drawn[0] == drawn[1] - 100).sum() - 500) < 6.2 * 21
    memory.add({"step": np.array([19, 119]), "where": np.array([[True, False], [False, True]])})
    assert memory.arrays["where"][:8].sum() == 8 * 4 - 2


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"discount": 1.5}, ValueError, r"discount must be in \[0, 1\], got 1.5"),
        ({"step_size": -1.0}, ValueError, r"step_size must be in \[0, inf\), got -1.0"),
        ({"batch": 0}, ValueError, "batch must be at least 1, got 0"),
        ({"target_rate": 0.0}, ValueError, r"target_rate must be in \(0, 1\], got 0.0"),
        ({"policy": 0.1}, TypeError, r"policy must be a policy, such as Boltzmann\(0.1\), got 0.1"),
        ({"policy": Boltzmann}, TypeError, "policy must be a policy"),
        ({"backup": Maximum}, TypeError, r"backup must be a backup, such as DoubleMaximum\(\)"),
        ({"gamma": 0.9}, TypeError, "gamma"),
    ],
)
def test_wrong_parameters_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        DQN(**{"policy": Boltzmann(0.1), **arguments})


@pytest.mark.parametrize("method", ["act", "values", "update"])
def test_reset_comes_first(method):
    with pytest.raises(RuntimeError, match=f"^reset must be called before {method}$"):
        getattr(DQN(Greedy()), method)(np.zeros((1, 3)))


def test_what_a_network_cannot_serve_is_refused():
    box, two, rng = Box(0.0, 1.0, (3,)), Discrete(2), np.random.default_rng(0)
    agent = DQN(Boltzmann(0.1))
    for spaces, error, message in (
        ((Tuple([two, two]), two), TypeError, "observation_space must be a Box, or Discrete from 0, got Tuple"),
        ((box, Discrete(2, start=1)), TypeError, "action_space must be Discrete from 0"),
        ((box, box), TypeError, "action_space must be Discrete from 0"),
    ):
        with pytest.raises(error, match=message):
            agent.reset(1, *spaces, rng)
    with pytest.raises(TypeError, match=r"rng must be a numpy.random.Generator, got 3"):
        agent.reset(1, box, two, 3)
    with pytest.raises(ValueError, match=r"policy must .* counts no visits, .*visits must be given"):
        DQN(UCB1())
    with pytest.raises(
        TypeError, match=r"policy must be a policy, got the schedule Linear\(1.*, 0.1, 9\): write Boltz"
    ):
        DQN(Linear(1, 0.1, 9))
    with pytest.raises(ValueError, match="device must be one that PyTorch finds, got 'nowhere'"):
        DQN(Greedy(), device="nowhere").reset(1, box, two, rng)
    with pytest.raises(ValueError, match=r"observations must be of shape \(height, width, channels\)"):
        DQN(Greedy(), network=Convolutional()).reset(1, box, two, rng)
    with pytest.raises(ValueError, match="make must return modules without buffers"):
        Modules(lambda shape, actions: torch.nn.BatchNorm1d(3)).build(rng, 1, (3,), 2)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="it needs a GPU")
def test_a_gpu_computes_what_the_cpu_computes():
    values = []
    for device in ("cpu", "cuda"):
        agent = DQN(Boltzmann(0.5), network=Dense((8,)), warm_up=20, device=device)
        trained(agent, steps=40)
        values.append(agent.values(np.ones((3, 4, 3, 2), dtype=np.float32)))
    np.testing.assert_allclose(*values, rtol=1e-3)


@pytest.mark.parametrize("backup", [*BACKUPS[1:5], BoltzmannExpectation(0.3), PolicyExpectation(EpsilonGreedy(0.1))])
@pytest.mark.parametrize("masked", [False, True])
def test_the_backups_of_agents_serve_tensors_as_arrays(backup, masked):
    rng = np.random.default_rng(2)
    values, where = rng.normal(size=(4, 6, 3)), rng.random((4, 6, 3)) < 0.7
    where[..., 0] = True
    mask = {"where": where} if masked else {}
    read = np.where(where, values, np.nan) if masked else values  # what is forbidden is never read
    on_tensors = backup(torch.from_numpy(read), step=3, **{name: torch.from_numpy(part) for name, part in mask.items()})
    assert isinstance(on_tensors, torch.Tensor)
    np.testing.assert_allclose(on_tensors.numpy(), backup(values, step=3, **mask), rtol=1e-12)
