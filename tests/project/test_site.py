"""The sources of the site: every page and public name is on it, and all links lead somewhere. No test needs Sphinx."""

import importlib
import inspect
import re

import pytest

from docs.site import reference, staging
from docs.site.checking import faults_of
from docs.site.reference import Entry

SHOWN = {
    reference.identity(entry): entry for _, parts in reference.all_pages() for _, listed in parts for entry in listed
}
FACES = (
    *("boltzmann", "boltzmann.experiments", "boltzmann.large", "boltzmann.offpolicy", "boltzmann.notation"),
    *("boltzmann.acting", "boltzmann.laws", "boltzmann.large.modules", "boltzmann.deep.sb3_quantiles"),
    *("boltzmann.deep.dqn", "boltzmann.deep.sb3", "boltzmann.deep.sb3_agent", "boltzmann.deep.networks"),
    *("boltzmann.deep.tensor_backups", "boltzmann.experiments.statistics", "boltzmann.experiments.studies"),
    *("agents", "agents.planning", "envs"),
)
"""What users import from."""


def missing_from_the_reference(face):
    entries = [Entry(face, name) for name in reference.public_names(face) if not name.startswith("__")]
    return [entry.path for entry in entries if reference.identity(entry) not in SHOWN]


def test_every_public_name_is_in_the_reference():
    assert all(reference.public_names(face) for face in FACES)
    assert not [path for face in FACES for path in missing_from_the_reference(face)]


def test_the_check_of_the_reference_can_fail():
    assert "boltzmann.experiments.runs.play" in missing_from_the_reference("boltzmann.experiments.runs")


def explained(entry):
    """Return whether a name has a text: a docstring, or for constants one beneath their assignment."""
    if reference.kind_of(entry) == "data":
        return bool(reference.text_of_data(entry))
    try:
        thing = getattr(importlib.import_module(entry.module), entry.name)
    except ImportError:
        return reference.is_documented(entry)
    # A dataclass without a text has one made of its signature, and others inherit one.
    text = thing.__dict__.get("__doc__") if inspect.isclass(thing) else thing.__doc__
    return bool(text) and not text.startswith(f"{entry.name}(")


def test_every_public_name_has_a_text():
    assert not [entry.path for entry in SHOWN.values() if not explained(entry)]


def test_the_check_of_texts_can_fail():
    assert not explained(Entry("tests.support.paths", "ROOT"))
    assert not reference.is_documented(Entry("tests.support.oracles", "nothing"))


def test_every_page_is_in_the_navigation():
    places = {str(place.with_suffix("")) for place in staging.pages().values()} | {"api/index"}
    named = {name for names in staging.NAVIGATION.values() for name in names}
    assert places - named == {"index"}
    assert named - places <= {"changelog"}


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site") / "sources"
    staging.stage(folder, ["schedules"])
    return folder


def test_links_of_the_site_lead_to_its_files(sources):
    pages = sorted(sources.rglob("*.md"))
    assert len(pages) > 30
    for page in pages:
        for target in re.findall(r"\]\(([^)\s#]+)", re.sub(r"^```.*?^```", "", page.read_text(), flags=re.S | re.M)):
            if "://" not in target and "drawn/" not in target:
                assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_drawn_pictures_have_two_forms_and_others_are_copied(sources):
    text = (sources / "temperature.md").read_text()
    assert "drawn/schedules-light.svg){.only-light}" in text
    assert "drawn/schedules-dark.svg){.only-dark}" in text
    assert "](files/docs/temperature_sweep.png){.picture}" in text
    assert (sources / "files/docs/temperature_sweep.png").exists()


def test_a_site_that_asks_for_something_is_noticed(tmp_path):
    (tmp_path / "a.html").write_text('<a href="b.html">b</a><a href="https://c.d/">d</a><img src="e.png">')
    assert list(faults_of(tmp_path)) == ["a.html leads to b.html, which is not there"]
    (tmp_path / "b.html").write_text('<script src="https://c.d/e.js"></script>')
    assert list(faults_of(tmp_path)) == ["b.html asks for https://c.d/e.js"]
