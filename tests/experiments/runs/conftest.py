"""Agents and environments that fail, for this process and its workers."""

import importlib
import os
import sys

import pytest

from tests.support.paths import SUPPORT


@pytest.fixture
def importable(monkeypatch):
    """Import a module of the support folder by its bare name, as workers find it too."""
    monkeypatch.syspath_prepend(SUPPORT)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(SUPPORT), os.environ.get("PYTHONPATH", "")]))
    imported = []

    def load(name):
        imported.append(name)
        return importlib.import_module(name)

    yield load
    for name in imported:
        sys.modules.pop(name, None)


@pytest.fixture
def troublesome(importable):
    """The module of failing agents."""
    return importable("troublesome")


@pytest.fixture
def faulty(importable):
    """The module of an agent, a policy and an environment that fail in a chosen way."""
    return importable("faulty")
