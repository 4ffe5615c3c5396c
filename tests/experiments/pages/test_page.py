"""The setting of pages: what is escaped, what is refused, and where the assets come from."""

import re
from collections import Counter
from importlib.resources import files

import pytest

from boltzmann.experiments import Picture, Section, Table, render_page
from tests.support.html_page import Page

HOSTILE = "<script>window.hacked = 1</script>"


def test_sections_tables_and_pictures_of_others_are_escaped_too():
    drawing = '<svg viewBox="0 0 9 9"><!-- <b> --><defs><path id="p" d="M0 0"/></defs><use href="#p"/></svg>'
    section = Section(
        HOSTILE,
        HOSTILE,
        [Picture(drawing, HOSTILE + '"', HOSTILE)] * 2,
        [Table(HOSTILE, [HOSTILE], [[HOSTILE]])],
        HOSTILE,
    )
    page = Page(render_page(HOSTILE, [HOSTILE], [section]))
    assert len(page.all("script")) == 1
    assert not page.closed_wrongly
    assert not [name for name, count in Counter(page.values("id")).items() if count > 1]
    assert page.all("svg")[0]["aria-label"] == HOSTILE + '"'
    assert page.texts["code"] == [HOSTILE, HOSTILE]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Table("t", ["a", "b"], [["1", "2"], ["1"]]), "rows must have 2 cells, got 1 in row 1"),
        (lambda: Table("t", [], []), r"heading must be a column in \[0, 0\), got 0"),
        (lambda: Table("t", ["a"], [], heading=1), r"heading must be a column in \[0, 1\), got 1"),
        (lambda: Picture("no drawing", "x"), "svg must hold <svg> ... </svg>, got 'no drawing'"),
        (lambda: Picture("<svg></svg>", " "), "alternative must say what the picture shows"),
    ],
)
def test_invalid_tables_and_pictures_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_the_assets_are_read_as_a_part_of_the_package_and_hold_no_address():
    folders = [files("boltzmann.experiments.pages") / "assets"]
    assets = []
    for folder in folders:
        folders += [entry for entry in folder.iterdir() if entry.is_dir()]
        assets += [entry for entry in folder.iterdir() if entry.is_file()]
    assert len(assets) > 15
    assert {asset.name.rpartition(".")[2] for asset in assets} == {"html", "css", "js"}
    for asset in assets:
        text = asset.read_text("utf-8")
        assert not set(re.findall(r"https?://[^\"'\s<]+", text)) - {"http://www.w3.org/2000/svg"}
        assert len(text.splitlines()) <= 250
