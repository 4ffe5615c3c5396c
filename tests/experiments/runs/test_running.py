"""Running and storing: the same bytes however it is run, resumed, and nothing wrong ever read."""

import json
import warnings

import gymnasium
import numpy as np
import pytest
from gymnasium.spaces import Discrete

import envs
from agents import QLearning, SampleAverage
from boltzmann import Boltzmann, EpsilonGreedy, Greedy, Linear, Uniform
from boltzmann.experiments import DamagedBlockError, Experiment, RefusedError, Results, Store, Task, run


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_any_number_of_workers_gives_the_same_bytes(experiment, tmp_path):
    run(experiment, tmp_path / "one", make=envs.make, n_jobs=1)
    run(experiment, tmp_path / "two", make=envs.make, n_jobs=2)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    assert len(contents(tmp_path / "one")) == 16


def test_progress_is_told(experiment, tmp_path):
    told = []
    run(experiment, tmp_path, make=envs.make, on_progress=lambda at: told.append((at.blocks, at.total_blocks)))
    assert told == [(done, 15) for done in range(16)]
    told.clear()
    run(experiment, tmp_path, make=envs.make, on_progress=lambda at: told.append((at.blocks, at.total_blocks)))
    assert told == [(15, 15)]


def test_what_is_there_is_kept_and_the_rest_computed(experiment, tmp_path):
    run(experiment, tmp_path, make=envs.make)
    whole = contents(tmp_path)
    blocks = sorted(tmp_path.glob("*.npz"))
    for path in blocks[::2]:
        path.unlink()
    (tmp_path / f"{blocks[0].name}.123.tmp").write_bytes(b"half of it")
    kept = {path: path.stat().st_mtime_ns for path in blocks[1::2]}
    with pytest.raises(RefusedError, match=r"unfinished: 8 of 15 blocks are missing"):
        Results.load(tmp_path)
    told = []
    run(experiment, tmp_path, make=envs.make, on_progress=lambda at: told.append(at.blocks))
    assert told == list(range(7, 16))
    assert contents(tmp_path) == whole
    assert {path: path.stat().st_mtime_ns for path in kept} == kept


def test_a_damaged_block_is_named_and_made_again(experiment, tmp_path):
    results = run(experiment, tmp_path, make=envs.make)
    whole = contents(tmp_path)
    path = sorted(tmp_path.glob("*.npz"))[4]
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)
    with pytest.raises(DamagedBlockError, match=path.name):
        list(results.cells())
    with pytest.warns(UserWarning, match=rf"{path.name} is damaged.*computed again"):
        run(experiment, tmp_path, make=envs.make)
    assert contents(tmp_path) == whole


def test_no_flipped_bit_and_no_cut_is_ever_read_as_data(tmp_path):
    experiment = Experiment([Task("boltzmann/GaussianBandit-v0", [SampleAverage(Greedy())], 2)], 1, 0)
    run(experiment, tmp_path, make=envs.make)
    (block,) = experiment.plan.blocks()
    store, path, plan = Store(tmp_path), tmp_path / block.name, experiment.plan
    content, truth = path.read_bytes(), store.read(plan, block)
    rng = np.random.default_rng(0)
    starts = [content.index(f"{name}.npy".encode()) + 128 for name in truth]
    data = {place for start in starts for place in range(start, start + 16)}
    for place in range(len(content)):
        flipped = bytearray(content)
        flipped[place] ^= 1 << int(rng.integers(8))
        path.write_bytes(flipped)
        try:
            found = store.read(plan, block)
        except DamagedBlockError:
            continue
        # Dates and attributes of the archive carry no data and no checksum.
        assert place not in data
        for name, array in truth.items():
            np.testing.assert_array_equal(found[name], array)
    for cut in range(0, len(content), 7):
        path.write_bytes(content[:cut])
        with pytest.raises(DamagedBlockError):
            store.read(plan, block)


