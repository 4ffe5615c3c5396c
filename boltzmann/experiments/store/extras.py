"""Optional libraries that an extra of this package installs."""

from __future__ import annotations

import importlib
from typing import Any

from boltzmann.experiments.errors import RefusedError


def require(module: str, extra: str) -> Any:
    """Import a module that an extra of this package installs.

    Raises
    ------
    RefusedError
        Where the module is not installed; the message says what to install.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise RefusedError(
            f'{module} is not installed ({error}): pip install "boltzmann-exploration[{extra}]"'
        ) from error
