"""One version everywhere: the package, its citation and the newest entry of the list of changes."""

import re

import boltzmann
from tests.support.paths import ROOT


def found(name, pattern):
    return re.search(pattern, (ROOT / name).read_text(encoding="utf-8"), flags=re.MULTILINE)[1]


def test_citation_changes_and_package_have_one_version():
    assert re.fullmatch(r"\d+\.\d+\.\d+", boltzmann.__version__)
    assert found("CITATION.cff", r"^version: (.+)$") == boltzmann.__version__
    assert found("CHANGELOG.md", r"^## (.+)$") == boltzmann.__version__
