"""What the reference shows: every public name, on the page of its kind; it needs no Sphinx.

A page lists modules, and of each the names that it shows: all of ``__all__`` by default. A name that an earlier page
shows is not shown again, so that the last module of a package takes what no page named.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Part:
    """Names of one module; where ``names`` is empty, all that are public and on no page before."""

    module: str
    names: tuple[str, ...] = ()
    face: str = ""
    """The folder whose names are meant, where another package exports them: they are imported from ``module``."""


@dataclass(frozen=True)
class Page:
    """A page of the reference."""

    name: str
    title: str
    about: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Entry:
    """A public name, as it is imported."""

    module: str
    name: str

    @property
    def path(self) -> str:
        """The full name."""
        return f"{self.module}.{self.name}"


_CORE = "boltzmann"
_EXPERIMENTS = "boltzmann.experiments"
_JUDGED = ("Judgement", "FewReplicatesWarning", "answers", "averages", "interval", "leaderboard")
PAGES = (
    Page(
        "distribution",
        "The Gibbs distribution",
        "Values and a temperature to probabilities, and all that follows from them. "
        "[The Gibbs distribution](../gibbs.md) has the formulas and their limits.",
        (
            Part(_CORE, face="boltzmann.gibbs"),
            Part(_CORE, ("Categorical",)),
        ),
    ),
    Page(
        "draws",
        "Draws, and wanted temperatures",
        "Actions from probabilities, and the temperature that has a wanted effect.",
        (
            Part(
                _CORE,
                (
                    "sample_categorical",
                    "sample_gumbel",
                    "sample_without_replacement",
                    "log_prob_without_replacement",
                    "temperature_for_entropy",
                    "temperature_for_expected_loss",
                    "temperature_for_greedy_probability",
                    "temperature_for_kl",
                    "Calibration",
                ),
            ),
        ),
    ),
    Page(
        "schedules",
        "Schedules",
        "The temperature as a function of the step. [Which temperature?](../temperature.md) compares them.",
        (Part(_CORE, face="boltzmann.schedules"),),
    ),
    Page(
        "thermostats",
        "Thermostats",
        "The temperature as a function of values, visits and step.",
        (Part(_CORE, face="boltzmann.thermostats"),),
    ),
    Page(
        "policies",
        "Policies",
        "Values to a distribution over actions.",
        (Part(_CORE, face="boltzmann.policies"), Part(_CORE)),
    ),
    Page(
        "experiments",
        "Experiments",
        "Describe a comparison, run it, and read its results. [Running comparisons](../running.md) explains the whole.",
        (
            Part(
                _EXPERIMENTS,
                (
                    *("Experiment", "Task", "run", "rollout", "Results", "Cell", "Store", "Plan", "Block"),
                    *("format_toml", "read_toml", "read_environment", "Recorder", "Status", "Progress"),
                    *("Agent", "Decision", "Make", "METRICS", "RECORDED", "Metric"),
                    *("RefusedError", "FailedCellsError", "FailedFiguresError", "LostWorkersError"),
                    "DamagedBlockError",
                ),
            ),
        ),
    ),
    Page(
        "judging",
        "Judging and showing",
        "Leaderboards, intervals, figures and the page. "
        "[What the page and the statistics mean](../reading.md) explains them.",
        (Part(_EXPERIMENTS, _JUDGED), Part(_EXPERIMENTS), Part(f"{_EXPERIMENTS}.statistics")),
    ),
    Page(
        "studies",
        "Studies and workers",
        "Questions that take several runs, and the processes and clusters that runs are spread over.",
        (
            Part(f"{_EXPERIMENTS}.studies"),
            Part(f"{_EXPERIMENTS}.runs", ("LocalWorkers", "dask_backend", "ray_backend", "BACKENDS", "estimate")),
        ),
    ),
    Page(
        "large",
        "Very many actions",
        "Distributions for action sets that are large, ragged or learnt: [Very many actions](../large.md).",
        (Part("boltzmann.large"), Part("boltzmann.large.modules")),
    ),
    Page(
        "offpolicy",
        "From logs",
        "What another temperature would have earned: [Temperatures from a log](../offpolicy.md).",
        (Part("boltzmann.offpolicy"),),
    ),
    Page(
        "deep",
        "Deep agents",
        "A deep Q-learner, and the classes for Stable-Baselines3: [In deep agents](../deep/README.md).",
        tuple(
            Part(f"boltzmann.deep.{module}")
            for module in ("dqn", "networks", "tensor_backups", "sb3", "sb3_quantiles", "sb3_agent", "replay")
        ),
    ),
    Page(
        "own",
        "For classes of your own",
        "Notation, actions without a distribution, laws, and bounds of parameters: "
        "[Classes of your own](../own_classes.md).",
        (
            Part("boltzmann.notation"),
            Part("boltzmann.acting"),
            Part("boltzmann.laws"),
            Part("boltzmann.bounds"),
        ),
    ),
    Page(
        "agents",
        "Learners",
        "Tabular learners, bandits and control: [Learners](../learners.md) says which is which.",
        (Part("agents"),),
    ),
    Page("planning", "Planning", "Dynamic programming on tables.", (Part("agents.planning"),)),
    Page(
        "bandits",
        "Bandits",
        "Bandits and contextual bandits: [Environments](../environments.md).",
        (Part("envs", face="envs.bandits"), Part("envs", face="envs.contexts")),
    ),
    Page(
        "environments",
        "Environments",
        "Problems with known answers, tables, and the batched form of any environment.",
        (Part("envs", ("make", "make_raw")), Part("envs", face="envs.problems"), Part("envs")),
    ),
)


def public_names(module: str) -> list[str]:
    """Return the public names of a module in the order of its face; without ``__all__``, what is defined there.

    The file is read, not imported, where it has no ``__all__``: some need libraries that are not installed.
    """
    tree = _tree_of(module)
    written = [
        node.value for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    ]
    if written:
        try:
            return list(ast.literal_eval(written[0]))
        except ValueError:  # it is put together from those of other faces
            return list(import_module(module).__all__)
    kinds = (ast.ClassDef, ast.FunctionDef)
    return [node.name for node in tree.body if isinstance(node, kinds) and not node.name.startswith("_")]


def identity(entry: Entry) -> str:
    """Return what a name stands for: the place of a class or function, which several packages may export."""
    try:
        thing = getattr(import_module(entry.module), entry.name)
    except ImportError:
        return entry.path
    is_named = inspect.isclass(thing) or inspect.isroutine(thing)
    return f"{thing.__module__}.{thing.__qualname__}" if is_named else entry.path


def entries_of(page: Page, seen: set[str]) -> Iterator[tuple[Part, list[Entry]]]:
    """Yield the entries of each part of a page, without those in ``seen``, to which they are added."""
    for part in page.parts:
        names = part.names or public_names(part.face or part.module)
        entries = [Entry(part.module, name) for name in names if not name.startswith("__")]
        fresh = {identity(entry): entry for entry in entries}
        yield part, [entry for key, entry in fresh.items() if key not in seen]
        seen.update(fresh)


def all_pages() -> Iterator[tuple[Page, list[tuple[Part, list[Entry]]]]]:
    """Yield every page with its parts and their entries."""
    seen: set[str] = set()
    for page in PAGES:
        yield page, list(entries_of(page, seen))


def kind_of(entry: Entry) -> str:
    """Return the directive that documents a name: a class, an exception, a function, or data.

    Examples
    --------
    >>> kinds = [kind_of(Entry("boltzmann.experiments", name)) for name in ("Task", "RefusedError", "run", "METRICS")]
    >>> kinds, kind_of(Entry("boltzmann.deep.dqn", "DQN"))
    (['class', 'exception', 'function', 'data'], 'class')
    """
    try:
        thing = getattr(import_module(entry.module), entry.name)
    except ImportError:  # a library is missing, and modules that need one export classes and functions alone
        return "class" if entry.name[0].isupper() else "function"
    if inspect.isclass(thing):
        return "exception" if issubclass(thing, BaseException) else "class"
    return "function" if inspect.isroutine(thing) else "data"


def is_documented(entry: Entry) -> bool:
    """Return whether a class or function has a docstring, without importing it."""
    tree = _tree_of(entry.module)
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name == entry.name:
            return ast.get_docstring(node) is not None
    sources = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module)
    return any(
        is_documented(Entry(str(node.module), entry.name))
        for node in sources
        if entry.name in {alias.name for alias in node.names}
    )


def text_of_data(entry: Entry) -> str:
    """Return the text beneath the assignment of a constant or a type, in whichever module that is."""
    tree = _tree_of(entry.module)
    for statement, following in zip(tree.body, tree.body[1:], strict=False):
        if entry.name not in _assigned(statement) or not isinstance(following, ast.Expr):
            continue
        if isinstance(following.value, ast.Constant):
            return inspect.cleandoc(str(following.value.value))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            named = entry.name in {alias.name for alias in node.names}
            # A star brings names of a face, of which only those that are exported can be meant.
            starred = node.names[0].name == "*" and entry.name in public_names(node.module)
            if named or starred:
                return text_of_data(Entry(node.module, entry.name))
    return ""


def _assigned(node: ast.stmt) -> set[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _tree_of(module: str) -> ast.Module:
    path = ROOT.joinpath(*module.split("."))
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return ast.parse(path.read_text(encoding="utf-8"))