def test_agents_of_a_task_meet_the_same_problems(experiment, tmp_path):
    # Reward + gap of a step is the best mean plus noise, and both are the same for every agent.
    tasks = [Task("boltzmann/GaussianBandit-v0", [SampleAverage(p) for p in (Uniform(), Boltzmann(0.3), Greedy())], 30)]
    results = run(Experiment(tasks, 5, 1, block=2), tmp_path, make=envs.make)
    best = [cell.metrics["reward"] + cell.metrics["gap"] for cell in results.cells()]
    np.testing.assert_allclose(best[0], best[1], rtol=0, atol=1e-12)
    np.testing.assert_allclose(best[0], best[2], rtol=0, atol=1e-12)
    assert len(np.unique(best[0].round(9))) == best[0].size


def test_runs_with_other_seeds_and_other_blocks_share_nothing(tmp_path):
    task = Task("boltzmann/GaussianBandit-v0", [SampleAverage(Uniform())], 5)
    seen = []
    for seed in range(4):
        results = run(Experiment([task], 6, seed, block=2), tmp_path / str(seed), make=envs.make)
        seen += [cell.metrics["reward"] for cell in results.cells()]
    everything = np.concatenate(seen).ravel()
    assert len(np.unique(everything)) == everything.size


def test_a_description_is_not_changed_by_running_it(experiment, tmp_path):
    run(experiment, tmp_path, make=envs.make)
    assert not hasattr(experiment.tasks[0].agents[0], "values")


def test_a_folder_of_another_experiment_is_refused(experiment, tmp_path):
    other = Experiment(experiment.tasks, 7, 12, block=3)
    run(experiment, tmp_path, make=envs.make)
    before = contents(tmp_path)
    with pytest.raises(RefusedError, match="holds another experiment"):
        run(other, tmp_path, make=envs.make)
    assert contents(tmp_path) == before


def test_a_folder_of_other_files_is_refused(experiment, tmp_path):
    (tmp_path / "thesis.tex").write_text("")
    with pytest.raises(RefusedError, match="is not empty and holds no experiment"):
        run(experiment, tmp_path, make=envs.make)
    assert list(contents(tmp_path)) == ["thesis.tex"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text[:100], "cannot be read as an experiment"),
        (lambda text: text.replace('"seed": 11', '"seed": 12'), "its hash does not fit"),
        (lambda text: text.replace('"format": 3', '"format": 99'), "its format is 99, this reads 3"),
        (lambda text: "[]", "cannot be read"),
        (lambda text: '{"format": 2, "hash": "x", "experiment": 5}', "cannot be read"),
    ],
)
def test_a_damaged_description_is_refused(experiment, tmp_path, change, message):
    run(experiment, tmp_path, make=envs.make)
    path = tmp_path / "experiment.json"
    path.write_text(change(path.read_text()))
    with pytest.raises(RefusedError, match=message):
        Results.load(tmp_path)
    with pytest.raises(RefusedError, match=message):
        run(experiment, tmp_path, make=envs.make)


def test_what_cannot_run_is_refused_before_anything_is_written(tmp_path):
    folder = tmp_path / "results"
    for environment, agent, message in [
        ("Nowhere-v0", QLearning(Greedy()), "Nowhere"),
        ("Pendulum-v1", QLearning(Greedy()), "action_space must be Discrete"),
        ("FrozenLake-v1(slippery=True)", QLearning(Greedy()), "unexpected keyword"),
        ("FrozenLake-v1", SampleAverage(len), "cannot|must"),
    ]:
        with pytest.raises((RefusedError, TypeError), match=message):
            run(Experiment([Task(environment, [agent], 10)], 2, 0), folder, make=envs.make)
    assert not folder.exists()


@pytest.mark.parametrize("n_jobs", [0, -2, 1.5, "2"])
def test_senseless_numbers_of_workers_are_refused(experiment, tmp_path, n_jobs):
    with pytest.raises((ValueError, TypeError), match="n_jobs"):
        run(experiment, tmp_path / "x", make=envs.make, n_jobs=n_jobs)
    assert not (tmp_path / "x").exists()


def test_an_unwritable_folder_is_refused(experiment, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RefusedError, match="cannot be written: Not a directory"):
        run(experiment, tmp_path / "file" / "results", make=envs.make)


