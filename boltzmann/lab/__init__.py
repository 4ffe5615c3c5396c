"""Learners and environments, from a wheel and from a checkout alike: ``from boltzmann.lab import agents, envs``.

In a wheel the folders ``agents``, ``envs``, ``scripts`` and ``benchmarks`` lie here, so that no installation touches
anybody's ``agents``. In a checkout they lie beside ``boltzmann``, and ``checkout`` makes these names lead there.
Importing ``envs`` registers the environments ``boltzmann/...-v0`` with Gymnasium.
"""

import importlib
from pathlib import Path
from types import ModuleType

__all__ = ["agents", "envs"]
_HERE = Path(__file__).resolve().parent

if not (_HERE / "agents").is_dir():
    from boltzmann.lab.checkout import lead_to

    lead_to(_HERE.parents[1])


def __getattr__(name: str) -> ModuleType:
    """Import the learners or the environments when they are asked for."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return importlib.import_module(f"{__name__}.{name}")
