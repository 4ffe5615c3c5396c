"""The yardstick, compiled once for all tests of this room."""

import pytest

from benchmarks.engines.yardstick import MissingCompilerError, Yardstick


@pytest.fixture(scope="session")
def yardstick(tmp_path_factory):
    try:
        return Yardstick(tmp_path_factory.mktemp("yardstick"))
    except MissingCompilerError as error:
        pytest.skip(f"{error}; the yardstick cannot be compared with the project")