def test_results_are_described_where_they_are(experiment, tmp_path):
    run(experiment, tmp_path, make=envs.make)
    described = json.loads((tmp_path / "experiment.json").read_text())
    assert described["experiment"]["tasks"][1]["agents"][0] == "QLearning(Boltzmann(Linear(0.1, 0.01, 100)))"
    assert described["versions"]["numpy"] == np.__version__
    with pytest.raises(RefusedError, match="holds no results"):
        Results.load(tmp_path / "elsewhere")


def test_the_table_is_tidy_and_complete(experiment, tmp_path):
    results = run(experiment, tmp_path, make=envs.make)
    table = results.table()
    assert len(table) == 7 * 20 * 5
    assert list(table.columns[:4]) == ["task", "agent", "replicate", "step"]
    assert not table.duplicated(["task", "agent", "replicate", "step"]).any()
    assert set(table["replicate"]) == set(range(7))
    for cell in results.cells():
        rows = table[(table["task"] == cell.task) & (table["agent"] == cell.agent)]
        one = rows[rows["replicate"] == 4]
        np.testing.assert_array_equal(one["step"], cell.steps)
        np.testing.assert_array_equal(one["reward"], cell.metrics["reward"][4])
        np.testing.assert_array_equal(one["return"], cell.mean_return[4])


