"""Folders of runs: nothing wrong is ever read, nothing of others is touched, every file is whole."""

import io
import zipfile

import numpy as np
import pytest

import envs
from agents import SampleAverage
from boltzmann import Greedy
from boltzmann.experiments import DamagedBlockError, Experiment, RefusedError, Results, Store, Task, run
from tests.support.folders import contents


def positions_to_flip(content, data):
    """All positions in the headers of the first array, in the data, and after the last array.

    The other seven arrays have the same headers, so every seventh byte of these is enough.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        starts = [member.header_offset for member in archive.infolist()]
    every = {*range(starts[1]), *range(starts[-1], len(content))}
    return sorted(every | data | set(range(starts[1], starts[-1], 7)))


def test_no_flipped_bit_and_no_cut_is_ever_read_as_data(tmp_path):
    experiment = Experiment([Task("boltzmann/GaussianBandit-v0", [SampleAverage(Greedy())], 2)], 1, 0)
    run(experiment, tmp_path, make=envs.make)
    (block,) = experiment.plan.blocks()
    store, path, plan = Store(tmp_path), tmp_path / block.name, experiment.plan
    content, truth = path.read_bytes(), store.read(plan, block)
    rng = np.random.default_rng(0)
    starts = [content.index(f"{name}.npy".encode()) + 128 for name in truth]
    data = {position for start in starts for position in range(start, start + 16)}
    for position in positions_to_flip(content, data):
        flipped = bytearray(content)
        flipped[position] ^= 1 << int(rng.integers(8))
        path.write_bytes(flipped)
        try:
            arrays = store.read(plan, block)
        except DamagedBlockError:
            continue
        # Dates and attributes of the archive carry no data and no checksum.
        assert position not in data
        for name, array in truth.items():
            np.testing.assert_array_equal(arrays[name], array)
    for cut in range(0, len(content), 7):
        path.write_bytes(content[:cut])
        with pytest.raises(DamagedBlockError):
            store.read(plan, block)


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


def test_a_file_system_without_hard_links_serves_too(experiment, tmp_path, monkeypatch):
    import os

    def unsupported(source, target):
        raise PermissionError("no hard links here")

    monkeypatch.setattr(os, "link", unsupported)
    run(experiment, tmp_path, make=envs.make)
    assert len(contents(tmp_path)) == 16


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
def test_a_damaged_description_is_refused(experiment, stored, change, message):
    path = stored / "experiment.json"
    path.write_text(change(path.read_text()))
    with pytest.raises(RefusedError, match=message):
        Results.load(stored)
    with pytest.raises(RefusedError, match=message):
        run(experiment, stored, make=envs.make)


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


def test_a_folder_of_another_experiment_is_refused(experiment, stored):
    reseeded = Experiment(experiment.tasks, 7, 12, block=3)
    before = contents(stored)

    def unmade(*arguments, **keywords):
        raise AssertionError("an environment was made before the folder was refused")

    with pytest.raises(RefusedError, match="holds another experiment"):
        run(reseeded, stored, make=unmade)
    assert contents(stored) == before


def test_a_folder_of_other_files_is_refused(experiment, tmp_path):
    (tmp_path / "thesis.tex").write_text("")
    with pytest.raises(RefusedError, match="is not empty and holds no experiment"):
        run(experiment, tmp_path, make=envs.make)
    assert list(contents(tmp_path)) == ["thesis.tex"]


def test_an_unwritable_folder_is_refused(experiment, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RefusedError, match="cannot be written: Not a directory"):
        run(experiment, tmp_path / "file" / "results", make=envs.make)


def test_blocks_in_another_place_or_of_another_run_are_made_again(experiment, stored, tmp_path):
    whole = contents(stored)
    reseeded = Experiment(experiment.tasks, 7, 99, block=3, points=20)
    run(reseeded, tmp_path / "b", make=envs.make)
    names = sorted(name for name in whole if name.endswith("npz"))
    (stored / names[0]).write_bytes(whole[names[1]])
    (stored / names[4]).write_bytes((tmp_path / "b" / names[4]).read_bytes())
    with pytest.warns(UserWarning, match="is not that block of this experiment"):
        run(experiment, stored, make=envs.make)
    assert contents(stored) == whole


def test_a_damaged_block_is_named_and_made_again(experiment, stored):
    results = Results.load(stored)
    whole = contents(stored)
    path = sorted(stored.glob("*.npz"))[4]
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)
    with pytest.raises(DamagedBlockError, match=path.name):
        list(results.cells())
    with pytest.warns(UserWarning, match=rf"{path.name} is damaged.*computed again"):
        run(experiment, stored, make=envs.make)
    assert contents(stored) == whole
