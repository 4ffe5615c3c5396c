"""Exports: the same numbers in other tools' files, damage detected, missing packages named; `make test-clusters`."""

import json
import os
import sys

import numpy as np
import pytest

from boltzmann.experiments import RefusedError, Results
from boltzmann.experiments.store.tensorboard import write_tensorboard
from scripts import export_results


@pytest.fixture
def small(finished):
    return Results.load(finished)


def test_parquet_holds_the_table_and_the_description(small, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "deep" / "table.parquet"
    small.to_parquet(path)
    read = parquet.read_table(path, page_checksum_verification=True)
    table = small.table()
    assert read.column_names == list(table.columns)
    for name in table.columns[2:]:
        np.testing.assert_array_equal(read[name].to_numpy(), table[name].to_numpy())
    assert read["agent"].to_pylist() == list(table["agent"])
    stored = json.loads(read.schema.metadata[b"boltzmann_experiment"])
    assert stored["hash"] == small.plan.hash
    assert [file.name for file in path.parent.iterdir()] == ["table.parquet"]


def test_a_flipped_bit_in_a_page_is_found(small, tmp_path):
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "table.parquet"
    small.to_parquet(path)
    content, truth = path.read_bytes(), parquet.read_table(path)
    rng, caught = np.random.default_rng(0), 0
    # Parquet has no checksum for the footer. The four bytes before the last four are its length.
    footer = int.from_bytes(content[-8:-4], "little")
    for position in rng.integers(4, len(content) - 8 - footer, 200):
        flipped = bytearray(content)
        flipped[position] ^= 1 << int(rng.integers(8))
        path.write_bytes(flipped)
        try:
            read = parquet.read_table(path, page_checksum_verification=True)
        except (OSError, arrow.ArrowException):
            caught += 1
            continue
        # Bytes without a checksum, such as the statistics of pages, carry no data.
        assert read.equals(truth)
    assert caught > 100


def test_tensorboard_gets_the_mean_curve_of_each_cell(small, tmp_path):
    pytest.importorskip("tensorboardX")
    from tensorboardX.proto.event_pb2 import Event

    folders = write_tensorboard(small, tmp_path / "runs")
    assert len(folders) == 5
    assert folders[3].name == "03-FrozenLake-v1-QLearning(Boltzmann(Linear(0.1,-0.01,-100)))"
    for folder, cell in zip(folders, small.cells(), strict=True):
        (path,) = folder.iterdir()
        points = [
            (value.tag, event.step, value.simple_value)
            for event in map(Event.FromString, records(path.read_bytes()))
            for value in event.summary.value
            if value.HasField("simple_value")
        ]
        rewards = {step: value for tag, step, value in points if tag == "reward"}
        assert list(rewards) == list(cell.steps)
        np.testing.assert_allclose(list(rewards.values()), cell.metrics["reward"].mean(axis=0), rtol=1e-6)
        returns = {step: value for tag, step, value in points if tag == "return"}
        known = ~np.isnan(cell.mean_return)
        assert list(returns) == list(cell.steps[known.any(axis=0)])
        assert not any(np.isnan(value) for _, _, value in points)
    with pytest.raises(RefusedError, match="is not empty"):
        write_tensorboard(small, tmp_path / "runs")


def records(content):
    """The records of an event file: length (8 bytes), its checksum (4), the record, its checksum (4)."""
    while content:
        length = int.from_bytes(content[:8], "little")
        yield content[12 : 12 + length]
        content = content[16 + length :]


def test_the_script_writes_both(small, tmp_path, capsys):
    for module in ("pyarrow", "tensorboardX"):
        pytest.importorskip(module)
    targets = ["--parquet", str(tmp_path / "t.parquet"), "--tensorboard", str(tmp_path / "runs")]
    export_results.main([str(small.folder), *targets])
    assert (tmp_path / "t.parquet").stat().st_size > 1000
    assert "(5 runs)" in capsys.readouterr().out


@pytest.mark.skipif(os.name != "posix", reason="limits the size of files, which is POSIX")
@pytest.mark.parametrize(
    ("write", "module", "name"),
    [(Results.to_parquet, "pyarrow", "x.parquet"), (write_tensorboard, "tensorboardX", "x/00-boltzmann")],
)
def test_an_export_that_finds_the_disk_full_names_its_file_and_leaves_nothing(small, tmp_path, write, module, name):
    pytest.importorskip(module)
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(OSError, match=rf"File too large: '.*{name}"):
            write(small, tmp_path / name.partition("/")[0])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("write", "module", "extra"),
    [(Results.to_parquet, "pyarrow", "parquet"), (write_tensorboard, "tensorboardX", "tensorboard")],
)
def test_a_missing_package_is_named(small, tmp_path, monkeypatch, write, module, extra):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(RefusedError, match=rf'pip install "boltzmann-exploration\[{extra}\]"'):
        write(small, tmp_path / "x")
    assert not (tmp_path / "x").exists()


def test_the_script_reports_missing_arguments_and_results_in_one_line(tmp_path, capsys):
    for arguments, message in [([], "nothing to write"), (["--parquet", "x"], "holds no results")]:
        with pytest.raises(SystemExit) as stopped:
            export_results.main([str(tmp_path), *arguments])
        assert stopped.value.code == 2
        assert message in capsys.readouterr().err
