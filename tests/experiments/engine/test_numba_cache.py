"""numba's cache on disk: compilations are logged, and a cache that cannot be used only costs time."""

import importlib.util
import logging
import os
import resource
import shutil
import subprocess
import sys
import warnings
from contextlib import contextmanager

import numpy as np
import pytest

from tests.support.both_engines import LEARNT
from tests.support.paths import ROOT

pytest.importorskip("numba")
from boltzmann.experiments.engine.compiled.compiling import call_loop

LOOP = """
from boltzmann.experiments.engine.compiled.compiling import exact

@exact
def count(numbers, revision=1):
    numbers[0] += 1
"""
NO_CACHE = "numba cannot use its cache on disk"


def loaded_anew(folder):
    """Import the loop as a new process does."""
    path = folder / "loops_of_a_test.py"
    if not path.exists():
        path.write_text(LOOP)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.count


def count_twice(loop):
    numbers = np.zeros(1)
    call_loop(loop, numbers)
    call_loop(loop, numbers)
    return numbers[0]


@contextmanager
def files_of_at_most(size):
    """Let every write beyond this many bytes of a file fail, as on a full disk."""
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, old[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)


def test_a_compilation_is_logged_and_the_next_process_reads_it(tmp_path, caplog):
    with caplog.at_level(logging.INFO, logger="boltzmann.experiments"):
        assert count_twice(loaded_anew(tmp_path)) == 2
        first, second = (record.getMessage() for record in caplog.records)
        assert first.startswith("compiling loops for the first time")
        assert second.startswith("compiled count in")
        caplog.clear()
        assert count_twice(loaded_anew(tmp_path)) == 2
    assert not caplog.records


def test_without_a_folder_for_the_cache_loops_compile_and_one_warning_says_so(tmp_path, monkeypatch):
    (tmp_path / "__pycache__").write_text("no folder")
    (tmp_path / "home").write_text("no folder either")
    for name in ("HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    with pytest.warns(UserWarning, match=f"{NO_CACHE}.*no folder.*NUMBA_CACHE_DIR") as warned:
        loop = loaded_anew(tmp_path)
    assert len(warned) == 1
    assert count_twice(loop) == 2


def test_a_cache_that_cannot_be_written_is_passed_by(tmp_path):
    loop = loaded_anew(tmp_path)
    with files_of_at_most(100), pytest.warns(UserWarning, match=f"{NO_CACHE} .OSError: .*File too large") as warned:
        assert count_twice(loop) == 2
    assert len(warned) == 1


@pytest.mark.parametrize("ending", ["nbi", "nbc"])
@pytest.mark.parametrize("damage", [b"", b"\x80\x05garbage", b"\x80\x05\x8c\x06numpyx\x94."])
def test_a_damaged_cache_is_passed_by(tmp_path, ending, damage):
    assert count_twice(loaded_anew(tmp_path)) == 2
    (file,) = (tmp_path / "__pycache__").glob(f"*.{ending}")
    file.write_bytes(damage)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert count_twice(loaded_anew(tmp_path)) == 2
    assert [str(warning.message).startswith(NO_CACHE) for warning in caught] in ([], [True])


def test_an_error_that_is_not_the_caches_is_raised(tmp_path):
    from numba.core.errors import NumbaError

    with pytest.raises(NumbaError):
        call_loop(loaded_anew(tmp_path), "no array")


@pytest.mark.slow
def test_a_read_only_installation_without_a_home_runs_compiled(tmp_path):
    for room in ("boltzmann", "agents", "envs"):
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    # Permissions do not stop root, so a file stands where the folder would.
    (tmp_path / "boltzmann" / "experiments" / "engine" / "compiled" / "__pycache__").write_text("")
    nowhere = dict.fromkeys(("HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"), os.devnull)
    variables = {name: text for name, text in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    outputs = [
        subprocess.run(
            [sys.executable, "-c", LEARNT], cwd=folder, env=variables | extra, capture_output=True, text=True
        )
        for folder, extra in ((ROOT, {}), (tmp_path, nowhere))
    ]
    assert [output.returncode for output in outputs] == [0, 0]
    assert outputs[0].stdout == outputs[1].stdout
    assert outputs[1].stderr.count(NO_CACHE) == 1
