"""One small comparison for all tests that only read its results."""

import shutil

import pytest

from boltzmann.experiments.figures import FIGURES
from scripts.support import running
from tests.support.commands import compare


@pytest.fixture(scope="session")
def compared(tmp_path_factory):
    """The comparison of the default tasks, run once; tests must not write into its folder."""
    return compare(tmp_path_factory.mktemp("compared"))


@pytest.fixture
def results(compared, tmp_path):
    """A copy of the comparison's folder that a test may write into."""
    return shutil.copytree(compared.folder, tmp_path / "r")


@pytest.fixture
def undrawn(monkeypatch):
    """Comparisons run without figures and page, for tests of everything else."""

    def entries(judgement, attempt):
        return dict.fromkeys(entry for entry in FIGURES if entry.draw and entry.is_possible(judgement))

    monkeypatch.setattr(running, "draw_figures", entries)
    for name in ("save_figure", "write_judgement"):
        monkeypatch.setattr(running, name, lambda *_, **__: None)
