"""The description in a folder: what a run was begun with, read from ``experiment.json`` and checked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from boltzmann import checks
from boltzmann.experiments.describe import Plan
from boltzmann.experiments.errors import RefusedError
from boltzmann.experiments.store.atomic import read_whole
from boltzmann.experiments.store.provenance import EnvironmentRecord

FORMAT = 3
MOST_BYTES = 2**24
"""Most bytes of a description that is read."""
_REQUIRED = ("format", "hash", "experiment")
_OPTIONAL = ("environments", "engines", "versions")


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
        The versions of Python and of the libraries that the bytes depend on.
    """

    plan: Plan
    environments: Sequence[EnvironmentRecord] = ()
    engines: Sequence[Sequence[str]] = ()
    versions: dict[str, str] = field(default_factory=dict)

    def to_text(self) -> str:
        """Write the description as JSON."""
        description = {
            "format": FORMAT,
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
            return cls._from_text(read_whole(path, MOST_BYTES).decode())
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
            raise TypeError(f"it must be an object, got {checks.shown(description)}")
        if description.get("format") != FORMAT or isinstance(description["format"], bool):
            raise ValueError(f"its format is {checks.shown(description.get('format'))}, this reads {FORMAT}")
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
                raise TypeError(f"{name} must be {form}, got {checks.shown(parts[name])}")
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
