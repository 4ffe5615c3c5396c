"""An experiment as a TOML file that people write: agents in the notation, everything else as plain keys."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from boltzmann.checks import shown
from boltzmann.experiments.describe.description import Experiment, Task
from boltzmann.experiments.describe.plan import Plan
from boltzmann.experiments.interfaces import Agent

MOST_BYTES = 2**20
"""The size of the largest file that is read."""

# The time that Python's reader takes for a dotted key grows with the square of its parts.
_DEEP_KEY = re.compile(r"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){20}""")

ReadAgent = Callable[[str, str], Agent]
"""``read_agent(text, environment)`` returns the agent that an expression means in an environment."""


def format_toml(experiment: Experiment) -> str:
    """Write an experiment as a TOML document, which :func:`read_toml` reads back to an equal experiment.

    Examples
    --------
    >>> from boltzmann.lab.agents import SampleAverage
    >>> from boltzmann import Boltzmann
    >>> task = Task("boltzmann/GaussianBandit-v0", [SampleAverage(Boltzmann(0.25))], 1000)
    >>> print(format_toml(Experiment([task], replicates=10, seed=0)), end="")
    replicates = 10
    seed = 0
    block = 100
    points = 100
    record = "replicates"
    <BLANKLINE>
    [[tasks]]
    environment = "boltzmann/GaussianBandit-v0"
    steps = 1000
    agents = [
        "SampleAverage(Boltzmann(0.25))",
    ]
    """
    return format_plan(experiment.plan)


def format_plan(plan: Plan) -> str:
    """Write the description of an experiment as :func:`format_toml` does."""
    lines = [f"{name} = {getattr(plan, name)}" for name in ("replicates", "seed", "block", "points")]
    lines.append(f"record = {_quote(plan.record)}")
    for task in plan.tasks:
        lines += ["", "[[tasks]]", f"environment = {_quote(task.environment)}", f"steps = {task.steps}", "agents = ["]
        lines += [*(f"    {_quote(agent)}," for agent in task.agents), "]"]
    return "\n".join(lines) + "\n"


def _quote(text: str) -> str:
    # TOML's basic strings are JSON strings, but TOML requires an escape for the control character U+007F.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def read_toml(path: str | os.PathLike[str], read_agent: ReadAgent) -> Experiment:
    """Read an experiment from a TOML file.

    Parameters
    ----------
    path : path
        Keys ``replicates``, ``seed`` and optionally ``block``, ``points`` and ``record``; a table ``[[tasks]]`` for
        each task, with ``environment``, ``steps`` and ``agents``, a list of expressions.
    read_agent : callable
        ``read_agent(text, environment)`` makes an agent of an expression, as ``scripts.support.names.read_agent`` does.

    Raises
    ------
    ValueError, TypeError
        For a file that is not TOML or has more than 2^20 bytes, for absent or unknown keys, and for values that the
        experiment refuses; the message names the file.
    """
    with open(path, "rb") as file:
        content = file.read(MOST_BYTES + 1)
    try:
        if len(content) > MOST_BYTES:
            raise ValueError(f"it must have at most {MOST_BYTES} bytes")
        document = content.decode()
        if _DEEP_KEY.search(document):
            raise ValueError("a dotted key must have at most 20 parts")
        return _read_experiment(tomllib.loads(document), read_agent)
    except RecursionError:
        raise ValueError(f"{path}: it is too deeply nested") from None
    except TypeError as error:
        raise TypeError(f"{path}: {error}") from error
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def _read_experiment(document: dict[str, Any], read_agent: ReadAgent) -> Experiment:
    values = _check_keys("the experiment", document, Experiment)
    if not isinstance(values["tasks"], list):
        raise TypeError(f"tasks must be tables [[tasks]], got {shown(values['tasks'])}")
    tasks = [_read_task(index, table, read_agent) for index, table in enumerate(values.pop("tasks"))]
    return Experiment(tuple(tasks), **values)


def _read_task(index: int, table: Any, read_agent: ReadAgent) -> Task:
    if not isinstance(table, Mapping):
        raise TypeError(f"task {index} must be a table [[tasks]], got {shown(table)}")
    values = _check_keys(f"task {index}", table, Task)
    texts, environment = values["agents"], values["environment"]
    if not isinstance(environment, str):
        raise TypeError(f"environment of task {index} must be a string, got {shown(environment)}")
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise TypeError(f"agents of task {index} must be a list of strings, got {shown(texts)}")
    return Task(environment, tuple(read_agent(text, environment) for text in texts), values["steps"])


def _check_keys(name: str, table: Mapping[str, Any], kind: type[Experiment | Task]) -> dict[str, Any]:
    """Return a copy of a table whose keys are parameters of its class, all those without a default among them."""
    optional = {field.name: field.kw_only for field in fields(kind)}
    unknown = [key for key in table if key not in optional]
    absent = [key for key in optional if not optional[key] and key not in table]
    if unknown:
        raise ValueError(f"{name} has no key {shown(unknown[0])}: known are {', '.join(optional)}")
    if absent:
        raise ValueError(f"{name} lacks the key {absent[0]!r}")
    return dict(table)
