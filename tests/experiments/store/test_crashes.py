"""A run that crashes at its k-th file operation, for every k, and goes on: nothing wrong is read, nothing whole lost.

After the operation at which it crashes every further one fails too, as nothing more is done by a process that is dead:
clearing up on the way out does not help it. Where the operation is a write, half of it reaches the file.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import envs
from agents import SampleAverage
from boltzmann import Boltzmann, Greedy
from boltzmann.experiments import Experiment, RefusedError, Results, Store, Task, run
from boltzmann.experiments.store import atomic
from boltzmann.experiments.store import folder as storage
from boltzmann.experiments.store.atomic import is_alive
from tests.support.crashing_disk import Crash, Disk
from tests.support.folders import contents

AGENTS = [SampleAverage(Greedy()), SampleAverage(Boltzmann(0.1))]
EXPERIMENT = Experiment([Task("boltzmann/GaussianBandit-v0(arms=2)", AGENTS, 4)], 3, 0, block=2)


def computed(folder):
    return run(EXPERIMENT, folder, make=envs.make, engine="lockstep")


@pytest.fixture(autouse=True, scope="module")
def no_waiting_for_the_disk():
    """Crashes of a process lose nothing that was written: flushes are counted, and cost nothing."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(os, "fsync", lambda file: None)
        yield


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole") / "r"
    computed(folder)
    return contents(folder)


def count_operations(folder, prepare):
    prepare(folder)
    with pytest.MonkeyPatch.context() as patched:
        disk = Disk(patched)
        computed(folder)
    return disk.names


def crash_everywhere(tmp_path, whole, prepare):
    """Crash at each operation of a run on a prepared folder, look at what is there, and go on."""
    names = count_operations(tmp_path / "counted", prepare)
    assert contents(tmp_path / "counted") == whole
    for operation in range(1, len(names) + 1):
        folder = tmp_path / str(operation)
        prepare(folder)
        before = contents(folder) if folder.exists() else {}
        with pytest.MonkeyPatch.context() as patched:
            Disk(patched, crash_at=operation)
            with pytest.raises(Crash):
                computed(folder)
        left = contents(folder) if folder.exists() else {}
        # Every file with a final name is whole, and no whole file is lost.
        for name, content in left.items():
            assert not name.endswith((".npz", ".json")) or content == whole[name]
        assert {name for name in before if name in whole and before[name] == whole[name]} <= set(left)
        if set(whole) - set(left):
            with pytest.raises(RefusedError, match=r"holds no results|unfinished"):
                Results.load(folder)
        with pytest.MonkeyPatch.context() as patched:
            # The process that crashed is this one, and counts as dead.
            patched.setattr(storage, "is_alive", lambda process: False)
            computed(folder)
        assert contents(folder) == whole, f"crashed at {names[operation - 1]}, operation {operation}"
    return names


def test_a_new_run_that_crashes_at_any_operation(tmp_path, whole):
    names = crash_everywhere(tmp_path, whole, lambda folder: None)
    # Each file is written whole once: 4 blocks and the description.
    assert names.count("write") >= 5
    assert names.count("fsync") >= 10
    assert {"mkdir", "link", "replace", "unlink", "open"} <= set(names)


def test_a_run_that_goes_on_and_crashes_at_any_operation(tmp_path, whole):
    def half(folder):
        folder.mkdir()
        for name, content in whole.items():
            if "block0001" not in name:
                (folder / name).write_bytes(content)
        (folder / "task00-agent00-block0001.npz.999999999.tmp").write_bytes(b"half")
        (folder / "task00-agent01-block0001.running").write_bytes(b"")
        (folder / "task00-agent01.error.txt").write_bytes(b"it failed then")
        (folder / "run.lock").write_bytes(b'{"process"')

    crash_everywhere(tmp_path, whole, half)


