"""Lay out the sources of the site: the pages of the project as they are, with links that fit, and the reference.

Pages are plain Markdown that GitHub shows, too. A copy of each goes into a folder of its own, where links to files that
are no pages lead to copies of these files, and pictures that the build draws come in a light and a dark form.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from importlib import import_module
from os.path import normpath, relpath
from pathlib import Path, PurePosixPath

from docs.site.notebooks import as_markdown
from docs.site.reference import ROOT, Entry, Part, all_pages, kind_of, text_of_data

NAVIGATION = {
    "Start": ("first_comparison", "temperature", "notebooks/boltzmann_in_a_notebook"),
    "In your agent": (
        *("loop", "deep/README", "deep/sb3", "deep/pytorch", "deep/jax", "deep/adapters"),
        *("masks", "saving"),
    ),
    "Comparisons": ("running", "clusters", "reading", "learners", "environments"),
    "More questions": ("large", "offpolicy"),
    "Background": ("gibbs", "literature", "speed"),
    "Make it yours": ("own_classes", "design", "contributing"),
    "Reference": ("api/index", "changelog"),
}
"""The pages of the site in the order of reading; those that do not exist are left out."""
SHORT = {
    "notebooks/boltzmann_in_a_notebook": "In a notebook",
    "deep/README": "In deep agents: what to know",
    "deep/adapters": "CleanRL, PFRL, TorchRL, tianshou, RLlib, skrl",
    "reading": "The page and the statistics",
    "offpolicy": "From logs",
    "literature": "The literature reproduced",
    "contributing": "Adding each kind of thing",
    "api/index": "Every public name",
    "changelog": "Changes",
}
"""Names of pages in the navigation, where their titles are longer or meant for another place."""
FROM_ROOT = {"CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md"}
"""Pages beside the README, and their names on the site."""
_LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^(```.*?^```)", flags=re.MULTILINE | re.DOTALL)
_FOR_THE_SITE = re.compile(r"<!-- on the site: (.*?) -->", flags=re.DOTALL)


def pages() -> dict[Path, PurePosixPath]:
    """Return every page of the project with its place on the site."""
    docs = ROOT / "docs"
    found = {path: PurePosixPath(path.relative_to(docs).as_posix()) for path in sorted(docs.rglob("*.md"))}
    found |= {
        path: PurePosixPath(path.relative_to(docs).with_suffix(".md").as_posix())
        for path in sorted(docs.rglob("*.ipynb"))
    }
    found |= {ROOT / name: PurePosixPath(place) for name, place in FROM_ROOT.items() if (ROOT / name).exists()}
    return found


def stage(target: Path, drawn: Iterable[str] = ()) -> None:
    """Write all sources of the site into a new folder.

    Parameters
    ----------
    target
        The folder; what was in it is removed.
    drawn
        Names of pictures that the build draws, such as ``"schedules"``: ``schedules-light.svg`` and its dark form stand
        in the folder's ``drawn``.
    """
    shutil.rmtree(target, ignore_errors=True)
    places = pages()
    for path, place in places.items():
        written = as_markdown(path) if path.suffix == ".ipynb" else path.read_text(encoding="utf-8")
        text = for_the_site(written, path, place, places, target, frozenset(drawn))
        if place.name == "index.md" and len(place.parts) == 1:
            text += "\n" + "\n".join(_contents(caption, names) for caption, names in NAVIGATION.items())
        elif place.name == "contributing.md":
            text = text.replace("# Contributing", "# Contributing, and how to add each kind of thing", 1)
        _write(target / place, text)
    _write_reference(target / "api")


def for_the_site(
    text: str,
    path: Path,
    place: PurePosixPath,
    places: dict[Path, PurePosixPath],
    target: Path,
    drawn: frozenset[str],
) -> str:
    """Return the text of a page with the links of the site; files that it links are copied to the target.

    A comment ``<!-- on the site: TEXT -->`` becomes its text. Code keeps every sign.
    """

    def linked(match: re.Match[str]) -> str:
        mark, label, link = match.groups()
        name, hash_sign, anchor = link.partition("#")
        if "://" in link or not name:
            return match.group()
        file = Path(normpath(path.parent / name))
        if file.name == "README.md" and file.parent == ROOT:
            return f"[{label}]({_from(place, PurePosixPath('index.md'))})"
        if file in places:
            return f"[{label}]({_from(place, places[file])}{hash_sign}{anchor})"
        if mark and file.stem in drawn:
            drawing = _from(place, PurePosixPath("drawn", file.stem))
            forms = (f"![{label}]({drawing}-{form}.svg){{.only-{form}}}" for form in ("light", "dark"))
            return "\n".join(forms)
        if not file.exists():
            return match.group()  # one of the site alone, which Sphinx checks
        copy = PurePosixPath("files", file.relative_to(ROOT).as_posix())
        (target / copy).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target / copy)
        return f"{mark}[{label}]({_from(place, copy)})" + ("{.picture}" if mark else "")

    parts = _FENCE.split(text)
    for number in range(1, len(parts), 2):
        # Doctests need an empty line before the end of a block, readers do not.
        parts[number] = parts[number].replace("\n\n```", "\n```")
    for number in range(0, len(parts), 2):
        parts[number] = _LINK.sub(linked, _FOR_THE_SITE.sub(r"\1", parts[number]))
    return "".join(parts)


def _from(place: PurePosixPath, other: PurePosixPath) -> str:
    return PurePosixPath(relpath(other, place.parent)).as_posix()


def _contents(caption: str, names: Iterable[str]) -> str:
    there = {str(place.with_suffix("")) for place in pages().values()} | {"api/index"}
    listed = "\n".join(f"{SHORT[name]} <{name}>" if name in SHORT else name for name in names if name in there)
    return f"```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{listed}\n```\n"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _write_reference(folder: Path) -> None:
    rows = []
    for page, parts in all_pages():
        entries = [entry for _, listed in parts for entry in listed]
        names = ", ".join(f"{{py:obj}}`{entry.name} <{entry.path}>`" for entry in entries)
        rows.append(f"## [{page.title}]({page.name}.md)\n\n{page.about}\n\n{names}\n")
        text = f"# {page.title}\n\n{page.about}\n\n" + "\n".join(
            _part(part, listed) for part, listed in parts if listed
        )
        _write(folder / f"{page.name}.md", text)
    names = "\n".join(page.name for page, _ in all_pages())
    intro = (
        "# Reference\n\nEvery public name, with shapes, units, errors, limits and sources. "
        "Values are arrays of shape (..., K), actions last; temperatures are in the units of the values.\n\n"
    )
    _write(folder / "index.md", f"{intro}{chr(10).join(rows)}\n```{{toctree}}\n:hidden:\n\n{names}\n```\n")


def _part(part: Part, entries: Iterable[Entry]) -> str:
    directives = "\n".join(_directive(entry) for entry in entries)
    return f"From `{part.module}`:\n\n```{{eval-rst}}\n.. currentmodule:: {part.module}\n\n{directives}\n```\n"


def _directive(entry: Entry) -> str:
    kind = kind_of(entry)
    if kind != "data":
        return f".. auto{kind}:: {entry.path}\n"
    value = repr(getattr(import_module(entry.module), entry.name))
    shown = f"   :value: {value}\n" if len(value) <= 80 and " at 0x" not in value else ""
    text = "\n".join(f"   {line}".rstrip() for line in text_of_data(entry).split("\n"))
    return f".. py:data:: {entry.name}\n{shown}\n{text}\n"
