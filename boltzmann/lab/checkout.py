"""The names of ``boltzmann.lab`` in a checkout, where its folders lie beside ``boltzmann``.

Where a process finds them by their short names, as the tests and ``python -m scripts.NAME`` do, both names mean the
same modules. Elsewhere, as with an editable installation, they are loaded as in a wheel, with their imports rewritten:
a library that is called ``agents`` or ``envs`` keeps its name.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from importlib.abc import InspectLoader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import find_spec, spec_from_file_location, spec_from_loader
from pathlib import Path
from types import CodeType, ModuleType

from boltzmann.lab.rewriting import FOLDERS, HOME, rewritten


def lead_to(root: Path) -> None:
    """Let the names of ``boltzmann.lab`` lead to the folders of a checkout."""
    same = all(_found(folder) == root / folder / "__init__.py" for folder in FOLDERS)
    sys.meta_path.insert(0, _Same() if same else _Rewritten(root))


def _found(folder: str) -> Path | None:
    """Return the file that a short name means in this process."""
    module = sys.modules.get(folder)
    spec = PathFinder.find_spec(folder) if module is None else getattr(module, "__spec__", None)
    return None if spec is None or spec.origin is None else Path(spec.origin).resolve()


def _short_name(name: str) -> str | None:
    """Return ``agents.memory`` of ``boltzmann.lab.agents.memory``, None for other names."""
    short = name.removeprefix(f"{HOME}.")
    return short if short != name and short.partition(".")[0] in FOLDERS else None


class _Same(MetaPathFinder):
    """Finds the module of the short name."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        short = _short_name(fullname)
        found = None if short is None else find_spec(short)
        return None if short is None or found is None else spec_from_loader(fullname, _SameLoader(short))


class _SameLoader(InspectLoader):
    """Loads a module by its short name, and hands it on."""

    def __init__(self, short: str) -> None:
        self._short = short

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = importlib.import_module(self._short)
        self._spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        # Python has given the module the spec of its second name.
        module.__spec__ = self._spec

    def is_package(self, fullname: str) -> bool:
        spec = find_spec(self._short)
        return spec is not None and spec.submodule_search_locations is not None

    def get_code(self, fullname: str) -> CodeType | None:
        """Return the code that ``python -m boltzmann.lab.scripts.NAME`` runs."""
        spec = find_spec(self._short)
        return spec.loader.get_code(self._short) if spec and isinstance(spec.loader, InspectLoader) else None

    def get_source(self, fullname: str) -> str | None:
        spec = find_spec(self._short)
        return spec.loader.get_source(self._short) if spec and isinstance(spec.loader, InspectLoader) else None


class _Rewritten(MetaPathFinder):
    """Finds a file of the checkout under its long name."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        short = _short_name(fullname)
        if short is None:
            return None
        place = self._root.joinpath(*short.split("."))
        for file, within in ((place / "__init__.py", [str(place)]), (place.with_suffix(".py"), None)):
            if file.is_file():
                loader = _RewritingLoader(fullname, str(file))
                return spec_from_file_location(fullname, file, loader=loader, submodule_search_locations=within)
        return None


class _RewritingLoader(SourceFileLoader):
    """Compiles the rewritten text each time: stored bytecode is that of the short names."""

    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        return self.source_to_code(rewritten(self.get_data(path).decode("utf-8"), path).encode("utf-8"), path)
