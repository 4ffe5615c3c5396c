"""Examples of modules whose library is missing are left out of the quick suite; ``make test-deep`` installs it."""

from importlib.util import find_spec

_NEEDED = {"torch": "boltzmann/deep/*.py", "stable_baselines3": "boltzmann/deep/sb3*.py"}

collect_ignore_glob = [files for library, files in _NEEDED.items() if not find_spec(library)]
