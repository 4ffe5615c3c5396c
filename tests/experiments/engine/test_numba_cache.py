"""numba's cache on disk: compilations are logged, and a cache that cannot be used only costs time."""

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
import numba

from boltzmann.experiments.engine.compiled import loading

KERNEL = """def kernel(numbers):
    numbers[0] += 1
"""
NO_CACHE = "numba cannot use its cache on disk"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A folder of its own for the kernels of a test."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "kernels"))
    # numba reads the variable once.
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path / "kernels"))
    yield tmp_path / "kernels"
    forget()


def forget():
    """Forget kernels and warnings, as a new process does."""
    loading.kernel_of.cache_clear()
    loading.warn_once.cache_clear()


def count_twice():
    forget()
    numbers = np.zeros(1)
    kernel = loading.kernel_of(KERNEL)
    kernel(numbers)
    kernel(numbers)
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


def test_a_compilation_is_logged_and_the_next_process_reads_it(caplog):
    with caplog.at_level(logging.INFO, logger="boltzmann.experiments"):
        assert count_twice() == 2
        (message,) = (record.getMessage() for record in caplog.records)
        assert message.startswith("compiled a kernel in")
        caplog.clear()
        assert count_twice() == 2
    assert not caplog.records


def test_without_a_folder_for_the_cache_kernels_compile_and_one_warning_says_so(tmp_path):
    (tmp_path / "kernels").write_text("no folder")
    with pytest.warns(UserWarning, match=f"{NO_CACHE}.*NUMBA_CACHE_DIR") as warned:
        assert count_twice() == 2
    assert len(warned) == 1


@pytest.mark.parametrize("size", [10, 1000])
def test_a_cache_that_cannot_be_written_is_passed_by(size):
    with files_of_at_most(size), pytest.warns(UserWarning, match=f"{NO_CACHE} .OSError: .*File too large") as warned:
        assert count_twice() == 2
    assert len(warned) == 1


@pytest.mark.parametrize("ending", ["nbi", "nbc", "py"])
@pytest.mark.parametrize("damage", [b"", b"\x80\x05garbage", b"\x80\x05\x8c\x06numpyx\x94."])
def test_a_damaged_cache_is_passed_by(folder, ending, damage):
    assert count_twice() == 2
    (file,) = folder.rglob(f"*kernel_*.{ending}")
    file.write_bytes(damage)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert count_twice() == 2
    assert [str(warning.message).startswith(NO_CACHE) for warning in caught] in ([], [True])


def test_an_error_that_is_not_the_caches_is_raised():
    from numba.core.errors import NumbaError

    with pytest.raises(NumbaError):
        loading.kernel_of(KERNEL)("no array")


@pytest.mark.slow
def test_a_read_only_installation_without_a_home_runs_compiled(tmp_path):
    for room in ("boltzmann", "agents", "envs"):
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
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
