"""Options in groups, with a text and examples for each: from a command's flat dataclass to what its help shows."""

from __future__ import annotations

import ast
import dataclasses
import difflib
import inspect
import re
import textwrap
from collections.abc import Sequence
from functools import cache
from typing import Annotated, Any, TypeVar, get_type_hints

import tyro

Options = TypeVar("Options")

GROUPS = {
    "judging": ("metric", "baseline", "confidence", "bounds", "one_step"),
    "running": ("jobs", "backend", "address", "cell_timeout", "device", "dry_run"),
    "output": ("output", "parquet", "tensorboard", "schedules", "thermostats"),
}
"""Options by their names, for all commands; those of no group describe what is done."""
_FIRST = "experiment"
_FOR_ALL = (
    (
        "quiet",
        Annotated[bool, tyro.conf.arg(help="Print nothing but errors; the files and the exit code say the rest.")],
    ),
    ("json", Annotated[bool, tyro.conf.arg(help="Print one JSON document instead of text.")]),
)
_FLAGS = tuple(name for name, _ in _FOR_ALL)
# Another device rounds otherwise.
_CHANGE_NOTHING = {*GROUPS["running"], *GROUPS["output"], *_FLAGS} - {"device"}


@dataclasses.dataclass(frozen=True)
class Read:
    """A command line as it was read: the options of the command, and those that every command has."""

    options: Any
    quiet: bool
    as_json: bool


def read_groups(kind: Any, arguments: Sequence[str] | None, program: str, examples: Sequence[str]) -> Read:
    """Read a command line into the dataclass of its options; help and wrong options end the process."""
    grouped, groups = _grouped(kind)
    lines = [f"  {program} {example}" for example in examples]
    description = "\n".join([inspect.cleandoc(kind.__doc__ or ""), *(["", "examples:", *lines] if lines else [])])
    flags = (tyro.conf.FlagCreatePairsOff,)
    read = tyro.cli(grouped, args=arguments, prog=program, description=description, config=flags)
    values = {name: getattr(getattr(read, group), name) for group, names in groups.items() for name in names}
    quiet, as_json = (values.pop(name) for name, _ in _FOR_ALL)
    return Read(kind(**values), quiet, as_json)


def defining_words(kind: Any, words: Sequence[str]) -> list[str]:
    """Leave out the options of a command line that change nothing of the results, and their values."""
    flags = {*_FLAGS, *(name for name, hint in get_type_hints(kind).items() if hint is bool)}
    kept, keeps = list[str](), True
    for word in words:
        name, given, _ = word.removeprefix("--").replace("-", "_").partition("=")
        is_option = word.startswith("--")
        keeps = name not in _CHANGE_NOTHING if is_option else keeps
        kept += [word] * keeps
        # What follows a flag, or a value behind "=", is no value of it.
        keeps = keeps or (is_option and (bool(given) or name in flags))
    return kept


def meant_options(kind: Any, words: Sequence[str]) -> list[str]:
    """Return the options that the unknown ones of a command line may mean: shorter, longer or misspelt."""
    hints = get_type_hints(kind, include_extras=True)
    known = [name for name, hint in hints.items() if tyro.conf.Positional not in getattr(hint, "__metadata__", ())]
    known = [name.replace("_", "-") for name in (*known, *_FLAGS, "help")]
    given = [word[2:].partition("=")[0].replace("_", "-") for word in words if re.match("--.", word)]
    meant = [
        [name for name in known if name.startswith(wrong) or wrong.startswith(name)]
        or difflib.get_close_matches(wrong, known, n=1)
        for wrong in given
        if wrong not in known
    ]
    return [f"--{name}" for name in dict.fromkeys(name for names in meant for name in names)]


@cache
def _grouped(kind: Any) -> tuple[type[Any], dict[str, list[str]]]:
    """Return a dataclass with a field for each group, and the names of the options in each."""
    hints, texts = get_type_hints(kind, include_extras=True), option_texts(kind)
    members: dict[str, list[tuple[Any, ...]]] = {group: [] for group in (_FIRST, *GROUPS)}
    for field in dataclasses.fields(kind):
        group = next((group for group, names in GROUPS.items() if field.name in names), _FIRST)
        hint = hints[field.name]
        if field.name in texts:
            text = f"{shared_text(hint)} {texts[field.name]}".lstrip()
            hint = Annotated[hint, tyro.conf.arg(help=text)]
        default = dataclasses.field(default=field.default, default_factory=field.default_factory)
        members[group].append((field.name, hint, default))
    for name, hint in _FOR_ALL:
        members["output"].append((name, hint, dataclasses.field(default=False)))
    kept = {group: fields for group, fields in members.items() if fields}
    made = {group: dataclasses.make_dataclass(group.title(), fields, frozen=True) for group, fields in kept.items()}
    for each in made.values():
        # The usual docstring would repeat the options.
        each.__doc__ = None
    without_prefix: Any = tyro.conf.OmitArgPrefixes
    outer = dataclasses.make_dataclass(
        kind.__name__, [(group, without_prefix[each]) for group, each in made.items()], frozen=True
    )
    return outer, {group: [field[0] for field in fields] for group, fields in kept.items()}


def shared_text(hint: Any) -> str:
    """Return the text that stands in the type of an option, "" where none does."""
    return next((part.help for part in getattr(hint, "__metadata__", ()) if getattr(part, "help", None)), "")


def option_texts(kind: type[Any]) -> dict[str, str]:
    """Return the texts that stand below the fields of a dataclass and of its bases."""
    texts: dict[str, str] = {}
    for base in reversed(kind.__mro__):
        if dataclasses.is_dataclass(base):
            (body,) = ast.parse(textwrap.dedent(inspect.getsource(base))).body
            assert isinstance(body, ast.ClassDef)
            for entry, following in zip(body.body, body.body[1:], strict=False):
                if isinstance(entry, ast.AnnAssign) and isinstance(following, ast.Expr):
                    text = ast.literal_eval(following.value)
                    assert isinstance(entry.target, ast.Name)
                    texts[entry.target.id] = " ".join(text.split())
    return texts
