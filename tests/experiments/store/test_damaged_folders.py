"""Whatever stands in the place of a file of a run is named, and replaced or refused; nothing outside is touched."""

import os
import socket

import pytest

from boltzmann.experiments import DamagedBlockError, RefusedError, Results
from tests.support.folders import contents
from tests.support.small_run import FIRST, PLAN, SECOND, computed


def link(path, target):
    path.symlink_to(target)


def listen(path):
    with socket.socket(socket.AF_UNIX) as listening:
        here = os.getcwd()
        os.chdir(path.parent)
        try:
            listening.bind(path.name)
        finally:
            os.chdir(here)


def huge(path):
    with open(path, "wb") as file:
        file.truncate(2**43)


IRREGULAR = {
    "a link outside": lambda path, outside: link(path, outside),
    "a link to another block": lambda path, outside: link(path, path.with_name(SECOND)),
    "a link to nothing": lambda path, outside: link(path, outside.with_name("nothing")),
    "a link to itself": lambda path, outside: link(path, path),
    "a pipe": lambda path, outside: os.mkfifo(path),
    "a socket": lambda path, outside: listen(path),
    "a folder": lambda path, outside: path.mkdir(),
    "a device": lambda path, outside: link(path, "/dev/zero"),
    "a huge file": lambda path, outside: huge(path),
}
posix = pytest.mark.skipif(os.name != "posix", reason="these kinds of files are POSIX's")


@posix
@pytest.mark.parametrize("kind", IRREGULAR)
def test_nothing_but_a_file_is_read_as_a_block(folder, whole, outside, kind):
    path = folder / FIRST
    path.unlink()
    IRREGULAR[kind](path, outside)
    with pytest.raises((DamagedBlockError, RefusedError), match=FIRST):
        list(Results.load(folder).cells())
    if kind == "a folder":
        with pytest.raises(RefusedError, match=f"{FIRST} is a folder and not a file: remove it"):
            computed(folder)
        path.rmdir()
        computed(folder)
    else:
        with pytest.warns(UserWarning, match=rf"{FIRST} is damaged: it (is a|has \d+ bytes).*; it is computed again"):
            computed(folder)
    assert contents(folder) == whole


@posix
@pytest.mark.parametrize("kind", IRREGULAR)
def test_nothing_but_a_file_is_read_as_a_description(folder, outside, kind):
    path = folder / "experiment.json"
    path.unlink()
    IRREGULAR[kind](path, outside)
    for act in (Results.load, computed):
        with pytest.raises(RefusedError, match=r"experiment\.json|is not empty and holds no experiment"):
            act(folder)


@posix
@pytest.mark.parametrize("kind", [kind for kind in IRREGULAR if kind != "a huge file"])
def test_nothing_but_a_file_is_taken_as_a_lock(folder, whole, outside, kind):
    path = folder / "run.lock"
    IRREGULAR[kind](path, outside)
    with pytest.raises(RefusedError, match=r"run\.lock is a .* and not a lock file: remove it"):
        computed(folder)
    path.rmdir() if kind == "a folder" else path.unlink()
    assert contents(folder) == whole


@posix
def test_a_lock_file_that_is_another_file_too_is_left_alone(folder, whole, outside):
    os.link(outside, folder / "run.lock")
    with pytest.raises(RefusedError, match=r"run\.lock has another name too"):
        computed(folder)
    (folder / "run.lock").unlink()
    assert contents(folder) == whole


@posix
def test_a_link_in_the_place_of_a_temporary_file_is_not_written_through(whole, outside, tmp_path):
    made = tmp_path / "made"
    made.mkdir()
    for name in ("experiment.json", *(block.name for block in PLAN.blocks())):
        (made / f"{name}.{os.getpid()}.tmp").symlink_to(outside)
    computed(made)
    assert contents(made) == whole


LEFT = [f"{FIRST}.999999999.tmp", FIRST.replace("npz", "running"), f"{FIRST[:14]}.error.txt"]


@posix
@pytest.mark.parametrize("name", LEFT)
@pytest.mark.parametrize("kind", IRREGULAR)
def test_whatever_has_the_name_of_a_remainder_is_removed_or_named(folder, whole, outside, name, kind):
    IRREGULAR[kind](folder / name, outside)
    (folder / SECOND).unlink()
    if kind == "a folder":
        with pytest.raises(OSError, match=name):
            computed(folder)
        (folder / name).rmdir()
    computed(folder)
    assert contents(folder) == whole


def test_a_file_that_may_not_be_read_is_named_and_kept(folder, whole, monkeypatch):
    opened = os.open

    def forbidden(path, *arguments, **rest):
        if str(path).endswith(FIRST):
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *arguments, **rest)

    monkeypatch.setattr(os, "open", forbidden)
    for act in (computed, lambda folder: list(Results.load(folder).cells())):
        with pytest.raises(PermissionError, match=FIRST):
            act(folder)
    assert contents(folder) == whole
