"""The one list of environments: what is public is in it, the documentation follows it, and bounds are documented."""

import importlib
import inspect
import pkgutil
import re

import gymnasium
import numpy as np
import pytest
from gymnasium.vector import VectorEnv

import envs
from envs import ENVIRONMENTS, Table
from envs.bandits.base import Bandit, BanditVector
from envs.problems import TABLES
from tests.support.paths import ROOT

BASES = {Bandit, BanditVector}


def public_in(module):
    """The environment classes and table functions that a module defines."""
    for name, made in vars(module).items():
        if name.startswith("_") or getattr(made, "__module__", None) != module.__name__:
            continue
        is_environment = inspect.isclass(made) and issubclass(made, gymnasium.Env | VectorEnv)
        if is_environment or (inspect.isfunction(made) and inspect.signature(made).return_annotation == "Table"):
            yield made


def unlisted(modules):
    """The names that are not exported or that no contract test lists."""
    listed = {entry.single for entry in ENVIRONMENTS} | {entry.vector for entry in ENVIRONMENTS} | {*TABLES, *BASES}
    for module in modules:
        for made in public_in(module):
            exported = made in BASES or getattr(envs, made.__name__, None) is made
            if made not in listed or not exported or (made not in BASES and made.__name__ not in envs.__all__):
                yield made.__name__


def test_every_public_environment_and_table_function_is_listed():
    modules = [
        importlib.import_module(f"{package.__name__}.{module.name}")
        for package in (envs.bandits, envs.problems)
        for module in pkgutil.iter_modules(package.__path__)
        if module.name != "_outcomes"
    ]
    assert sum(len(list(public_in(module))) for module in modules) > 30
    assert not list(unlisted(modules))


def test_the_check_of_the_list_can_fail(monkeypatch):
    def forgotten() -> "Table":
        return envs.chain()

    forgotten.__module__ = envs.problems.chains.__name__
    monkeypatch.setattr(envs.problems.chains, "forgotten", forgotten, raising=False)
    assert list(unlisted([envs.problems.chains])) == ["forgotten"]


def test_the_table_of_an_entry_is_that_of_its_environment():
    for entry in ENVIRONMENTS:
        if entry.table is not None:
            made = gymnasium.make(entry.id).unwrapped
            assert type(made) is entry.single
            np.testing.assert_array_equal(made.table.probs, entry.table().probs)
        else:
            assert entry.vector.single is entry.single


def test_the_page_on_environments_lists_them_all():
    page = (ROOT / "docs" / "environments.md").read_text()
    listed = re.findall(r"^\| `(boltzmann/[\w-]+)`", page, flags=re.MULTILINE)
    assert listed == [entry.id for entry in ENVIRONMENTS] == list(envs.ENV_IDS)


def numbers_of(make):
    """The parameters of a function that are one number each, and their part of the documentation."""
    section = inspect.getdoc(make).split("Parameters\n----------\n")[1].split("\n\n")[0]
    for names, text in re.findall(r"^(\w[\w, ]*) : (?:int|float).*\n((?: +.*\n?)+)", section, flags=re.MULTILINE):
        for name in names.split(", "):
            yield name, " ".join(text.split())


@pytest.mark.parametrize(
    "make", [entry.table or entry.single for entry in ENVIRONMENTS], ids=lambda make: make.__name__
)
def test_the_bound_in_an_error_stands_in_the_documentation(make):
    for name, text in numbers_of(make):
        # No bound contains NaN.
        with pytest.raises(ValueError, match=rf"^{name} must be .*, got nan$") as refusal:
            make(**{name: float("nan")})
        bound = re.search(r"must be (?:a whole number of )?(in [\[(].*[\])]|at least \d+), got", str(refusal.value))[1]
        assert bound.lower() in text.lower(), (name, bound, text)


def test_the_numbers_of_most_environments_are_documented():
    assert sum(len(list(numbers_of(entry.table or entry.single))) for entry in ENVIRONMENTS) > 35
