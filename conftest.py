"""Examples of modules whose library is missing are left out of the quick suite; ``make test-libraries`` installs it."""

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("torch") else ["boltzmann/large/modules/*.py"]