@pytest.fixture
def ended():
    """The number of a process that has ended without being waited for."""
    process = subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE)
    process.stdout.read()
    deadline = time.monotonic() + 10
    while is_alive(process.pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(process.pid, 0)
    yield process.pid
    process.wait()
    process.stdout.close()


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="only /proc shows that such processes have ended")
def test_half_written_files_are_deleted_whichever_process_has_their_number(tmp_path, whole, ended):
    alive = os.getppid()
    for process in (alive, ended, 999999999):
        for name in ("task00-agent00-block0001.npz", "task00-agent01.error.txt"):
            (tmp_path / f"{name}.{process}.tmp").write_bytes(b"half")
        (tmp_path / f"experiment.json.{process}.tmp").write_bytes(b"half")
    computed(tmp_path)
    # Another run, which will be refused, may be writing that file.
    assert contents(tmp_path) == whole | {f"experiment.json.{alive}.tmp": b"half"}


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="only there names of processes are read")
def test_a_process_of_any_name_is_alive(tmp_path):
    # The kernel cuts names at fifteen bytes, in the middle of a letter.
    path = tmp_path / "éééééééé) Z éé"
    path.symlink_to(shutil.which("sleep"))
    process = subprocess.Popen([path, "60"])
    try:
        assert is_alive(process.pid)
    finally:
        process.kill()
        process.wait()
    assert not is_alive(process.pid)
    assert not any(is_alive(number) for number in (0, -1, 10**30))


def test_what_the_system_does_not_say_of_a_process_counts_as_alive(monkeypatch):
    monkeypatch.setattr(atomic, "Path", lambda name: Path("/nowhere") / name.lstrip("/"))
    assert is_alive(os.getpid())

    def kill(number, signal):
        raise PermissionError("the process of another user")

    monkeypatch.setattr(os, "kill", kill)
    assert is_alive(os.getpid())


@pytest.mark.parametrize("process", ["Infinity", str(10**30), "[" * 4000])
def test_a_lock_file_of_junk_does_not_lock(tmp_path, whole, process):
    (tmp_path / "run.lock").write_text(f'{{"process": {process}, "host": "{socket.gethostname()}"}}')
    (tmp_path / f"experiment.json.{10**30}.tmp").write_bytes(b"half")
    computed(tmp_path)
    assert contents(tmp_path) == whole


def test_a_worker_that_outlives_its_run_and_loses_its_file_harms_nothing(tmp_path, whole, monkeypatch):
    replace, lost = os.replace, []

    def overtaken(source, target):
        if "block0001" in str(target) and not lost:
            lost.append(target)
            monkeypatch.setattr(os, "replace", replace)
            Store(tmp_path).clear()
        replace(source, target)

    monkeypatch.setattr(os, "replace", overtaken)
    with pytest.raises(FileNotFoundError, match="block0001"):
        computed(tmp_path)
    assert lost
    computed(tmp_path)
    assert contents(tmp_path) == whole


def test_a_careless_writer_is_caught(tmp_path, whole, monkeypatch):
    def careless(path, content):
        with getattr(atomic, "open", open)(path, "wb") as file:
            file.write(content)

    monkeypatch.setattr(storage, "write_whole", careless)
    monkeypatch.setattr(storage, "write_first", careless)
    with pytest.raises((AssertionError, RefusedError)):
        crash_everywhere(tmp_path, whole, lambda folder: None)


def test_a_flipped_bit_of_the_description_is_refused_or_changes_nothing(tmp_path, whole):
    computed(tmp_path)
    path = tmp_path / "experiment.json"
    content = path.read_bytes()
    plan = EXPERIMENT.plan
    rng, refused = np.random.default_rng(0), 0
    for position in range(len(content)):
        flipped = bytearray(content)
        flipped[position] ^= 1 << int(rng.integers(8))
        path.write_bytes(flipped)
        try:
            assert Store(tmp_path).read_plan() == plan
        except RefusedError:
            refused += 1
    # The other bytes are blanks between the parts.
    assert refused > len(content) // 3
