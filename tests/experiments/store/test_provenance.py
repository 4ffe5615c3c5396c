"""What is stored of environments and versions, and what a run says where they have changed."""

import json
import sys

import gymnasium
import numpy as np
import pytest

import envs
from agents import QLearning
from boltzmann import Greedy, Uniform
from boltzmann.experiments import Experiment, RefusedError, Results, Task, run
from boltzmann.experiments.store import provenance
from boltzmann.notation import parse
from tests.support.folders import contents


def test_the_made_environment_is_described_in_the_folder_and_must_not_change(tmp_path):
    task = Task("FrozenLake(is_slippery=False)", [QLearning(Greedy())], 20)
    with pytest.warns(UserWarning, match="Using the latest versioned environment"):
        run(Experiment([task], 2, 0), tmp_path, make=envs.make)
    described = json.loads((tmp_path / "experiment.json").read_text())
    assert described["experiment"]["tasks"][0]["environment"] == "FrozenLake(is_slippery=False)"
    assert described["environments"] == [
        {
            "id": "FrozenLake-v1",
            "arguments": {"is_slippery": "False", "map_name": "'4x4'"},
            "max_episode_steps": 100,
            "wrappers": [],
        }
    ]
    whole = contents(tmp_path)
    with pytest.warns(UserWarning, match="Using the latest"):
        run(Experiment([task], 2, 0), tmp_path, make=envs.make)
    assert contents(tmp_path) == whole

    def newer(name, num_envs, **arguments):
        return envs.make("FrozenLake8x8-v1", num_envs, **arguments)

    with pytest.raises(RefusedError, match="begun with another environment: id of task 0 was 'FrozenLake-v1' and is"):
        run(Experiment([task], 2, 0), tmp_path, make=newer)
    assert contents(tmp_path) == whole


def test_the_made_environment_is_not_part_of_the_hash(experiment, stored):
    path = stored / "experiment.json"
    described = json.loads(path.read_text())
    assert described["hash"] == experiment.plan.hash
    # Older folders without this entry can be continued.
    del described["environments"]
    path.write_text(json.dumps(described))
    run(experiment, stored, make=envs.make)


class Nameless(gymnasium.Wrapper):
    """A wrapper whose argument prints its address."""


def test_descriptions_of_environments_are_the_same_in_every_process():
    from types import SimpleNamespace

    from boltzmann.experiments.store.provenance import describe_environment

    wrapper = SimpleNamespace(name="W", kwargs={"func": Nameless, "bounds": [None, (0, 1.5)], "array": np.ones(2)})
    spec = SimpleNamespace(id="A-v0", kwargs={"z": 1, "a": "b"}, max_episode_steps=None, additional_wrappers=[wrapper])
    assert describe_environment(SimpleNamespace(spec=spec)) == {
        "id": "A-v0",
        "arguments": {"a": "'b'", "z": "1"},
        "max_episode_steps": None,
        "wrappers": ["W(array=ndarray, bounds=[None, [0, 1.5]], func=type)"],
    }
    assert describe_environment(SimpleNamespace()) is None
    assert "0x" not in str(describe_environment(envs.make("CartPole-v1", 1)))


def test_a_usual_time_limit_warns_once_and_not_in_the_workers(tmp_path, capfd):
    agents = [QLearning(Greedy()), QLearning(Uniform())]
    experiment = Experiment([Task("CliffWalking-v1", agents, 10)], 4, 0, block=1)
    with pytest.warns(envs.TimeLimitWarning, match="CliffWalking-v1 states no time limit"):
        run(experiment, tmp_path, make=envs.make, n_jobs=2, engine="lockstep")
    assert "time limit" not in "".join(capfd.readouterr())
    stored = json.loads((tmp_path / "experiment.json").read_text())
    assert stored["environments"][0]["max_episode_steps"] == envs.TIME_LIMIT


def test_continuing_with_other_versions_warns(experiment, stored):
    path = stored / "experiment.json"
    path.write_text(path.read_text().replace(f'"numpy": "{np.__version__}"', '"numpy": "1.0"'))
    run(experiment, stored, make=envs.make)  # nothing is missing, so nothing is mixed
    next(stored.glob("*.npz")).unlink()
    with pytest.warns(UserWarning, match=r"begun with other versions, numpy 1\.0"):
        run(experiment, stored, make=envs.make)


def test_changed_code_of_a_users_class_is_told(tmp_path, monkeypatch):
    """Nothing is computed anew, whether all blocks are stored or not; the user decides."""
    monkeypatch.syspath_prepend(tmp_path)
    code = tmp_path / "policies_of_a_user.py"
    code.write_text(
        "from dataclasses import dataclass\nfrom boltzmann import Boltzmann\n\n"
        "@dataclass(frozen=True)\nclass Mine(Boltzmann):\n    pass\n"
    )
    policy = parse("policies_of_a_user:Mine(0.5)", {})
    experiment = Experiment([Task("FrozenLake-v1", [QLearning(policy)], 10)], 2, 0)
    for _ in range(2):
        run(experiment, tmp_path / "run", make=envs.make)
    code.write_text(code.read_text() + "\n")
    with pytest.warns(UserWarning, match="^policies_of_a_user has changed since .* was begun"):
        run(experiment, tmp_path / "run", make=envs.make)
    run(experiment, tmp_path / "another", make=envs.make)
    monkeypatch.delitem(sys.modules, "policies_of_a_user")


def test_a_library_that_is_no_distribution_is_stored_as_such(monkeypatch):
    monkeypatch.setattr(provenance, "_VERSIONED", ("numpy", "no-such-distribution"))
    stated = provenance.versions()
    assert stated["numpy"] == np.__version__
    assert stated["no-such-distribution"] == "not installed as a distribution"


def test_a_description_that_cannot_be_opened_is_refused(tmp_path):
    with pytest.raises(RefusedError, match=r"experiment\.json cannot be read: File name too long"):
        Results.load(tmp_path / ("a" * 300))


def test_results_are_described_where_they_are(experiment, stored):
    described = json.loads((stored / "experiment.json").read_text())
    assert described["experiment"]["tasks"][1]["agents"][0] == "QLearning(Boltzmann(Linear(0.1, 0.01, 100)))"
    assert described["versions"]["numpy"] == np.__version__
    with pytest.raises(RefusedError, match="holds no results"):
        Results.load(stored / "elsewhere")
