"""Examples of modules whose library is missing are left out; targets of the Makefile install these libraries."""

from importlib.util import find_spec

_NEEDED = {
    "torch": ("boltzmann/deep/*.py", "boltzmann/large/modules/*.py"),
    "stable_baselines3": ("boltzmann/deep/sb3*.py",),
}

collect_ignore_glob = [glob for library, globs in _NEEDED.items() if not find_spec(library) for glob in globs]