def test_nothing_warns(experiment, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run(experiment, tmp_path, make=envs.make)
        agents = [SampleAverage(EpsilonGreedy(0.1))]
        run(Experiment([Task("boltzmann/GaussianBandit-v0", agents, 5)], 1, 0), tmp_path / "b", make=envs.make)


def test_streams_are_those_of_the_stated_keys(experiment):
    plan = experiment.plan
    for block in plan.blocks():
        keys = [np.random.SeedSequence(11, spawn_key=(block.task, block.number, who)) for who in (0, 1)]
        assert plan.environment_seeds(block) == keys[0].generate_state(block.replicates, np.uint64).tolist()
        assert plan.agent_rng(block).random() == np.random.default_rng(keys[1]).random()


def test_a_run_leaves_the_global_random_state_alone(experiment, tmp_path):
    import random

    before = np.random.get_state(legacy=False), random.getstate()  # noqa: NPY002 (read only)
    run(experiment, tmp_path, make=envs.make)
    after = np.random.get_state(legacy=False), random.getstate()  # noqa: NPY002
    assert before[0]["state"]["pos"] == after[0]["state"]["pos"]
    np.testing.assert_array_equal(before[0]["state"]["key"], after[0]["state"]["key"])
    assert before[1] == after[1]


def test_every_file_is_flushed_before_it_gets_its_name(experiment, tmp_path, monkeypatch):
    import os

    flushed, renamed = [], []
    fsync, replace, link = os.fsync, os.replace, os.link
    monkeypatch.setattr(os, "fsync", lambda file: (flushed.append(os.fstat(file).st_ino), fsync(file)))

    def naming(act):
        def checked(source, target):
            assert os.stat(source).st_ino in flushed
            renamed.append(os.path.basename(target))
            act(source, target)

        return checked

    monkeypatch.setattr(os, "replace", naming(replace))
    monkeypatch.setattr(os, "link", naming(link))
    run(experiment, tmp_path, make=envs.make)
    assert sorted(renamed) == sorted(path.name for path in tmp_path.iterdir())


def test_other_peoples_files_and_living_processes_are_left_alone(experiment, tmp_path):
    import os

    (tmp_path / "thesis.tmp").write_text("three years")
    with pytest.raises(RefusedError, match="is not empty"):
        run(experiment, tmp_path, make=envs.make)
    (tmp_path / "thesis.tmp").unlink()
    alive = tmp_path / f"task00-agent00-block0000.npz.{os.getpid()}.tmp"
    dead = tmp_path / "task00-agent00-block0000.npz.999999999.tmp"
    for path in (alive, dead):
        path.write_bytes(b"half")
    run(experiment, tmp_path, make=envs.make)
    assert not dead.exists()


def test_going_on_with_other_versions_is_said_aloud(experiment, tmp_path):
    run(experiment, tmp_path, make=envs.make)
    path = tmp_path / "experiment.json"
    path.write_text(path.read_text().replace(f'"numpy": "{np.__version__}"', '"numpy": "1.0"'))
    run(experiment, tmp_path, make=envs.make)  # nothing is missing, so nothing is mixed
    next(tmp_path.glob("*.npz")).unlink()
    with pytest.warns(UserWarning, match=r"begun with other versions, numpy 1\.0"):
        run(experiment, tmp_path, make=envs.make)


def test_a_schedule_that_ends_badly_is_refused_before_anything_is_written(tmp_path):
    late = [QLearning(EpsilonGreedy(Linear(0.5, 2.0, 100)))]
    with pytest.raises(RefusedError, match=r"epsilon must be in \[0, 1\], got"):
        run(Experiment([Task("FrozenLake-v1", late, 200)], 2, 0), tmp_path / "x", make=envs.make)
    assert not (tmp_path / "x").exists()


def test_an_environment_that_resets_in_the_next_step_is_refused(tmp_path):
    def make(name, num_envs, discount=None, **arguments):
        return gymnasium.make_vec(name, num_envs, vectorization_mode="sync", **arguments)

    task = Task("FrozenLake-v1", [QLearning(Greedy())], 10)
    with pytest.raises(RefusedError, match="SAME_STEP"):
        run(Experiment([task], 2, 0), tmp_path / "x", make=make)


class Leaky(gymnasium.Env):
    """Tells a gap of 0.5 in every step, and ends often."""

    observation_space, action_space = Discrete(1), Discrete(2)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return 0, {}

    def step(self, action):
        return 0, 1.0, bool(self.np_random.random() < 0.3), False, {"gap": 0.5}


def test_gaps_of_episodes_that_end_are_counted_too(tmp_path):
    from gymnasium.vector import AutoresetMode, SyncVectorEnv

    def make(name, num_envs, discount=None):
        return SyncVectorEnv([Leaky] * num_envs, autoreset_mode=AutoresetMode.SAME_STEP)

    results = run(Experiment([Task("Leaky-v0", [QLearning(Greedy())], 50)], 5, 0), tmp_path, make=make)
    (cell,) = results.cells()
    assert (cell.metrics["gap"] == 0.5).all()
    assert not cell.metrics["optimal"].any()


def test_blocks_in_another_place_or_of_another_run_are_made_again(experiment, tmp_path):
    run(experiment, tmp_path / "a", make=envs.make)
    whole = contents(tmp_path / "a")
    other = Experiment(experiment.tasks, 7, 99, block=3, points=20)
    run(other, tmp_path / "b", make=envs.make)
    names = sorted(name for name in whole if name.endswith("npz"))
    (tmp_path / "a" / names[0]).write_bytes(whole[names[1]])
    (tmp_path / "a" / names[4]).write_bytes((tmp_path / "b" / names[4]).read_bytes())
    with pytest.warns(UserWarning, match="is not that block of this experiment"):
        run(experiment, tmp_path / "a", make=envs.make)
    assert contents(tmp_path / "a") == whole


def test_of_two_experiments_that_begin_at_once_one_is_refused(experiment, tmp_path, monkeypatch):
    first, second = experiment.plan, Experiment(experiment.tasks, 7, 99).plan
    store = Store(tmp_path)
    write = Store._write_description

    def overtaken(self, plan, environments, engines):
        write(Store(tmp_path), first, [], [])
        write(self, plan, environments, engines)

    monkeypatch.setattr(Store, "_write_description", overtaken)
    with pytest.raises(RefusedError, match="holds another experiment"):
        store.begin(second)
    assert store.read_plan() == first


def test_gaps_are_measured_at_one_discount_for_all_agents_of_a_task(tmp_path):
    agents = [QLearning(Greedy(), discount=discount) for discount in (0.5, 0.99)]
    same = Task("FrozenLake-v1", [QLearning(Greedy()), QLearning(Uniform())], 10)
    different = Task("FrozenLake-v1", agents, 10)
    assert same.discount == 0.99
    assert different.discount is None
    results = run(Experiment([different], 2, 0), tmp_path, make=envs.make)
    for cell in results.cells():
        assert np.isnan(cell.metrics["gap"]).all()


def test_a_file_system_without_hard_links_serves_too(experiment, tmp_path, monkeypatch):
    import os

    def unsupported(source, target):
        raise PermissionError("no hard links here")

    monkeypatch.setattr(os, "link", unsupported)
    run(experiment, tmp_path, make=envs.make)
    assert len(contents(tmp_path)) == 16


def test_what_an_environment_turned_out_to_be_is_stored_and_has_to_stay(tmp_path):
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


def test_what_an_environment_turned_out_to_be_is_no_part_of_the_hash(experiment, tmp_path):
    run(experiment, tmp_path, make=envs.make)
    path = tmp_path / "experiment.json"
    described = json.loads(path.read_text())
    assert described["hash"] == experiment.plan.hash
    # A folder from before it was stored goes on as it did.
    del described["environments"]
    path.write_text(json.dumps(described))
    run(experiment, tmp_path, make=envs.make)


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


def test_a_time_limit_that_was_given_is_said_once_and_not_by_the_workers(tmp_path, capfd):
    agents = [QLearning(Greedy()), QLearning(Uniform())]
    experiment = Experiment([Task("CliffWalking-v1", agents, 10)], 4, 0, block=1)
    with pytest.warns(envs.TimeLimitWarning, match="CliffWalking-v1 states no time limit"):
        run(experiment, tmp_path, make=envs.make, n_jobs=2)
    assert "time limit" not in "".join(capfd.readouterr())
    stored = json.loads((tmp_path / "experiment.json").read_text())
    assert stored["environments"][0]["max_episode_steps"] == envs.TIME_LIMIT


def test_observations_that_are_no_arrays_are_refused_with_what_to_do(tmp_path):
    with pytest.raises(RefusedError, match=r"observations must be an array .* got tuple from Tuple.*: flatten them"):
        run(Experiment([Task("Blackjack-v1", [Blind(Greedy())], 5)], 2, 0), tmp_path / "x", make=envs.make_raw)
    assert not (tmp_path / "x").exists()


class Blind(QLearning):
    """Takes any observations, to see what the loop does with them."""

    def reset(self, num_envs, observation_space, action_space, rng):
        super().reset(num_envs, Discrete(1), action_space, rng)


def test_boxes_are_learnt_by_a_table(tmp_path):
    # Random actions keep the pole up for about 22 steps.
    cart = "CartPole-v1(bins=(1, 1, 6, 12), bounds=(None, None, (-0.21, 0.21), None))"
    learner = QLearning(Boltzmann(Linear(5.0, 0.1, 4000)), step_size=0.2)
    tasks = [Task(cart, [learner, QLearning(Uniform())], 6000), Task("MountainCar-v0", [QLearning(Greedy())], 250)]
    results = run(Experiment(tasks, 1, 0, points=10), tmp_path, make=envs.make)
    learnt, random, car = results.cells()
    assert np.nanmean(random.mean_return) == pytest.approx(22, abs=2)
    assert np.nanmean(learnt.mean_return[:, -3:]) > 100
    np.testing.assert_array_equal(car.metrics["return_sum"].sum(axis=1), [-200])
    # A repeat with the same seed gives the same bytes, through Gymnasium's own stepping too.
    before = contents(tmp_path)
    next(tmp_path.glob("task01*.npz")).unlink()
    run(Experiment(tasks, 1, 0, points=10), tmp_path, make=envs.make)
    assert contents(tmp_path) == before


def test_a_worker_spares_its_garbage_collector_and_this_process_does_not(tmp_path):
    import gc

    import joblib

    task = Task("boltzmann/GaussianBandit-v0", [SampleAverage(Greedy())], 10)
    run(Experiment([task], 8, 0, block=1), tmp_path, make=envs.make, n_jobs=2)
    frozen = joblib.Parallel(2)(joblib.delayed(gc.get_freeze_count)() for _ in range(4))
    assert max(frozen) > 1000
    assert gc.get_freeze_count() == 0
