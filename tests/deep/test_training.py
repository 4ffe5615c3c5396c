"""The command that trains deep networks, MinAtar as a task, and deep agents in the usual comparison."""

import sys

import numpy as np
import pytest

import envs
from boltzmann import Boltzmann
from boltzmann.experiments import Results
from scripts import compare_schedules, train_dqn, train_sb3
from tests.support.commands import refused

SMALL = ["--steps", "60", "--replicates", "3", "--block", "2", "--jobs", "1"]
AGENT = ["--agent", "DQN(_, warm_up=10, network=Dense((4,)), batch=4)"]


def test_training_stores_prints_and_draws_and_is_continued(tmp_path, capsys):
    pytest.importorskip("torch")
    policies = ["--policies", "Boltzmann(1)", "EpsilonGreedy(0.1)"]
    command = [
        *SMALL,
        *AGENT,
        *policies,
        "--baseline",
        "DQN(EpsilonGreedy(0.1), warm_up=10, network=Dense((4,)), batch=4)",
    ]
    command += ["--output", str(tmp_path / "run")]
    train_dqn.main(command)
    first = capsys.readouterr().out
    assert "boltzmann/Catch-v0(observe='raw'): " in first
    assert "difference to baseline" in first
    for name in ("report.html", "learning_curves.png"):
        assert (tmp_path / "run" / name).stat().st_size > 10_000
    results = Results.load(tmp_path / "run")
    assert results.plan.replicates == 3
    assert np.isfinite(results.table()["reward"]).all()
    blocks = sorted((tmp_path / "run").glob("*.npz"))
    assert len(blocks) == 4
    kept, lost = blocks[0].stat().st_mtime_ns, blocks[-1].read_bytes()
    blocks[-1].unlink()
    train_dqn.main(command)
    assert capsys.readouterr().out == first
    # The missing block is computed again, to the bit, and the others stay.
    assert blocks[0].stat().st_mtime_ns == kept
    assert blocks[-1].read_bytes() == lost


def test_every_policy_learns_with_every_backup():
    pytest.importorskip("torch")
    options = train_dqn.Options(env=["CartPole-v1"], policies=["Greedy()", "Uniform()"], backups=["Maximum()"])
    experiment = train_dqn.describe(options)
    (task,) = experiment.plan.tasks
    assert task.steps == 30_000
    assert [agent.split("(")[1] for agent in task.agents] == ["Greedy", "Uniform"]
    assert all("backup=Maximum()" in agent and "Linear(0.002, 0.0, 30000)" in agent for agent in task.agents)
    both = train_dqn.Options(backups=["SoftValue(0.1)", "Munchausen(0.1)"], policies=["Greedy()"], device="cuda")
    texts = train_dqn.describe(both).plan.tasks[0].agents
    assert ["SoftValue(0.1)" in text for text in texts] == [True, False]
    assert all("device='cuda'" in text for text in texts)


@pytest.mark.parametrize("command", [train_dqn, train_sb3])
def test_policies_by_default_differ_with_two_actions_too(command):
    """Thermostats that follow the scale of the values are one epsilon-greedy there, whatever the values."""
    pytest.importorskip("stable_baselines3")
    tasks = command.describe(command.Options(env=["boltzmann/Catch-v0", "CartPole-v1"])).tasks
    near, far = [[0.0, 0.1]], [[0.0, 5.0]]
    for task, scaled in zip(tasks, (3, 0), strict=True):
        softmaxes = [agent.policy for agent in task.agents if isinstance(agent.policy, Boltzmann)]
        same = [np.allclose(policy(near, step=0).probs, policy(far, step=0).probs) for policy in softmaxes]
        assert (sum(same), len(same) > 2) == (scaled, True)


def test_what_does_not_fit_together_is_refused(tmp_path, capsys):
    pytest.importorskip("torch")
    for wrong, message in (
        ([*AGENT, "--backups", "Maximum()"], "--agent says all of the learner"),
        (["--policies", "UCB1()"], "visits must be given"),
        (["--policies", "Boltzmann(-1)"], "temperature must be in [0, inf], got -1"),
        (["--backups", "Nothing()"], "unknown name 'Nothing'"),
        (["--policies", "Greedy()"], "--steps must exceed warm_up, the uniform actions before the policy acts, got 60"),
    ):
        error = refused(train_dqn.main, [*SMALL, *wrong, "--output", str(tmp_path / "x")], capsys, tmp_path)
        assert message in error


def test_a_training_by_stable_baselines3_that_is_all_warm_up_is_refused(tmp_path, capsys):
    pytest.importorskip("stable_baselines3")
    arguments = ["--env", "CartPole-v1", "--policies", "Greedy()", "--output", str(tmp_path / "x"), "--steps"]
    error = refused(train_sb3.main, [*arguments, "1000"], capsys, tmp_path)
    assert "--steps must exceed learning_starts" in error
    assert "got 1000 steps and learning_starts=1000" in error
    train_sb3.main([*arguments, "1001", "--dry-run"])


def test_without_pytorch_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ValueError, match=r'torch is not installed .*boltzmann-exploration\[torch\]"'):
        train_dqn.describe(train_dqn.Options())


def test_the_usual_comparison_runs_deep_agents_too(tmp_path, capsys):
    pytest.importorskip("torch")
    task = "boltzmann/Catch-v0(observe='raw')"
    arguments = ["--env", task, *SMALL, *AGENT, "--policies", "Boltzmann(RangeScaled(0.2))"]
    compare_schedules.main([*arguments, "--output", str(tmp_path / "run")])
    assert "Boltzmann(RangeScaled(0.2))" in capsys.readouterr().out


@pytest.mark.filterwarnings("ignore:MinAtar/Breakout-v1 states no time limit")
def test_minatar_is_found_by_its_name_and_takes_the_seeds_of_experiments():
    pytest.importorskip("minatar")

    def boards(seeds):
        env = envs.make_raw("MinAtar/Breakout-v1", 2)
        assert env.single_observation_space.shape == (10, 10, 4)
        seen = [env.reset(seed=seeds)[0]]
        seen += [env.step(np.array([step % 3, 1]))[0] for step in range(40)]
        env.close()
        return np.array(seen)

    large = 2**63 + 5
    np.testing.assert_array_equal(boards([large, 7]), boards([large, 7]))
    np.testing.assert_array_equal(boards([large, 7])[:, 1], boards([5, 7])[:, 1])
    assert (boards([large, 7]) != boards([large + 1, 8])).any()


def test_without_minatar_its_package_is_named(monkeypatch):
    import gymnasium

    for name in [name for name in gymnasium.registry if name.startswith("MinAtar/")]:
        monkeypatch.delitem(gymnasium.registry, name)
    monkeypatch.setitem(sys.modules, "minatar.gym", None)
    with pytest.raises(ModuleNotFoundError, match="pip install minatar"):
        envs.make_raw("MinAtar/Breakout-v1", 1)
