"""The provenance of a run, which ``experiment.json`` holds: its plan, its environments, and the installed libraries."""

from __future__ import annotations

import hashlib
import json
import platform
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import boltzmann
from boltzmann.checks import shown
from boltzmann.experiments.describe import Plan
from boltzmann.experiments.errors import RefusedError
from boltzmann.experiments.store.atomic import read_whole
from boltzmann.notation import modules_in

_FORMAT = 3
_MOST_BYTES = 2**24
"""Most bytes of a description that is read."""
_REQUIRED = ("format", "hash", "experiment")
_OPTIONAL = ("environments", "engines", "versions")
_CODE = "code of "
_VERSIONED = ("numpy", "scipy", "gymnasium", "numba")

EnvironmentRecord = dict[str, Any] | None
"""``id``, ``arguments``, ``max_episode_steps`` and ``wrappers``; None for an environment without a ``spec``."""


def describe_environment(env: Any) -> EnvironmentRecord:
    """Return the record of an environment as JSON data, from its ``spec``, with default arguments.

    Examples
    --------
    >>> from boltzmann.lab import envs
    >>> describe_environment(envs.make("FrozenLake-v1", is_slippery=False))["arguments"]
    {'is_slippery': 'False', 'map_name': "'4x4'"}
    """
    spec = getattr(env, "spec", None)
    if spec is None:
        return None
    return {
        "id": spec.id,
        "arguments": _argument_texts(spec.kwargs),
        "max_episode_steps": spec.max_episode_steps,
        "wrappers": [f"{wrapper.name}({_list_arguments(wrapper.kwargs)})" for wrapper in spec.additional_wrappers],
    }


def difference(begun: Sequence[EnvironmentRecord], now: Sequence[EnvironmentRecord]) -> str:
    """Return the first difference between the environments of two runs, in words; empty where there is none.

    An environment without a record counts as unchanged.

    Examples
    --------
    >>> old, new = ({"id": id, "max_episode_steps": 200} for id in ("Taxi-v3", "Taxi-v4"))
    >>> difference([old], [new])
    "id of task 0 was 'Taxi-v3' and is 'Taxi-v4' now"
    """
    for task, (before, after) in enumerate(zip(begun, now, strict=False)):
        if before is None or after is None:
            continue
        for name in [*before, *after]:
            if before.get(name) != after.get(name):
                return f"{name} of task {task} was {shown(before.get(name))} and is {shown(after.get(name))} now"
    return ""


def _argument_texts(arguments: dict[str, Any] | None) -> dict[str, str]:
    return {name: _text(value) for name, value in sorted((arguments or {}).items())}


def _list_arguments(arguments: dict[str, Any] | None) -> str:
    return ", ".join(f"{name}={text}" for name, text in _argument_texts(arguments).items())


def _text(value: Any) -> str:
    """Write a value identically in every process: a repr may contain a memory address."""
    if value is None or isinstance(value, bool | int | float | str):
        return repr(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(_text(part) for part in value)}]"
    return type(value).__qualname__


def versions() -> dict[str, str]:
    """Return the installed versions of Python and of the libraries that the numbers of a run depend on."""
    installed = {"python": platform.python_version(), "boltzmann-exploration": boltzmann.__version__}
    return installed | {name: _installed_version(name) for name in _VERSIONED}


def code_of(plan: Plan) -> dict[str, str]:
    """Return the SHA-256 of the file of each module ``package.module:Name`` of a plan that is imported here.

    What such a module imports itself is not followed.
    """
    texts = [text for task in plan.tasks for text in (task.environment, *task.agents)]
    files = {name: getattr(sys.modules.get(name), "__file__", None) for text in texts for name in modules_in(text)}
    return {
        f"{_CODE}{name}": hashlib.sha256(Path(file).read_bytes()).hexdigest()
        for name, file in sorted(files.items())
        if file is not None and Path(file).is_file()
    }


