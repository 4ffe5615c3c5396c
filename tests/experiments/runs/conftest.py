"""Agents that fail, for this process and its workers."""

import os
import sys

import pytest

from tests.support.paths import SUPPORT


@pytest.fixture
def troublesome(monkeypatch):
    """The module of failing agents, where workers find it too."""
    monkeypatch.syspath_prepend(SUPPORT)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(SUPPORT), os.environ.get("PYTHONPATH", "")]))
    import troublesome

    yield troublesome
    sys.modules.pop("troublesome")
