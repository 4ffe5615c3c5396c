"""The folder of a small run, for tests that damage it."""

import pytest

from tests.support.folders import contents
from tests.support.small_run import computed


@pytest.fixture(scope="session")
def whole(tmp_path_factory):
    """The files of the small run."""
    folder = tmp_path_factory.mktemp("whole")
    computed(folder)
    return contents(folder)


@pytest.fixture
def folder(whole, tmp_path):
    """A folder with these files."""
    made = tmp_path / "folder"
    made.mkdir()
    for name, content in whole.items():
        (made / name).write_bytes(content)
    return made


@pytest.fixture
def outside(tmp_path):
    """A file outside the folder, which stays as it is."""
    path = tmp_path / "thesis.tex"
    path.write_text("three years")
    yield path
    assert path.read_text() == "three years"
