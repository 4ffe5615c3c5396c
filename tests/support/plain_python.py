"""Structures whose steps run as plain Python, as where numba is not installed."""

from contextlib import ExitStack, contextmanager
from unittest import mock

from boltzmann.large.updatable.machine_code import Steps

MODULES = ("boltzmann.large.updatable.gibbs_tree", "boltzmann.large.buckets.gibbs_buckets")


@contextmanager
def without_machine_code():
    """Structures that are made within have no machine code."""
    with ExitStack() as patches:
        for module in MODULES:
            patches.enter_context(mock.patch(f"{module}.steps_of", lambda module: Steps(vars(module), False)))
        yield


@contextmanager
def as_installed():
    """Structures are made as the installed libraries have it."""
    yield


BOTH = (as_installed, without_machine_code)
