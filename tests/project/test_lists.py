"""Every schedule, thermostat and policy is exported, listed where contract tests walk, and known to command lines."""

import importlib
import pkgutil
from dataclasses import dataclass

import pytest

import boltzmann
from boltzmann import policies, schedules, thermostats
from boltzmann.policies.untuned.standard_error import ByStandardErrors
from scripts.support.names import NAMES
from tests.support.lists import POLICIES, SCHEDULES, THERMOSTATS

BASES = {thermostats.Thermostat, schedules.StepFormula, ByStandardErrors}
FACES = [(schedules, SCHEDULES), (thermostats, THERMOSTATS), (policies, POLICIES)]
every_face = pytest.mark.parametrize(("face", "listed"), FACES, ids=lambda part: getattr(part, "__name__", ""))


def modules_of(face):
    modules = pkgutil.walk_packages(face.__path__, f"{face.__name__}.")
    return [importlib.import_module(module.name) for module in modules]


def callable_classes(module):
    """The public classes of a module whose objects are called: its schedules, thermostats and policies."""
    for name, kind in vars(module).items():
        defined_here = isinstance(kind, type) and kind.__module__ == module.__name__ and not name.startswith("_")
        base = kind in BASES or getattr(kind, "_is_protocol", False) if defined_here else True
        if not base and any("__call__" in vars(parent) for parent in kind.__mro__):
            yield kind


def missing_from(names, kinds, everything):
    """Names of the classes that are not among the exported names or not among the listed classes."""
    return {kind.__name__ for kind in everything if kind.__name__ not in names or kind not in kinds}


@every_face
def test_every_class_is_exported_and_listed(face, listed):
    kinds = [kind for module in modules_of(face) for kind in callable_classes(module)]
    assert kinds
    assert not missing_from(face.__all__, {type(example) for example in listed}, kinds)
    assert not missing_from(NAMES, set(NAMES.values()), kinds)
    assert set(face.__all__) <= set(boltzmann.__all__)


def test_the_check_of_exports_can_fail():
    @dataclass(frozen=True)
    class Unlisted:
        start: float

        def __call__(self, step):
            return self.start / 2**step

    module = type(schedules)("boltzmann.schedules.unlisted")
    Unlisted.__module__, module.Unlisted = module.__name__, Unlisted
    assert list(callable_classes(module)) == [Unlisted]
    assert missing_from(schedules.__all__, {Unlisted}, [Unlisted]) == {"Unlisted"}
    assert missing_from([*schedules.__all__, "Unlisted"], {type(example) for example in SCHEDULES}, [Unlisted])
    assert not missing_from([*schedules.__all__, "Unlisted"], {Unlisted}, [Unlisted])