def changed_code(begun: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Return the modules whose code is not that with which a run was begun."""
    return [
        name.removeprefix(_CODE) for name in now if name.startswith(_CODE) and begun.get(name, now[name]) != now[name]
    ]


@cache
def _installed_version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed as a distribution"


@dataclass(frozen=True)
class Beginning:
    """What a run was begun with.

    Attributes
    ----------
    plan : Plan
        The experiment as plain data.
    environments : list of dict or None
        The record of each task's environment; empty in older folders.
    engines : list of list of str
        The engine of each agent of each task; empty in older folders.
    versions : dict of str
        The versions of Python and of the libraries that the bytes depend on, and what :func:`code_of` returned.
    """

    plan: Plan
    environments: Sequence[EnvironmentRecord] = ()
    engines: Sequence[Sequence[str]] = ()
    versions: dict[str, str] = field(default_factory=dict)

    def to_text(self) -> str:
        """Write the description as JSON."""
        description = {
            "format": _FORMAT,
            "hash": self.plan.hash,
            "experiment": self.plan.to_json(),
            "environments": list(self.environments),
            "engines": [list(row) for row in self.engines],
            "versions": self.versions,
        }
        return json.dumps(description, indent=2) + "\n"

    @classmethod
    def read(cls, path: Path) -> Beginning:
        """Read a description; a RefusedError says what is wrong with it."""
        try:
            return cls._from_text(read_whole(path, _MOST_BYTES).decode())
        except (FileNotFoundError, NotADirectoryError):
            raise RefusedError(f"{path.parent} holds no results: there is no {path.name}") from None
        except RecursionError:
            raise RefusedError(f"{path} cannot be read as an experiment: it is too deeply nested") from None
        except OSError as error:
            raise RefusedError(f"{path} cannot be read: {error.strerror}") from error
        except (ValueError, TypeError) as error:
            raise RefusedError(f"{path} cannot be read as an experiment: {error}") from error

    @classmethod
    def _from_text(cls, text: str) -> Beginning:
        description = json.loads(text, object_pairs_hook=_without_repetition, parse_constant=_refuse_constant)
        # JSON can write surrogates, which no file or terminal can show.
        json.dumps(description, ensure_ascii=False).encode()
        if not isinstance(description, dict):
            raise TypeError(f"it must be an object, got {shown(description)}")
        if description.get("format") != _FORMAT or isinstance(description["format"], bool):
            raise ValueError(f"its format is {shown(description.get('format'))}, this reads {_FORMAT}")
        keys = description.keys()
        if not set(_REQUIRED) <= keys or not keys <= {*_REQUIRED, *_OPTIONAL}:
            raise ValueError(f"it must have the keys {', '.join(_REQUIRED)}, and may have {', '.join(_OPTIONAL)}")
        plan = Plan.from_json(description["experiment"])
        if plan.hash != description["hash"]:
            raise ValueError("its hash does not fit its content")
        parts = {name: description[name] for name in _OPTIONAL if name in description}
        for name, fits, form in (
            ("environments", _are_records, "a list of objects"),
            ("engines", _are_rows, "a list of lists of strings"),
            ("versions", _are_versions, "an object of strings"),
        ):
            if name in parts and not fits(parts[name]):
                raise TypeError(f"{name} must be {form}, got {shown(parts[name])}")
        return cls(plan, **parts)


def _are_records(value: Any) -> bool:
    return isinstance(value, list) and all(record is None or isinstance(record, dict) for record in value)


def _are_rows(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(row, list) and _are_texts(row) for row in value)


def _are_versions(value: Any) -> bool:
    return isinstance(value, dict) and _are_texts(value.values())


def _are_texts(values: Any) -> bool:
    return all(isinstance(value, str) for value in values)


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object of JSON; Python's reader would take the last of repeated keys."""
    result = dict(pairs)
    if len(result) < len(pairs):
        raise ValueError("a key is repeated")
    return result


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
