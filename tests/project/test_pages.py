"""The pages name only files, modules and sections that exist."""

import importlib.util
import re
from pathlib import Path

import pytest

import envs
from boltzmann import policies, schedules, thermostats
from boltzmann.experiments import METRICS
from boltzmann.experiments.runs import BACKENDS
from tests.support.lists import BACKUPS, LARGE_LEARNERS, LEARNERS
from tests.support.paths import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
# What commands make is there or not, as it happens.
TOP = {path.name for path in ROOT.iterdir() if not path.name.startswith(("results", "dist", "build", ".venv"))}


def anchors_of(text):
    """The anchors that a page's headings and explicit ids make, as GitHub writes them."""
    for heading in re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE):
        yield re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")
    yield from re.findall(r'id="([\w-]+)"', text)


def missing(text, page):
    """The names on a page that the repository does not have."""
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        linked = page.parent / path if path else page
        if not linked.exists() or (anchor and anchor not in anchors_of(linked.read_text() if path else text)):
            yield target
    for word in re.findall(r"`([\w.-]+/[\w./-]*)`", text):
        first = Path(word).parts[0]
        # The id of an environment, such as boltzmann/Chain-v0, is not a file name.
        if first in TOP and not (ROOT / word).exists() and not re.search(r"-v\d+$", word):
            yield word
    for module in re.findall(r"python -m ((?:scripts|benchmarks)\.[a-z0-9_.]+)", text):
        if importlib.util.find_spec(module) is None:
            yield module


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_name_only_what_exists(page):
    assert not list(missing(page.read_text(encoding="utf-8"), page))


def test_the_check_of_pages_can_fail():
    page = ROOT / "README.md"
    text = (
        "`envs/nowhere.py` `envs/` [a](docs/nowhere.md) [b](docs/speed.md#nowhere) [c](#here) python -m scripts.nowhere"
    )
    wrong = ["docs/nowhere.md", "docs/speed.md#nowhere", "#here", "envs/nowhere.py", "scripts.nowhere"]
    assert list(missing(text, page)) == wrong
    assert not list(missing("# Here\n[c](#here) [d](docs/speed.md) python -m scripts.tune", page))


def listed_names():
    """What users choose from, by the kind of it."""
    return {
        "schedules": schedules.__all__,
        "thermostats": thermostats.__all__,
        "policies": policies.__all__,
        "learners": [type(learner).__name__ for learner in (*LEARNERS, *LARGE_LEARNERS)],
        "backups": [type(backup).__name__ for backup in BACKUPS],
        "environments": [entry.id for entry in envs.ENVIRONMENTS],
        "backends": [name for name in BACKENDS if name != "loky"],
    }


@pytest.mark.parametrize(("kind", "names"), listed_names().items(), ids=lambda part: part if type(part) is str else "")
def test_everything_that_users_choose_from_stands_on_a_page(kind, names):
    words = {word for page in PAGES for word in re.findall(r"[\w/-]+", page.read_text())}
    assert names
    assert set(names) - {"Schedule", "Policy", "Distribution", "Thermostat"} <= words


def test_the_table_of_metrics_is_the_list_of_metrics():
    page = (ROOT / "docs" / "running.md").read_text().split("## Metrics")[1].split("\n## ")[0]
    rows = [[cell.strip() for cell in line.split("|")[1:4]] for line in page.split("\n") if line.startswith("| `")]
    words = {False: "no", True: "yes"}
    expected = [
        [f"`{metric.key}`", metric.name, words[metric.is_judged] + ", smaller is better" * metric.smaller_is_better]
        for metric in METRICS
    ]
    assert rows == expected
