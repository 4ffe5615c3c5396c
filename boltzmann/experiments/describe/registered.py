"""Environments that only the running script or notebook has registered, made known to its workers."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterable
from typing import Any

from boltzmann.experiments.describe.description import Experiment, read_environment

Specs = tuple[Any, ...]

_SCRIPT = "__main__"


def specs_of(experiment: Experiment) -> Specs:
    """Return the specs of an experiment's environments that are registered with Gymnasium by their names alone.

    An environment that is named with its module is registered by that module, which workers import.
    """
    names = {read_environment(task.environment)[0] for task in experiment.tasks}
    return tuple(_with_class(spec) for name in sorted(names) if (spec := _registry().get(name)) is not None)


def register_specs(specs: Iterable[Any]) -> None:
    """Register specs as the running script has them, which may differ from what this process knows by their ids."""
    _registry().update({spec.id: spec for spec in specs})


def _registry() -> dict[str, Any]:
    import gymnasium

    return gymnasium.registry


def _with_class(spec: Any) -> Any:
    """Replace an entry point in the running script, which workers do not run, by the class itself."""
    names = ("entry_point", "vector_entry_point")
    found = {name: point for name in names if (point := _in_script(getattr(spec, name))) is not None}
    return dataclasses.replace(spec, **found) if found else spec


def _in_script(entry_point: Any) -> Any:
    if not isinstance(entry_point, str) or not entry_point.startswith(f"{_SCRIPT}:"):
        return None
    return getattr(sys.modules[_SCRIPT], entry_point.partition(":")[2], None)
